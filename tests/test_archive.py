"""Backups: whole and checked before they count; a restore compares every row before anything is exchanged."""

from __future__ import annotations

import errno
import os
import random
import stat
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from campaign_rows import write
from payback.errors import (
    ConservationError,
    DiskFullError,
    SchemaVersionError,
    UnreadableFileError,
    WarehouseBusyError,
)
from payback.tables import TABLES
from payback.warehouse.archive import container, restoring
from payback.warehouse.archive.container import ArchiveWriter, Part
from payback.warehouse.archive.keeping import archive_name, archives, dead_drafts, superfluous
from payback.warehouse.archive.manifest import Manifest
from payback.warehouse.archive.reading import check_archive
from payback.warehouse.archive.restoring import restore_archive
from payback.warehouse.archive.writing import write_archive
from payback.warehouse.duckdb import DuckDBWarehouse
from payback.warehouse.duckdb_place import DuckDBPlace

WORKER = Path(__file__).with_name("archive_worker.py")
CONTAINER = "payback.warehouse.archive.container"
RESTORING = "payback.warehouse.archive.restoring"


def archived(warehouse, folder, name="shop"):
    """Write an archive and return its path."""
    path = folder / archive_name(name)
    write_archive(warehouse, path, kind="duckdb", database=name, version="0.1.0")
    return path


def costs(path):
    """Return the costs of the campaign rows of a file, in order."""
    warehouse = DuckDBWarehouse(path, read_only=True)
    try:
        return warehouse.read("campaigns", columns=["cost"], order="cost")["cost"].to_pylist()
    finally:
        warehouse.close()


@pytest.fixture
def database(tmp_path):
    """Return a file with three campaign rows, one of them without cost."""
    path = tmp_path / "shop.duckdb"
    warehouse = DuckDBWarehouse(path)
    write(
        warehouse, {"cost": "1.000001", "campaign_name": "'Ünï 😀'"}, {"cost": "999999999999.999999"}, {"cost": "null"}
    )
    warehouse.close()
    return path


@pytest.fixture
def archive(database, tmp_path):
    """Return an archive of the file."""
    warehouse = DuckDBWarehouse(database, read_only=True)
    path = archived(warehouse, tmp_path / "backups")
    warehouse.close()
    return path


# What an archive is


def test_archive_holds_every_table_with_exact_sums(archive):
    """The manifest counts rows and adds amounts as the database does, to the last digit."""
    manifest = check_archive(archive)
    assert [table.name for table in manifest.tables] == list(TABLES)
    campaigns = manifest.tables[0]
    assert (campaigns.rows, campaigns.sums["cost"]) == (3, Decimal("1000000000001.000000"))
    assert (manifest.kind, manifest.rows) == ("duckdb", 4)


def test_archive_is_a_zip_of_parquet_that_other_tools_read(archive, tmp_path):
    """Who has only a ZIP program and a Parquet reader gets the rows out."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extract("tables/campaigns.parquet", tmp_path)
    found = duckdb.sql(f"select campaign_name, cost from '{tmp_path / 'tables/campaigns.parquet'}' where cost < 2")
    assert found.fetchall() == [("Ünï 😀", Decimal("1.000001"))]


@pytest.mark.skipif(os.name != "posix", reason="rights are another matter there")
def test_nobody_else_reads_an_archive(archive):
    """Customers are in it: only the owner may read the file and its folder."""
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(archive.parent.stat().st_mode) == 0o700


def test_every_changed_bit_is_found(archive):
    """Wherever a bit of the file flips, in the rows, the manifest or the ZIP's own words, the archive is refused."""
    whole, dice = archive.read_bytes(), random.Random(3)
    places = [*(dice.randrange(len(whole)) for _ in range(80)), *range(len(whole) - 20, len(whole))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << dice.randrange(8)
        archive.write_bytes(changed)
        with pytest.raises(UnreadableFileError):
            check_archive(archive)
    archive.write_bytes(whole)
    check_archive(archive)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive" * 100])
def test_other_file_is_no_archive(tmp_path, content):
    """A file of something else is refused with the command that lists archives."""
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"no whole archive(.|\n)*payback backup list"):
        check_archive(path)


def test_archive_with_other_sums_than_it_says_is_refused(archive, monkeypatch):
    """Checksums only prove that the bytes are those written; the rows are counted and added up too."""

    wrong = Manifest.from_json(container.read_manifest(archive).to_json().replace("1000000000001", "1000000000002"), "")
    monkeypatch.setattr("payback.warehouse.archive.reading.read_manifest", lambda _: wrong)
    with pytest.raises(UnreadableFileError, match="campaigns: 3 rows and other sums"):
        check_archive(archive)


@pytest.mark.parametrize(("word", "value"), [("format", 999), ("schema_version", 999)])
def test_archive_of_a_newer_program_is_refused(archive, word, value):
    """The message says what to upgrade."""
    import json

    text = json.dumps(json.loads(container.read_manifest(archive).to_json()) | {word: value})
    with pytest.raises(SchemaVersionError, match=r"newer Payback(.|\n)*pip install --upgrade"):
        Manifest.from_json(text, "x")


# Writing


def test_full_disk_leaves_no_archive(database, tmp_path, monkeypatch):
    """A backup that finds no room says so and leaves neither an archive nor half of one."""

    def full(_part, _data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Part, "write", full)
    warehouse = DuckDBWarehouse(database, read_only=True)
    with pytest.raises(DiskFullError, match=r"no room for the archive(.|\n)*--to"):
        archived(warehouse, tmp_path / "backups")
    warehouse.close()
    assert list((tmp_path / "backups").iterdir()) == []


def test_archive_that_cannot_be_read_back_gets_no_name(database, tmp_path, monkeypatch):
    """Bytes that change on their way to the disk are found before the archive counts."""
    seal = ArchiveWriter.seal

    def damaged(self, manifest):
        seal(self, manifest)
        content = bytearray(self.draft.read_bytes())
        content[1000] ^= 1
        self.draft.write_bytes(content)

    monkeypatch.setattr(ArchiveWriter, "seal", damaged)
    warehouse = DuckDBWarehouse(database, read_only=True)
    with pytest.raises(UnreadableFileError, match="damaged"):
        archived(warehouse, tmp_path / "backups")
    warehouse.close()
    assert list((tmp_path / "backups").iterdir()) == []


# Restoring


def test_restore_brings_back_what_was_there(database, archive):
    """Rows written after the backup are gone, those deleted are back, exact and with their empty values."""
    before = costs(database)
    warehouse = DuckDBWarehouse(database)
    write(warehouse, {"cost": "7"}, load_id=2)
    warehouse.close()
    with DuckDBPlace(database) as place:
        assert restore_archive(archive, place).swapped
    assert costs(database) == before
    assert list(database.parent.glob(".*")) == []


def test_rehearsal_changes_nothing(database, archive):
    """Without the exchange the file is the same, byte by byte."""
    before = database.read_bytes()
    with DuckDBPlace(database) as place:
        assert not restore_archive(archive, place, swap=False).swapped
    assert database.read_bytes() == before
    assert sorted(path.name for path in database.parent.iterdir()) == ["backups", "shop.duckdb"]


def test_tables_of_other_programs_survive_a_restore(database, archive):
    """A team may keep tables and views of its own in the file."""
    with duckdb.connect(str(database)) as other:
        other.execute("create table notes as select 42 as n; create view seen as select * from notes")
    with DuckDBPlace(database) as place:
        restore_archive(archive, place)
    with duckdb.connect(str(database)) as other:
        assert other.execute("select * from seen").fetchall() == [(42,)]


@pytest.mark.parametrize("state", ["missing", "damaged"])
def test_restore_works_where_the_database_is_lost(database, archive, state):
    """That is what backups are for; a damaged file is kept aside, for somebody may want to look at it."""
    before = costs(database)
    content = database.read_bytes()[:5_000]
    database.write_bytes(content) if state == "damaged" else database.unlink()
    with DuckDBPlace(database) as place:
        aside = restore_archive(archive, place).set_aside
    assert costs(database) == before
    assert (Path(aside).read_bytes() if aside else None) == (content if state == "damaged" else None)


def test_rows_that_differ_are_never_put_in_place(database, archive, monkeypatch):
    """A database that gives back another row than it got fails the restore, and the old file stays."""
    before = database.read_bytes()
    given = restoring._fingerprint_of
    monkeypatch.setattr(restoring, "_fingerprint_of", lambda *words: (given(*words)[0], 1))
    with DuckDBPlace(database) as place, pytest.raises(ConservationError, match="as it was"):
        restore_archive(archive, place)
    assert database.read_bytes() == before


def test_new_file_that_lost_rows_gives_way_to_the_old_one(database, archive, monkeypatch):
    """The exchanged file is opened and counted; if it is wrong, the old one comes back."""
    before = costs(database)
    swap = DuckDBPlace.swap
    monkeypatch.setattr(DuckDBPlace, "swap", lambda self, target, rows: swap(self, target, rows | {"campaigns": 4}))
    with DuckDBPlace(database) as place, pytest.raises(ConservationError, match="old one is back"):
        restore_archive(archive, place)
    assert costs(database) == before


def test_older_archive_gets_new_columns_empty(database, archive, monkeypatch):
    """A column that the archive does not have is empty, a table that it does not have is too."""

    manifest = container.read_manifest(archive)
    without = [table for table in manifest.tables if table.name != "loads"]
    without[0].columns.remove("channel")
    older = Manifest(**{**manifest.__dict__, "tables": without})
    monkeypatch.setattr(restoring, "read_manifest", lambda _: older)
    with DuckDBPlace(database) as place:
        restore_archive(archive, place)
    warehouse = DuckDBWarehouse(database)
    assert warehouse.read("campaigns", columns=["channel"])["channel"].to_pylist() == [None] * 3
    assert warehouse.measure("loads")[0] == 0
    warehouse.close()


def test_database_in_use_is_not_replaced(database, archive):
    """While another program holds the file, a restore does not even begin."""
    command = [
        sys.executable,
        "-c",
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
    ]
    holder = subprocess.Popen([*command, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.read(1) == b"1"
    with pytest.raises(WarehouseBusyError):
        DuckDBPlace(database).__enter__()
    holder.communicate(b"\n")


# Killed


def kill_at(point, project, *words):
    """Run a command that is killed at a point, and return its exit code."""
    command = [sys.executable, str(WORKER), point, "--project", str(project), *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False).returncode


@pytest.fixture
def project(shop):
    """Return a project with a database of two days and a backup of the first one."""
    shop.write("ads.csv", "date,campaign,cost,revenue\n2024-01-01,A,1,9\n")
    assert shop.run("load", shop.folder / "ads.csv").code == 0
    assert shop.run("backup").code == 0
    shop.write("ads.csv", "date,campaign,cost,revenue\n2024-01-01,A,2,9\n")
    assert shop.run("load", shop.folder / "ads.csv").code == 0
    return shop


@pytest.mark.parametrize(
    "point",
    [
        "after payback.warehouse.archive.writing:_write_table",
        f"before {CONTAINER}:ArchiveWriter.seal",
        f"after {CONTAINER}:ArchiveWriter.seal",
        f"before {CONTAINER}:ArchiveWriter.publish",
        f"after {CONTAINER}:ArchiveWriter.publish",
    ],
)
def test_killed_backup_leaves_a_whole_archive_or_none(project, point):
    """What bears the name of an archive is one; the database and the older archive are as they were."""
    folder = project.folder / "backups"
    (old,) = folder.glob("*.zip")
    assert kill_at(point, project.folder, "backup", "--keep", 1) != 0
    for path in folder.glob("*.zip"):
        check_archive(path)
    assert old.exists()
    assert costs(project.folder / "payback.duckdb") == [2]
    assert project.run("backup").code == 0


@pytest.mark.parametrize(
    ("point", "cost"),
    [
        (f"after {RESTORING}:_restore_table", 2),
        ("before payback.warehouse.duckdb_place:DuckDBPlace.swap", 2),
        ("before payback.warehouse.duckdb_place:_sync", 2),
        ("after os:link", 2),
        ("after payback.warehouse.duckdb_place:DuckDBPlace._keep_old", 2),
        ("before payback.warehouse.duckdb_place:DuckDBPlace._check_new", 1),
        ("after payback.warehouse.duckdb_place:DuckDBPlace.swap", 1),
    ],
)
def test_killed_restore_leaves_the_old_database_or_the_new(project, point, cost):
    """Before the exchange the database is the old one, after it the new one; never half of either."""
    (old,) = (project.folder / "backups").glob("*.zip")
    assert kill_at(point, project.folder, "restore", old, "--no-backup") != 0
    assert costs(project.folder / "payback.duckdb") == [cost]
    assert project.run("restore", old, "--no-backup").code == 0
    assert costs(project.folder / "payback.duckdb") == [1]


# Names, lists and letting go


def test_names_sort_by_time_and_hold_no_odd_signs():
    """A database's name becomes part of a file's name, whatever is in it."""
    first, second = (archive_name("a/b:c d.duckdb", datetime(2026, 1, day, tzinfo=UTC)) for day in (2, 10))
    assert first == "a_b_c_d-2026-01-02T000000Z.payback.zip"
    assert first < second


def test_only_old_archives_of_the_same_database_may_go(database, tmp_path):
    """Archives of another database in the same folder and files that are none are left alone."""
    warehouse = DuckDBWarehouse(database, read_only=True)
    folder = tmp_path / "all"
    for number, name in enumerate(("a", "b", "a", "a")):
        path = folder / f"{number}.payback.zip"
        write_archive(warehouse, path, kind="duckdb", database=name, version="0")
    warehouse.close()
    (folder / "mine.payback.zip").write_text("x", encoding="utf-8")
    found = archives(folder)
    assert [one.path.name[0] for one in found] == ["3", "2", "1", "0", "m"]
    assert [one.path.name[0] for one in superfluous(found, "a", 2)] == ["0"]
    assert [one.path.name[0] for one in superfluous(found, "a", 1, newest=folder / "0.payback.zip")] == ["3", "2"]
    assert superfluous(found, "a", None) == []


def test_drafts_go_only_when_nobody_writes_them_any_more(tmp_path):
    """A draft of a minute ago belongs to a backup that is at work."""
    old, young = (tmp_path / f".x.payback.zip.{word}.part" for word in ("aa", "bb"))
    for path in (old, young, tmp_path / "notes.part"):
        path.touch()
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert dead_drafts(tmp_path) == [old]


# The commands


def test_backup_list_check_and_restore(project):
    """The whole way as a person goes it: back up, look, rehearse, restore, undo."""
    made = project.run("backup", "--json").json
    assert (made["tables"]["campaigns"], made["deleted"]) == (1, [])
    listed = project.run("backup", "list", "--json").json["archives"]
    assert [one["of_this_database"] for one in listed] == [True, True]
    assert "this one" in project.run("backup", "list").out
    oldest = Path(listed[1]["path"])
    assert project.run("backup", "check", oldest.name).code == 0
    assert "as it was" in project.run("restore", oldest.name, "--dry-run").out
    restored = project.run("restore", oldest.name, "--verify", "--json").json
    assert restored["swapped"]
    assert costs(project.folder / "payback.duckdb") == [1]
    assert project.run("restore", restored["safety"]).code == 0
    assert costs(project.folder / "payback.duckdb") == [2]


def test_retention_spares_the_new_archive(project):
    """Two backups within a second have two names, and of several only so many stay: the newest."""
    made = [project.run("backup", "--json", "--keep", "2").json["path"] for _ in range(3)]
    assert sorted(map(str, (project.folder / "backups").glob("*.zip"))) == sorted(made[1:])


def test_dry_run_says_what_would_happen(project):
    """Nothing is written or deleted."""
    before = sorted((project.folder / "backups").iterdir())
    told = project.run("backup", "--dry-run", "--keep", "1", "--json").json
    assert (told["deleted"], told["rows"] > 0) == ([str(before[0])], True)
    assert sorted((project.folder / "backups").iterdir()) == before


def test_next_run_makes_the_outputs_of_the_restored_data(project):
    """Outputs on the disk may be of data that is gone: a run after a restore is never "unchanged"."""
    project.write("data/raw/ads.csv", "date,campaign,channel,cost,revenue\n2024-01-01,A,Search,1,9\n")
    assert project.run("run").code == 0
    assert project.run("run", "--json").json["status"] == "unchanged"
    assert project.run("backup").code == 0
    assert project.run("restore", "latest").code == 0
    assert project.run("run", "--json").json["status"] == "done"


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (("backup",), "there is no database yet", 2),
        (("restore", "latest"), "no backup of this database", 2),
        (("restore", "nothing.zip"), "there is no such archive", 1),
        (("backup", "check", "nothing.zip"), "cannot be read", 1),
    ],
)
def test_what_cannot_be_done_is_explained(shop, words, message, code):
    """An empty project has no backups, and is told so."""
    outcome = shop.run(*words)
    assert (outcome.code, message in outcome.err) == (code, True), outcome.err
    assert "hint" in outcome.err
