"""How complete a day is after how many days: worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from payback.analysis.maturity import maturity_curve
from payback.engine.duckdb import Engine
from payback.tables import TABLES
from payback.warehouse.schema import create_table

LATER = date(2026, 2, 1)


@pytest.fixture
def engine():
    """Return an engine with the tables, empty."""
    with Engine() as opened:
        for name in ("campaign_traffic", "revisions", "loads"):
            opened.execute(create_table(TABLES[name]))
        yield opened


def day(engine, number, conversions, *, read_after=1, revisions=(), account="1", cause="source"):
    """Enter a day of January, when it was first read, and its revisions: age before, age, value before, value after."""
    when = f"2026-01-{number:02}"
    engine.execute(
        "insert into campaign_traffic (source, account, report, date, sessions, conversions, revenue) "
        "values ('ga4', ?, 'campaign_days', ?, 100, ?, 50)",
        [account, when, conversions],
    )
    engine.execute(
        "insert into loads (table_name, source, account, report, day, loaded_at) "
        "values ('campaign_traffic', 'ga4', ?, 'campaign_days', ?, ?::date + ?::int)",
        [account, when, when, read_after],
    )
    for age_before, age, before, after in revisions:
        engine.execute(
            "insert into revisions (table_name, source, account, report, day, age_days_before, age_days, cause, "
            "revised_at, sessions_before, sessions_after, conversions_before, conversions_after, revenue_before, "
            "revenue_after) values ('campaign_traffic', 'ga4', ?, 'campaign_days', ?, ?, ?, ?, ?::date + ?::int, "
            "100, 100, ?, ?, 50, 50)",
            [account, when, age_before, age, cause, when, age, before, after],
        )


def curve(engine, **options):
    """Return (age, days, conversions) of the curve."""
    found = maturity_curve(engine, "ga4", final_before=LATER, **{"longest": 4, **options})
    return [(one.age_days, one.days, one.conversions) for one in found]


def test_share_is_a_sum_over_a_sum(engine):
    """One day had 6 of 10 conversions until the third day, another all of its 30: 36 of 40, then all."""
    day(engine, 1, 10, revisions=[(1, 3, 6, 10)])
    day(engine, 2, 30)
    assert curve(engine) == [(1, 2, 0.9), (2, 2, 0.9), (3, 2, 1.0), (4, 2, 1.0)]


def test_several_revisions_are_followed(engine):
    """4, then 7, then 8 of 8: refunds and credits of one day over time."""
    day(engine, 1, 8, revisions=[(1, 2, 4, 7), (2, 4, 7, 8)])
    assert curve(engine) == [(1, 1, 0.5), (2, 1, 0.875), (3, 1, 0.875), (4, 1, 1.0)]


def test_day_counts_from_when_it_was_first_read(engine):
    """A day that nobody looked at before the third day says nothing of the first two."""
    day(engine, 1, 10, read_after=3)
    assert curve(engine) == [(3, 1, 1.0), (4, 1, 1.0)]


def test_days_that_may_change_are_left_out(engine):
    """What they will be is not known."""
    day(engine, 30, 10)
    assert maturity_curve(engine, "ga4", final_before=date(2026, 1, 30)) == []


def test_what_we_read_otherwise_is_no_lag_of_the_source(engine):
    """A change of settings begins the story anew: the value before it is another figure."""
    day(engine, 1, 10, revisions=[(1, 3, 6, 10)], cause="settings")
    assert [share for _, _, share in curve(engine)] == [1.0] * 4


def test_accounts_can_be_told_apart(engine):
    """One account, or all."""
    day(engine, 1, 10, account="1", revisions=[(1, 3, 5, 10)])
    day(engine, 1, 10, account="2")
    assert curve(engine, account="1")[0] == (1, 1, 0.5)
    assert curve(engine)[0] == (1, 2, 0.75)


def test_nothing_in_the_end_has_no_share(engine):
    """Division by zero gives no figure."""
    day(engine, 1, 0)
    assert curve(engine)[0] == (1, 1, None)
