"""What each channel costs and pays back."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Page, Place, Visual, column, measure

_CHANNEL = column("Channel", "Channel")
_MATRIX = ("Cost", "Cost Share", "Revenue", "Revenue Share", "Profit", "ROI", "ROAS", "CPA", "Coverage")

PAGE = Page(
    "Channels",
    (
        *header.title("What each channel pays back"),
        header.days(2),
        header.country(1),
        header.currency(0),
        Visual(
            "roi by channel",
            "clusteredBarChart",
            Place(16, 104, 412, 290),
            "ROI by channel: 0% is break-even",
            "Bar chart of ROI by channel, the best first.",
            {"Category": (_CHANNEL,), "Y": (measure("ROI"),)},
            sort=measure("ROI"),
        ),
        Visual(
            "shares",
            "clusteredBarChart",
            Place(440, 104, 412, 290),
            "Share of cost and of revenue by channel",
            "Bar chart of each channel's share of the cost and of the revenue.",
            {"Category": (_CHANNEL,), "Y": (measure("Cost Share"), measure("Revenue Share"))},
            sort=measure("Cost Share"),
        ),
        Visual(
            "cost against roas",
            "scatterChart",
            Place(864, 104, 400, 290),
            "Cost against ROAS; the size is revenue",
            "Scatter chart of channels: cost across, ROAS up, revenue as size.",
            {
                "Category": (_CHANNEL,),
                "X": (measure("Cost"),),
                "Y": (measure("ROAS"),),
                "Size": (measure("Revenue"),),
            },
        ),
        Visual(
            "channels",
            "pivotTable",
            Place(16, 406, 1248, 298),
            "Channels and their sources",
            "Matrix of channels and sources with cost, revenue, profit, ROI, ROAS, CPA and coverage.",
            {"Rows": (_CHANNEL, column("Source", "Source")), "Values": tuple(measure(name) for name in _MATRIX)},
            sort=measure("Cost"),
        ),
    ),
)
