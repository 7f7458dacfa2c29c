"""A GA4 property that runs on this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payback.errors import UnknownCurrencyError, UsageError
from payback.sources.demo.shop import DEFAULT_END, TIME_ZONE
from payback.testing.ga4.answers import Answers
from payback.testing.ga4.clock import ManualClock, SystemClock
from payback.testing.ga4.data import Shop
from payback.testing.ga4.effects import USUAL, Effects
from payback.testing.ga4.faults import Fault, Faults
from payback.testing.ga4.quota import STANDARD, Limits, Quota, Usage
from payback.testing.ga4.reports import Moment, Reports
from payback.testing.ga4.service import HOST, Service
from payback.testing.ga4.truth import DayTotals, day_totals, write_facts

if TYPE_CHECKING:
    from pathlib import Path

    from google.analytics.data_v1beta import BetaAnalyticsDataClient

    from payback.testing.ga4.faults import FaultKind

FEWEST_DAYS, MOST_DAYS = 7, 3660
SPARE_THREADS = 6
"""Beyond the quota of concurrent requests, so that one too many is refused at once."""

MORNING = 8
"""Hour, UTC, of the day after the last one, at which a property is opened."""


@dataclass(kw_only=True, eq=False)
class Ga4Property:
    """A GA4 property that answers the official client of the Data API, here and without an account.

    It speaks gRPC on 127.0.0.1, from generated sessions of the demo's shop: the same seed and days give the same
    numbers. Its clock stands still until `advance` moves it, and with it move late data and quotas.

    Parameters
    ----------
    days : int, default 90
        Days with data, the last one included.
    end : date, default 2025-11-30
        Last complete day; the property is opened on the morning after it.
    ahead : int, default 30
        Days after it that come into sight when the clock gets there.
    sessions_a_day : int, default 2,000
        Mean of sessions. With 2,000 they fit the spend of the demo's ad files; with 4,000 two years give a campaign
        report of 324,000 rows.
    seed : int, default 1
        Decides everything drawn.
    number : str, default "123456789"
        Number of the property.
    currency, time_zone : str
        The property's.
    limits : Limits
        Quota; that of a standard property by default.
    effects : Effects
        What the reports suffer from: late data by default.
    tokens : dict of str to bool, optional
        Tokens that are accepted, and whether they may read the property. None asks for no token.
    clock : ManualClock or SystemClock, optional
        What time it is.
    port : int, default 0
        Port; 0 takes a free one.

    Attributes
    ----------
    endpoint : str
        Address and port: what ``ga4.endpoint`` takes.
    name : str
        Such as ``properties/123456789``.
    faults : Faults
        Failures to come.

    Examples
    --------
    >>> from google.analytics.data_v1beta.types import DateRange, Metric, RunReportRequest
    >>> with Ga4Property(days=7, sessions_a_day=50) as shop:
    ...     request = RunReportRequest(
    ...         property=shop.name,
    ...         metrics=[Metric(name="sessions")],
    ...         date_ranges=[DateRange(start_date="7daysAgo", end_date="yesterday")],
    ...     )
    ...     report = shop.client().run_report(request)
    >>> report.row_count
    1
    """

    days: int = 90
    end: date = DEFAULT_END
    ahead: int = 30
    sessions_a_day: int = 2_000
    seed: int = 1
    number: str = "123456789"
    currency: str = "EUR"
    time_zone: str = TIME_ZONE
    limits: Limits = STANDARD
    effects: Effects = USUAL
    tokens: dict[str, bool] | None = None
    clock: ManualClock | SystemClock | None = None
    port: int = 0

    def __post_init__(self) -> None:
        zone = self._checked()
        self.name = f"properties/{self.number}"
        self.faults = Faults(self.seed)
        self._clock = self.clock or ManualClock(datetime.combine(self.end + timedelta(days=1), time(MORNING), UTC))
        shop = Shop(self.end, self.days, self.ahead, self.sessions_a_day, self.seed)
        self._quota = Quota(self.limits)
        self._reports = Reports(shop, self.effects, zone)
        money = (self.currency, zone)
        self._answers = Answers(self.name, self._reports, self._quota, self.faults, self._clock, money, self.tokens)
        self._threads = self.limits.concurrent_requests + SPARE_THREADS
        self._channels: list[Any] = []
        try:
            self._service = Service(self._answers, self.port, self._threads)
        except UsageError:
            self._reports.close()
            raise

    def _checked(self) -> ZoneInfo:
        """Return the time zone, if all there is makes sense."""
        if not FEWEST_DAYS <= self.days <= MOST_DAYS:
            raise UsageError("a property needs days", got=str(self.days), allowed=f"{FEWEST_DAYS} to {MOST_DAYS}")
        if self.sessions_a_day < 1 or self.ahead < 0:
            raise UsageError("a property needs sessions", got=f"{self.sessions_a_day} a day, {self.ahead} days ahead")
        if not re.fullmatch(r"\d+", self.number):
            raise UsageError("a property has a number", got=self.number, allowed="digits, such as 123456789")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise UnknownCurrencyError("not a currency", got=self.currency, allowed="an ISO 4217 code such as EUR")
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError("no such time zone", got=self.time_zone, allowed="such as Europe/Berlin") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """Address and port."""
        return f"{HOST}:{self._service.port}"

    def client(self) -> BetaAnalyticsDataClient:
        """Return an official client that is connected with the property; closed with it."""
        import grpc
        from google.analytics.data_v1beta import BetaAnalyticsDataClient
        from google.analytics.data_v1beta.services.beta_analytics_data.transports import (
            BetaAnalyticsDataGrpcTransport,
        )

        # The client's own channels take answers of any size too.
        channel = grpc.insecure_channel(self.endpoint, options=[("grpc.max_receive_message_length", -1)])
        self._channels.append(channel)
        return BetaAnalyticsDataClient(transport=BetaAnalyticsDataGrpcTransport(channel=channel))

    def close(self) -> None:
        """Stop the server, and close its clients."""
        self.hurry()
        for channel in self._channels:
            channel.close()
        self._service.stop()
        self._reports.close()

    def restart(self) -> None:
        """Break every connection, and come back on the same port."""
        port = self._service.port
        self.hurry()
        self._service.stop()
        self._answers.hurry.clear()
        self._service = Service(self._answers, port, self._threads)

    def now(self) -> datetime:
        """Return the time on the property's clock, in UTC."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Move the clock on: what a client under test is given in place of ``time.sleep``."""
        self.advance(hours=seconds / 3600)

    def advance(self, days: float = 0, *, hours: float = 0) -> None:
        """Move the clock on: days come into sight, past ones are revised, quotas fill up.

        Raises
        ------
        UsageError
            The property runs on the clock of the machine, or has no data for the days that would come into sight.
        """
        if not isinstance(self._clock, ManualClock):
            raise UsageError("the clock of the machine cannot be moved", hint="give the property a ManualClock")
        then = self.now() + timedelta(days=days, hours=hours)
        if then.date() > self.end + timedelta(days=self.ahead):
            raise UsageError(
                "the property has no data for the days that would come into sight",
                got=f"{then:%Y-%m-%d}",
                allowed=f"until {self.end + timedelta(days=self.ahead)}",
                hint="open it with more days ahead, such as Ga4Property(ahead=400)",
            )
        self._clock.advance(days=days, hours=hours)

    def fail(
        self,
        kind: FaultKind,
        *,
        method: str | None = None,
        after: int = 0,
        times: int | None = 1,
        probability: float = 1.0,
        seconds: float = 0.0,
    ) -> None:
        """Let requests fail.

        Parameters
        ----------
        kind : str
            ``too many requests`` (429), ``internal`` (500), ``unavailable`` (503), ``deadline`` (504), ``dropped`` (the
            report is made and paid for, then the connection breaks), ``slow``, ``api disabled`` or ``no scope`` (403).
        method : str, optional
            Only requests of this method, such as ``RunReport``.
        after : int, default 0
            Requests that go well first.
        times : int, optional
            How often, once by default; None for ever.
        probability : float, default 1
            Chance of each request, once ``after`` went well.
        seconds : float, default 0
            How long a slow answer takes; `hurry` ends it.
        """
        self._answers.hurry.clear()
        self.faults.add(Fault(kind, method, after, times, probability, seconds))

    def hurry(self) -> None:
        """Give every slow answer now."""
        self._answers.hurry.set()

    @property
    def usage(self) -> Usage:
        """What the property has given: requests, tokens by hour and day, refusals."""
        return self._quota.usage()

    def suffer(self, **changes: Any) -> None:
        """Change what the reports suffer from; see `Effects` for the names."""
        with self._reports.lock:
            self.effects = self._reports.effects = replace(self.effects, **changes)

    def totals(self, first: date, last: date, *, final: bool = False) -> list[DayTotals]:
        """Return what is true of each day, by another way than the reports.

        Parameters
        ----------
        first, last : date
            Days.
        final : bool, default False
            As it will be when nothing is revised any more, not as it is seen now.
        """
        with self._reports.lock:
            self._reports.look(Moment(self.now()), final=final)
            return day_totals(self._reports.engine, first, last)

    def write_facts(self, path: Path, *, final: bool = False) -> None:
        """Write every session, refund and advertised day as CSV, for those who want to add them up themselves.

        Parameters
        ----------
        path : Path
            File to write.
        final : bool, default False
            As it will be when nothing is revised any more, not as it is seen now.
        """
        with self._reports.lock:
            self._reports.look(Moment(self.now()), final=final)
            write_facts(self._reports.engine, path)
