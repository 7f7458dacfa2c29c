"""Campaign rows for tests of warehouses: a few, made in SQL, whose sums a person can check."""

from __future__ import annotations

from typing import Any

from payback.warehouse.base import Load
from payback.warehouse.slices import slices_of

PLAIN = {
    "campaign_id": "1",
    "campaign_name": "'Spring'",
    "channel": "'Search'",
    "cost": "10.5",
    "impressions": "1000",
    "clicks": "10",
    "conversions": "1.5",
    "revenue": "31.25",
    "date": "date '2024-05-01'",
    "source": "'google'",
    "account": "''",
    "currency": "'EUR'",
    "external_campaign_id": "'c1'",
    "report": "'google_ads'",
    "load_id": "1",
    "row_number": "1",
    "row_hash": "11",
}
"""The columns of the table and the SQL of their values."""


def campaign_rows(warehouse: Any, *changes: dict[str, str], name: str = "rows") -> str:
    """Make a relation with a row for each set of changes to `PLAIN`; rows are numbered from 1."""
    from payback.tables import CAMPAIGNS
    from payback.warehouse.schema import create_table

    types = create_table(CAMPAIGNS).replace('create table if not exists "campaigns"', f"create temp table {name}")
    warehouse.engine.execute(f"drop table if exists {name}")
    warehouse.engine.execute(types)
    for number, change in enumerate(changes or ({},), 1):
        values = PLAIN | {"row_number": str(number), "row_hash": str(number)} | change
        warehouse.engine.execute(f"insert into {name} ({', '.join(values)}) values ({', '.join(values.values())})")
    return name


def write(warehouse: Any, *changes: dict[str, str], load_id: int = 1, settings_hash: str = "s") -> None:
    """Write rows as slices, in a transaction."""
    with warehouse.transaction():
        relation = campaign_rows(warehouse, *({"load_id": str(load_id)} | change for change in changes or ({},)))
        slices = slices_of(warehouse.engine, relation, "campaigns", settings_hash)
        warehouse.write_slices("campaigns", relation, slices, Load(load_id, "a test"))
