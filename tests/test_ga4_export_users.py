"""Customers from GA4's export of users: the latest row of each, nobody twice, nobody lost, as BigQuery writes it."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ga4_events import event, write
from payback import DataLoader
from payback.engine.duckdb import Engine
from payback.errors import ConfigurationError, EmptyFileError, MissingColumnError
from payback.pipeline.export_step import load_export
from payback.sources.ga4_export.users import find_users, read_users
from payback.testing.bigquery import FakeBigQuery

LIFE = [
    ("revenue_in_usd", pa.float64()), ("sessions", pa.int64()), ("engagement_time_millis", pa.int64()),
    ("purchases", pa.int64()), ("engaged_sessions", pa.int64()), ("session_duration_micros", pa.int64()),
]  # fmt: skip
OTHERS = [
    ("stream_id", pa.int64()),
    ("user_info", pa.struct([("last_active_timestamp_micros", pa.int64())])),
    ("geo", pa.struct([("city", pa.string()), ("country", pa.string())])),
    ("audiences", pa.list_(pa.struct([("id", pa.int64()), ("name", pa.string())]))),
    ("user_ltv", pa.struct(LIFE)),
    ("occurrence_date", pa.string()),
    ("last_updated_date", pa.string()),
]
EMPTY = {"external_customer_id", "pages_per_session"}


def user(name, sessions, purchases, revenue, *, micros=None, millis=None, country="Germany", day="20250101", active=0):
    """Return a row of a table of users."""
    life = {"revenue_in_usd": revenue, "sessions": sessions, "purchases": purchases}
    times = {"session_duration_micros": micros, "engagement_time_millis": millis}
    info = {"last_active_timestamp_micros": active}
    row = {"user_ltv": life | times, "geo": {"city": "X", "country": country}, "user_info": info}
    return row | {"id": name, "occurrence_date": day, "last_updated_date": day}


def write_users(folder, rows, *, table="pseudonymous_users_20250101", column="pseudo_user_id", form="parquet"):
    """Write rows as one table."""
    folder.mkdir(exist_ok=True)
    rows = [{column: row["id"]} | {name: value for name, value in row.items() if name != "id"} for row in rows]
    path = folder / f"{table}.{form}"
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema([(column, pa.string()), *OTHERS])), path)
    else:
        lines = "".join(json.dumps(as_bigquery_writes(row)) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(lines) if form.endswith("gz") else lines)
    return path


def as_bigquery_writes(value):
    """Return a value with whole numbers as texts, and without fields that are empty."""
    if isinstance(value, dict):
        return {name: as_bigquery_writes(one) for name, one in value.items() if one is not None}
    return str(value) if isinstance(value, int) else value


def people(path, identity="user_pseudo_id", first_day=None):
    """Return the customers of an export, by id, and the report."""
    with Engine() as engine:
        engine.execute("set variable currency = 'EUR'")
        query, report = read_users(engine, find_users(path, identity, first_day), identity)
        return {row["external_customer_id"]: row for row in engine.records(f"({query})")}, report


FIRST = [
    user("a", 3, 1, 50.5, micros=90_000_000),
    user("b", 2, 0, None, millis=30_000, country=""),
    user("c", 0, 0, 0.0),
    user(None, 5, 5, 500.0),
    user("  ", 1, 0, 0.0),
]
SECOND = [
    user("a", 4, 2, 80.25, micros=100_000_000, country="France", day="20250102"),
    user("d", 1, 2, None, day="20250102"),
]


@pytest.mark.parametrize("form", ["parquet", "json", "ndjson", "json.gz"])
def test_a_user_is_one_customer_as_the_latest_table_has_him(tmp_path, form):
    """A has 100 s in 4 sessions and nothing of the day before is added; b's 30 s of attention are over 2 sessions."""
    write_users(tmp_path / "export", SECOND, table="pseudonymous_users_20250102", form=form)
    write_users(tmp_path / "export", FIRST, form=form)
    found, _ = people(tmp_path / "export")
    shown = {name: tuple(value for key, value in row.items() if key not in EMPTY) for name, row in found.items()}

    assert shown == {
        "a": ("France", 4, Decimal(25), 2, Decimal("80.25"), "USD"),
        "b": (None, 2, Decimal(15), 0, Decimal(0), "USD"),
        "c": ("Germany", 0, None, 0, Decimal(0), "USD"),
        "d": ("Germany", 1, None, 2, None, "USD"),
    }
    assert {row["pages_per_session"] for row in found.values()} == {None}


def test_every_row_is_accounted_for(tmp_path):
    """Seven rows: four users, one earlier row of a, two rows that name nobody."""
    write_users(tmp_path / "export", FIRST)
    write_users(tmp_path / "export", SECOND, table="pseudonymous_users_20250102")
    found, report = people(tmp_path / "export")

    assert (report.files, report.rows, len(found)) == (2, 7, 4)
    assert (report.customers, report.earlier, report.without_id) == (4, 1, 2)


def test_of_two_rows_of_one_table_the_last_active_counts(tmp_path):
    """Shards of one day may repeat a user."""
    write_users(tmp_path / "export", [user("a", 2, 0, 0.0, active=20), user("a", 9, 0, 0.0, active=10)])

    assert people(tmp_path / "export")[0]["a"]["sessions"] == 2


def test_the_other_table_counts_for_ids_of_the_shop(tmp_path):
    """Both tables lie in one folder; a browser is never added to the person who uses it."""
    write_users(tmp_path / "export", FIRST)
    write_users(tmp_path / "export", [user("K1", 7, 1, 9.0)], table="users_20250101", column="user_id")

    assert list(people(tmp_path / "export", "user_id")[0]) == ["K1"]
    assert sorted(people(tmp_path / "export")[0]) == ["a", "b", "c"]


def test_tables_before_the_first_day_are_left_out(tmp_path):
    """As those of events."""
    write_users(tmp_path / "export", FIRST)
    write_users(tmp_path / "export", SECOND, table="pseudonymous_users_20250102")

    assert sorted(people(tmp_path / "export", first_day=date(2025, 1, 2))[0]) == ["a", "d"]


def test_an_export_without_users_is_named(tmp_path):
    """The hint says what to switch on."""
    write_users(tmp_path / "export", FIRST)

    with pytest.raises(EmptyFileError, match="no tables of users"):
        people(tmp_path / "export", "user_id")


def test_a_table_of_something_else_is_named(tmp_path):
    """Without figures of a life there are no customers."""
    pq.write_table(pa.table({"pseudo_user_id": ["a"]}), tmp_path / "pseudonymous_users_20250101.parquet")

    with pytest.raises(MissingColumnError, match="no column user_ltv"):
        people(tmp_path)


@pytest.fixture
def project(tmp_path):
    """Return a function that loads a project with an export of events and users, and returns outcome and customers."""
    write(tmp_path / "export", [event("page_view", "2025-01-01 10:00", user="a", user_id="K1")])
    (tmp_path / "config").mkdir()

    def run(text, source="path: export"):
        settings = f"currency: EUR\nga4_export:\n  {source}\n{text}"
        (tmp_path / "config" / "config.yaml").write_text(settings, encoding="utf-8")
        with DataLoader(tmp_path) as loader:
            outcome = load_export(loader)
            rows = loader.warehouse.records("customers")
            return outcome, sorted(rows, key=lambda row: row["external_customer_id"])

    run.folder = tmp_path
    return run


def test_the_setting_says_where_customers_come_from(project):
    """Users replace those of the events, and a second run writes nothing."""
    write_users(project.folder / "export", FIRST)
    events = project("  customers: events\n")[1]
    outcome, users = project("  customers: users\n")
    again, same = project("  customers: users\n")

    assert [(row["external_customer_id"], row["sessions"]) for row in events] == [("a", 1)]
    assert [(row["external_customer_id"], row["sessions"]) for row in users] == [("a", 3), ("b", 2), ("c", 0)]
    assert "GA4 export: 2 of 5 rows of users name no user and were left out" in outcome.warnings
    assert (again.rows, same) == ({}, users)


@pytest.mark.parametrize(("text", "names"), [("true", ["a"]), ("on", ["a"]), ("false", []), ("off", []), ("no", [])])
def test_the_old_words_of_the_setting_still_count(project, text, names):
    """True was events."""
    assert [row["external_customer_id"] for row in project(f"  customers: {text}\n")[1]] == names


def test_another_word_is_refused(project):
    """The message says which there are."""
    with pytest.raises(ConfigurationError, match="customers"):
        project("  customers: orders\n")


def test_users_get_age_and_gender_from_the_file_of_the_shop(project):
    """Joined on the shop's own id, as for events."""
    users = [user("K1", 7, 1, 9.0), user("K2", 1, 0, 0.0)]
    write_users(project.folder / "export", users, table="users_20250101", column="user_id")
    (project.folder / "crm.csv").write_text("id,years,sex\nk1,44,female\n", encoding="utf-8")
    crm = "  customers: users\n  customer_id: user_id\n  crm: {path: crm.csv, key: id, age: years, gender: sex}\n"
    _, rows = project(crm)

    assert [(row["external_customer_id"], row["age"], row["gender"]) for row in rows] == [
        ("K1", 44, "female"),
        ("K2", None, None),
    ]


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_a_damaged_table_of_users_leaves_the_customers_as_they_were(project, form):
    """Without it, those whom only it has would be gone."""
    write_users(project.folder / "export", FIRST)
    before = project("  customers: users\n")[1]
    path = write_users(project.folder / "export", SECOND, table="pseudonymous_users_20250102", form=form)
    path.write_bytes(path.read_bytes()[:-30])
    outcome, after = project("  customers: users\n")

    assert (after, len(after)) == (before, 3)
    assert any(f"{path.name} is damaged or half-written; the customers were left" in text for text in outcome.warnings)


def test_bigquery_gives_the_users_that_files_give(project):
    """Only columns that are needed are copied; a table that did not change is not read again."""
    dataset = project.folder / "export"
    write_users(dataset, FIRST)
    write_users(dataset, SECOND, table="pseudonymous_users_20250102")
    write_users(dataset, [user("K1", 7, 1, 9.0)], table="users_20250101", column="user_id")
    files = project("  customers: users\n  account: '1'\n")[1]
    with FakeBigQuery(dataset) as server:
        place = f"bigquery: {server.name}\n  endpoint: {server.endpoint}"
        outcome, rows = project("  customers: users\n", place)
        asked = len(server.queries)
        project("  customers: users\n", place)
        read = [query for query in server.queries[asked:] if "__TABLES__" not in query]
    copies = {path.name for path in (project.folder / "data" / "processed" / "ga4_export" / "bigquery").iterdir()}

    assert [row["external_customer_id"] for row in rows] == ["a", "b", "c", "d"]
    assert ([row["row_hash"] for row in rows], outcome.rows.get("customers")) == ([r["row_hash"] for r in files], None)
    assert (read, "users_20250101.parquet" in copies, "pseudonymous_users_20250101.parquet" in copies) == (
        [],
        False,
        True,
    )
