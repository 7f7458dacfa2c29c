"""The export from BigQuery as Arrow: Google's own client reads streams from a server on loopback."""

from __future__ import annotations

import sys
import threading
import weakref
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ga4_events import event, write
from payback import DataLoader
from payback.engine.duckdb import Engine
from payback.errors import SourceUnavailableError
from payback.pipeline.export_step import load_export
from payback.sources.ga4_export import results
from payback.sources.ga4_export.bigquery import BigQueryExport
from payback.sources.ga4_export.columns import relation
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore
from payback.testing.bigquery import FakeBigQuery

ROWS = [
    event("page_view", "2025-01-01 10:00", utm=("a", "email", "Früh"), session_engaged="1", engagement_time_msec=1500),
    event("purchase", "2025-01-01 10:01", order=("T1", 12.5), value=0.1, a_param_nobody_needs="x"),
    event("scroll", "2025-01-01 10:02", user=None, session=None),
    event("page_view", "2025-01-02 10:00", session=2, click=("b", "cpc", "d", "Paid Other")),
    event("refund", "2025-01-02 10:00", user=None, session=None, refund=("T1", 2.25)),
]
FIRST = "events_20250101"
SHARED = Path(__file__).parents[2] / "shared" / "data"
REAL = SHARED / "ga4-nested-event-fixtures" / "dataform_test_events.ndjson"


@pytest.fixture
def server(tmp_path):
    """Return a dataset with two days, whose pages and messages have one row."""
    write(tmp_path / "dataset", ROWS)
    with FakeBigQuery(tmp_path / "dataset", page_rows=1) as running:
        yield running


@pytest.fixture
def fetch(server, tmp_path):
    """Return a function that copies what is new, by streams of Arrow unless told otherwise."""

    def fetch(folder="copies", **options):
        given = {"endpoint": server.endpoint, "storage_endpoint": server.storage_endpoint} | options
        export = BigQueryExport(server.name, tmp_path / folder, **given)
        fetch.notes = export.notes
        return export.fetch()

    return fetch


def rows_of(folder):
    """Return the rows of each copy."""
    return {path.stem: pq.read_table(path).to_pylist() for path in sorted(folder.iterdir())}


def days_of(path, parts):
    """Return the campaign days of parts."""
    with ExportStore(path, ExportOptions(currency="EUR")) as store:
        store.sync(parts)
        return store.engine.records("from campaign_days order by all")


def test_streams_bring_the_rows_and_the_days_that_pages_bring(fetch, server, tmp_path):
    """Nested and repeated columns too; and both are the rows that were written."""
    by_stream, by_page = fetch("streams"), fetch("pages", storage_read=False)
    rows = rows_of(tmp_path / "streams")
    purchase, scroll = rows[FIRST][1], rows[FIRST][2]

    assert rows == rows_of(tmp_path / "pages")
    assert days_of(tmp_path / "a.duckdb", by_stream) == days_of(tmp_path / "b.duckdb", by_page)
    assert [len(found) for found in rows.values()] == [3, 2]
    assert {one["key"]: one["value"]["double_value"] for one in purchase["event_params"]}["value"] == 0.1
    assert (purchase["ecommerce__transaction_id"], purchase["ecommerce__purchase_revenue"]) == ("T1", 12.5)
    assert (scroll["user_pseudo_id"], scroll["event_params"]) == (None, [])
    assert rows[FIRST][0]["collected_traffic_source__manual_campaign_name"] == "Früh"
    assert len(server.sessions) == 2


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_real_events_come_out_alike_by_file_stream_and_page(tmp_path):
    """Nested events of others, as BigQuery exports them."""
    dataset = tmp_path / "dataset"
    dataset.mkdir()
    with Engine() as engine:
        events = engine.arrow(f"from {relation([REAL], 'json')}")
    for day in set(events["event_date"].to_pylist()):
        rows = events.filter(pc.equal(events["event_date"], day))
        pq.write_table(rows, dataset / f"events_{day.replace('-', '')}.parquet")
    with FakeBigQuery(dataset, page_rows=3) as server:
        given = {"endpoint": server.endpoint, "storage_endpoint": server.storage_endpoint}
        by_stream = BigQueryExport(server.name, tmp_path / "a", **given).fetch()
        by_page = BigQueryExport(server.name, tmp_path / "b", **given, storage_read=False).fetch()

    assert rows_of(tmp_path / "a") == rows_of(tmp_path / "b")
    days = [days_of(tmp_path / f"{n}.duckdb", p) for n, p in enumerate((by_stream, by_page, find_parts(dataset)))]
    assert days[0] == days[1] == days[2]
    assert sum(day["sessions"] for day in days[0]) > 0


@pytest.mark.parametrize("storage", [True, False])
def test_an_order_without_an_amount_is_worth_its_items(fetch, server, tmp_path, storage):
    """Twice 5 and once 2.5, as from files; of the items only price and quantity travel, and only with orders."""
    items = [{"price": 5.0, "quantity": 2}, {"price": 2.5, "quantity": 1}]
    seen = event("view_item", "2025-01-01 09:00", items=items)
    write(
        tmp_path / "dataset", [*ROWS[:3], seen, event("purchase", "2025-01-01 11:00", order=("T9", None), items=items)]
    )
    days = days_of(tmp_path / "a.duckdb", fetch(storage_read=storage))
    copied = [(row["event_name"], row["items"]) for row in rows_of(tmp_path / "copies")[FIRST] if row["items"]]

    assert sum(day["revenue"] for day in days) == Decimal("22.75")  # 12.50 and 12.50, less 2.25 given back
    assert copied == [("purchase", items)]


def test_only_needed_columns_travel(fetch, tmp_path):
    """The parameters that nobody reads stay where they are."""
    fetch()
    copy = pq.read_table(tmp_path / "copies" / f"{FIRST}.parquet")
    keys = {one["key"] for params in copy["event_params"].to_pylist() for one in params}

    assert keys == {"ga_session_id", "session_engaged", "engagement_time_msec", "currency", "value"}


@pytest.mark.parametrize("kind", ["unavailable", "reset"])
def test_a_broken_stream_goes_on_where_it_was(fetch, server, tmp_path, monkeypatch, kind):
    """No row is lost and none comes twice."""
    two_there, write_parquet = threading.Event(), results.write_parquet

    def watched(batches):
        for number, batch in enumerate(batches, 1):
            if number == 2:
                two_there.set()
            yield batch

    monkeypatch.setattr(
        results, "write_parquet", lambda path, batches, *more: write_parquet(path, watched(batches), *more)
    )
    server.fail(kind, after=2, when=two_there)
    fetch("broken")
    offsets = [first for _, first in server.reads]
    fetch("whole")

    assert offsets == [0, 2, 0]
    assert rows_of(tmp_path / "broken") == rows_of(tmp_path / "whole")


@pytest.mark.parametrize("kind", ["permission denied", "api disabled", "not found"])
def test_without_the_storage_api_rows_come_over_rest(fetch, server, tmp_path, kind):
    """It is tried once in a run, which says what to do about it."""
    server.fail(kind, method="CreateReadSession", times=None)
    fetch("refused")
    notes = fetch.notes
    server.fail(kind, method="CreateReadSession", times=0)
    fetch("pages", storage_read=False)

    assert len(notes) == 1
    assert ("BigQuery Read Session User" in notes[0]) is (kind != "not found")
    assert rows_of(tmp_path / "refused") == rows_of(tmp_path / "pages")
    assert (server.sessions, server.reads) == ([], [])


@pytest.mark.parametrize("kind", ["internal", "not found", "permission denied"])
def test_a_stream_that_breaks_for_good_is_read_over_rest_from_the_start(fetch, server, tmp_path, kind):
    """What it brought so far does not count twice."""
    server.fail(kind, after=2)
    fetch()

    assert [len(rows) for rows in rows_of(tmp_path / "copies").values()] == [3, 2]
    assert len(server.sessions) == 1
    assert "rows come over REST" in fetch.notes[0]


def test_a_stream_that_loses_rows_is_an_error_and_the_copy_stays(fetch, server, tmp_path):
    """The number of rows is that of the result, or nothing is written."""
    fetch()
    before = rows_of(tmp_path / "copies")
    write(tmp_path / "dataset", [*ROWS[:3], event("page_view", "2025-01-01 12:00")])
    server.fail("cut short", after=3)

    with pytest.raises(SourceUnavailableError, match=r"(?s)another number of rows.*got: 3 rows.*4 rows"):
        fetch()
    assert rows_of(tmp_path / "copies") == before


def test_an_empty_table_is_copied_once(fetch, server, tmp_path):
    """It has columns and no rows, by either way."""
    empty = pq.read_table(tmp_path / "dataset" / f"{FIRST}.parquet").slice(0, 0)
    pq.write_table(empty, tmp_path / "dataset" / f"{FIRST}.parquet")
    fetch()
    asked = len(server.queries)
    parts = fetch()

    assert [query for query in server.queries[asked:] if "__TABLES__" not in query] == []
    assert pq.read_schema(tmp_path / "copies" / f"{FIRST}.parquet").names[0] == "event_date"
    assert sum(day["sessions"] for day in days_of(tmp_path / "a.duckdb", parts)) == 1


def test_without_the_package_rows_come_over_rest(fetch, server, tmp_path, monkeypatch):
    """It is a package of its own."""
    endpoint = server.storage_endpoint
    monkeypatch.setitem(sys.modules, "google.cloud.bigquery_storage", None)
    fetch(storage_endpoint=endpoint)

    assert [len(rows) for rows in rows_of(tmp_path / "copies").values()] == [3, 2]
    assert server.sessions == []


def test_few_batches_are_held_at_a_time(tmp_path, monkeypatch):
    """Memory does not grow with the table; row groups do not shrink with the messages."""
    monkeypatch.setattr(results, "_GROUP_ROWS", 10)
    alive, most = set(), []

    def batches():
        for number in range(200):
            values = np.array([number])
            alive.add(number)
            weakref.finalize(values, alive.discard, number)
            most.append(len(alive))
            column = pa.Array.from_buffers(pa.int64(), 1, [None, pa.py_buffer(values)])
            yield pa.RecordBatch.from_arrays([column], names=["n"])

    path = tmp_path / "rows.parquet"
    assert results.write_parquet(path, batches(), {b"k": b"v"}) == 200
    assert (max(most) < 30, pq.read_metadata(path).num_row_groups) == (True, 20)
    assert pq.read_table(path)["n"].to_pylist() == list(range(200))
    assert pq.read_schema(path).metadata[b"k"] == b"v"


def test_a_run_says_that_it_took_the_slow_way(server, tmp_path):
    """Beside what else a person should know, with the role that is missing."""
    (tmp_path / "config").mkdir()
    text = f"ga4_export:\n  bigquery: {server.name}\n  endpoint: {server.endpoint}\n"
    text += f"  storage_endpoint: {server.storage_endpoint}\n"
    (tmp_path / "config" / "config.yaml").write_text(text, encoding="utf-8")
    server.fail("permission denied", method="CreateReadSession")
    with DataLoader(tmp_path) as loader:
        warnings = load_export(loader).warnings

    assert warnings[0].startswith("GA4 export: BigQuery's Storage Read API does not serve (")
    assert "role BigQuery Read Session User" in warnings[0]


@pytest.mark.parametrize("storage", ["true", "false"])
def test_a_project_says_how_it_reads(server, tmp_path, storage):
    """The settings reach the source."""
    (tmp_path / "config").mkdir()
    text = f"ga4_export:\n  bigquery: {server.name}\n  endpoint: {server.endpoint}\n  storage_read: {storage}\n"
    text += f"  storage_endpoint: {server.storage_endpoint}\n"
    (tmp_path / "config" / "config.yaml").write_text(text, encoding="utf-8")
    with DataLoader(tmp_path) as loader:
        outcome = load_export(loader)

    assert outcome.report.read == 2
    assert len(server.sessions) == (2 if storage == "true" else 0)
