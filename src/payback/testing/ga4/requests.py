"""Read a report request: names, limits and dates are checked in Google's order, and refused in its words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc

from payback.testing.ga4.catalogue import check_compatible, dimension, metric
from payback.testing.ga4.dates import Days, date_ranges
from payback.testing.ga4.filters import field_names
from payback.testing.refusal import Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from payback.testing.ga4.fields import DimensionField, MetricField

MOST_DIMENSIONS, MOST_METRICS = 9, 10
USUAL_LIMIT, MOST_ROWS = 10_000, 250_000
RANGE_FIELD = "dateRange"
"""Google adds this dimension, as the last one, where a request has several date ranges."""


@dataclass(frozen=True)
class ReportPlan:
    """A request that can be answered.

    Parameters
    ----------
    dimensions, metrics : tuple of (str, field)
        What is shown, under the names of the request.
    filtered_dimensions, filtered_metrics : tuple of (str, field)
        What filters read besides.
    ranges : tuple of Days
        Date ranges.
    limit, offset : int
        The page.
    request : RunReportRequest
        The request itself: filters, order, flags.
    """

    dimensions: tuple[tuple[str, DimensionField], ...]
    metrics: tuple[tuple[str, MetricField], ...]
    filtered_dimensions: tuple[tuple[str, DimensionField], ...]
    filtered_metrics: tuple[tuple[str, MetricField], ...]
    ranges: tuple[Days, ...]
    limit: int
    offset: int
    request: Any

    @property
    def all_dimensions(self) -> tuple[tuple[str, DimensionField], ...]:
        """Shown dimensions, then those of filters."""
        return self.dimensions + self.filtered_dimensions

    @property
    def all_metrics(self) -> tuple[tuple[str, MetricField], ...]:
        """Shown metrics, then those of filters."""
        return self.metrics + self.filtered_metrics

    @property
    def days(self) -> int:
        """Days that are read."""
        return sum(days.length for days in self.ranges)

    @property
    def demographic(self) -> bool:
        """True where the report could tell who somebody is: Google counts such requests by themselves."""
        return any(field.scope == "demographic" for _, field in self.all_dimensions)


def read_request(request: Any, today: date) -> ReportPlan:
    """Return what a request asks for.

    Parameters
    ----------
    request : google.analytics.data_v1beta.types.RunReportRequest
        The request.
    today : date
        Today in the property's time zone.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT, with what is wrong.
    """
    _check_served(request)
    dimensions = tuple((each.name, dimension(each.name)) for each in request.dimensions if each.name != RANGE_FIELD)
    metrics = tuple((each.name, metric(each.name)) for each in request.metrics)
    more_dimensions = _more(field_names(request.dimension_filter), dimensions, dimension)
    more_metrics = _more(field_names(request.metric_filter), metrics, metric)
    _check_page(request)
    ranges = date_ranges(request.date_ranges, today)
    _check_numbers(dimensions, more_dimensions, metrics, more_metrics)
    _check_order(request, {name for name, _ in dimensions + metrics} | {RANGE_FIELD})
    check_compatible(
        [field for _, field in dimensions + more_dimensions], [field for _, field in metrics + more_metrics]
    )
    limit = min(request.limit or USUAL_LIMIT, MOST_ROWS)
    return ReportPlan(dimensions, metrics, more_dimensions, more_metrics, tuple(ranges), limit, request.offset, request)


def _more(names: Sequence[str], shown: Sequence[tuple[str, Any]], look_up: Any) -> tuple[tuple[str, Any], ...]:
    """Return the fields that only a filter names."""
    have = {name for name, _ in shown}
    return tuple((name, look_up(name)) for name in names if name not in have)


def _check_served(request: Any) -> None:
    """Refuse what the API knows and this property doesn't, so that nobody believes it was heeded."""
    message = type(request).pb(request)
    unserved = {
        "cohortSpec": message.HasField("cohort_spec"),
        "comparisons": bool(message.comparisons),
        "dimensionExpression": any(each.HasField("dimension_expression") for each in message.dimensions),
        "expression": any(each.expression for each in message.metrics),
        "invisible": any(each.invisible for each in message.metrics),
        "pivot order": any(each.HasField("pivot") for each in message.order_bys),
    }
    for name in (name for name, asked in unserved.items() if asked):
        raise Refusal(grpc.StatusCode.UNIMPLEMENTED, f"This property runs locally and does not serve {name}.")


def _check_page(request: Any) -> None:
    for name, value in (("limit", request.limit), ("offset", request.offset)):
        if value < 0:
            raise invalid(f"{name} must be positive. The API received {name} = {value}")
    if "COUNT" in [aggregation.name for aggregation in request.metric_aggregations]:
        raise invalid("Metric aggregation Count is not supported in ReportRequest.")


def _check_numbers(
    dimensions: Sequence[Any], more_dimensions: Sequence[Any], metrics: Sequence[Any], more_metrics: Sequence[Any]
) -> None:
    for word, shown, more, most in (
        ("dimensions", dimensions, more_dimensions, MOST_DIMENSIONS),
        ("metrics", metrics, more_metrics, MOST_METRICS),
    ):
        count = len(shown) + len(more)
        if count > most:
            raise invalid(
                f"Requests are limited to {most} {word} within a nested request. This request is for {count} {word}."
            )
        twice = [name for name, times in Counter(name for name, _ in shown).items() if times > 1]
        if twice:
            prefix = "Duplicate metrics are not allowed. " if word == "metrics" else ""
            raise invalid(f"{prefix}Found duplicate {word}: {', '.join(twice)}")
    if not dimensions and not metrics:
        raise invalid("Requests require dimensions and/or metrics.")


def _check_order(request: Any, known: set[str]) -> None:
    for order in request.order_bys:
        name = order.metric.metric_name or order.dimension.dimension_name
        if name not in known:
            raise invalid(f"Field {name} exists in OrderBy but is not defined in input Dimensions/Metrics list")
