"""Cut a relation into slices, and find those that changed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql
from payback.tables import TABLES
from payback.warehouse.base import Slice, SliceKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.engine.duckdb import Engine

_log = logging.getLogger(__name__)


def slices_of(engine: Engine, relation: str, table: str, settings_hash: str) -> list[Slice]:
    """Return the slices of a relation.

    Parameters
    ----------
    engine, relation
        Where the rows are, with the columns of the table.
    table : str
        Name of the table they are for.
    settings_hash : str
        Hash of everything else that decides what the rows mean; it becomes part of each slice's hash.
    """
    known = TABLES[table]
    sql = read_sql(
        "payback.warehouse",
        "slices.sql",
        relation=quoted(relation),
        day="date" if "date" in known else "null::date",
        cost="cost" if "cost" in known else "null::decimal(18, 6)",
        revenue="revenue" if "revenue" in known else "null::decimal(18, 6)",
    )
    return [Slice(*row) for row in engine.rows(sql, [settings_hash])]


def changed_slices(table: str, found: Sequence[Slice], kept: Mapping[SliceKey, Slice]) -> list[Slice]:
    """Return the slices that are new or differ from the ledger's; revisions go to the log, before and after."""
    changed = []
    for piece in found:
        before = kept.get(piece.key)
        if before and before.content_hash == piece.content_hash:
            continue
        changed.append(piece)
        if before and (before.rows, before.cost, before.revenue) != (piece.rows, piece.cost, piece.revenue):
            _log.info(
                "%s %s %s revised: rows %s -> %s, cost %s -> %s, revenue %s -> %s",
                *(table, piece.report, piece.day or ""),
                *(before.rows, piece.rows, before.cost, piece.cost, before.revenue, piece.revenue),
            )
    return changed
