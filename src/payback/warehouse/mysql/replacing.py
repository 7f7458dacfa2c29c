"""A whole table is replaced by its differences: a clean table of a million rows changes by a day, not by a million."""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted
from payback.tables import TABLES
from payback.warehouse.mysql.ddl import PARTITION_COLUMN, is_partitioned
from payback.warehouse.mysql.slicing import compare
from payback.warehouse.mysql.writing import write_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from payback.engine.duckdb import Engine
    from payback.warehouse.mysql.writer import Writer

_log = logging.getLogger(__name__)
_counter = itertools.count(1)

_KEYS_A_STATEMENT = 2_000
LARGEST_SHARE = 0.5
"""Where more of the old rows than this differ, all of them are deleted: that is one statement."""


def replace_rows(writer: Writer, engine: Engine, table: str, relation: str, bring_old: Callable[[], None]) -> int:
    """Make a table's rows those of a relation, within the open transaction, and return their number.

    Parameters
    ----------
    writer : Writer
        Where to.
    engine : Engine
        The workbench, which has the relation.
    table, relation : str
        What to replace, by what.
    bring_old : callable
        Brings the table as it is into the workbench.

    Raises
    ------
    ConservationError
        The rows or sums on the server are not those of the relation afterwards.
    """
    names = ", ".join(map(quoted, TABLES[table].names))
    fresh = f"select {names} from {quoted(relation)}"
    ((has_rows,),) = writer.rows(f"select exists (select 1 from {quoted(table)})")
    if has_rows and TABLES[table].primary_key:
        bring_old()
        fresh = _delete_differences(writer, engine, table, fresh)
    elif has_rows:
        writer.execute(f"delete from {quoted(table)}")
    write_rows(writer, engine, table, fresh, int(engine.row(f"select count(*) from ({fresh})")[0]))
    sums = _sums(table)
    (found,) = writer.rows(f"select {sums} from {quoted(table)}")
    sent = engine.row(f"select {sums} from {quoted(relation)}")
    compare(writer, table, found, sent)
    return int(sent[0])


def _delete_differences(writer: Writer, engine: Engine, table: str, fresh: str) -> str:
    """Delete the rows that are not among the new ones; return the query of those that are to be written."""
    number = next(_counter)
    gone, missing = f"gone_{number}", f"missing_{number}"
    names = ", ".join(map(quoted, TABLES[table].names))
    old = f"select {names} from {quoted(table)}"
    keys = [*TABLES[table].primary_key]
    if is_partitioned(TABLES[table]):
        keys.append(PARTITION_COLUMN)
    engine.execute(f"create temp table {gone} as select {', '.join(map(quoted, keys))} from ({old} except all {fresh})")
    (count,) = engine.row(f"select count(*) from {gone}")
    (before,) = engine.row(f"select count(*) from {quoted(table)}")
    if count > before * LARGEST_SHARE:
        writer.execute(f"delete from {quoted(table)}")
        return fresh
    for batch in engine.batches(f"from {gone}", rows=_KEYS_A_STATEMENT):
        rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        mark = f"({', '.join(['%s'] * len(keys))})"
        statement = (
            f"delete from {quoted(table)} where ({', '.join(map(quoted, keys))}) in ({', '.join([mark] * len(rows))})"
        )
        writer.execute(statement, list(itertools.chain.from_iterable(rows)))
    engine.execute(f"create temp table {missing} as {fresh} except all {old}")
    _log.debug("%s: %d of %d rows differ", table, count, before)
    return f"from {missing}"


def _sums(table: str) -> str:
    """Return the SQL of what is compared: rows, and the sum of each column of whole numbers and amounts."""
    parts: list[Any] = ["count(*)"]
    parts += [f"sum({quoted(one.name)})" for one in TABLES[table].columns if one.type in ("integer", "decimal")]
    return ", ".join(parts)
