"""Campaign ROI of real-looking files equals what the csv module and decimal arithmetic give."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pyarrow as pa
import pytest

from payback.analysis.roi_calculator import ROICalculator

FILES = {
    "pulsar-synthetic-mit": ("ad_performance.csv", "report_date", "spend_usd", "revenue_usd"),
    "federico-daily-mit": ("daily_performance.csv", "date", "spend", "revenue"),
}


def read(path):
    """Return the rows of a CSV file as dictionaries of text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(params=FILES, name="rows")
def joined_rows(request, shared_data):
    """Return performance rows with the channel of their campaign; empty text is None."""
    name, day, cost, revenue = FILES[request.param]
    channels = {row["campaign_id"]: row["channel"] for row in read(shared_data / request.param / "campaigns.csv")}
    columns = {"campaign_id": "campaign_id", "date": day, "cost": cost, "revenue": revenue, "clicks": "clicks"}
    return [
        {"channel": channels[row["campaign_id"]], **{new: row[old] or None for new, old in columns.items()}}
        for row in read(shared_data / request.param / name)
    ]


@pytest.mark.parametrize("by", ["campaign_id", "channel"])
def test_sums_and_ratios(rows, by):
    """Cost, revenue, coverage and ROI of every group, worked out row by row."""
    expected = defaultdict(lambda: [Decimal(0)] * 4)
    for row in rows:
        cost, revenue = Decimal(row["cost"]), Decimal(row["revenue"] or 0)
        known = cost if row["revenue"] else Decimal(0)
        earned = revenue if row["revenue"] else Decimal(0)
        group = expected[row[by]]
        expected[row[by]] = [total + part for total, part in zip(group, (cost, revenue, known, earned), strict=True)]
    table = pa.Table.from_pylist(rows)
    result = ROICalculator().calculate_campaign_roi(table, "campaign" if by == "campaign_id" else by).to_pylist()
    assert len(result) == len(expected)
    for row in result:
        cost, revenue, known, earned = expected[row[by]]
        assert (row["cost"], row["revenue"] or 0) == (cost, revenue)
        if cost:
            assert row["coverage"] == pytest.approx(float(known / cost), rel=1e-12)
        assert row["roi"] == (pytest.approx(float((earned - known) / known), rel=1e-12, abs=1e-12) if known else None)


def test_days(rows):
    """Each month has the days and the rows of the file."""
    days, counts = defaultdict(set), defaultdict(int)
    for row in rows:
        days[row["date"][:7]].add(row["date"])
        counts[row["date"][:7]] += 1
    result = ROICalculator().calculate_campaign_roi(pa.Table.from_pylist(rows), "month").to_pylist()
    assert {f"{row['month']:%Y-%m}": (row["days"], row["rows"]) for row in result} == {
        month: (len(found), counts[month]) for month, found in days.items()
    }
