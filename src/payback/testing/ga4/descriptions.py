"""What each dimension and metric means, in a sentence: part of the schema that the property gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payback.testing.ga4.fields import DimensionField

_OF_METRICS = {
    "sessions": "Sessions that began.",
    "engagedSessions": "Sessions of 10 seconds or more, with a key event or with two views.",
    "engagementRate": "Engaged sessions divided by sessions, as a fraction.",
    "bounceRate": "Sessions that were not engaged divided by sessions, as a fraction.",
    "averageSessionDuration": "Mean length of a session, in seconds.",
    "screenPageViewsPerSession": "Views divided by sessions.",
    "screenPageViews": "Pages and screens that were seen.",
    "eventCount": "Events of any kind.",
    "userEngagementDuration": "Time that the site was in the foreground, in seconds.",
    "keyEvents": "Events that the property marks as key events.",
    "sessionKeyEventRate": "Sessions with a key event divided by sessions, as a fraction.",
    "transactions": "Purchases with a transaction number.",
    "ecommercePurchases": "Purchases.",
    "purchaseRevenue": "Revenue of purchases less refunds.",
    "totalRevenue": "Revenue of purchases, subscriptions and advertising on the site, less refunds.",
    "grossPurchaseRevenue": "Revenue of purchases before refunds.",
    "refundAmount": "Money that was refunded.",
    "totalUsers": "People with any event, each counted once.",
    "activeUsers": "People with an engaged session or a first visit, each counted once.",
    "newUsers": "People who came for the first time.",
    "advertiserAdCost": "Money spent on the linked advertising accounts.",
    "advertiserAdClicks": "Clicks on the advertisements of the linked accounts.",
    "advertiserAdImpressions": "Times the advertisements of the linked accounts were shown.",
    "advertiserAdCostPerClick": "Advertising cost divided by clicks.",
    "advertiserAdCostPerKeyEvent": "Advertising cost divided by key events; 0 where there was none.",
    "returnOnAdSpend": "Total revenue divided by advertising cost.",
    "itemsPurchased": "Items of purchases.",
    "itemRevenue": "Revenue of items before refunds.",
}

_OF_DIMENSIONS = {
    "date": "Day, as YYYYMMDD.",
    "year": "Year, four digits.",
    "month": "Month, two digits.",
    "yearMonth": "Year and month, as YYYYMM.",
    "day": "Day of the month, two digits.",
    "dayOfWeek": "Day of the week from 0, Sunday, to 6.",
    "country": "Country of the visitor.",
    "countryId": "ISO 3166 code of the visitor's country.",
    "deviceCategory": "mobile, desktop or tablet.",
    "userAgeBracket": "Age of the visitor, in brackets.",
    "userGender": "Gender of the visitor.",
    "newVsReturning": "new or returning.",
    "itemName": "Name of the item.",
}

_CREDITED = {"session": "that brought the session", "first user": "that brought the user first"}


def of_dimension(field: DimensionField) -> str:
    """Return what a dimension means."""
    if field.name in _OF_DIMENSIONS:
        return _OF_DIMENSIONS[field.name]
    what = field.label.removeprefix("Session ").removeprefix("First user ")
    return f"{what[:1].upper()}{what[1:]} {_CREDITED.get(field.scope, 'that the key event is credited to')}."


def of_metric(name: str) -> str:
    """Return what a metric means."""
    return _OF_METRICS[name]
