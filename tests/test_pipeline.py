"""The run: its order, its record, what it skips, and what a failure leaves."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest

from payback import DataLoader, Run
from payback.pipeline import run as run_module

HEADER = "date,campaign_name,channel,cost,impressions,clicks,conversions,revenue\n"


def campaign_days(days=40):
    """Return a file of two campaigns: Brand brings three times its cost, Video a tenth."""
    lines = []
    for number in range(days):
        day = date(2024, 1, 1) + timedelta(number)
        lines.append(f"{day},Brand,Search,{10 + number % 5}.10,100,10,2,{3 * (10 + number % 5)}.30")
        lines.append(f"{day},Video,YouTube,{20 + number % 3},500,5,1,{2 + number % 2}.05")
    return HEADER + "\n".join(lines) + "\n"


def people(count=60):
    """Return a file of customers of three clear kinds: heavy buyers, occasional buyers, visitors."""
    kinds = ((20, 8.5, 10, 1000), (5, 4.5, 1, 50), (1, 1.5, 0, 0))
    rows = []
    for n in range(1, count + 1):
        sessions, pages, orders, revenue = kinds[n % 3]
        rows.append(f"{n},{sessions + n % 2},{pages},{orders},{revenue + n % 5 if revenue else 0}")
    return "customer_id,sessions,pages_per_session,transactions,revenue\n" + "\n".join(rows) + "\n"


@pytest.fixture
def filled(shop):
    """Return a project with campaigns and customers in its raw folder."""
    shop.write("data/raw/ads.csv", campaign_days())
    shop.write("data/raw/people.csv", people())
    return shop


def run(folder, **options):
    """Run the pipeline once and return its record."""
    with DataLoader(folder) as loader:
        return Run(loader).execute(**options)


def test_a_run_takes_files_to_every_output(filled):
    """All steps are done, and each format is there and readable."""
    record = run(filled.folder)

    assert [(step.step, step.status) for step in record.steps] == [
        ("load", "done"), ("clean", "done"), ("roi", "done"), ("segments", "done"), ("publish", "done"),
    ]  # fmt: skip
    paths = {(output["name"], output["format"]): output["path"] for output in record.outputs}
    assert openpyxl.load_workbook(paths["workbook", "excel"], read_only=True).sheetnames[0] == "Summary"
    assert pq.read_table(paths["roi_by_channel", "parquet"]).num_rows == 2
    assert "Brand" in (filled.folder / "outputs" / "report.html").read_text(encoding="utf-8")


def test_a_table_too_long_for_a_workbook_is_told_and_left_out_of_it(filled, monkeypatch):
    """The workbook says where the table lies; the table itself is published as ever."""
    monkeypatch.setattr("payback.pipeline.publish_step.ROWS_OF_WORKBOOK", 30)

    record = run(filled.folder)

    paths = {(output["name"], output["format"]): output["path"] for output in record.outputs}
    book = openpyxl.load_workbook(paths["workbook", "excel"])
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert "roi_by_day has 40 rows, too many for a workbook: see tables/roi_by_day.parquet" in cells
    assert not any("by day" in name.lower() for name in book.sheetnames)
    assert pq.read_table(paths["roi_by_day", "parquet"]).num_rows == 40


def test_totals_of_the_outputs_are_those_of_the_files(filled):
    """The money of the raw file arrives in the result tables to the cent."""
    run(filled.folder)

    total = pq.read_table(filled.folder / "outputs" / "tables" / "roi_total.parquet").to_pylist()[0]

    # 40 days: Brand 8 · (10.1 + … + 14.1) = 484.00, Video 14 · 20 + 13 · 21 + 13 · 22 = 839.
    assert total["cost"] == Decimal("1323.00")
    # Brand 8 · (30.3 + 33.3 + 36.3 + 39.3 + 42.3) = 1452.00, Video 20 · 2.05 + 20 · 3.05 = 102.00.
    assert total["revenue"] == Decimal("1554.00")


def test_the_clean_tables_lie_as_parquet_by_month(filled):
    """Processed data is partitioned by month, and together it is the clean table."""
    run(filled.folder)

    folder = filled.folder / "data" / "processed" / "campaigns"

    assert sorted(path.name for path in folder.iterdir()) == ["month=2024-01", "month=2024-02"]
    assert pq.read_table(folder).num_rows == 80


def test_verdicts_name_who_pays_back_and_who_loses(filled):
    """Forty days are enough to tell a threefold return from a tenth."""
    run(filled.folder)

    rows = pq.read_table(filled.folder / "outputs" / "tables" / "roi_by_campaign.parquet").to_pylist()

    assert {row["campaign_name"]: row["verdict"] for row in rows} == {"Brand": "pays back", "Video": "loses"}


def test_a_second_run_with_nothing_new_changes_nothing(filled):
    """Nothing is computed, and the outputs are not touched."""
    first = run(filled.folder)
    report = filled.folder / "outputs" / "report.html"
    before = report.stat().st_mtime_ns

    second = run(filled.folder)

    assert (first.status, second.status) == ("done", "unchanged")
    assert report.stat().st_mtime_ns == before
    assert second.outputs == first.outputs


@pytest.mark.parametrize("change", ["setting", "file", "lost output"])
def test_whatever_changed_is_worked_in(filled, change):
    """A new setting, a revised file or a deleted output makes the next run work again."""
    run(filled.folder)
    if change == "setting":
        filled.write("config/config.yaml", "roi:\n  target_roi: 0.5\n")
    elif change == "file":
        filled.write("data/raw/ads.csv", campaign_days(41))
    else:
        (filled.folder / "outputs" / "report.html").unlink()

    assert run(filled.folder).status == "done"
    assert (filled.folder / "outputs" / "report.html").exists()


def test_rerunning_gives_the_same_tables(filled):
    """A forced run over the same data writes the same bytes."""
    run(filled.folder)
    tables = sorted((filled.folder / "outputs" / "tables").glob("*.parquet"))
    before = [path.read_bytes() for path in tables]

    run(filled.folder, force=True)

    assert [path.read_bytes() for path in tables] == before


def test_a_bad_file_fails_the_run_and_the_others_are_used(filled):
    """The step says which file; results of the good ones are written; the status is failed."""
    filled.write("data/raw/broken.csv", "date,campaign\n2024-01-01,A\n")

    record = run(filled.folder)

    assert record.status == "failed"
    assert "broken.csv" in record.steps[0].error
    assert record.steps[-1].status == "done"
    assert (filled.folder / "outputs" / "report.html").exists()


def test_a_step_that_fails_leaves_what_the_others_made(filled, monkeypatch):
    """A full disk while publishing keeps the clean tables, and the next run finishes the work."""
    from payback.errors import PublishingError

    def refuse(*_):
        raise PublishingError("the folder is read-only")

    monkeypatch.setattr(run_module, "publish", refuse)
    with DataLoader(filled.folder) as loader, pytest.raises(PublishingError):
        Run(loader).execute()
    monkeypatch.undo()

    with DataLoader(filled.folder) as loader:
        (failed,) = loader.warehouse.records("runs")
        assert (failed["status"], len(loader.warehouse.records("clean_campaigns"))) == ("failed", 80)
    assert run(filled.folder).status == "done"


def test_every_run_and_step_is_in_the_ledger(filled):
    """Rows, seconds, memory and the slowest query of each step are kept."""
    record = run(filled.folder)

    with DataLoader(filled.folder) as loader:
        steps = loader.warehouse.records("run_steps", {"run_id": record.run_id})
        (kept,) = loader.warehouse.records("runs")

    assert [step["step"] for step in sorted(steps, key=lambda step: step["position"])] == [
        "load", "clean", "roi", "segments", "publish",
    ]  # fmt: skip
    assert all(step["peak_memory_mb"] > 0 for step in steps)
    assert json.loads(kept["record"])["files"][0]["rows_loaded"] == 80


def test_no_customers_is_no_failure(shop):
    """A team with campaign files alone gets its campaign report."""
    shop.write("data/raw/ads.csv", campaign_days())

    record = run(shop.folder)

    segments = next(step for step in record.steps if step.step == "segments")
    assert (record.status, segments.status) == ("done", "skipped")
    assert "no customers" in segments.note


def test_an_empty_project_gives_a_report_that_says_so(shop):
    """A run without any data ends well and writes a page."""
    record = run(shop.folder)

    assert record.status == "done"
    assert (shop.folder / "outputs" / "report.html").exists()


def test_a_dry_run_reads_everything_and_writes_nothing(filled):
    """The plan counts the rows; neither database nor outputs appear."""
    with DataLoader(filled.folder) as loader:
        record = Run(loader).plan()

    assert record.steps[0].rows_in == 140
    assert not (filled.folder / "outputs").exists()
    assert not (filled.folder / "payback.duckdb").exists()


def test_the_account_of_rows_adds_up(filled):
    """Rows read are rows clean plus rows turned away, table by table."""
    lines = campaign_days() + "2024-01-01,Brand,Search,oops,1,1,1,1\n2099-01-01,Brand,Search,5,1,1,1,1\n"
    filled.write("data/raw/ads.csv", lines)

    record = run(filled.folder)

    campaigns = next(row for row in record.rows if row["table"] == "campaigns")
    assert (campaigns["rows_read"], campaigns["rejected_at_loading"], campaigns["rejected_at_cleaning"]) == (82, 1, 1)
    assert campaigns["rows_clean"] == 80
    assert Decimal(campaigns["cost_in"]) == Decimal(campaigns["cost_clean"]) + Decimal(campaigns["cost_rejected"])


def test_segments_keep_their_numbers_from_run_to_run(filled):
    """A refit on nearly the same customers is matched to the segments of before."""
    run(filled.folder)
    before = pq.read_table(filled.folder / "outputs" / "tables" / "customer_segments.parquet").to_pylist()
    filled.write("data/raw/people.csv", people(61))

    run(filled.folder)

    after = pq.read_table(filled.folder / "outputs" / "tables" / "customer_segments.parquet").to_pylist()
    was = {row["customer_id"]: row["segment"] for row in before}
    moved = [row for row in after if was.get(row["customer_id"], row["segment"]) != row["segment"]]
    assert moved == []


def test_a_run_that_was_killed_is_written_down_as_failed(filled):
    """A killed run cannot say so itself: the next one does, for the embedded database has one user at a time."""
    with DataLoader(filled.folder) as loader:
        killed = Run(loader)
        killed._start()

    record = run(filled.folder)

    with DataLoader(filled.folder) as loader:
        statuses = {row["run_id"]: (row["status"], row["error"]) for row in loader.warehouse.records("runs")}
    assert statuses[killed.record.run_id] == ("failed", "it was stopped before its end")
    assert statuses[record.run_id][0] == "done"


def test_a_defect_does_not_leave_a_run_running(filled, monkeypatch):
    """Whatever ends a run, its record says that it failed and at which step."""
    monkeypatch.setattr(run_module, "roi_tables", lambda _: 1 / 0)

    with DataLoader(filled.folder) as loader:
        broken = Run(loader)
        with pytest.raises(ZeroDivisionError):
            broken.execute()
        (row,) = loader.warehouse.records("runs")

    assert (row["status"], row["error"]) == ("failed", "division by zero")
    assert [(step.step, step.status) for step in broken.record.steps][-1] == ("roi", "failed")


def test_a_raw_folder_tells_what_it_does_not_read(filled):
    """A file of another kind is named, a zipped table is read, and an empty folder is said to be empty."""
    filled.write("data/raw/slides.pptx", b"PK")
    empty = run(filled.folder / "data", force=True)

    record = run(filled.folder)

    assert "not read, no table by its name: slides.pptx" in record.warnings
    assert empty.steps[0].note == f"no files in {filled.folder / 'data' / 'data' / 'raw'}"


def test_rejected_money_of_several_currencies_is_not_added(shop):
    """Both gates count a reason once for each currency; a sum may be larger than the money of any row."""
    days = [(f"2024-01-{day:02}", code) for day in range(1, 4) for code in ("EUR", "IDR")]
    lines = [f"{day},Brand,Email,900000000000.5,{code}," for day, code in days]
    lines += ["nodate,Brand,Email,1.25,EUR,", "nodate,Brand,Email,2.50,IDR,", "2024-01-04,Brand,Email,1,EUR,2", ""]
    shop.write("data/raw/ads.csv", "date,campaign,channel,cost,currency,revenue\n" + "\n".join(lines))
    shop.write("data/raw/shop.csv", "date,customer id,order id,amount,currency\n2024-01-01,,7,3.50,EUR\n")
    run(shop.folder)

    with DataLoader(shop.folder) as loader:
        quality = loader.warehouse.records("data_quality")
        rejected = loader.warehouse.records("rejected_rows", {"reason": "missing_customer"})

    found = {(row["reason"], row["currency"]): row["cost"] for row in quality}
    assert found["bad_date", "EUR"] == Decimal("1.25")
    assert found["bad_date", "IDR"] == Decimal("2.50")
    assert found["missing_revenue", "IDR"] == Decimal("2700000000001.5")
    assert [(row["currency"], row["revenue"]) for row in rejected] == [("EUR", Decimal("3.50"))]


def test_a_copy_that_was_revised_is_named(filled):
    """Two sources may hold equal rows; where half a file is the same, somebody is told that it counts twice."""
    filled.write("data/raw/spring.csv", campaign_days())
    first = run(filled.folder)
    filled.write("data/raw/ads.csv", campaign_days().replace("10.10,100", "11.10,100"))

    second = run(filled.folder)

    named = [text for text in second.warnings if "letter for letter" in text]
    assert not [text for text in first.warnings if "letter for letter" in text]
    assert named[0].startswith("72 rows of ads are rows of spring too")
