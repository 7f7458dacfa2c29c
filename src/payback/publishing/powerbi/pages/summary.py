"""The first page: what the campaigns paid back."""

from __future__ import annotations

from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

PAGE = Page(
    "Summary",
    (
        Visual(
            "key figures",
            "cardVisual",
            Place(20, 20, 1240, 120),
            "What the campaigns paid back",
            "Cost, revenue, profit, ROI and ROAS of the selected days.",
            {"Data": tuple(measure(name) for name in ("Cost", "Revenue", "Profit", "ROI", "ROAS"))},
        ),
        Visual(
            "trend",
            "lineChart",
            Place(20, 160, 820, 260),
            "Cost and revenue by day",
            "Line chart of cost and revenue by day.",
            {"Category": (column("Date", "Date"),), "Y": (measure("Revenue"), measure("Cost"))},
        ),
    ),
)
