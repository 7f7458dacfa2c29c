"""Requests to a GA4 property in one line, and its answers as plain rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from typing import Any

from google.analytics.data_v1beta import types as ga

WEEK = ("2025-11-24", "2025-11-30")
"""The last complete days of the demo's shop."""


def request(prop: Any, dimensions: str = "", metrics: str = "sessions", days=WEEK, **more: Any) -> ga.RunReportRequest:
    """Return a report request; names are separated by blanks."""
    ranges = [days] if isinstance(days[0], str) else days
    return ga.RunReportRequest(
        property=prop.name,
        dimensions=[ga.Dimension(name=name) for name in dimensions.split()],
        metrics=[ga.Metric(name=name) for name in metrics.split()],
        date_ranges=[ga.DateRange(start_date=first, end_date=last) for first, last in ranges],
        **more,
    )


def by(*names: str) -> list[ga.OrderBy]:
    """Return an order by dimensions."""
    return [ga.OrderBy(dimension=ga.OrderBy.DimensionOrderBy(dimension_name=name)) for name in names]


def rows(answer: Any) -> list[tuple[str, ...]]:
    """Return the rows of an answer."""
    return [_cells(row) for row in type(answer).pb(answer).rows]


def totals(answer: Any) -> list[tuple[str, ...]]:
    """Return the TOTAL rows of an answer."""
    return [_cells(row) for row in type(answer).pb(answer).totals]


def _cells(row: Any) -> tuple[str, ...]:
    return tuple(cell.value for cell in (*row.dimension_values, *row.metric_values))


def sums(path: Any, key: str, value: str, first: str = "", last: str = "9") -> dict[str, Decimal]:
    """Return sums of a file of facts, added up with decimals; groups of nothing are left out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if first <= row["date"] <= last:
                found[row[key]] += Decimal(row[value])
    return {name: total for name, total in found.items() if total}


def is_in(field: str, *values: str) -> ga.FilterExpression:
    """Return a filter that a field is one of some values."""
    return ga.FilterExpression(
        filter=ga.Filter(field_name=field, in_list_filter=ga.Filter.InListFilter(values=list(values)))
    )


def text(field: str, match: str, value: str, *, case_sensitive: bool = False) -> ga.FilterExpression:
    """Return a filter of texts."""
    match_type = getattr(ga.Filter.StringFilter.MatchType, match)
    test = ga.Filter.StringFilter(match_type=match_type, value=value, case_sensitive=case_sensitive)
    return ga.FilterExpression(filter=ga.Filter(field_name=field, string_filter=test))


def number(field: str, operation: str, value: int) -> ga.FilterExpression:
    """Return a filter of numbers."""
    test = ga.Filter.NumericFilter(
        operation=getattr(ga.Filter.NumericFilter.Operation, operation), value=ga.NumericValue(int64_value=value)
    )
    return ga.FilterExpression(filter=ga.Filter(field_name=field, numeric_filter=test))
