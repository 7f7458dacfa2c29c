"""Alerts: rules in the settings, figures from the data, messages that arrive once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mail_server import web_hook
from payback.data_loader import DataLoader
from payback.errors import ConfigurationError, DeliveryError
from payback.operations.alerts import Limit, limit_alerts, notify
from payback.pipeline.alert_step import broken_rules, tell

DAY = date(2026, 3, 14)


def alerts_of(limit, now, before=()):
    """The texts of the alerts of a limit on channels."""
    return [one.text for one in limit_alerts("r", limit, now, before, "channel", DAY)]


def test_a_value_beyond_a_limit_is_told_with_its_figures():
    """ROI below zero is told of the channel that has it."""
    rows = [{"channel": "Meta", "currency": "EUR", "roi": -0.25}, {"channel": "Email", "currency": "EUR", "roi": 3.0}]
    assert alerts_of(Limit("roi", below=0), rows) == ["Meta (EUR): ROI is -25.0%, below 0.0%"]


def test_a_change_is_told_against_the_days_before():
    """CPA of 30 against 20 rose by half; a fall is no rise."""
    now, before = [{"channel": "Meta", "cpa": 30}], [{"channel": "Meta", "cpa": 20}]
    assert alerts_of(Limit("cpa", rises_by=0.3), now, before) == ["Meta: CPA rose by 50%, to 30.00 from 20.00"]
    assert alerts_of(Limit("cpa", falls_by=0.3), now, before) == []
    assert alerts_of(Limit("cpa", falls_by=0.3), before, now) == ["Meta: CPA fell by 33%, to 20.00 from 30.00"]


@pytest.mark.parametrize(("now", "before"), [(None, 5), (5, None), (5, 0)])
def test_what_is_not_known_breaks_no_limit(now, before):
    """No figure, or nothing to compare with, is no alert."""
    rows = [{"channel": "a", "cpa": now}], [{"channel": "a", "cpa": before}]
    assert alerts_of(Limit("cpa", rises_by=0.1), *rows) == []


def test_a_message_arrives_at_every_address():
    """Apprise carries title and text."""
    with web_hook() as (url, arrived), web_hook() as (other, arrived_too):
        notify([url, other], "Payback", "Meta loses")
    assert [arrived[0]["title"], arrived[0]["message"]] == ["Payback", "Meta loses"]
    assert len(arrived_too) == 1


def test_a_service_that_does_not_take_it_is_an_error():
    """The failure of an alert is told; the address, which holds a secret, is not."""
    with web_hook(status=500) as (url, _), pytest.raises(DeliveryError, match="1 of 1 services") as caught:
        notify([url.replace("json://", "json://user:secret@")], "Payback", "x")
    assert "secret" not in str(caught.value)


def test_an_address_that_is_none_is_refused():
    """The message counts addresses instead of showing them."""
    with pytest.raises(ConfigurationError, match="number 1"):
        notify(["nothing://x y"], "Payback", "x")
    with pytest.raises(ConfigurationError, match=r"alerts\.urls"):
        notify([], "Payback", "x")


@pytest.fixture
def project(shop):
    """A project of 20 days: Meta loses, Email pays back, 100 a day and channel; nothing after 20 January."""
    rows = ["campaign,channel,cost,revenue,conversions,date"]
    for step in range(20):
        day = date(2026, 1, 1) + timedelta(days=step)
        rows += [f"M,meta,100,{80 if step < 13 else 40},4,{day}", f"E,email,100,300,10,{day}"]
    shop.write("ads.csv", "\n".join(rows))
    assert shop.run("load", shop.folder / "ads.csv", "--currency", "EUR").code == 0
    return shop


def rules(shop, text):
    """Write rules and return what is broken on 22 January."""
    shop.write("config/config.yaml", f"alerts:\n  rules:\n{text}")
    with DataLoader(shop.folder) as loader:
        return [alert.text for alert in broken_rules(loader, today=date(2026, 1, 22))]


def test_rules_are_asked_of_the_last_days(project):
    """Seven days of Meta: 40 for 100 is an ROI of -60 %; the days before had 80."""
    found = rules(project, "    losing: {metric: roi, by: channel, days: 7, below: 0}\n")
    assert found == ["Meta (EUR): ROI is -60.0%, below 0.0%"]
    found = rules(project, "    less: {metric: revenue, by: channel, days: 7, falls_by: 0.4}\n")
    assert found == ["Meta (EUR): Revenue fell by 50%, to 280.00 from 560.00"]
    assert rules(project, "    few: {metric: roi, by: channel, below: 0, minimum_cost: 701}\n") == []


def test_a_budget_is_a_pace(project):
    """4,000 in 20 of 31 days; 5,000 a month would be 3,225.81 by then, 24 % less."""
    found = rules(project, "    budget: {monthly_budget: 5000}\n")
    assert found == ["4,000.00 EUR spent in 20 of 31 days of 2026-01, 24% above the pace of the budget of 5,000.00"]
    assert rules(project, "    budget: {monthly_budget: 6000}\n") == []


def test_a_source_that_fell_silent_is_told(project):
    """The last day is 20 January; on the 22nd that is two days ago."""
    assert rules(project, "    stale: {stale_days: 2}\n") == []
    assert rules(project, "    stale: {stale_days: 1}\n") == ["ads has no day after 2026-01-20, which was 2 days ago"]


def test_each_alert_is_sent_once(project, monkeypatch):
    """A second check of the same data sends nothing; a failed sending is tried again."""
    project.write("config/config.yaml", "alerts:\n  rules:\n    losing: {metric: roi, by: channel, below: 0}\n")
    with web_hook(status=500) as (url, _):
        monkeypatch.setenv("PAYBACK_ALERTS__URLS", url)
        assert project.run("alerts", "check", "--send").code == 1
    with web_hook() as (url, arrived):
        monkeypatch.setenv("PAYBACK_ALERTS__URLS", url)
        first = project.run("alerts", "check", "--send", "--json").json["alerts"]
        second = project.run("alerts", "check", "--send", "--json").json["alerts"]
    assert [one["sent"] for one in first] == [True]
    assert [one["sent"] for one in second] == [False]
    assert len(arrived) == 1


def test_an_empty_project_has_no_alerts(shop):
    """No data, no rule: a sentence, not a traceback."""
    assert "There are no rules" in shop.run("alerts", "check").out
    with DataLoader(shop.folder) as loader:
        assert broken_rules(loader) == []
        assert tell(loader, []) == []


def test_the_addresses_can_be_tried(shop, monkeypatch):
    """``alerts test`` sends a message and says to how many."""
    with web_hook() as (url, arrived):
        monkeypatch.setenv("PAYBACK_ALERTS__URLS", url)
        assert "sent to 1 address" in shop.run("alerts", "test").out
    assert "test" in arrived[0]["message"]


def test_a_run_tells_of_broken_rules_and_a_failure(project, monkeypatch):
    """Rules are asked at the end of each run; a run that fails says why, once a day."""
    project.write("config/config.yaml", "alerts:\n  rules:\n    losing: {metric: roi, by: channel, below: 0}\n")
    with web_hook() as (url, arrived):
        monkeypatch.setenv("PAYBACK_ALERTS__URLS", url)
        assert project.run("run", "--json").json["steps"][-1]["step"] == "alerts"
        project.write("data/raw/broken.csv", "cost,date\n1,2\n")
        assert project.run("run").code == 1
        assert project.run("run").code == 1
    assert [one["message"].split(":")[0] for one in arrived] == ["losing", "failed run"]


def test_a_run_whose_alert_does_not_arrive_says_so(project, monkeypatch):
    """The outputs are made; the exit code and the message tell of the alert."""
    project.write("config/config.yaml", "alerts:\n  rules:\n    losing: {metric: roi, by: channel, below: 0}\n")
    with web_hook(status=500) as (url, _):
        monkeypatch.setenv("PAYBACK_ALERTS__URLS", url)
        outcome = project.run("run")
    assert outcome.code == 1
    assert "did not take the alert" in outcome.err
    assert (project.folder / "outputs" / "report.html").exists()
