"""The token buckets of a property: what a request costs, what is left, when it comes back.

Limits and buckets are Google's of 2026: https://developers.google.com/analytics/devguides/reporting/data/v1/quotas
A request is refused when a bucket is empty, and otherwise answered whatever it turns out to cost, so that the last one
may overdraw a bucket.
"""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from payback.testing.ga4.refusals import QUOTAS, exhausted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from payback.testing.ga4.requests import ReportPlan

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Days of the quota end at midnight there."""

_SOON = f"These quota tokens will return in under an hour. To learn more, see {QUOTAS}"
MESSAGES = {
    "tokens_per_day": f"Exhausted property tokens per day. These quota tokens will return in under 24 hours. "
    f"To learn more, see {QUOTAS}",
    "tokens_per_hour": f"Exhausted property tokens per hour. {_SOON}",
    "tokens_per_project_per_hour": f"Exhausted property tokens for a project per hour. {_SOON}",
    "concurrent_requests": "Exhausted concurrent requests quota. Please send fewer requests concurrently. "
    f"To learn more, see {QUOTAS}",
    "server_errors_per_project_per_hour": "Exhausted server errors quota for a project per hour. "
    f"This quota will return in under an hour. To learn more, see {QUOTAS}",
    "potentially_thresholded_requests_per_hour": "Exhausted potentially thresholded requests quota. "
    f"This quota will return in under an hour. To learn more, see {QUOTAS}",
}
"""What a refusal says, by bucket. The words after the first sentence of the last three are ours."""


@dataclass(frozen=True)
class Limits:
    """What a property may use; the defaults are those of a standard property."""

    tokens_per_day: int = 200_000
    tokens_per_hour: int = 40_000
    concurrent_requests: int = 10
    server_errors_per_project_per_hour: int = 10
    potentially_thresholded_requests_per_hour: int = 120
    tokens_per_project_per_hour: int = 14_000


STANDARD = Limits()
ANALYTICS_360 = Limits(2_000_000, 400_000, 50, 50, 120, 140_000)


def cost(plan: ReportPlan, rows: int) -> int:
    """Return the tokens of a report.

    Google publishes no formula. This one gives what others measured on real properties: 1 for a short narrow report,
    2 for 10 metrics, 4 for 9 dimensions and 10 metrics, 7 for a year of one dimension and metric; and it grows with
    the rows returned and with filters.
    """
    fields = len(plan.all_dimensions) + len(plan.all_metrics)
    filters = len(plan.filtered_dimensions) + len(plan.filtered_metrics)
    return 1 + max(0, (fields - 4) // 5) + plan.days // 60 + rows // 2_500 + filters


@dataclass(frozen=True)
class Usage:
    """What the property has given since it was opened.

    Parameters
    ----------
    requests : int
        Requests that reached the property, batches counted once.
    reports : int
        Reports that were answered.
    rows : int
        Rows that were returned.
    tokens : int
        Tokens spent.
    tokens_by_hour, tokens_by_day : dict
        The same by the hour (UTC) and the day (Pacific time).
    refused : dict of str to int
        Requests refused, by bucket.
    most_concurrent : int
        Most requests at a time.
    failed : dict of str to int
        Faults that were made, by kind.
    """

    requests: int = 0
    reports: int = 0
    rows: int = 0
    tokens: int = 0
    tokens_by_hour: dict[str, int] = field(default_factory=dict)
    tokens_by_day: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    most_concurrent: int = 0
    failed: dict[str, int] = field(default_factory=dict)


class Quota:
    """Buckets that fill up with the clock.

    Parameters
    ----------
    limits : Limits
        How much they hold.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._spent: Counter[tuple[str, str]] = Counter()
        self._active = 0
        self._usage = Usage()
        self._refused: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    @contextmanager
    def admitted(self, now: datetime, *, thresholded: int = 0) -> Iterator[None]:
        """Let a request in, or refuse it; ``thresholded`` of its reports could tell who somebody is."""
        with self._lock:
            self._usage = replace(self._usage, requests=self._usage.requests + 1)
            self._check(now, thresholded)
            self._active += 1
            most = max(self._active, self._usage.most_concurrent)
            self._usage = replace(self._usage, most_concurrent=most)
            self._spent["potentially_thresholded_requests_per_hour", _hour(now)] += thresholded
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1

    def _check(self, now: datetime, thresholded: int) -> None:
        for bucket, message in MESSAGES.items():
            if bucket == "potentially_thresholded_requests_per_hour" and not thresholded:
                continue
            if self.remaining(bucket, now) <= 0:
                self._refused[bucket] += 1
                raise exhausted(message)

    def remaining(self, bucket: str, now: datetime) -> int:
        """Return what is left in a bucket; less than nothing where the last request overdrew it."""
        if bucket == "concurrent_requests":
            return self.limits.concurrent_requests - self._active
        name, window = _window(bucket, now)
        return int(getattr(self.limits, bucket) - self._spent[name, window])

    def charge(self, tokens: int, rows: int, now: datetime) -> None:
        """Take the tokens of a report out of the buckets."""
        with self._lock:
            for window in (_hour(now), _day(now)):
                self._spent["tokens", window] += tokens
            self._usage = replace(
                self._usage,
                reports=self._usage.reports + 1,
                rows=self._usage.rows + rows,
                tokens=self._usage.tokens + tokens,
            )

    def note_failure(self, kind: str, now: datetime, *, server_error: bool) -> None:
        """Write down a fault; errors of the server have a bucket of their own."""
        with self._lock:
            self._failed[kind] += 1
            if server_error:
                self._spent["server_errors_per_project_per_hour", _hour(now)] += 1

    def usage(self) -> Usage:
        """Return what was given so far."""
        with self._lock:
            spent = [(window, tokens) for (name, window), tokens in self._spent.items() if name == "tokens"]
            return replace(
                self._usage,
                tokens_by_hour={window: tokens for window, tokens in spent if "T" in window},
                tokens_by_day={window: tokens for window, tokens in spent if "T" not in window},
                refused=dict(self._refused),
                failed=dict(self._failed),
            )


def _window(bucket: str, now: datetime) -> tuple[str, str]:
    """Return what is counted for a bucket, and over which stretch of time."""
    name = "tokens" if bucket.startswith("tokens") else bucket
    return name, _day(now) if bucket == "tokens_per_day" else _hour(now)


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


def _day(now: datetime) -> str:
    return f"{now.astimezone(PACIFIC):%Y-%m-%d}"
