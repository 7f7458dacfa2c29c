"""How the figures move, and where the year stands."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

_FIGURES = ("Cost MTD", "Revenue MTD", "Cost YTD", "Revenue YTD", "Profit YTD", "ROI YTD")
_TABLE = (
    "Cost",
    "Cost Last Year",
    "Cost YoY %",
    "Revenue",
    "Revenue Last Year",
    "Revenue YoY %",
    "ROI",
    "ROI YoY Points",
)
_MONTH = column("Date", "Year Month")

PAGE = Page(
    "Trends and pacing",
    (
        *header.of_campaigns("Where the year stands"),
        Visual(
            "so far",
            "cardVisual",
            Place(16, 104, 1248, 96),
            "Month (MTD) and year (YTD) up to the last selected day",
            "Cost and revenue of the month and of the year so far, profit and ROI of the year so far.",
            {"Data": tuple(measure(name) for name in _FIGURES)},
        ),
        Visual(
            "year so far",
            "lineChart",
            Place(16, 212, 618, 236),
            "The year so far, by day",
            "Line chart of cost and revenue from 1 January to each day.",
            {"Category": (column("Date", "Date"),), "Y": (measure("Revenue YTD"), measure("Cost YTD"))},
        ),
        Visual(
            "rolling",
            "lineChart",
            Place(646, 212, 618, 236),
            "The 28 days up to each day",
            "Line chart of cost and revenue of the last 28 days, by day.",
            {"Category": (column("Date", "Date"),), "Y": (measure("Revenue 28 Days"), measure("Cost 28 Days"))},
        ),
        Visual(
            "months against last year",
            "clusteredColumnChart",
            Place(16, 460, 500, 244),
            "Revenue by month against the year before",
            "Column chart of revenue by month and of the same days a year earlier.",
            {"Category": (_MONTH,), "Y": (measure("Revenue"), measure("Revenue Last Year"))},
        ),
        Visual(
            "months",
            "pivotTable",
            Place(528, 460, 736, 244),
            "Months compared with the same days a year earlier",
            "Matrix of years and months with cost, revenue and ROI and their change on the year before.",
            {
                "Rows": (column("Date", "Year"), column("Date", "Month")),
                "Values": tuple(measure(name) for name in _TABLE),
            },
        ),
    ),
)
