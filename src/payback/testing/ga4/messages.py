"""Reports as messages of the official library."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from google.analytics.data_v1beta import types

from payback.testing.ga4.catalogue import is_compatible
from payback.testing.ga4.descriptions import of_dimension, of_metric
from payback.testing.ga4.fields import DIMENSIONS, METRICS, DimensionField, MetricField
from payback.testing.ga4.requests import RANGE_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.quota import Quota
    from payback.testing.ga4.reports import Grouped
    from payback.testing.ga4.requests import ReportPlan

TELLS_TRUNCATION = hasattr(types.ResponseMetaData, "DataTruncationReason")
"""Google's library has the message from 0.23 on."""

KIND = "analyticsData#runReport"
NO_DATA = "The property has no data in the date ranges of the request."
AGGREGATES = {"TOTAL": "RESERVED_TOTAL", "MAXIMUM": "RESERVED_MAX", "MINIMUM": "RESERVED_MIN"}
_BUCKETS = (
    "tokens_per_day",
    "tokens_per_hour",
    "concurrent_requests",
    "server_errors_per_project_per_hour",
    "potentially_thresholded_requests_per_hour",
    "tokens_per_project_per_hour",
)


@lru_cache(maxsize=100_000)
def _dimension_bytes(value: str) -> bytes:
    return bytes(types.Row.serialize(types.Row(dimension_values=[types.DimensionValue(value=value)])))


@lru_cache(maxsize=100_000)
def _metric_bytes(value: str) -> bytes:
    return bytes(types.Row.serialize(types.Row(metric_values=[types.MetricValue(value=value)])))


def fill(rows: Any, values: Iterable[Sequence[str]], dimensions: int) -> None:
    """Add rows to a message.

    Values come again and again, so each is encoded once: messages laid end to end are their merger, which takes a
    quarter of the time of filling in value by value.
    """
    for row in values:
        parts = [_dimension_bytes(value) for value in row[:dimensions]]
        parts += [_metric_bytes(value) for value in row[dimensions:]]
        rows.add().MergeFromString(b"".join(parts))


def report(plan: ReportPlan, group: Grouped, page: Sequence[Sequence[str]]) -> types.RunReportResponse:
    """Return a report without its metadata."""
    names = [name for name, _ in plan.dimensions] + ([RANGE_FIELD] if len(plan.ranges) > 1 else [])
    response = types.RunReportResponse(
        dimension_headers=[types.DimensionHeader(name=name) for name in names],
        metric_headers=[
            types.MetricHeader(name=name, type_=getattr(types.MetricType, field.type)) for name, field in plan.metrics
        ],
        row_count=group.rows,
        kind=KIND,
    )
    fill(types.RunReportResponse.pb(response).rows, page, len(names))
    return response


def add_aggregates(response: types.RunReportResponse, plan: ReportPlan, kind: str, rows: Sequence[Any]) -> None:
    """Add the TOTAL, MINIMUM or MAXIMUM rows: one a date range."""
    shown = []
    for number, *values in rows:
        cells = [AGGREGATES[kind]] * len(plan.dimensions)
        if len(plan.ranges) > 1:
            cells.append(plan.ranges[int(number)].label)
        shown.append((*cells, *values))
    message = types.RunReportResponse.pb(response)
    target = {"TOTAL": message.totals, "MINIMUM": message.minimums, "MAXIMUM": message.maximums}[kind]
    fill(target, shown, len(response.dimension_headers))


def metadata(
    plan: ReportPlan, group: Grouped, effects: Effects, money: tuple[str, str], today: date
) -> types.ResponseMetaData:
    """Return what a report says about itself; ``money`` is currency and time zone."""
    currency, time_zone = money
    result = types.ResponseMetaData(
        data_loss_from_other_row=group.other_row,
        currency_code=currency,
        time_zone=time_zone,
        sampling_metadatas=[
            types.SamplingMetadata(samples_read_count=sample.read, sampling_space_size=sample.space)
            for sample in group.samples
        ],
    )
    if group.thresholded:
        result.subject_to_thresholding = True
    if not group.rows:
        result.empty_reason = NO_DATA
    restrictions = _restrictions(plan, effects)
    if restrictions:
        result.schema_restriction_response = types.ResponseMetaData.SchemaRestrictionResponse(
            active_metric_restrictions=restrictions
        )
    if TELLS_TRUNCATION:
        result.data_truncation_reasons = list(_truncations(plan, effects, today))
    return result


def _restrictions(plan: ReportPlan, effects: Effects) -> list[Any]:
    kind = types.ResponseMetaData.SchemaRestrictionResponse.ActiveMetricRestriction
    return [
        kind(
            metric_name=name,
            restricted_metric_types=[
                getattr(types.RestrictedMetricType, each) for each in field.restrictions if each in effects.restricted
            ],
        )
        for name, field in plan.metrics
        if effects.restricted & set(field.restrictions)
    ]


def _truncations(plan: ReportPlan, effects: Effects, today: date) -> Iterator[Any]:
    """Yield why days are missing: the property or Google Ads no longer keeps them."""
    kind = types.ResponseMetaData.DataTruncationReason.DataTruncationType
    of_ads = any(field.scope == "advertising" for _, field in plan.all_metrics)
    yield from _truncation(plan, effects.first_kept_day(today), kind.DATA_TRUNCATION_TYPE_PROPERTY)
    if of_ads:
        first = effects.first_kept_day(today, of_ads=True)
        yield from _truncation(plan, first, kind.DATA_TRUNCATION_TYPE_GOOGLE_ADS)


def _truncation(plan: ReportPlan, kept_from: date, kind: Any) -> Iterator[Any]:
    reason = types.ResponseMetaData.DataTruncationReason
    cut = [each for each in plan.ranges if each.first < kept_from]
    if cut:
        yield reason(
            data_truncation_type=kind,
            data_truncation_message=f"There is data from {kept_from} on.",
            data_truncation_date=kept_from.isoformat(),
            data_truncation_date_ranges=[
                reason.DataTruncationDateRange(start_date=each.first.isoformat(), end_date=each.last.isoformat())
                for each in cut
            ],
        )


def property_quota(quota: Quota, now: Any, tokens: int, *, thresholded: bool) -> types.PropertyQuota:
    """Return the state of the buckets, and what this request took from them."""
    taken = {"concurrent_requests": 0, "server_errors_per_project_per_hour": 0}
    taken["potentially_thresholded_requests_per_hour"] = int(thresholded)
    return types.PropertyQuota(
        **{
            bucket: types.QuotaStatus(
                consumed=taken.get(bucket, tokens), remaining=max(quota.remaining(bucket, now), 0)
            )
            for bucket in _BUCKETS
        }
    )


def schema(name: str, effects: Effects) -> types.Metadata:
    """Return every dimension and metric."""
    return types.Metadata(
        name=f"{name}/metadata",
        dimensions=[_dimension(field) for field in DIMENSIONS.values()],
        metrics=[_metric(field, effects) for field in METRICS.values()],
    )


def compatibility(
    dimensions: Sequence[DimensionField], metrics: Sequence[MetricField], effects: Effects, wanted: str
) -> types.CheckCompatibilityResponse:
    """Return which fields a request may still take."""

    def word(goes: bool) -> Any:
        return types.Compatibility.COMPATIBLE if goes else types.Compatibility.INCOMPATIBLE

    of_dimensions = [
        types.DimensionCompatibility(
            dimension_metadata=_dimension(field), compatibility=word(is_compatible([*dimensions, field], metrics))
        )
        for field in DIMENSIONS.values()
    ]
    of_metrics = [
        types.MetricCompatibility(
            metric_metadata=_metric(field, effects), compatibility=word(is_compatible(dimensions, [*metrics, field]))
        )
        for field in METRICS.values()
    ]
    keep = {wanted} if wanted in ("COMPATIBLE", "INCOMPATIBLE") else {"COMPATIBLE", "INCOMPATIBLE"}
    return types.CheckCompatibilityResponse(
        dimension_compatibilities=[each for each in of_dimensions if each.compatibility.name in keep],
        metric_compatibilities=[each for each in of_metrics if each.compatibility.name in keep],
    )


def _dimension(field: DimensionField) -> types.DimensionMetadata:
    return types.DimensionMetadata(
        api_name=field.name,
        ui_name=field.label[:1].upper() + field.label[1:],
        description=of_dimension(field),
        deprecated_api_names=field.old_names,
        category=field.category,
    )


def _metric(field: MetricField, effects: Effects) -> types.MetricMetadata:
    reasons = {"COST_DATA": "NO_COST_METRICS", "REVENUE_DATA": "NO_REVENUE_METRICS"}
    blocked = [getattr(types.MetricMetadata.BlockedReason, reasons[each]) for each in field.restrictions]
    return types.MetricMetadata(
        api_name=field.name,
        ui_name=field.label,
        description=of_metric(field.name),
        deprecated_api_names=field.old_names,
        type_=getattr(types.MetricType, field.type),
        category=field.category,
        blocked_reasons=blocked if effects.restricted & set(field.restrictions) else [],
    )
