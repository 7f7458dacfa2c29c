"""A file that is loaded again with other settings counts once, and files of one report are one source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import PurePath

import pytest

from payback import DataLoader
from payback.pipeline.raw_folder import raw_files
from payback.sources.platforms import find_source

HEADER = "Campaign,Day,Cost,Revenue\n"
ROWS = "A,03/04/2024,10,20\nB,04/05/2024,20,30\n"


@pytest.fixture
def loader(tmp_path):
    """Yield a loader on an empty project."""
    with DataLoader(tmp_path) as opened:
        yield opened


def days(loader):
    """Return day, source, currency and cost of each row that the warehouse holds."""
    rows = loader.load_campaigns(as_="arrow").to_pylist()
    return sorted((row["date"], row["source"], row["currency"], row["cost"]) for row in rows)


def test_another_source_takes_the_rows_along(loader, shop):
    """The rows stand under their new source alone, and nothing is said to have left the file."""
    file = shop.write("ads.csv", HEADER + ROWS)
    loader.import_file(file, date_order="dmy")
    report = loader.import_file(file, date_order="dmy", source="partner", currency="EUR")
    expected = [(date(2024, 4, 3), Decimal(10)), (date(2024, 5, 4), Decimal(20))]
    assert days(loader) == [(day, "partner", "EUR", cost) for day, cost in expected]
    assert [text for text in report.warnings if "loaded earlier" in text] == []


def test_corrected_date_order_leaves_no_day_of_the_wrong_one(loader, shop):
    """Days that only the mistaken reading had are gone."""
    file = shop.write("ads.csv", HEADER + ROWS)
    loader.import_file(file, date_order="mdy")
    loader.import_file(file, date_order="dmy")
    assert [day for day, *_ in days(loader)] == [date(2024, 4, 3), date(2024, 5, 4)]


def test_changing_back_and_forth_ends_where_it_began(loader, shop):
    """Each reading replaces the one before it, whichever that was."""
    file = shop.write("ads.csv", HEADER + ROWS)
    for source in ("ads", "partner", "ads"):
        loader.import_file(file, date_order="dmy", source=source)
    assert [source for _, source, *_ in days(loader)] == ["ads", "ads"]


def test_history_of_a_rolling_file_survives_new_settings(loader, shop):
    """Days that the file no longer held before the settings changed cannot be read again, so they stay."""
    for row in ("A,2024-01-01,1,2\n", "A,2024-02-01,3,4\n"):
        loader.import_file(shop.write("ads.csv", HEADER + row), source="ads")
    loader.import_file(shop.folder / "ads.csv", currency="EUR", source="partner")
    assert [(day, source) for day, source, *_ in days(loader)] == [
        (date(2024, 1, 1), "ads"),
        (date(2024, 2, 1), "partner"),
    ]


def test_file_that_is_for_another_table_leaves_the_first(loader, shop):
    """Rows and rejected rows of the mistaken table go."""
    file = shop.write("people.csv", "customer_id,date,revenue\n1,2024-01-01,20\n2,2024-01-02,x\n3,2024-01-03,5\n")
    loader.import_file(file, table="orders")
    loader.import_file(file, table="campaign_details", columns={"external_campaign_id": "customer_id"})
    assert loader.warehouse.records("orders") == []
    assert loader.warehouse.records("rejected_rows") == []
    assert {row["table_name"] for row in loader.warehouse.records("loads")} == {"campaign_details"}


def test_file_of_the_same_name_elsewhere_keeps_its_rows(loader, shop):
    """Settings of one shop's file say nothing about the file of another."""
    for shop_name in ("eu", "us"):
        file = shop.write(f"{shop_name}/ads.csv", HEADER + ROWS)
        loader.import_file(file, date_order="dmy", source=shop_name)
    loader.import_file(shop.folder / "us" / "ads.csv", date_order="dmy", source="america")
    assert [source for _, source, *_ in days(loader)] == ["america", "eu", "america", "eu"]


@pytest.mark.parametrize(
    ("stem", "source"),
    [
        ("ads (1)", "ads"),
        ("ads - Kopie (2)", "ads"),
        ("Copy of ads", "ads"),
        ("ads copy 2", "ads"),
        ("ads 2024-06-01 - 2024-06-30 (1)", "ads"),
        ("ads_202406", "ads"),
        ("Ads June 2024", "ads"),
        ("ads_märz_2024", "ads"),
        ("marketing 2024", "marketing"),
        ("summer may", "summer_may"),
        ("ads 30.06.2024", "ads"),
        ("2024-06-01", "file"),
        ("order 12345678", "order_12345678"),
        ("ads_berlin_2024", "ads_berlin"),
        ("top 2000000", "top_2000000"),
    ],
)
def test_dates_and_copies_do_not_make_a_source(stem, source):
    """The files of one report are one source; other numbers stay."""
    assert find_source(stem, []) == source


def test_second_download_counts_instead_of_the_first(shop):
    """What a browser saved under another name is loaded behind the first, and its day replaces that one's."""
    shop.write("data/raw/ads.csv", HEADER + "A,2024-01-01,10,20\n")
    shop.write("data/raw/ads (1).csv", HEADER + "A,2024-01-01,11,20\nA,2024-01-02,5,9\n")
    assert shop.run("run").code == 0
    (total,) = shop.run("roi", "--by", "total", "--json").json["rows"]
    assert (total["cost"], total["revenue"]) == (16, 29)


def test_raw_files_come_in_the_order_of_their_downloads(tmp_path):
    """The tenth copy is behind the second."""
    for name in ("b.csv", "a (10).csv", "a (2).csv", "a.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [PurePath(path).name for path in raw_files(tmp_path)] == ["a.csv", "a (2).csv", "a (10).csv", "b.csv"]
