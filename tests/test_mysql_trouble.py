"""A real server in trouble: full, not strict, small packets, no rights, a table altered by hand. Nothing is lost."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from campaign_rows import write
from mysql_server import GIVEN_URL, start_server, stop_server
from payback.config import load_settings
from payback.data_loader import DataLoader
from payback.errors import DiskFullError, PaybackError, WarehouseError
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.warehouse import MySQLWarehouse
from test_mysql_pipeline import csv_of, overrides, totals


@contextmanager
def settings_of(server, **values):
    """Change settings of the server for a moment; new connections get them."""
    names = ", ".join(f"@@global.{name}" for name in values)
    (before,) = server.execute(f"select {names}")
    server.execute(*(f"set global {name} = {value!r}" for name, value in values.items()))
    try:
        yield
    finally:
        server.execute(*(f"set global {name} = {value!r}" for name, value in zip(values, before, strict=True)))


def costs(address):
    """Return the costs of the campaign rows, and of the ledger."""
    warehouse = MySQLWarehouse(address)
    try:
        return warehouse.measure("campaigns")[1]["cost"], warehouse.measure("loads")[1]["cost"]
    finally:
        warehouse.close()


@pytest.mark.slow
def test_full_server_is_an_error_and_the_tables_are_as_before(tmp_path):
    """A load for which the server has no room fails with a clear error; the old days stay, and small loads go on."""
    if GIVEN_URL:
        pytest.skip("a server that is not ours is not filled")
    server = start_server("--innodb-file-per-table=OFF", "--innodb-data-file-path=ibdata1:12M:autoextend:max:48M")
    try:
        server.execute("create database shop")
        address = Address(server.host, server.port, server.user, server.password, "shop")
        with DataLoader(tmp_path, settings=load_settings(tmp_path, overrides(address))) as loader:
            loader.import_file(csv_of(tmp_path / "ads.csv", 8_400))
            with pytest.raises(DiskFullError, match=r"no room(.|\n)*free some space"):
                loader.import_file(csv_of(tmp_path / "ads.csv", 420_000, cost="2"))
            assert totals(address) == (8_400, 8_400, 10_500, 8_400, 10_500)
            loader.import_file(csv_of(tmp_path / "ads.csv", 840, cost="3"))
        assert totals(address) == (840, 840, 2_520, 840, 2_520)
    finally:
        stop_server(server)


def test_server_that_is_not_strict_changes_no_value(mysql_address, mysql_server):
    """Payback is strict by itself, whatever the server's own mode would let pass."""
    with settings_of(mysql_server, sql_mode=""):
        warehouse = MySQLWarehouse(mysql_address)
        write(warehouse, {"cost": "999999999999.999999"})
        with pytest.raises(PaybackError):
            write(warehouse, {"channel": f"'{'x' * 500}'"}, load_id=2)
        warehouse.close()
    assert costs(mysql_address) == (Decimal("999999999999.999999"),) * 2


def test_text_larger_than_a_packet_is_explained(mysql_address, mysql_server):
    """A ledger entry beyond max_allowed_packet fails with the setting's name; the tables are as they were."""
    with settings_of(mysql_server, max_allowed_packet=1 << 20):
        warehouse = MySQLWarehouse(mysql_address)
        write(warehouse, {"cost": "1"})
        large = [{"name": "x", "value": "y" * (3 << 20)}]
        with pytest.raises(WarehouseError, match="max_allowed_packet"):
            warehouse.replace_rows("state", {}, large)
        warehouse.close()
    assert costs(mysql_address) == (1, 1)


def test_rows_are_loaded_through_small_packets(mysql_address, mysql_server):
    """Rows by LOAD DATA, and by INSERT where that is forbidden, are cut to the packets the server takes."""
    for load, local in ((1, 1), (2, 0)):
        with settings_of(mysql_server, max_allowed_packet=1 << 20, local_infile=local):
            warehouse = MySQLWarehouse(mysql_address)
            name = f"'{'n' * 200}'"
            rows = [{"campaign_name": name, "cost": "1"}] * 300
            write(warehouse, *rows, load_id=load)
            warehouse.close()
        assert costs(mysql_address) == (300, 300)


def test_user_without_rights_for_partitions_loads_all_the_same(mysql_address, mysql_server, caplog):
    """Who may only read and write rows gets no new months: rows go into the range of the rest, and the log says so."""
    MySQLWarehouse(mysql_address).close()
    mysql_server.execute(
        "create user pb_rows identified by 'Long-password-1'",
        f"grant select, insert, update, delete on `{mysql_address.database}`.* to pb_rows",
    )
    try:
        warehouse = MySQLWarehouse(replace(mysql_address, user="pb_rows", password="Long-password-1"))  # noqa: S106
        write(warehouse, {"cost": "1"}, {"cost": "2", "date": "date '2025-01-01'"})
        warehouse.close()
    finally:
        mysql_server.execute("drop user pb_rows")
    assert costs(mysql_address) == (3, 3)
    assert "no new month for campaigns" in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("alter table campaigns drop column clicks", "column is missing"),
        ("alter table campaigns modify channel varchar(3)", "altered by hand"),
        ("alter table campaigns modify cost int", "are not those that were sent"),
        ("drop table campaigns", "a table is missing"),
    ],
)
def test_table_altered_by_hand_is_noticed_before_anything_counts(mysql_address, mysql_server, change, message):
    """The load fails with a hint and writes nothing, neither rows nor ledger."""
    warehouse = MySQLWarehouse(mysql_address)
    mysql_server.execute(change, database=mysql_address.database)
    with pytest.raises(PaybackError, match=message):
        write(warehouse, {"cost": "1.5"})
    warehouse.close()
    assert mysql_server.execute("select count(*) from loads", database=mysql_address.database) == [(0,)]
