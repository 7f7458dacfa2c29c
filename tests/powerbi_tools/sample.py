"""Campaign rows whose every awkward case is planted on purpose, as a file that Payback loads."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass
from decimal import Decimal

FIRST_DAY, LAST_DAY = dt.date(2024, 1, 1), dt.date(2025, 3, 20)
"""A leap February, a plain one, and a last month that has only begun."""

CAMPAIGNS = (
    # name, channel, currency, country, what is special about it
    ("Spring", "Paid Search", "EUR", "Germany", ""),
    ("Brand", "Paid Search", "EUR", "France", "micro"),
    ("Launch", "Paid Social", "EUR", "Germany", "refunds"),
    ("Posters", "Display", "EUR", "France", "no revenue"),
    ("Letters", "Email", "EUR", "Germany", "no cost"),
    ("Autumn", "Paid Social", "USD", "France", "gaps"),
)


@dataclass(frozen=True)
class Row:
    """One row of the sample; what is not known is None."""

    campaign: str
    channel: str
    currency: str
    country: str
    date: dt.date
    cost: Decimal | None
    impressions: int | None
    clicks: int | None
    conversions: Decimal | None
    revenue: Decimal | None


def sample_rows(days=(FIRST_DAY, LAST_DAY), campaigns=CAMPAIGNS):
    """Return the rows: the same on every call."""
    chance = random.Random(2024)
    first, last = days
    return [
        _row(chance, *campaign, first + dt.timedelta(days=number))
        for number in range((last - first).days + 1)
        for campaign in campaigns
        if not (campaign[4] == "gaps" and number % 3)
    ]


def _row(chance, name, channel, currency, country, special, day):
    digits = 6 if special == "micro" else 2
    cost, revenue = _money(chance, 90, digits), _money(chance, 300, digits)
    if special == "refunds" and day.day % 4 == 0:
        revenue = -revenue
    if special == "no revenue" or (special == "micro" and day.day == 13):
        revenue = None
    if special == "no cost" or (special == "refunds" and day.day == 17):
        cost = None
    clicks = chance.randrange(0, 60) if special != "gaps" else None
    conversions = None if day.day == 21 else Decimal(chance.randrange(0, 900)) / 100
    return Row(name, channel, currency, country, day, cost, chance.randrange(500, 9000), clicks, conversions, revenue)


def _money(chance, most, digits):
    return Decimal(chance.randrange(most * 10**digits)) / 10**digits


def as_csv(rows):
    """Return rows as a file that Payback reads."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([name.replace("_", " ") for name in Row.__dataclass_fields__])
    for row in rows:
        writer.writerow(["" if value is None else value for value in vars(row).values()])
    return text.getvalue()
