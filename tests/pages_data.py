"""Projects for the tests of the pages, made by the product itself."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

FIRST, DAYS = date(2026, 1, 1), 120
LAST = FIRST + timedelta(days=DAYS - 1)
HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>'
LONG = "Very " * 39 + "long"
CAMPAIGNS = (
    ("Brand", "Paid Search", 40, 160),
    ("Generic", "Paid Search", 90, 110),
    (HOSTILE, "Paid Social", 30, 20),
    ("حملة 🎉", "Paid Social", 25, 60),
    (LONG, "Display", 15, 5),
    ("Newsletter", "Email", 2, 45),
)
"""Name, channel, cost and revenue of the first day; both grow by a hundredth a day."""


def text_of(rows):
    """Return rows as CSV text."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def ad_rows(days=DAYS, campaigns=CAMPAIGNS, first=FIRST):
    """Return campaign days with header."""
    rows = [["campaign", "channel", "impressions", "clicks", "conversions", "cost", "revenue", "date"]]
    for step in range(days):
        for name, channel, cost, revenue in campaigns:
            amounts = [str(Decimal(amount) + Decimal(amount * step) / 100) for amount in (cost, revenue)]
            rows.append([name, channel, 1000 + step, 50, 5, *amounts, first + timedelta(days=step)])
    return rows


def sums(rows, start, end, channel=None):
    """Return exact sums of cost and revenue of the rows between two days, by plain Python."""
    chosen = [row for row in rows[1:] if start <= row[7] <= end and channel in (None, row[1])]
    return sum(Decimal(row[5]) for row in chosen), sum(Decimal(row[6]) for row in chosen)


def people():
    """Return customers of two plain kinds."""
    rows = [
        [
            "customer_id",
            "sessions",
            "pages_per_session",
            "avg_session_duration",
            "transactions",
            "revenue",
            "country",
            "age",
            "gender",
        ]
    ]
    for number in range(1, 121):
        big = number % 4 == 0
        rows.append([number, 20 if big else 2, 6 if big else 2, 300 if big else 40, 9 if big else 1,
                     900 + number if big else 20 + number % 7, ("Germany", "France")[number % 2], 20 + number % 50,
                     ("female", "male")[number % 3 > 0]])  # fmt: skip
    return rows


def made(shop, rows=None, *, config="currency: EUR\n", customers=True):
    """Fill a project, run it and return the address of its report."""
    if rows is not None:
        shop.write("data/raw/ads.csv", text_of(rows))
    if customers:
        shop.write("data/raw/people.csv", text_of(people()))
    shop.write("config/config.yaml", config)
    outcome = shop.run("run")
    assert outcome.code == 0, outcome.err
    return (shop.folder / "outputs" / "report.html").as_uri()
