"""Every table: columns, types, units, keys, allowed ranges and the names other tools use for them.

The five rooms of the product know only what stands here. A table is data; the SQL type names of an engine are
made from it (`warehouse/schema.py`), the reader matches headers against it, the workbook and the reference page
take their words from it.

Money is ``DECIMAL(18,6)``: twelve digits before the point hold a day of any campaign in Rupiah or Dong, six behind
it hold the micro-amounts of the ad platforms, and sums of it are exact (see DECISIONS.md).
"""

from __future__ import annotations

from payback.tables.campaign_details import CAMPAIGN_DETAILS, CAMPAIGN_TRAFFIC
from payback.tables.campaigns import CAMPAIGNS
from payback.tables.column import (
    ANALYTICS_SOURCES,
    FLAGS,
    MONEY_DIGITS,
    MONEY_SCALE,
    UNKNOWN_CURRENCY,
    Column,
    ColumnType,
    Role,
    Table,
)
from payback.tables.customers import AGE_BANDS, CUSTOMER_SEGMENTS, CUSTOMERS, ORDERS
from payback.tables.ledgers import (
    CAMPAIGN_KEYS,
    CUSTOMER_KEYS,
    DATA_QUALITY,
    FILES,
    LOADS,
    RECONCILIATION,
    REJECTED_ROWS,
    REVISIONS,
    RUN_STEPS,
    RUNS,
    STATE,
)
from payback.tables.results import CAMPAIGN_ROI, ROI_COMPARISON


def _cleaned(table: Table, name: str, description: str, grain: str) -> Table:
    """Return the clean twin of a loaded table: the same columns and the flags."""
    return Table(name, description, grain, (*table.columns, FLAGS), table.primary_key, table.indexes)


CLEAN_CAMPAIGNS = _cleaned(
    CAMPAIGNS,
    "clean_campaigns",
    "Campaign rows that passed every rule; all analysis starts here.",
    CAMPAIGNS.grain,
)

CLEAN_CUSTOMERS = _cleaned(
    CUSTOMERS,
    "clean_customers",
    "Customers that passed every rule, made from customer files and orders.",
    "one customer",
)

LOADED_TABLES = (CAMPAIGNS, CUSTOMERS, ORDERS, CAMPAIGN_DETAILS)
"""Tables that files and APIs are loaded into, slice by slice."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *LOADED_TABLES,
        CLEAN_CAMPAIGNS,
        CLEAN_CUSTOMERS,
        CUSTOMER_SEGMENTS,
        REJECTED_ROWS,
        DATA_QUALITY,
        STATE,
        LOADS,
        FILES,
        CAMPAIGN_TRAFFIC,
        REVISIONS,
        RECONCILIATION,
        RUNS,
        RUN_STEPS,
        CAMPAIGN_KEYS,
        CUSTOMER_KEYS,
    )
}
"""Every table of the warehouse by name."""

__all__ = [
    "AGE_BANDS",
    "ANALYTICS_SOURCES",
    "CAMPAIGNS",
    "CAMPAIGN_DETAILS",
    "CAMPAIGN_KEYS",
    "CAMPAIGN_ROI",
    "CAMPAIGN_TRAFFIC",
    "CLEAN_CAMPAIGNS",
    "CLEAN_CUSTOMERS",
    "CUSTOMERS",
    "CUSTOMER_KEYS",
    "CUSTOMER_SEGMENTS",
    "DATA_QUALITY",
    "FILES",
    "LOADED_TABLES",
    "LOADS",
    "MONEY_DIGITS",
    "MONEY_SCALE",
    "ORDERS",
    "RECONCILIATION",
    "REJECTED_ROWS",
    "REVISIONS",
    "ROI_COMPARISON",
    "RUNS",
    "RUN_STEPS",
    "STATE",
    "TABLES",
    "UNKNOWN_CURRENCY",
    "Column",
    "ColumnType",
    "Role",
    "Table",
]
