"""Finished tables for the tests of publishing: shaped like those of the analysis, small enough to check by hand."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from payback.publishing.results import Results, RowAccount, Summary

MONEY = pa.decimal128(38, 6)
RATIOS = ("roi", "roas", "cpa", "cpc", "cpm", "ctr", "cvr", "aov")
FIRST = date(2026, 1, 1)


def summary(**changes):
    """A summary of a year."""
    known = {
        "title": "Marketing ROI",
        "first_day": FIRST,
        "last_day": date(2026, 12, 31),
        "created_at": datetime(2027, 1, 2, 6, 30, tzinfo=UTC),
        "version": "0.1.0",
        "run_id": "20270102-063000",
        "rows": [account()],
        "warnings": ["Two campaigns have the same name."],
    }
    return Summary(**known | changes)


def account(**changes):
    """The account of a table of 100 rows, of which 4 were turned away."""
    known = {
        "table": "campaigns",
        "rows_read": 100,
        "rows_loaded": 99,
        "rejected_at_loading": 1,
        "rows_clean": 96,
        "rejected_at_cleaning": 3,
        "cost_in": Decimal("1010.50"),
        "cost_clean": Decimal("1000.25"),
        "cost_rejected": Decimal("10.25"),
        "revenue_in": Decimal("3003.03"),
        "revenue_clean": Decimal("3000.00"),
        "revenue_rejected": Decimal("3.03"),
        "currency": "EUR",
    }
    return RowAccount(**known | changes)


def measured(cost, revenue, *, impressions=1000, clicks=50, conversions=5, currency="EUR", **more):
    """One row of an ROI table: the metrics of a group."""
    known = cost is not None and revenue is not None
    money = [None if value is None else Decimal(str(value)) for value in (cost, revenue)]
    roi = None if not known or not money[0] else float((money[1] - money[0]) / money[0])
    width = None if roi is None else 0.1 + abs(roi) / 5

    def over(top, bottom, factor=1):
        return None if top is None or not bottom else factor * float(top) / float(bottom)

    return {
        "currency": currency,
        "first_day": FIRST,
        "last_day": date(2026, 12, 31),
        "days": 365,
        "rows": 365,
        "cost": money[0],
        "impressions": impressions,
        "clicks": clicks,
        "conversions": Decimal(str(conversions)),
        "revenue": money[1],
        "profit": money[1] - money[0] if known else None,
        "roi": roi,
        "roas": None if roi is None else roi + 1,
        "cpa": over(cost, conversions),
        "cpc": over(cost, clicks),
        "cpm": over(cost, impressions, 1000),
        "ctr": over(clicks, impressions),
        "cvr": over(conversions, clicks),
        "aov": over(revenue, conversions),
        "coverage": 1.0,
        "share_of_cost": 0.5,
        "share_of_revenue": 0.5,
        "rank": 1,
        "roi_low": None if roi is None else roi - width,
        "roi_high": None if roi is None else roi + width,
        "roas_low": None if roi is None else roi + 1 - width,
        "roas_high": None if roi is None else roi + 1 + width,
        "interval_note": None,
        "verdict": verdict(roi, width),
        "cost_change": 0.1,
        "roi_change": None,
        **more,
    }


def verdict(roi, width):
    """The verdict of an interval."""
    if roi is None:
        return "not enough data"
    return "pays back" if roi > width else "loses" if roi < -width else "can't tell yet"


GROUP_TYPES = {
    "campaign_id": pa.int64(),
    "campaign_name": pa.string(),
    "channel": pa.string(),
    "source": pa.string(),
    "account": pa.string(),
    "day": pa.date32(),
    "week": pa.date32(),
    "month": pa.date32(),
}
COLUMN_TYPES = {
    "currency": pa.string(),
    "first_day": pa.date32(),
    "last_day": pa.date32(),
    "days": pa.int64(),
    "rows": pa.int64(),
    "cost": MONEY,
    "impressions": pa.int64(),
    "clicks": pa.int64(),
    "conversions": MONEY,
    "revenue": MONEY,
    "profit": MONEY,
    **dict.fromkeys(RATIOS, pa.float64()),
    **dict.fromkeys(("coverage", "share_of_cost", "share_of_revenue"), pa.float64()),
    "rank": pa.int64(),
    **dict.fromkeys(("roi_low", "roi_high", "roas_low", "roas_high"), pa.float64()),
    "interval_note": pa.string(),
    "verdict": pa.string(),
    "cost_change": pa.float64(),
    "roi_change": pa.float64(),
}


def roi_table(rows, *groups):
    """An ROI table, its group columns first; typed even where it has no row."""
    names = [*groups, *COLUMN_TYPES]
    types = GROUP_TYPES | COLUMN_TYPES
    return pa.table({name: pa.array([row.get(name) for row in rows], types[name]) for name in names})


def small(**changes):
    """Two campaigns in two channels, in euros: 300.50 spent, 500.75 came back."""
    search = {"channel": "Paid Search", "source": "google_ads", "account": "main"}
    social = {"channel": "Paid Social", "source": "meta_ads", "account": "main"}
    tables = {
        "roi_total": roi_table([measured(300.5, 500.75, conversions=10, clicks=100, impressions=2000)]),
        "roi_by_campaign": roi_table(
            [
                measured("100.25", "400.5", campaign_id=1, campaign_name="Brand", **search),
                measured("200.25", "100.25", campaign_id=2, campaign_name="Prospecting", rank=2, **social),
            ],
            *("campaign_id", "campaign_name", "channel", "source", "account"),
        ),
        "roi_by_channel": roi_table(
            [
                measured("100.25", "400.5", channel="Paid Search"),
                measured("200.25", "100.25", channel="Paid Social", rank=2),
            ],
            "channel",
        ),
        "roi_by_month": roi_table(
            [
                measured("150.25", "300.75", month=date(2026, 1, 1)),
                measured("150.25", "200", month=date(2026, 2, 1)),
            ],
            "month",
        ),
        "segment_profiles": pa.table(
            {
                "segment": [1, 2],
                "segment_name": ["Loyal", "One visit"],
                "customers": [20, 80],
                "share_of_customers": [0.2, 0.8],
                "revenue": pa.array([Decimal(900), Decimal(100)], MONEY),
                "share_of_revenue": [0.9, 0.1],
                "median_sessions": [6.0, 1.0],
                "median_revenue": [42.5, 0.0],
                "sentence": ["A fifth of the customers bring 90% of the revenue.", "Most come once and do not buy."],
            }
        ),
        "customer_segments": pa.table(
            {"customer_id": [1, 2, 3], "segment": [1, 2, 2], "segment_name": ["Loyal", "One visit", "One visit"]}
        ),
        "data_quality": pa.table(
            {
                "table_name": ["campaigns", "campaigns"],
                "gate": ["loading", "cleaning"],
                "reason": ["not_a_number", "duplicate"],
                "rule": ["A cost is a number.", "A row stands once."],
                "rows": [1, 3],
                "cost": pa.array([None, Decimal("10.25")], MONEY),
                "revenue": pa.array([None, Decimal("3.03")], MONEY),
                "example": ["n/a", None],
            }
        ),
    }
    return Results(summary(), tables | changes)


CHANNELS = {
    "Shopping": (193_000, 4.18),
    "Paid Social": (274_000, 2.09),
    "Paid Search": (146_000, 3.79),
    "Email": (23_000, 12.9),
    "Affiliate": (39_000, 5.11),
    "Display": (78_000, 0.82),
    "Video": (41_000, 1.02),
}


def large(campaigns=46, customers=1000, seed=7):
    """A year of a shop with seven channels: the size of a real report."""
    chance = random.Random(seed)
    rows = [_campaign(chance, number) for number in range(1, campaigns + 1)]
    channels = [_summed(chance, rows, channel=name) for name in dict.fromkeys(row["channel"] for row in rows)]
    months = [_part(chance, rows, month=date(2026, number, 1), season=number) for number in range(1, 13)]
    weeks = [_part(chance, rows, week=date(2026, 1, 5) + timedelta(weeks=w), season=w / 4.4) for w in range(51)]
    groups = ("campaign_id", "campaign_name", "channel", "source", "account")
    tables = {
        "roi_total": roi_table([_summed(chance, rows)]),
        "roi_by_campaign": roi_table(rows, *groups),
        "roi_by_channel": roi_table(channels, "channel"),
        "roi_by_month": roi_table(months, "month"),
        "roi_by_week": roi_table(weeks, "week"),
        "segment_profiles": small().tables["segment_profiles"],
        "customer_segments": pa.table(
            {
                "customer_id": pa.array(range(1, customers + 1), pa.int64()),
                "segment": [1 + number % 3 for number in range(customers)],
                "segment_name": [("Loyal", "Regular", "One visit")[number % 3] for number in range(customers)],
            }
        ),
        "data_quality": small().tables["data_quality"],
    }
    return Results(summary(), tables)


def _campaign(chance, number):
    channel = chance.choice(list(CHANNELS))
    cost, roas = CHANNELS[channel]
    spent = round(cost / 6 * chance.lognormvariate(0, 0.8), 2)
    clicks = round(spent / chance.uniform(0.3, 2))
    name = f"{channel} {chance.choice(['Brand', 'Prospecting', 'Winback', 'Summer Sale', 'New In'])} {number}"
    return measured(
        spent,
        round(spent * roas * chance.lognormvariate(-0.05, 0.4), 2),
        impressions=round(clicks / chance.uniform(0.005, 0.03)),
        clicks=clicks,
        conversions=round(clicks * chance.uniform(0.01, 0.05), 2),
        campaign_id=number,
        campaign_name=name,
        channel=channel,
        source=chance.choice(["google_ads", "meta_ads", "microsoft_ads"]),
        account="main",
        rank=number,
    )


def _summed(chance, rows, **group):
    chosen = [row for row in rows if all(row[key] == value for key, value in group.items())]
    total = {name: sum(row[name] for row in chosen) for name in ("impressions", "clicks", "conversions")}
    cost, revenue = (sum(row[name] for row in chosen) for name in ("cost", "revenue"))
    share = float(cost / sum(row["cost"] for row in rows))
    part = float(revenue / sum(row["revenue"] for row in rows))
    return measured(cost, revenue, share_of_cost=share, share_of_revenue=part, **total, **group)


def _part(chance, rows, season, **group):
    wave = 1 + 0.25 * math.sin(season) + chance.uniform(-0.05, 0.05)
    cost = sum(row["cost"] for row in rows) / 12
    revenue = sum(row["revenue"] for row in rows) / 12
    return measured(round(float(cost) * (0.9 + wave / 10), 2), round(float(revenue) * wave, 2), **group)


def empty():
    """Every table, no row."""
    return Results(
        summary(first_day=None, last_day=None, rows=[], warnings=[]),
        {name: table.slice(0, 0) for name, table in small().tables.items()},
    )


def named(*names):
    """A campaign and a channel for each name."""
    rows = [
        measured(100 + n, 300, campaign_id=n, campaign_name=name, channel=name, source=name, account=name, rank=n)
        for n, name in enumerate(names, 1)
    ]
    texts = {"table_name": names, "reason": names, "rule": names, "example": names, "rows": [1] * len(names)}
    results = small(
        roi_by_campaign=roi_table(rows, "campaign_id", "campaign_name", "channel", "source", "account"),
        roi_by_channel=roi_table(rows, "channel"),
        segment_profiles=pa.table({"segment_name": names, "customers": [1] * len(names), "sentence": names}),
        data_quality=pa.table({name: list(values) for name, values in texts.items()}),
    )
    return Results(
        summary(title=names[0], warnings=list(names), rows=[account(table=name) for name in names]), results.tables
    )


def three_currencies():
    """Two channels in each of euros, yen and an unstated currency."""
    amounts = (("EUR", 100, 250), ("JPY", 20_000, 15_000), ("XXX", 70, 71))
    totals = [measured(2 * cost, 2 * revenue, currency=code) for code, cost, revenue in amounts]
    rows = [
        measured(cost, revenue, currency=code, campaign_id=n, campaign_name=f"{channel} {code}", channel=channel)
        for n, (code, cost, revenue) in enumerate(amounts)
        for channel in ("Email", "Video")
    ]
    months = [
        measured(cost, revenue, currency=code, month=date(2026, m, 1))
        for m in (1, 2)
        for code, cost, revenue in amounts
    ]
    return small(
        roi_total=roi_table(totals),
        roi_by_campaign=roi_table(rows, "campaign_id", "campaign_name", "channel", "source", "account"),
        roi_by_channel=roi_table(rows, "channel"),
        roi_by_month=roi_table(months, "month"),
    )


def alike(cost, revenue, **more):
    """Every figure made from the same cost and revenue, even where that makes no sense."""
    group = {"campaign_id": 1, "campaign_name": "Only", "channel": "Email", "month": date(2026, 1, 1)}
    row = measured(cost, revenue, **group, **more)
    return small(
        roi_total=roi_table([row]),
        roi_by_campaign=roi_table([row], "campaign_id", "campaign_name", "channel", "source", "account"),
        roi_by_channel=roi_table([row], "channel"),
        roi_by_month=roi_table([row], "month"),
    )


def unknown():
    """Rows in which nothing is known."""
    rows = small().tables
    return small(
        **{
            name: pa.table({field.name: pa.nulls(2, field.type) for field in rows[name].schema})
            for name in (
                "roi_total",
                "roi_by_campaign",
                "roi_by_channel",
                "roi_by_month",
                "segment_profiles",
                "data_quality",
            )
        }
    )


LONG_NAME = "Spring collection, returning visitors, prospecting, broad match, EMEA and LATAM " * 3
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }} {% raw %}",
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "<r><t>markup</t></r>",
    "NUL\x00 and BEL\x07",
    "🎉 Été – Größe",
    "תזמון \u202eRTL",
    LONG_NAME[:200],
)

EDGES = {
    "no tables": lambda: Results(summary(first_day=None, last_day=None, rows=[], warnings=[])),
    "empty tables": empty,
    "one of everything": lambda: alike("10.00", "25.00"),
    "hostile names": lambda: named(*HOSTILE),
    "all unknown": unknown,
    "no cost": lambda: alike("0", "25.00"),
    "refunds only": lambda: alike("10.00", "-25.00"),
    "revenue unknown": lambda: alike("10.00", None),
    "odd currency": lambda: alike("10.00", "25.00", currency='E"\x00</x>🎉' * 9),
    "three currencies": three_currencies,
    "no customers": lambda: Results(
        summary(), {name: table for name, table in small().tables.items() if "segment" not in name}
    ),
}
