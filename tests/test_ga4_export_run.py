"""``payback run`` with an export: rows in the warehouse, nothing twice, nothing silent."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from ga4_events import event, write
from payback import DataLoader, Run
from payback.pipeline.export_step import load_export

UTM = ("newsletter", "email", "spring")
ROWS = [
    event("page_view", "2025-01-01 10:00", user="a", utm=UTM, user_id="K1"),
    event("page_view", "2025-01-01 10:01:40", user="a", user_id="K1"),
    event("purchase", "2025-01-01 10:01:40", user="a", order=("T1", 80.0), user_id="K1"),
    event("page_view", "2025-01-03 10:00", user="b", country="France"),
]


@pytest.fixture
def project(tmp_path):
    """Return a function that runs a project with an export and these settings."""
    write(tmp_path / "export", ROWS)
    (tmp_path / "config").mkdir()

    def run(text="", *, rows=(), whole=False):
        if rows:
            write(tmp_path / "export", rows)
        settings = f"currency: EUR\nga4_export:\n  path: export\n{text}"
        (tmp_path / "config" / "config.yaml").write_text(settings, encoding="utf-8")
        with DataLoader(tmp_path) as loader:
            for file in sorted((tmp_path / "data").rglob("*.csv")):
                loader.import_file(file)
            record = Run(loader).execute() if whole else load_export(loader)
            tables = {name: loader.warehouse.records(name) for name in ("campaign_traffic", "campaigns", "customers")}
            return record, tables | {"loads": loader.warehouse.records("loads")}

    run.folder = tmp_path
    return run


def test_a_run_fills_campaign_traffic(project):
    """One row a day and source, with all measures."""
    record, tables = project(whole=True)
    first = min(tables["campaign_traffic"], key=lambda row: row["date"])

    assert {name: first[name] for name in ("sessions", "engaged_sessions", "page_views", "transactions")} == {
        "sessions": 1,
        "engaged_sessions": 1,
        "page_views": 2,
        "transactions": 1,
    }
    assert (first["session_seconds"], first["revenue"], first["channel"]) == (100, Decimal(80), "Email")
    assert (first["source"], first["currency"], first["campaign_name"]) == ("ga4_export", "EUR", "spring")
    assert [step.status for step in record.steps if step.step == "export"] == ["done"]
    assert (len(tables["campaign_traffic"]), tables["campaigns"], tables["customers"]) == (2, [], [])


def test_what_is_missing_is_said(project):
    """A hole in the days, and days without Google's own attribution."""
    warnings = "\n".join(project()[0].warnings)

    assert "1 day (2025-01-02) missing between 2025-01-01 and 2025-01-03" in warnings
    assert "2 days (2025-01-01, 2025-01-03) without Google's own attribution" in warnings


def test_a_second_run_changes_nothing(project):
    """Neither rows nor loads."""
    before = project(whole=True)[1]
    record, after = project(whole=True)

    assert record.status == "unchanged"
    assert after == before


def test_only_the_day_that_changed_is_written(project):
    """A late hit revises its day; the other keeps its load."""
    loads = {row["day"]: row["load_id"] for row in project()[1]["loads"]}
    late = event("page_view", "2025-01-03 12:00", user="c")
    _, tables = project(rows=[ROWS[3], late])
    again = {row["day"]: row["load_id"] for row in tables["loads"]}

    assert [day.day for day in again if again[day] != loads[day]] == [3]
    assert sum(row["sessions"] for row in tables["campaign_traffic"]) == 3


def test_a_lost_store_is_made_again_and_the_rows_stay(project):
    """The summed-up export is a cache."""
    before = project()[1]
    (project.folder / "data" / "processed" / "ga4_export" / "export.duckdb").unlink()

    assert project()[1]["campaign_traffic"] == before["campaign_traffic"]


def test_outcomes_become_campaign_rows_where_that_is_asked_for(project):
    """Without cost, which no export has."""
    rows = project("  campaigns: true\n")[1]["campaigns"]

    assert [(row["campaign_name"], row["cost"], row["conversions"], row["revenue"]) for row in rows] == [
        ("spring", None, 1, 80)
    ]


def test_customers_are_written_where_that_is_asked_for(project):
    """One a visitor; age and gender are in no export."""
    rows = sorted(project("  customers: true\n")[1]["customers"], key=lambda row: row["external_customer_id"])
    first = rows[0]

    assert [row["external_customer_id"] for row in rows] == ["a", "b"]
    assert (first["sessions"], first["avg_session_duration"], first["pages_per_session"]) == (1, 100, 2)
    assert (first["transactions"], first["revenue"], first["country"]) == (1, 80, "Germany")
    assert (first["age"], first["gender"]) == (None, None)


@pytest.mark.parametrize("key", ["K1", " k1 ", hashlib.sha256(b"k1").hexdigest()])
def test_age_and_gender_come_from_a_file_of_the_shop(project, key):
    """Joined on the shop's own id, plain or hashed."""
    (project.folder / "crm.csv").write_text(f"id,years,sex\n{key},44,female\nK9,20,male\n", encoding="utf-8")
    crm = "  customers: true\n  customer_id: user_id\n  crm: {path: crm.csv, key: id, age: years, gender: sex}\n"
    record, tables = project(crm)
    found = {row["external_customer_id"]: (row["age"], row["gender"]) for row in tables["customers"]}

    assert found == {"K1": (44, "female"), "b": (None, None)}
    assert "GA4 export: 1 customers were found in crm.csv" in record.warnings


def test_a_customer_whom_a_file_has_already_is_not_written_twice(project):
    """The file's row stays, the export's is left out, and the run says so."""
    raw = project.folder / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "people.csv").write_text("customer_id,sessions,revenue\nK1,3,99\nK2,1,0\n", encoding="utf-8")
    record, tables = project("  customers: true\n  customer_id: user_id\n")

    assert sorted(row["external_customer_id"] for row in tables["customers"]) == ["K1", "K2", "b"]
    assert any("1 visitors are customers of another source already" in text for text in record.warnings)


def test_a_wrong_path_fails_the_run_and_keeps_the_rest(project):
    """The other files are loaded and published."""
    (project.folder / "data" / "raw").mkdir(parents=True)
    (project.folder / "data" / "raw" / "a.csv").write_text("date,campaign,cost\n2025-01-01,A,5\n", encoding="utf-8")
    (project.folder / "config" / "config.yaml").write_text("ga4_export: {path: nowhere}\n", encoding="utf-8")
    with DataLoader(project.folder) as loader:
        record = Run(loader).execute()

    assert (record.status, bool(record.outputs)) == ("failed", True)
    assert "there is no such export" in record.error


def test_a_dry_run_says_which_days_it_would_read(project):
    """Two new ones; after a run none; then one changed and one new; nothing is written."""

    def planned(rows=()):
        if rows:
            write(project.folder / "export", rows)
        with DataLoader(project.folder) as loader:
            return next(step.note for step in Run(loader).plan().steps if step.step == "export")

    (project.folder / "config" / "config.yaml").write_text("ga4_export: {path: export}\n", encoding="utf-8")
    first = planned()
    written = (project.folder / "data" / "processed" / "ga4_export").exists()
    project()
    late = [ROWS[3], event("page_view", "2025-01-03 12:00"), event("page_view", "2025-01-04 12:00")]

    assert (first, written) == ("would read 2 of 2 days: 2 new, 0 changed", False)
    assert planned() == "would read 0 of 2 days: 0 new, 0 changed"
    assert planned(late) == "would read 2 of 3 days: 1 new, 1 changed"
    assert planned() == "would read 2 of 3 days: 1 new, 1 changed"
