"""Backup and restore of a MySQL database: one snapshot, one exchange, and the tables as they were whatever breaks."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from campaign_rows import write
from payback.errors import ConservationError, WarehouseBusyError, WarehouseError
from payback.warehouse.archive.keeping import archive_name
from payback.warehouse.archive.reading import check_archive
from payback.warehouse.archive.restoring import restore_archive
from payback.warehouse.archive.writing import write_archive
from payback.warehouse.duckdb import DuckDBWarehouse
from payback.warehouse.duckdb_place import DuckDBPlace
from payback.warehouse.mysql.migrating import scratch_name
from payback.warehouse.mysql.place import MySQLPlace
from payback.warehouse.mysql.warehouse import MySQLWarehouse
from test_mysql_pipeline import configure

WORKER = Path(__file__).with_name("archive_worker.py")
ROWS = ({"cost": "1.000001", "campaign_name": "'Ünï 😀 \\ \t\"x\"'"}, {"cost": "999999999999.999999"}, {"cost": "null"})


def archived(warehouse, folder, say=lambda _: None):
    """Write an archive of a warehouse and return its path."""
    path = folder / archive_name("shop")
    write_archive(warehouse, path, kind="mysql", database="shop", version="0", say=say)
    return path


def costs(address):
    """Return the costs of the campaign rows on the server, in order, and the rows of the ledger."""
    warehouse = MySQLWarehouse(address)
    try:
        rows = warehouse.read("campaigns", columns=["cost"], order="cost")["cost"].to_pylist()
        return rows, warehouse.measure("loads")[0]
    finally:
        warehouse.close()


def databases(server):
    """Return the names of the databases of the server."""
    return {name for (name,) in server.execute("show databases")}


@pytest.fixture
def archive(mysql_warehouse, tmp_path):
    """Return an archive of three campaign rows, after which the database got another one instead."""
    write(mysql_warehouse, *ROWS)
    path = archived(mysql_warehouse, tmp_path)
    write(mysql_warehouse, {"cost": "7"}, load_id=2)
    mysql_warehouse.close()
    return path


def test_restore_brings_back_what_was_there(archive, mysql_address, mysql_server):
    """Exact amounts, empty values and every sign come back; the scratch database is gone and the views answer."""
    assert costs(mysql_address) == ([Decimal(7)], 1)
    with MySQLPlace(mysql_address) as place:
        assert restore_archive(archive, place).swapped
    assert costs(mysql_address) == ([Decimal("1.000001"), Decimal("999999999999.999999"), None], 1)
    assert scratch_name(mysql_address.database) not in databases(mysql_server)
    (name,) = mysql_server.execute(
        "select campaign_name from campaigns where cost < 2", database=mysql_address.database
    )
    assert name == ('Ünï 😀 \\ \t"x"',)
    mysql_server.execute("select * from v_campaign_performance", database=mysql_address.database)


def test_rehearsal_changes_nothing(archive, mysql_address, mysql_server):
    """Without the exchange the tables stay, and no scratch database is left."""
    with MySQLPlace(mysql_address) as place:
        assert not restore_archive(archive, place, swap=False).swapped
    assert costs(mysql_address) == ([Decimal(7)], 1)
    assert scratch_name(mysql_address.database) not in databases(mysql_server)


def test_archives_travel_between_duckdb_and_mysql(archive, mysql_address, tmp_path):
    """An archive of one kind of database is restored into the other: moving to a server is a backup and a restore."""
    path = tmp_path / "shop.duckdb"
    with DuckDBPlace(path) as place:
        restore_archive(archive, place)
    warehouse = DuckDBWarehouse(path)
    assert warehouse.measure("campaigns")[1]["cost"] == Decimal("1000000000001.000000")
    write(warehouse, {"cost": "5"}, load_id=3)
    back = archived(warehouse, tmp_path / "duckdb")
    warehouse.close()
    with MySQLPlace(mysql_address) as place:
        restore_archive(back, place)
    assert costs(mysql_address) == ([Decimal(5)], 1)


def test_backup_shows_one_moment(mysql_warehouse, mysql_address, tmp_path):
    """What others commit while a backup runs is not in it: rows, sums and ledger belong together."""
    write(mysql_warehouse, *ROWS)
    mysql_warehouse.close()
    reader = MySQLWarehouse(mysql_address)

    def disturb(sentence):
        if sentence == "backing up customers":
            other = MySQLWarehouse(mysql_address)
            write(other, {"cost": "7"}, load_id=2)
            other.close()

    path = archived(reader, tmp_path, disturb)
    reader.close()
    tables = {table.name: table for table in check_archive(path).tables}
    assert (tables["campaigns"].rows, tables["loads"].sums["cost"]) == (3, tables["campaigns"].sums["cost"])
    assert costs(mysql_address) == ([Decimal(7)], 1)


def test_table_altered_meanwhile_is_worth_another_try(mysql_warehouse, mysql_address, mysql_server, tmp_path):
    """A new month of a table that the snapshot has yet to read ends it with an error that says try again."""
    from payback.errors import WarehouseInterruptedError

    write(mysql_warehouse, *ROWS)
    alter = "alter table campaign_keys add column x int, algorithm = copy"

    def disturb(sentence):
        if sentence == "backing up customers":
            mysql_server.execute(alter, database=mysql_address.database)

    with pytest.raises(WarehouseInterruptedError, match="altered while it was read"):
        archived(mysql_warehouse, tmp_path, disturb)
    assert list(tmp_path.glob("*.zip")) == []


def test_restore_waits_for_no_other_run(archive, mysql_address):
    """While a run writes, a restore stops at once and says who writes."""
    other = MySQLWarehouse(mysql_address)
    other.session.lock()
    with pytest.raises(WarehouseBusyError, match="another run of Payback"):
        MySQLPlace(mysql_address).__enter__()
    other.close()
    assert costs(mysql_address) == ([Decimal(7)], 1)


def test_user_without_rights_is_told_what_to_ask_for(archive, mysql_address, mysql_server):
    """With the rights on the database alone there is no scratch database: the message has the GRANT."""
    few = replace(mysql_address, user="pb_few", password="Long-password-1")  # noqa: S106 - for a moment
    mysql_server.execute(
        "create user pb_few identified by 'Long-password-1'", f"grant all on `{mysql_address.database}`.* to pb_few"
    )
    try:
        with MySQLPlace(few) as place, pytest.raises(WarehouseError, match=r"may not make it(.|\n)*grant select, "):
            restore_archive(archive, place)
    finally:
        mysql_server.execute("drop user pb_few")
    assert costs(mysql_address) == ([Decimal(7)], 1)


def test_printed_grants_are_enough_to_restore(archive, mysql_address, mysql_server):
    """The user of `payback db grants` may restore."""
    from payback.warehouse.mysql.migrating import grants

    statements = [line.replace("<choose a password>", "Long-password-1") for line in grants(mysql_address, user="pb_w")]
    mysql_server.execute(*statements)
    try:
        user = replace(mysql_address, user="pb_w", password="Long-password-1")  # noqa: S106 - for a moment
        with MySQLPlace(user) as place:
            restore_archive(archive, place)
    finally:
        mysql_server.execute("drop user pb_w", "drop user powerbi")
    assert len(costs(mysql_address)[0]) == 3


def test_scratch_database_of_somebody_else_is_left_alone(archive, mysql_address, mysql_server):
    """A database that happens to have the name keeps its tables."""
    name = scratch_name(mysql_address.database)
    mysql_server.execute(f"create database `{name}`", f"create table `{name}`.notes (n int)")
    try:
        with MySQLPlace(mysql_address) as place, pytest.raises(WarehouseError, match=r"somebody else(.|\n)*notes"):
            restore_archive(archive, place)
        assert mysql_server.execute(f"select * from `{name}`.notes") == []
    finally:
        mysql_server.drop(name)


def test_tables_that_lost_rows_give_way_to_the_old_ones(archive, mysql_address, monkeypatch):
    """The exchanged tables are counted; if they are wrong, the old ones come back."""
    swap = MySQLPlace.swap
    monkeypatch.setattr(MySQLPlace, "swap", lambda self, target, rows: swap(self, target, rows | {"campaigns": 4}))
    with MySQLPlace(mysql_address) as place, pytest.raises(ConservationError, match="old ones are back"):
        restore_archive(archive, place)
    assert costs(mysql_address) == ([Decimal(7)], 1)


@pytest.fixture
def project(mysql_address, shop, monkeypatch):
    """Return a project on MySQL with a backup of cost 1 and cost 2 in the tables."""
    monkeypatch.setenv("MYSQL_PASSWORD", mysql_address.password)
    configure(shop.folder, mysql_address)
    lines = "".join(f"2024-01-{1 + n % 28:02},C{n},{{0}},9\n" for n in range(2_000))
    for cost in (1, 2):
        shop.write("ads.csv", "date,campaign,cost,revenue\n" + lines.format(cost))
        assert shop.run("load", shop.folder / "ads.csv").code == 0
        if cost == 1:
            assert shop.run("backup").code == 0
    return shop


def worker(point, project, *words):
    """Start a command that is killed at a point."""
    command = [sys.executable, str(WORKER), point, "--project", str(project.folder), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))


def total(address):
    """Return the cost of all campaign rows, which the ledger must say too."""
    warehouse = MySQLWarehouse(address)
    try:
        rows, sums = warehouse.measure("campaigns")
        assert (rows, sums["cost"]) == (2_000, warehouse.measure("loads")[1]["cost"])
        return sums["cost"]
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    ("point", "cost"),
    [
        ("after payback.warehouse.mysql.place:MySQLPlace._create", 4_000),
        ("after payback.warehouse.archive.restoring:_restore_table", 4_000),
        ("before payback.warehouse.mysql.place:MySQLPlace.swap", 4_000),
        ("after payback.warehouse.mysql.place:MySQLPlace.swap", 2_000),
    ],
)
def test_killed_restore_leaves_the_old_tables_or_the_new(project, mysql_address, mysql_server, point, cost):
    """Before the exchange the tables are the old ones, after it the new ones; the next restore clears the rest."""
    assert worker(point, project, "restore", "latest", "--no-backup").wait(60) != 0
    assert total(mysql_address) == cost
    assert scratch_name(mysql_address.database) in databases(mysql_server)
    outcome = project.run("restore", "latest", "--no-backup")
    assert outcome.code == 0, outcome.err
    assert total(mysql_address) == 2_000
    assert scratch_name(mysql_address.database) not in databases(mysql_server)


@pytest.mark.slow
def test_kill_at_any_moment_leaves_no_mix(project, mysql_address):
    """The same where the kills come from outside, at moments that nobody chose; archives are whole or not there."""
    dice = random.Random(5)
    (archive,) = (project.folder / "backups").glob("*.zip")
    started = time.monotonic()
    assert worker("", project, "restore", archive, "--no-backup").wait(60) == 0
    whole = time.monotonic() - started
    for words in (["restore", archive, "--no-backup"], ["backup"]) * 2:
        process = worker("", project, *words)
        time.sleep(whole * dice.uniform(0.3, 1))
        process.kill()
        process.wait(60)
        assert total(mysql_address) in (2_000, 4_000)
    for path in (project.folder / "backups").glob("*.zip"):
        check_archive(path)
    assert project.run("restore", archive, "--no-backup").code == 0
    assert total(mysql_address) == 2_000


def test_table_that_was_dropped_comes_back(project, mysql_address, mysql_server):
    """What cannot be backed up any more is not thrown away without a word; --no-backup says it."""
    mysql_server.execute("drop table campaigns", database=mysql_address.database)
    refused = project.run("restore", "latest")
    assert refused.code == 1
    assert "cannot be backed up" in refused.err
    assert "--no-backup" in refused.err
    assert project.run("restore", "latest", "--no-backup").code == 0
    assert total(mysql_address) == 2_000


def test_commands_work_on_mysql(project, mysql_address):
    """Backup, list, check and restore with its way back; no output and no archive holds the password."""
    listed = project.run("backup", "list", "--json")
    (one,) = listed.json["archives"]
    assert (one["kind"], one["of_this_database"], one["tables"]["campaigns"]["cost"]) == ("mysql", True, 2_000)
    assert project.run("backup", "check", "latest").code == 0
    restored = project.run("restore", one["path"], "--verify", "--json")
    assert (restored.code, total(mysql_address)) == (0, 2_000)
    assert project.run("restore", restored.json["safety"]).code == 0
    assert total(mysql_address) == 4_000
    assert mysql_address.password not in listed.out + restored.out + restored.err
    assert mysql_address.password.encode() not in Path(one["path"]).read_bytes()
