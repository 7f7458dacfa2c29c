"""Rows for the warehouse, as Parquet, made of what the store holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import literal, read_sql
from payback.engine.typed import lasting_hash
from payback.sources.ga4_export.crm import CrmFile, register_crm
from payback.sources.ga4_export.options import SOURCE
from payback.sources.ga4_export.store import customers_sql
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS, CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from payback.sources.ga4_export.store import ExportStore
    from payback.tables import Table

_ROOM = "payback.sources.ga4_export"
_ROWS = {CAMPAIGN_TRAFFIC.name: "traffic_rows.sql", CAMPAIGNS.name: "campaign_rows.sql"}


@dataclass(frozen=True)
class ExportRows:
    """Rows of one table that differ from what a warehouse holds.

    Parameters
    ----------
    path : Path
        Parquet file: the readable columns of the table, ``report``, ``row_number`` and ``row_hash``.
    days : list of date
        Days whose rows are in it.
    emptied : list of date
        Days that the warehouse has and that have no rows any more.
    """

    path: Path
    days: list[date]
    emptied: list[date]


def write_day_rows(store: ExportStore, table: Table, held: Mapping[date, str], path: Path) -> ExportRows:
    """Write the rows of those days that a warehouse does not hold yet, or holds otherwise.

    Parameters
    ----------
    store : ExportStore
        What is known of the export.
    table : Table
        ``campaign_traffic`` or ``campaigns``.
    held : dict of date to str
        Content hash of each day that the warehouse has of this report, see `payback.warehouse.base.Slice`.
    path : path
        File to write.
    """
    columns = [column.name for column in table.readable if column.name != "campaign_id"]
    rows = read_sql(_ROOM, _ROWS[table.name], row_hash=lasting_hash(columns))
    engine = store.engine
    engine.execute(f"create or replace temp table rows as {rows}", [SOURCE], name=f"export rows of {table.name}")
    hashes = dict(engine.rows("select date, sum(row_hash)::varchar || '-' from rows group by date order by date"))
    days = [day for day, content in hashes.items() if held.get(day) != content]
    engine.execute(
        f"copy (select * from rows where list_contains($1::date[], date)) to {literal(str(path))} (format parquet)",
        [days],
        name=f"write rows of {table.name}",
    )
    engine.execute("drop table rows")
    known = {day for row in engine.rows("select day, first_day, last_day from parts") for day in row}
    # A day that the export no longer holds stays: its tables expire, the warehouse keeps them.
    return ExportRows(path, days, sorted((held.keys() - hashes.keys()) & known))


def write_customer_rows(store: ExportStore, crm: CrmFile | None, path: Path, people: str | None = None) -> int:
    """Write one row a person, with age and gender where a file of the shop knows them; return how many it knew.

    Parameters
    ----------
    store : ExportStore
        What is known of the export.
    crm : CrmFile, optional
        The shop's own file of people.
    path : path
        File to write.
    people : str, optional
        SQL of one row a person, see `payback.sources.ga4_export.users.read_users`; from the events without it.

    Raises
    ------
    InputError
        The file of people cannot be used.
    """
    engine = store.engine
    people = people or customers_sql(store.options)
    engine.execute(f"create or replace temp table people as {people}", name="export customers")
    matched = register_crm(engine, crm)
    columns = [column.name for column in CUSTOMERS.readable if column.name != "customer_id"]
    rows = read_sql(
        _ROOM, "customer_rows.sql", people="people", crm="crm_people", row_hash=lasting_hash(columns)
    ).replace("$1", literal(SOURCE))
    engine.execute(f"copy ({rows}) to {literal(str(path))} (format parquet)", name="write customers")
    for name in ("people", "crm_people"):
        engine.execute(f"drop table {name}")
    return matched
