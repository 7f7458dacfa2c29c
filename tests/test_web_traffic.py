"""Sessions of web analytics count once, whichever of its sources report a day."""

from __future__ import annotations

import pytest

from payback.engine.duckdb import Engine
from payback.publishing.cube.traffic import traffic

COLUMNS = "date date, source varchar, account varchar, channel varchar, analytics_channel varchar, sessions bigint"


def shown(rows):
    """Return (day, channel, sessions) of a report over rows of campaign_traffic."""
    with Engine() as engine:
        engine.execute(f"create table campaign_traffic ({COLUMNS})")
        for row in rows:
            engine.execute("insert into campaign_traffic values (?, ?, ?, ?, ?, ?)", list(row))
        found = traffic(engine)
    return found and [tuple(row[:3]) for row in found["rows"]]


def test_google_s_own_channel_is_shown_for_the_export():
    """Two visits under our name, three that Google calls otherwise, four of the Data API under the name it has."""
    rows = [
        ("2026-01-01", "ga4_export", "1", "Email", None, 2),
        ("2026-01-01", "ga4_export", "1", "Referral", "Email", 3),
        ("2026-01-02", "ga4", "1", "Direct", "Email", 4),
    ]

    assert shown(rows) == [("2026-01-01", "Email", 5), ("2026-01-02", "Direct", 4)]


@pytest.mark.parametrize(("api", "export"), [("7", "7"), ("7", ""), ("7", None), ("7", "shop"), ("", "7")])
def test_a_day_of_both_counts_by_the_data_api(api, export):
    """10 + 5 of the Data API on the first day, not 14 of the export; 9 of the export on the day it has alone."""
    rows = [
        ("2026-01-01", "ga4", api, "Email", None, 10),
        ("2026-01-01", "ga4", api, "Direct", None, 5),
        ("2026-01-01", "ga4_export", export, "Direct", "Direct", 14),
        ("2026-01-02", "ga4_export", export, "Direct", "Direct", 9),
    ]

    assert shown(rows) == [("2026-01-01", "Direct", 5), ("2026-01-01", "Email", 10), ("2026-01-02", "Direct", 9)]


def test_two_properties_both_count():
    """Their numbers differ, so they are not the same visits: 10 + 14."""
    rows = [("2026-01-01", "ga4", "7", "Direct", None, 10), ("2026-01-01", "ga4_export", "8", "Direct", None, 14)]

    assert shown(rows) == [("2026-01-01", "Direct", 24)]


def test_other_sources_always_count():
    """A file of sessions that somebody loaded is of neither."""
    rows = [("2026-01-01", "ga4", "7", "Direct", None, 10), ("2026-01-01", "matomo", "7", "Direct", None, 3)]

    assert shown(rows) == [("2026-01-01", "Direct", 13)]


def test_without_traffic_nothing_is_shown():
    """An empty table is none."""
    assert shown([]) is None
