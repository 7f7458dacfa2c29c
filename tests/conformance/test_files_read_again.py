"""A file that is read again with other settings counts once, wherever the tables are kept."""

from __future__ import annotations

from datetime import date

import pytest

from payback import DataLoader

ROWS = "Campaign,Day,Cost\nA,03/04/2024,10\nB,04/05/2024,20\nC,no day,1\n"


@pytest.fixture
def loader(tmp_path, warehouse):
    """Return a loader on an empty warehouse of each kind."""
    return DataLoader(tmp_path, warehouse=warehouse)


def test_other_source_and_other_date_order_leave_nothing(loader, shop):
    """Rows, ledger and rejected rows are those of the last reading."""
    file = shop.write("ads.csv", ROWS)
    for order, source in (("mdy", "ads"), ("dmy", "ads"), ("dmy", "partner")):
        loader.import_file(file, date_order=order, source=source)
    rows = loader.load_campaigns(as_="arrow").to_pylist()
    assert sorted((row["date"], row["source"]) for row in rows) == [
        (date(2024, 4, 3), "partner"),
        (date(2024, 5, 4), "partner"),
    ]
    assert [row["rows"] for row in loader.warehouse.records("loads")] == [1, 1]
    assert [row["source"] for row in loader.warehouse.records("rejected_rows")] == ["partner"]


def test_other_table_leaves_nothing(loader, shop):
    """Orders that were names of campaigns in truth are gone from the orders and from the ledger."""
    file = shop.write("people.csv", "customer_id,date,revenue\n1,2024-01-01,20\n2,2024-01-02,5\n")
    loader.import_file(file, table="orders")
    loader.import_file(file, table="campaign_details", columns={"external_campaign_id": "customer_id"})
    assert loader.warehouse.records("orders") == []
    assert {row["table_name"] for row in loader.warehouse.records("loads")} == {"campaign_details"}
