"""The campaigns one by one; other pages drill through to this one."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

_CAMPAIGN = column("Campaign", "Campaign")
_FIGURES = ("Cost", "Revenue", "Profit", "ROI", "CPA", "AOV")
_TABLE = (
    _CAMPAIGN,
    column("Campaign", "Verdict"),
    measure("Cost"),
    measure("Revenue"),
    measure("Profit"),
    measure("ROI"),
    column("Campaign", "ROI Low"),
    column("Campaign", "ROI High"),
    measure("ROAS"),
    measure("Conversions"),
    measure("CPA"),
    measure("Coverage"),
)

PAGE = Page(
    "Campaigns",
    (
        *header.of_campaigns("What each campaign pays back"),
        Visual(
            "key figures",
            "cardVisual",
            Place(16, 104, 1248, 96),
            "Key figures of the campaigns in view",
            "Cost, revenue, profit, ROI, cost of a conversion and revenue of a conversion.",
            {"Data": tuple(measure(name) for name in _FIGURES)},
        ),
        Visual(
            "campaigns",
            "tableEx",
            Place(16, 212, 1248, 270),
            "Campaigns; verdict and interval of ROI are of all days",
            "Table of campaigns with verdict, cost, revenue, profit, ROI and its interval, ROAS, conversions and CPA.",
            {"Values": _TABLE},
            sort=measure("Cost"),
        ),
        Visual(
            "trend",
            "lineChart",
            Place(16, 494, 618, 210),
            "ROAS of the 28 days up to each day",
            "Line chart of ROAS over the last 28 days, by day.",
            {"Category": (column("Date", "Date"),), "Y": (measure("ROAS 28 Days"),)},
        ),
        Visual(
            "cost by verdict",
            "clusteredBarChart",
            Place(646, 494, 618, 210),
            "Cost by verdict",
            "Bar chart of the cost by what can be said about the campaigns.",
            {"Category": (column("Campaign", "Verdict"),), "Y": (measure("Cost"),)},
            sort=measure("Cost"),
        ),
    ),
    drill=_CAMPAIGN,
)
