"""Days come in any order, late, revised, provisional: the result is that of reading everything at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ga4_events import event, write
from payback.errors import WarehouseError
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore, customers_sql

OPTIONS = ExportOptions(currency="EUR", lookback_days=3)
SOURCES = [("newsletter", "email", "a"), ("fb", "paid", "b"), None, None, None]


def some_events(seed, days=6):
    """Return events of few visitors on some days: sessions over midnight, repeated and refunded orders, null ids."""
    rng = random.Random(seed)
    rows = []
    for _ in range(120):
        day, user, number = rng.randrange(days), rng.choice(["a", "b", "c", "d", None]), rng.randrange(8)
        at = f"2025-01-0{day + 1} {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
        name = rng.choice(["page_view", "page_view", "page_view", "purchase", "refund"])
        more = {"utm": rng.choice(SOURCES), "country": rng.choice(["Germany", "France"])}
        if rng.random() < 0.2:
            more["click"] = ("google", "cpc", f"c{number}", "Paid Search")
        if name != "page_view":
            kind = "order" if name == "purchase" else "refund"
            more[kind] = (rng.choice(["T1", "T2", "T3", "T4", None]), rng.randrange(1, 100) / 4)
        rows.append(event(name, at, user=user, session=rng.choice([number, number, None]), **more))
    return rows


def everything(store):
    """Return what the store made of all parts, but for the numbers of the parts."""
    tables = {
        "sessions": "from sessions order by all",
        "sales": "select * exclude (part, number) from sales order by all",
        "days": "from campaign_days order by all",
        "customers": f"from ({customers_sql(store.options)}) order by all",
    }
    return {name: store.engine.records(query) for name, query in tables.items()}


def by_day(rows):
    """Return the events of each day."""
    return {
        day: [row for row in rows if row["event_date"] == day] for day in sorted({row["event_date"] for row in rows})
    }


def at_once(folder, rows, options=OPTIONS):
    """Return what comes of reading all events with an empty store."""
    write(folder / "all", rows)
    with ExportStore(folder / "all.duckdb", options) as store:
        store.sync(find_parts(folder / "all"))
        return everything(store)


@pytest.mark.parametrize("seed", range(4))
def test_days_in_any_order_give_the_same(tmp_path, seed):
    """One table after the other, shuffled, each in a run of its own."""
    rows, rng = some_events(seed), random.Random(seed)
    days = list(by_day(rows).items())
    rng.shuffle(days)
    for _, found in days:
        write(tmp_path / "export", found)
        with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
            store.sync(find_parts(tmp_path / "export"))
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        assert everything(store) == at_once(tmp_path, rows)


@pytest.mark.parametrize("seed", range(4))
def test_a_revised_day_leaves_nothing_of_what_it_was(tmp_path, seed):
    """A day that at first held other events, then its own: sessions, orders and later direct visits all follow."""
    rows, wrong = some_events(seed), some_events(seed + 100)
    days = by_day(rows)
    revised = sorted(days)[seed % len(days)]
    write(tmp_path / "export", [row for day, found in days.items() if day != revised for row in found])
    for version in (by_day(wrong)[revised], days[revised]):
        write(tmp_path / "export", version)
        with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
            report = store.sync(find_parts(tmp_path / "export"))
            result = everything(store)

    assert (report.read, report.unchanged) == (1, len(days) - 1)
    assert result == at_once(tmp_path, rows)


def test_a_daily_table_replaces_the_intraday_one(tmp_path):
    """Until it is there the intraday table counts, and is said to be provisional; nothing counts twice."""
    rows = some_events(7, days=2)
    first, second = by_day(rows).values()
    write(tmp_path / "export", first)
    write(tmp_path / "export", second[:20], kind="intraday_")
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        early = store.sync(find_parts(tmp_path / "export"))
        write(tmp_path / "export", second)
        late = store.sync(find_parts(tmp_path / "export"))
        result = everything(store)

    assert (len(early.provisional), len(late.provisional)) == (1, 0)
    assert late.events == len(rows)
    assert result == at_once(tmp_path, rows)


def test_the_same_content_under_another_time_is_not_read_again(tmp_path):
    """A copy of the export has other times and the same bytes."""
    files = write(tmp_path / "export", some_events(1))
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        store.sync(find_parts(tmp_path / "export"))
        for path in files:
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content)
        report = store.sync(find_parts(tmp_path / "export"))

    assert (report.read, report.changed_days, report.unchanged) == (0, 0, len(files))


def test_a_day_that_the_export_no_longer_holds_stays(tmp_path):
    """Tables of an export expire; what was read of them is kept."""
    rows = some_events(2)
    files = write(tmp_path / "export", rows)
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        store.sync(find_parts(tmp_path / "export"))
        files[0].unlink()
        report = store.sync(find_parts(tmp_path / "export"))

        assert (report.kept, report.events) == (1, len(rows))
        assert everything(store) == at_once(tmp_path, rows)


def test_other_settings_work_everything_out_anew_without_reading_again(tmp_path):
    """The window is a matter of putting days together."""
    rows = some_events(3)
    write(tmp_path / "export", rows)
    wider = ExportOptions(currency="USD", lookback_days=30)
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        store.sync(find_parts(tmp_path / "export"))
    with ExportStore(tmp_path / "s.duckdb", wider) as store:
        report = store.sync(find_parts(tmp_path / "export"))

        assert report.read == 0
        assert everything(store) == at_once(tmp_path, rows, wider)


def test_other_key_events_read_the_events_again(tmp_path):
    """What counts as a conversion is a matter of reading."""
    write(tmp_path / "export", [event("generate_lead", "2025-01-01 10:00")])
    with ExportStore(tmp_path / "s.duckdb", ExportOptions()) as store:
        store.sync(find_parts(tmp_path / "export"))
    with ExportStore(tmp_path / "s.duckdb", ExportOptions(key_events=("generate_lead",))) as store:
        report = store.sync(find_parts(tmp_path / "export"))

        assert report.read == 1
        assert store.engine.rows("select sum(conversions) from campaign_days") == [(1,)]


def test_a_run_that_was_stopped_half_way_leaves_nothing(tmp_path, monkeypatch):
    """Its events were summed up and never entered; the next run begins anew."""
    rows = some_events(5)
    write(tmp_path / "export", rows)

    def stop(*_, **__):
        raise KeyboardInterrupt

    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        with monkeypatch.context() as patch:
            patch.setattr("payback.sources.ga4_export.store.join_parts", stop)
            with pytest.raises(KeyboardInterrupt):
                store.sync(find_parts(tmp_path / "export"))
        assert store.engine.rows("from parts") == []
    with ExportStore(tmp_path / "s.duckdb", OPTIONS) as store:
        store.sync(find_parts(tmp_path / "export"))
        assert everything(store) == at_once(tmp_path, rows)


def test_a_damaged_store_is_named_with_the_way_out(tmp_path):
    """It can be deleted: it is made again from the export."""
    path = Path(tmp_path / "s.duckdb")
    path.write_bytes(b"no database" * 1000)

    with pytest.raises(WarehouseError, match=r"(?s)cannot be opened.*s\.duckdb.*hint: .*delete the file"):
        ExportStore(path, OPTIONS)
