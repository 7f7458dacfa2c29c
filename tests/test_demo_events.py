"""The demo's events: the schema of Google's export, the sums of the truth, the same rows on any number of threads."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payback.engine.duckdb import Engine
from payback.errors import UsageError
from payback.sources.demo import events as demo_events
from payback.sources.demo import generate_demo

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Ten thousand events of a week, as rows, with their truth and their folder."""
    folder = tmp_path_factory.mktemp("demo")
    truth = generate_demo(folder / "raw", events_directory=folder / "events", days=30, events=10_000)
    files = sorted((folder / "events").iterdir())
    rows = [row | {"file": path.name} for path in files for row in pq.read_table(path).to_pylist()]
    return folder, truth, rows


def param(row, name):
    """Return the value of an event parameter; None where it is absent."""
    values = [param["value"] for param in row["event_params"] if param["key"] == name]
    return next((value for value in values[0].values() if value is not None), None) if values else None


def session(row):
    """Return the key of the row's session; None where nobody knows it."""
    key = (row["user_pseudo_id"], param(row, "ga_session_id"))
    return None if None in key else key


def cents(amount):
    """Return an amount of the export as exact money: it has two digits behind the point."""
    return Decimal(repr(amount)).quantize(Decimal("0.01"))


def test_there_are_exactly_as_many_events_as_asked_for(demo):
    """Ten thousand, in one file for each of the last seven days."""
    folder, truth, rows = demo

    assert len(rows) == truth.events.rows == 10_000
    assert [path.name for path in sorted((folder / "events").iterdir())] == [
        f"events_202511{day}.parquet" for day in range(24, 31)
    ]
    assert Counter(row["event_name"] for row in rows) == truth.events.events


def test_the_schema_is_that_of_the_export(demo):
    """Nested parameters, sources and items have Google's names and types."""
    folder, _, _ = demo
    schema = pq.read_schema(next((folder / "events").iterdir()))
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    parameter = schema.field("event_params").type.value_type
    click = schema.field("session_traffic_source_last_click").type

    assert {name: schema.field(name).type for name in ("event_date", "event_timestamp", "event_name")} == {
        "event_date": text,
        "event_timestamp": whole,
        "event_name": text,
    }
    assert [field.name for field in parameter] == ["key", "value"]
    assert {field.name: field.type for field in parameter.field("value").type} == {
        "string_value": text,
        "int_value": whole,
        "float_value": real,
        "double_value": real,
    }
    assert [field.name for field in click] == ["manual_campaign", "google_ads_campaign", "cross_channel_campaign"]
    assert schema.field("ecommerce").type.field("purchase_revenue").type == real
    assert schema.field("items").type.value_type.field("quantity").type == whole
    assert schema.field("is_active_user").type == pa.bool_()
    assert {
        "user_pseudo_id",
        "user_id",
        "device",
        "geo",
        "traffic_source",
        "collected_traffic_source",
        "privacy_info",
    } < {*schema.names}


def test_a_parameter_is_absent_or_has_one_value(demo):
    """No name comes twice in an event, none is empty, none has two kinds of value."""
    _, _, rows = demo
    for row in rows:
        names = [entry["key"] for entry in row["event_params"]]
        values = [[v for v in entry["value"].values() if v is not None] for entry in row["event_params"]]
        assert len(names) == len(set(names))
        assert {len(value) for value in values} <= {1}


def test_an_event_lies_in_the_file_of_its_day(demo):
    """The day is that of the shop's time zone; the instant is UTC."""
    _, _, rows = demo
    for row in rows:
        instant = datetime.fromtimestamp(row["event_timestamp"] // 1_000_000, UTC)
        assert row["event_date"] == f"{instant.astimezone(BERLIN):%Y%m%d}"
        assert row["file"] == f"events_{row['event_date']}.parquet"


def test_sessions_are_those_of_the_truth(demo):
    """Pairs of visitor and session number; visits without consent carry neither."""
    _, truth, rows = demo
    starts = [row for row in rows if row["event_name"] == "session_start"]

    assert len({session(row) for row in rows} - {None}) == truth.events.sessions
    assert sum(session(row) is None for row in starts) == truth.events.sessions_without_consent
    assert all(row["privacy_info"]["analytics_storage"] == "No" for row in starts if session(row) is None)
    assert sum(visit.sessions for visit in truth.events.visits) == truth.events.sessions - truth.events.bot_sessions


def test_revenue_counts_each_order_once(demo):
    """Orders sent twice, and refunds, are as many and as much as the truth says."""
    _, truth, rows = demo
    purchases = [row["ecommerce"] for row in rows if row["event_name"] == "purchase"]
    orders = {order["transaction_id"]: cents(order["purchase_revenue"]) for order in purchases}
    refunds = [cents(row["ecommerce"]["refund_value"]) for row in rows if row["event_name"] == "refund"]

    assert (len(orders), len(purchases) - len(orders)) == (truth.events.purchases, truth.events.repeated_purchases)
    assert (sum(orders.values()), sum(refunds)) == (truth.events.revenue, truth.events.refunded)
    assert sum(visit.revenue for visit in truth.events.visits) == truth.events.revenue
    assert sum(visit.refunded for visit in truth.events.visits) == truth.events.refunded


def test_items_add_up_to_their_order(demo):
    """Price times pieces is the line, the lines are the order."""
    _, _, rows = demo
    for row in rows:
        if row["event_name"] == "purchase":
            assert sum(cents(item["item_revenue"]) for item in row["items"]) == cents(
                row["ecommerce"]["purchase_revenue"]
            )
            assert all(cents(item["item_revenue"]) == cents(item["price"]) * item["quantity"] for item in row["items"])


def test_spend_and_visits_do_not_quite_match(demo):
    """Some campaigns with a bill have no visits, some visits have no bill."""
    _, truth, _ = demo
    visits = truth.events.visits
    spend = {campaign.campaign for campaign in truth.campaigns}

    assert {"Employer brand", "TikTok | Reach"} <= spend - {visit.campaign for visit in visits}
    assert "influencer_lena" in {visit.campaign for visit in visits if visit.file is None} - spend
    assert all(c.in_ga4 == (c.campaign in {visit.campaign for visit in visits}) for c in truth.campaigns)


def test_each_campaign_has_the_sessions_of_the_truth(demo):
    """Campaigns that Google names, and tags folded to one spelling, lead back to the truth."""
    _, truth, rows = demo
    found = Counter()
    for row in rows:
        click = row["session_traffic_source_last_click"] or {}
        if row["event_name"] == "session_start" and click.get("manual_campaign"):
            found[folded(click["manual_campaign"]["campaign_name"])] += 1

    for visit in truth.events.visits:
        if visit.file not in (None, "google_ads.csv"):
            assert found[folded(visit.campaign)] == visit.sessions, visit.campaign


def folded(name):
    """Return the letters and digits of a campaign's name: what all its spellings share."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def test_a_late_order_comes_without_a_tag(demo):
    """Its session is direct, yet its last click is a campaign that the same visitor met before."""
    _, truth, rows = demo
    late = [
        row
        for row in rows
        if row["event_name"] == "purchase"
        and row["user_pseudo_id"]
        and row["collected_traffic_source"] is None
        and row["session_traffic_source_last_click"]["cross_channel_campaign"]["source"] != "(direct)"
    ]

    assert 0 < len(late) <= sum(visit.late_purchases for visit in truth.events.visits)
    assert all(row["user_first_touch_timestamp"] < row["event_timestamp"] for row in late)


def test_some_clicks_lose_their_campaign(demo):
    """A gclid is there, and Google's campaign is not."""
    _, _, rows = demo
    clicks = [row for row in rows if (row["collected_traffic_source"] or {}).get("gclid")]
    lost = [
        row for row in clicks if (row["session_traffic_source_last_click"] or {}).get("google_ads_campaign") is None
    ]

    assert 0 < len([row for row in lost if row["user_pseudo_id"]]) < len(clicks) / 5


def test_tags_are_spelled_in_several_ways(demo):
    """One network goes by at least four names."""
    _, _, rows = demo
    sources = {(row["collected_traffic_source"] or {}).get("manual_source") for row in rows}

    assert len(sources & {"facebook", "fb", "Facebook", "instagram", "ig", "meta"}) >= 4


def test_machines_come_from_one_place_and_engage_with_nothing(demo):
    """As many events and visits as the truth says, and nobody reads what they open."""
    _, truth, rows = demo
    machines = [row for row in rows if row["geo"]["city"] == "Ashburn"]

    assert len(machines) == truth.events.bot_events > 0
    assert sum(row["event_name"] == "session_start" for row in machines) == truth.events.bot_sessions
    assert {row["is_active_user"] for row in machines} == {False}
    assert all(param(row, "engagement_time_msec") is None for row in machines)


def test_people_come_again_on_several_channels(demo):
    """A visitor number belongs to one person: one first touch, and sometimes several sessions."""
    _, _, rows = demo
    touches, sessions = defaultdict(set), defaultdict(set)
    for row in rows:
        if session(row):
            touches[row["user_pseudo_id"]].add(row["user_first_touch_timestamp"])
            sessions[row["user_pseudo_id"]].add(session(row))

    assert {len(values) for values in touches.values()} == {1}
    assert sum(len(values) > 1 for values in sessions.values()) > 10
    assert all(row["user_first_touch_timestamp"] <= row["event_timestamp"] for row in rows if row["user_pseudo_id"])


def test_a_refund_follows_its_order(demo):
    """It comes one to ten days later and pays the same amount."""
    _, _, rows = demo
    orders = {r["ecommerce"]["transaction_id"]: r for r in rows if r["event_name"] == "purchase"}
    for row in rows:
        if row["event_name"] == "refund":
            order = orders[row["ecommerce"]["transaction_id"]]
            assert row["ecommerce"]["refund_value"] == order["ecommerce"]["purchase_revenue"]
            assert order["event_timestamp"] < row["event_timestamp"]


@pytest.mark.parametrize("threads", [1, 4])
def test_rows_do_not_depend_on_threads(demo, tmp_path, monkeypatch, threads):
    """One thread or four: the same rows in the same order, and the same truth."""
    folder, truth, _ = demo
    monkeypatch.setattr(demo_events, "Engine", partial(Engine, threads=threads))
    again = generate_demo(tmp_path / "raw", events_directory=tmp_path / "events", days=30, events=10_000)

    assert again == truth
    for path in sorted((folder / "events").iterdir()):
        assert pq.read_table(path).equals(pq.read_table(tmp_path / "events" / path.name)), path.name


def test_another_seed_gives_other_events(demo, tmp_path):
    """The same number of events, and another truth."""
    _, truth, _ = demo
    other = generate_demo(tmp_path / "raw", events_directory=tmp_path / "events", days=30, events=10_000, seed=43)

    assert other.events.rows == truth.events.rows
    assert other.events.revenue != truth.events.revenue


def test_events_change_nothing_in_the_other_files(demo, tmp_path):
    """Ad files and customers are the same with events and without."""
    folder, _, _ = demo
    generate_demo(tmp_path, days=30, events=10_000)

    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / "raw" / path.name).read_bytes()


def test_many_events_cover_all_days(tmp_path):
    """Eight days of an ordinary shop fill all eight, the day when the clocks change among them."""
    end = datetime(2025, 10, 30, tzinfo=BERLIN).date()
    truth = generate_demo(tmp_path / "raw", events_directory=tmp_path / "events", days=8, events=80_000, end=end)
    days = [pq.read_table(path, columns=["event_timestamp"])[0] for path in sorted((tmp_path / "events").iterdir())]

    assert (truth.events.first_day, truth.events.last_day) == (end - timedelta(days=7), end)
    assert sum(len(day) for day in days) == 80_000
    assert max(days[3].to_pylist()) - min(days[3].to_pylist()) > 24 * 3_600_000_000


def test_events_of_other_days_in_the_folder_are_refused(demo, tmp_path):
    """They would be read as this shop's; the message names one and says what to do."""
    (tmp_path / "events_20240101.parquet").touch()

    with pytest.raises(UsageError, match=r"(?s)events of other days.*events_20240101\.parquet.*hint"):
        generate_demo(tmp_path / "raw", events_directory=tmp_path, days=7, events=10_000)
