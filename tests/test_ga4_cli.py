"""``payback ga4`` and the step ``extract``, as people and scripts meet them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ga4_project import load_of, small_property
from payback.testing.ga4 import Ga4Property, SystemClock
from payback.warehouse.opening import open_warehouse

NOW = datetime.now(UTC)
TODAY = NOW.date()
MORNING = f"Etc/GMT{min(NOW.hour - 6, 12):+d}"
"""A time zone in which this day has begun hours ago and is far from its end; west of Greenwich is + there."""


@pytest.fixture(scope="module")
def server():
    """Return a property that lives today."""
    end = TODAY - timedelta(days=1)
    with Ga4Property(days=12, sessions_a_day=30, end=end, clock=SystemClock(), time_zone=MORNING) as opened:
        yield opened


@pytest.fixture
def project(shop, server):
    """Return a project that reads ten days of the property."""
    start = TODAY - timedelta(days=9)
    text = f"ga4:\n  property: {server.number}\n  endpoint: {server.endpoint}\n  start_date: {start}\n"
    shop.write("config/config.yaml", text)
    return shop


def answer(outcome):
    """Return the JSON that a command printed."""
    return json.loads(outcome.out)


def test_plan_fetch_check_and_revisions_follow_each_other(project):
    """What a new user does: see what it takes, read, compare, look at what changed."""
    planned = answer(project.run("ga4", "plan", "--json"))["properties"][0]
    assert planned["days"] in (8, 9, 10)  # the property's day may have begun already, or not yet
    (fetched,) = answer(project.run("ga4", "fetch", "--json"))["properties"]
    assert (fetched["status"], fetched["unexplained"]) == ("done", [])
    checked = project.run("ga4", "check", "--json")
    assert (checked.code, answer(checked)["unexplained"]) == (0, 0)
    assert answer(project.run("ga4", "revisions", "--json")) == {"revisions": [], "maturity": []}


def test_people_get_words(project):
    """Tables, and a sentence that says what they mean."""
    assert "It fits into one hour's quota" in project.run("ga4", "plan").out
    assert "done" in project.run("ga4", "fetch").out
    assert "0 differ without an explanation" in project.run("ga4", "check").out
    assert "Nothing was revised yet" in project.run("ga4", "revisions").out


def test_revised_days_are_shown_with_how_complete_days_are(shop):
    """What changed since it was first read, newest first, and the curve of the days that are final."""
    with small_property() as server:
        warehouse = open_warehouse("duckdb", shop.folder / "payback.duckdb")
        load = load_of(warehouse, server)
        load.fetch()
        server.advance(days=10)
        load.fetch()
        told = [row for row in warehouse.records("revisions") if row["table_name"] == "campaign_traffic"]
        warehouse.close()
    found = answer(shop.run("ga4", "revisions", "--limit", "500", "--json"))
    assert len(found["revisions"]) == len(told) > 0
    assert [one["age_days"] for one in found["maturity"]] == list(range(1, 15))
    shown = shop.run("ga4", "revisions").out
    assert " → " in shown
    assert "Part of the final value that was there" in shown


def test_run_reads_ga4_before_the_files(project):
    """The step ``extract`` comes first; its campaigns reach the report; a second run finds nothing new."""
    record = answer(project.run("run", "--json"))
    assert record["steps"][0]["step"] == "extract"
    assert record["steps"][0]["rows_out"] > 0
    assert answer(project.run("roi", "--json"))["rows"]
    again = answer(project.run("run", "--json"))
    assert (again["status"], again["steps"][0]["status"]) == ("unchanged", "unchanged")


def test_run_without_ga4_has_no_such_step(shop):
    """Nothing is configured, nothing is said."""
    shop.write("data/raw/ads.csv", "date,campaign,cost,revenue\n2024-01-01,Brand,10,30\n")
    assert "extract" not in [step["step"] for step in answer(shop.run("run", "--json"))["steps"]]


def test_failing_ga4_does_not_keep_the_files_out(shop, server):
    """No access to the property: the files are published all the same, and the run says that it failed."""
    shop.write("config/config.yaml", f"ga4:\n  property: 999\n  endpoint: {server.endpoint}\n")
    shop.write("data/raw/ads.csv", "date,campaign,cost,revenue\n2024-01-01,Brand,10,30\n")
    outcome = shop.run("run", "--json")
    record = answer(outcome)
    status = {step["step"]: step["status"] for step in record["steps"]}
    assert (outcome.code, status["extract"], status["load"], status["publish"]) == (1, "failed", "done", "done")
    assert "no access" in record["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ga4", "fetch"), "no GA4 property is set"),
        (("ga4", "fetch", "--to", "2026-01-01"), "needs a first one"),
        (("ga4", "check", "--from", "2026-02-01", "--to", "2026-01-01"), "lies before the first"),
    ],
)
def test_wrong_use_is_exit_code_2(shop, arguments, message):
    """A command that cannot be carried out says why."""
    outcome = shop.run(*arguments)
    assert outcome.code == 2
    assert message in outcome.err


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("endpoint: http://localhost", "allowed: text such as 127.0.0.1:8089"),
        ("start_date: 15.11.2026", "ga4.start_date is no day"),
        ("credentials: none.json", "got: no such file"),
        ("property: myshop", "Admin > Property settings"),
    ],
)
def test_wrong_settings_say_what_is_allowed(shop, setting, words):
    """Before anything is asked of Google, with exit code 2."""
    name = "" if setting.startswith("property") else "  property: 1\n"
    shop.write("config/config.yaml", f"ga4:\n{name}  {setting}\n")
    outcome = shop.run("ga4", "fetch")
    assert outcome.code == 2
    assert words in outcome.err


def test_first_day_that_lies_ahead_is_said(shop, server):
    """Nothing is due, and that is no surprise to anybody."""
    text = f"ga4: {{property: {server.number}, endpoint: '{server.endpoint}', start_date: 2999-01-01}}\n"
    shop.write("config/config.yaml", text)
    (fetched,) = answer(shop.run("ga4", "fetch", "--json"))["properties"]
    assert fetched["status"] == "unchanged"
    assert fetched["warnings"] == ["ga4.start_date is 2999-01-01: no day of it is over yet"]


def test_doctor_looks_at_the_property(project, server):
    """It answers, or the hint says what to do."""
    checks = {one["name"]: one for one in answer(project.run("doctor", "--json"))["checks"]}
    found = checks[f"GA4 property {server.number}"]
    assert (found["status"], found["found"]) == ("ok", f"answers; time zone {MORNING}, currency EUR")
    project.write("config/config.yaml", f"ga4:\n  property: 999\n  endpoint: {server.endpoint}\n")
    checks = {one["name"]: one for one in answer(project.run("doctor", "--json"))["checks"]}
    assert checks["GA4 property 999"]["status"] == "fail"
    assert "Viewer" in checks["GA4 property 999"]["hint"]


def test_hidden_figures_are_a_warning_of_the_doctor(project, server):
    """Cost that may not be seen shows before it is missed."""
    server.suffer(restricted=frozenset({"COST_DATA"}))
    try:
        checks = {one["name"]: one for one in answer(project.run("doctor", "--json"))["checks"]}
    finally:
        server.suffer(restricted=frozenset())
    found = checks[f"GA4 property {server.number}"]
    assert found["status"] == "warn"
    assert "clicks, cost, impressions" in found["found"]


def test_unexplained_difference_is_exit_code_1(project):
    """A script learns it by the code, a person by the words and what to do."""
    project.run("ga4", "fetch")
    warehouse = open_warehouse("duckdb", project.folder / "payback.duckdb")
    warehouse.engine.execute("update campaign_traffic set conversions = conversions + 100")
    warehouse.engine.execute("update loads set flags = ''")
    warehouse.close()
    outcome = project.run("ga4", "check", "--days", "2")
    assert outcome.code == 1
    assert "payback ga4 fetch --from" in outcome.out
