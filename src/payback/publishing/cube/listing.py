"""The lists that a report's cube points into: days, currencies, channels, countries, sources, campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted, read_sql
from payback.metrics import ADDITIVE
from payback.publishing.cube.building import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from payback.engine.duckdb import Engine

Record = dict[str, Any]
OTHERS = "Other campaigns"
MOST_DAYS = 60
"""Unusual days that are told of a campaign: the latest."""


def campaign_names(engine: Engine, relation: str = "clean_campaigns") -> list[Record]:
    """Return each campaign once: number, source, account, latest name and channel, first and last day."""
    return engine.records(read_sql(PACKAGE, "campaign_names.sql", relation=relation))


def outlier_days(engine: Engine, cube: str = "cube") -> dict[tuple[Any, ...], list[str]]:
    """Return the days on which a campaign lies far from its other days, by number, source and account."""
    found = engine.records(read_sql(PACKAGE, "outlier_days.sql", cube=quoted(cube)), {"most": MOST_DAYS})
    return {(row["campaign_id"], row["source"], row["account"]): sorted(row["days"]) for row in found}


def lists_of(engine: Engine, cube: str = "cube", *, first: str | None = None) -> Record:
    """Return the lists of a cube, as `ReportData` of the contract names them, without the campaigns.

    Parameters
    ----------
    engine : Engine
        Holds the cube.
    cube : str
        Name of the cube.
    first : str, optional
        Currency to put first; otherwise the one with the most cells.
    """
    days = engine.row(f"select min(date), max(date) from {quoted(cube)}")
    counted = engine.rows(f"select currency from {quoted(cube)} group by all order by count(*) desc, currency")
    currencies = sorted((code for (code,) in counted), key=lambda code: code != first)
    lists: Record = {"first_day": _day(days[0]), "last_day": _day(days[1]), "currencies": currencies}
    for name, column in (("channels", "channel"), ("countries", "country"), ("sources", "source")):
        found = engine.rows(f"select distinct {column} from {quoted(cube)} order by {column}")
        lists[name] = [value for (value,) in found]
    return lists


def kept_campaigns(engine: Engine, campaigns: Sequence[Record], cube: str) -> list[Record]:
    """Return the campaigns of a reduced cube: those of the list that are in it, and the summed others.

    Parameters
    ----------
    engine : Engine
        Holds the cube.
    campaigns : sequence of dict
        Campaigns of the full cube, as `ReportData` holds them.
    cube : str
        Name of the reduced cube.
    """
    found = engine.records(
        f"select campaign_id::varchar as id, source, account, min(date)::varchar as first_day, "
        f"max(date)::varchar as last_day, any_value(channel) as channel from {quoted(cube)} "
        "group by campaign_id, source, account order by campaign_id, source, account"
    )
    known = {_key(campaign): campaign for campaign in campaigns}
    return [known.get(_key(row)) or _others(row) for row in found]


def coded(engine: Engine, lists: Mapping[str, Any], cube: str = "cube") -> pa.Table:
    """Return the cube with places in the lists instead of names, ready to be packed.

    Parameters
    ----------
    engine : Engine
        Holds the cube.
    lists : mapping
        ``first_day``, ``currencies``, ``channels``, ``countries`` and ``campaigns`` of the report.
    cube : str
        Name of the cube.
    """
    engine.register("cube_places", _places(lists))
    measures = ", ".join(ADDITIVE)
    sql = read_sql(PACKAGE, "codes.sql", cube=quoted(cube), places="cube_places", measures=measures)
    return engine.arrow(sql, {"first_day": lists["first_day"]})


def _places(lists: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    rows: list[Record] = [
        {"kind": kind, "place": place, "name": name}
        for kind, key in (("currency", "currencies"), ("channel", "channels"), ("country", "countries"))
        for place, name in enumerate(lists[key])
    ]
    rows += [
        {
            "kind": "campaign",
            "place": place,
            "campaign_id": int(one["id"]),
            "source": one["source"],
            "account": one["account"],
        }
        for place, one in enumerate(lists["campaigns"])
    ]
    text, whole = pa.string(), pa.int64()
    kinds = {"kind": text, "place": pa.int32(), "name": text, "campaign_id": whole, "source": text, "account": text}
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def _key(campaign: Record) -> tuple[Any, ...]:
    return campaign["id"], campaign["source"], campaign["account"]


def _others(row: Record) -> Record:
    """Return the campaign that stands for the small ones of a channel and source."""
    return {**row, "name": OTHERS, "verdict": "", "intervals": {}}


def _day(value: Any) -> str | None:
    return None if value is None else str(value)
