"""What reading a property will take, said before anything is spent: from the ledger, and what answers cost before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from payback.data_loader.ga4_days import Windows, days_to_read, first_day, known_days, requests_of
from payback.sources.ga4_api.quota import DAY, LIMITS, PROJECT_HOUR, TOKENS_A_REPORT
from payback.sources.ga4_api.reports import MOST_REPORTS, reports

if TYPE_CHECKING:
    from datetime import datetime

    from payback.config.reading import GA4
    from payback.warehouse.base import Warehouse

_SCHEMA_CALLS = 5
"""Calls that open a property: its fields, one check a report."""
_ROWS_A_DAY, _SECONDS_A_CALL = 500.0, 2.0
"""Guesses for a property that was never read."""


@dataclass(frozen=True)
class Experience:
    """What a property's answers were like.

    Parameters
    ----------
    time_zone : str
        Of the property.
    tokens_a_report, rows_a_day, seconds_a_call : float
        Means.
    """

    time_zone: str = "UTC"
    tokens_a_report: float = TOKENS_A_REPORT
    rows_a_day: float = _ROWS_A_DAY
    seconds_a_call: float = _SECONDS_A_CALL

    @classmethod
    def of(cls, warehouse: Warehouse, property_id: str) -> Experience:
        """Return what was noted of a property; guesses where it was never read."""
        rows = warehouse.records("state", {"name": _name(property_id)})
        return cls(**json.loads(rows[0]["value"])) if rows else cls()

    def keep(self, warehouse: Warehouse, property_id: str) -> None:
        """Note it. Within a transaction."""
        row = {"name": _name(property_id), "value": json.dumps(asdict(self))}
        warehouse.replace_rows("state", {"name": row["name"]}, [row])


@dataclass(frozen=True)
class Plan:
    """What reading a property will take.

    Parameters
    ----------
    property_id : str
        The property.
    first_day, last_day : date or None
        Days to read; None where there is nothing to read.
    days, new_days : int
        How many, and how many of them were never read.
    calls, reports, tokens : int
        Calls of the API, reports asked for, tokens spent.
    seconds : float
        Time of the calls, without waits.
    hours, quota_days : int
        Hours that the hourly quota makes of it, and days that the daily one does.
    measured : bool
        False where the property was never read, so that the figures are guesses.
    """

    property_id: str
    first_day: date | None
    last_day: date | None
    days: int
    new_days: int
    calls: int
    reports: int
    tokens: int
    seconds: float
    hours: int
    quota_days: int
    measured: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON can carry it."""
        return {name: str(value) if isinstance(value, date) else value for name, value in asdict(self).items()}


def plan_property(warehouse: Warehouse, settings: GA4, property_id: str, now: datetime) -> Plan:
    """Return what reading a property now would take; nothing is asked of Google.

    Parameters
    ----------
    warehouse : Warehouse
        Whose ledger says what was read.
    settings : GA4
        Section ``ga4`` of the settings.
    property_id : str
        Number of the property.
    now : datetime
        The time, in UTC.
    """
    seen = Experience.of(warehouse, property_id)
    today = now.astimezone(ZoneInfo(seen.time_zone)).date()
    known = known_days(warehouse, property_id)
    windows = Windows(settings.reread_days, settings.reread_outcome_days)
    days = days_to_read(known, today, first_day(settings.start_date, today), windows, None)
    pieces = requests_of(days, settings.days_a_request)
    kinds = len([name for name in reports() if settings.cost or "cost" not in name])
    rows = [seen.rows_a_day * ((last - first) / timedelta(days=1) + 1) for first, last in pieces]
    more_pages = sum(max(0, ceil(some / settings.page_size) - 1) for some in rows)
    asked = len(pieces) * kinds + more_pages + 1
    calls = len(pieces) * ceil(kinds / MOST_REPORTS) + more_pages + 1 + _SCHEMA_CALLS
    tokens = ceil(asked * seen.tokens_a_report)
    free = 1 - settings.quota_left
    return Plan(
        property_id,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        days=len(days),
        new_days=len([day for day in days if day not in known]),
        calls=calls,
        reports=asked,
        tokens=tokens,
        seconds=round(calls * seen.seconds_a_call, 1),
        hours=ceil(tokens / (free * LIMITS[PROJECT_HOUR])),
        quota_days=ceil(tokens / (free * LIMITS[DAY])),
        measured=bool(warehouse.records("state", {"name": _name(property_id)})),
    )


def _name(property_id: str) -> str:
    return f"ga4 {property_id}"
