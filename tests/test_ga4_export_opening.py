"""Exports of every shape are opened alike; what is missing or damaged is named, and costs no other day."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ga4_events import SCHEMA, event, write
from payback.errors import EmptyFileError, MissingColumnError, UnreadableFileError
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore

ROWS = [
    event("page_view", "2025-01-01 10:00", utm=("a", "email", "c"), session_engaged="1", engagement_time_msec=1500),
    event("purchase", "2025-01-01 10:01", order=("T1", 12.5), items=[{"price": 12.5, "quantity": 1}]),
    event("page_view", "2025-01-02 10:00", session=2, click=("b", "cpc", "d", "Paid Other")),
]


def opened(path, tmp_path, options=None):
    """Return the report and the campaign days of an export."""
    with ExportStore(tmp_path / "opened.duckdb", options or ExportOptions(currency="EUR")) as store:
        report = store.sync(find_parts(path))
        return report, store.engine.records("from campaign_days order by all")


@pytest.fixture
def expected(tmp_path):
    """Return the campaign days of the events as plain Parquet."""
    write(tmp_path / "plain", ROWS)
    with ExportStore(tmp_path / "plain.duckdb", ExportOptions(currency="EUR")) as store:
        store.sync(find_parts(tmp_path / "plain"))
        return store.engine.records("from campaign_days order by all")


@pytest.mark.parametrize("form", ["json", "ndjson", "jsonl", "json.gz"])
def test_json_gives_what_parquet_gives(tmp_path, expected, form):
    """One object a line, whole numbers as texts, compressed or not."""
    write(tmp_path / "export", ROWS, form=form)

    assert opened(tmp_path / "export", tmp_path)[1] == expected


def test_zstandard_is_read(tmp_path, expected):
    """The third way in which people pack their exports."""
    folder = tmp_path / "export"
    for path in write(folder, ROWS, form="json"):
        with pa.CompressedOutputStream(str(path) + ".zst", "zstd") as packed:
            packed.write(path.read_bytes())
        path.unlink()

    assert opened(folder, tmp_path)[1] == expected


def wrapped(kind, value, outer):
    """Return a type and a value with every list wrapped as some writers do."""
    if pa.types.is_list(kind):
        inner, items = kind.value_type, value
        element = pa.struct([("element", inner)])
        if outer == "list":
            items = None if value is None else {"list": [{"element": item} for item in value]}
            return pa.struct([("list", pa.list_(element))]), items
        return pa.struct([("key_value", kind)]), None if value is None else {"key_value": value}
    return kind, value


@pytest.mark.parametrize("shape", ["list", "key_value"])
def test_wrapped_lists_are_unwrapped(tmp_path, expected, shape):
    """``list.element`` and ``key_value``: two ways of writing a repeated record."""
    fields = [(field.name, wrapped(field.type, None, shape)[0]) for field in SCHEMA]
    rows = [{field.name: wrapped(field.type, row.get(field.name), shape)[1] for field in SCHEMA} for row in ROWS]
    write(tmp_path / "export", rows, schema=pa.schema(fields))

    assert opened(tmp_path / "export", tmp_path)[1] == expected


def test_parameters_as_a_map_are_read(tmp_path, expected):
    """Parquet has a type for keys with values."""
    kind = SCHEMA.field("event_params").type.value_type
    schema = SCHEMA.set(3, pa.field("event_params", pa.map_(pa.string(), kind.field("value").type)))
    rows = [row | {"event_params": [(one["key"], one["value"]) for one in row["event_params"]]} for row in ROWS]
    write(tmp_path / "export", rows, schema=schema)

    assert opened(tmp_path / "export", tmp_path)[1] == expected


@pytest.mark.parametrize("folder", ["date=2025-01-0{}", "event_date=2025010{}"])
def test_a_folder_a_day_is_read_and_shards_belong_together(tmp_path, expected, folder):
    """Each day may lie in several files."""
    for day in "12":
        rows = [row for row in ROWS if row["event_date"].endswith(day)]
        place = tmp_path / "export" / folder.format(day)
        place.mkdir(parents=True)
        for number, row in enumerate(rows):
            pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), place / f"part-{number}.parquet")
    report, days = opened(tmp_path / "export", tmp_path)

    assert (report.parts, days) == (2, expected)


def test_a_pattern_and_a_single_file_are_exports_too(tmp_path):
    """One month of many, or one day."""
    files = write(tmp_path / "export", ROWS)

    assert [part.key for part in find_parts(tmp_path / "export" / "events_2025*.parquet")] == [
        "2025-01-01",
        "2025-01-02",
    ]
    assert [part.key for part in find_parts(files[1])] == ["2025-01-02"]
    assert [part.key for part in find_parts(tmp_path / "exp*" / "events_*02.parquet")] == ["2025-01-02"]


def test_a_file_without_a_day_in_its_name_is_a_part_of_its_own(tmp_path, expected):
    """The events say their days."""
    (tmp_path / "export").mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS, schema=SCHEMA), tmp_path / "export" / "sample.parquet")
    report, days = opened(tmp_path / "export", tmp_path)

    assert (report.first_day, report.last_day, days) == (date(2025, 1, 1), date(2025, 1, 2), expected)


def test_days_of_different_schemas_are_read_together(tmp_path):
    """Columns came with the years; days without Google's own attribution are named."""
    old = [event("page_view", "2023-01-01 10:00", source="news", medium="email", campaign="x")]
    lacking = (
        "session_traffic_source_last_click",
        "collected_traffic_source",
        "batch_ordering_id",
        "batch_event_index",
    )
    write(tmp_path / "export", old, schema=pa.schema([field for field in SCHEMA if field.name not in lacking]))
    write(
        tmp_path / "export", [event("page_view", "2023-01-02 10:00", session=2, click=("b", "cpc", "d", "Paid Other"))]
    )
    report, days = opened(tmp_path / "export", tmp_path)

    found = {day["date"].day: (day["traffic_source"], day["analytics_channel"]) for day in days}

    assert found == {1: ("news", None), 2: ("b", "Paid Other")}
    assert report.old_schema == [date(2023, 1, 1)]


def test_holes_in_the_days_are_named(tmp_path):
    """A day without a table is missing, not zero."""
    write(tmp_path / "export", [event("page_view", f"2025-01-0{day} 10:00", session=day) for day in (1, 2, 5)])

    assert opened(tmp_path / "export", tmp_path)[0].missing == [date(2025, 1, 3), date(2025, 1, 4)]


@pytest.mark.parametrize("form", ["parquet", "json", "json.gz"])
def test_a_half_written_file_costs_its_own_day_only(tmp_path, form):
    """Its error names the file; the other day is read; the next run reads it whole."""
    files = write(tmp_path / "export", ROWS * 40, form=form)
    whole = files[0].read_bytes()
    files[0].write_bytes(whole[: len(whole) * 2 // 3])
    with ExportStore(tmp_path / "s.duckdb", ExportOptions(currency="EUR")) as store:
        broken = store.sync(find_parts(tmp_path / "export"))
        days = [row[0] for row in store.engine.rows("select distinct date from campaign_days")]
        files[0].write_bytes(whole)
        mended = store.sync(find_parts(tmp_path / "export"))

    assert list(broken.failed) == ["2025-01-01"]
    assert files[0].name in str(broken.failed["2025-01-01"])
    assert days == [date(2025, 1, 2)]
    assert (mended.failed, mended.read, mended.events) == ({}, 1, 120)


def test_a_revision_that_cannot_be_read_leaves_the_day_as_it_was(tmp_path):
    """Nothing is lost because a file is being written."""
    files = write(tmp_path / "export", ROWS)
    with ExportStore(tmp_path / "s.duckdb", ExportOptions(currency="EUR")) as store:
        store.sync(find_parts(tmp_path / "export"))
        before = store.engine.records("from campaign_days order by all")
        files[0].write_bytes(b"PAR1")
        report = store.sync(find_parts(tmp_path / "export"))

        assert list(report.failed) == ["2025-01-01"]
        assert store.engine.records("from campaign_days order by all") == before


def test_a_table_that_is_none_of_ga4_is_refused(tmp_path):
    """The message names the column, the file and what was found."""
    (tmp_path / "export").mkdir()
    pq.write_table(pa.table({"a": [1]}), tmp_path / "export" / "events_20250101.parquet")

    with pytest.raises(MissingColumnError, match=r"(?s)no column event_date.*events_20250101\.parquet.*got: a"):
        opened(tmp_path / "export", tmp_path)


def test_no_export_and_an_empty_one_are_told_apart(tmp_path):
    """A wrong path, and a folder with nothing of GA4 in it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()

    with pytest.raises(UnreadableFileError, match="no such export"):
        find_parts(tmp_path / "nowhere")
    with pytest.raises(EmptyFileError, match=r"(?s)no events.*events_20250131"):
        find_parts(tmp_path / "empty")
