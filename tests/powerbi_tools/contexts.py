"""What a reader of the report may have chosen."""

from __future__ import annotations

import calendar
import datetime as dt

from powerbi_tools.oracle import Context, span


def month(year, number):
    """Return the days of a month."""
    return frozenset(span(dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])))


def chosen(days=None, **values):
    """Return a context: days, and values of columns."""
    listed = {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
    return Context(listed, None if days is None else frozenset(days))


EURO = {"currency": "EUR"}
CONTEXTS = {
    "nothing chosen": chosen(),
    "a currency": chosen(**EURO),
    "another currency": chosen(currency="USD"),
    "a channel": chosen(channel="Paid Search"),
    "two channels of two currencies": chosen(channel=("Paid Search", "Paid Social")),
    "two channels": chosen(channel=("Paid Search", "Email"), **EURO),
    "a country": chosen(country="Germany", **EURO),
    "a campaign": chosen(campaign_name="Brand"),
    "a campaign without revenue": chosen(campaign_name="Posters"),
    "a campaign without cost": chosen(campaign_name="Letters"),
    "a campaign with refunds": chosen(campaign_name="Launch"),
    "refunds alone": chosen([dt.date(2024, 5, day) for day in (4, 8, 12)], campaign_name="Launch"),
    "a campaign elsewhere": chosen(campaign_name="Spring", country="France"),
    "a day on which a cost is unknown": chosen([dt.date(2024, 7, 17)], campaign_name="Launch"),
    "a day on which revenue is unknown": chosen([dt.date(2024, 7, 13)], campaign_name="Brand"),
    "a day without conversions": chosen([dt.date(2024, 7, 21)], **EURO),
    "the first month": chosen(month(2024, 1), **EURO),
    "a leap February": chosen(month(2024, 2), **EURO),
    "the February after": chosen(month(2025, 2), **EURO),
    "29 February": chosen([dt.date(2024, 2, 29)], **EURO),
    "28 February": chosen([dt.date(2025, 2, 28)], **EURO),
    "the last two days of February": chosen([dt.date(2025, 2, 27), dt.date(2025, 2, 28)], **EURO),
    "the end of a month": chosen([dt.date(2024, 3, 31)], **EURO),
    "the end of a short month": chosen(span(dt.date(2024, 4, 20), dt.date(2024, 4, 30)), **EURO),
    "over the end of a month": chosen(span(dt.date(2024, 5, 30), dt.date(2024, 6, 2)), **EURO),
    "a month that has begun": chosen(month(2025, 3), **EURO),
    "a month to come": chosen(month(2025, 5), **EURO),
    "a year": chosen(span(dt.date(2025, 1, 1), dt.date(2025, 12, 31)), **EURO),
    "two months apart": chosen(month(2024, 6) | month(2024, 9), **EURO),
    "a month of two currencies": chosen(month(2024, 8)),
    "a month, a channel and a country": chosen(month(2024, 10), channel="Paid Social", country="Germany"),
}
"""Every context by what it is."""

FILTERS = {
    "channel": "Channel.Channel",
    "campaign_name": "Campaign.Campaign",
    "country": "Country.Country",
    "currency": "Currency.Currency",
}
"""Columns of the rows, and the columns of the model by which a reader chooses them."""


def as_filters(context):
    """Return a context as the filters of the model."""
    filters = {FILTERS[name]: values for name, values in context.values.items()}
    if context.days is not None:
        filters["Date.Date"] = [{"day": day.isoformat()} for day in sorted(context.days)]
    return filters
