"""What a property knows about itself, by another way than its reports: totals of each day, and the facts as a file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import literal, read_sql
from payback.testing.ga4.data import ROOM

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from payback.engine.duckdb import Engine


@dataclass(frozen=True)
class DayTotals:
    """One day of a property.

    Parameters
    ----------
    day : date
        The day.
    sessions, engaged_sessions, views, users, key_events, purchases : int
        Counts; users are people, and don't add up over days.
    gross_revenue, refunds, ad_cost : Decimal
        Money, in the property's currency.
    ad_clicks, ad_impressions : int
        Of the linked Google Ads account.
    """

    day: date
    sessions: int
    engaged_sessions: int
    views: int
    users: int
    key_events: int
    purchases: int
    gross_revenue: Decimal
    refunds: Decimal
    ad_cost: Decimal
    ad_clicks: int
    ad_impressions: int

    @property
    def revenue(self) -> Decimal:
        """Revenue less refunds: GA4's purchase revenue."""
        return self.gross_revenue - self.refunds


def day_totals(engine: Engine, first: date, last: date) -> list[DayTotals]:
    """Return the totals of each day, as seen at the moment that was set."""
    return [_totals(row) for row in engine.records(read_sql(ROOM, "truth.sql"), [first, last])]


def _totals(row: dict[str, Any]) -> DayTotals:
    counts = {name: int(value) for name, value in row.items() if name != "day"}
    gross, refunds, cost = (Decimal(counts.pop(name)).scaleb(-2) for name in ("cents", "refund_cents", "ad_cents"))
    return DayTotals(row["day"], gross_revenue=gross, refunds=refunds, ad_cost=cost, **counts)


def write_facts(engine: Engine, path: Path) -> None:
    """Write what is seen at the moment that was set as CSV."""
    query = read_sql(ROOM, "facts_file.sql")
    engine.execute(f"copy ({query}) to {literal(str(path))} (format csv, header)", name="facts file")
