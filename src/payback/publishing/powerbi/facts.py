"""The facts: what is added up. A further fact is one more entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.metrics import METRICS, Metric
from payback.publishing.powerbi.entries import Attribute, Fact
from payback.tables import (
    CAMPAIGN_TRAFFIC,
    CLEAN_CAMPAIGNS,
    CLEAN_CUSTOMERS,
    CUSTOMER_SEGMENTS,
    DATA_QUALITY,
    Column,
    Table,
)

if TYPE_CHECKING:
    from payback.metrics import Better, Unit


def _added(column: str, label: str, definition: str, unit: Unit = "count", better: Better = "neutral") -> Metric:
    """Return the metric that adds up a column."""
    words = f"sum of {column.replace('_', ' ')}"
    decimals = 0 if unit == "count" else 2
    return Metric(_name(label), label, definition, "additive", {column: 1}, unit, words, None, decimals, better)


def _ratio(label: str, definition: str, over: tuple[str, str], unit: Unit, decimals: int = 2) -> Metric:
    """Return the metric that divides the sum of a column by that of another."""
    formula = " / ".join(part.replace("_", " ") for part in over)
    return Metric(_name(label), label, definition, "ratio", {over[0]: 1}, unit, formula, over[1], decimals)


def _net(label: str, definition: str, numerator: dict[str, int], formula: str) -> Metric:
    """Return the metric that adds up counts with signs."""
    return Metric(_name(label), label, definition, "difference", numerator, "count", formula, None, 0, "neutral")


def _name(label: str) -> str:
    return label.lower().replace(" ", "_")


CAMPAIGN_PERFORMANCE = Fact(
    "Campaign Performance",
    "What campaigns cost and brought: one row for each campaign, day, channel, country and currency.",
    CLEAN_CAMPAIGNS,
    ("Channel", "Campaign", "Source", "Country", "Currency"),
    tuple(METRICS.values()),
    day="date",
    over_time=("cost", "revenue", "profit", "conversions", "roas", "roi"),
    folders=(
        ("Amounts", ("cost", "revenue", "profit")),
        ("Counts", ("impressions", "clicks", "conversions")),
        ("Efficiency", ("roi", "roas", "cpa", "cpc", "cpm", "ctr", "cvr", "aov")),
        ("Quality", ("coverage",)),
    ),
    shares=("cost", "revenue"),
    note="Amounts In",
)

_TRAFFIC = (
    _added("sessions", "Sessions", "Sessions that began.", better="higher"),
    _added("engaged_sessions", "Engaged Sessions", "Sessions that count as engaged.", better="higher"),
    _added("page_views", "Page Views", "Pages and screens seen.", better="higher"),
    _added("conversions", "Web Conversions", "Key events that web analytics reports.", "decimal", "higher"),
    _added("transactions", "Web Transactions", "Purchases that web analytics reports.", better="higher"),
    _added("revenue", "Web Revenue", "Revenue that web analytics reports, refunds subtracted.", "money", "higher"),
    _ratio("Engagement Rate", "Share of sessions that are engaged.", ("engaged_sessions", "sessions"), "percent", 1),
    _ratio("Pages per Session", "Pages seen in a session.", ("page_views", "sessions"), "decimal"),
    _ratio("Session Conversion Rate", "Conversions for each session.", ("conversions", "sessions"), "percent"),
    _ratio("Revenue per Session", "Revenue of a session.", ("revenue", "sessions"), "money"),
)
TRAFFIC = Fact(
    "Traffic",
    "Sessions and what came of them, as web analytics attributes them to campaigns, day by day.",
    CAMPAIGN_TRAFFIC,
    ("Channel", "Campaign", "Source", "Country", "Currency"),
    _TRAFFIC,
    day="date",
    over_time=("sessions",),
)

CUSTOMER_ROWS = Table(
    "customer_rows",
    "Customers that passed every rule, with their segment and totals instead of means.",
    "one customer",
    (
        *(CLEAN_CUSTOMERS[name] for name in ("customer_id", "source", "account", "country", "currency")),
        CUSTOMER_SEGMENTS["segment"],
        Column("customers", "integer", "One for each customer.", "measure"),
        CLEAN_CUSTOMERS["sessions"],
        Column("session_seconds", "decimal", "Duration of all sessions.", "measure", "seconds"),
        Column("page_views", "decimal", "Pages seen in all sessions.", "measure"),
        CLEAN_CUSTOMERS["transactions"],
        CLEAN_CUSTOMERS["revenue"],
    ),
)
CUSTOMER_FACTS = Fact(
    "Customer Facts",
    "What customers did and spent, over all days: one row for each customer.",
    CUSTOMER_ROWS,
    ("Customer", "Segment", "Source", "Country", "Currency"),
    (
        _added("customers", "Customers", "Number of customers.", better="higher"),
        _added("sessions", "Customer Sessions", "Sessions of the customers.", better="higher"),
        _added("transactions", "Transactions", "Orders of the customers.", better="higher"),
        _added("revenue", "Customer Revenue", "Revenue of the customers, refunds subtracted.", "money", "higher"),
        _ratio("Revenue per Customer", "What a customer brought.", ("revenue", "customers"), "money"),
        _ratio("Revenue per Transaction", "What an order brought.", ("revenue", "transactions"), "money"),
        _ratio("Transactions per Customer", "Orders of a customer.", ("transactions", "customers"), "decimal"),
        _ratio("Sessions per Customer", "Sessions of a customer.", ("sessions", "customers"), "decimal"),
        _ratio("Seconds per Session", "Mean length of a session.", ("session_seconds", "sessions"), "decimal", 0),
        _ratio("Pages per Visit", "Pages seen in a session.", ("page_views", "sessions"), "decimal"),
    ),
    query="customer_rows.sql",
    summed=False,
    shares=("customers", "customer_revenue"),
    note="Customer Amounts In",
)

_WORDS = (
    Attribute("table_name", "Table", "string", "Table of the rows."),
    Attribute("gate", "Gate", "string", "loading or cleaning."),
    Attribute("severity", "Severity", "string", "reject (turned away), flag (kept and marked) or note (only counted)."),
    Attribute("reason", "Reason", "string", "Reason code: the name of the rule."),
    Attribute("rule", "Rule", "string", "The rule in words."),
)
QUALITY = Fact(
    "Data Quality",
    "How many rows each reason concerns, and their money: one row for each table, reason and currency.",
    DATA_QUALITY,
    ("Currency",),
    (
        _added("rows", "Rows Concerned", "Rows that a rule speaks of; a row may be counted by several rules."),
        _added("cost", "Cost Concerned", "Cost of the rows, where it could be read.", "money"),
        _added("revenue", "Revenue Concerned", "Revenue of the rows, where it could be read.", "money"),
    ),
    details=_WORDS,
)

_COUNTS = ("rows_read", "rows_clean", "rejected_at_loading", "rejected_at_cleaning", "rows_merged")
_AMOUNTS = ("cost_in", "cost_clean", "cost_rejected")
ACCOUNT_ROWS = Table(
    "row_accounts",
    "Where the rows of each loaded table went, and their money.",
    "one loaded table, for each currency",
    (
        Column("table", "text", "Table that the files were loaded into.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts; XXX where nobody stated one.", "key", length=3),
        *(Column(name, "integer", "Rows.", "measure", "rows") for name in _COUNTS),
        *(Column(name, "decimal", "Sum of cost.", "measure", "money") for name in _AMOUNTS),
    ),
)
ACCOUNTS = Fact(
    "Row Account",
    "Where the rows of the files went, and their money: one row for each loaded table and currency.",
    ACCOUNT_ROWS,
    ("Currency",),
    (
        _added("rows_read", "Rows Read", "Data rows in the files."),
        _added("rows_clean", "Rows Clean", "Rows that passed every rule."),
        _net(
            "Rows Rejected",
            "Rows turned away, because they could not be read or broke a rule.",
            {"rejected_at_loading": 1, "rejected_at_cleaning": 1},
            "rejected at loading + rejected at cleaning",
        ),
        _added("rows_merged", "Rows Merged", "Rows that went into another one, as order lines of a customer do."),
        _net(
            "Rows Missing",
            "Rows that are neither clean nor rejected nor merged: zero, or something is wrong.",
            {name: 1 if name == "rows_read" else -1 for name in _COUNTS},
            "rows read − clean − rejected − merged",
        ),
        _ratio("Share Clean", "Share of the rows that passed every rule.", ("rows_clean", "rows_read"), "percent", 1),
        _added("cost_in", "Cost Read", "Cost of the rows that could be read.", "money"),
        _added("cost_clean", "Cost Clean", "Cost of the rows that passed every rule.", "money"),
        _added("cost_rejected", "Cost Rejected", "Cost of the rows that broke a rule.", "money"),
    ),
    details=(Attribute("table", "Loaded Table", "string", "Table that the files were loaded into."),),
)

FACTS = (CAMPAIGN_PERFORMANCE, TRAFFIC, CUSTOMER_FACTS, QUALITY, ACCOUNTS)
"""Every fact."""
