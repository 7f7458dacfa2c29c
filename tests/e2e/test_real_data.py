"""Real files, loaded by the command line, against sums worked out with the csv module and decimal."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

CLEAN = "select count(*), sum(cost), sum(revenue) from clean_campaigns"


def read(path, encoding="utf-8-sig"):
    """Return the rows of a CSV file as dictionaries, read without any of our code."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def money(rows, column):
    """Return the exact sum of a column, blanks left out."""
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def loaded(shop, *arguments):
    """Load files and return the report of each."""
    outcome = shop.run("load", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    return outcome.json["files"]


def sums(report):
    """Return a report's sums as decimals."""
    return {name: None if text is None else Decimal(text) for name, text in report["sums"].items()}


def test_pulsar_rows_sums_and_channels(shop, shared_data):
    """Three exact duplicates go, revenue that is missing stays missing, channels in three spellings become one."""
    folder = shared_data / "pulsar-synthetic-mit"
    rows = read(folder / "ad_performance.csv")
    channels = {row["campaign_id"]: row["channel"].strip().casefold() for row in read(folder / "campaigns.csv")}

    report, details = loaded(shop, folder / "ad_performance.csv", folder / "campaigns.csv")
    roi = shop.run("roi", "--by", "channel", "--json").json

    unique = list({tuple(row.items()): row for row in rows}.values())
    assert (report["rows_read"], report["rows_loaded"], details["rows_loaded"]) == (len(rows), len(rows), 150)
    assert sums(report) == {"cost": money(rows, "spend_usd"), "revenue": money(rows, "revenue_usd")}
    assert Decimal(str(roi["total"]["cost"])) == money(unique, "spend_usd")
    assert Decimal(str(roi["total"]["revenue"])) == money(unique, "revenue_usd")
    by_channel = defaultdict(Decimal)
    for row in unique:
        by_channel[channels[row["campaign_id"]]] += Decimal(row["spend_usd"])
    assert sorted(Decimal(str(row["cost"])) for row in roi["rows"]) == sorted(by_channel.values())


def test_pulsar_roi_is_taken_over_rows_whose_revenue_is_known(shop, shared_data):
    """A row without revenue says nothing about ROI: neither its cost nor its revenue enters."""
    folder = shared_data / "pulsar-synthetic-mit"
    rows = list({tuple(row.items()): row for row in read(folder / "ad_performance.csv")}.values())
    known = [row for row in rows if row["revenue_usd"]]

    loaded(shop, folder / "ad_performance.csv")
    total = shop.run("roi", "--by", "channel", "--json").json["total"]

    cost, revenue = money(known, "spend_usd"), money(known, "revenue_usd")
    assert total["roi"] == pytest.approx(float((revenue - cost) / cost), rel=1e-12)
    assert Decimal(str(total["profit"])) == revenue - cost


def test_federico_daily_rows_and_sums_by_channel(shop, shared_data):
    """5,193 campaign days of 85 campaigns reconcile to the cent, in total and by channel."""
    folder = shared_data / "federico-daily-mit"
    rows = read(folder / "daily_performance.csv")
    channels = {row["campaign_id"]: row["channel"] for row in read(folder / "campaigns.csv")}

    report, _ = loaded(shop, folder / "daily_performance.csv", folder / "campaigns.csv")
    roi = shop.run("roi", "--by", "channel", "--json").json

    assert (report["rows_read"], report["rows_loaded"], report["rows_rejected"]) == (5193, 5193, 0)
    assert sums(report) == {"cost": money(rows, "spend"), "revenue": money(rows, "revenue")}
    expected = defaultdict(Decimal)
    for row in rows:
        expected[channels[row["campaign_id"]]] += Decimal(row["revenue"])
    assert sorted(Decimal(str(row["revenue"])) for row in roi["rows"]) == sorted(expected.values())


def test_d2c_meta_insights_and_shop_orders(shop, shared_data):
    """Spend 653.65, value claimed by Meta 2,522.56, and the shop's own orders 1,656.20."""
    folder = shared_data / "d2c-ga4-meta-shopify-mit"
    names = ("meta_ads_ad_insights.csv", "meta_ads_campaigns.csv", "shopify_orders.csv", "shopify_customers.csv")

    insights, details, orders, customers = loaded(shop, *(folder / name for name in names))

    assert (insights["table"], insights["rows_loaded"]) == ("campaigns", 267)
    assert sums(insights) == {"cost": Decimal("653.65"), "revenue": Decimal("2522.56")}
    assert (details["table"], orders["table"], customers["table"]) == ("campaign_details", "orders", "customers")
    assert sums(orders)["revenue"] == Decimal("1656.20")
    total = shop.run("roi", "--json").json["total"]
    assert (Decimal(str(total["cost"])), Decimal(str(total["revenue"]))) == (Decimal("653.65"), Decimal("2522.56"))


def test_microsoft_connector_rows_keep_their_breakdown(shop, shared_data):
    """Rows that differ only by device are no duplicates: every one is kept, and the sums are the file's."""
    path = shared_data / "ad-connector-seeds" / "microsoft_ads_campaign_performance_daily_report_data.csv"
    rows = read(path)
    unique = list({tuple(row.items()): row for row in rows}.values())

    (report,) = loaded(shop, path)
    total = shop.run("roi", "--json").json["total"]

    assert (report["source"], report["rows_read"], report["rows_loaded"]) == ("microsoft_ads", len(rows), len(rows))
    assert sums(report) == {"cost": money(rows, "spend"), "revenue": money(rows, "revenue")}
    assert Decimal(str(total["cost"])) == money(unique, "spend")


def test_online_retail_lines_become_customers(shop, shared_data):
    """541,909 lines net to 9,747,747.934; the lines without a customer are turned away with their money."""
    path = shared_data / "online-retail-uci" / "online_retail.parquet"
    lines = pq.read_table(path, columns=["Quantity", "UnitPrice"]).to_pydict()
    net = sum(Decimal(n) * Decimal(str(price)) for n, price in zip(lines["Quantity"], lines["UnitPrice"], strict=True))

    (report,) = loaded(shop, path, "--table", "customers")
    record = shop.run("run", "--json").json

    assert (report["rows_read"], report["rows_loaded"]) == (541_909, 541_909)
    assert sums(report)["revenue"] == net == Decimal("9747747.934")
    orders = next(row for row in record["rows"] if row["table"] == "orders")
    assert orders["rows_merged"] + orders["rejected_at_cleaning"] == 541_909
    assert Decimal(orders["revenue_clean"]) + Decimal(orders["revenue_rejected"]) == net
    profiles = shop.run("segments", "--json").json["segments"]
    assert sum(row["customers"] for row in profiles) == 4372
    assert sum(Decimal(str(row["revenue"])) for row in profiles) == Decimal(orders["revenue_clean"])


def test_cdnow_master_file_of_aligned_columns(shop, shared_data):
    """69,659 purchases of 23,570 customers, 2,500,315.63 dollars, from text in aligned columns."""
    (report,) = loaded(shop, shared_data / "cdnow" / "CDNOW_master.txt", "--table", "customers")

    segments = shop.run("segments", "--json").json["segments"]

    assert (report["rows_read"], report["rows_loaded"]) == (69_659, 69_659)
    assert sums(report)["revenue"] == Decimal("2500315.63")
    assert sum(row["customers"] for row in segments) == 23_570
    assert sum(Decimal(str(row["revenue"])) for row in segments) == Decimal("2500315.63")
