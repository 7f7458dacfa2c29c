"""Write down what a source told otherwise later: each slice that is replaced, before and after.

Without it a number that moved since last week is a riddle; with it, it is a line of the table ``revisions``, and all
lines together say how long a day takes until it is complete (`payback.analysis.maturity`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from payback.engine.duckdb import quoted
from payback.engine.stored import SQL_TYPES
from payback.tables import REVISIONS
from payback.warehouse.schema import SUM_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from payback.tables import Table
    from payback.warehouse.base import Load, Slice, SliceKey, Warehouse

_SUMMED = ("conversions", "sessions")
"""Measures beside rows, cost and revenue, which the ledger of slices has."""
_NEW = "new_revisions"


def revisions_of(
    warehouse: Warehouse,
    table: Table,
    rows: str,
    changed: Sequence[Slice],
    kept: Mapping[SliceKey, Slice],
    load: Load,
) -> str | None:
    """Return the relation of the lines of ``revisions`` about slices that are to be replaced, if there are any.

    Parameters
    ----------
    warehouse : Warehouse
        Within a transaction, the old rows still in place.
    table : Table
        Table of the slices.
    rows : str
        Relation in ``warehouse.engine`` with the new rows.
    changed : sequence of Slice
        Slices that are new or differ.
    kept : mapping
        What the ledger holds, by key.
    load : Load
        The load that replaces them.
    """
    revised = [piece for piece in changed if piece.key in kept]
    if not revised:
        return None
    names = [name for name in _SUMMED if name in table]
    old = _by_key(warehouse.slice_sums(table.name, revised, names), names)
    new = _by_key(_new_sums(warehouse, table, rows, names), names)
    entries = [
        _entry(table.name, kept[one.key], one, load, old.get(one.key, {}), new.get(one.key, {})) for one in revised
    ]
    types = {column.name: _type(column.type) for column in REVISIONS.columns}
    warehouse.engine.keep_records(_NEW, types, entries)
    return _NEW


def _new_sums(warehouse: Warehouse, table: Table, rows: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    sums = "".join(f", sum({quoted(name)})" for name in names)
    day = "date" if "date" in table else "null::date"
    return warehouse.engine.rows(f"select source, account, report, {day}{sums} from {quoted(rows)} group by all")


def _by_key(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[SliceKey, dict[str, Any]]:
    return {(row[0], row[1], row[2], row[3]): dict(zip(names, row[4:], strict=True)) for row in rows}


def _entry(
    table: str, before: Slice, after: Slice, load: Load, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    at = load.at or datetime.now(UTC).replace(tzinfo=None)
    entry = dict.fromkeys(REVISIONS.names) | {
        "table_name": table,
        "source": after.source,
        "account": after.account,
        "report": after.report,
        "day": after.day,
        "revised_at": at,
        "age_days": _age(after.day, at, load.time_zone),
        "age_days_before": _age(after.day, before.loaded_at, load.time_zone),
        "cause": "source" if _settings(before) == _settings(after) else "settings",
        "load_id": load.load_id,
        "run_id": load.run_id,
    }
    for name in ("rows", "cost", "revenue"):
        entry |= {f"{name}_before": getattr(before, name), f"{name}_after": getattr(after, name)}
    for name in _SUMMED:
        entry |= {f"{name}_before": old.get(name), f"{name}_after": new.get(name)}
    return entry


def _age(day: date | None, moment: datetime | None, time_zone: str) -> int | None:
    """Return the days from a day to a moment (UTC), by the calendar of a time zone."""
    if day is None or moment is None:
        return None
    return (moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date() - day).days


def _settings(piece: Slice) -> str:
    """Return the part of a content hash that says how the rows were read."""
    return piece.content_hash.partition("-")[2]


def _type(kind: str) -> str:
    return SUM_TYPE if kind == "decimal" else SQL_TYPES[kind]
