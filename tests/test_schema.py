"""The tables of the embedded warehouse, made from `payback.tables`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payback.engine.duckdb import Engine
from payback.errors import SchemaVersionError
from payback.tables import CAMPAIGNS, TABLES, Column, Table
from payback.warehouse import schema


def created(*tables):
    """Return column -> type of tables as the engine made them."""
    with Engine() as engine:
        for statement in schema.create_statements({table.name: table for table in tables}):
            engine.execute(statement)
        sql = "select table_name, column_name, data_type from information_schema.columns order by ordinal_position"
        return {(table, column): kind for table, column, kind in engine.rows(sql)}


def test_every_table_is_made_with_all_of_its_columns():
    """The database has the tables, and the columns in their order."""
    made = created(*TABLES.values())
    for name, table in TABLES.items():
        assert tuple(column for owner, column in made if owner == name) == table.names
    assert ("schema_version", "version") in made


def test_types_hold_what_the_descriptions_promise():
    """Money is exact, counts have 64 bits, times are times."""
    made = created(CAMPAIGNS, TABLES["loads"])
    assert made["campaigns", "cost"] == "DECIMAL(18,6)"
    assert made["campaigns", "clicks"] == "BIGINT"
    assert made["campaigns", "date"] == "DATE"
    assert made["loads", "loaded_at"] == "TIMESTAMP"


def test_sums_have_more_digits_than_rows():
    """A day of many rows at the limit still has a sum."""
    made = created(TABLES["loads"], TABLES["files"])
    assert {made["loads", "cost"], made["files", "revenue"]} == {"DECIMAL(38,6)"}
    assert Decimal("999999999999.999999") * 10**9 < Decimal(10) ** 32


def test_making_tables_twice_changes_nothing():
    """A statement that finds its table leaves it alone."""
    table = Table("t", "A table.", "one row", (Column("n", "integer", "A number."),))
    with Engine() as engine:
        engine.execute(schema.create_table(table))
        engine.execute("insert into t values (1)")
        engine.execute(schema.create_table(table))
        assert engine.rows("from t") == [(1,)]


def test_name_of_a_column_may_be_a_word_of_sql():
    """The table ``loads`` has a column ``rows``; names are quoted throughout."""
    table = Table("order", "A table.", "one row", (Column("select", "text", "A text."),))
    assert created(table)["order", "select"] == "VARCHAR"


def test_newer_database_is_refused():
    """A program does not write into tables that it does not know."""
    with pytest.raises(SchemaVersionError, match="newer Payback") as caught:
        schema.check_version(schema.SCHEMA_VERSION + 1)
    assert "upgrade" in caught.value.hint


def test_changes_between_versions_are_given_in_order(monkeypatch):
    """A database that is two versions old gets both changes, the older first; the present one gets none."""
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 3)
    monkeypatch.setattr(schema, "CHANGES", {2: ("a",), 3: ("b", "c")})
    assert schema.check_version(1) == ["a", "b", "c"]
    assert schema.check_version(2) == ["b", "c"]
    assert schema.check_version(3) == []
    assert schema.check_version(None) == []


def test_every_version_says_how_to_reach_it():
    """Each version but the first has its changes."""
    assert set(schema.CHANGES) == set(range(2, schema.SCHEMA_VERSION + 1))
