"""The pipeline finds the truth of the demo shop: rows, faults and money of every file, channel and campaign."""

from __future__ import annotations

from collections import defaultdict

import pyarrow.parquet as pq
import pytest

from payback import DataLoader, Run, generate_demo
from payback.pipeline import campaign_roi


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Make a shop, run everything on it, and return its truth, the record of the run and the ROI by campaign."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "config").mkdir()
    (folder / "config" / "config.yaml").write_text("currency: EUR\n", encoding="utf-8")
    truth = generate_demo(folder / "data" / "raw", days=90)
    with DataLoader(folder) as loader:
        record = Run(loader).execute()
        rows = campaign_roi(loader, "channel")[0].to_pylist()
        clean = loader.warehouse.records("clean_customers")
    return truth, record, rows, clean


def test_rows_of_every_file_are_read_loaded_and_rejected_as_planted(shop):
    """Each planted fault is found at its gate, and nothing else is."""
    truth, record, _, _ = shop
    found = {one["path"].replace("\\", "/").rsplit("/", 1)[1]: one for one in record.files}

    expected = {file.file: (file.rows_read, file.rows_read - file.rejected_at_loading) for file in truth.files}

    assert {name: (one["rows_read"], one["rows_loaded"]) for name, one in found.items()} == expected


def test_money_of_every_channel_is_the_truth_to_the_cent(shop):
    """Cost and revenue of each channel, after cleaning, are those the shop was made with."""
    truth, _, rows, _ = shop

    expected = {channel: (totals.cost, totals.revenue) for channel, totals in truth.channels.items()}

    assert {row["channel"]: (row["cost"], row["revenue"]) for row in rows} == expected


def test_roi_of_every_channel_is_of_the_rows_whose_revenue_is_known(shop):
    """ROI and profit follow from the truth's revenue and the cost of just those rows."""
    truth, _, rows, _ = shop

    for row in rows:
        totals = truth.channels[row["channel"]]
        profit = totals.revenue - totals.cost_with_revenue
        assert row["profit"] == profit
        assert row["roi"] == pytest.approx(float(profit / totals.cost_with_revenue), rel=1e-12)


def test_verdicts_of_clear_campaigns_are_the_truth(shop):
    """Over the default half year nobody who pays back is called a loser, nor the other way round."""
    truth, record, _, _ = shop
    opposite = {"pays back": "loses", "loses": "pays back"}
    wanted = {(one.campaign, one.channel): opposite.get(one.verdict) for one in truth.campaigns}

    path = next(one["path"] for one in record.outputs if (one["name"], one["format"]) == ("roi_by_campaign", "parquet"))
    found = {(row["campaign_name"], row["channel"]): row["verdict"] for row in pq.read_table(path).to_pylist()}

    assert {key for key, verdict in found.items() if wanted.get(key) == verdict} == set()


def test_clean_rows_are_those_of_the_truth(shop):
    """Rows in are rows clean plus rows rejected, and the clean ones are as many as planted."""
    truth, record, _, clean = shop
    accounts = {account["table"]: account for account in record.rows}
    expected = defaultdict(int)
    for file in truth.files:
        expected[file.table] += file.rows_read - file.rejected_at_loading - file.rejected_at_cleaning

    assert {name: account["rows_clean"] for name, account in accounts.items()} == expected
    assert len(clean) == expected["customers"]
