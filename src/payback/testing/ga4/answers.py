"""What each method of the Data API answers, without the network."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
from google.analytics.data_v1beta import types

from payback.sources.demo.events import DOLLARS
from payback.testing.ga4 import messages
from payback.testing.ga4.catalogue import check_compatible, dimension, metric
from payback.testing.ga4.faults import SERVER_ERRORS, refusal
from payback.testing.ga4.filters import field_names
from payback.testing.ga4.quota import cost
from payback.testing.ga4.refusals import PROPERTY_ID
from payback.testing.ga4.reports import Moment
from payback.testing.ga4.requests import read_request
from payback.testing.refusal import Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from payback.testing.ga4.clock import ManualClock, SystemClock
    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.faults import Faults
    from payback.testing.ga4.quota import Quota
    from payback.testing.ga4.reports import Reports
    from payback.testing.ga4.requests import ReportPlan

MOST_REPORTS = 5
SCHEMA_TOKENS = 1
"""Price of the methods that read no data."""

_CREDENTIAL = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class Answers:
    """The methods of the API for one property.

    Parameters
    ----------
    name : str
        Name of the property, such as properties/123456789.
    reports : Reports
        Its data.
    quota : Quota
        Its buckets.
    faults : Faults
        What goes wrong.
    clock : ManualClock or SystemClock
        What time it is.
    money : (str, ZoneInfo)
        Currency and time zone.
    tokens : dict of str to bool, optional
        Tokens that are accepted, and whether they may read the property; None asks for no token.
    """

    def __init__(
        self,
        name: str,
        reports: Reports,
        quota: Quota,
        faults: Faults,
        clock: ManualClock | SystemClock,
        money: tuple[str, ZoneInfo],
        tokens: dict[str, bool] | None,
    ) -> None:
        self.faults = faults
        self.tokens = tokens
        self.hurry = threading.Event()
        self._name = name
        self._reports = reports
        self._quota = quota
        self._clock = clock
        self._currency, self._time_zone = money

    @property
    def effects(self) -> Effects:
        """What the reports suffer from."""
        return self._reports.effects

    def check_caller(self, token: str | None, request: Any) -> None:
        """Refuse who is not known, who may not read, and who asks for a property that is not there.

        Raises
        ------
        Refusal
            UNAUTHENTICATED, PERMISSION_DENIED or INVALID_ARGUMENT. Google doesn't tell a property that doesn't exist
            from one that the caller may not see.
        """
        if self.tokens is not None:
            if token is None:
                raise _unknown("Request is missing required authentication credential.")
            if token not in self.tokens:
                raise _unknown("Request had invalid authentication credentials.")
        name = getattr(request, "property", "") or getattr(request, "name", "").removesuffix("/metadata")
        number = name.removeprefix("properties/")
        if not re.fullmatch(r"\d+", number):
            raise invalid(
                f"Invalid property ID: {number}. A numeric Property ID is required. "
                f"To learn more about Property ID, see {PROPERTY_ID}."
            )
        everyone = name == "properties/0" and not hasattr(request, "property")
        allowed = self.tokens is None or self.tokens[token or ""]
        if not everyone and (name != self._name or not allowed):
            raise Refusal(
                grpc.StatusCode.PERMISSION_DENIED,
                "User does not have sufficient permissions for this property. "
                f"To learn more about Property ID, see {PROPERTY_ID}.",
            )

    def run_report(self, request: types.RunReportRequest) -> types.RunReportResponse:
        """Answer one report."""
        with self._admitted("RunReport", [request]) as plans:
            return self._report(plans[0])

    def run_batch(self, request: types.BatchRunReportsRequest) -> types.BatchRunReportsResponse:
        """Answer up to five reports."""
        reports = list(request.requests)
        if not reports:
            raise invalid("The batchRunReportsRequest must contain at least one runReportRequest.")
        if len(reports) > MOST_REPORTS:
            raise invalid(
                f"Batch requests are limited to {MOST_REPORTS} requests.\n"
                f"  This batch request contains {len(reports)} requests."
            )
        if any(each.property not in ("", request.property) for each in reports):
            raise invalid("Every request of a batch must be for the property of the batch.")
        with self._admitted("BatchRunReports", reports) as plans:
            answers = [self._report(plan) for plan in plans]
        return types.BatchRunReportsResponse(reports=answers, kind="analyticsData#batchRunReports")

    def get_metadata(self, request: types.GetMetadataRequest) -> types.Metadata:
        """Answer which fields there are."""
        with self._admitted("GetMetadata", []):
            self._quota.charge(SCHEMA_TOKENS, 0, self._clock.now())
            return messages.schema(request.name.removesuffix("/metadata"), self.effects)

    def check_compatibility(self, request: types.CheckCompatibilityRequest) -> types.CheckCompatibilityResponse:
        """Answer which fields go with those of a request, which must go together themselves."""
        dimensions = [dimension(each.name) for each in request.dimensions]
        dimensions += [dimension(name) for name in field_names(request.dimension_filter)]
        metrics = [metric(each.name) for each in request.metrics]
        metrics += [metric(name) for name in field_names(request.metric_filter)]
        check_compatible(dimensions, metrics)
        with self._admitted("CheckCompatibility", []):
            self._quota.charge(SCHEMA_TOKENS, 0, self._clock.now())
            return messages.compatibility(dimensions, metrics, self.effects, request.compatibility_filter.name)

    @contextmanager
    def _admitted(self, method: str, requests: list[types.RunReportRequest]) -> Iterator[list[ReportPlan]]:
        """Let a request in if it makes sense and there is quota, and let happen to it what is due."""
        now = self._clock.now()
        today = now.astimezone(self._time_zone).date()
        plans = [read_request(each, today) for each in requests]
        with self._quota.admitted(now, thresholded=sum(plan.demographic for plan in plans)):
            fault = self.faults.next(method)
            if fault:
                self._quota.note_failure(fault.kind, now, server_error=fault.kind in SERVER_ERRORS)
                if fault.kind == "slow":
                    self.hurry.wait(fault.seconds)
                elif fault.kind != "dropped":
                    raise refusal(fault)
            yield plans
            if fault and fault.kind == "dropped":
                raise refusal(fault)

    def _report(self, plan: ReportPlan) -> types.RunReportResponse:
        request = plan.request
        currency = request.currency_code or self._currency
        moment = Moment(self._clock.now(), self._rate(currency))
        with self._reports.lock:
            group = self._reports.grouped(plan, moment)
            page = self._reports.page(plan, group)
            response = messages.report(plan, group, page)
            for aggregation in request.metric_aggregations:
                rows = self._reports.aggregates(plan, group, moment, aggregation.name)
                messages.add_aggregates(response, plan, aggregation.name, rows)
        today = moment.now.astimezone(self._time_zone).date()
        money = (currency, self._time_zone.key)
        response.metadata = messages.metadata(plan, group, self.effects, money, today)
        tokens = cost(plan, len(page))
        self._quota.charge(tokens, len(page), moment.now)
        if request.return_property_quota:
            response.property_quota = messages.property_quota(
                self._quota, moment.now, tokens, thresholded=plan.demographic
            )
        return response

    def _rate(self, currency: str) -> float:
        """Return what a unit of the property's money is in another currency, at one rate for all days."""
        if currency == self._currency:
            return 1.0
        if currency not in DOLLARS or self._currency not in DOLLARS:
            raise invalid(f"Invalid currency code: {currency}.")
        return DOLLARS[self._currency] / DOLLARS[currency]


def _unknown(problem: str) -> Refusal:
    return Refusal(grpc.StatusCode.UNAUTHENTICATED, f"{problem} {_CREDENTIAL}")
