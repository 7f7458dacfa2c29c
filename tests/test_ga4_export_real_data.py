"""Real exports, and sets close to it: every figure worked out a second time by plain Python, json, csv and decimal."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ga4_events import param
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the sets of real data lie beside the repository")

NESTED = DATA / "ga4-nested-event-fixtures"
CONNECTOR = DATA / "ga4-export-connector-seed" / "event_data.csv"
SHOP = DATA / "d2c-ga4-meta-shopify-mit"


def made(path, tmp_path, **options):
    """Return (report, sessions, campaign days) of an export."""
    with ExportStore(tmp_path / "s.duckdb", ExportOptions(currency="EUR", **options)) as store:
        report = store.sync(find_parts(path))
        return report, store.engine.records("from sessions"), store.engine.records("from campaign_days")


def lines(path):
    """Return the objects of a file of one object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def value_of(row, key):
    """Return the value of a parameter, whatever its kind; None where there is none."""
    values = [one["value"] for one in row.get("event_params") or [] if one["key"] == key]
    known = [value for value in (values[0] or {}).values() if value is not None] if values else []
    return known[0] if known else None


def write_lines(path, rows):
    """Write objects one a line; return the file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_shops_events_become_its_sessions(tmp_path):
    """Sixteen events of a German shop as BigQuery exported them: sums by visitor and session number."""
    path = NESTED / "dataform_test_events.ndjson"
    seconds, engaged, views, times = Counter(), set(), Counter(), defaultdict(list)
    for row in lines(path):
        key = (row["user_pseudo_id"], value_of(row, "ga_session_id"))
        times[key].append(int(row["event_timestamp"]))
        seconds[key] += int(value_of(row, "engagement_time_msec") or 0)
        views[key] += row["event_name"] in {"page_view", "screen_view"}
        if str(value_of(row, "session_engaged")) == "1":
            engaged.add(key)
    real = {key for key in times if None not in key}
    report, sessions, _ = made(path, tmp_path)
    found = {(row["user_pseudo_id"], row["session_id"]): row for row in sessions}

    assert (report.events, found.keys()) == (16, real)
    for key in real:
        row = found[key]
        assert (row["engagement_ms"], row["page_views"]) == (seconds[key], views[key])
        assert row["duration_us"] == max(times[key]) - min(times[key])
        assert row["is_engaged"] == (key in engaged)


def test_a_shops_order_that_came_twice_counts_once(tmp_path):
    """Order 257059 came on 15 and again on 16 December: 31 euros once, on the first day."""
    path = NESTED / "dataform_test_events.ndjson"
    orders = {}
    for row in lines(path):
        paid = row.get("ecommerce") or {}
        if row["event_name"] == "purchase":
            orders.setdefault(paid["transaction_id"], (row["event_date"], Decimal(paid["purchase_revenue"])))
    report, _, days = made(path, tmp_path)
    sold = [(f"{day['date']:%Y%m%d}", day["revenue"]) for day in days if day["transactions"]]

    assert sold == list(orders.values()) == [("20231215", Decimal("31.0"))]
    assert report.repeated_orders == sum(row["event_name"] == "purchase" for row in lines(path)) - len(orders)


def test_a_shops_search_visit_is_organic_and_no_payment_page_is_a_source(tmp_path):
    """Bing as Google collected it; PayPal, which the events say to ignore, is none."""
    _, sessions, _ = made(NESTED / "dataform_test_events.ndjson", tmp_path)
    found = {(row["source"], row["medium"]) for row in sessions}

    assert ("bing", "organic") in found
    assert not any("paypal" in source for source, _ in found)


def test_events_in_a_staging_dress_are_counted_whole(tmp_path):
    """Eight events of a test suite, some without any session: none is lost, none invents a session."""
    rows = []
    for row in lines(NESTED / "velir_unit_test_events.ndjson"):
        user = row.get("client_id") or row.get("client_key")
        day = (row.get("event_date_dt") or "2021-04-06").replace("-", "")
        rows.append(row | {"user_pseudo_id": user, "event_date": day})
    keys = {(row["user_pseudo_id"], value_of(row, "ga_session_id")) for row in rows}
    lacking = sum(not row["user_pseudo_id"] or value_of(row, "ga_session_id") is None for row in rows)
    report, sessions, _ = made(write_lines(tmp_path / "velir.ndjson", rows), tmp_path)

    assert (report.events, report.events_without_session) == (len(rows), lacking)
    assert {(row["user_pseudo_id"], row["session_id"]) for row in sessions} == {key for key in keys if None not in key}


def from_connector():
    """Return the six flat events of a connector's table, nested again as the export has them."""
    header, *rows = csv.reader(CONNECTOR.read_text(encoding="utf-8").splitlines())
    assert header.count("param_session_engaged") == 2
    for row in rows:
        flat = dict(zip(reversed(header), reversed(row), strict=True))  # of two columns of one name the first
        at = datetime.fromisoformat(flat["timestamp"]).replace(tzinfo=UTC)
        params = {
            name.removeprefix("param_"): text for name, text in flat.items() if name.startswith("param_") and text
        }
        params["engagement_time_msec"] = int(params["engagement_time_msec"])
        yield flat | {
            "event_date": flat["date"].replace("-", ""),
            "event_timestamp": round(at.timestamp() * 1_000_000),
            "event_name": flat["name"],
            "event_params": [param(name, value) for name, value in params.items()],
            "geo": {"country": flat["geo_country"]},
            "ecommerce": {
                "transaction_id": flat["ecommerce_transaction_id"],
                "purchase_revenue": float(flat["ecommerce_purchase_revenue_in_usd"] or 0),
            },
            "collected_traffic_source": {
                "manual_source": flat["collected_traffic_source_manual_source"],
                "manual_medium": flat["collected_traffic_source_manual_medium"],
            },
        }


def test_ids_that_are_words_make_sessions_too(tmp_path):
    """``session_123`` is no number: visitor and word together, and the money of the one purchase."""
    rows = list(from_connector())
    expected = {(row["user_pseudo_id"], row["param_ga_session_id"]) for row in rows}
    sold = sum(Decimal(row["ecommerce_purchase_revenue_in_usd"]) for row in rows if row["name"] == "purchase")
    report, sessions, days = made(write_lines(tmp_path / "c.ndjson", rows), tmp_path)

    assert report.events == len(rows) == 6
    assert {(row["user_pseudo_id"], row["session_id"]) for row in sessions} == expected
    assert (sum(day["transactions"] for day in days), sum(day["revenue"] for day in days)) == (1, sold)


def test_a_click_id_corrects_the_connectors_sources(tmp_path):
    """A gclid beside the word "organic" is an advertisement of Google's."""
    _, sessions, _ = made(write_lines(tmp_path / "c.ndjson", list(from_connector())), tmp_path)
    found = {row["session_id"]: (row["source"], row["medium"]) for row in sessions}

    assert found["session_456"] == ("source1", "paid_search")
    assert found["session_789"] == ("source2", "social")
    assert found["session_125"] == ("google", "cpc")


def from_shop():
    """Return the flat events of a small shop and the same nested as the export has them."""
    flat = list(csv.DictReader((SHOP / "ga4_events.csv").read_text(encoding="utf-8").splitlines()))
    nested = []
    for row in flat:
        at = datetime.fromisoformat(row["event_timestamp"]).replace(tzinfo=UTC)
        params = {"ga_session_id": row["session_id"], "page_location": row["page_location"]}
        params |= {name: row[name] for name in ("source", "medium", "campaign")}
        if row["event_name"] == "purchase":
            params |= {"value": float(row["event_value"]), "currency": "USD"}
        nested.append(
            {
                "event_date": f"{at:%Y%m%d}",
                "event_timestamp": round(at.timestamp() * 1_000_000),
                "event_name": row["event_name"],
                "user_pseudo_id": row["user_pseudo_id"],
                "event_params": [param(name, value) for name, value in params.items() if value],
            }
        )
    return flat, nested


def test_a_small_shops_revenue_by_campaign_is_that_of_its_events(tmp_path):
    """Thirty purchases of 1,426 dollars; those of the three Meta campaigns 583, as the set's own notes say."""
    flat, nested = from_shop()
    expected = Counter()
    for row in flat:
        if row["event_name"] == "purchase":
            expected[row["campaign"]] += Decimal(row["event_value"])
    _, _, days = made(write_lines(tmp_path / "d2c.ndjson", nested), tmp_path, lookback_days=0)
    found = Counter()
    for day in days:
        found[day["campaign_name"]] += day["revenue"]
    meta = sum(day["revenue"] for day in days if day["traffic_source"] == "meta_ads")

    assert (sum(day["transactions"] for day in days), sum(day["revenue"] for day in days), meta) == (30, 1426, 583)
    for campaign, revenue in expected.items():
        if campaign and not campaign.startswith("("):
            assert found[campaign] == revenue, campaign


def test_a_small_shops_sessions_last_as_long_as_their_events(tmp_path):
    """Sessions, views and seconds of all days, summed from the file."""
    flat, nested = from_shop()
    times = defaultdict(list)
    for row in flat:
        times[row["user_pseudo_id"], row["session_id"]].append(datetime.fromisoformat(row["event_timestamp"]))
    seconds = sum((max(found) - min(found)).total_seconds() for found in times.values())
    _, sessions, days = made(write_lines(tmp_path / "d2c.ndjson", nested), tmp_path)

    assert sum(day["sessions"] for day in days) == len(sessions) == len(times)
    assert sum(day["session_seconds"] for day in days) == Decimal(str(seconds))
    assert sum(day["page_views"] for day in days) == sum(row["event_name"] == "page_view" for row in flat)
