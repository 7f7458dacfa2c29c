"""Clean what the warehouse holds: loaded tables in, clean tables, rejected rows and processed Parquet out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.cleaning.judging import CleaningSettings, Judged, check_conserved, judge, quality_sql, rejected_sql
from payback.engine.duckdb import quoted, read_sql
from payback.tables import CAMPAIGNS, CLEAN_CAMPAIGNS, CLEAN_CUSTOMERS, CUSTOMERS, Table
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from pathlib import Path

    from payback.data_loader import DataLoader

_QUERIES = {CAMPAIGNS.name: "named_campaigns.sql", CUSTOMERS.name: "all_customers.sql"}
_CLEAN = {CAMPAIGNS.name: CLEAN_CAMPAIGNS, CUSTOMERS.name: CLEAN_CUSTOMERS}
_EXPOSED = ("campaigns", "campaign_details", "customers", "orders", "customer_keys", "rejected_rows", "files")

_BESIDE = {CAMPAIGNS.name: "campaign_details", CUSTOMERS.name: "orders"}
"""The table that a query of `_QUERIES` adds to the loaded rows."""
_ROWS_OF_A_LOAD = 2**32
"""More than any file has; so the number of a load and that of a row in it make one number that sorts as the two."""

QUALITY = "data_quality"
"""Name of the table that counts rows by gate and reason."""


@dataclass
class Cleaned:
    """Numbers of rows of a cleaning, and what a person should know."""

    rows_in: int = 0
    rows_out: int = 0
    rows_rejected: int = 0
    warnings: list[str] = field(default_factory=list)


def clean_tables(loader: DataLoader, run_id: str | None = None) -> Cleaned:
    """Clean campaigns and customers in the warehouse and write them to ``paths.processed_data``.

    Everything is written in one transaction: a reader sees the clean tables of before or of now, never half.
    """
    return retried(lambda: _clean_tables(loader, run_id))


def _clean_tables(loader: DataLoader, run_id: str | None) -> Cleaned:
    warehouse, engine = loader.warehouse, loader.warehouse.engine
    warehouse.expose(*_EXPOSED)
    settings = cleaning_settings(loader)
    cleaned = Cleaned()
    try:
        judged = [_judge(loader, table, settings) for table in (CAMPAIGNS, CUSTOMERS)]
        with warehouse.transaction():
            warehouse.delete("rejected_rows", {"gate": "cleaning"})
            for one in judged:
                _write(loader, one, run_id)
                cleaned.rows_in += one.totals["rows"]
                cleaned.rows_out += one.totals["clean"]
                cleaned.rows_rejected += one.totals["rejected"]
            cleaned.rows_rejected += _reject_orders(loader, run_id)
            _write_quality(loader, judged)
        cleaned.warnings += _shared_rows(loader, judged[0])
    finally:
        engine.drop_temporary()
    return cleaned


def write_processed(loader: DataLoader) -> list[Path]:
    """Write the clean tables as Parquet: campaigns partitioned by month, customers in one file."""
    folder = loader.settings.paths.processed_data
    warehouse = loader.warehouse
    warehouse.expose("clean_campaigns", "clean_customers")
    written = []
    for table, order, months_of in (
        (CLEAN_CAMPAIGNS, "date, campaign_id, load_id, row_number", "date"),
        (CLEAN_CUSTOMERS, "customer_id", None),
    ):
        target = folder / table.name.removeprefix("clean_")
        query = f"select * from {quoted(table.name)}"
        warehouse.engine.write_parquet(query, target, order=order, months_of=months_of)
        written.append(target)
    return written


def cleaning_settings(loader: DataLoader) -> CleaningSettings:
    """Return the settings of cleaning as the project has them."""
    chosen = loader.settings.cleaning
    return CleaningSettings(
        severity=dict(chosen.severity),
        channels=loader.project / chosen.channels if chosen.channels else None,
        today=chosen.today,
        outlier_factor=chosen.outlier_factor,
    )


def _judge(loader: DataLoader, table: Table, settings: CleaningSettings) -> Judged:
    engine = loader.warehouse.engine
    view = f"readable_{table.name}"
    query = read_sql("payback.warehouse", _QUERIES[table.name])
    # Where no other table fills in anything, the loaded rows are read where they are, and not copied.
    beside = engine.row(f"select exists (from {quoted(_BESIDE[table.name])})")[0]
    kind, rows = ("table", f"({query})") if beside else ("view", quoted(table.name))
    engine.execute(
        f"create or replace temp {kind} {view} as select load_id * {_ROWS_OF_A_LOAD} + row_number as row_id, "
        f"null::varchar as unread, null::varchar as reason_column, null::varchar as reason_value, * from {rows}",
        name=f"take {table.name}",
    )
    return judge(engine, view, table, _present(loader, table, view), settings)


def _present(loader: DataLoader, table: Table, view: str) -> set[str]:
    """Return the columns that hold something: rules about a column that no file has would flag every row."""
    engine = loader.warehouse.engine
    tests = ", ".join(f"count({quoted(column.name)}) > 0" for column in table.columns)
    values = engine.row(f"select {tests} from {view}")
    return {column.name for column, present in zip(table.columns, values, strict=True) if present}


def _write(loader: DataLoader, judged: Judged, run_id: str | None) -> None:
    engine, warehouse = loader.warehouse.engine, loader.warehouse
    clean = _CLEAN[judged.table.name]
    engine.execute(
        f"create or replace temp view passed as select {', '.join(map(quoted, clean.names))} "
        f"from {judged.relation} where reason is null"
    )
    warehouse.replace_table(clean.name, "passed")
    warehouse.expose(clean.name)
    sums = {name: f"sum({name}) as {name}" for name in ("cost", "revenue") if name in clean}
    found = engine.records(f"select {', '.join(['count(*) as rows', *sums.values()])} from {quoted(clean.name)}")[0]
    check_conserved(judged, found.pop("rows"), found)
    columns = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in judged.table.names)
    rejected = rejected_sql(judged, original=f"to_json(struct_pack({columns}))::varchar")
    engine.execute(f"create or replace temp table turned_away as {rejected}")
    engine.execute("update turned_away set run_id = ?", [run_id])
    warehouse.append("rejected_rows", "turned_away")


def _shared_rows(loader: DataLoader, judged: Judged) -> list[str]:
    """Return a warning for each two files whose cost is probably counted twice."""
    if not loader.warehouse.engine.row("select count(distinct report) > 1 from campaigns")[0]:
        return []
    found = loader.warehouse.engine.rows(read_sql("payback.pipeline", "shared_rows.sql", judged=judged.relation))
    return [
        f"{rows:,} rows of {one} are rows of {other} too, letter for letter, and count in both: if one file is a copy "
        "of the other, load both with the same --source"
        for one, other, rows in found
    ]


def _reject_orders(loader: DataLoader, run_id: str | None) -> int:
    """Enter the order lines that name no customer among the rejected rows; return their number."""
    engine, warehouse = loader.warehouse.engine, loader.warehouse
    engine.execute(read_sql("payback.pipeline", "nameless_orders.sql"), [run_id])
    return warehouse.append("rejected_rows", "nameless_orders")


def _write_quality(loader: DataLoader, judged: list[Judged]) -> None:
    """Keep the count of rows by reason, of both gates, in the table ``data_quality``."""
    engine = loader.warehouse.engine
    cleaning = " union all ".join(f"({quality_sql(one)})" for one in judged)
    engine.execute(f"create or replace temp view cleaning_quality as {cleaning}")
    engine.execute(read_sql("payback.pipeline", "quality.sql"))
    loader.warehouse.replace_table(QUALITY, "all_quality")


def row_accounts(loader: DataLoader) -> list[dict[str, Any]]:
    """Return where the rows of each table went, and their money, a line for each currency."""
    warehouse = loader.warehouse
    warehouse.expose(*_EXPOSED, "clean_campaigns", "clean_customers")
    return warehouse.engine.records(read_sql("payback.pipeline", "row_accounts.sql"))


def has_rows(loader: DataLoader, table: str) -> bool:
    """Tell whether a table holds anything."""
    loader.warehouse.expose(table)
    return bool(loader.warehouse.engine.row(f"select exists (select 1 from {quoted(table)})")[0])
