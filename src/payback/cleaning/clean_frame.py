"""Put what cleaning made beside what the caller brought, so that no column of theirs is changed or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.cleaning.rules import CAMPAIGN_RULES, CUSTOMER_RULES
from payback.engine.frames import columns_at, eager_names, from_arrow, from_columns, kind_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pyarrow as pa

    from payback.cleaning.judged_frame import JudgedFrame

FLAGS = "flags"


def clean_frame(frame: Any, rows: pa.Table, result: JudgedFrame) -> Any:
    """Return the clean rows of a frame: the table's columns, then the frame's others, then the flags.

    Parameters
    ----------
    frame : frame
        What the caller brought.
    rows : pyarrow.Table
        The same as Arrow.
    result : JudgedFrame
        Verdicts on its rows.
    """
    made = result.clean()
    positions = made.column("row_number").to_numpy() - 1
    ours = _native(made, frame)
    identity, known = result.mapping.table.names[0], result.columns
    left = [name for name in result.mapping.unused if name != FLAGS or not _are_flags(rows.column(name))]
    own = [result.mapping.columns[identity].header] if identity in known else []
    places = [rows.column_names.index(header) for header in (*own, *left)]
    theirs = list(columns_at(frame, positions, places).items())
    # Ids are the caller's: they stay as they are, whatever their type.
    columns: dict[Hashable, Any] = {name: theirs[0][1] if name == identity else ours[name] for name in known}
    _add(columns, theirs[len(own) :], {*known, FLAGS})
    columns[FLAGS] = ours[FLAGS]
    return from_columns(columns, frame, positions)


def rejected_frame(frame: Any, result: JudgedFrame) -> Any:
    """Return the rejected rows of a frame as they came, with the reasons behind."""
    reasons = result.rejected()
    positions = reasons.column("row_number").to_numpy() - 1
    ours = _native(reasons.drop_columns("row_number"), frame)
    columns: dict[Hashable, Any] = {}
    theirs = columns_at(frame, positions, range(len(eager_names(frame))))
    _add(columns, list(theirs.items()), set(ours))
    return from_columns(columns | ours, frame, positions)


def _add(columns: dict[Hashable, Any], more: list[tuple[Hashable, Any]], taken: set[str]) -> None:
    """Add columns of the caller; one whose name is taken gets ``given_`` before it."""
    names = {str(name) for name, _ in more} | taken
    for name, column in more:
        free = name
        while str(free) in taken or free in columns:
            free = f"given_{free}"
            free = free if free not in names else f"given_{free}"
        columns[free] = column


def _native(table: pa.Table, frame: Any) -> dict[str, Any]:
    native = from_arrow(table, kind_of(frame))
    return {name: native[name] for name in table.column_names}


def _are_flags(column: pa.ChunkedArray) -> bool:
    """Tell whether a column holds flags of an earlier cleaning, which this one makes anew."""
    rules = {rule.name for rule in (*CAMPAIGN_RULES, *CUSTOMER_RULES)}
    return all(value is None or set(str(value).split(",")) <= rules for value in column.unique().to_pylist())
