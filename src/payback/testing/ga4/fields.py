"""The dimensions and metrics that the property knows: names, types, what they go with, and how they are computed.

Names, types, categories and old names are those of Google's schema. The expressions read the columns that
``report.sql`` gives them: ``session_source``, ``first_source`` and so on are rows of the small tables of names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DimensionScope = Literal["time", "session", "first user", "event", "geography", "device", "demographic", "item"]
MetricScope = Literal["session", "user", "event", "revenue", "advertising", "item"]
MetricType = Literal["TYPE_INTEGER", "TYPE_FLOAT", "TYPE_SECONDS", "TYPE_CURRENCY"]
Restriction = Literal["COST_DATA", "REVENUE_DATA"]


@dataclass(frozen=True)
class DimensionField:
    """A dimension.

    Parameters
    ----------
    name, label, category : str
        Name in the API, name in Google's interface and the group it is shown in.
    scope : str
        What a value belongs to; decides what it goes with.
    sql : str
        Expression over the rows of ``report.sql``.
    old_names : tuple of str
        Names that are still accepted.
    """

    name: str
    label: str
    category: str
    scope: DimensionScope
    sql: str
    old_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricField:
    """A metric; parameters as those of `DimensionField`, and these.

    Parameters
    ----------
    type : str
        Google's type of the values.
    additive : bool
        True where a sample's value is multiplied up to the whole: sums and counts, not rates.
    restrictions : tuple of str
        Rights without which the values are zeros.
    """

    name: str
    label: str
    category: str
    scope: MetricScope
    type: MetricType
    sql: str
    additive: bool = True
    restrictions: tuple[Restriction, ...] = ()
    old_names: tuple[str, ...] = ()


def _traffic(prefix: str, words: str, scope: DimensionScope, row: str) -> list[DimensionField]:
    """Return the dimensions of a traffic source; ``row`` is the table of its names in ``report.sql``."""

    def field(name: str, label: str, sql: str, old: tuple[str, ...] = ()) -> DimensionField:
        api_name = prefix + name if prefix else name[0].lower() + name[1:]
        category = "Attribution" if scope == "event" else "Traffic Source"
        return DimensionField(api_name, f"{words} {label}".strip(), category, scope, sql, old)

    grouping = (f"{prefix}DefaultChannelGrouping",) if prefix else ("defaultChannelGrouping",)
    return [
        field("CampaignId", "campaign ID", f"{row}.campaign_id"),
        field("CampaignName", "campaign", f"{row}.campaign_name"),
        field("DefaultChannelGroup", "default channel group", f"{row}.channel", grouping),
        field("Medium", "medium", f"{row}.medium"),
        field("Source", "source", f"{row}.source"),
        field("SourceMedium", "source / medium", f"{row}.source_medium"),
        field("SourcePlatform", "source platform", f"{row}.platform"),
        field("GoogleAdsCampaignName", "Google Ads campaign", f"{row}.ads_campaign_name"),
        field("GoogleAdsCampaignId", "Google Ads campaign ID", f"{row}.ads_campaign_id"),
    ]


def _time(name: str, label: str, sql: str, old: tuple[str, ...] = ()) -> DimensionField:
    return DimensionField(name, label, "Time", "time", sql, old)


DIMENSIONS: dict[str, DimensionField] = {
    field.name: field
    for field in (
        _time("date", "Date", "calendar.date"),
        _time("year", "Year", "calendar.year"),
        _time("month", "Month", "calendar.month"),
        _time("yearMonth", "Year month", "calendar.year_month"),
        _time("day", "Day", "calendar.day_of_month"),
        _time("dayOfWeek", "Day of week", "calendar.day_of_week", ("dayOfWeekZero",)),
        *_traffic("session", "Session", "session", "session_sources"),
        *_traffic("firstUser", "First user", "first user", "first_sources"),
        *_traffic("", "", "event", "session_sources"),
        DimensionField("country", "Country", "Geography", "geography", "countries.name"),
        DimensionField("countryId", "Country ID", "Geography", "geography", "countries.code"),
        DimensionField("deviceCategory", "Device category", "Platform / Device", "device", "devices.name"),
        DimensionField("userAgeBracket", "Age", "Demographics", "demographic", "ages.name"),
        DimensionField("userGender", "Gender", "Demographics", "demographic", "genders.name"),
        DimensionField(
            "newVsReturning", "New / returning", "User", "device", "case when is_new then 'new' else 'returning' end"
        ),
        DimensionField("itemName", "Item name", "Ecommerce", "item", "items.name"),
    )
}
"""Every dimension by its name."""

_SESSIONS = "nullif(sum(sessions), 0)"
_MONEY = "getvariable('money_rate') / 100"
_REVENUE = f"(sum(cents) - sum(refund_cents)) * {_MONEY}"
_COST = f"sum(ad_cents) * {_MONEY}"
_SCALE = "any_value(factor)"
"""What a sample stands for; advertising is never sampled."""


def _count(name: str, label: str, category: str, scope: MetricScope, sql: str) -> MetricField:
    return MetricField(name, label, category, scope, "TYPE_INTEGER", sql)


def _rate(name: str, label: str, category: str, scope: MetricScope, sql: str) -> MetricField:
    return MetricField(name, label, category, scope, "TYPE_FLOAT", f"coalesce({sql}, 0)", additive=False)


def _money(name: str, label: str, sql: str) -> MetricField:
    return MetricField(
        name, label, "Revenue", "revenue", "TYPE_CURRENCY", f"coalesce({sql}, 0)", restrictions=("REVENUE_DATA",)
    )


def _cost(name: str, label: str, sql: str, *, additive: bool = True) -> MetricField:
    return MetricField(
        name,
        label,
        "Advertising",
        "advertising",
        "TYPE_CURRENCY",
        f"coalesce({sql}, 0)",
        additive=additive,
        restrictions=("COST_DATA",),
    )


METRICS: dict[str, MetricField] = {
    field.name: field
    for field in (
        _count("sessions", "Sessions", "Session", "session", "sum(sessions)"),
        _count("engagedSessions", "Engaged sessions", "Session", "session", "sum(engaged)"),
        _rate("engagementRate", "Engagement rate", "Session", "session", f"sum(engaged) / {_SESSIONS}"),
        _rate("bounceRate", "Bounce rate", "Session", "session", f"1 - sum(engaged) / {_SESSIONS}"),
        MetricField(
            "averageSessionDuration",
            "Average session duration",
            "Session",
            "session",
            "TYPE_SECONDS",
            f"coalesce(sum(duration_seconds) / {_SESSIONS}, 0)",
            additive=False,
        ),
        _rate(
            "screenPageViewsPerSession", "Views per session", "Page / Screen", "session", f"sum(views) / {_SESSIONS}"
        ),
        _count("screenPageViews", "Views", "Page / Screen", "event", "sum(views)"),
        _count("eventCount", "Event count", "Event", "event", "sum(events)"),
        MetricField(
            "userEngagementDuration",
            "User engagement",
            "User",
            "session",
            "TYPE_SECONDS",
            "sum(engagement_seconds)",
        ),
        MetricField(
            "keyEvents", "Key events", "Event", "event", "TYPE_FLOAT", "sum(key_events)", old_names=("conversions",)
        ),
        MetricField(
            "sessionKeyEventRate",
            "Session key event rate",
            "Session",
            "session",
            "TYPE_FLOAT",
            f"coalesce(count(*) filter (key_events > 0) / {_SESSIONS}, 0)",
            additive=False,
            old_names=("sessionConversionRate",),
        ),
        _count("transactions", "Transactions", "Ecommerce", "revenue", "sum(purchases)"),
        _count("ecommercePurchases", "Ecommerce purchases", "Ecommerce", "revenue", "sum(purchases)"),
        _money("purchaseRevenue", "Purchase revenue", _REVENUE),
        _money("totalRevenue", "Total revenue", _REVENUE),
        _money("grossPurchaseRevenue", "Gross purchase revenue", f"sum(cents) * {_MONEY}"),
        _money("refundAmount", "Refund amount", f"sum(refund_cents) * {_MONEY}"),
        _count("totalUsers", "Total users", "User", "user", "count(distinct user_number)"),
        _count(
            "activeUsers", "Active users", "User", "user", "count(distinct user_number) filter (engaged = 1 or is_new)"
        ),
        _count("newUsers", "New users", "User", "user", "count(distinct user_number) filter (is_new)"),
        _cost("advertiserAdCost", "Ads cost", _COST),
        MetricField(
            "advertiserAdClicks",
            "Ads clicks",
            "Advertising",
            "advertising",
            "TYPE_INTEGER",
            "sum(ad_clicks)",
            restrictions=("COST_DATA",),
        ),
        MetricField(
            "advertiserAdImpressions",
            "Ads impressions",
            "Advertising",
            "advertising",
            "TYPE_INTEGER",
            "sum(ad_impressions)",
            restrictions=("COST_DATA",),
        ),
        _cost("advertiserAdCostPerClick", "Cost per click", f"{_COST} / nullif(sum(ad_clicks), 0)", additive=False),
        # Google shows 0 where there was no key event, so such a campaign looks cheapest.
        _cost(
            "advertiserAdCostPerKeyEvent",
            "Cost per key event",
            f"{_COST} / nullif(sum(key_events) * {_SCALE}, 0)",
            additive=False,
        ),
        MetricField(
            "returnOnAdSpend",
            "Return on ad spend",
            "Advertising",
            "advertising",
            "TYPE_FLOAT",
            f"coalesce({_REVENUE} * {_SCALE} / nullif({_COST}, 0), 0)",
            additive=False,
            restrictions=("COST_DATA", "REVENUE_DATA"),
        ),
        _count("itemsPurchased", "Items purchased", "Ecommerce", "item", "sum(purchases)"),
        MetricField(
            "itemRevenue",
            "Item revenue",
            "Ecommerce",
            "item",
            "TYPE_CURRENCY",
            f"coalesce(sum(cents) * {_MONEY}, 0)",
            restrictions=("REVENUE_DATA",),
        ),
    )
}
"""Every metric by its name."""

COMMON: tuple[DimensionScope, ...] = ("time", "geography", "device", "demographic")
GOES_WITH: dict[MetricScope, tuple[DimensionScope, ...]] = {
    "session": (*COMMON, "session", "first user"),
    "user": (*COMMON, "session", "first user"),
    "event": (*COMMON, "session", "first user", "event"),
    "revenue": (*COMMON, "session", "first user", "event"),
    "advertising": ("time", "session", "event"),
    "item": (*COMMON, "item"),
}
"""Scopes of dimensions that a metric can be split by."""

NEVER_TOGETHER: tuple[frozenset[str], ...] = tuple(
    frozenset(pair)
    for pair in (
        ("item", "session"),
        ("item", "user"),
        ("item", "advertising"),
        ("item", "first user"),
        ("item", "event"),
        ("demographic", "advertising"),
    )
)
"""Pairs of scopes, of dimensions or metrics alike, that no report holds."""

TRAFFIC: tuple[DimensionScope, ...] = ("session", "event")
"""Scopes of which a report of advertising needs a dimension."""
