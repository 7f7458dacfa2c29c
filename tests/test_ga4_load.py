"""GA4 into the warehouse: complete, revised without ghosts, resumed, flagged, and never more quota than there is."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ga4_project import END, START, ga4_settings, load_of, small_property, sums, totals
from payback.data_loader.ga4_days import known_days
from payback.data_loader.ga4_load import Ga4Load
from payback.errors import ConfigurationError, SourceAccessError, UsageError
from payback.testing.ga4 import Limits
from payback.warehouse.opening import open_warehouse

HERE = Path(__file__).parent
DAYS = (END - START).days + 1


@pytest.fixture
def server():
    """Return a property whose clock the test moves."""
    with small_property() as opened:
        yield opened


@pytest.fixture
def warehouse(tmp_path):
    """Return an empty warehouse."""
    opened = open_warehouse("duckdb", tmp_path / "shop.duckdb")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """Return a property and a warehouse into which it was read, for tests that change neither."""
    with small_property() as server:
        warehouse = open_warehouse("duckdb", tmp_path_factory.mktemp("ga4") / "read.duckdb")
        (report,) = load_of(warehouse, server).fetch()
        yield server, warehouse, report
        warehouse.close()


COUNTED = ("row_number", "campaign_id")
"""Numbers that depend on what came in one request, or came first."""


def rows_of(warehouse, table, *without):
    """Return the rows of a table without what differs from load to load, sorted."""
    rows = [{k: v for k, v in row.items() if k not in ("load_id", *without)} for row in warehouse.records(table)]
    return sorted(rows, key=repr)


def test_every_day_has_the_totals_of_the_property(read_once):
    """Sessions, key events, revenue and cost of each day are those that the property itself adds up."""
    server, warehouse, report = read_once
    assert (report.status, report.days_read, report.days_left, report.unexplained) == ("done", DAYS, 0, [])
    names = ("sessions", "conversions", "transactions", "page_views", "revenue")
    api = ["sessions", "keyEvents", "transactions", "screenPageViews", "purchaseRevenue"]
    assert sums(warehouse, "campaign_traffic", *names) == totals(server, api)
    assert sums(warehouse, "campaigns", "cost") == totals(server, ["advertiserAdCost"], "sessionCampaignName")
    assert sums(warehouse, "campaigns", "conversions", "revenue") == totals(server, ["keyEvents", "purchaseRevenue"])


def test_small_pages_give_the_same_rows(read_once, warehouse):
    """Pages of 7 rows and one page of all, days one by one and a week at once: the same table."""
    server, other, _ = read_once
    load_of(warehouse, server, page_size=7, days_a_request=1, start_date=END - timedelta(days=1)).fetch()
    found = rows_of(warehouse, "campaign_traffic", *COUNTED)
    whole = rows_of(other, "campaign_traffic", *COUNTED)
    assert found == [row for row in whole if row["date"] >= END - timedelta(days=1)]


def test_second_fetch_changes_nothing(server, warehouse):
    """Nothing new: the recent days are looked at again, and no row is written."""
    load = load_of(warehouse, server)
    load.fetch()
    before = [rows_of(warehouse, table) for table in ("campaign_traffic", "campaigns", "loads", "campaign_keys")]
    (report,) = load.fetch()
    assert (report.status, report.days_read, report.days_changed) == ("unchanged", 14, 0)
    assert before == [
        rows_of(warehouse, table) for table in ("campaign_traffic", "campaigns", "loads", "campaign_keys")
    ]
    assert warehouse.records("revisions") == []


def test_revised_days_leave_no_ghosts(server, warehouse):
    """After three fetches in nine days on which GA4 moves sessions and credits sales, all totals are GA4's."""
    load = load_of(warehouse, server)
    load.fetch()
    for _ in range(3):
        server.advance(days=3)
        load.fetch()
    assert sums(warehouse, "campaign_traffic", "sessions", "conversions", "revenue") == totals(
        server, ["sessions", "keyEvents", "purchaseRevenue"]
    )
    told = [row for row in warehouse.records("revisions") if row["table_name"] == "campaign_traffic"]
    assert told
    assert all(row["cause"] == "source" and 1 <= row["age_days_before"] < row["age_days"] for row in told)


@pytest.mark.parametrize("pauses", [[1, 2, 6], [20]])
def test_revised_rows_are_those_of_a_warehouse_that_reads_only_now(server, warehouse, tmp_path, pauses):
    """Row by row: nothing that GA4 took back or moved is left, in traffic or campaigns, however long nobody looked."""
    load = load_of(warehouse, server)
    load.fetch()
    for days in pauses:
        server.advance(days=days)
        load.fetch()
    fresh = open_warehouse("duckdb", tmp_path / "fresh.duckdb")
    load_of(fresh, server).fetch()
    for table in ("campaign_traffic", "campaigns"):
        assert rows_of(warehouse, table, *COUNTED) == rows_of(fresh, table, *COUNTED), table
    fresh.close()
    assert sums(warehouse, "campaigns", "cost") == totals(server, ["advertiserAdCost"], "sessionCampaignName")


def test_revisions_add_up_to_what_is_there(server, warehouse):
    """First value plus every change is the last value: the log tells the whole story of a day."""
    load = load_of(warehouse, server)
    load.fetch()
    first = sums(warehouse, "campaign_traffic", "conversions", "sessions")
    for _ in range(2):
        server.advance(days=4)
        load.fetch()
    now = sums(warehouse, "campaign_traffic", "conversions", "sessions")
    for row in warehouse.records("revisions"):
        if row["table_name"] == "campaign_traffic" and row["day"] in first:
            conversions, sessions = first[row["day"]]
            change = (
                row["conversions_after"] - row["conversions_before"],
                row["sessions_after"] - row["sessions_before"],
            )
            first[row["day"]] = conversions + change[0], sessions + change[1]
    assert first == {day: now[day] for day in first}


def test_days_become_final(server, warehouse):
    """A day is provisional for 4 days, its outcomes for 14; then it is read once more, and never again."""
    load = load_of(warehouse, server)
    load.fetch()
    flags = {day: one.flags for day, one in known_days(warehouse, server.number).items()}
    assert flags[END] == "provisional"
    assert flags[END - timedelta(days=4)] == "provisional_outcomes"
    assert flags[END - timedelta(days=14)] == ""
    server.advance(days=20)
    (report,) = load.fetch()
    assert report.days_read == 20 + 14  # twenty new ones, and fourteen that were not final
    assert known_days(warehouse, server.number)[END].flags == ""
    assert load.fetch()[0].days_read == 14


def test_another_revenue_reads_every_day_again(server, warehouse):
    """Days that were read under another definition do not stand beside the others; the log calls it settings."""
    load_of(warehouse, server).fetch()
    (report,) = load_of(warehouse, server, revenue="total").fetch()
    assert report.days_read == DAYS
    assert {row["cause"] for row in warehouse.records("revisions")} <= {"settings"}


def test_hidden_cost_is_null_and_comes_when_it_may_be_seen(warehouse):
    """Zeros that stand for a missing right become null; with the right, every day is read again."""
    from payback.testing.ga4 import Effects

    with small_property(effects=Effects(restricted=frozenset({"COST_DATA"}))) as server:
        (report,) = load_of(warehouse, server).fetch()
        assert {row["cost"] for row in warehouse.records("campaigns")} == {None}
        assert report.unexplained == []
        assert {row["flags"].split(",")[0] for row in warehouse.records("loads", {"table_name": "campaigns"})} == {
            "restricted"
        }
        server.suffer(restricted=frozenset())
        assert load_of(warehouse, server).fetch()[0].days_read == DAYS
        assert sum(row["cost"] or 0 for row in warehouse.records("campaigns")) > 0


def test_hidden_revenue_is_null(warehouse):
    """No revenue is not a revenue of nothing."""
    from payback.testing.ga4 import Effects

    with small_property(effects=Effects(restricted=frozenset({"REVENUE_DATA"}))) as server:
        load_of(warehouse, server).fetch()
        for table in ("campaigns", "campaign_traffic"):
            assert {row["revenue"] for row in warehouse.records(table)} == {None}
        checked = warehouse.records("reconciliation", {"measure": "revenue"})
        assert {(row["warehouse_value"], row["explained_by"]) for row in checked} == {(None, "restricted")}


def test_property_without_cost_has_none(server, warehouse):
    """Where cost is not asked for there is none, and the rest is as before."""
    load_of(warehouse, server, cost=False).fetch()
    assert {row["cost"] for row in warehouse.records("campaigns")} == {None}
    assert sums(warehouse, "campaigns", "revenue") == totals(server, ["purchaseRevenue"])


def test_sampled_days_are_asked_for_in_smaller_pieces(warehouse):
    """A week that is sampled is halved until it is not: the numbers are the exact ones."""
    from payback.testing.ga4 import Effects

    with small_property(effects=Effects(sample_above=400)) as server:
        (report,) = load_of(warehouse, server).fetch()
        assert report.flags.get("sampled", 0) == 0
        server.suffer(sample_above=None)
        assert sums(warehouse, "campaign_traffic", "sessions") == totals(server, ["sessions"])


def test_rows_under_other_are_flagged_where_nothing_helps(warehouse):
    """A property that puts rows together whatever one asks: nothing is lost, and every day says so."""
    from payback.testing.ga4 import Effects

    with small_property(effects=Effects(most_combinations=3)) as server:
        (report,) = load_of(warehouse, server, start_date=END - timedelta(days=2)).fetch()
        assert report.flags["other_row"] == 3
        loads = warehouse.records("loads", {"table_name": "campaign_traffic"})
        assert {row["flags"] for row in loads} == {"other_row,provisional"}
        wanted = {day: row for day, row in totals(server, ["sessions"]).items() if day > END - timedelta(days=3)}
        assert sums(warehouse, "campaign_traffic", "sessions") == wanted


def test_truncated_days_are_flagged_and_said(warehouse):
    """Days that the property no longer keeps are empty, flagged, and told."""
    from payback.testing.ga4 import Effects

    with small_property(effects=Effects(kept_days=10)) as server:
        (report,) = load_of(warehouse, server).fetch()
        assert report.warnings
        assert report.flags["truncated"] >= DAYS - 10
        assert known_days(warehouse, server.number)[START].flags.startswith("truncated")


def test_properties_have_their_own_days(server, warehouse):
    """A property that is added later is read from the first day on, and the other one is left alone."""
    load_of(warehouse, server).fetch()
    with small_property(number="22", seed=7) as second:
        settings = ga4_settings(second, property=None, properties=["22"])
        Ga4Load(warehouse, settings, Path(), clock=second).fetch()
        assert min(known_days(warehouse, "22")) == START
        assert len(known_days(warehouse, server.number)) == DAYS


def test_spent_day_stops_and_the_next_run_goes_on(warehouse):
    """Where the day's tokens end, what was read is kept; the next day the rest comes. No token too many is spent."""
    limits = Limits(tokens_per_day=60, tokens_per_hour=60, tokens_per_project_per_hour=60)
    with small_property(limits=limits) as server:
        load = load_of(warehouse, server, days_a_request=2, reread_days=1, reread_outcome_days=2)
        patched(limits)
        (report,) = load.fetch()
        assert report.status == "stopped"
        assert 0 < report.days_read < DAYS
        assert "after 2025-12-02 08:00 UTC" in report.error
        assert len(known_days(warehouse, server.number)) == report.days_read
        for _ in range(5):
            server.advance(days=1)
            if load.fetch()[0].status != "stopped":
                break
        assert min(known_days(warehouse, server.number)) == START
        assert max(server.usage.tokens_by_day.values()) <= 60
        assert server.usage.refused == {}


@pytest.fixture(autouse=True)
def _limits(monkeypatch):
    """Let a test tell the pacer of other limits than Google's."""
    from payback.sources.ga4_api import quota

    monkeypatch.setattr(quota, "LIMITS", dict(quota.LIMITS))


def patched(limits):
    """Tell the pacer of the limits of the test's property."""
    from payback.sources.ga4_api import quota

    quota.LIMITS.update({name: getattr(limits, name) for name in quota.LIMITS})


def test_hourly_limit_is_waited_for(warehouse):
    """Where the hour's tokens end the program waits and goes on; no request is refused, no hour overdrawn."""
    limits = Limits(tokens_per_hour=40, tokens_per_project_per_hour=40)
    with small_property(limits=limits) as server:
        patched(limits)
        (report,) = load_of(warehouse, server, days_a_request=2).fetch()
        assert (report.status, report.days_read) == ("done", DAYS)
        assert len(server.usage.tokens_by_hour) > 1
        assert max(server.usage.tokens_by_hour.values()) <= 40
        assert server.usage.refused == {}


@pytest.mark.parametrize("kind", ["too many requests", "internal", "unavailable", "deadline", "dropped"])
def test_failures_are_tried_again(server, warehouse, kind):
    """A server that fails now and then gives the same tables."""
    server.fail(kind, after=3, times=2)
    (report,) = load_of(warehouse, server).fetch()
    assert (report.days_read, report.unexplained) == (DAYS, [])
    assert sums(warehouse, "campaign_traffic", "sessions") == totals(server, ["sessions"])


def test_restarted_server_is_found_again(server, warehouse):
    """A connection that breaks is made anew."""
    load = load_of(warehouse, server, start_date=END - timedelta(days=2))
    with load._open(server.number) as of:
        server.restart()
        assert of.read(END, END).traffic[0].rows.num_rows > 0


def test_server_that_keeps_failing_is_given_up(server, warehouse):
    """After six failures, fewer than the quota allows, the error says so; what was read is kept."""
    load = load_of(warehouse, server)
    server.fail("internal", method="BatchRunReports", after=3, times=None)
    with pytest.raises(Exception, match=r"failed 6 times in a row(.|\n)*what was read is kept"):
        load.fetch()
    assert 0 < len(known_days(warehouse, server.number)) < DAYS
    assert server.usage.refused == {}


def test_wrong_property_says_where_its_number_stands(server, warehouse):
    """A property that is not there cannot be told from one without access; the hint is good for both."""
    settings = ga4_settings(server, property="999")
    with pytest.raises(SourceAccessError, match=r"no access(.|\n)*Admin > Property settings") as caught:
        Ga4Load(warehouse, settings, Path(), clock=server).fetch()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("token", "message"), [("old", "does not accept the credentials"), ("other", "no access")])
def test_bad_tokens_are_told_apart(warehouse, token, message):
    """An unknown token is expired or wrong; a known one may lack the right."""
    with small_property(tokens={"good": True, "other": False}) as server:
        with pytest.raises(SourceAccessError, match=message):
            load_of(warehouse, server, token=token).fetch()
        load_of(warehouse, server, token="good", start_date=END).fetch()  # noqa: S106 - a test's
        assert len(known_days(warehouse, server.number)) == 1


def test_one_bad_property_does_not_keep_the_others_out(server, warehouse):
    """The report says which failed and why; the other one is read."""
    settings = ga4_settings(server, properties=["999"])
    good, bad = Ga4Load(warehouse, settings, Path(), clock=server).fetch()
    assert (good.status, bad.status) == ("done", "failed")
    assert "no access" in bad.error


def test_missing_credentials_say_how_to_get_some(warehouse, server, tmp_path, monkeypatch):
    """Without file, token and environment the hint names both ways."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    settings = ga4_settings(server, endpoint=None)
    with pytest.raises(SourceAccessError, match=r"hint: set ga4.credentials|see docs"):
        Ga4Load(warehouse, settings, tmp_path, clock=server).fetch()
    (tmp_path / "key.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SourceAccessError, match=r"credentials file cannot be used(.|\n)*service account"):
        Ga4Load(warehouse, ga4_settings(server, endpoint=None, credentials="key.json"), tmp_path, clock=server).fetch()


def test_project_without_property_says_so(warehouse):
    """Nothing to read is a question of the settings."""
    from payback.config import Settings

    with pytest.raises(UsageError, match=r"ga4\.property"):
        Ga4Load(warehouse, Settings().ga4, Path())


def test_measurement_id_is_no_property():
    """Who types the id from the tag is told which number is meant."""
    from payback.config import load_settings

    with pytest.raises(ConfigurationError, match="is a measurement id"):
        load_settings(HERE, {"ga4.property": "G-ABC123"})


def test_chosen_days_are_read_whether_due_or_not(server, warehouse):
    """With a first day exactly those days are read; today is not over and left out."""
    (report,) = load_of(warehouse, server).fetch(date(2025, 11, 28), date(2025, 12, 24))
    assert sorted(known_days(warehouse, server.number)) == [date(2025, 11, day) for day in (28, 29, 30)]
    assert report.days_read == 3


def test_plan_spends_nothing_and_comes_true(server, warehouse):
    """After the first fetch the plan of the next one is right about days and close about tokens."""
    load = load_of(warehouse, server)
    (before,) = load.plan()
    assert server.usage.requests == 0
    assert (before.days, before.new_days, before.measured) == (DAYS, DAYS, False)
    load.fetch()
    asked = server.usage.requests
    (after,) = load.plan()
    assert server.usage.requests == asked
    (report,) = load.fetch()
    assert (after.days, after.new_days, after.reports, after.measured) == (14, 0, report.reports, True)
    assert after.tokens == pytest.approx(report.tokens, rel=0.5)


def test_rows_say_where_they_come_from(read_once):
    """Source, account, currency and both channels; a campaign has one number in both tables."""
    _, warehouse, _ = read_once
    traffic, campaigns = warehouse.records("campaign_traffic"), warehouse.records("campaigns")
    assert {(row["source"], row["account"], row["currency"]) for row in traffic + campaigns} == {
        ("ga4", "123456789", "EUR")
    }
    number = {(row["external_campaign_id"], row["campaign_name"]): row["campaign_id"] for row in traffic}
    both = [row for row in campaigns if (row["external_campaign_id"], row["campaign_name"]) in number]
    assert all(number[row["external_campaign_id"], row["campaign_name"]] == row["campaign_id"] for row in both)
    assert all(row["channel_agrees"] == (row["channel"] == row["analytics_channel"]) for row in traffic)
    assert {row["external_campaign_id"] for row in traffic if row["campaign_name"] == "(direct)"} == {None}


def test_mean_durations_become_sums(read_once):
    """Seconds of all sessions divided by sessions is the mean that GA4 gives of the whole day."""
    server, warehouse, _ = read_once
    seconds, sessions = sums(warehouse, "campaign_traffic", "session_seconds", "sessions")[END]
    (mean,) = totals(server, ["averageSessionDuration"])[END]
    assert float(seconds / sessions) == pytest.approx(float(mean), abs=1e-4)


def test_mysql_gets_the_same(server, warehouse, mysql_warehouse):
    """The server database holds what the embedded one does, after a revision too."""
    for place in (warehouse, mysql_warehouse):
        load_of(place, server).fetch()
    server.advance(days=5)
    for place in (warehouse, mysql_warehouse):
        load_of(place, server).fetch()
    names = ("sessions", "conversions", "revenue")
    assert sums(mysql_warehouse, "campaign_traffic", *names) == sums(warehouse, "campaign_traffic", *names)
    assert rows_of(mysql_warehouse, "campaign_keys") == rows_of(warehouse, "campaign_keys")
    told = [[(r["table_name"], r["day"], r["revenue_before"], r["revenue_after"]) for r in w.records("revisions")]
            for w in (mysql_warehouse, warehouse)]  # fmt: skip
    assert sorted(told[0]) == sorted(told[1])


@pytest.mark.parametrize(
    "point", ["before insert into campaign_traffic", "after insert into campaigns", "after commit"]
)
def test_kill_at_any_moment_and_going_on_gives_the_same_tables(read_once, tmp_path, point):
    """A program killed in mid-write, then run again, has the tables of one that never was."""
    server, whole, _ = read_once
    path = tmp_path / "killed.duckdb"
    command = [sys.executable, str(HERE / "ga4_fetcher.py"), str(path), server.endpoint, point]
    killed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode not in (0, 1), killed.stderr
    interrupted = open_warehouse("duckdb", path)
    days = set(known_days(interrupted, server.number))
    assert len(days) < DAYS
    assert days == {row["date"] for row in interrupted.records("campaign_traffic")}
    load_of(interrupted, server).fetch()
    for table in ("campaign_traffic", "campaigns", "campaign_keys"):
        assert rows_of(interrupted, table) == rows_of(whole, table), table
    assert interrupted.records("revisions") == []
    interrupted.close()


def test_killed_again_and_again_while_it_asks(read_once, tmp_path):
    """SIGKILL while an answer is under way, three times, each time further on: the tables of one that never was."""
    _, whole, _ = read_once
    path, kept = tmp_path / "killed.duckdb", []
    with small_property() as server:
        command = [sys.executable, str(HERE / "ga4_fetcher.py"), str(path), server.endpoint, "before nothing"]
        for answered in (0, 1, 2):
            server.fail("slow", method="BatchRunReports", after=1 + answered, seconds=600)
            process = subprocess.Popen(command)
            try:
                while server.usage.failed.get("slow", 0) == len(kept):
                    assert process.poll() is None
                    time.sleep(0.01)
            finally:
                process.kill()
                process.wait()
                server.hurry()
            kept.append(days_kept(path, server.number))
        interrupted = open_warehouse("duckdb", path)
        load_of(interrupted, server).fetch()
        for table in ("campaign_traffic", "campaigns", "campaign_keys"):
            assert rows_of(interrupted, table, "row_number") == rows_of(whole, table, "row_number"), table
        assert interrupted.records("revisions") == []
        interrupted.close()
        assert server.usage.refused == {}
    assert kept == sorted(kept)
    assert kept[0] == 0 < kept[-1] < DAYS


def days_kept(path, number):
    """Return how many days a database has after a kill."""
    warehouse = open_warehouse("duckdb", path)
    try:
        return len(known_days(warehouse, number))
    finally:
        warehouse.close()


def test_totals_of_decimals_are_exact(read_once):
    """No float touched the money: every amount has at most six digits, and they add up to the cent."""
    server, warehouse, _ = read_once
    amount = sum((row["revenue"] for row in warehouse.records("campaigns") if row["revenue"]), Decimal(0))
    assert amount == sum((row[0] for row in totals(server, ["purchaseRevenue"]).values()), Decimal(0))
