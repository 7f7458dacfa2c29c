"""Answers of GA4 to rows of ``campaign_traffic`` and ``campaigns``, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from payback.engine.duckdb import read_sql
from payback.engine.typed import lasting_hash
from payback.sources.channel_rules import channel_sql
from payback.sources.ga4_api.property import COST, TRAFFIC
from payback.sources.ga4_api.reports import CAMPAIGN_DAYS, reports
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.engine.duckdb import Engine
    from payback.sources.ga4_api.answers import Answer
    from payback.sources.ga4_api.property import DaysRead, Ga4Property
    from payback.tables import Table

_PACKAGE = "payback.sources.ga4_api"
_WRITTEN_LATER = ("campaign_id", "load_id", "row_number", "row_hash")
_DECIMAL = "decimal(18, 6)"


def make_rows(engine: Engine, read: DaysRead, of: Ga4Property) -> dict[str, str]:
    """Make the rows of some days in the engine and return table -> relation.

    A metric that we may not see comes as zero and becomes null: a zero would be a number, and a wrong one.

    Parameters
    ----------
    engine : Engine
        Where the relations are made; they have every column of their table but the number of the campaign and the load.
    read : DaysRead
        What GA4 gave.
    of : Ga4Property
        The property.
    """
    hidden = of.restricted([*read.traffic, *read.cost])
    values = [of.property_id, of.currency, CAMPAIGN_DAYS]
    engine.register("ga4_traffic_answers", _stacked(read.traffic, TRAFFIC))
    engine.register("ga4_cost_answers", _stacked([] if "cost" in hidden else read.cost, COST))
    traffic = read_sql(
        _PACKAGE,
        "traffic_rows.sql",
        answers="ga4_traffic_answers",
        channel=channel_sql("traffic_source", "traffic_medium", "campaign_name", day="date"),
        row_hash=_row_hash(CAMPAIGN_TRAFFIC),
        conversions=_number("conversions", _DECIMAL, hidden),
        transactions=_number("transactions", "bigint", hidden),
        revenue=_number("revenue", _DECIMAL, hidden),
    )
    engine.execute(f"create or replace temp table ga4_traffic as {traffic}", values, name="GA4 traffic")
    campaigns = read_sql(
        _PACKAGE,
        "campaign_rows.sql",
        traffic="ga4_traffic",
        answers="ga4_cost_answers",
        row_hash=_row_hash(CAMPAIGNS),
        no_conversions=_zero("conversions", hidden),
        no_revenue=_zero("revenue", hidden),
    )
    engine.execute(f"create or replace temp table ga4_campaigns as {campaigns}", values, name="GA4 campaigns")
    return {CAMPAIGN_TRAFFIC.name: "ga4_traffic", CAMPAIGNS.name: "ga4_campaigns"}


def _stacked(answers: Sequence[Answer], name: str) -> pa.Table:
    """Return answers one below the other, with every column of the report: what was left out is empty."""
    columns = reports()[name].columns
    tables = []
    for answer in answers:
        missing = [column for column in columns if column not in answer.rows.column_names]
        rows = answer.rows
        for column in missing:
            rows = rows.append_column(column, pa.nulls(rows.num_rows, pa.string()))
        tables.append(rows.select(list(columns)))
    return pa.concat_tables(tables) if tables else pa.table({column: pa.array([], pa.string()) for column in columns})


def _row_hash(table: Table) -> str:
    return lasting_hash([name for name in table.names if name not in _WRITTEN_LATER])


def _number(name: str, kind: str, hidden: frozenset[str]) -> str:
    return f"null::{kind}" if name in hidden else f"{name}::{kind}"


def _zero(name: str, hidden: frozenset[str]) -> str:
    return f"null::{_DECIMAL}" if name in hidden else f"0::{_DECIMAL}"
