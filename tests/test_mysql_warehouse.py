"""MySQL as a warehouse, on a real server: what goes in comes out, or nothing happened."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_rows import campaign_rows, write
from payback.errors import ConservationError, SchemaVersionError, WarehouseError
from payback.warehouse.base import Load
from payback.warehouse.mysql.reading import arrow_schema, batches
from payback.warehouse.slices import slices_of

HOSTILE = ["", " ", "NULL", "\\N", "a\tb", "a\nb", "a\r\nb", "\\", "\\t", '"', '""', "'", ",", "\0", "\x1a", "é", "ß",
           "😀", "\u202e", "%s", "{}", ";", "`", "--", None]  # fmt: skip


def texts_back(warehouse, *, fast):
    """Return the campaign names of the server by row number."""
    found = pa.Table.from_batches(
        batches(warehouse.session, "campaigns", fast=fast), arrow_schema("campaigns")
    ).sort_by("row_number")
    return found["campaign_name"].to_pylist()


def write_names(warehouse, names):
    """Write one row for each name."""
    with warehouse.transaction():
        relation = campaign_rows(warehouse)
        warehouse.engine.register(
            "names", pa.table({"name": pa.array(names, pa.string()), "n": range(1, len(names) + 1)})
        )
        warehouse.engine.execute(
            f"create or replace temp table named as select r.* replace (n.name as campaign_name, n.n as row_number) "
            f"from {relation} r, names n"
        )
        warehouse.replace_table("campaigns", "named")


@pytest.mark.parametrize("fast", [True, False])
def test_hostile_text_comes_back_as_it_went_in(mysql_warehouse, fast):
    """Signs that mean something to CSV, MySQL or a shell are text like any other, by both ways of reading."""
    write_names(mysql_warehouse, HOSTILE)
    assert texts_back(mysql_warehouse, fast=fast) == HOSTILE


@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=50)), max_size=20))
def test_any_text_comes_back(mysql_warehouse, names):
    """Whatever the text, the rows are the same after the way there and back, without and with the fast reader."""
    write_names(mysql_warehouse, names)
    assert texts_back(mysql_warehouse, fast=False) == names
    assert texts_back(mysql_warehouse, fast=True) == names


@pytest.mark.parametrize("fast", [True, False])
def test_numbers_come_back_exactly(mysql_warehouse, fast):
    """The largest and the smallest amounts keep all of their digits; empty stays empty."""
    rows = [
        {"cost": "999999999999.999999", "revenue": "-999999999999.999999", "clicks": "9223372036854775807"},
        {"cost": "0.000001", "revenue": "null", "clicks": "0", "date": "date '9999-12-31'"},
        {"cost": "null", "revenue": "0", "clicks": "null", "date": "date '1000-01-01'"},
    ]
    write(mysql_warehouse, *rows)
    found = pa.Table.from_batches(batches(mysql_warehouse.session, "campaigns", fast=fast)).sort_by("row_number")
    assert found["cost"].to_pylist() == [Decimal("999999999999.999999"), Decimal("0.000001"), None]
    assert found["revenue"].to_pylist() == [Decimal("-999999999999.999999"), None, Decimal("0.000000")]
    assert found["clicks"].to_pylist() == [2**63 - 1, 0, None]
    assert found["date"].to_pylist() == [date(2024, 5, 1), date(9999, 12, 31), date(1000, 1, 1)]


def test_types_are_those_of_duckdb(mysql_warehouse):
    """A table read from MySQL has the Arrow types that the same table has in DuckDB, empty or not."""
    from payback.tables import TABLES

    for table in TABLES:
        assert mysql_warehouse.read(table).num_rows == 0
        mysql_warehouse.expose(table)
        assert mysql_warehouse.read(table).schema.equals(mysql_warehouse.engine.arrow(f"from {table}").schema), table


def test_slice_is_replaced_whole(mysql_warehouse):
    """A later version of a day leaves no row of the one before, and other days stay."""
    write(mysql_warehouse, {}, {"cost": "2"}, {"date": "date '2024-05-02'"})
    write(mysql_warehouse, {"cost": "7"}, load_id=2)
    found = mysql_warehouse.read("campaigns", columns=["date", "cost"], order="date").to_pylist()
    assert found == [
        {"date": date(2024, 5, 1), "cost": Decimal(7)},
        {"date": date(2024, 5, 2), "cost": Decimal("10.5")},
    ]
    kept = mysql_warehouse.slices("campaigns", "google_ads")
    assert {key[3].day: (one.rows, one.cost) for key, one in kept.items()} == {1: (1, 7), 2: (1, Decimal("10.5"))}


def test_error_leaves_everything_as_it_was(mysql_warehouse):
    """A transaction that ends in an error changes nothing on the server or in the workbench."""
    write(mysql_warehouse)
    before = mysql_warehouse.ledger_state()
    mysql_warehouse.expose("campaigns")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - the error comes out of the transaction
        with mysql_warehouse.transaction():
            mysql_warehouse.delete("campaigns", {})
            raise ZeroDivisionError
    mysql_warehouse.expose("campaigns")
    assert before == mysql_warehouse.ledger_state()
    assert mysql_warehouse.read("campaigns").num_rows == 1
    assert mysql_warehouse.engine.row("select count(*) from campaigns") == (1,)


def test_transaction_sees_its_own_work(mysql_warehouse):
    """What a transaction wrote is read within it, and exposed tables follow what is written."""
    write(mysql_warehouse)
    with mysql_warehouse.transaction():
        mysql_warehouse.expose("rejected_rows")
        mysql_warehouse.replace_rows("state", {"name": "a"}, [{"name": "a", "value": "1"}])
        assert mysql_warehouse.records("state", {"name": "a"}) == [{"name": "a", "value": "1"}]
        mysql_warehouse.delete("campaigns", {"source": "google"})
        mysql_warehouse.expose("campaigns")
        assert mysql_warehouse.engine.row("select count(*) from campaigns") == (0,)


def test_unexposed_table_is_missing_not_empty(mysql_warehouse):
    """SQL in the workbench on a table that nobody brought there fails; an empty table would be a wrong answer."""
    with pytest.raises(WarehouseError, match="does not exist"):
        mysql_warehouse.engine.rows("select * from campaigns")


def test_ledger_times_and_empty_days(mysql_warehouse):
    """A table without days has one slice a report, whose day is empty; the ledger knows when it was written, in UTC."""
    from payback.warehouse.base import Slice

    piece = Slice("shop", "", "customers", None, 0, None, None, "h")
    with mysql_warehouse.transaction():
        mysql_warehouse.expose("customers")
        mysql_warehouse.write_slices("customers", "customers", [piece], Load(1, "a test"))
    (row,) = mysql_warehouse.records("loads", {"day": None})
    assert row["source"] == "shop"
    assert abs((datetime.utcnow() - row["loaded_at"]).total_seconds()) < 60
    assert mysql_warehouse.slices("customers", "customers") == {piece.key: piece}


def test_without_local_infile_rows_are_inserted(mysql_warehouse, mysql_server, caplog):
    """Where the server forbids LOAD DATA LOCAL the same rows arrive by INSERT, and the log says so."""
    with changed(mysql_server, "local_infile", 0), caplog.at_level(logging.WARNING):
        write_names(mysql_warehouse, HOSTILE)
    assert texts_back(mysql_warehouse, fast=False) == HOSTILE
    assert "local_infile is off" in caplog.text


def test_small_packets_are_no_obstacle(mysql_warehouse, mysql_server):
    """A server that takes only small packets gets small packets, by both ways of writing."""
    names = ["x" * 500] * 3_000
    for local in (1, 0):
        with changed(mysql_server, "max_allowed_packet", 1 << 20), changed(mysql_server, "local_infile", local):
            mysql_warehouse.session.close()
            write_names(mysql_warehouse, names)
        assert texts_back(mysql_warehouse, fast=True) == names


def test_value_that_would_be_changed_is_refused(mysql_warehouse, mysql_server):
    """A column made smaller by hand would cut values with a mere warning: the load is refused, the table as before."""
    write(mysql_warehouse)
    database = mysql_warehouse.address.database
    mysql_server.execute(f"alter table `{database}`.campaigns modify clicks tinyint")
    with pytest.raises(WarehouseError, match="would change values of campaigns"):
        write(mysql_warehouse, {"clicks": "1000"}, load_id=2)
    assert mysql_warehouse.read("campaigns", columns=["clicks"]).to_pylist() == [{"clicks": 10}]


def test_money_that_differs_is_refused(mysql_warehouse, mysql_server):
    """A money column turned into one that rounds makes the sums differ: nothing is written."""
    database = mysql_warehouse.address.database
    mysql_server.execute(f"alter table `{database}`.campaigns modify cost double")
    with pytest.raises(ConservationError, match="not those that were sent"):
        write(mysql_warehouse, *[{"cost": "0.1"}] * 3)
    assert mysql_warehouse.read("campaigns").num_rows == 0


def test_missing_column_names_the_way_out(mysql_warehouse, mysql_server):
    """A column that was dropped by hand gives an error that says where to look."""
    mysql_server.execute(f"alter table `{mysql_warehouse.address.database}`.campaigns drop column clicks")
    with pytest.raises(SchemaVersionError, match=r"altered by hand(.|\n)*payback db status"):
        write(mysql_warehouse)


def test_too_long_text_is_named(mysql_warehouse):
    """A text longer than its column names column and lengths, and nothing is written."""
    with pytest.raises(WarehouseError, match=r"campaigns\.campaign_name is longer(.|\n)*501 signs(.|\n)*500 signs"):
        write(mysql_warehouse, {"campaign_name": "repeat('x', 501)"})
    assert mysql_warehouse.read("campaigns").num_rows == 0


def test_rows_that_the_ledger_does_not_count_are_refused(mysql_warehouse):
    """Slices that claim more rows than there are would make the ledger lie."""
    relation = campaign_rows(mysql_warehouse)
    (piece,) = slices_of(mysql_warehouse.engine, relation, "campaigns", "s")
    wrong = [replace(piece, rows=2)]
    with pytest.raises(ConservationError, match="2 rows of campaigns were sent and the server took 1"):
        mysql_warehouse.write_slices("campaigns", relation, wrong, Load(1, "a test"))
    assert mysql_warehouse.read("campaigns").num_rows == 0


def test_keys_get_the_same_numbers_as_in_duckdb(mysql_warehouse, tmp_path):
    """Numbers of campaigns do not depend on the warehouse, and stay what they were."""
    from payback.warehouse.duckdb import DuckDBWarehouse

    embedded = DuckDBWarehouse(tmp_path / "x.duckdb")
    found = []
    for warehouse in (mysql_warehouse, embedded):
        for keys in ("('a'), ('7'), ('b')", "('c'), ('7'), ('3')"):
            with warehouse.transaction():
                warehouse.engine.execute(
                    "create or replace temp table keys as select 's' as source, '' as account, k as external_key "
                    f"from (values {keys}) t(k)"
                )
                warehouse.number_keys("campaign_keys", "keys", "campaign_id")
        found.append({row["external_key"]: row["campaign_id"] for row in warehouse.records("campaign_keys")})
    embedded.close()
    assert found[0] == found[1]
    assert (found[0]["7"], found[0]["3"]) == (7, 3)
    assert len(set(found[0].values())) == len(found[0]) == 5


def test_ordered_batches_and_chosen_columns(mysql_warehouse):
    """Batches come in the order asked for, with the columns asked for, also where the order needs others."""
    write(mysql_warehouse, {"cost": "3"}, {"cost": "1"}, {"cost": "2"})
    table = mysql_warehouse.batches("campaigns", columns=["row_number"], order="cost").read_all()
    assert table.to_pydict() == {"row_number": [2, 3, 1]}
    assert mysql_warehouse.read("campaigns", columns=["row_number"], order="cost").equals(table)
    assert mysql_warehouse.batches("campaigns").read_all().num_rows == 3


@contextmanager
def changed(server, variable, value):
    """Set a variable of the server for a while."""
    ((before,),) = server.execute(f"select @@global.{variable}")
    server.execute(f"set global {variable} = {value}")
    try:
        yield
    finally:
        server.execute(f"set global {variable} = {before}")


def clean(warehouse, rows):
    """Make a relation of clean campaigns from (row_number, cost, day)."""
    changes = [{"row_number": str(n), "cost": cost, "date": f"date '2024-0{month}-01'"} for n, cost, month in rows]
    relation = campaign_rows(warehouse, *changes)
    if not rows:
        warehouse.engine.execute(f"delete from {relation}")
    warehouse.engine.execute(f"create or replace temp view clean as select *, '' as flags from {relation}")
    return "clean"


def test_replacing_a_table_touches_only_what_differs(mysql_warehouse, mysql_server):
    """Rows that stay are not deleted and written again: the server counts the rows it touched."""
    rows = [(n, str(n), 1 + n % 3) for n in range(1, 31)]
    with mysql_warehouse.transaction():
        assert mysql_warehouse.replace_table("clean_campaigns", clean(mysql_warehouse, rows)) == 30
    touched = "select variable_value + 0 from performance_schema.global_status where variable_name = "
    counters = [touched + f"'Handler_{word}'" for word in ("delete", "write")]
    before = [mysql_warehouse.session.rows(counter)[0][0] for counter in counters]
    rows = [*rows[:28], (29, "0.5", 2), (31, "1", 1)]
    with mysql_warehouse.transaction():
        assert mysql_warehouse.replace_table("clean_campaigns", clean(mysql_warehouse, rows)) == 30
    deleted, _ = [
        mysql_warehouse.session.rows(counter)[0][0] - start for counter, start in zip(counters, before, strict=True)
    ]
    assert deleted < 10
    found = mysql_warehouse.read("clean_campaigns", order="row_number")
    assert found["cost"].to_pylist() == [Decimal(cost) for _, cost, _ in rows]


@settings(max_examples=20)
@given(
    st.lists(
        st.dictionaries(
            st.integers(1, 6), st.tuples(st.sampled_from(["1", "2", "null"]), st.integers(1, 3)), max_size=6
        ),
        min_size=1,
        max_size=4,
    )
)
def test_replaced_table_is_what_was_given(mysql_warehouse, versions):
    """After any series of versions the table, on the server and in the workbench, is the last one."""
    for version in versions:
        with mysql_warehouse.transaction():
            rows = [(n, cost, month) for n, (cost, month) in version.items()]
            mysql_warehouse.replace_table("clean_campaigns", clean(mysql_warehouse, rows))
    wanted = {n: (None if cost == "null" else Decimal(cost), month) for n, (cost, month) in versions[-1].items()}
    mysql_warehouse.expose("clean_campaigns")
    for table in (mysql_warehouse.read("clean_campaigns"), mysql_warehouse.engine.arrow("from clean_campaigns")):
        assert {row["row_number"]: (row["cost"], row["date"].month) for row in table.to_pylist()} == wanted
