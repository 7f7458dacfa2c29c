"""Sessions of web analytics by day and channel, where some were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.publishing.cube.relations import columns_of
from payback.publishing.web_traffic import counted_traffic

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine

TABLE = "campaign_traffic"
_MEASURES = ("sessions", "engaged_sessions", "transactions")
_DECIDING = ("source", "account", "analytics_channel")


def traffic(engine: Engine) -> dict[str, Any] | None:
    """Return sessions by day and channel, each day from one source; None where the warehouse has none."""
    there = columns_of(engine, TABLE)
    if not {"date", "channel", "sessions"} <= there.keys():
        return None
    missing = "".join(f", null::varchar as {name}" for name in _DECIDING if name not in there)
    counted = counted_traffic(f"(select *{missing} from {TABLE})")
    sums = ", ".join(f"sum({name})::double" if name in there else "null" for name in _MEASURES)
    found = engine.rows(
        f"select date::varchar, coalesce(channel, ''), {sums} from ({counted}) where date is not null "
        "group by 1, 2 order by 1, 2"
    )
    if not found:
        return None
    rows = [[day, channel, *(_whole(value) for value in values)] for day, channel, *values in found]
    return {"columns": ["day", "channel", *_MEASURES], "rows": rows}


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
