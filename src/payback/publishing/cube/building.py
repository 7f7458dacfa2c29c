"""Build the cube: the clean campaign rows, summed by all that a page can filter and group by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql
from payback.metrics import ADDITIVE
from payback.tables import CLEAN_CAMPAIGNS, MONEY_SCALE, UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine

PACKAGE = "payback.publishing.cube"
KEYS = ("date", "currency", "campaign_id", "channel", "source", "account", "country")
"""What tells cells apart, in the order of the cube, beside which measures are known."""
_WIDE = 38
_INT64_DIGITS = 18


def build_cube(engine: Engine, relation: str = "clean_campaigns", name: str = "cube") -> int:
    """Sum campaign rows into the cube, a temporary table, and return the number of its cells.

    A cell is a day, campaign, channel, source, account, country and currency in which each measure is known throughout
    or nowhere. Sums are exact: ``decimal(18,6)``, wider where a sum needs it, and whole numbers.

    Parameters
    ----------
    engine : Engine
        Where the rows can be read and where the cube is made.
    relation : str
        Relation with the columns of ``clean_campaigns``; trusted, never a text from outside.
    name : str
        Name of the temporary table.
    """
    sql = read_sql(
        PACKAGE,
        "cells.sql",
        unknown=UNKNOWN_CURRENCY,
        relation=relation,
        measures=", ".join(ADDITIVE),
        sums=", ".join(f"sum({measure}) as {measure}" for measure in ADDITIVE),
        known=", ".join(f"{measure} is null" for measure in ADDITIVE),
    )
    engine.execute(f"create or replace temp table cells as {sql}", name="sum cells")
    columns = ", ".join([*KEYS, *(_narrowed(engine, measure) for measure in ADDITIVE)])
    order = ", ".join([*KEYS, *ADDITIVE])
    engine.execute(
        f"create or replace temp table {quoted(name)} as select {columns} from cells order by {order}",
        name="sort cells",
    )
    engine.execute("drop table cells")
    count: int = engine.row(f"select count(*) from {quoted(name)}")[0]
    return count


def _narrowed(engine: Engine, measure: str) -> str:
    """Return a sum in the narrowest type that holds all of them: eight bytes are summed twice as fast as sixteen."""
    whole = CLEAN_CAMPAIGNS[measure].type == "integer"
    scale = 0 if whole else MONEY_SCALE
    largest = engine.row(f"select coalesce(max(abs({measure})), 0) from cells")[0]
    fits = largest < 10 ** (_INT64_DIGITS - scale)
    if whole:
        return f"{measure}::{'bigint' if fits else f'decimal({_WIDE}, 0)'} as {measure}"
    return f"{measure}::decimal({_INT64_DIGITS if fits else _WIDE}, {scale}) as {measure}"
