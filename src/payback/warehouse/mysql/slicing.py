"""Slices on the server: delete those that are replaced, find the rows of the new ones, check them, enter them.

Two connections may do this at the same time for different slices (`payback.warehouse.mysql.streams`), so no statement
may look at ledger rows of the other: a row of the ledger is changed by its number, and never deleted and made anew, for
InnoDB would also lock its neighbours to keep the key unique.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted
from payback.errors import ConservationError
from payback.tables import TABLES
from payback.warehouse.base import Slice
from payback.warehouse.mysql.ddl import PARTITION_COLUMN
from payback.warehouse.mysql.lines import STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from payback.warehouse.base import Load, SliceKey
    from payback.warehouse.duckdb import DuckDBWarehouse
    from payback.warehouse.mysql.session import Session
    from payback.warehouse.mysql.writer import Writer

_DAYS_A_STATEMENT = 1_000
_ENTRIES_A_STATEMENT = 500
_CONTENT = ("rows", "cost", "revenue", "content_hash", "flags")
_LEDGER = (
    "table_name", "source", "account", "report", "day", "load_id", "request", "run_id", *_CONTENT,
)  # fmt: skip


def kept_slices(session: Session, table: str, report: str) -> dict[SliceKey, Slice]:
    """Return what the ledger holds of a report."""
    rows = session.rows(
        'select "source", "account", "report", "day", "rows", "cost", "revenue", "content_hash", '
        'coalesce("flags", \'\'), "loaded_at" from "loads" where "table_name" = %s and "report" = %s',
        [table, report],
    )
    return {(row[0], row[1], row[2], row[3]): Slice(*row) for row in rows}


def ledger_numbers(session: Session, table: str, reports: Sequence[str]) -> dict[SliceKey, int]:
    """Return the number of each row of the ledger that some reports have, by the key of its slice."""
    marks = ", ".join(["%s"] * len(reports))
    rows = session.rows(
        'select "source", "account", "report", "day", "id" from "loads" '
        f'where "table_name" = %s and "report" in ({marks})',
        [table, *reports],
    )
    return {(row[0], row[1], row[2], row[3]): int(row[4]) for row in rows}


def ledger_state(session: Session) -> str:
    """Return a text that changes with every load."""
    (row,) = session.rows(
        'select count(*), coalesce(max("load_id"), 0), coalesce(sum("rows"), 0), '
        '(select coalesce(max("load_id"), 0) from "files"), (select count(*) from "files") from "loads"'
    )
    return " ".join(map(str, row))


def next_load_id(session: Session) -> int:
    """Return a number larger than that of every load so far."""
    (row,) = session.rows(
        'select 1 + greatest((select coalesce(max("load_id"), 0) from "loads"), '
        '(select coalesce(max("load_id"), 0) from "files"))'
    )
    return int(row[0])


def delete_slices(writer: Writer, table: str, slices: Sequence[Slice]) -> None:
    """Delete the rows of slices."""
    day_column = PARTITION_COLUMN if PARTITION_COLUMN in TABLES[table] else ""
    for group, days in _grouped(slices):
        test, values = _some_days(group, day_column, days)
        writer.execute(f"delete from {quoted(table)} where {test}", values)


def slices_query(bench: DuckDBWarehouse, table: str, relation: str, parts: Sequence[Sequence[Slice]]) -> str:
    """Return the query of the rows of slices in the workbench; with several parts a column tells which one."""
    match = f"r.{PARTITION_COLUMN} is not distinct from k.day" if PARTITION_COLUMN in TABLES[table] else "true"
    keys = " union all ".join(
        f"select *, {number} as {STREAM} from {bench.key_table(part)}" for number, part in enumerate(parts)
    )
    names = [f"r.{quoted(name)}" for name in TABLES[table].names] + ([f"k.{STREAM}"] if len(parts) > 1 else [])
    return (
        f"select {', '.join(names)} from {quoted(relation)} r "
        f"join ({keys}) k on r.source = k.source and r.account = k.account and r.report = k.report and {match}"
    )


def check_slices(writer: Writer, table: str, slices: Sequence[Slice], load_id: int) -> None:
    """Compare rows and money of a load on the server with those of its slices.

    Raises
    ------
    ConservationError
        They differ.
    """
    sums = [name for name in ("cost", "revenue") if name in TABLES[table]]
    selected = ", ".join(["count(*)", *(f"sum({quoted(name)})" for name in sums)])
    found = writer.rows(f'select {selected} from {quoted(table)} where "load_id" = %s', [load_id])[0]
    sent: list[Any] = [sum(piece.rows for piece in slices)]
    for name in sums:
        amounts = [getattr(piece, name) for piece in slices if getattr(piece, name) is not None]
        sent.append(sum(amounts) if amounts else None)
    compare(writer, table, list(found), sent)


def compare(writer: Writer, table: str, found: Sequence[Any], sent: Sequence[Any]) -> None:
    """Refuse a load whose rows or sums on the server are not those that were sent.

    Raises
    ------
    ConservationError
        They differ.
    """
    if list(found) != list(sent):
        raise ConservationError(
            f"the rows or the money that reached {table} are not those that were sent; nothing was written",
            where=str(writer.address),
            got=", ".join(map(str, found)),
            allowed=", ".join(map(str, sent)),
        )


def enter_slices(
    writer: Writer, table: str, slices: Sequence[Slice], load: Load, numbers: Mapping[SliceKey, int]
) -> None:
    """Enter slices in the ledger.

    Parameters
    ----------
    writer : Writer
        Where.
    table : str
        Table of the slices.
    slices : sequence of Slice
        Slices that were replaced or are new.
    load : Load
        The load that did it.
    numbers : mapping
        Numbers of the rows that the ledger has already, see `ledger_numbers`.
    """
    load_values = [load.load_id, load.request, load.run_id]
    fresh = [
        (table, *piece.key, *load_values, *_content(piece, load), load.at)
        for piece in slices if piece.key not in numbers
    ]  # fmt: skip
    marks = ", ".join(["%s"] * len(_LEDGER))
    names = ", ".join(map(quoted, _LEDGER))
    if fresh:
        writer.execute_each(
            f"insert into loads ({names}, loaded_at) values ({marks}, coalesce(%s, utc_timestamp(6)))", fresh
        )
    known = {numbers[piece.key]: _content(piece, load) for piece in slices if piece.key in numbers}
    also = "l.load_id = %s, l.request = %s, l.run_id = %s, l.loaded_at = coalesce(%s, utc_timestamp(6))"
    _change_entries(writer, _CONTENT, known, also, [*load_values, load.at])


def mark_slices(writer: Writer, slices: Sequence[Slice], numbers: Mapping[SliceKey, int]) -> None:
    """Give slices of the ledger other flags."""
    _change_entries(
        writer, ("flags",), {numbers[piece.key]: (piece.flags,) for piece in slices if piece.key in numbers}
    )


def _content(piece: Slice, load: Load) -> tuple[object, ...]:
    return piece.rows, piece.cost, piece.revenue, piece.content_hash, piece.flags or load.flags


def _change_entries(
    writer: Writer,
    columns: Sequence[str],
    entries: Mapping[int, Sequence[object]],
    also: str = "",
    values: Sequence[object] = (),
) -> None:
    """Give rows of the ledger other values by their numbers, and all of them what ``also`` says."""
    row = f"select {', '.join(f'%s as {quoted(name)}' for name in ('id', *columns))}"
    changes = ", ".join([f"l.{quoted(name)} = n.{quoted(name)}" for name in columns] + ([also] if also else []))
    pairs = list(entries.items())
    for start in range(0, len(pairs), _ENTRIES_A_STATEMENT):
        chunk = pairs[start : start + _ENTRIES_A_STATEMENT]
        given = [value for number, content in chunk for value in (number, *content)]
        # The order is told: the other way round the whole ledger would be read, and locked on the way.
        writer.execute(
            f"update ({' union all '.join([row] * len(chunk))}) n straight_join loads l on l.id = n.id set {changes}",
            [*given, *values],
        )


def slice_sums(
    session: Session, table: str, slices: Sequence[Slice], columns: Sequence[str], *, own: bool
) -> list[tuple[Any, ...]]:
    """Return source, account, report, day and the sums of columns of those slices that have rows.

    With ``own`` what the open transaction wrote is seen; without it what was committed, and nothing is held.
    """
    day_column = PARTITION_COLUMN if PARTITION_COLUMN in TABLES[table] else ""
    sums = "".join(f", sum({quoted(name)})" for name in columns)
    selected = f'select "source", "account", "report", {quoted(day_column) if day_column else "null"}{sums}'
    found: list[tuple[Any, ...]] = []
    for group, days in _grouped(slices):
        test, values = _some_days(group, day_column, days)
        by = f", {quoted(day_column)}" if day_column else ""
        sql = f'{selected} from {quoted(table)} where {test} group by "source", "account", "report"{by}'
        found += session.rows(sql, values) if own else session.committed_rows(sql, values)
    return found


def _grouped(slices: Sequence[Slice]) -> Iterator[tuple[tuple[str, str, str], list[date | None]]]:
    """Yield source, account and report with as many of their days as one statement takes."""
    groups: dict[tuple[str, str, str], list[date | None]] = {}
    for piece in slices:
        groups.setdefault(piece.key[:3], []).append(piece.day)
    for group, days in groups.items():
        for start in range(0, len(days), _DAYS_A_STATEMENT):
            yield group, days[start : start + _DAYS_A_STATEMENT]


def _some_days(group: tuple[str, str, str], column: str, days: Sequence[date | None]) -> tuple[str, list[object]]:
    """Return the test for some days of a report, and its values."""
    test = '"source" = %s and "account" = %s and "report" = %s'
    values: list[object] = [*group]
    if column:
        dated = [day for day in days if day is not None]
        marks = ", ".join(["%s"] * len(dated))
        test += f" and {quoted(column)} in ({marks})" if dated else f" and {quoted(column)} is null"
        values += dated
    return test, values
