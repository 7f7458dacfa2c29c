"""What a MySQL database needs from time to time: fresh statistics, old months dropped, no scratch database left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.tables import TABLES
from payback.warehouse.mysql.ddl import is_partitioned
from payback.warehouse.mysql.locking import lock_name
from payback.warehouse.mysql.migrating import scratch_name
from payback.warehouse.mysql.partitions import old_partitions

if TYPE_CHECKING:
    from datetime import date

    from payback.warehouse.mysql.warehouse import MySQLWarehouse


def old_months(warehouse: MySQLWarehouse, before: date) -> dict[str, list[str]]:
    """Return the months of each daily table that ended by a day."""
    daily = [name for name, table in TABLES.items() if is_partitioned(table)]
    found = {name: [one.name for one in old_partitions(warehouse.session, name, before)] for name in daily}
    return {name: names for name, names in found.items() if names}


def left_scratch(warehouse: MySQLWarehouse) -> str | None:
    """Return the name of the scratch database that a killed restore left, if there is one that nobody uses."""
    name = scratch_name(warehouse.address.database)
    session = warehouse.session
    found = session.rows("select 1 from information_schema.schemata where schema_name = %s", [name])
    if not found or session.rows("select is_used_lock(%s)", [lock_name(name)])[0][0] is not None:
        return None
    return name if _is_ours(warehouse, name) else None


def drop_scratch(warehouse: MySQLWarehouse, name: str) -> None:
    """Drop the scratch database that a killed restore left."""
    # A restore holds the writers' lock of the database: with it in hand none is at work.
    warehouse.session.lock()
    warehouse.session.ddl(f"drop database if exists `{name.replace('`', '``')}`")


def analyze(warehouse: MySQLWarehouse) -> int:
    """Let the server count its indexes anew, so that it chooses the right one; return the number of tables."""
    warehouse.session.ddl(f"analyze no_write_to_binlog table {', '.join(f'`{name}`' for name in TABLES)}")
    return len(TABLES)


def _is_ours(warehouse: MySQLWarehouse, name: str) -> bool:
    rows = warehouse.session.rows(
        "select table_name from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE'", [name]
    )
    known = {*TABLES, "schema_version", *(f"old_{table}" for table in TABLES)}
    return {str(row[0]) for row in rows} <= known
