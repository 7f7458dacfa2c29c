"""Give campaigns and customers their numbers: the same after every load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql

if TYPE_CHECKING:
    from payback.tables import Table
    from payback.warehouse.base import Warehouse

_KEYS = {"campaign_id": "campaign_keys", "customer_id": "customer_keys"}
"""Number -> table that keeps it."""
_IDENTITY = {"campaign_id": (("external_campaign_id", "campaign_name"),
                             "coalesce(external_campaign_id, name_key(campaign_name), '')"),
             "customer_id": (("external_customer_id",), "external_customer_id")}  # fmt: skip
"""Columns that tell campaigns or customers of an account apart, and SQL of the key that they give."""


def numbered_rows(warehouse: Warehouse, table: Table, relation: str, load_id: int) -> str:
    """Return a relation with every column of the table: the numbers of campaigns or customers, and the load.

    Parameters
    ----------
    warehouse : Warehouse
        Where the numbers are kept; new campaigns and customers are entered. Within a transaction.
    table : Table
        Table that the rows are for.
    relation : str
        Relation in ``warehouse.engine``: the readable columns of the table without the number, ``report``,
        ``row_number`` and ``row_hash``.
    load_id : int
        The load.
    """
    column = _number_of(table)
    number, join = _number(warehouse, table, relation, column) if column else ("", "")
    warehouse.engine.execute(
        f"create or replace temp view complete_{table.name} as select {number}r.*, {load_id}::bigint as load_id "
        f"from {relation} r{join}"
    )
    return f"complete_{table.name}"


def _number_of(table: Table) -> str | None:
    """Return which number the rows of a table get, or in the case of orders their customers."""
    if "campaign_id" in table:
        return "campaign_id"
    return "customer_id" if "external_customer_id" in table else None


def _number(warehouse: Warehouse, table: Table, relation: str, column: str) -> tuple[str, str]:
    """Give campaigns or customers their numbers; return SQL of the column and of the join that it needs."""
    engine = warehouse.engine
    names, external = _IDENTITY[column]
    listed = ", ".join(names)
    engine.connection.execute(read_sql("payback.engine", "typed.sql"))
    # Names are worked out on what differs: rows are many, campaigns are few.
    distinct = "distinct " if external not in names else ""
    engine.execute(
        f"create or replace temp view given_keys as select *, {external} as external_key "
        f"from (select {distinct}source, account, {listed} from {relation})"
    )
    engine.execute(
        "create or replace temp view fresh_keys as select source, account, external_key from given_keys "
        "where external_key is not null"
    )
    numbered = warehouse.number_keys(_KEYS[column], "fresh_keys", column)
    if column not in table:
        return "", ""
    counted = (
        f"from {numbered} semi join (select distinct source, account from {relation}) using (source, account) "
        f"where {column}::varchar <> external_key"
    )
    if not engine.row(f"select exists ({counted})")[0]:
        # Every key of these accounts is its own number: there is nothing to look up.
        return f"try_cast({external} as bigint) as {column}, ", ""
    numbers = f"key_numbers_{table.name}"
    engine.execute(
        f"create or replace temp table {numbers} as select distinct g.*, n.{column} from given_keys g "
        f"join {numbered} n using (source, account, external_key)"
    )
    same = " and ".join(
        f"n.{quoted(name)} is not distinct from r.{quoted(name)}" for name in ("source", "account", *names)
    )
    return f"n.{column}, ", f" left join {numbers} n on {same}"
