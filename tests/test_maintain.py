"""Maintenance: what is old or left over goes, what people or a program at work need stays."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from payback.operations.leftovers import drafts, old_logs, size_of, spill_folders
from payback.pipeline.record import now
from payback.warehouse.duckdb import DuckDBWarehouse
from test_mysql_pipeline import configure

DAY = 24 * 3600


def aged(path, seconds=3 * DAY):
    """Make a file, or a folder with a file in it, that nobody wrote into for a while."""
    file = path if path.suffix or path.name.count(".") else path / "block"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * 100)
    for one in {file, path}:
        os.utime(one, (time.time() - seconds,) * 2)
    return path


# What may go


def test_only_logs_beyond_their_number_may_go(tmp_path):
    """Rotated logs have numbers; other files beside them are somebody's."""
    for name in ("app.log", "app.log.1", "app.log.5", "app.log.6", "app.log.12", "app.log.old", "app.log.6.gz"):
        (tmp_path / name).touch()
    assert [path.name for path in old_logs(tmp_path / "app.log", 5)] == ["app.log.12", "app.log.6"]


def test_only_dead_drafts_of_ours_may_go(tmp_path):
    """Half-written outputs have names that only Payback makes, and a young one is still being written."""
    dead = aged(tmp_path / "tables" / ".roi.csv.0123456789ab.tmp")
    aged(tmp_path / ".roi.csv.0123456789ab.tmp", seconds=60)
    aged(tmp_path / ".notes.tmp")
    aged(tmp_path / "report.0123456789ab.tmp")
    assert drafts([tmp_path, tmp_path / "not there"]) == [dead]


def test_folder_set_aside_stays_where_it_is_the_only_one(tmp_path):
    """A run that was stopped between its two renames left the old table under another name: the next run needs it."""
    gone, alone = tmp_path / ".campaigns.old", tmp_path / ".customers.old"
    for path in (gone, alone):
        path.mkdir()
        aged(path / "part-0.parquet")
        os.utime(path, (time.time() - DAY,) * 2)
    (tmp_path / "campaigns").mkdir()
    assert drafts([tmp_path]) == [gone]


def test_folders_of_work_go_after_a_day(tmp_path):
    """What was spilled by a program that is gone, under names that only Payback gives."""
    dead = aged(tmp_path / "payback-0123456789abcdef")
    aged(tmp_path / "payback-fedcba9876543210", seconds=3600)
    aged(tmp_path / "payback-project")
    aged(tmp_path / "payback-backup")
    assert spill_folders([tmp_path]) == [dead]
    assert size_of(dead) == 100


def test_a_folder_in_which_somebody_still_works_stays(tmp_path):
    """An old folder with a young file in it is in use."""
    folder = aged(tmp_path / "payback-0123456789abcdef")
    (folder / "young").touch()
    os.utime(folder, (time.time() - 3 * DAY,) * 2)
    assert spill_folders([tmp_path]) == []


# The command


@pytest.fixture
def crowded(shop, tmp_path_factory, monkeypatch):
    """Return a project with things that may go and things that may not."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tmp")))
    shop.write("config/config.yaml", "backup:\n  keep: 1\nmaintenance:\n  keep_run_days: 30\nlogging:\n  backups: 1\n")
    shop.write("data/raw/ads.csv", "date,campaign,channel,cost,revenue\n2024-01-01,A,Search,1,9\n")
    assert shop.run("run").code == 0
    for keep in (9, 9):
        assert shop.run("backup", "--keep", keep).code == 0
    aged(shop.folder / "app.log.7")
    aged(shop.folder / "outputs/.report.html.0123456789ab.tmp")
    aged(shop.folder / "backups/.payback-x.payback.zip.01234567.part")
    aged(shop.folder / ".payback.duckdb.01234567.restore")
    aged(shop.folder / "notes.txt")
    return shop


def names(shop):
    """Return the files of a project but for its log."""
    found = (path.relative_to(shop.folder).as_posix() for path in shop.folder.rglob("*") if path.is_file())
    return {name for name in found if name != "app.log"}


def test_dry_run_names_everything_and_touches_nothing(crowded):
    """What would go is said; all of it is still there."""
    before = names(crowded)
    content = (crowded.folder / "payback.duckdb").read_bytes()
    told = crowded.run("maintain", "--dry-run", "--json").json
    assert sorted(one["kind"] for one in told["removed"]) == ["backup", "draft", "draft", "draft", "log"]
    assert names(crowded) == before
    assert (crowded.folder / "payback.duckdb").read_bytes() == content


def test_maintain_clears_what_is_left_over_and_nothing_else(crowded):
    """The oldest backup, a log and three drafts go; everything else stays, and a second time there is nothing to do."""
    before = names(crowded)
    told = crowded.run("maintain", "--json").json
    gone = before - names(crowded)
    assert gone == {Path(one["name"]).relative_to(crowded.folder).as_posix() for one in told["removed"]}
    assert len(gone) == 5
    assert {"notes.txt", "data/raw/ads.csv", "outputs/report.html"} <= names(crowded)
    assert "nothing to clear away" in crowded.run("maintain").out


def test_old_run_records_go_but_the_last_that_ended_well(crowded):
    """The next run compares itself with the last one, however old; and it finds nothing new."""
    warehouse = DuckDBWarehouse(crowded.folder / "payback.duckdb")
    (last,) = warehouse.records("runs")
    with warehouse.transaction():
        old = {**last, "started_at": now() - timedelta(days=31)}
        rows = [old, {**old, "run_id": "20200101T000000-aaaaaa"}, {**old, "run_id": "2", "status": "running"}]
        warehouse.replace_rows("runs", {}, rows)
    warehouse.close()
    assert crowded.run("maintain", "--json").json["runs"] == 1
    assert crowded.run("maintain", "--json").json["runs"] == 0
    assert crowded.run("run", "--json").json["status"] == "unchanged"


def test_empty_room_of_the_file_is_given_back(shop):
    """A file of which most was deleted is written anew: smaller, with the same rows and the team's own tables."""
    path = shop.folder / "payback.duckdb"
    shop.write("ads.csv", "date,campaign,cost,revenue\n2024-01-01,A,1,9\n")
    assert shop.run("load", shop.folder / "ads.csv").code == 0
    with duckdb.connect(str(path)) as other:
        other.execute("create table notes as select 42 as n; create table big as select random() r from range(2000000)")
        other.execute("checkpoint; create table tail as select random() r from range(300000); checkpoint")
        other.execute("drop table big; checkpoint")
    would = shop.run("maintain", "--dry-run", "--json").json["database"]
    done = shop.run("maintain", "--json").json["database"]
    assert (would["rewritten"], done["rewritten"], would["before"]) == (True, True, would["after"])
    assert done["after"] == path.stat().st_size < done["before"] / 2
    with duckdb.connect(str(path)) as other:
        assert other.execute("select n, cost from notes, campaigns").fetchall() == [(42, 1)]


def test_maintain_works_on_an_empty_project(shop):
    """There is nothing to do, and no database is made."""
    assert shop.run("maintain").code == 0
    assert not (shop.folder / "payback.duckdb").exists()


def test_maintain_on_mysql(mysql_address, mysql_server, shop, monkeypatch):
    """Months beyond mysql.keep_months and a scratch database that was left go; the statistics are made anew."""
    monkeypatch.setenv("MYSQL_PASSWORD", mysql_address.password)
    configure(shop.folder, mysql_address)
    settings = shop.folder / "config/database_config.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "  keep_months: 12\n", encoding="utf-8")
    shop.write("ads.csv", f"date,campaign,cost,revenue\n2020-01-15,A,1,9\n{now():%Y-%m-%d},A,2,9\n")
    assert shop.run("load", shop.folder / "ads.csv").code == 0
    scratch = f"{mysql_address.database}_restore"
    mysql_server.execute(f"create database `{scratch}`")
    told = shop.run("maintain", "--dry-run", "--json").json
    done = shop.run("maintain", "--json").json
    assert told["months"] == done["months"]
    assert "m2020_01" in done["months"]["campaigns"]
    assert [one["name"] for one in done["removed"] if one["kind"] == "scratch database"] == [scratch]
    assert done["database"]["analyzed"] > 10
    assert mysql_server.execute("select cost from campaigns", database=mysql_address.database) == [(2,)]
    assert (scratch,) not in mysql_server.execute("show databases")
