"""The commands for a MySQL database: db create, migrate, status, grants; and what the doctor says about a server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from payback.warehouse.mysql.checking import findings
from test_mysql_pipeline import configure


@pytest.fixture
def mysql_shop(mysql_address, shop, monkeypatch):
    """Return a project on an empty MySQL database."""
    monkeypatch.setenv("MYSQL_PASSWORD", mysql_address.password)
    configure(shop.folder, mysql_address)
    return shop


def test_status_before_and_after_creation(mysql_shop, mysql_address, mysql_server):
    """status says that there is nothing, create makes everything, status is content; each can be repeated."""
    mysql_server.execute(f"drop database `{mysql_address.database}`")
    missing = mysql_shop.run("db", "status")
    assert missing.code == 2
    assert "payback db create" in missing.err
    created = mysql_shop.run("db", "create", "--json")
    assert created.code == 0, created.err
    assert created.json["migrated"][0] == "0001"
    assert mysql_shop.run("db", "create", "--json").json["migrated"] == []
    status = mysql_shop.run("db", "status", "--json").json
    assert (status["ok"], status["pending"], status["differences"]) == (True, [], [])


def test_status_fails_where_something_is_to_be_done(mysql_shop, mysql_address, mysql_server):
    """Revisions to run and columns altered by hand are shown, with exit code 1; migrate runs the revisions."""
    assert mysql_shop.run("db", "status").code == 1
    assert "migrations done" in mysql_shop.run("db", "migrate").out
    assert mysql_shop.run("db", "status").code == 0
    mysql_server.execute("alter table customers modify age smallint", database=mysql_address.database)
    found = mysql_shop.run("db", "status")
    assert found.code == 1
    assert "customers.age is smallint instead of bigint" in found.out


def test_grants_are_printed_for_an_administrator(mysql_shop, mysql_address):
    """The statements name database and users, and hold no password."""
    outcome = mysql_shop.run("db", "grants", "--user", "o'hara")
    assert outcome.code == 0
    assert f"create database if not exists `{mysql_address.database}`" in outcome.out
    assert "'o''hara'@'%'" in outcome.out
    assert mysql_address.password not in outcome.out


def test_duckdb_project_has_nothing_to_do(shop):
    """The commands for a server explain themselves where there is none."""
    outcome = shop.run("db", "status")
    assert outcome.code == 2
    assert "set warehouse.kind to mysql" in outcome.err


def test_doctor_looks_at_the_server(mysql_shop, mysql_address):
    """Version, encryption, rights, settings, clock and schema each have a line; looking makes no tables."""
    checks = {check["name"]: check for check in mysql_shop.run("doctor", "--json").json["checks"]}
    names = {name for name in checks if name.startswith("MySQL")}
    settings = {"local_infile", "max_allowed_packet", "sql_mode"}
    others = {"server", "encryption", "rights", "clock", "disk", "schema"}
    assert names == {f"MySQL {word}" for word in settings | others}
    assert "no tables yet" in checks["MySQL schema"]["found"]
    assert {checks[name]["status"] for name in names} == {"ok"}


def test_doctor_explains_a_server_that_refuses(mysql_shop, monkeypatch):
    """A wrong password is one failed check with a hint, not a traceback; the password is nowhere."""
    monkeypatch.setenv("MYSQL_PASSWORD", "wrong-secret")
    outcome = mysql_shop.run("doctor", "--json")
    check = next(check for check in outcome.json["checks"] if check["name"] == "MySQL server")
    assert (outcome.code, check["status"]) == (1, "fail")
    assert "refuses this user or password" in check["found"]
    assert "wrong-secret" not in outcome.out + outcome.err


def test_doctor_warns_of_settings_that_hurt(mysql_address, mysql_server):
    """A server without local_infile or strictness, or with small packets, works; a warning says what to do."""
    before = mysql_server.execute("select @@global.sql_mode, @@global.max_allowed_packet")[0]
    mysql_server.execute("set global local_infile = 0, global sql_mode = '', global max_allowed_packet = 1048576")
    try:
        found = {one.name: one for one in findings(mysql_address)}
    finally:
        mysql_server.execute(
            f"set global local_infile = 1, global sql_mode = '{before[0]}', global max_allowed_packet = {before[1]}"
        )
    warned = {name for name, one in found.items() if one.status == "warn"}
    assert warned == {"MySQL local_infile", "MySQL max_allowed_packet", "MySQL sql_mode"}
    assert all(found[name].hint for name in warned)


def test_missing_rights_are_listed(mysql_address, mysql_server):
    """A user who may only read is told what is missing."""
    from dataclasses import replace

    mysql_server.execute(
        "create user pb_few identified by 'Long-password-1'",
        f"grant select on `{mysql_address.database}`.* to pb_few",
    )
    try:
        few = replace(mysql_address, user="pb_few", password="Long-password-1")  # noqa: S106 - for a moment
        found = {one.name: one for one in findings(few)}
    finally:
        mysql_server.execute("drop user pb_few")
    assert found["MySQL rights"].status == "fail"
    assert found["MySQL rights"].found.startswith("missing: insert, update, delete, create")


def test_without_the_drivers_the_hint_names_the_extra(mysql_shop):
    """A project on MySQL without its packages says what to install."""
    code = "import sys; sys.modules['pymysql'] = None; from payback.cli import main; main(['roi'])"
    done = subprocess.run(  # a process of its own: modules that were half imported would stay
        [sys.executable, "-c", code], cwd=mysql_shop.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pymysql is not installed" in done.stderr
    assert "payback[mysql]" in done.stderr


def test_prune_drops_old_months_and_what_the_ledger_holds_of_them(mysql_shop):
    """Without --yes the months are named; with it rows and ledger lose them, and loading again brings none back."""
    lines = "".join(f"2024-0{month}-15,A,{month},9\n" for month in range(1, 5))
    path = mysql_shop.write("ads.csv", "date,campaign,cost,revenue\n" + lines)
    assert mysql_shop.run("load", path).code == 0
    named = mysql_shop.run("db", "prune", "--before", "2024-03-20", "--json").json
    assert (named["done"], named["dropped"]["campaigns"]) == (False, ["before_2024_01", "m2024_01", "m2024_02"])
    assert mysql_shop.run("db", "prune", "--before", "2024-03-20", "--yes").code == 0
    for _ in range(2):
        assert mysql_shop.run("load", path, "--json").json["files"][0]["status"] == "unchanged"
    from payback.data_loader import DataLoader

    with DataLoader(mysql_shop.folder) as loader:
        assert sorted(loader.load_campaigns()["cost"]) == [3, 4]
        assert {row["day"].month for row in loader.warehouse.records("loads")} == {3, 4}


def test_prune_needs_to_know_how_much_to_keep(mysql_shop):
    """Without the setting and without the option nothing is dropped."""
    outcome = mysql_shop.run("db", "prune")
    assert outcome.code == 2
    assert "mysql.keep_months" in outcome.err
