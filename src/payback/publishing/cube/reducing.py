"""Make a cube small enough to be mailed, without making a figure of it wrong.

What can go is detail. Countries go first; then the campaigns with the least cost become "other campaigns" of their
channel and source; and where even days and channels are too many, the oldest days go. All sums over the days that stay
are exact, so a period can still be chosen to the day; that is why days are never summed into weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql
from payback.metrics import ADDITIVE
from payback.publishing.cube.building import KEYS, PACKAGE

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine

MAXIMUM_CELLS = 250_000
"""About three megabytes in the file."""
_KEYS = {name: f"c.{name}" for name in KEYS}


def reduce_cube(engine: Engine, maximum_cells: int = MAXIMUM_CELLS, *, cube: str = "cube") -> tuple[str, list[str]]:
    """Return a relation of at most so many cells, and a sentence for each detail that had to go.

    Parameters
    ----------
    engine : Engine
        Holds the cube as `build_cube` made it.
    maximum_cells : int
        Cells that the report may carry.
    cube : str
        Name of the cube.

    Returns
    -------
    relation : str
        Name of the cube, or of a smaller one.
    notes : list of str
        What is left out, for the reader; empty where nothing is.
    """
    notes: list[str] = []
    if _count(engine, cube) <= maximum_cells:
        return cube, notes
    relation, countries = cube, engine.row(f"select count(distinct country) from {quoted(cube)}")[0]
    if countries > 1:
        relation = _summed(engine, f"{quoted(cube)} c", "cube_without_countries", {**_KEYS, "country": "''"})
        notes.append(f"Countries are left out: {countries:,} of them make the file too large.")
    if _count(engine, relation) > maximum_cells:
        relation, note = _fold_campaigns(engine, relation, maximum_cells)
        notes.append(note)
    if _count(engine, relation) > maximum_cells:
        relation, note = _drop_days(engine, relation, maximum_cells)
        notes.append(note)
    return relation, notes


def _fold_campaigns(engine: Engine, cube: str, maximum_cells: int) -> tuple[str, str]:
    """Keep the campaigns with the most cost; the others become one for each channel and source."""
    engine.execute(read_sql(PACKAGE, "kept_campaigns.sql", cube=quoted(cube)), {"cells": maximum_cells})
    kept, others = engine.row("select count(*) filter (kept), count(*) filter (not kept) from kept_campaigns")
    keys = {
        **_KEYS,
        "campaign_id": "case when kept then c.campaign_id else other_id end",
        "account": "case when kept then c.account else '' end",
    }
    joined = f"{quoted(cube)} c join kept_campaigns using (campaign_id, channel, source, account)"
    relation = _summed(engine, joined, "cube_of_largest", keys)
    return relation, (
        f"The {kept:,} campaigns with the most cost are shown one by one; the other {others:,} are summed as other "
        "campaigns of their channel, so that the file stays small. Totals hold all of them."
    )


def _drop_days(engine: Engine, cube: str, maximum_cells: int) -> tuple[str, str]:
    """Keep the latest days that there is room for."""
    first = engine.row(
        f"select min(date) from (select date, sum(count(*)) over (order by date desc) as cells from {quoted(cube)} "
        "group by date) where cells <= ?",
        [maximum_cells],
    )[0]
    engine.execute(
        f"create or replace temp table cube_of_latest_days as select * from {quoted(cube)} where date >= ?", [first]
    )
    return "cube_of_latest_days", f"Days before {first} are left out: more of them make the file too large."


def _summed(engine: Engine, source: str, name: str, keys: dict[str, str]) -> str:
    """Make a cube with fewer keys out of another."""
    known = ", ".join(f"{measure} is null" for measure in ADDITIVE)
    places = ", ".join(str(place) for place, _ in enumerate(keys, 1))
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in ADDITIVE)
    named = ", ".join(f"{sql} as {key}" for key, sql in keys.items())
    engine.execute(
        f"create or replace temp table {name} as select {named}, {sums} from {source} group by {places}, {known}"
    )
    return name


def _count(engine: Engine, relation: str) -> int:
    count: int = engine.row(f"select count(*) from {quoted(relation)}")[0]
    return count
