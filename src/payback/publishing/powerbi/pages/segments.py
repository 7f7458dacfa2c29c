"""Who the customers are."""

from __future__ import annotations

from payback.publishing.powerbi.pages import header
from payback.publishing.powerbi.pages.spec import Field, Page, Place, Visual, column, measure

_FACTS = "Customer Facts"
_SEGMENT = column("Segment", "Segment")
_FIGURES = ("Customers", "Customer Revenue", "Revenue per Customer", "Transactions", "Revenue per Transaction")
_MATRIX = (
    "Customers",
    "Customers Share",
    "Customer Revenue",
    "Customer Revenue Share",
    "Revenue per Customer",
    "Transactions per Customer",
    "Sessions per Customer",
    "Pages per Visit",
)


def _measures(names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(measure(name, _FACTS) for name in names)


PAGE = Page(
    "Segments",
    (
        *header.title("Who the customers are", measure("Customer Amounts In", _FACTS)),
        header.country(1),
        header.any_currency(0),
        Visual(
            "key figures",
            "cardVisual",
            Place(16, 104, 1248, 96),
            "Customers in view, over all days",
            "Customers, their revenue and orders, and revenue for each customer and order.",
            {"Data": _measures(_FIGURES)},
        ),
        Visual(
            "segments",
            "pivotTable",
            Place(16, 212, 1248, 190),
            "The segments",
            "Matrix of segments with number of customers, revenue, orders, sessions and pages.",
            {"Rows": (_SEGMENT,), "Values": _measures(_MATRIX)},
        ),
        Visual(
            "segments in words",
            "tableEx",
            Place(16, 414, 412, 290),
            "What a segment is",
            "Table of segments with a sentence on each.",
            {"Values": (_SEGMENT, column("Segment", "In Words"))},
        ),
        Visual(
            "visits against revenue",
            "scatterChart",
            Place(440, 414, 412, 290),
            "Sessions and revenue of a customer",
            "Scatter chart of segments: sessions of a customer across, revenue of a customer up, customers as size.",
            {
                "Category": (_SEGMENT,),
                "X": _measures(("Sessions per Customer",)),
                "Y": _measures(("Revenue per Customer",)),
                "Size": _measures(("Customers",)),
            },
        ),
        Visual(
            "ages",
            "clusteredBarChart",
            Place(864, 414, 400, 139),
            "Customers by age",
            "Bar chart of the number of customers by age band.",
            {"Category": (column("Customer", "Age Band"),), "Y": _measures(("Customers",))},
        ),
        Visual(
            "countries",
            "clusteredBarChart",
            Place(864, 565, 400, 139),
            "Customers by country",
            "Bar chart of the number of customers by country, the most first.",
            {"Category": (column("Country", "Country"),), "Y": _measures(("Customers",))},
            sort=measure("Customers", _FACTS),
        ),
    ),
)
