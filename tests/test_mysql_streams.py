"""Large loads into MySQL in two streams: the same tables as over one connection, whatever breaks on the way."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pymysql
import pytest

from mysql_server import GIVEN_URL, start_server, stop_server
from payback.config import load_settings
from payback.data_loader import DataLoader
from payback.errors import PaybackError, WarehouseBusyError, WarehouseError, WarehouseInterruptedError
from payback.tables import TABLES
from payback.warehouse.base import Slice
from payback.warehouse.mysql import streams
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.lines import Lines, LinesStoppedError
from payback.warehouse.mysql.locking import lock_name, take_lock
from payback.warehouse.mysql.session import Session
from payback.warehouse.mysql.streams import SlicesWriting, at_once, best_division, divided
from payback.warehouse.mysql.writer import Writer
from test_mysql_pipeline import configure, csv_of, overrides, totals

WORKER = Path(__file__).with_name("archive_worker.py")
DAYS = [date(2024, month, day) for month in (1, 2, 3) for day in range(1, 29)]
VOLATILE = {"load_id", "run_id", "loaded_at", "revised_at", "age_days", "age_days_before", "details", "path", "request",
            "modified_ns"}  # fmt: skip
"""Columns that say which load wrote a row, when and from which folder."""


@pytest.fixture
def small_streams(monkeypatch):
    """Let a few rows be worth a stream; return how many streams each load took."""
    monkeypatch.setattr(streams, "SMALLEST_STREAM", 100)
    execute, taken = SlicesWriting.execute, []

    def noted(self, slices, most):
        taken.append(execute(self, slices, most))
        return taken[-1]

    monkeypatch.setattr(SlicesWriting, "execute", noted)
    return taken


def ads(path, cost, *, days=DAYS, campaigns=10, name="c"):
    """Write a campaign file: so many campaigns a day, and each week a row that cannot be read."""
    lines = ["date,campaign,channel,cost,impressions,clicks,revenue"]
    for day in days:
        lines += [f"{day},{name}{n},Search,{cost},100,5,2.5" for n in range(campaigns)]
        lines += [f"{day},broken,Search,nothing,1,1,1"] if day.day % 7 == 0 else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(folder, address=None, **changes):
    """Return a loader of a project on MySQL, or on DuckDB."""
    chosen = {"warehouse.kind": "duckdb"} if address is None else overrides(address)
    folder.mkdir(exist_ok=True)
    return DataLoader(folder, settings=load_settings(folder, chosen | {"load.maximum_rejected_share": 0.5} | changes))


def content(loader):
    """Return what the loads left in the tables, without what differs from load to load."""
    found = {}
    for name in ("campaigns", "campaign_keys", "loads", "files", "rejected_rows", "revisions"):
        names = [column for column in TABLES[name].names if column not in VOLATILE]
        rows = loader.warehouse.read(name, columns=names).to_pylist()
        found[name] = sorted((tuple(row.values()) for row in rows), key=repr)
    return found


def expected(folder, *loads):
    """Return what loads one after the other leave in a DuckDB file."""
    with opened(folder / "duckdb") as loader:
        for options in loads:
            loader.import_file(ads(folder / "ads.csv", **options))
        return content(loader)


def piece(day, rows):
    """Return a slice of so many rows."""
    return Slice("s", "", "r", day, rows, None, None, "hash")


def test_slices_are_divided_evenly_and_neighbours_apart(monkeypatch):
    """Each stream has some of the rows all the time, where rows come sorted by day."""
    monkeypatch.setattr(streams, "SMALLEST_STREAM", 20)
    pieces = [piece(DAYS[0] + timedelta(n), 10) for n in range(5)]
    first, second = divided(pieces, 2, lambda one: one.key)
    assert [one.day.day for one in first] == [1, 3, 5]
    assert [one.day.day for one in second] == [2, 4]


def test_slices_of_a_place_stay_together(monkeypatch):
    """What must not be parted is not, and a stream that would have too little is none."""
    monkeypatch.setattr(streams, "SMALLEST_STREAM", 20)
    pieces = [piece(DAYS[n], 10) for n in range(5)]
    assert [len(part) for part in divided(pieces, 2, lambda one: one.day.day < 4)] == [3, 2]
    assert divided(pieces, 2, lambda one: one.day.day < 5) == [pieces]
    assert divided(pieces, 2, lambda _: "all") == [pieces]


def test_two_streams_write_what_one_writes(mysql_address, tmp_path, small_streams):
    """A first load, one that changes every slice and one with new days between old ones leave what DuckDB has."""
    loads = [
        {"cost": "1.25", "days": DAYS[::2]},
        {"cost": "2.5", "days": DAYS[::2], "campaigns": 9},
        {"cost": "0.75"},
    ]
    with opened(tmp_path / "mysql", mysql_address) as loader:
        for options in loads:
            report = loader.import_file(ads(tmp_path / "ads.csv", **options))
            assert report.status == "loaded"
        found = content(loader)
        assert loader.import_file(tmp_path / "ads.csv").status == "unchanged"
    assert small_streams == [2, 2, 2]
    assert found == expected(tmp_path, *loads)
    assert len(found["revisions"]) == 84
    assert len(found["rejected_rows"]) == 12


def test_streams_never_wait_for_each_other(mysql_address, tmp_path, small_streams, monkeypatch, caplog):
    """With old and new slices side by side in table and ledger, a second of patience is enough for every lock."""
    settings = streams_settings(1)
    monkeypatch.setattr("payback.warehouse.mysql.session._SETTINGS", settings)
    with opened(tmp_path, mysql_address) as loader:
        for step, cost in ((7, "1"), (3, "2"), (2, "3"), (1, "4")):
            loader.import_file(ads(tmp_path / "ads.csv", cost, days=DAYS[::step], campaigns=20))
        assert loader.warehouse.measure("campaigns")[0] == 84 * 20
    assert small_streams == [2, 2, 2, 2]
    assert "trying again" not in caplog.text


def streams_settings(seconds):
    """Return the settings of each connection, with less patience."""
    from payback.warehouse.mysql.session import _SETTINGS

    changed = _SETTINGS.replace("innodb_lock_wait_timeout = 50", f"innodb_lock_wait_timeout = {seconds}")
    assert changed != _SETTINGS
    return changed


def test_one_stream_where_the_settings_say_so(mysql_address, tmp_path, small_streams):
    """With `mysql.load_streams: 1` each load is one transaction."""
    with opened(tmp_path, mysql_address, **{"mysql.load_streams": 1}) as loader:
        loader.import_file(ads(tmp_path / "ads.csv", "1"))
    assert small_streams == [1]


def test_partitions_are_divided_only_where_that_is_better(monkeypatch):
    """Two months of equal size stay whole, three would make the streams uneven, and replaced ones are never parted."""
    monkeypatch.setattr(streams, "SMALLEST_STREAM", 20)
    pieces = [piece(day, 10) for day in DAYS]

    def months(parts):
        return [sorted({one.day.month for one in part}) for part in parts]

    def month(one):
        return one.day.month

    assert months(best_division(pieces[:56], 2, month, ())) == [[1], [2]]
    assert months(best_division(pieces, 2, month, ())) == [[1, 2, 3], [1, 2, 3]]
    assert months(best_division(pieces, 2, month, (1, 2, 3))) == [[1, 3], [2]]
    assert months(best_division(pieces[:28], 2, month, ())) == [[1], [1]]
    assert months(best_division(pieces[:28], 2, month, (1,))) == [[1]]
    monkeypatch.setattr(streams, "LARGEST_TOGETHER", 100)
    assert months(best_division(pieces[:56], 2, month, ())) == [[1, 2], [1, 2]]


def test_days_of_one_month_that_are_replaced_stay_in_one_stream(mysql_address, tmp_path, small_streams):
    """New days of a single month are divided; where rows are deleted, locks would meet, so those stay together."""
    with opened(tmp_path, mysql_address) as loader:
        for cost in ("1", "2"):
            loader.import_file(ads(tmp_path / "ads.csv", cost, days=DAYS[:28], campaigns=20))
        assert loader.warehouse.measure("campaigns") == (560, {"cost": 1120, "conversions": None, "revenue": 1400})
    assert small_streams == [2, 1]


@pytest.mark.parametrize("month", [1, 2])
def test_failure_in_either_stream_leaves_the_tables_as_they_were(
    mysql_address, mysql_server, tmp_path, small_streams, month
):
    """A value that the server would cut is in the rows of one stream alone; neither stream keeps anything."""
    with opened(tmp_path, mysql_address) as loader:
        loader.import_file(ads(tmp_path / "ads.csv", "1"))
        before = content(loader)
        mysql_server.execute("alter table campaigns modify campaign_name varchar(5)", database=mysql_address.database)
        path = ads(tmp_path / "ads.csv", "2")
        text = path.read_text(encoding="utf-8").replace(f"2024-{month:02}-09,c3,", f"2024-{month:02}-09,much too long,")
        path.write_text(text, encoding="utf-8")
        with pytest.raises(WarehouseError, match="altered by hand"):
            loader.import_file(path)
        assert content(loader) == before
        # The same loader goes on: nothing is held by what failed.
        assert loader.import_file(ads(tmp_path / "ads.csv", "3")).slices_written == 84
    assert small_streams[0] == 2


@pytest.mark.slow
def test_client_killed_between_two_commits_is_completed_by_the_next_run(mysql_address, shop, monkeypatch, tmp_path):
    """One half of the slices is there then, each whole and in the ledger; the next run writes the other half."""
    monkeypatch.setenv("MYSQL_PASSWORD", mysql_address.password)
    configure(shop.folder, mysql_address)
    path = csv_of(shop.folder / "ads.csv", 2 * streams.SMALLEST_STREAM + 8_400)
    command = [sys.executable, str(WORKER), "after payback.warehouse.mysql.writer:Writer.commit"]
    process = subprocess.run(
        [*command, "--project", str(shop.folder), "load", str(path)], capture_output=True, check=False, timeout=300
    )
    assert process.returncode != 0
    rows, distinct, _, ledger_rows, _ = totals(mysql_address)
    assert rows == distinct == ledger_rows
    assert streams.SMALLEST_STREAM <= rows <= streams.SMALLEST_STREAM + 8_400
    with opened(tmp_path / "mysql", mysql_address) as loader:
        assert loader.warehouse.read("files").num_rows == 0
        report = loader.import_file(path)
        assert 0 < report.slices_written < 84
        assert report.slices_written + report.slices_unchanged == 84
        found = content(loader)
    with opened(tmp_path / "duckdb") as loader:
        loader.import_file(path)
        assert found == content(loader)


def test_connection_lost_between_two_commits_is_completed_at_once(
    mysql_address, mysql_server, tmp_path, small_streams, monkeypatch, caplog
):
    """The load is tried again by itself, and writes what is missing."""
    commit, commits = Writer.commit, []

    def cut(self):
        commits.append(self)
        if len(commits) == 2:
            mysql_server.execute(f"kill {self.connection.thread_id()}")
        commit(self)

    monkeypatch.setattr(Writer, "commit", cut)
    with opened(tmp_path / "mysql", mysql_address) as loader:
        loader.import_file(ads(tmp_path / "ads.csv", "1"))
        assert content(loader) == expected(tmp_path, {"cost": "1"})
    assert "a part of the slices is written" in caplog.text
    assert small_streams == [2, 1]


@pytest.mark.parametrize("lost", [0, 1])
def test_connection_lost_in_either_stream_is_tried_again(
    mysql_address, mysql_server, tmp_path, small_streams, monkeypatch, caplog, lost
):
    """While its rows travel a stream loses its connection: both are undone, and the load goes over one."""
    write, cuts = streams.write_lines, []

    def cut(writer, table, lines, rows):
        def broken():
            for number, one in enumerate(lines):
                if not number and not cuts and writer.connection is sessions[0].writers[lost].connection:
                    cuts.append(mysql_server.execute(f"kill {writer.connection.thread_id()}"))
                yield one

        write(writer, table, broken(), rows)

    monkeypatch.setattr(streams, "write_lines", cut)
    with opened(tmp_path / "mysql", mysql_address) as loader:
        sessions = [loader.warehouse.session]
        loader.import_file(ads(tmp_path / "ads.csv", "1"))
        assert content(loader) == expected(tmp_path, {"cost": "1"})
    assert len(cuts) == 1
    assert "trying again" in caplog.text
    assert small_streams == [1]


@pytest.mark.slow
def test_server_killed_while_both_streams_travel(tmp_path, small_streams, monkeypatch, caplog):
    """A server that dies in the middle and comes back gets the load again, once."""
    if GIVEN_URL:
        pytest.skip("a server that is not ours is not killed")
    write, both = streams.write_lines, threading.Barrier(2, timeout=60)
    server = start_server()

    def crash(writer, table, lines, rows):
        def broken():
            yield next(lines)
            if both.wait() == 0:
                server.kill()
            both.wait()
            yield from lines

        write(writer, table, broken(), rows)

    monkeypatch.setattr(streams, "write_lines", crash)
    try:
        server.execute("create database shop")
        address = Address(server.host, server.port, server.user, server.password, "shop")
        with opened(tmp_path, address) as loader:
            again = SimpleNamespace(sleep=lambda _: server.process or server.start())
            monkeypatch.setattr("payback.warehouse.retries.time", again)
            loader.import_file(csv_of(tmp_path / "ads.csv", 16_800, cost="2"))
        assert totals(address) == (16_800, 16_800, 33_600, 16_800, 33_600)
    finally:
        stop_server(server)
    assert "trying again" in caplog.text
    assert small_streams == [1]


def test_server_with_few_connections_gets_one_stream(
    mysql_address, mysql_server, tmp_path, small_streams, monkeypatch, caplog
):
    """Where a further connection is refused the load takes one stream, and the log says so."""
    caplog.set_level(logging.INFO)
    few = replace(mysql_address, user="pb_narrow", password="Long-password-1")  # noqa: S106
    mysql_server.execute(
        "create user pb_narrow identified by 'Long-password-1' with max_user_connections 7",
        f"grant all on `{mysql_address.database}`.* to pb_narrow",
    )
    further = Session._further_writer

    def refused(session):
        others = []
        try:
            with contextlib.suppress(pymysql.Error):
                while len(others) < 7:
                    others.append(mysql_server.connect(user=few.user, password=few.password))
            return further(session)
        finally:
            for other in others:
                other.close()

    monkeypatch.setattr(Session, "_further_writer", refused)
    try:
        with opened(tmp_path, few) as loader:
            report = loader.import_file(ads(tmp_path / "ads.csv", "1"))
        assert (report.rows_loaded, report.rows_rejected) == (840, 12)
    finally:
        mysql_server.execute("drop user pb_narrow")
    assert small_streams == [1]
    assert "no further connection, so rows travel over 1" in caplog.text


def test_without_local_infile_there_is_one_stream(mysql_address, mysql_server, tmp_path, small_streams):
    """Rows that have to go by INSERT go over one connection."""
    mysql_server.execute("set global local_infile = 0")
    try:
        with opened(tmp_path, mysql_address) as loader:
            assert loader.import_file(ads(tmp_path / "ads.csv", "1")).rows_loaded == 840
    finally:
        mysql_server.execute("set global local_infile = 1")
    assert small_streams == [1]


def test_rows_that_lie_on_several_connections_cannot_be_read(mysql_warehouse, small_streams):
    """Before both commit no connection sees all of them: a wrong answer is refused."""
    from campaign_rows import campaign_rows
    from payback.warehouse.base import Load
    from payback.warehouse.slices import slices_of

    def load():
        relation = campaign_rows(mysql_warehouse)
        mysql_warehouse.engine.execute(
            f"create or replace temp table many as select r.* replace (date '2024-01-01' + n::int as date, "
            f"n as row_number, n as row_hash) from {relation} r, range(400) t(n)"
        )
        pieces = slices_of(mysql_warehouse.engine, "many", "campaigns", "s")
        with mysql_warehouse.transaction(divisible=True):
            mysql_warehouse.write_slices("campaigns", "many", pieces, Load(1, "a test"))
            mysql_warehouse.read("campaigns")

    with pytest.raises(WarehouseError, match="several connections"):
        load()
    assert small_streams == [2]
    assert mysql_warehouse.read("campaigns").num_rows == 0


def test_first_error_counts_and_the_others_are_stopped():
    """Who was stopped has nothing to tell; the error is that of the one who failed."""
    stopped = threading.Event()

    def waits():
        stopped.wait(60)
        raise LinesStoppedError

    def fails():
        raise WarehouseBusyError("rows are held")

    for works in ([waits, fails], [fails, waits]):
        stopped.clear()
        with pytest.raises(WarehouseBusyError, match="rows are held"):
            at_once(works, stopped.set)


def test_rows_held_by_somebody_else_are_waited_for_over_one_connection(
    mysql_address, tmp_path, small_streams, monkeypatch
):
    """A wait that is too long ends the streams; over one connection the message says who has to end."""
    monkeypatch.setattr("payback.warehouse.mysql.session._SETTINGS", streams_settings(1))
    monkeypatch.setattr("payback.warehouse.retries.time", SimpleNamespace(sleep=lambda _: None))
    with opened(tmp_path, mysql_address) as loader:
        loader.import_file(ads(tmp_path / "ads.csv", "1"))
        other = Session(mysql_address)._connect()
        try:
            other.begin()
            other.query("update campaigns set cost = 7 where date = '2024-03-05'")
            with pytest.raises(WarehouseBusyError, match="another session holds rows"):
                loader.import_file(ads(tmp_path / "ads.csv", "2"))
        finally:
            other.rollback()
            other.close()
        assert loader.import_file(tmp_path / "ads.csv").slices_written == 84


def test_lock_of_our_own_broken_connection_is_waited_for(mysql_address):
    """The server undoes a broken load in its own time; that is no other run."""
    first, second = Session(mysql_address), Session(mysql_address)
    first.lock()
    connection = second._connect()
    try:
        ((holder,),) = first.rows("select is_used_lock(%s)", [lock_name(mysql_address.database)])
        with pytest.raises(WarehouseInterruptedError, match="still undoing"):
            take_lock(connection, mysql_address, former=holder)
        with pytest.raises(WarehouseBusyError, match="another run"):
            take_lock(connection, mysql_address)
    finally:
        connection.close()
        first.close()
        second.close()


def test_lines_stop_in_the_middle(mysql_warehouse):
    """Lines that nobody wants any more leave the workbench free, however many wait."""
    engine = mysql_warehouse.engine
    columns = ", ".join(f"null::varchar as {name}" for name in TABLES["campaigns"].names if name != "row_number")
    query = f"select {columns}, n as row_number, n % 2 as stream from range(3000000) t(n)"
    lines = Lines(engine, "campaigns", query, 2)
    assert b"\n" in next(lines.of(0))
    lines.stop()
    with pytest.raises(LinesStoppedError):
        next(lines.of(1))
    assert engine.row("select 42") == (42,)


def test_broken_query_of_lines_reaches_every_stream(mysql_warehouse):
    """An error of the workbench comes out of the lines of both streams."""
    columns = ", ".join(f"null::varchar as {name}" for name in TABLES["campaigns"].names if name != "row_number")
    query = f"select {columns}, error('broken ' || n) as row_number, n % 2 as stream from range(10) t(n)"
    with pytest.raises(PaybackError, match="refused a statement"):
        Lines(mysql_warehouse.engine, "campaigns", query, 2)
