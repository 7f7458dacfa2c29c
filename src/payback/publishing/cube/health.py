"""Where the rows went and how fresh they are: what the page on data health shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted, read_sql
from payback.publishing.cube.relations import columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from payback.engine.duckdb import Engine
    from payback.publishing.results import RowAccount

Record = dict[str, Any]
PACKAGE = "payback.publishing.cube"
CALENDAR_DAYS = 400
MOST_REVISIONS = 200
_ACCOUNT = (
    "table", "currency", "rows_read", "rows_loaded", "rejected_at_loading", "rows_clean", "rejected_at_cleaning",
    "rows_merged", "cost_in", "cost_clean", "cost_rejected", "revenue_in", "revenue_clean", "revenue_rejected",
)  # fmt: skip
_RULE = ("table_name", "gate", "severity", "reason", "rule", "currency", "rows", "cost", "revenue")
_REVISION = (
    "source", "account", "report", "day", "at", "rows_before", "rows_after", "cost_before", "cost_after",
    "revenue_before", "revenue_after",
)  # fmt: skip


def row_accounts(accounts: Sequence[RowAccount]) -> list[Record]:
    """Return the account of each table and currency."""
    return [{name: plain(getattr(account, name)) for name in _ACCOUNT} for account in accounts]


def rules(quality: Sequence[Record]) -> list[Record]:
    """Return each rule that rows broke, with their number and money."""
    return [{name: plain(row.get(name)) for name in _RULE} for row in quality]


def feeds(engine: Engine, today: date) -> tuple[list[Record], list[str]]:
    """Return each report of each source: its days, gaps, rows, flags and when it was loaded last.

    Days after ``today`` and after the last clean day of their source are still to come: cleaning has rejected them.
    They are left out, and the second list says so in a sentence for each report.
    """
    if not columns_of(engine, "loads"):
        return [], []
    found = engine.records(read_sql(PACKAGE, "feeds.sql"), {"days": CALENDAR_DAYS, "today": today})
    notes = [_future(row["report"], days) for row in found if (days := row.pop("future_days"))]
    return [{**{name: plain(value) for name, value in row.items()}, **_maps(row)} for row in found], notes


def revisions(engine: Engine) -> list[Record]:
    """Return the latest days that a source has revised, before and after; none where the warehouse keeps none."""
    there = columns_of(engine, "revisions")
    if not {"day", "source"} <= there.keys():
        return []
    when = next((name for name in ("at", "revised_at", "loaded_at") if name in there), "day")
    names = {name: when if name == "at" else name for name in _REVISION}
    columns = ", ".join(f"{column if column in there else 'null'} as {quoted(name)}" for name, column in names.items())
    sql = f"select {columns} from revisions order by {when} desc, source, account, report, day limit {MOST_REVISIONS}"
    return [{name: plain(value) for name, value in row.items()} for row in engine.records(sql)]


def plain(value: Any) -> Any:
    """Return a value as JSON carries it."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if hasattr(value, "hour"):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value) if hasattr(value, "year") else value


def _future(report: str, days: int) -> str:
    return f"{report}: {days:,} day{' in the future was' if days == 1 else 's in the future were'} rejected"


def _maps(row: Record) -> Record:
    return {
        "flags": dict(row["flags"] or {}),
        "calendar": {str(day): rows for day, rows in (row["calendar"] or {}).items() if day is not None},
    }
