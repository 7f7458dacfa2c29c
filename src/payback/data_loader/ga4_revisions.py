"""What GA4 revised, and how complete its days are after how many days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from payback.analysis.maturity import maturity_curve
from payback.data_loader.ga4_days import Windows
from payback.sources.ga4_api.reports import SOURCE
from payback.tables import CAMPAIGN_TRAFFIC

if TYPE_CHECKING:
    from payback.analysis.maturity import Maturity
    from payback.config.reading import GA4
    from payback.warehouse.base import Warehouse


def revision_report(
    warehouse: Warehouse, settings: GA4, limit: int = 20, *, now: datetime | None = None
) -> tuple[list[dict[str, Any]], list[Maturity]]:
    """Return the newest revisions of GA4's traffic, newest first, and the maturity curve of final days.

    Parameters
    ----------
    warehouse : Warehouse
        With what was read.
    settings : GA4
        Section ``ga4`` of the settings: how long a day changes.
    limit : int
        Revisions to return.
    now : datetime, optional
        The time, in UTC.
    """
    where = {"source": SOURCE, "table_name": CAMPAIGN_TRAFFIC.name}
    rows = sorted(warehouse.records("revisions", where), key=lambda row: (row["revised_at"], row["day"]), reverse=True)
    longest = Windows(settings.reread_days, settings.reread_outcome_days).longest
    final_before = (now or datetime.now(UTC)).date() - timedelta(days=longest + 1)
    warehouse.expose("campaign_traffic", "revisions", "loads")
    curve = maturity_curve(warehouse.engine, SOURCE, final_before=final_before, longest=longest) if rows else []
    return rows[:limit], curve
