"""Spend quota with care: leave a share to others, wait over an hourly limit, stop cleanly at a daily one.

Google counts tokens: a day's, an hour's, and an hour's of one project, besides server errors an hour. Every answer
says what it took and what is left, whoever took it. Days end at midnight Pacific time, hours roll.
(https://developers.google.com/analytics/devguides/reporting/data/v1/quotas)
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from payback.errors import QuotaExhaustedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

_log = logging.getLogger(__name__)

DAY, HOUR, PROJECT_HOUR, ERRORS = (
    "tokens_per_day",
    "tokens_per_hour",
    "tokens_per_project_per_hour",
    "server_errors_per_project_per_hour",
)
LIMITS = {DAY: 200_000, HOUR: 40_000, PROJECT_HOUR: 14_000, ERRORS: 10}
"""Of a standard property; one of Analytics 360 has ten times the tokens."""
LARGE = 10
TOKENS_A_REPORT = 10
"""What Google says most requests cost; used until answers tell better."""
_PACIFIC = ZoneInfo("America/Los_Angeles")
_HOUR_SECONDS = 3600.0
_REMEMBERED = 50
_FREED_SHARE = 0.25
"""Part of an hour's tokens worth waiting for: else each call would wait a little."""


class Clock(Protocol):
    """Tells the time and waits; a test gives one that does not."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass
class Pacer:
    """Decides before each call whether to go, to wait or to stop. One for each property.

    Parameters
    ----------
    leave : float
        Share of each quota that is left to others.
    clock : Clock
        Tells the time and waits.
    tokens_a_report : float
        What a report cost last time.
    say : callable, optional
        Told before a long wait.
    resting : callable, optional
        Gives what is entered during a wait for quota, such as one that lets others read the database.
    """

    leave: float = 0.1
    clock: Clock = field(default_factory=SystemClock)
    tokens_a_report: float = TOKENS_A_REPORT
    say: Callable[[str], None] | None = None
    resting: Callable[[], AbstractContextManager[None]] = nullcontext
    calls: int = 0
    reports: int = 0
    tokens: int = 0
    waited_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._remaining: dict[str, int] = {}
        self._is_large = False
        self._told_at: datetime | None = None
        self._spent: deque[tuple[datetime, int]] = deque()
        self._costs: deque[float] = deque(maxlen=_REMEMBERED)
        self._errors: deque[datetime] = deque()

    def before(self, reports: int) -> None:
        """Wait until a call of so many reports fits into the quotas.

        Raises
        ------
        QuotaExhaustedError
            It fits no more today.
        """
        self._forget_yesterday()
        cost = self.estimate(reports)
        if self._is_short(DAY, cost):
            raise self.exhausted()
        for name in (HOUR, PROJECT_HOUR):
            if self._is_short(name, cost):
                self.wait_for_tokens(max(cost, _FREED_SHARE * self._limit(name)))
        self._wait_for_errors()

    def after(self, quotas: list[Any]) -> None:
        """Take note of what each report of an answered call cost and left."""
        self.calls += 1
        self.reports += len(quotas)
        spent = [int(quota.tokens_per_day.consumed) for quota in quotas]
        self.tokens += sum(spent)
        self._spent.append((self.clock.now(), sum(spent)))
        self._costs.extend(spent)
        for name, limit in LIMITS.items():
            left = [int(getattr(quota, name).remaining) for quota in quotas if getattr(quota, name).ByteSize()]
            if left:
                self._remaining[name] = min(left)
                # Only a large property has more left than a standard one ever has.
                self._is_large = self._is_large or min(left) > limit
        self._told_at = self.clock.now()

    def estimate(self, reports: int) -> float:
        """Return the tokens that a call of so many reports may cost: as the dearest of the last ones."""
        return max([self.tokens_a_report, *self._costs]) * reports

    @property
    def mean_tokens(self) -> float:
        """What a report cost on average; the guess where none was asked for."""
        return self.tokens / self.reports if self.reports and self.tokens else self.tokens_a_report

    def failed(self) -> None:
        """Count an error of the server: ten an hour lock the project out."""
        self._errors.append(self.clock.now())

    def wait_for_tokens(self, needed: float) -> None:
        """Wait until so many of the tokens spent within the last hour are given back, or all of them."""
        now, freed = self.clock.now(), 0
        seconds = _HOUR_SECONDS
        while self._spent and (now - self._spent[0][0]).total_seconds() >= _HOUR_SECONDS:
            self._spent.popleft()
        for moment, tokens in self._spent:
            freed += tokens
            if freed >= needed:
                seconds = _HOUR_SECONDS - (now - moment).total_seconds()
                break
        self._wait(max(seconds, 1.0) + 1, "the tokens of this hour are spent")
        for name in (HOUR, PROJECT_HOUR):
            self._remaining.pop(name, None)

    def exhausted(self) -> QuotaExhaustedError:
        """Return the error that ends the work of this day."""
        again = next_day(self.clock.now())
        return QuotaExhaustedError(
            "the day's tokens of the property are spent; what was read is kept",
            got=f"{self._remaining.get(DAY, 0):,} tokens left, of which others keep {self.leave:.0%} of the limit",
            hint=f"the next run goes on from here after {again:%Y-%m-%d %H:%M} UTC: payback ga4 fetch",
        )

    def _is_short(self, name: str, cost: float) -> bool:
        if name not in self._remaining:
            return False
        return self._remaining[name] - cost < self.leave * self._limit(name)

    def _limit(self, name: str) -> int:
        """Return the limit of a property of this size."""
        return LIMITS[name] * (LARGE if self._is_large else 1)

    def _wait_for_errors(self) -> None:
        """Wait where another error could lock the project out."""
        now = self.clock.now()
        while self._errors and (now - self._errors[0]).total_seconds() >= _HOUR_SECONDS:
            self._errors.popleft()
        # One error of our own must stay possible, however large the share of others.
        allowed = max(int(LIMITS[ERRORS] * (1 - self.leave)), 1)
        others = self._remaining.get(ERRORS, LIMITS[ERRORS]) <= self.leave * LIMITS[ERRORS]
        if self._errors and (others or len(self._errors) >= allowed):
            self._wait(_HOUR_SECONDS - (now - self._errors[0]).total_seconds(), "the server failed too often this hour")
            self._remaining.pop(ERRORS, None)

    def _wait(self, seconds: float, why: str) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        message = f"{why}; going on at {until:%H:%M} UTC"
        _log.info("%s", message)
        if self.say:
            self.say(message)
        with self.resting():
            self.clock.sleep(seconds)
        self.waited_seconds += seconds

    def _forget_yesterday(self) -> None:
        """Forget what was left before midnight Pacific, or an hour ago: it says nothing about now."""
        if self._told_at is None:
            return
        now = self.clock.now()
        if next_day(self._told_at) <= now:
            self._remaining.pop(DAY, None)
        if (now - self._told_at).total_seconds() >= _HOUR_SECONDS:
            for name in (HOUR, PROJECT_HOUR, ERRORS):
                self._remaining.pop(name, None)


def next_day(moment: datetime) -> datetime:
    """Return when the tokens of a day are given anew: the next midnight of Pacific time, in UTC.

    Examples
    --------
    >>> next_day(datetime(2026, 1, 1, 12, tzinfo=UTC)).isoformat()
    '2026-01-02T08:00:00+00:00'
    """
    local = moment.astimezone(_PACIFIC)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
    return midnight.astimezone(UTC)
