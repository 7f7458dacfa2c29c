"""The segmentation's door: which columns of a frame are read, and how segments are put beside the customers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from payback.analysis.segment_model import number_sql
from payback.engine.frames import kind_of, to_arrow
from payback.errors import AnalysisError, InputError, MissingColumnError
from payback.tables import CUSTOMERS, UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from payback.engine.duckdb import Engine

logger = logging.getLogger(__name__)

ORDER = ("revenue", "transactions", "sessions")
"""Columns whose means put the segments in order, the most important first."""
NOT_SEGMENTED = "not segmented"


def collected(frame: Any) -> Any:
    """Return the frame, a lazy one collected; InputError where it is no frame."""
    kind_of(frame)
    return frame.collect() if hasattr(frame, "collect") else frame


def column_names(frame: Any) -> list[str]:
    """Return the names of a frame's columns."""
    if hasattr(frame, "collect_schema"):
        return list(frame.collect_schema().names())
    return list(frame.column_names if kind_of(frame) == "arrow" else frame.columns)


def is_customers(data: Any, features: Iterable[str]) -> bool:
    """Return whether data is a frame with a column of the customers table or a feature, not a bare matrix."""
    try:
        kind_of(data)
        names = column_names(data)
    except InputError:
        return False
    return bool({*CUSTOMERS.names, *features}.intersection(names))


def read_columns(frame: Any, features: Sequence[str]) -> pa.Table:
    """Return the columns that a segmentation needs, those of them that are there, as Arrow."""
    there = column_names(frame)
    wanted = dict.fromkeys([*features, *ORDER, "customer_id", "currency"])
    names = [name for name in wanted if name in there]
    table = to_arrow(frame.loc[:, names] if kind_of(frame) == "pandas" else frame.select(names))
    for name in {*features, *ORDER}.intersection(names):
        _check_numbers(name, table.schema.field(name).type)
    return table


def _check_numbers(name: str, kind: pa.DataType) -> None:
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if not any(test(kind) for test in tests):
        raise InputError(
            f"column {name!r} holds no numbers",
            got=str(kind),
            allowed="whole numbers, decimals or floats",
            hint="clean the customers first: clean_customer_data(df)",
        )


def known_features(engine: Engine, table: pa.Table, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the features that any customer has a value in; the others are left out with a warning.

    Raises
    ------
    MissingColumnError
        No feature is left.
    AnalysisError
        There are no customers.
    """
    if table.num_rows == 0:
        raise AnalysisError("there are no customers to segment", got="0 rows", hint="load customers first")
    there = [name for name in wanted if name in table.column_names]
    counts = ", ".join(f"count({number_sql(name)})" for name in there)
    values = engine.row(f"select {counts} from customers") if there else ()
    known = tuple(name for name, count in zip(there, values, strict=True) if count)
    if not known:
        raise MissingColumnError(
            "the customers have no feature to segment on",
            got=f"columns {', '.join(table.column_names) or 'none of interest'}; no value in any feature",
            allowed=", ".join(wanted),
            hint="give features=(...) the names of columns that hold numbers, or rename the columns",
        )
    unknown = [name for name in wanted if name not in known]
    if unknown:
        logger.warning("no customer has a value in %s: segmenting on %s only", ", ".join(unknown), ", ".join(known))
    return known


def check_features(frame: Any, features: Sequence[str]) -> None:
    """Raise MissingColumnError unless the frame has all features of a fitted model."""
    there = column_names(frame)
    missing = [name for name in features if name not in there]
    if missing:
        raise MissingColumnError(
            f"the customers have no column {', '.join(missing)}, which the segments were learned from",
            got=f"columns {', '.join(str(name) for name in there[:30])}",
            hint="add the column, or fit again on what there is",
        )


def currency_of(engine: Engine, table: pa.Table) -> str | None:
    """Return the one currency of the revenue; None where it is unknown.

    Raises
    ------
    AnalysisError
        Revenue is in several currencies, which cannot be compared without a dated rate.
    """
    if not {"currency", "revenue"} <= set(table.column_names) or pa.types.is_null(table.schema.field("currency").type):
        return None
    sql = (
        f"select distinct coalesce(nullif(trim(currency), ''), '{UNKNOWN_CURRENCY}') from customers where revenue <> 0"
    )
    codes = sorted(code for (code,) in engine.rows(sql))
    if len(codes) > 1:
        raise AnalysisError(
            "the customers' revenue is in several currencies, so it cannot be compared or added",
            got=", ".join(codes[:10]),
            allowed="one currency",
            hint="segment each currency by itself, or convert revenue first; "
            f"{UNKNOWN_CURRENCY} means that nobody stated one",
        )
    return codes[0] if codes and codes[0] != UNKNOWN_CURRENCY else None


def labels_of(engine: Engine, expression: str) -> npt.NDArray[np.int32]:
    """Return the label of each row of ``customers`` in their order: segment - 1, -1 where there is none."""
    found = engine.arrow(f"select cast(coalesce({expression}, 0) - 1 as integer) as label from customers")
    return np.asarray(found.column(0).to_numpy(), dtype=np.int32)


def register_segmented(engine: Engine, table: pa.Table, labels: npt.NDArray[np.int32]) -> None:
    """Make the customers and their segments readable as ``segmented``."""
    kept = table.select([name for name in table.column_names if name != "segment"])
    engine.register("segmented", kept.append_column("segment", _numbers(labels)))


def _numbers(labels: npt.NDArray[np.int32]) -> pa.Array:
    """Return segment numbers from labels, null where there is none."""
    return pa.array(labels.astype(np.int64) + 1, mask=labels < 0)


def matrix_table(matrix: npt.NDArray[np.float64], names: Sequence[str]) -> pa.Table:
    """Return a matrix as an Arrow table."""
    columns = [pa.array(np.ascontiguousarray(matrix[:, place])) for place in range(matrix.shape[1])]
    return pa.table(dict(zip(names, columns, strict=True)))


def with_segments(frame: Any, labels: npt.NDArray[np.int32], names: Sequence[str]) -> Any:
    """Return the frame with the columns ``segment`` and ``segment_name``; all else stays as it is.

    Parameters
    ----------
    frame : pandas or Polars DataFrame, or pyarrow.Table
        Customers.
    labels : numpy.ndarray
        Segment - 1 of each row, -1 where it has none.
    names : sequence of str
        Names of the segments.
    """
    mask = labels < 0
    words = pa.DictionaryArray.from_arrays(pa.array(np.where(mask, len(names), labels)), [*names, NOT_SEGMENTED])
    columns = {"segment": _numbers(labels), "segment_name": words.cast(pa.string())}
    kind = kind_of(frame)
    if kind == "pandas":
        return _with_pandas(frame, labels, columns["segment_name"])
    if kind == "polars":
        import polars as pl

        return frame.with_columns(pl.Series(name, pl.from_arrow(column)) for name, column in columns.items())
    for name, column in columns.items():
        place = frame.schema.get_field_index(name)
        frame = frame.append_column(name, column) if place < 0 else frame.set_column(place, name, column)
    return frame


def _with_pandas(frame: Any, labels: npt.NDArray[np.int32], words: pa.Array) -> Any:
    """Whole numbers that may be missing are pandas' Int64: a plain int64 would turn into floats with the first gap."""
    import pandas as pd

    numbers = pd.arrays.IntegerArray(labels.astype(np.int64) + 1, labels < 0)
    return frame.assign(segment=numbers, segment_name=words.to_pandas().array)
