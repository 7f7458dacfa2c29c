"""The demo's events lead back to its truth: sessions, engagement, orders, revenue, channel by channel."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from payback import generate_demo
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Thirty thousand events of a shop: its truth, what was made of them, and their rows."""
    folder = tmp_path_factory.mktemp("export")
    truth = generate_demo(folder / "raw", events_directory=folder / "events", days=30, events=30_000).events
    with ExportStore(folder / "store.duckdb", ExportOptions(currency="EUR")) as store:
        report = store.sync(find_parts(folder / "events"))
        days = store.engine.records("from campaign_days")
    columns = ["event_name", "user_pseudo_id", "event_params", "ecommerce", "session_traffic_source_last_click"]
    rows = [
        row
        for path in sorted((folder / "events").iterdir())
        for row in pq.read_table(path, columns=columns).to_pylist()
    ]
    return truth, report, days, rows


def total(days, column, **where):
    """Return the sum of a column over the days that fit."""
    return sum(day[column] for day in days if all(day[name] == value for name, value in where.items()))


def session(row):
    """Return the session of an event; None where it has none."""
    numbers = [one["value"]["int_value"] for one in row["event_params"] if one["key"] == "ga_session_id"]
    return (row["user_pseudo_id"], *numbers) if numbers and row["user_pseudo_id"] else None


def test_sessions_are_those_of_the_truth(demo):
    """Every session of a visitor who consented, those of machines too, and none of the others."""
    truth, report, days, _ = demo

    assert total(days, "sessions") == report.sessions == truth.sessions
    assert (report.events, report.sessions_without_consent) == (truth.rows, truth.sessions_without_consent)


def test_engaged_sessions_are_those_that_the_events_call_engaged(demo):
    """Counted again from the parameter, in plain Python."""
    _, _, days, rows = demo
    engaged = {
        session(row)
        for row in rows
        for one in row["event_params"]
        if one["key"] == "session_engaged" and one["value"]["string_value"] == "1"
    }

    assert total(days, "engaged_sessions") == len(engaged - {None})


def test_orders_and_revenue_are_the_truth_to_the_cent(demo):
    """Each order once, refunds subtracted, with and without consent."""
    truth, report, days, _ = demo

    assert total(days, "transactions") == truth.purchases
    assert total(days, "revenue") == truth.revenue - truth.refunded
    assert report.repeated_orders == truth.repeated_purchases


def test_sessions_of_each_channel_are_those_of_the_truth(demo):
    """As Google attributes them; machines come directly."""
    truth, _, days, _ = demo
    expected = Counter({"Direct": truth.bot_sessions})
    for visit in truth.visits:
        expected[visit.channel] += visit.sessions

    found = Counter()
    for day in days:
        found[day["analytics_channel"]] += day["sessions"]

    assert +found == +expected


def test_sessions_of_each_tagged_campaign_are_those_of_the_truth(demo):
    """All spellings of a campaign together."""
    truth, _, days, _ = demo
    found = Counter()
    for day in days:
        if (day["traffic_source"], day["traffic_medium"]) != ("google", "cpc"):
            found["".join(sign for sign in day["campaign_name"].casefold() if sign.isalnum())] += day["sessions"]

    for visit in truth.visits:
        if visit.campaign and visit.file != "google_ads.csv":
            folded = "".join(sign for sign in visit.campaign.casefold() if sign.isalnum())
            assert found[folded] == visit.sessions, visit.campaign


def test_revenue_of_each_channel_is_that_of_its_orders(demo):
    """Google's channel of each order's session, orders once, refunds to their order: worked out in plain Python."""
    _, _, days, rows = demo
    orders, expected = {}, Counter()
    for row in rows:
        if row["event_name"] == "purchase" and row["ecommerce"]["transaction_id"] not in orders:
            click = row["session_traffic_source_last_click"]
            channel = click["cross_channel_campaign"]["default_channel_group"] if click else None
            orders[row["ecommerce"]["transaction_id"]] = channel
            expected[channel] += Decimal(str(row["ecommerce"]["purchase_revenue"]))
    for row in rows:
        if row["event_name"] == "refund":
            expected[orders[row["ecommerce"]["transaction_id"]]] -= Decimal(str(row["ecommerce"]["refund_value"]))

    for channel, revenue in expected.items():
        assert total(days, "revenue", analytics_channel=channel) == revenue, channel


def test_both_channels_are_kept_and_compared(demo):
    """Ours and Google's stand side by side; where nobody paid for the visit they are the same."""
    _, _, days, _ = demo
    unpaid = [day for day in days if day["traffic_medium"] in {"organic", "referral", "(none)", "email", "affiliate"}]

    assert all(
        day["channel_agrees"] == (day["channel"] == day["analytics_channel"] if day["analytics_channel"] else None)
        for day in days
    )
    assert {day["channel_agrees"] for day in unpaid if day["sessions"]} == {True}
