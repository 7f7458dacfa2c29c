"""Files in, tables out: slices, re-runs, revisions, numbers of campaigns and customers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payback import DataLoader
from payback.data_loader import DataLoader as SameDataLoader
from payback.errors import InputError, MissingColumnError, UsageError

HEADER = "date,campaign_name,channel,cost,impressions,clicks,conversions,revenue\n"
ROWS = "2024-01-01,Brand,Search,10.50,100,10,1,30\n2024-01-02,Brand,Search,20.25,200,20,2,0.10\n"


@pytest.fixture
def loader(tmp_path):
    """Yield a loader on an empty project."""
    with DataLoader(tmp_path) as opened:
        yield opened


def test_both_import_paths_of_the_specification_give_the_same_class():
    """The package and its module hand out one DataLoader."""
    assert DataLoader is SameDataLoader


def test_a_csv_comes_back_as_a_pandas_frame_with_the_specifications_columns(loader, shop):
    """Loading and reading back keeps every value, and money is float in pandas."""
    loader.import_csv(shop.write("ads.csv", HEADER + ROWS))

    frame = loader.load_campaigns()

    assert list(frame["cost"]) == [10.5, 20.25]
    assert list(frame["campaign_id"]) == [1, 1]
    names = [
        "campaign_id",
        "campaign_name",
        "channel",
        "cost",
        "impressions",
        "clicks",
        "conversions",
        "revenue",
        "date",
    ]
    assert list(frame.columns)[:9] == names
    assert str(frame["date"].dtype).startswith("datetime64")


@pytest.mark.parametrize(("kind", "expected"), [("polars", pl.DataFrame), ("arrow", pa.Table)])
def test_other_frames_keep_exact_decimals(loader, shop, kind, expected):
    """Polars and Arrow get decimals, not floats."""
    loader.import_csv(shop.write("ads.csv", HEADER + ROWS))

    frame = loader.load_campaigns(as_=kind)

    assert isinstance(frame, expected)
    costs = frame["cost"].to_list() if kind == "polars" else frame["cost"].to_pylist()
    assert costs == [Decimal("10.5"), Decimal("20.25")]


def test_an_unknown_kind_of_frame_is_refused_with_the_known_ones(loader):
    """A slip in ``as_`` names what is possible."""
    with pytest.raises(UsageError, match="pandas, polars, arrow"):
        loader.load_campaigns(as_="spark")


def test_the_report_accounts_for_every_row_and_cent(loader, shop):
    """Read is loaded plus rejected, and the sums are exact decimals of the loaded rows."""
    path = shop.write("ads.csv", HEADER + ROWS + "2024-01-03,Brand,Search,oops,1,1,1,5\n")

    report = loader.import_file(path)

    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (3, 2, 1)
    assert report.sums == {"cost": Decimal("30.75"), "revenue": Decimal("30.10")}
    assert report.rejected == {"not_a_number": 1}


def test_a_rejected_row_is_kept_with_its_text_and_place(loader, shop):
    """Nobody has to search for a row that was turned away."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS + "2024-01-03,Brand,Search,oops,1,1,1,5\n"))

    (row,) = loader.warehouse.records("rejected_rows")

    assert (row["row_number"], row["line_number"], row["reason"]) == (3, 4, "not_a_number")
    assert (row["column_name"], row["value"], row["revenue"]) == ("cost", "oops", Decimal(5))
    assert row["original"] == "2024-01-03,Brand,Search,oops,1,1,1,5"


def test_the_same_file_again_changes_nothing(loader, shop):
    """A second load is told apart by content and writes no row."""
    path = shop.write("ads.csv", HEADER + ROWS)
    first = loader.import_file(path)

    second = loader.import_file(path)

    assert second.status == "unchanged"
    assert (second.rows_read, second.sums) == (first.rows_read, first.sums)
    assert len(loader.load_campaigns()) == 2


def test_the_same_content_under_another_name_is_not_counted_twice(loader, shop):
    """A download that was saved twice is one file."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS))

    report = loader.import_file(shop.write("ads (1).csv", HEADER + ROWS))

    assert report.status == "unchanged"
    assert "loaded already" in report.warnings[0]
    assert len(loader.load_campaigns()) == 2


def test_a_revised_day_replaces_the_old_one_and_leaves_no_ghost(loader, shop):
    """A day that comes again is replaced whole, also where it has fewer rows now."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS + "2024-01-02,Other,Search,5,1,1,1,1\n"))

    report = loader.import_file(shop.write("ads.csv", HEADER + ROWS.replace("20.25", "19.25")))

    assert (report.slices_written, report.slices_unchanged) == (1, 1)
    assert loader.load_campaigns()["cost"].sum() == 29.75
    assert len(loader.warehouse.records("loads")) == 2


def test_days_that_left_the_file_are_kept_and_told(loader, shop):
    """A rolling export drops old days; history stays."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS))

    report = loader.import_file(shop.write("ads.csv", HEADER + ROWS.splitlines()[1] + "\n2024-01-03,B,S,1,1,1,1,1\n"))

    assert len(loader.load_campaigns()) == 3
    assert any("are kept" in warning for warning in report.warnings)


def test_names_from_a_file_of_their_own_are_joined(loader, shop):
    """Daily rows that carry only an id get name and channel from the details file."""
    loader.import_file(shop.write("daily.csv", "date,campaign_id,cost\n2024-01-01,C1,5\n"))
    loader.import_file(shop.write("names.csv", "campaign_id,campaign_name,channel\nC1,Brand,Search\n"))

    (row,) = loader.load_campaigns().to_dict("records")

    assert (row["campaign_name"], row["channel"]) == ("Brand", "Search")


def test_customer_ids_that_are_numbers_stay_what_they_are(loader, shop):
    """People find their customers under the ids they know."""
    loader.import_file(shop.write("people.csv", "customer_id,sessions,revenue\n7,1,2\n12,3,4\n"))

    assert list(loader.load_customers()["customer_id"]) == [7, 12]


def test_order_lines_become_customers_with_refunds_netted(loader, shop):
    """Two orders, one of them cancelled in part, are one customer."""
    lines = "customer_id,order_id,order_date,amount,country\nA,1,2024-01-01,10.00,DE\nA,2,2024-01-05,5.50,DE\n"
    report = loader.import_file(shop.write("orders.csv", lines + "A,C2,2024-01-06,-5.50,DE\nB,3,2024-01-01,1,FR\n"))

    customers = loader.load_customers().sort_values("external_customer_id").to_dict("records")

    assert report.table == "orders"
    assert [(c["transactions"], c["revenue"]) for c in customers] == [(2, 10.0), (1, 1.0)]


def test_a_dry_run_reads_and_writes_nothing(loader, shop):
    """The report of a dry run is that of a load, and no database appears."""
    report = loader.import_file(shop.write("ads.csv", HEADER + ROWS), dry_run=True)

    assert (report.status, report.rows_loaded) == ("dry run", 2)
    assert not (shop.folder / "payback.duckdb").exists()


def test_settings_for_a_pattern_of_files_apply(shop):
    """What the configuration says about a file needs no option."""
    shop.write("config/config.yaml", "files:\n  'odd*.csv':\n    source: partner\n    columns: {cost: 'Money / 100'}\n")
    path = shop.write("odd.csv", "date,campaign,Money\n2024-01-01,A,1250\n")

    with DataLoader(shop.folder) as loader:
        report = loader.import_file(path)

    assert (report.source, report.sums["cost"]) == ("partner", Decimal("12.5"))


def test_a_failed_load_leaves_the_database_as_it_was(loader, shop):
    """An unusable file takes nothing away."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS))

    with pytest.raises(MissingColumnError, match="cost"):
        loader.import_file(shop.write("ads.csv", "date,campaign_name\n2024-01-01,A\n"))

    assert loader.load_campaigns()["cost"].sum() == 30.75


def test_two_bad_rows_of_three_are_a_bad_file(loader, shop):
    """Above the allowed share the file is refused whole, with the first row named."""
    path = shop.write("ads.csv", "date,campaign,cost\n2024-01-01,A,x\n2024-01-02,A,y\n2024-01-03,A,3\n")

    with pytest.raises(InputError, match="2 of 3 rows cannot be read") as caught:
        loader.import_file(path)

    assert "line 2" in str(caught.value)
    assert loader.warehouse.records("campaigns") == []


def test_batches_hold_every_row_once(loader, shop):
    """Tables larger than memory come in pieces."""
    lines = "".join(f"2024-01-{day:02},C{n},Search,1.01,1,1,1,1\n" for day in range(1, 11) for n in range(50))
    loader.import_file(shop.write("ads.csv", HEADER + lines))

    frames = list(loader.campaign_batches(as_="arrow", rows=100))

    assert sum(frame.num_rows for frame in frames) == 500
    assert sum(sum(frame["cost"].to_pylist()) for frame in frames) == Decimal("505.00")


def test_days_are_slices_of_the_ledger(loader, shop):
    """The ledger has a line a day with its rows and sums."""
    loader.import_file(shop.write("ads.csv", HEADER + ROWS))

    ledger = loader.warehouse.records("loads")

    assert sorted((row["day"], row["rows"], row["cost"]) for row in ledger) == [
        (date(2024, 1, 1), 1, Decimal("10.5")),
        (date(2024, 1, 2), 1, Decimal("20.25")),
    ]


def test_nan_of_a_parquet_file_is_a_missing_amount(loader, tmp_path):
    """Writers of Parquet leave NaN out of the statistics; the row is kept and its cost is not known."""
    rows = {"date": ["2024-01-01", "2024-01-02"], "campaign": ["A", "A"], "cost": [1.5, float("nan")]}
    ids = {"campaign id": [float("nan"), 7.0]}
    pq.write_table(pa.table(rows | ids), tmp_path / "ads.parquet")

    report = loader.import_file(tmp_path / "ads.parquet")

    assert (report.rows_loaded, report.rows_rejected) == (2, 0)
    loaded = loader.load_campaigns(as_="arrow").to_pylist()
    assert [(row["cost"], row["external_campaign_id"]) for row in loaded] == [(Decimal("1.5"), None), (None, "7")]


@pytest.mark.parametrize(
    ("costs", "codes", "words"),
    [
        ("$1 £2 €3", ["EUR", "GBP", "USD"], "amounts are in EUR, GBP, USD: they are never added"),
        ("1 2 3", ["XXX"], "no currency is stated, so amounts are kept as XXX; set currency, or --currency EUR"),
    ],
)
def test_currencies_of_a_file_are_told(loader, shop, costs, codes, words):
    """Several currencies, and one that nobody stated, are said; a dry run and a load say the same."""
    lines = "".join(f"2024-01-0{day},A,{cost}\n" for day, cost in enumerate(costs.split(), 1))
    file = shop.write("ads.csv", "day,campaign,cost\n" + lines)
    for report in (loader.import_file(file, dry_run=True), loader.import_file(file), loader.import_file(file)):
        assert report.currencies == codes
        assert words in report.warnings


def test_amounts_of_several_currencies_are_not_shown_as_one_sum(shop):
    """The table of a load shows the codes instead of a sum that means nothing."""
    shop.write("ads.csv", "day,campaign,cost\n2024-01-01,A,$10\n2024-01-02,A,€20\n")
    out = shop.run("load", shop.folder / "ads.csv", "--dry-run").out
    assert "EUR, USD" in out
    assert "30.00" not in out
