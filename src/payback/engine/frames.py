"""The door: frames of any kind come in as Arrow and go out as the kind they came.

pandas, Polars (eager and lazy) and PyArrow are recognised by Narwhals, so none of them is imported before a caller
brings one. pandas users do arithmetic with floats, so exact decimals become floats on their way out to pandas and
stay decimals in Polars and Arrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from payback.errors import InputError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["pandas", "polars", "arrow"]
KINDS: tuple[Kind, ...] = ("pandas", "polars", "arrow")


def kind_of(frame: Any) -> Kind:
    """Return which library made the frame.

    Raises
    ------
    InputError
        The object is no pandas, Polars or PyArrow table.
    """
    import narwhals as nw

    native = nw.from_native(frame, pass_through=True)
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


def to_arrow(frame: Any) -> pa.Table:
    """Return the frame as an Arrow table; columns of mixed Python objects become text."""
    kind = kind_of(frame)
    if kind == "arrow":
        return frame
    if kind == "polars":
        return (frame.collect() if hasattr(frame, "collect") else frame).to_arrow()
    return _pandas_to_arrow(frame)


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


def _pandas_to_arrow(frame: Any) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        if str(name) in columns:
            raise InputError(f"the frame has two columns named {name!r}", hint="rename one of them")
        try:
            columns[str(name)] = pa.array(series, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            text = [None if _is_missing(value) else str(value) for value in series]
            columns[str(name)] = pa.array(text, type=pa.string())
    return pa.table(columns)


def _is_missing(value: object) -> bool:
    return value is None or value != value or str(value) in {"<NA>", "NaT"}  # noqa: PLR0124 - NaN differs from itself


def _floats_for_decimals(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            column = table.column(position).cast(pa.float64())
            table = table.set_column(position, field.name, column)
    return table
