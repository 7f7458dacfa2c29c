"""Tables of `payback.tables` as MySQL has them.

The migrations hold this text as it was when each was written; a test compares the two, so that a change of a table
asks for a migration.

Where MySQL differs from the plain table:

- Every unique key of a partitioned table must contain the column it is partitioned by, so the key of the daily tables
  is (load_id, row_number, date). The specification's campaign_id cannot be the key: a campaign has a row for each day.
- A column of a key cannot be empty. The ledger of slices has slices without a day, so a made-up day stands in its
  unique key; its primary key is a number, for MariaDB has no made-up column there.
- Text is compared byte by byte (utf8mb4_bin), as in DuckDB; the usual collations take 'ß' for 'ss'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.tables import LOADS, MONEY_DIGITS, MONEY_SCALE, TABLES
from payback.warehouse.schema import is_sum

if TYPE_CHECKING:
    from payback.tables import Column, Table

OPTIONS = "engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin"
PARTITION_COLUMN = "date"
LATER = "later"
"""Partition of the dates that have no month of their own."""

_TYPES = {
    "integer": "bigint",
    "decimal": f"decimal({MONEY_DIGITS},{MONEY_SCALE})",
    "number": "double",
    "text": "longtext",
    "date": "date",
    "timestamp": "datetime(6)",
    "boolean": "tinyint(1)",
}
_SUM_TYPE = f"decimal(38,{MONEY_SCALE})"
_KEY_LENGTHS = {"source": 100, "account": 100, "report": 200, "path": 700, "external_key": 500}
_KEY_LENGTH = 100

# The ledger finds the slices of a report, the second gate its rejects.
_MORE_INDEXES = {"rejected_rows": (("gate", "table_name", "source"),), "loads": (("load_id",),)}
_SLICE_DAY = "slice_day"


def is_partitioned(table: Table) -> bool:
    """Tell whether a table has a row for each day, and so a partition for each month."""
    return PARTITION_COLUMN in table and bool(table.primary_key)


def column_type(table: Table, column: Column) -> str:
    """Return the type of a column as ``information_schema`` shows it."""
    if column.type == "text" and (length := _length(table, column)):
        return f"varchar({length})"
    if column.type == "decimal" and is_sum(table, column.type):
        return _SUM_TYPE
    return _TYPES[column.type]


def create_table(table: Table) -> str:
    """Return the statement that creates a table where it is not there."""
    keys = _key(table)
    lines = [
        f"    {_named(column.name)} {column_type(table, column)}{_null(table, column)}" for column in table.columns
    ]
    is_ledger = table.name == LOADS.name
    if is_ledger:
        # MariaDB takes neither "not null" nor a place in the primary key of such a column.
        lines.append(f"    {_named(_SLICE_DAY)} date generated always as (coalesce(`day`, date '1000-01-01')) stored")
    if is_ledger or not keys:
        lines.insert(0, "    `id` bigint not null auto_increment")
    lines.append(f"    primary key ({'`id`' if is_ledger or not keys else _names(keys)})")
    if is_ledger:
        lines.append(f"    unique key `by_slice` ({_names(keys)})")
    lines += [f"    key {_named('by_' + '_'.join(index))} ({_names(index)})" for index in indexes(table)]
    partitions = (
        f"\npartition by range columns (`{PARTITION_COLUMN}`) (partition `{LATER}` values less than (maxvalue))"
        if is_partitioned(table)
        else ""
    )
    body = ",\n".join(lines)
    return f"create table if not exists {_named(table.name)} (\n{body}\n) {OPTIONS}{partitions}"


def indexes(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each index beside the key."""
    return (*table.indexes, *_MORE_INDEXES.get(table.name, ()))


def create_statements() -> dict[str, str]:
    """Return the statement of each table by its name."""
    return {name: create_table(table) for name, table in TABLES.items()}


def _key(table: Table) -> tuple[str, ...]:
    if table.name == LOADS.name:
        return tuple(_SLICE_DAY if name == "day" else name for name in table.primary_key)
    if is_partitioned(table):
        return (*table.primary_key, PARTITION_COLUMN)
    return table.primary_key


def _length(table: Table, column: Column) -> int | None:
    if column.length:
        return column.length
    indexed = {name for index in indexes(table) for name in index} | set(_key(table))
    return _KEY_LENGTHS.get(column.name, _KEY_LENGTH) if column.name in indexed else None


def _null(table: Table, column: Column) -> str:
    return " not null" if column.name in _key(table) else ""


def _named(name: str) -> str:
    return f"`{name}`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_named, names))
