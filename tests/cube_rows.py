"""Clean campaign rows for tests of the cube: made here, so that every figure can be worked out another way."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from payback.engine.duckdb import Engine
from payback.publishing.cube.building import build_cube
from payback.publishing.cube.folder import keep
from payback.publishing.cube.report_data import report_data
from payback.publishing.html.static import render_static
from payback.publishing.results import Results
from sample_results import summary

MONEY = pa.decimal128(18, 6)
SCHEMA = pa.schema(
    [
        ("campaign_id", pa.int64()), ("campaign_name", pa.string()), ("channel", pa.string()), ("cost", MONEY),
        ("impressions", pa.int64()), ("clicks", pa.int64()), ("conversions", MONEY), ("revenue", MONEY),
        ("date", pa.date32()), ("source", pa.string()), ("account", pa.string()), ("currency", pa.string()),
        ("country", pa.string()), ("flags", pa.string()),
    ]
)  # fmt: skip
FIRST = date(2026, 1, 1)


def row(cost="10", revenue="25", *, day=0, campaign=1, **changes):
    """One row; money as text, day as a number from `FIRST`."""
    known = {
        "campaign_id": campaign,
        "campaign_name": f"Campaign {campaign}",
        "channel": "Search",
        "cost": None if cost is None else Decimal(cost),
        "impressions": 1000,
        "clicks": 10,
        "conversions": Decimal(2),
        "revenue": None if revenue is None else Decimal(revenue),
        "date": FIRST + timedelta(day),
        "source": "google",
        "account": "",
        "currency": "EUR",
        "country": None,
        "flags": None,
    }
    return known | changes


def many(rows=600, seed=3):
    """Rows of seven campaigns, three channels, two sources, two currencies; some measures unknown, some refunds."""
    chance = random.Random(seed)

    def some(value, share=0.9):
        return value if chance.random() < share else None

    def one():
        campaign = chance.randrange(7)
        return row(
            day=chance.randrange(60),
            campaign=campaign,
            channel=("Search", "Social", "Email")[campaign % 3],
            source=("google", "meta")[campaign % 2],
            country=chance.choice(("Germany", "France", None)),
            currency=("EUR", "USD")[campaign // 5],
            cost=some(str(chance.randrange(100_000) / 100)),
            revenue=some(str(chance.randrange(-20_000, 300_000) / 100), 0.8),
            impressions=some(chance.randrange(10_000)),
            clicks=some(chance.randrange(500)),
            conversions=some(Decimal(chance.randrange(2000)) / 100),
        )

    return [one() for _ in range(rows)]


def table(rows):
    """Return rows as Arrow."""
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def engine_with(rows):
    """Return an engine that holds the rows as ``clean_campaigns`` and their cube."""
    engine = Engine()
    engine.register("given", table(rows))
    engine.execute("create table clean_campaigns as from given")
    build_cube(engine)
    return engine


def results_of(**changes):
    """Return results without tables: the cube has its own figures."""
    return Results(summary(first_day=None, last_day=None, rows=[], warnings=[], **changes), {})


def keep_rows(folder, rows, **changes):
    """Keep cube and data of rows in a folder, as a run does."""
    results = results_of(**changes)
    with engine_with(rows) as engine:
        return keep(engine, folder, report_data(engine, results), render_static(results))
