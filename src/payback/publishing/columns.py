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
from payback.tables import CLEAN_CAMPAIGNS, CLEAN_CUSTOMERS, LOADS, REJECTED_ROWS

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

_KNOWN = {
    view.name: view
    for view in (
        ColumnView("campaign_id", "Campaign ID", "id", 0, "Number of the campaign."),
        ColumnView("customer_id", "Customer ID", "id", 0, "Number of the customer."),
        ColumnView("campaign_name", "Campaign", "text", 0, "Name of the campaign."),
        ColumnView("segment", "Segment", "id", 0, "Number of the segment; 1 has the highest mean revenue."),
        ColumnView("segment_name", "Segment name", "text", 0, "Name of the segment."),
        ColumnView("customers", "Customers", "count", 0, "Number of customers."),
        ColumnView("sentence", "In words", "text", 0, "The segment in one sentence."),
        ColumnView("day", "Day", "date", 0, "Day."),
        ColumnView("week", "Week", "date", 0, "Monday of the week."),
        ColumnView("month", "Month", "date", 0, "First day of the month."),
        ColumnView("quarter", "Quarter", "date", 0, "First day of the quarter."),
        ColumnView("year", "Year", "date", 0, "First day of the year."),
        ColumnView("first_day", "First day", "date", 0, "First day with data."),
        ColumnView("last_day", "Last day", "date", 0, "Last day with data."),
        ColumnView("days", "Days", "count", 0, "Days with data."),
        ColumnView("rows", "Rows", "count", 0, "Clean rows behind the figures."),
        ColumnView("complete", "Complete", "boolean", 0, "False where the period reaches beyond the data."),
        ColumnView("rank", "Rank", "count", 0, "Place by ROI within the currency, and within the period; 1 is best."),
        ColumnView("rank_in_channel", "Rank in channel", "count", 0, "Place by ROI within the channel; 1 is best."),
        ColumnView("verdict", "Verdict", "text", 0, "What the interval of ROI says."),
        ColumnView("interval_note", "Interval note", "text", 0, "Why there is no interval, or how to read it."),
        ColumnView("previous_start", "Previous start", "date", 0, "First day of the period compared with."),
        ColumnView("previous_end", "Previous end", "date", 0, "Last day of the period compared with."),
        ColumnView("comparable", "Comparable", "boolean", 0, "False where a compared period reaches beyond the data."),
        ColumnView("table_name", "Table", "text", 0, "Table the rows were meant for."),
        ColumnView("example", "Example", "text", 0, "One of the rejected values."),
    )
}

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
        or _KNOWN.get(name)
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
    for table in (CLEAN_CAMPAIGNS, CLEAN_CUSTOMERS, REJECTED_ROWS, LOADS):
        if name in table:
            column = table[name]
            return ColumnView(name, label_of(name), _unit_of(column), _DECIMALS.get(column.type, 0), column.description)
    return None


_DECIMALS = {"decimal": 2, "number": 2}


def _unit_of(column: Column) -> Unit:
    if column.name.endswith("_id"):
        return "text" if column.type == "text" else "id"
    if column.unit in {"money", "seconds"}:
        return "money" if column.unit == "money" else "seconds"
    units: dict[str, Unit] = {"integer": "count", "decimal": "decimal", "number": "decimal"}
    return units.get(column.type) or ("text" if column.type == "text" else _plain(column.type))


def _plain(kind: str) -> Unit:
    plain: dict[str, Unit] = {"date": "date", "timestamp": "timestamp", "boolean": "boolean"}
    return plain[kind]


def _whole(view: ColumnView, column: pa.ChunkedArray) -> ColumnView:
    """Conversions are fractional in some sources and whole in most: show a point only where one is needed."""
    if view.unit != "decimal":
        return view
    rest = pc.not_equal(pc.floor(column), column)
    return view if pc.any(rest).as_py() else replace(view, decimals=0)
