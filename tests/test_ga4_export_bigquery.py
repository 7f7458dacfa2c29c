"""The export from BigQuery: Google's own client speaks to a dataset on loopback."""

from __future__ import annotations

import os
from datetime import date

import pyarrow.parquet as pq
import pytest

from ga4_events import event, write
from payback import DataLoader
from payback.errors import ConfigurationError, EmptyFileError, InputError
from payback.pipeline.export_step import load_export
from payback.sources.ga4_export.bigquery import BigQueryExport
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore
from payback.testing.bigquery import FakeBigQuery

ROWS = [
    event("page_view", "2025-01-01 10:00", utm=("a", "email", "c"), session_engaged="1", engagement_time_msec=1500),
    event("purchase", "2025-01-01 10:01", order=("T1", 12.5), a_param_nobody_needs="x"),
    event("page_view", "2025-01-02 10:00", session=2, click=("b", "cpc", "d", "Paid Other")),
    event("refund", "2025-01-02 10:00", user=None, session=None, refund=("T1", 2.25)),
]


@pytest.fixture
def server(tmp_path):
    """Return a dataset with two days, whose pages have one row."""
    write(tmp_path / "dataset", ROWS)
    with FakeBigQuery(tmp_path / "dataset", project="shop", dataset="analytics_42", page_rows=1) as running:
        yield running


@pytest.fixture
def fetch(server, tmp_path):
    """Return a function that copies what is new."""

    def fetch(**options):
        first_day = options.pop("first_day", None)
        given = {"endpoint": server.endpoint} | options
        return BigQueryExport(given.pop("name", server.name), tmp_path / "copies", **given).fetch(first_day=first_day)

    return fetch


def days_of(tmp_path, name, parts):
    """Return the campaign days of parts."""
    with ExportStore(tmp_path / f"{name}.duckdb", ExportOptions(currency="EUR")) as store:
        store.sync(parts)
        return store.engine.records("from campaign_days order by all")


def test_bigquery_gives_what_files_give(fetch, tmp_path):
    """The same days, from columns that were asked for one by one."""
    assert days_of(tmp_path, "a", fetch()) == days_of(tmp_path, "b", find_parts(tmp_path / "dataset"))


def test_only_needed_columns_and_parameters_are_read(fetch, server, tmp_path):
    """Other columns and parameters stay where they are; of items, price and quantity come with orders."""
    fetch()
    copy = pq.read_table(tmp_path / "copies" / "events_20250101.parquet")
    keys = {one["key"] for params in copy["event_params"].to_pylist() for one in params}

    assert "geo" not in copy.column_names
    assert copy.schema.field("items").type.value_type.names == ["price", "quantity"]
    assert keys == {"ga_session_id", "session_engaged", "engagement_time_msec", "currency"}


def test_tables_are_read_once(fetch, server):
    """The second call asks for the list of tables and nothing else."""
    fetch()
    before = len(server.queries)
    fetch()

    assert [query for query in server.queries[before:] if "__TABLES__" not in query] == []


def test_a_table_that_changed_is_read_again(fetch, server, tmp_path):
    """Google adds late hits for days."""
    fetch()
    path = write(tmp_path / "dataset", [*ROWS[2:], event("page_view", "2025-01-02 11:00", session=3)])[0]
    os.utime(path, (2_000_000_000, 2_000_000_000))
    server.queries.clear()
    parts = fetch()

    assert [query.rpartition(".")[2] for query in server.queries[1:]] == ["events_20250102`"]
    assert sum(day["sessions"] for day in days_of(tmp_path, "a", parts)) == 3


def test_the_intraday_table_counts_until_the_daily_one_is_there(fetch, tmp_path):
    """It is not even read beside it."""
    today = [event("page_view", "2025-01-03 10:00", session=5)]
    write(tmp_path / "dataset", today, kind="intraday_")
    early = [part.kind for part in fetch()]
    write(tmp_path / "dataset", today)
    late = [part.kind for part in fetch()]

    assert (early, late) == (["daily", "daily", "intraday"], ["daily", "daily", "daily"])


def test_days_before_the_first_are_not_read(fetch, server):
    """A start date spares money."""
    assert [part.key for part in fetch(first_day=date(2025, 1, 2))] == ["2025-01-02"]
    assert not any("events_20250101" in query for query in server.queries)


def test_more_bytes_than_allowed_are_refused_before_any_is_read(fetch, server):
    """The estimate names both figures and the setting."""
    with pytest.raises(ConfigurationError, match=r"(?s)read more.*maximum_bytes.*got: .*in 2 tables.*start_date"):
        fetch(maximum_bytes=10)

    assert [query for query in server.queries if "__TABLES__" not in query] == []


def test_a_wrong_dataset_and_a_refusal_say_what_to_do(fetch, server):
    """Names, and roles."""
    with pytest.raises(ConfigurationError, match=r"(?s)no such dataset.*hint: ga4_export.bigquery"):
        fetch(name="shop.analytics_43")
    server.refuse = "accessDenied"
    with pytest.raises(ConfigurationError, match=r"(?s)refuses access.*BigQuery Job User"):
        fetch()


def test_a_dataset_without_events_is_told(tmp_path):
    """The link is new: the first table comes after a day."""
    (tmp_path / "dataset").mkdir()
    with FakeBigQuery(tmp_path / "dataset") as server, pytest.raises(EmptyFileError, match="no tables of events"):
        BigQueryExport(server.name, tmp_path / "copies", endpoint=server.endpoint).fetch()


def test_a_missing_key_file_is_told(tmp_path):
    """Before anything is asked."""
    with pytest.raises(ConfigurationError, match="key of the service account is not there"):
        BigQueryExport("a.b", tmp_path, credentials=tmp_path / "key.json")


def test_a_project_reads_from_bigquery(server, tmp_path):
    """The dataset names the property; flags and rows are those of files."""
    (tmp_path / "config").mkdir()
    text = f"ga4_export:\n  bigquery: {server.name}\n  endpoint: {server.endpoint}\n"
    (tmp_path / "config" / "config.yaml").write_text(text, encoding="utf-8")
    with DataLoader(tmp_path) as loader:
        outcome = load_export(loader)
        rows = loader.warehouse.records("campaign_traffic")

    assert outcome.report.read == 2
    assert {row["account"] for row in rows} == {"42"}


def test_a_query_that_the_server_does_not_understand_is_an_error(server, tmp_path):
    """Not a wrong answer."""
    export = BigQueryExport(server.name, tmp_path / "copies", endpoint=server.endpoint)

    with pytest.raises(InputError, match="did not answer"), export._translating():
        export._client.query_and_wait(f"selct 1 from `{server.name}.events_20250101`")
