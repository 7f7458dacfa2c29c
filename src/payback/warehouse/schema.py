"""Make the tables of the warehouse from `payback.tables`, and know which version of them a database holds."""

from __future__ import annotations

from payback.engine.duckdb import quoted
from payback.engine.stored import SQL_TYPES
from payback.errors import SchemaVersionError
from payback.tables import TABLES, Table

SCHEMA_VERSION = 2
"""Raised by one with every change of a table; the change is added to `CHANGES`."""

# Sums of a day's money may need more digits than a row's.
SUM_TYPE = "decimal(38, 6)"
_SUM_TABLES = ("loads", "files", "data_quality", "revisions", "reconciliation")


def create_statements(tables: dict[str, Table] = TABLES) -> list[str]:
    """Return the statements that create every table that is not there."""
    statements = ["create table if not exists schema_version (version integer not null)"]
    return statements + [create_table(table) for table in tables.values()]


def create_table(table: Table) -> str:
    """Return the statement that creates a table where it is not there."""
    columns = ",\n    ".join(
        f"{quoted(column.name)} {SUM_TYPE if is_sum(table, column.type) else SQL_TYPES[column.type]}"
        for column in table.columns
    )
    return f"create table if not exists {quoted(table.name)} (\n    {columns}\n)"


def check_version(found: int | None) -> list[str]:
    """Return the statements that bring a database to the version of this program.

    Raises
    ------
    SchemaVersionError
        The database is newer than the program.
    """
    if found is None:
        return []
    if found > SCHEMA_VERSION:
        raise SchemaVersionError(
            "this database was written by a newer Payback",
            got=f"schema version {found}",
            allowed=f"up to {SCHEMA_VERSION}",
            hint="upgrade Payback: pip install --upgrade payback",
        )
    return [sql for version in range(found + 1, SCHEMA_VERSION + 1) for sql in CHANGES.get(version, ())]


def is_sum(table: Table, kind: str) -> bool:
    """Tell whether a column holds sums, which need more digits than a row."""
    return table.name in _SUM_TABLES and kind == "decimal"


CHANGES: dict[int, tuple[str, ...]] = {
    2: tuple(create_table(TABLES[name]) for name in ("campaign_traffic", "revisions", "reconciliation")),
}
"""Statements that bring a database from the version before to this one.

A table is made as it is today, so a later change of it must bear that it is done: ``add column if not exists``.
"""


def amounts(table: Table) -> list[str]:
    """Return the columns of exact amounts of a table."""
    return [column.name for column in table.columns if column.type == "decimal"]
