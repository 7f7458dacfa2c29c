"""The schema on MySQL: migrations that can be killed, months as partitions, views that use the indexes, rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_rows import campaign_rows, write
from payback.errors import SchemaVersionError, WarehouseError
from payback.tables import TABLES
from payback.warehouse.mysql import migrating
from payback.warehouse.mysql.ddl import create_statements
from payback.warehouse.mysql.partitions import Partition, drop_before, first_of_month, next_month, partitions, splits
from payback.warehouse.mysql.session import Session
from payback.warehouse.mysql.warehouse import MySQLWarehouse


@pytest.fixture
def session(mysql_address):
    """Return a session on an empty database."""
    opened = Session(mysql_address)
    yield opened
    opened.close()


def test_migrations_hold_the_tables_of_this_program():
    """The newest statement of each table is what `ddl` makes of `payback.tables`; else a migration is missing."""
    from payback.engine.duckdb import read_sql
    from payback.warehouse.mysql.migrations import VERSIONS

    written = {name: number for number, name in migrating.revisions().items()}
    for name, statement in create_statements().items():
        assert name in written, f"{name} needs a migration in {VERSIONS}"
        assert read_sql(VERSIONS, f"r{written[name]}_{name}.sql").strip() == statement.strip(), name


def test_empty_database_gets_every_table_and_view(session):
    """After the first migration nothing is pending and nothing differs; a second one has nothing to do."""
    assert migrating.status(session).pending == list(migrating.revisions())
    migrating.migrate(session)
    status = migrating.status(session)
    assert (status.revision, status.pending, status.differences) == (status.newest, [], [])
    assert migrating.migrate(session) == []


def test_migration_killed_after_any_statement_goes_on(session):
    """Wherever a migration breaks off between a statement and the note of it, running it again completes it."""
    migrating.migrate(session)
    for number in migrating.revisions():
        with session.transaction():
            session.execute("update schema_version set version_num = %s", [number])
        migrating.migrate(session)
        assert migrating.status(session).pending == []
    with session.transaction():
        session.execute("delete from schema_version")
        session.execute("drop table customers")
    # Killed between the very first statement and its note: everything else is missing.
    assert migrating.differences(session)[0] == "customers.customer_id is missing instead of bigint"


def test_older_and_newer_tables_are_refused(mysql_address, mysql_server):
    """Tables of another version are left alone, with the way out."""
    MySQLWarehouse(mysql_address).close()
    for revision, message in (("0003", "older than this program(.|\n)*payback db migrate"), ("9999", "newer Payback")):
        mysql_server.execute(f"update `{mysql_address.database}`.schema_version set version_num = '{revision}'")
        with pytest.raises(SchemaVersionError, match=message):
            MySQLWarehouse(mysql_address)


def test_tables_of_others_are_not_touched(mysql_address, mysql_server):
    """A database that has a table of our name already, such as the one of a script, is refused."""
    mysql_server.execute("create table customers (customer_id int)", database=mysql_address.database)
    with pytest.raises(SchemaVersionError, match=r"Payback did not make(.|\n)*customers"):
        MySQLWarehouse(mysql_address)
    assert mysql_server.execute("show tables", database=mysql_address.database) == [("customers",)]


def test_altered_column_is_reported(mysql_warehouse, mysql_server):
    """Status says which column differs, and how."""
    mysql_server.execute("alter table campaigns modify cost float", database=mysql_warehouse.address.database)
    found = migrating.status(mysql_warehouse.session).differences
    assert found == ["campaigns.cost is float instead of decimal(18,6)"]


def test_months_are_made_as_they_come(mysql_warehouse):
    """Each month of the data gets a partition, before and between those there are; so does a gap of just one month."""
    for number, day in enumerate(("2024-05-31", "2024-01-01", "2024-03-15", "2024-05-01"), 1):
        write(mysql_warehouse, {"date": f"date '{day}'"}, load_id=number)
    found = [one.name for one in partitions(mysql_warehouse.session, "campaigns")]
    assert found == ["before_2024_01", *(f"m2024_0{month}" for month in range(1, 6)), "later"]
    assert mysql_warehouse.read("campaigns").num_rows == 4


def test_strange_dates_get_no_month(mysql_warehouse):
    """Days of the year 1000 or 9999 are kept, in the wide ranges."""
    write(mysql_warehouse, {"date": "date '1000-01-01'"}, {"date": "date '9999-12-31'"})
    assert [one.name for one in partitions(mysql_warehouse.session, "campaigns")] == ["later"]


@given(st.lists(st.lists(st.dates(date(1980, 1, 1), date(2040, 12, 31)), max_size=5), max_size=5))
def test_splits_leave_no_holes_and_no_overlaps(steps):
    """After any series of splits the ranges cover everything once, and each wanted month is one of them."""
    found = [Partition("later", None, None)]
    for days in steps:
        months = {first_of_month(day) for day in days}
        for partition, ends in splits(found, months, latest=date(2031, 1, 1)):
            place = found.index(partition)
            bounds = [partition.start, *ends, partition.end]
            found[place : place + 1] = [Partition("x", *pair) for pair in pairwise(bounds)]
        wanted = {month for month in months if date(1990, 1, 1) <= month <= date(2031, 1, 1)}
        assert wanted <= {one.start for one in found if one.is_month}
    assert found[0].start is None
    assert found[-1].end is None
    assert all(one.end == after.start for one, after in pairwise(found))


def test_next_month_turns_the_year():
    """December is followed by January."""
    assert [next_month(date(2024, month, 28)).month for month in range(1, 13)] == [*range(2, 13), 1]


def test_old_months_can_be_dropped(mysql_warehouse):
    """Dropping what is before a day takes whole months that ended by then, and nothing else."""
    write(mysql_warehouse, *({"date": f"date '2024-0{month}-10'"} for month in (1, 2, 3)))
    assert drop_before(mysql_warehouse.session, "campaigns", date(2024, 2, 20)) == ["before_2024_01", "m2024_01"]
    assert sorted(mysql_warehouse.read("campaigns")["date"].to_pylist()) == [date(2024, 2, 10), date(2024, 3, 10)]


def explained(warehouse, query):
    """Return partitions and index of the first table in MySQL's plan for a query."""
    with warehouse.session.reader() as connection, connection.cursor() as cursor:
        # Without the word MariaDB leaves the partitions out.
        how = "partitions" if "mariadb" in connection.get_server_info().lower() else "format=traditional"
        cursor.execute(f"explain {how} {query}")
        names = [column[0] for column in cursor.description]
        plan = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return next((row["partitions"], row["key"]) for row in plan if row["partitions"])


@pytest.fixture
def filled(mysql_warehouse, mysql_server):
    """Return a warehouse with three months of 40 campaigns, cleaned."""
    rows = [
        {
            "date": f"date '2024-0{month}-{day:02}'",
            "campaign_id": str(campaign),
            "channel": f"'c{campaign}'",
            "row_number": f"{month}{day:02}{campaign:02}",
        }
        for month in (1, 2, 3)
        for day in (5, 15, 25)
        for campaign in range(40)
    ]
    with mysql_warehouse.transaction():
        relation = campaign_rows(mysql_warehouse, *rows)
        mysql_warehouse.engine.execute(f"create temp view clean as select *, '' as flags from {relation}")
        mysql_warehouse.replace_table("clean_campaigns", "clean")
    mysql_server.execute("analyze table clean_campaigns", database=mysql_warehouse.address.database)
    return mysql_warehouse


def test_a_month_is_read_from_its_partition(filled):
    """What Power BI asks of the view, a range of days, reads the partitions of those days alone."""
    query = "select * from v_campaign_performance where `date` >= '2024-02-01' and `date` < '2024-03-01'"
    assert explained(filled, query)[0] == "m2024_02"
    assert len(filled.session.rows(query)) == 3 * 40


@pytest.mark.parametrize(
    ("test", "index"),
    [
        ("campaign_id = 7", "by_campaign_id"),
        ("channel = 'c7'", "by_channel"),
        ("`date` = '2024-02-05'", "by_date"),
    ],
)
def test_indexes_are_used(filled, test, index):
    """A campaign, a channel or a day is found by its index."""
    assert explained(filled, f"select sum(cost) from clean_campaigns where {test}")[1] == index


def test_views_add_up(filled):
    """The views have the sums of the table, and a ratio over nothing is empty."""
    assert filled.session.rows("select sum(cost), sum(revenue), sum(profit) from v_campaign_performance") == [
        (10.5 * 360, 31.25 * 360, 20.75 * 360)
    ]
    assert filled.session.rows("select count(*), sum(cost) from v_channel_performance") == [(3 * 40, 10.5 * 360)]
    ((days, roi, roas),) = filled.session.rows("select days, roi, roas from v_campaign_roi where campaign_id = 3")
    assert (days, round(roi, 6), round(roas, 6)) == (9, 1.976190, 2.976190)
    for view in ("v_customers", "v_data_quality"):
        assert filled.session.rows(f"select * from {view}") == []


def test_granted_rights_are_enough_and_no_more(mysql_address, mysql_server):
    """A user with the printed rights does everything the program does; the reader reads and cannot write."""
    names = {"user": "pb_work", "reader": "pb_read"}
    try:
        for statement in migrating.grants(mysql_address, **names):
            mysql_server.execute(statement.replace("<choose a password>", "Long-password-1"))
        login = {"password": "Long-password-1", "tls": "required"}
        worker = MySQLWarehouse(replace(mysql_address, user="pb_work", **login))
        write(worker)
        worker.expose("campaigns")
        worker.close()
        reader = Session(replace(mysql_address, user="pb_read", **login))
        assert reader.rows("select count(*) from v_campaign_performance") == [(0,)]
        with pytest.raises(WarehouseError, match=r"lacks a right(.|\n)*payback db grants"), reader.transaction():
            reader.execute("delete from campaigns")
        reader.close()
    finally:
        mysql_server.execute("drop user if exists pb_work, pb_read")


def test_database_is_created_once(mysql_address, mysql_server):
    """Creating the database a second time changes nothing."""
    other = replace(mysql_address, database=mysql_address.database + "_new")
    try:
        for _ in range(2):
            migrating.create_database(other)
        assert Session(other).rows("select @@collation_database") == [("utf8mb4_bin",)]
    finally:
        mysql_server.execute(f"drop database `{other.database}`")


def test_every_table_has_a_key(mysql_warehouse):
    """Replication and managed servers ask for a primary key on every table."""
    found = mysql_warehouse.session.rows(
        "select table_name from information_schema.table_constraints "
        "where table_schema = database() and constraint_type = 'PRIMARY KEY'"
    )
    assert {name for (name,) in found} >= set(TABLES)


def test_user_who_may_not_alter_loads_all_the_same(mysql_address, mysql_server, caplog):
    """Without the right to make months the rows go into the wide range, and the log says what to grant."""
    MySQLWarehouse(mysql_address).close()
    name = mysql_address.database
    mysql_server.execute(
        "create user pb_load identified by 'Long-password-1'",
        f"grant select, insert, update, delete on `{name}`.* to pb_load",
    )
    try:
        warehouse = MySQLWarehouse(replace(mysql_address, user="pb_load", password="Long-password-1"))  # noqa: S106
        write(warehouse)
        assert [one.name for one in partitions(warehouse.session, "campaigns")] == ["later"]
        assert warehouse.read("campaigns").num_rows == 1
        warehouse.close()
    finally:
        mysql_server.execute("drop user pb_load")
    assert "payback db grants" in caplog.text


def test_month_waits_only_a_little_for_a_reader(mysql_warehouse, mysql_server, monkeypatch, caplog):
    """Somebody who reads for hours does not keep a load from happening; the month is made by a later load."""
    from payback.warehouse.mysql import partitions as module

    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 1)
    reader = mysql_server.connect(database=mysql_warehouse.address.database)
    reader.begin()
    reader.query("select * from campaigns")
    write(mysql_warehouse)
    assert "no new month for campaigns" in caplog.text
    reader.rollback()
    reader.close()
    write(mysql_warehouse, {"cost": "2"}, load_id=2)
    assert "m2024_05" in [one.name for one in partitions(mysql_warehouse.session, "campaigns")]
    assert mysql_warehouse.read("campaigns", columns=["cost"]).to_pylist() == [{"cost": 2}]
