"""What a column is called, what it means and how its values are written, whatever table it stands in.

Metrics take their words from `metrics.py`, columns of the warehouse from `tables.py`; what the analysis adds
(intervals, shares, changes, ranks) is named after the metric it belongs to. Any other column is shown under its own
name, so a new one never breaks an output.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.compute as pc

from payback.metrics import METRICS
from payback.publishing import formats
from payback.tables import (
    CAMPAIGN_ROI,
    CLEAN_CAMPAIGNS,
    CLEAN_CUSTOMERS,
    CUSTOMER_SEGMENTS,
    DATA_QUALITY,
    LOADS,
    REJECTED_ROWS,
    ROI_COMPARISON,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from payback.tables import Column

Unit = Literal[
    "money", "count", "decimal", "percent", "multiple", "text", "id", "date", "timestamp", "boolean", "seconds"
]

SHEET_TITLES = {
    "roi_total": "Total",
    "roi_by_campaign": "Campaigns",
    "roi_by_channel": "Channels",
    "roi_by_source": "Sources",
    "roi_by_account": "Accounts",
    "roi_by_country": "Countries",
    "roi_by_year": "Years",
    "roi_by_quarter": "Quarters",
    "roi_by_month": "Months",
    "roi_by_week": "Weeks",
    "roi_by_day": "Days",
    "roi_comparison": "Comparison",
    "segment_profiles": "Segments",
    "customer_segments": "Customers",
    "data_quality": "Data quality",
}
"""Tables with a title of their own, in the order in which people read them."""

_ACRONYMS = {"id": "ID", "roi": "ROI", "roas": "ROAS", "cpa": "CPA", "cpc": "CPC", "cpm": "CPM", "ctr": "CTR"}
_ACRONYMS |= {"cvr": "CVR", "aov": "AOV", "ga4": "GA4", "url": "URL", "utm": "UTM"}

_STATISTICS = {"mean": "Mean", "median": "Median", "total": "Total", "min": "Least", "max": "Most"}


@dataclass(frozen=True)
class ColumnView:
    """A column as a reader meets it.

    Parameters
    ----------
    name : str
        Name in the table.
    label : str
        Name on a page.
    unit : str
        Decides format and alignment.
    decimals : int
        Digits behind the point; money takes them from its currency.
    description : str
        One plain sentence; empty where nothing is known.
    """

    name: str
    label: str
    unit: Unit
    decimals: int = 0
    description: str = ""

    @property
    def is_number(self) -> bool:
        """Whether values stand right-aligned and can be added or compared."""
        return self.unit not in {"text", "id", "date", "timestamp", "boolean"}

    def text(self, value: object, currency: str | None = None) -> str:
        """Return a value as people read it, a dash where it is missing."""
        if value is None:
            return formats.MISSING
        if isinstance(value, bool):
            return "yes" if value else "no"
        write = _WRITERS.get(self.unit)
        if write is None or not isinstance(value, int | float | Decimal):
            return str(value)
        return write(value, self.decimals, currency)


_WRITERS: dict[str, Callable[[float | Decimal, int, str | None], str]] = {
    "money": lambda value, _, currency: formats.money(value, currency),
    "percent": lambda value, decimals, _: formats.percent(value, decimals),
    "multiple": lambda value, decimals, _: formats.multiple(value, decimals),
    "count": lambda value, *_: formats.number(value),
    "decimal": lambda value, decimals, _: formats.number(value, decimals),
    "seconds": lambda value, decimals, _: formats.number(value, decimals),
}

_LABELS = {"campaign_name": "Campaign", "table_name": "Table"}
_NUMBERS_THAT_NAME = frozenset({"segment", "row_number", "line_number"})

_MADE_BY_ANALYSIS = {
    view.name: view
    for view in (
        ColumnView("customers", "Customers", "count", 0, "Number of customers."),
        ColumnView("stands_out", "Stands out", "text", 0, "What differs most from the average customer."),
        ColumnView("sentence", "In words", "text", 0, "The segment in one sentence."),
    )
}

_DESCRIBED = (
    CAMPAIGN_ROI,
    ROI_COMPARISON,
    CUSTOMER_SEGMENTS,
    DATA_QUALITY,
    CLEAN_CAMPAIGNS,
    CLEAN_CUSTOMERS,
    REJECTED_ROWS,
    LOADS,
)

_BY_TYPE: tuple[tuple[Callable[[pa.DataType], bool], Unit, int], ...] = (
    (pa.types.is_boolean, "boolean", 0),
    (pa.types.is_date, "date", 0),
    (pa.types.is_timestamp, "timestamp", 0),
    (pa.types.is_integer, "count", 0),
    (pa.types.is_floating, "decimal", 2),
    (pa.types.is_decimal, "decimal", 2),
)


def view_of(field: pa.Field) -> ColumnView:
    """Return how a column of an Arrow table is shown.

    Examples
    --------
    >>> view_of(pa.field("roi_low", pa.float64())).label
    'ROI, low'
    >>> view_of(pa.field("made_up", pa.int64()))
    ColumnView(name='made_up', label='Made up', unit='count', decimals=0, description='')
    """
    base = _type_view(field)
    named = _named_view(field.name)
    # A name promises a unit, the type decides whether it can be kept: a month may come as text, a share as text too.
    if named is None:
        return base
    wants_date, wants_number = named.unit in {"date", "timestamp"}, named.is_number or named.unit == "id"
    if (wants_date and base.unit not in {"date", "timestamp"}) or (wants_number and not base.is_number):
        return replace(named, unit=base.unit, decimals=base.decimals)
    return replace(named, unit=base.unit) if named.unit == "text" and base.unit != "text" else named


def views_of(table: pa.Table) -> list[ColumnView]:
    """Return how each column of a table is shown; quantities that are whole everywhere lose their decimals."""
    return [_whole(view_of(field), table.column(position)) for position, field in enumerate(table.schema)]


def title_of(table_name: str) -> str:
    """Return the title of a table, such as ``Campaigns`` for ``roi_by_campaign``."""
    return SHEET_TITLES.get(table_name) or label_of(table_name.removeprefix("roi_by_"))


def label_of(name: str) -> str:
    """Return a label made from a name.

    Examples
    --------
    >>> label_of("external_campaign_id")
    'External campaign ID'
    """
    words = [_ACRONYMS.get(word, word) for word in name.replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text else name


def _type_view(field: pa.Field) -> ColumnView:
    label = label_of(field.name)
    for matches, unit, decimals in _BY_TYPE:
        if matches(field.type):
            return ColumnView(field.name, label, "id" if field.name.endswith("_id") else unit, decimals)
    return ColumnView(field.name, label, "text")


def _named_view(name: str) -> ColumnView | None:
    """Return what the name alone tells."""
    return (
        _metric_view(name)
        or _MADE_BY_ANALYSIS.get(name)
        or _share_view(name)
        or _ending_view(name)
        or _statistic_view(name)
        or _column_view(name)
    )


def _metric_view(name: str) -> ColumnView | None:
    metric = METRICS.get(name)
    if metric is None:
        return None
    return ColumnView(name, metric.label, metric.unit, metric.decimals, metric.definition)


def _share_view(name: str) -> ColumnView | None:
    part = name.removeprefix("share_of_")
    if part == name:
        return None
    label = _inside(METRICS[part].label if part in METRICS else label_of(part))
    return ColumnView(name, f"Share of {label}", "percent", 1, f"Part of the total {label} of the same currency.")


def _ending_view(name: str) -> ColumnView | None:
    """Return the view of what belongs to a metric: ``roi_low``, ``roas_high``, ``cost_change``, ``previous_cost``."""
    stem, _, ending = name.rpartition("_")
    if name.startswith("previous_"):
        stem, ending = name.removeprefix("previous_"), "previous"
    base = _metric_view(stem)
    if base is None or ending not in _ENDINGS:
        return None
    label, text = _ENDINGS[ending]
    if ending == "change":
        # Money changes by a share of what it was; a percentage that changes by a percentage would mislead.
        in_points = base.unit == "percent"
        label, text = (
            ("{}, change in points", text + " as a difference.") if in_points else (label, text + " as a share.")
        )
        base = replace(base, unit="percent", decimals=1)
    return replace(base, name=name, label=label.format(base.label), description=text.format(base.label))


_ENDINGS = {
    "low": ("{}, low", "Lower end of the interval of {}."),
    "high": ("{}, high", "Upper end of the interval of {}."),
    "previous": ("{}, previous", "{} of the period compared with."),
    "change": ("{}, change", "Change of {} on the period compared with,"),
}


def _statistic_view(name: str) -> ColumnView | None:
    """Return the view of ``median_revenue`` or ``revenue_median``."""
    first, _, rest = name.partition("_")
    stem, _, last = name.rpartition("_")
    word, column = (first, rest) if first in _STATISTICS else (last, stem)
    if word not in _STATISTICS or not column:
        return None
    base = _column_view(column) or _metric_view(column)
    unit = base.unit if base and base.unit in {"money", "seconds"} else "decimal"
    label = f"{_STATISTICS[word]} {_inside(base.label if base else label_of(column))}"
    return ColumnView(name, label, unit, 0 if unit == "seconds" else 2)


def _inside(label: str) -> str:
    """Return a label for the middle of a sentence."""
    return label if label.isupper() else label.lower()


def _column_view(name: str) -> ColumnView | None:
    """Return the view of a column of one of the product's own tables."""
    for table in _DESCRIBED:
        if name in table:
            column = table[name]
            decimals = 2 if column.type in {"decimal", "number"} else 0
            return ColumnView(name, _LABELS.get(name, label_of(name)), _unit_of(column), decimals, column.description)
    return None


_UNITS: dict[str, Unit] = {
    "money": "money",
    "seconds": "seconds",
    "percent": "percent",
    "multiple": "multiple",
    "integer": "count",
    "decimal": "decimal",
    "number": "decimal",
    "text": "text",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}


def _unit_of(column: Column) -> Unit:
    if column.type == "integer" and (column.name.endswith("_id") or column.name in _NUMBERS_THAT_NAME):
        return "id"
    return _UNITS.get(column.unit or "") or _UNITS[column.type]


def _whole(view: ColumnView, column: pa.ChunkedArray) -> ColumnView:
    """Conversions are fractional in some sources and whole in most: show a point only where one is needed."""
    if view.unit != "decimal":
        return view
    rest = pc.not_equal(pc.floor(column), column)
    return view if pc.any(rest).as_py() else replace(view, decimals=0)
