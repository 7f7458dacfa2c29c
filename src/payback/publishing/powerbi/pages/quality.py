"""Whether the figures can be trusted, and how they are made."""

from __future__ import annotations

from payback.publishing.method import INTERVAL_LEAVES_OUT, RULES
from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Field, Page, Place, Visual, column, measure

_ACCOUNT, _QUALITY = "Row Account", "Data Quality"


def _measures(table: str, *names: str) -> tuple[Field, ...]:
    return tuple(measure(name, table) for name in names)


_TIME = (
    "Changes compare the selected days that have data with the same days a month or a year earlier; a selection that "
    "ends with a month is compared up to the end of the earlier month. They are blank where the earlier days lie "
    "outside the data."
)

PAGE = Page(
    "Data quality and method",
    (
        header.title("Where the rows went, and how the figures are made", width=900)[0],
        Visual(
            "rows",
            "cardVisual",
            Place(16, 104, 1248, 96),
            "Rows of all files",
            "Rows read, clean, rejected, merged and missing, and the share of clean rows. Missing must be zero.",
            {
                "Data": (
                    *_measures(
                        _ACCOUNT,
                        "Rows Read",
                        "Rows Clean",
                        "Rows Rejected",
                        "Rows Merged",
                        "Rows Missing",
                        "Share Clean",
                    ),
                    measure("Last Day", "Date"),
                )
            },
        ),
        Visual(
            "account",
            "tableEx",
            Place(16, 212, 618, 190),
            "Where the rows of each table went",
            "Table of the loaded tables with their rows and their cost.",
            {
                "Values": (
                    column(_ACCOUNT, "Loaded Table"),
                    column("Currency", "Currency"),
                    *_measures(_ACCOUNT, "Rows Read", "Rows Clean", "Rows Rejected", "Cost Read", "Cost Rejected"),
                )
            },
        ),
        Visual(
            "reasons",
            "tableEx",
            Place(16, 414, 618, 290),
            "What the rules found",
            "Table of reasons with their severity, rows and cost.",
            {
                "Values": (
                    column(_QUALITY, "Table"),
                    column(_QUALITY, "Severity"),
                    column(_QUALITY, "Reason"),
                    column(_QUALITY, "Rule"),
                    column("Currency", "Currency"),
                    *_measures(_QUALITY, "Rows Concerned", "Cost Concerned"),
                )
            },
            sort=measure("Rows Concerned", _QUALITY),
        ),
        Visual(
            "method",
            "textbox",
            Place(646, 212, 618, 492),
            "How the figures are made",
            "The rules by which the figures are made.",
            lines=(*RULES, _TIME, INTERVAL_LEAVES_OUT),
        ),
    ),
)
