"""The model: one SQL expression that agrees with predict on every row, and a JSON file that cannot do harm."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.analysis.segment_model import SegmentModel
from payback.errors import InputError, PublishingError, UnreadableFileError, UsageError
from sample_customers import few, shop


def model(**changes):
    """Segments of revenue at 8 and 2: a revenue of 5 is a tie."""
    parts = {
        "features": ("revenue",),
        "transformation": "none",
        "standardise": False,
        "means": (0.0,),
        "sds": (1.0,),
        "centroids": ((8.0,), (2.0,)),
        "names": ("High", "Low"),
    }
    return SegmentModel(**{**parts, **changes})


def by_sql(expression, table):
    """Segments of an Arrow table by an expression, in a bare DuckDB."""
    with duckdb.connect() as connection:
        connection.register("customers", table)
        return [row[0] for row in connection.execute(f"select {expression} from customers").fetchall()]


def test_the_nearest_segment_is_chosen_and_a_tie_goes_to_the_lower_number():
    """3 is nearer to 2, 6 to 8, 5 is as near to both; null has no segment."""
    table = pa.table({"revenue": [3.0, 6.0, 5.0, None]})
    assert by_sql(model().assignment_sql(), table) == [2, 1, 1, None]


def test_what_is_no_finite_number_has_no_segment():
    """NaN and infinity are as unknown as null."""
    table = pa.table({"revenue": pa.array([float("nan"), float("inf"), float("-inf"), 9.0], from_pandas=False)})
    assert by_sql(model().assignment_sql(), table) == [None, None, None, 1]


def test_one_segment_takes_everybody_who_is_known():
    """least() of one value is no valid SQL everywhere."""
    expression = model(centroids=((8.0,),), names=("All",)).assignment_sql()
    assert by_sql(expression, pa.table({"revenue": [1.0, None]})) == [1, None]


def test_a_limit_keeps_a_missing_value_missing():
    """1000 counts as 4, nearer to 2; null stays null."""
    expression = model(limits=(4.0,)).assignment_sql()
    assert by_sql(expression, pa.table({"revenue": [1000.0, None]})) == [2, None]


def test_logarithm_and_scale_are_those_of_the_model():
    """ln(1 + 6.389) = 2 and its mirror -2; scaled by (t - 1) / 2 they are 0.5 and -1.5."""
    scaled = model(
        transformation="signed_log1p",
        standardise=True,
        means=(1.0,),
        sds=(2.0,),
        centroids=((0.5,), (-0.51,), (-1.5,)),
        names=("a", "b", "c"),
    )
    table = pa.table({"revenue": [np.expm1(2), 0.0, -np.expm1(2)]})
    assert by_sql(scaled.assignment_sql(), table) == [1, 2, 3]
    assert scaled.centres[:, 0] == pytest.approx([np.expm1(2), -np.expm1(0.02), -np.expm1(2)])


def test_below_zero_the_plain_logarithm_stops():
    """-20 counts as 0: t = 0 is nearer to -1 than to 2."""
    logged = model(transformation="log1p", centroids=((2.0,), (-1.0,)))
    assert by_sql(logged.assignment_sql(), pa.table({"revenue": [-20.0, np.expm1(1.9), None]})) == [2, 1, None]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"clip_quantile": 0.99},
        {"transformation": "none"},
        {"transformation": "signed_log1p"},
        {"standardise": False},
    ],
)
@pytest.mark.parametrize("n_clusters", [1, 3, 8])
def test_sql_equals_predict_on_every_row(n_clusters, settings):
    """On 3,000 customers, some of them incomplete, in DuckDB's own decimals."""
    frame = shop(3000).astype({"sessions": "Int64"})
    frame.loc[::50, "sessions"] = pd.NA
    segmentation = CustomerSegmentation(n_clusters, **settings).fit(frame)
    table = pa.Table.from_pandas(frame)
    table = table.set_column(4, "revenue", table["revenue"].cast(pa.decimal128(18, 6)))
    found = by_sql(f"coalesce({segmentation.assignment_sql()}, 0) - 1", table)
    assert segmentation.predict(frame).tolist() == found


def test_mysql_gets_the_same_expression_with_its_own_quotes():
    """Only quoting and the guard against NaN differ: with other quotes the expression runs in DuckDB too."""
    segmentation = CustomerSegmentation(3).fit(few())
    expression = segmentation.assignment_sql("mysql")
    assert "`pages_per_session`" in expression
    assert "isfinite" not in expression
    found = by_sql(expression.replace("`", '"'), pa.Table.from_pandas(few()))
    assert found == (segmentation.labels_ + 1).tolist()


def test_hostile_column_names_stay_names():
    """A quote in a name is doubled, in either dialect."""
    hostile = model(features=('re"ve`nue',))
    assert by_sql(hostile.assignment_sql(), pa.table({'re"ve`nue': [3.0]})) == [2]
    assert '`re"ve``nue`' in hostile.assignment_sql("mysql")


def test_an_unknown_dialect_is_refused():
    """The message lists those we know."""
    with pytest.raises(UsageError, match=r"unknown SQL dialect\n  got: 'oracle'\n  allowed: duckdb, mysql"):
        model().assignment_sql("oracle")


@pytest.mark.parametrize("of", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas])
def test_a_saved_model_assigns_as_before(of, tmp_path):
    """Save, load, assign: the same segments, and the same file again."""
    path = tmp_path / "segments.json"
    segmentation = CustomerSegmentation(4, names={1: "Größte"}).fit(of(shop(500)))
    segmentation.save(path, window="2026-01-01 to 2026-03-31")
    loaded = CustomerSegmentation.load(path)
    assert loaded.predict(of(shop(500))).tolist() == segmentation.labels_.tolist()
    assert loaded.to_json() == path.read_text(encoding="utf-8")
    assert loaded.profiles_.equals(segmentation.profiles_)


def test_the_file_tells_where_the_model_came_from():
    """Rows, window, settings and library versions stand in it, and the exact revenue as text."""
    content = json.loads(CustomerSegmentation(max_fit_rows=6).fit(few()).to_json(window="March"))
    assert (content["format"], content["version"], content["window"]) == ("payback-segments", 1, "March")
    assert (content["rows"], content["rows_fitted"], content["rows_without_segment"]) == (7, 6, 0)
    assert {"payback", "scikit-learn", "numpy", "scipy"} == set(content["made_with"])
    assert content["profiles"][0]["revenue"] == "2100.500000"


def test_a_model_of_a_matrix_and_of_auto_can_be_kept():
    """Neither has to have profiles; the choice travels along."""
    segmentation = CustomerSegmentation("auto", candidates=(2, 3), random_state=np.random.RandomState(0))
    segmentation.fit(few().iloc[:, 1:].to_numpy())
    loaded = CustomerSegmentation.from_json(segmentation.to_json())
    assert loaded.choice_ == segmentation.choice_
    assert loaded.profiles_ is None
    assert loaded.predict(few().iloc[:, 1:].to_numpy()).tolist() == segmentation.labels_.tolist()


def damaged(**changes):
    """The text of a model with some of its parts replaced."""
    content = json.loads(CustomerSegmentation().fit(few()).to_json())
    for path, value in changes.items():
        part = content
        *parents, last = path.split("__")
        for name in parents:
            part = part[name]
        part[last] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "not a segment model\n(?s:.*)got: format 'other'"),
        ({"version": 2}, "another format version\n(?s:.*)got: 2"),
        ({"rows": "many"}, "damaged\n(?s:.*)got: rows: "),
        ({"extra": 1}, "damaged\n(?s:.*)got: extra: "),
        ({"model__sds": [1.0, 1.0, 1.0, 0.0]}, "damaged\n(?s:.*)standard deviation is not above 0"),
        ({"model__means": [1.0]}, "damaged\n(?s:.*)need 4 numbers"),
        ({"model__centroids": [["x"] * 4]}, "damaged\n(?s:.*)got: model.centroids.0.0"),
        ({"model__names": ["A", "A", "B"]}, "damaged\n(?s:.*)different names"),
        ({"model__features": ["a", "a", "b", "c"]}, "damaged\n(?s:.*)same name"),
        ({"profiles": [{"segment": "one"}]}, "damaged\n(?s:.*)got: profiles: "),
    ],
)
def test_a_damaged_model_is_refused(changes, message):
    """The message says which part, and what to do."""
    with pytest.raises(InputError, match=message + r"(?s:.*)hint: give a file written by CustomerSegmentation.save"):
        CustomerSegmentation.from_json(damaged(**changes))


@pytest.mark.parametrize("text", ["", "{", "\x80\x04pickle", "[" * 100_000, '{"inertia": NaN, '])
def test_what_is_no_json_is_refused(text):
    """Neither a pickle nor endless brackets get further than the parser."""
    with pytest.raises(InputError, match="damaged: it is not JSON"):
        CustomerSegmentation.from_json(text)


def test_json_that_is_no_model_is_refused():
    """A list is JSON, but no model."""
    with pytest.raises(InputError, match="not a segment model\n  got: a list"):
        CustomerSegmentation.from_json("[1, 2]")


def test_an_infinite_number_is_refused():
    """JSON's extension for infinity is no number of a model."""
    with pytest.raises(InputError, match=r"damaged(?s:.*)got: inertia"):
        CustomerSegmentation.from_json(damaged(inertia=float("inf")))


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path):
    """Missing, a folder, or not text."""
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.json", ".", "binary.json"):
        with pytest.raises(UnreadableFileError, match=r"cannot be read\n  where: "):
            CustomerSegmentation.load(tmp_path / name)
    with pytest.raises(PublishingError, match=r"cannot be written(?s:.*)hint: make the folder first"):
        CustomerSegmentation().fit(few()).save(tmp_path / "no" / "folder.json")
