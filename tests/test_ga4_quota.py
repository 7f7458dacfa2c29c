"""The pacer: leaves a share, waits over an hour, stops at a day, and never provokes the server."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from payback.errors import QuotaExhaustedError
from payback.sources.ga4_api.quota import DAY, HOUR, LIMITS, PROJECT_HOUR, Pacer, next_day

NOON = datetime(2026, 3, 2, 20, tzinfo=UTC)
"""Noon in California."""


class StoppedClock:
    """Moves only when somebody waits."""

    def __init__(self, now=NOON):
        self.time = now
        self.waits = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)


def told(consumed=10, **remaining):
    """Return the quota of an answer: what it took, and what is left of each bucket."""
    given = LIMITS | remaining
    buckets = {
        name: SimpleNamespace(consumed=consumed if name == DAY else 0, remaining=left, ByteSize=lambda: 2)
        for name, left in given.items()
    }
    return SimpleNamespace(**buckets)


def pacer(**options):
    """Return a pacer and its clock."""
    clock = StoppedClock()
    return Pacer(clock=clock, **options), clock


def test_first_call_goes_at_once():
    """Nothing is known, so nothing keeps it."""
    one, clock = pacer()
    one.before(5)
    assert clock.waits == []


def test_call_that_fits_goes():
    """1,500 tokens are left of the hour's 14,000: 1,400 belong to others, 100 suffice for 4 reports of 10."""
    one, clock = pacer()
    one.after([told(10, **{PROJECT_HOUR: 1_500})])
    one.before(4)
    assert clock.waits == []


def test_short_hour_is_waited_for():
    """1,430 are left: 4 reports would touch the share of others. What was spent is back an hour after it."""
    one, clock = pacer()
    one.after([told(100, **{PROJECT_HOUR: 9_000})] * 50)
    clock.time += timedelta(minutes=10)
    one.after([told(10, **{PROJECT_HOUR: 1_430})])
    one.before(4)
    assert clock.waits == [3600 - 600 + 1]
    assert one.waited_seconds == 3001


def test_what_others_spent_is_back_after_an_hour():
    """Where not we but others spent the tokens, nobody knows when: an hour is enough."""
    one, clock = pacer()
    one.after([told(10, **{HOUR: 4_010})])
    one.before(2)
    assert clock.waits == [3601]


def test_spent_day_is_an_error_that_says_when_to_go_on():
    """20,005 of 200,000 are left, a tenth is for others: it stops, and says the next midnight of California in UTC."""
    one, _ = pacer()
    one.after([told(10, **{DAY: 20_005})])
    with pytest.raises(QuotaExhaustedError, match=r"2026-03-03 08:00 UTC"):
        one.before(1)


def test_new_day_forgets_the_old_one():
    """After midnight Pacific time the tokens are there again."""
    one, clock = pacer()
    one.after([told(10, **{DAY: 20_005})])
    clock.time += timedelta(hours=13)
    one.before(1)


def test_large_property_shows_in_what_is_left():
    """More left than a standard property has: the shares are those of Analytics 360."""
    one, clock = pacer()
    large = {DAY: 1_900_000, HOUR: 390_000}
    one.after([told(10, **large, **{PROJECT_HOUR: 100_000})])
    one.after([told(10, **large, **{PROJECT_HOUR: 13_000})])
    one.before(1)
    assert len(clock.waits) == 1  # a tenth of 140,000 is for others


def test_dear_reports_are_expected_to_stay_dear():
    """The estimate is the dearest of the last ones."""
    one, _ = pacer()
    one.after([told(3), told(120), told(5)])
    assert one.estimate(2) == 240
    assert (one.calls, one.reports, one.tokens) == (1, 3, 128)


def test_own_share_can_be_all():
    """Who is alone may spend everything."""
    one, clock = pacer(leave=0.0)
    one.after([told(10, **{PROJECT_HOUR: 20})])
    one.before(2)
    assert clock.waits == []


def test_errors_of_the_server_are_counted():
    """The tenth error an hour locks a project out: after nine it waits for the first to be an hour old."""
    one, clock = pacer()
    for _ in range(9):
        one.failed()
        clock.time += timedelta(minutes=1)
    one.before(1)
    assert clock.waits == [3600 - 9 * 60]


def test_small_share_still_allows_an_error():
    """Who leaves 99 % to others goes at once, and after an error of the server waits until it is an hour old."""
    one, clock = pacer(leave=0.99)
    one.before(1)
    assert clock.waits == []
    one.failed()
    one.before(1)
    assert clock.waits == [3600]


def test_wait_is_spent_resting():
    """Whatever is to be let go of during a wait is let go of, and taken back before the call."""
    steps = []

    @contextmanager
    def resting():
        steps.append("rests")
        yield
        steps.append("works")

    one, clock = pacer(leave=0.0, resting=resting)
    one.after([told(10, **{PROJECT_HOUR: 10})])
    one.before(2)
    assert (steps, len(clock.waits)) == (["rests", "works"], 1)


def test_errors_of_others_count_too():
    """One error is left of the hour's ten and one was ours: it waits."""
    one, clock = pacer()
    one.failed()
    one.after([told(10, server_errors_per_project_per_hour=1)])
    one.before(1)
    assert len(clock.waits) == 1


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-01T07:59", "2026-01-01T08:00"),
        ("2026-01-01T08:00", "2026-01-02T08:00"),
        ("2026-07-01T06:59", "2026-07-01T07:00"),
        ("2026-03-08T09:00", "2026-03-09T07:00"),
    ],
)
def test_days_end_at_midnight_in_california(moment, expected):
    """In winter that is 8:00 UTC, in summer 7:00; on the day the clocks change the new time counts."""
    found = next_day(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
