"""The first page: what the campaigns paid back."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

_FIGURES = ("Cost", "Revenue", "Profit", "ROI", "ROAS", "Coverage")
_CHANGES = ("Cost YoY %", "Revenue YoY %", "ROI YoY Points", "Cost MoM %", "Revenue MoM %", "ROI MoM Points")
_TOP = ("Cost", "Revenue", "Profit", "ROI", "ROAS")

PAGE = Page(
    "Summary",
    (
        *header.of_campaigns("What the campaigns paid back"),
        Visual(
            "key figures",
            "cardVisual",
            Place(16, 104, 1248, 104),
            "Key figures of the selected days",
            "Cost, revenue, profit, ROI, ROAS and the share of the cost whose revenue is known.",
            {"Data": tuple(measure(name) for name in _FIGURES)},
        ),
        Visual(
            "changes",
            "cardVisual",
            Place(16, 220, 1248, 96),
            "Compared with the same days a year (YoY) and a month (MoM) earlier",
            "Changes of cost, revenue and ROI on the year and on the month before; blank where those have no data.",
            {"Data": tuple(measure(name) for name in _CHANGES)},
        ),
        Visual(
            "trend",
            "lineChart",
            Place(16, 328, 700, 376),
            "Cost and revenue by day",
            "Line chart of revenue and cost by day.",
            {"Category": (column("Date", "Date"),), "Y": (measure("Revenue"), measure("Cost"))},
        ),
        Visual(
            "profit by channel",
            "clusteredBarChart",
            Place(728, 328, 536, 180),
            "Profit by channel",
            "Bar chart of profit by channel, the largest first.",
            {"Category": (column("Channel", "Channel"),), "Y": (measure("Profit"),)},
            sort=measure("Profit"),
        ),
        Visual(
            "top campaigns",
            "tableEx",
            Place(728, 520, 536, 184),
            "Campaigns by profit",
            "Table of campaigns with cost, revenue, profit, ROI and ROAS, the most profitable first.",
            {"Values": (column("Campaign", "Campaign"), *(measure(name) for name in _TOP))},
            sort=measure("Profit"),
        ),
    ),
)
