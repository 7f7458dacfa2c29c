"""Projects to judge: the sample as the warehouse would hold it, and a few rows of every other table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa

from payback.engine.duckdb import Engine
from payback.publishing.powerbi.options import ProjectOptions
from payback.publishing.powerbi.project import write_project
from payback.publishing.results import Results, RowAccount, Summary
from payback.tables import CAMPAIGN_TRAFFIC, CLEAN_CAMPAIGNS, CLEAN_CUSTOMERS, CUSTOMER_SEGMENTS, DATA_QUALITY, Table
from powerbi_tools.sample import FIRST_DAY, LAST_DAY, sample_rows

TYPES = {
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 6),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
MOMENT = dt.datetime(2025, 4, 1, tzinfo=dt.UTC)


def arrow(table: Table, rows):
    """Return rows as a table of the warehouse; what a row does not say is null."""
    schema = pa.schema([(column.name, TYPES[column.type]) for column in table.columns])
    return pa.Table.from_pylist(list(rows), schema=schema)


def campaigns(rows=None):
    """Return the rows of ``clean_campaigns``; by default those of the sample."""
    rows = [vars(row) for row in sample_rows()] if rows is None else rows
    numbers = {name: number for number, name in enumerate(sorted({row["campaign"] for row in rows}), 1)}
    return [
        {
            "source": "csv",
            "account": "",
            **row,
            "campaign_name": row["campaign"],
            "campaign_id": numbers[row["campaign"]],
        }
        for row in rows
    ]


def traffic():
    """Return a few rows of ``campaign_traffic``: two campaigns, one of them unknown to the ad platforms."""
    return [
        {
            "campaign_id": 6 if number % 2 else 99,
            "campaign_name": "Spring" if number % 2 else "Newsletter",
            "channel": "Paid Search" if number % 2 else None,
            "country": "Germany",
            "date": FIRST_DAY + dt.timedelta(days=number * 3),
            "source": "ga4",
            "account": "1",
            "currency": "EUR",
            "sessions": 100 + number,
            "engaged_sessions": 40 + number,
            "page_views": 300 + number,
            "conversions": Decimal(number) / 4,
            "transactions": number % 5,
            "revenue": None if number % 7 == 0 else Decimal(number * 1001) / 1000,
        }
        for number in range(150)
    ]


def customers():
    """Return a few rows of ``clean_customers``."""
    return [
        {
            "customer_id": number,
            "age": 20 + number % 50,
            "age_band": "25-34",
            "gender": "female" if number % 2 else "male",
            "country": "Germany" if number % 3 else "France",
            "sessions": number % 6,
            "avg_session_duration": Decimal(number * 7) / 10,
            "pages_per_session": Decimal(number % 9) / 2,
            "transactions": number % 4,
            "revenue": None if number == 5 else Decimal(number * 999) / 100,
            "source": "csv",
            "account": "",
            "currency": "EUR",
        }
        for number in range(1, 41)
    ]


def segments():
    """Return the segment of each customer but one."""
    return [
        {"customer_id": number, "segment": 1 + number % 3, "segment_name": ("Loyal", "New", "Quiet")[number % 3]}
        for number in range(1, 40)
    ]


def quality():
    """Return a few rows of ``data_quality``."""
    row = {
        "table_name": "campaigns",
        "gate": "cleaning",
        "severity": "reject",
        "currency": "EUR",
        "rule": "Not below 0.",
    }
    return [
        row | {"reason": "negative_cost", "rows": 3, "cost": Decimal("12.5"), "revenue": None},
        row
        | {"reason": "future_date", "rows": 2, "cost": Decimal("7.123456"), "revenue": Decimal(4), "currency": "USD"},
    ]


def accounts():
    """Return the account of a loaded table in two currencies."""
    return [
        RowAccount("campaigns", 110, 108, 2, 100, 6, 2, Decimal("10.5"), Decimal(9), Decimal("1.5"), currency="EUR"),
        RowAccount("campaigns", 50, 50, 0, 49, 1, 0, Decimal(70), Decimal(60), Decimal(10), currency="USD"),
    ]


TABLES = {
    CLEAN_CAMPAIGNS: campaigns,
    CAMPAIGN_TRAFFIC: traffic,
    CLEAN_CUSTOMERS: customers,
    CUSTOMER_SEGMENTS: segments,
    DATA_QUALITY: quality,
}
"""Every table that a project is made from, and its rows."""


def results(rows=None):
    """Return what publishing is given beside the tables."""
    first, last = (FIRST_DAY, LAST_DAY) if rows is None else (None, None)
    return Results(Summary("Sample", first, last, MOMENT, "0.1.0", "run", accounts() if rows is None else []))


def build(folder, options=None, **content):
    """Write a project of the sample, or of the rows given by table name; return its folder."""
    engine = Engine()
    for table, rows in TABLES.items():
        engine.register(table.name, arrow(table, content.get(table.name, [] if content else rows())))
    write_project(engine, results(content or None), folder, options or ProjectOptions())
    engine.close()
    return folder


def files(folder, model):
    """Return the Parquet file, or the folder of months, of each table of a model in TOM's JSON."""
    places = {path.stem: path for path in (folder / "data").iterdir()}
    return {table["name"]: places[table["name"].lower().replace(" ", "_")] for table in model["tables"]}


HOSTILE = (
    "it's",
    'a "quoted" one',
    "[brackets] and ]] more",
    "a/b\\c:d*e?",
    "\U0001f680 rocket",
    "x" * 200,
    "\u202eright to left\u202c \u0634\u062a\u0627\u0621",
    "Summer",
    "SUMMER",
    " summer ",
    "#(cr,lf) \t tab",
    "=1+1",
    "",
)
"""Names of campaigns that break careless programs."""


def hostile():
    """Return campaign rows with hostile names in every column of names, among them a currency that nobody stated."""
    return campaigns(
        [
            {
                "campaign": name,
                "channel": name[:100],
                "country": name[:100],
                "account": name[:100],
                "currency": ("EUR", "XXX", "ZZZ")[number % 3],
                "date": FIRST_DAY + dt.timedelta(days=number),
                "cost": Decimal(number),
                "revenue": Decimal(2 * number),
            }
            for number, name in enumerate(HOSTILE)
        ]
    )


def odd_place(folder):
    """Write a project into a folder whose name is hostile too."""
    return build(folder / 'Müller\'s "data" #(cr) \U0001f680')


VARIANTS = {
    "rows in Parquet files": build,
    "dark": lambda folder: build(folder, ProjectOptions(dark=True)),
    "refreshed by months": lambda folder: build(folder, ProjectOptions(incremental=True)),
    "rows in MySQL": lambda folder: build(folder, ProjectOptions(source="mysql", server="db.example.com:3307")),
    "rows in MySQL, by months": lambda folder: build(folder, ProjectOptions(source="mysql", incremental=True)),
    "hostile names": lambda folder: build(folder, clean_campaigns=hostile()),
    "no rows at all": lambda folder: build(folder, clean_campaigns=[]),
    "an odd place": odd_place,
}
"""Ways to write a project."""
