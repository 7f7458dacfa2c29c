"""Frames of every kind come in as Arrow and go out as they came."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.engine.frames import (
    check_kind,
    columns_at,
    eager,
    eager_names,
    from_arrow,
    from_columns,
    kind_of,
    to_arrow,
)
from payback.errors import DuplicateColumnError, InputError, UsageError

FRAMES = {
    "pandas": pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}),
    "polars": pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}),
    "arrow": pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]}),
}
each = pytest.mark.parametrize("kind", FRAMES)


def column(values, **options):
    """Return a pandas column as Arrow gives it to the engine."""
    return to_arrow(pd.DataFrame({"c": pd.Series(values, **options)}))["c"]


@each
def test_kind_is_recognised_and_kept(kind):
    """A frame comes back as the kind it was, with the same values."""
    table = to_arrow(FRAMES[kind])
    assert kind_of(FRAMES[kind]) == kind
    assert table.to_pydict() == {"a": [1, 2, 3], "b": ["x", None, "z"]}
    assert kind_of(from_arrow(table, kind)) == kind


def test_lazy_frame_is_collected():
    """A lazy Polars frame is a frame too."""
    lazy = FRAMES["polars"].lazy()
    assert (kind_of(lazy), to_arrow(lazy).num_rows, eager(lazy).height) == ("polars", 3, 3)
    assert eager_names(lazy) == ["a", "b"]


def test_lazy_frame_that_fails_is_an_input_error():
    """An error of the caller's own query comes out as ours, with theirs behind it."""
    with pytest.raises(InputError, match="cannot be collected"):
        eager(FRAMES["polars"].lazy().select("nowhere"))


@pytest.mark.parametrize("thing", [None, [1], {"a": [1]}, "a.csv", np.zeros((2, 2)), pd.Series([1]), pl.Series([1])])
def test_other_things_are_refused(thing):
    """What is no table is refused with what would be."""
    with pytest.raises(InputError, match="no table that Payback can read") as caught:
        kind_of(thing)
    assert "pandas or Polars" in caught.value.allowed


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["1", 1]),
        pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
    ],
)
def test_two_columns_of_one_name_are_refused(frame):
    """Nobody can say which of two columns of one name is meant."""
    with pytest.raises(DuplicateColumnError, match="rename one of them"):
        to_arrow(frame)


def test_unknown_kind_is_refused():
    """A frame can be asked for in three kinds."""
    assert check_kind("arrow") == "arrow"
    with pytest.raises(UsageError, match="pandas, polars, arrow"):
        check_kind("spark")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "2.5", None, 3.0], ["1", "2.5", None, "3.0"]),
        ([1, "x", float("nan"), pd.NA, pd.NaT], ["1", "x", None, None, None]),
        ([Decimal("1.5"), "x"], ["1.5", "x"]),
        ([10**30, 1], [str(10**30), "1"]),
        (["\ud800", "x"], ["?", "x"]),
        ([date(2024, 1, 5), "soon"], ["2024-01-05", "soon"]),
        ([{"a": 1}, "x"], ["{'a': 1}", "x"]),
        ([1 + 2j], ["(1+2j)"]),
    ],
)
def test_mixed_objects_become_text(values, expected):
    """A column of Python objects that fit no type is the text of each; what is missing stays missing."""
    assert column(values, dtype=object).to_pylist() == expected


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (["a", "b", None], {"dtype": "category"}, ["a", "b", None]),
        ([1, None], {"dtype": "Int64"}, [1, None]),
        ([True, None], {"dtype": "boolean"}, [True, None]),
        ([1.5, float("nan")], {}, [1.5, None]),
        (pd.period_range("2024-01-05", periods=1, freq="D"), {}, ["2024-01-05"]),
        (pd.arrays.SparseArray([0, 1]), {}, [0, 1]),
        (pd.to_datetime(["2024-01-05"]), {}, [datetime(2024, 1, 5)]),
    ],
)
def test_types_of_pandas_are_read(values, options, expected):
    """Categories, nullable types, periods and sparse columns give the values that they show."""
    found = column(values, **options).to_pylist()
    assert [str(a) for a in found] == [str(b) for b in expected]


def test_times_with_a_zone_keep_the_day_that_they_show():
    """Midnight in Tokyo is not the day before, as it is in UTC."""
    midnight = pd.to_datetime(["2024-01-05"]).tz_localize("Asia/Tokyo")
    for frame in (pd.DataFrame({"c": midnight}), pl.DataFrame({"c": midnight})):
        assert to_arrow(frame)["c"].to_pylist() == [datetime(2024, 1, 5)]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array([Decimal("1.5")], pa.decimal256(50, 2)), ["1.50"]),
        (pa.array([1.5], pa.float16()), [1.5]),
        (pa.array([datetime(2024, 1, 5)], pa.timestamp("us", "+05:30")), [datetime(2024, 1, 5, 5, 30)]),
        (
            pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0123456789abcdef"], pa.binary(16))),
            [b"0123456789abcdef"],
        ),
    ],
)
def test_types_of_arrow_that_the_engine_lacks_are_read(array, expected):
    """Dictionaries, wide decimals, short floats, zones and extensions become plain columns."""
    assert to_arrow(pa.table({"c": array}))["c"].to_pylist() == expected


def test_named_levels_of_an_index_are_columns():
    """A frame that was indexed by its days has not lost them; an index without a name is no column."""
    named = pd.DataFrame({"date": ["2024-01-05"], "cost": [1]}).set_index("date")
    assert eager_names(eager(named)) == ["date", "cost"]
    assert eager_names(eager(pd.DataFrame({"cost": [1]}, index=[7]))) == ["cost"]
    twice = pd.DataFrame({"date": ["x"], "cost": [1]}).set_index("date", drop=False)
    assert eager_names(eager(twice)) == ["date", "cost"]


def test_decimals_become_the_nearest_floats():
    """pandas gets the float that Python makes of the decimal, to its last digit; Arrow's own cast does not."""
    chance = random.Random(1)
    values = [Decimal(chance.randrange(-(10**k), 10**k)).scaleb(-6) for k in range(1, 19) for _ in range(50)]
    values += [None, Decimal("0.000005"), Decimal("-999999999999.999999")]
    table = pa.table(
        {"c": pa.chunked_array([pa.array(values, pa.decimal128(18, 6)).slice(3), pa.array([], pa.decimal128(18, 6))])}
    )
    found = from_arrow(table, "pandas")["c"]
    assert [None if pd.isna(one) else one for one in found] == [None if v is None else float(v) for v in values[3:]]


def test_wide_sums_become_floats_too():
    """Sums have more digits than rows, and other kinds of decimals exist."""
    kinds = [pa.decimal128(38, 6), pa.decimal64(10, 2), pa.decimal256(40, 2)]
    table = pa.table({str(kind): pa.array([Decimal("12345678.5"), None], kind) for kind in kinds})
    assert from_arrow(table, "pandas").iloc[0].tolist() == [12345678.5] * 3


def test_dates_become_dates_of_pandas():
    """A day is a ``datetime64`` in pandas, not a Python object."""
    found = from_arrow(pa.table({"d": [date(2024, 1, 5)]}), "pandas")["d"]
    assert found.dtype.kind == "M"


@each
def test_columns_are_taken_as_they_are(kind):
    """Some rows and columns of a frame keep their kind and order."""
    taken = columns_at(FRAMES[kind], np.array([0, 2]), [1])
    found = from_columns(taken, FRAMES[kind], np.array([0, 2]))
    assert to_arrow(found).to_pydict() == {"b": ["x", "z"]}
    assert columns_at(FRAMES[kind], np.array([0]), []) == {}


def test_index_of_pandas_is_kept():
    """Rows keep their labels, so that they can be found again in the frame they came from."""
    frame = FRAMES["pandas"].set_axis([10, 20, 30])
    rows = np.array([0, 2])
    assert list(from_columns(columns_at(frame, rows, [0, 1]), frame, rows).index) == [10, 30]
