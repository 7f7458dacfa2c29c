"""The door: frames of any kind come in as Arrow and go out as the kind they came.

pandas, Polars (eager and lazy) and PyArrow are recognised by Narwhals, so none of them is imported before a caller
brings one. pandas users do arithmetic with floats, so exact decimals become floats on their way out to pandas and
stay decimals in Polars and Arrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from payback.errors import DuplicateColumnError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Kind = Literal["pandas", "polars", "arrow"]
KINDS: tuple[Kind, ...] = ("pandas", "polars", "arrow")

_EXACT_IN_FLOAT = 2**53


def kind_of(frame: Any) -> Kind:
    """Return which library made the frame.

    Raises
    ------
    InputError
        The object is no pandas, Polars or PyArrow table.
    """
    import narwhals as nw

    try:
        native = nw.from_native(frame, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise DuplicateColumnError(
            "the frame has two columns of one name", got=str(error).splitlines()[-1], hint="rename one of them"
        ) from error
    if isinstance(native, nw.DataFrame | nw.LazyFrame):
        if native.implementation.is_pandas():
            return "pandas"
        if native.implementation.is_polars():
            return "polars"
        if native.implementation.is_pyarrow():
            return "arrow"
    raise InputError(
        "this is no table that Payback can read",
        got=type(frame).__name__,
        allowed="a pandas or Polars DataFrame, or a PyArrow Table",
    )


def eager(frame: Any) -> Any:
    """Return a frame of rows and named columns: a lazy one collected, the named levels of a pandas index as columns.

    Raises
    ------
    InputError
        The object is no frame, or a lazy one cannot be collected.
    """
    if kind_of(frame) == "polars" and hasattr(frame, "collect"):
        return _collected(frame)
    if kind_of(frame) == "pandas":
        names = {str(name) for name in frame.columns}
        levels = [level for level, name in enumerate(frame.index.names) if name is not None and str(name) not in names]
        return frame.reset_index(level=levels) if levels else frame
    return frame


def to_arrow(frame: Any) -> pa.Table:
    """Return the frame as an Arrow table of types that the engine reads.

    Columns of mixed Python objects become text, categories their values, times with a zone the local time that they
    show, and decimals of more than 38 digits text. Column names become text.

    Raises
    ------
    DuplicateColumnError
        Two columns have the same name.
    InputError
        The object is no frame.
    """
    import pyarrow as pa

    kind = kind_of(frame)
    names = [str(name) for name in (frame.column_names if kind == "arrow" else eager_names(frame))]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DuplicateColumnError(f"the frame has two columns named {twice[0]!r}", hint="rename one of them")
    if kind == "pandas":
        columns = [_pandas_column(frame.iloc[:, position]) for position in range(len(names))]
    else:
        table = frame if kind == "arrow" else _collected(frame).to_arrow()
        columns = [_readable(column) for column in table.columns]
    return pa.table(columns, names=names) if columns else pa.table({})


def eager_names(frame: Any) -> list[Any]:
    """Return the names of a frame's columns, as they are."""
    if hasattr(frame, "collect_schema"):
        return list(frame.collect_schema().names())
    return list(frame.column_names if kind_of(frame) == "arrow" else frame.columns)


def from_arrow(table: pa.Table, kind: Kind) -> Any:
    """Return an Arrow table as a frame of the given kind.

    Parameters
    ----------
    table : pyarrow.Table
        Table to hand out.
    kind : {"pandas", "polars", "arrow"}
        pandas gets floats for decimals and ``datetime64`` for dates; the others keep exact types.
    """
    if kind == "arrow":
        return table
    if kind == "polars":
        return _import_polars().from_arrow(table)
    return _floats_for_decimals(table).to_pandas(date_as_object=False)


def columns_at(frame: Any, rows: npt.NDArray[np.int64], positions: Sequence[int]) -> dict[Hashable, Any]:
    """Return columns of an eager frame by their positions, as they are, at some of its rows.

    Parameters
    ----------
    frame : frame
        pandas, Polars or PyArrow.
    rows : ndarray of int64
        Numbers of the rows, from 0, in the order wanted.
    positions : sequence of int
        Numbers of the columns, from 0.

    Returns
    -------
    dict
        Name -> column of the frame's own kind.
    """
    if not positions:
        return {}
    kind, every = kind_of(frame), len(rows) == len(frame) and bool((rows[1:] > rows[:-1]).all())
    names = [eager_names(frame)[position] for position in positions]
    if kind == "pandas":
        chosen = frame.iloc[:, list(positions)] if every else frame.iloc[rows, list(positions)]
        return {name: chosen.iloc[:, number] for number, name in enumerate(names)}
    chosen = frame.select(names)
    if not every:
        chosen = chosen[rows] if kind == "polars" else chosen.take(rows)
    return {name: chosen[name] for name in names}


def from_columns(columns: Mapping[Hashable, Any], frame: Any, rows: npt.NDArray[np.int64]) -> Any:
    """Return columns of one kind as a frame of that kind; for pandas with the index of the rows they came from."""
    kind = kind_of(frame)
    if kind == "arrow":
        import pyarrow as pa

        return pa.table(dict(columns))
    if kind == "polars":
        return _import_polars().DataFrame(dict(columns))
    import pandas as pd

    index = frame.index.take(rows)
    return pd.DataFrame({name: column.set_axis(index) for name, column in columns.items()}, index=index)


def check_kind(kind: str) -> Kind:
    """Return the kind if it is one we know.

    Raises
    ------
    UsageError
        It is none of pandas, polars, arrow.
    """
    if kind not in KINDS:
        raise UsageError("unknown kind of frame", got=repr(kind), allowed=", ".join(KINDS))
    return kind


def _import_polars() -> Any:
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise UsageError(
            "polars is not installed", hint="pip install 'payback[polars]', or ask for as_='arrow'"
        ) from error
    return pl


def _collected(frame: Any) -> Any:
    if not hasattr(frame, "collect"):
        return frame
    try:
        return frame.collect()
    except _import_polars().exceptions.PolarsError as error:
        raise InputError("the lazy frame cannot be collected", got=str(error).splitlines()[0]) from error


def _pandas_column(series: Any) -> pa.Array | pa.ChunkedArray:
    import pyarrow as pa

    try:
        column = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([_text(value) for value in series], type=pa.string())
    if isinstance(column.type, pa.BaseExtensionType):
        # Periods and intervals are numbers of a unit inside; what they show is their text.
        return pa.array([_text(value) for value in series], type=pa.string())
    return _readable(column)


def _text(value: object) -> str | None:
    """Return the text of a value; NaN, NA, NaT and None are none."""
    text = str(value)
    missing = value is None or text in ("<NA>", "NaT") or (text == "nan" and not isinstance(value, str))
    return None if missing else text.encode("utf-8", "replace").decode()


def _readable(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return a column in a type that the engine reads, its values what they show."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _readable(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return _readable(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) and kind.tz:
        return pc.local_timestamp(column)
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(kind):
        return column.cast(pa.string())
    return column


def _floats_for_decimals(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            chunks = [_floats(chunk) for chunk in table.column(position).chunks]
            table = table.set_column(position, field.name, pa.chunked_array(chunks, pa.float64()))
    return table


def _floats(decimals: pa.Array) -> pa.Array:
    """Return the floats nearest to decimals. Arrow's own cast is off by a digit of the float in a quarter of them."""
    import numpy as np
    import pyarrow as pa

    if len(decimals) == 0 or not pa.types.is_decimal128(decimals.type):
        return pa.array([None if value is None else float(value) for value in decimals.to_pylist()], pa.float64())
    words = np.frombuffer(decimals.buffers()[1], np.int64)[2 * decimals.offset :][: 2 * len(decimals)].reshape(-1, 2)
    low, high = words[:, 0], words[:, 1]
    missing = decimals.is_null().to_numpy(zero_copy_only=False)
    floats = low.astype(np.float64) / 10.0**decimals.type.scale
    # A whole number below 2^53 is exact in a float, so one division rounds once; the few others go one by one.
    inexact = ((high != low >> 63) | (np.abs(low) > _EXACT_IN_FLOAT)) & ~missing
    for position in np.flatnonzero(inexact):
        floats[position] = float(decimals[int(position)].as_py())
    return pa.array(floats, mask=missing)
