"""A small GA4 property, a warehouse and what reads the one into the other: for the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from payback.config import Settings
from payback.data_loader.ga4_load import Ga4Load
from payback.testing.ga4 import Ga4Property

START = date(2025, 11, 14)
END = date(2025, 11, 30)
"""First day that is read, and last one of the property, whose clock stands at the morning after it."""


def small_property(**options: Any) -> Ga4Property:
    """Return a property of some hundred rows."""
    return Ga4Property(**{"days": 24, "sessions_a_day": 30, "end": END, **options})


def ga4_settings(server: Ga4Property, **changes: Any) -> Any:
    """Return the section ``ga4`` of a project that reads a property."""
    given = {"property": server.number, "endpoint": server.endpoint, "start_date": START}
    return Settings(ga4=given | changes).ga4


def load_of(warehouse: Any, server: Ga4Property, **changes: Any) -> Ga4Load:
    """Return what reads a property into a warehouse, by the property's clock."""
    return Ga4Load(warehouse, ga4_settings(server, **changes), Path(), run_id="run 1", clock=server)


def sums(warehouse: Any, table: str, *columns: str) -> dict[date, tuple[Any, ...]]:
    """Return the exact sums of a table's columns by day, of the days that have any."""
    found: dict[date, list[Decimal]] = {}
    for row in warehouse.records(table):
        of_day = found.setdefault(row["date"], [Decimal(0)] * len(columns))
        for place, name in enumerate(columns):
            of_day[place] += row[name] or 0
    return {day: tuple(values) for day, values in found.items() if any(values)}


def totals(server: Ga4Property, metrics: list[str], *others: str) -> dict[date, tuple[Decimal, ...]]:
    """Return what the property itself says of each day that has anything, by the official client."""
    from google.analytics.data_v1beta import types as ga

    answer = server.client().run_report(
        ga.RunReportRequest(
            property=server.name,
            dimensions=[ga.Dimension(name=name) for name in ("date", *others)],
            metrics=[ga.Metric(name=name) for name in metrics],
            date_ranges=[ga.DateRange(start_date=f"{START}", end_date="yesterday")],
            limit=100_000,
        )
    )
    found: dict[date, list[Decimal]] = {}
    for row in answer.rows:
        text = row.dimension_values[0].value
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        values = [Decimal(one.value) for one in row.metric_values]
        of_day = found.setdefault(day, [Decimal(0)] * len(metrics))
        found[day] = [one + two for one, two in zip(of_day, values, strict=True)]
    return {day: tuple(values) for day, values in found.items() if any(values)}
