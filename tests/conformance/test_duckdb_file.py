"""The DuckDB warehouse is one file: held by others, damaged, too large for its disk, written while the power fails."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from payback.errors import DiskFullError, SchemaVersionError, WarehouseBusyError, WarehouseError
from payback.warehouse import duckdb_file
from payback.warehouse.duckdb import DuckDBWarehouse

WRITER = Path(__file__).with_name("slice_writer.py")
DAYS, ROWS = 10, 20_000


def writer(path, version, *, kill="", limit=0):
    """Start a program that replaces all slices by those of a version, and return it."""
    command = [sys.executable, str(WRITER), str(path), str(version), str(DAYS), str(ROWS), kill, str(limit)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(WRITER.parent), *sys.path])}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)


def finished(process):
    """Return the exit code and the output of a program."""
    out, _ = process.communicate(timeout=120)
    return process.returncode, out


def contents(path):
    """Return (rows, cost) of each version that the file holds; the ledger must say the same, slice by slice."""
    warehouse = DuckDBWarehouse(path)
    try:
        by_day = "select date, count(*), sum(cost), any_value(load_id) from campaigns group by date order by date"
        ledger = "select day, rows, cost, load_id from loads order by day"
        assert warehouse.engine.rows(by_day) == warehouse.engine.rows(ledger)
        return warehouse.engine.rows(
            "select load_id, count(*), sum(cost) from campaigns group by load_id order by load_id"
        )
    finally:
        warehouse.close()


@pytest.fixture
def loaded(tmp_path):
    """Return a file that holds version 1 of every slice."""
    path = tmp_path / "shop.duckdb"
    assert finished(writer(path, 1)) == (0, "go\ndone\n")
    assert contents(path) == [(1, ROWS, ROWS)]
    return path


# Held by another program


def test_file_that_another_program_holds_is_busy(tmp_path):
    """A second program is told who holds the file, and may try again when that one is through."""
    path = tmp_path / "a locked folder" / "shop.duckdb"
    holder = writer(path, 1, kill="wait")
    assert holder.stdout.readline() == "go\n"
    try:
        for read_only in (False, True):
            with pytest.raises(WarehouseBusyError, match="another program holds the database") as caught:
                DuckDBWarehouse(path, read_only=read_only)
        assert caught.value.retryable
        assert caught.value.where == str(path)
        if sys.platform == "linux":
            assert caught.value.got == f"process {holder.pid}"
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(60)
    DuckDBWarehouse(path).close()


def test_several_readers_may_read_at_once(loaded):
    """Who only reads keeps nobody out who only reads, and cannot write."""
    one, two = DuckDBWarehouse(loaded, read_only=True), DuckDBWarehouse(loaded, read_only=True)
    assert one.read("campaigns").num_rows == two.read("campaigns").num_rows == ROWS
    with pytest.raises(WarehouseError, match="read-only"):
        one.replace_rows("state", {}, [{"name": "x", "value": "y"}])
    one.close()
    two.close()


READ = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).sql('from campaigns').shape[0])"
HOLD = (
    "import duckdb, sys; opened = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); "
    "sys.stdin.read(); opened.close()"
)


def holder(path):
    """Start a program that has the file open for reading until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    return process


def ended(process):
    """Let such a program end, if it was started."""
    if process:
        process.stdin.close()
        process.stdout.close()
        process.wait(60)


def test_program_that_rests_lets_others_read_and_nobody_write(loaded):
    """Who waits for something keeps the right to write: readers come in, another writer learns who has it."""
    resting = DuckDBWarehouse(loaded)
    try:
        with resting.resting():
            found = subprocess.run(
                [sys.executable, "-c", READ, str(loaded)], capture_output=True, text=True, timeout=120, check=True
            )
            second = writer(loaded, 2)
            assert finished(second)[0] != 0
        resting.replace_rows("state", {}, [{"name": "x", "value": "y"}])
        rows = resting.engine.row("select count(*), count(distinct load_id) from campaigns")
    finally:
        resting.close()
    assert int(found.stdout) == ROWS
    assert rows == (ROWS, 1)


def test_program_that_rested_waits_for_readers(loaded):
    """It says who has the file open, and goes on as soon as that one is gone."""
    resting, told = DuckDBWarehouse(loaded), []
    reader = None

    def leave(words):
        told.append(words)
        reader.stdin.close()

    try:
        with resting.resting(leave):
            reader = holder(loaded)
        resting.replace_rows("state", {}, [{"name": "x", "value": "y"}])
    finally:
        resting.close()
        ended(reader)
    assert told
    assert "has the database open" in told[0]


def test_reader_who_never_leaves_is_an_error(loaded, monkeypatch):
    """After an hour, here after none, the program gives up and says who is in the way; the file is free for others."""
    monkeypatch.setattr(duckdb_file, "PATIENCE_SECONDS", -1.0)
    resting = DuckDBWarehouse(loaded)
    reader = None
    try:
        rest = resting.resting()
        rest.__enter__()
        reader = holder(loaded)
        with pytest.raises(WarehouseBusyError, match="another program holds"):
            rest.__exit__(None, None, None)
        with pytest.raises(WarehouseError):
            resting.records("loads")
    finally:
        resting.close()
        ended(reader)
    DuckDBWarehouse(loaded).close()


# No warehouse of ours


@pytest.mark.parametrize("content", [b"name,cost\nA,1\n", b"\0" * 20_000, b"SQLite format 3\0" * 1000])
def test_other_file_is_refused_and_left_alone(tmp_path, content):
    """A file of something else is no database, even in a folder called lock, and is not touched."""
    path = tmp_path / "lock" / "shop.duckdb"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match="no DuckDB database") as caught:
        DuckDBWarehouse(path)
    assert not isinstance(caught.value, WarehouseBusyError)
    assert "warehouse.path" in caught.value.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize("inside", ["", "shop.duckdb"])
def test_folder_and_file_in_the_way_are_refused(tmp_path, inside):
    """A folder is no database, and nothing lies inside a file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    path = tmp_path / "file" / inside if inside else tmp_path / "folder"
    with pytest.raises(WarehouseError, match="cannot be opened") as caught:
        DuckDBWarehouse(path)
    assert caught.value.where == str(path)


def test_truncated_database_is_refused(loaded):
    """A file that lost its end is an error of ours, not a crash."""
    loaded.write_bytes(loaded.read_bytes()[:5_000])
    with pytest.raises(WarehouseError):
        DuckDBWarehouse(loaded)


def test_tables_of_another_program_are_left_alone(tmp_path):
    """A database that has a table of ours but is none of ours is not written into."""
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("create table campaigns as select 1 as n")
    with pytest.raises(WarehouseError, match="tables of another program"):
        DuckDBWarehouse(path)
    with duckdb.connect(str(path)) as other:
        assert other.execute("from campaigns").fetchall() == [(1,)]
        assert other.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


def test_database_with_other_tables_gets_ours_beside_them(tmp_path):
    """A team may keep tables of its own in the file."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("create table notes as select 1 as n")
    warehouse = DuckDBWarehouse(path)
    assert warehouse.engine.rows("from notes") == [(1,)]
    assert warehouse.read("campaigns").num_rows == 0
    warehouse.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_newer_database_is_refused_and_freed(loaded, read_only):
    """Tables of a newer program are not touched, and the file is not held afterwards."""
    with duckdb.connect(str(loaded)) as newer:
        newer.execute("update schema_version set version = 999")
    with pytest.raises(SchemaVersionError, match="newer Payback"):
        DuckDBWarehouse(loaded, read_only=read_only)
    with duckdb.connect(str(loaded)) as newer:
        newer.execute("update schema_version set version = 1")
    assert contents(loaded) == [(1, ROWS, ROWS)]


def test_opening_again_changes_nothing(loaded):
    """What was kept is there the next time, and no table is made twice."""
    assert contents(loaded) == contents(loaded) == [(1, ROWS, ROWS)]


# Full disk


@pytest.mark.skipif(importlib.util.find_spec("resource") is None, reason="the system cannot limit the size of files")
def test_full_disk_changes_nothing(loaded):
    """A load that finds no room says so, and the slices are those of before."""
    code, out = finished(writer(loaded, 2, limit=loaded.stat().st_size + 100_000))
    assert (code, out) == (3, f"go\n{DiskFullError.__name__}\n")
    assert contents(loaded) == [(1, ROWS, ROWS)]
    assert finished(writer(loaded, 2)) == (0, "go\ndone\n")
    assert contents(loaded) == [(2, ROWS, 2 * ROWS)]


# Killed


@pytest.mark.parametrize(
    ("point", "version"),
    [
        ("before delete replaced slices from campaigns", 1),
        ("after delete replaced slices from campaigns", 1),
        ("after insert into campaigns", 1),
        ("before commit", 1),
        ("after commit", 2),
    ],
)
def test_kill_leaves_old_slices_or_new_ones(loaded, point, version):
    """Wherever a load is killed, the file holds one version of every slice, and the next load goes on."""
    code, _ = finished(writer(loaded, 2, kill=point))
    assert code != 0
    assert contents(loaded) == [(version, ROWS, version * ROWS)]
    assert finished(writer(loaded, 2)) == (0, "go\ndone\n")
    assert contents(loaded) == [(2, ROWS, 2 * ROWS)]


def test_kill_at_any_moment_leaves_no_mix(loaded):
    """The same where the kill comes from outside, at moments that nobody chose."""
    for version, delay in enumerate((0.0, 0.03, 0.1, 0.2), 2):
        process = writer(loaded, version)
        assert process.stdout.readline() == "go\n"
        time.sleep(delay)
        process.kill()
        process.communicate()
        ((found, rows, cost),) = contents(loaded)
        assert (rows, cost) == (ROWS, found * ROWS)
        assert found <= version
