"""Slices on the server: delete those that are replaced, find the rows of the new ones, check them, enter them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted
from payback.errors import ConservationError
from payback.tables import TABLES
from payback.warehouse.base import Slice
from payback.warehouse.mysql.ddl import PARTITION_COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from payback.warehouse.base import Load
    from payback.warehouse.duckdb import DuckDBWarehouse
    from payback.warehouse.mysql.session import Session

_DAYS_A_STATEMENT = 1_000
_LEDGER = (
    "table_name", "source", "account", "report", "day", "load_id", "request", "rows", "cost", "revenue",
    "content_hash", "flags", "run_id",
)  # fmt: skip


def kept_slices(session: Session, table: str, report: str) -> dict[tuple[str, str, str, date | None], Slice]:
    """Return what the ledger holds of a report."""
    rows = session.rows(
        'select "source", "account", "report", "day", "rows", "cost", "revenue", "content_hash", '
        'coalesce("flags", \'\'), "loaded_at" from "loads" where "table_name" = %s and "report" = %s',
        [table, report],
    )
    return {(row[0], row[1], row[2], row[3]): Slice(*row) for row in rows}


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


def delete_slices(session: Session, table: str, slices: Sequence[Slice]) -> None:
    """Delete slices, which the ledger has, from a table and from the ledger."""
    day_column = PARTITION_COLUMN if PARTITION_COLUMN in TABLES[table] else ""
    for group, days in _grouped(slices):
        _delete_days(session, table, group, day_column, days)
        _delete_days(session, "loads", group, "day", days, table)


def slices_query(bench: DuckDBWarehouse, table: str, relation: str, slices: Sequence[Slice]) -> str:
    """Return the query of the rows of slices in the workbench."""
    keys = bench.key_table(slices)
    match = f"r.{PARTITION_COLUMN} is not distinct from k.day" if PARTITION_COLUMN in TABLES[table] else "true"
    return (
        f"select {', '.join(f'r.{quoted(name)}' for name in TABLES[table].names)} from {quoted(relation)} r "
        f"join {keys} k on r.source = k.source and r.account = k.account and r.report = k.report and {match}"
    )


def check_slices(session: Session, table: str, slices: Sequence[Slice], load_id: int) -> None:
    """Compare rows and money of a load on the server with those of its slices.

    Raises
    ------
    ConservationError
        They differ.
    """
    sums = [name for name in ("cost", "revenue") if name in TABLES[table]]
    selected = ", ".join(["count(*)", *(f"sum({quoted(name)})" for name in sums)])
    found = session.rows(f'select {selected} from {quoted(table)} where "load_id" = %s', [load_id])[0]
    sent: list[Any] = [sum(piece.rows for piece in slices)]
    for name in sums:
        amounts = [getattr(piece, name) for piece in slices if getattr(piece, name) is not None]
        sent.append(sum(amounts) if amounts else None)
    compare(session, table, list(found), sent)


def compare(session: Session, table: str, found: Sequence[Any], sent: Sequence[Any]) -> None:
    """Refuse a load whose rows or sums on the server are not those that were sent.

    Raises
    ------
    ConservationError
        They differ.
    """
    if list(found) != list(sent):
        raise ConservationError(
            f"the rows or the money that reached {table} are not those that were sent; nothing was written",
            where=str(session.address),
            got=", ".join(map(str, found)),
            allowed=", ".join(map(str, sent)),
        )


def enter_slices(session: Session, table: str, slices: Sequence[Slice], load: Load) -> None:
    """Enter slices in the ledger."""
    marks = ", ".join(["%s"] * len(_LEDGER))
    names = ", ".join(map(quoted, _LEDGER))
    statement = f"insert into loads ({names}, loaded_at) values ({marks}, coalesce(%s, utc_timestamp(6)))"
    rows = [
        (table, *piece.key, load.load_id, load.request, piece.rows, piece.cost, piece.revenue, piece.content_hash,
         piece.flags or load.flags, load.run_id, load.at)
        for piece in slices
    ]  # fmt: skip
    with session.translating(), session.writer.cursor() as cursor:
        cursor.executemany(statement, rows)


def mark_slices(session: Session, table: str, slices: Sequence[Slice]) -> None:
    """Give slices of the ledger other flags."""
    statement = (
        "update loads set flags = %s where table_name = %s and source = %s and account = %s and report = %s "
        "and day <=> %s"
    )
    with session.translating(), session.writer.cursor() as cursor:
        cursor.executemany(statement, [(piece.flags, table, *piece.key) for piece in slices])


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


def _delete_days(
    session: Session, name: str, group: tuple[str, str, str], column: str, days: Sequence[date | None], table: str = ""
) -> None:
    """Delete some days of a report from a table, or those of one table from the ledger."""
    test, values = _some_days(group, column, days, table)
    session.execute(f"delete from {quoted(name)} where {test}", values)


def _some_days(
    group: tuple[str, str, str], column: str, days: Sequence[date | None], table: str = ""
) -> tuple[str, list[object]]:
    """Return the test for some days of a report, and its values."""
    test = '"source" = %s and "account" = %s and "report" = %s'
    values: list[object] = [*group]
    if table:
        test, values = test + ' and "table_name" = %s', [*values, table]
    if column:
        dated = [day for day in days if day is not None]
        marks = ", ".join(["%s"] * len(dated))
        test += f" and {quoted(column)} in ({marks})" if dated else f" and {quoted(column)} is null"
        values += dated
    return test, values
