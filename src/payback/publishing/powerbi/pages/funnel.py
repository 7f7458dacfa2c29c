"""From the advertisement shown to the conversion."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

_CHANNEL = column("Channel", "Channel")
_FIGURES = ("CTR", "CVR", "CPM", "CPC", "CPA", "AOV")
_MATRIX = (
    *(measure(name) for name in ("Impressions", "Clicks", "CTR")),
    measure("Sessions", "Traffic"),
    measure("Engagement Rate", "Traffic"),
    *(measure(name) for name in ("Conversions", "CVR", "CPM", "CPC", "CPA")),
)

PAGE = Page(
    "Funnel",
    (
        *header.of_campaigns("From advertisement to conversion"),
        Visual(
            "key figures",
            "cardVisual",
            Place(16, 104, 1248, 96),
            "Rates and prices of the selected days",
            "Click rate, conversion rate, and what a thousand impressions, a click and a conversion cost.",
            {"Data": tuple(measure(name) for name in _FIGURES)},
        ),
        Visual(
            "stages",
            "cardVisual",
            Place(16, 212, 400, 238),
            "From impressions to clicks to conversions",
            "Numbers of impressions, clicks and conversions.",
            {"Data": (measure("Impressions"), measure("Clicks"), measure("Conversions"))},
        ),
        Visual(
            "rates over time",
            "lineChart",
            Place(428, 212, 836, 238),
            "Click rate and conversion rate by month",
            "Line chart of click rate and conversion rate by month.",
            {"Category": (column("Date", "Year Month"),), "Y": (measure("CTR"), measure("CVR"))},
        ),
        Visual(
            "channels",
            "pivotTable",
            Place(16, 462, 824, 242),
            "The funnel of each channel",
            "Matrix of channels with impressions, clicks, sessions of web analytics, conversions, rates and prices.",
            {"Rows": (_CHANNEL,), "Values": _MATRIX},
            sort=measure("Impressions"),
        ),
        Visual(
            "price of a conversion",
            "clusteredBarChart",
            Place(852, 462, 412, 242),
            "What a conversion costs by channel",
            "Bar chart of the cost of a conversion by channel.",
            {"Category": (_CHANNEL,), "Y": (measure("CPA"),)},
            sort=measure("CPA"),
        ),
    ),
)
