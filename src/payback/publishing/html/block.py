"""Everything the page says about one currency: cards, course, channels, campaigns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.metrics import METRICS, Metric
from payback.publishing import formats, story
from payback.publishing.columns import view_of
from payback.publishing.html.charts import NARROW, WIDE, Bar, Trend, bars, sparkline, trend
from payback.publishing.html.tables import TableView, named, table_view
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.publishing.results import Results

    Record = dict[str, Any]

MOST_BARS = 8
ENDS = 8
"""Campaigns named at each end; a shop with few campaigns needs no such list."""
MOST_CAMPAIGNS = 300
"""Campaigns in the table: those with the most cost. The interactive page and the workbook have all."""

_CUT = "; slashed bars are longer than shown"
_CARDS = ("cost", "revenue", "profit", "roi", "cpa", "conversions")
_PERIODS = (("month", 4), ("week", 4), ("day", 2), ("month", 2))
_CHANNEL_COLUMNS = ("channel", "cost", "revenue", "profit", "roi", "interval", "roas", "cpa", "conversions", "verdict")
_CAMPAIGN_COLUMNS = ("campaign_name", "channel", "source", "cost", "revenue", "profit", "roi", "interval", "verdict")
_PERIOD_COLUMNS = ("cost", "revenue", "profit", "roi", "roas", "conversions", "complete")


@dataclass(frozen=True)
class Card:
    """One figure, large."""

    label: str
    value: str
    detail: str
    meaning: str
    spark: tuple[str, str]
    verdict: str = ""
    tone: str = ""


@dataclass(frozen=True)
class NamedBar:
    """A bar with its name, what it is worth, and the verdict."""

    name: str
    value: str
    note: str
    bar: Bar | None
    verdict: str
    tone: str


@dataclass(frozen=True)
class BarList:
    """Bars on one scale under a heading."""

    heading: str
    note: str
    bars: list[NamedBar]


@dataclass(frozen=True)
class TrendView:
    """The course over time, drawn twice (desk and phone), and as a table."""

    heading: str
    note: str
    wide: Trend
    narrow: Trend
    table: TableView


@dataclass(frozen=True)
class Block:
    """Everything about one currency."""

    heading: str
    is_only: bool
    cards: list[Card]
    trend: TrendView | None
    roi: BarList | None
    channels: TableView | None
    ends: list[BarList]
    verdicts: list[tuple[str, str, int]]
    campaigns: TableView | None


@dataclass(frozen=True)
class _Lens:
    """The results of one currency, and how they are named."""

    results: Results
    currency: str
    is_only: bool

    @property
    def name(self) -> str:
        return story.currency_name(self.currency)

    @property
    def interval(self) -> str:
        return story.interval_name(self.results.summary)

    def titled(self, text: str) -> str:
        return text if self.is_only else f"{text}: {self.name}"

    def rows(self, table: str) -> list[Record]:
        rows = self.results.records(table)
        return [row for row in rows if (row.get("currency") or UNKNOWN_CURRENCY) == self.currency]


def block_of(results: Results, currency: str, *, is_only: bool) -> Block:
    """Return what the page says about one currency.

    Parameters
    ----------
    results : Results
        The finished tables.
    currency : str
        ISO 4217 code; one of ``roi_total``.
    is_only : bool
        Whether it is the only one, so that headings need not name it.
    """
    lens = _Lens(results, currency, is_only)
    total = lens.rows("roi_total")[0]
    channels = sorted(lens.rows("roi_by_channel"), key=_by_profit)
    campaigns = sorted(lens.rows("roi_by_campaign"), key=_by_profit)
    period, periods = _periods(lens)
    return Block(
        heading="Results" if is_only else f"Results: {lens.name}",
        is_only=is_only,
        cards=[_card(METRICS[name], total, periods, lens) for name in _CARDS if name in total],
        trend=_trend(lens, period, periods) if periods else None,
        roi=_roi_bars(lens, channels),
        channels=_table(lens, "roi_by_channel", "Channels", _CHANNEL_COLUMNS, channels),
        ends=_ends(lens, campaigns),
        verdicts=_verdicts(campaigns),
        campaigns=_campaign_table(lens, campaigns),
    )


def _card(metric: Metric, total: Record, periods: Sequence[Record], lens: _Lens) -> Card:
    value = total[metric.name]
    view = view_of(pa.field(metric.name, pa.float64()))
    if metric.unit == "decimal" and value is not None and value == int(value):
        view = replace(view, decimals=0)
    short = full = view.text(value, lens.currency)
    if metric.unit == "money":
        short = formats.short_money(value, lens.currency)
    elif metric.unit == "decimal":
        short = formats.short_number(value)
    detail = _change(metric, total) or (full if short != full else "")
    spark = sparkline([_float(row.get(metric.name)) for row in periods])
    if metric.name != "roi":
        return Card(metric.label, short, detail, metric.definition, spark)
    between, verdict = story.interval(total), str(total.get("verdict") or "")
    detail = f"{lens.interval} {between}" if between else str(total.get("interval_note") or "")
    return Card(metric.label, short, detail, metric.definition, spark, verdict, story.tone_of(verdict))


def _change(metric: Metric, total: Record) -> str:
    change = total.get(f"{metric.name}_change")
    if change is None:
        return ""
    sign = "▲ +" if change > 0 else "▼ " if change < 0 else ""
    return f"{sign}{formats.percent(change)} on the previous period"


def _periods(lens: _Lens) -> tuple[str, list[Record]]:
    """Return the coarsest calendar with enough periods to show a course."""
    for name, least in _PERIODS:
        rows = [row for row in lens.rows(f"roi_by_{name}") if row.get(name) is not None]
        if len(rows) >= least:
            return name, sorted(rows, key=lambda row: str(row[name]))
    return "", []


def _trend(lens: _Lens, period: str, rows: Sequence[Record]) -> TrendView:
    labels = [_period_label(period, row[period]) for row in rows]
    series = [(name, METRICS[name].label, [_float(row.get(name)) for row in rows]) for name in ("revenue", "cost")]
    wide, narrow = (trend(labels, series, size, lens.currency) for size in (WIDE, NARROW))
    table = lens.results.tables[f"roi_by_{period}"]
    view = table_view(lens.titled(f"Results by {period}"), table, (period, *_PERIOD_COLUMNS), rows)
    partial = [label for label, row in zip(labels, rows, strict=True) if row.get("complete") is False]
    note = f"by {period}" + (f"; {' and '.join(partial)} not complete" if 0 < len(partial) < 3 else "")  # noqa: PLR2004
    return TrendView(lens.titled("Revenue and cost"), note, wide, narrow, view)


def _period_label(period: str, value: Any) -> str:
    if not hasattr(value, "year"):
        return str(value)
    return formats.month(value) if period == "month" else formats.day(value).rsplit(" ", 1)[0]


def _roi_bars(lens: _Lens, channels: Sequence[Record]) -> BarList | None:
    known = [row for row in channels if row.get("roi") is not None]
    shown = sorted(known, key=lambda row: -(row.get("cost") or 0))[:MOST_BARS]
    if not shown:
        return None
    shown.sort(key=lambda row: -row["roi"])
    drawn = bars([(row["roi"], row.get("roi_low"), row.get("roi_high")) for row in shown])
    named_bars = [
        _named_bar(row, "channel", formats.percent(row["roi"]), _evidence(row), bar)
        for row, bar in zip(shown, drawn, strict=True)
    ]
    rest = f"; the {MOST_BARS} with the most cost" if len(known) > len(shown) else ""
    rest += _CUT if any(bar and bar.is_cut for bar in drawn) else ""
    return BarList(lens.titled("ROI by channel"), f"with its {lens.interval}{rest}", named_bars)


def _evidence(row: Record) -> str:
    return story.interval(row) or str(row.get("interval_note") or "no interval")


def _ends(lens: _Lens, campaigns: Sequence[Record]) -> list[BarList]:
    """Return the campaigns that bring the most and those that bring the least."""
    known = [row for row in campaigns if row.get("profit") is not None]
    if len(known) <= 2 * ENDS:
        return []
    worst = known[-ENDS:][::-1]
    losing = [row for row in worst if row["profit"] < 0]
    heading = "Biggest losses" if losing else "Least profit"
    return [_profit_bars(lens, "Most profit", known[:ENDS]), _profit_bars(lens, heading, losing or worst)]


def _profit_bars(lens: _Lens, heading: str, rows: Sequence[Record]) -> BarList:
    drawn = bars([(float(row["profit"]), None, None) for row in rows])
    named_bars = []
    for row, bar in zip(rows, drawn, strict=True):
        value = formats.short_money(row["profit"], lens.currency)
        named_bars.append(_named_bar(row, "campaign_name", value, f"ROI {formats.percent(row.get('roi'))}", bar))
    note = "campaigns by profit" + (_CUT if any(bar and bar.is_cut for bar in drawn) else "")
    return BarList(lens.titled(heading), note, named_bars)


def _named_bar(row: Record, column: str, value: str, note: str, bar: Bar | None) -> NamedBar:
    verdict = str(row.get("verdict") or "")
    return NamedBar(named(row.get(column)), value, note, bar, verdict, story.tone_of(verdict))


def _verdicts(campaigns: Sequence[Record]) -> list[tuple[str, str, int]]:
    """Return how many campaigns have each verdict, gains first."""
    counts = Counter(str(row["verdict"]) for row in campaigns if row.get("verdict"))
    order = {"good": 0, "bad": 1, "open": 2}
    toned = [(story.tone_of(verdict), verdict, count) for verdict, count in counts.items()]
    return sorted(toned, key=lambda item: (order[item[0]], -item[2], item[1]))


def _table(lens: _Lens, name: str, caption: str, columns: Sequence[str], rows: Sequence[Record]) -> TableView | None:
    if not rows:
        return None
    total, table = lens.rows("roi_total")[0], lens.results.tables[name]
    bar = "revenue" if name == "roi_by_channel" else None  # campaigns have their bars above the table
    return table_view(lens.titled(caption), table, columns, rows, total=total, bar=bar, interval=lens.interval)


def _campaign_table(lens: _Lens, campaigns: Sequence[Record]) -> TableView | None:
    """Return the campaigns by profit; of very many those with the most cost, and the caption says so."""
    caption, shown = "All campaigns", list(campaigns)
    if len(campaigns) > MOST_CAMPAIGNS:
        largest = sorted(campaigns, key=lambda row: -(row.get("cost") or 0))[:MOST_CAMPAIGNS]
        caption, shown = (
            f"The {MOST_CAMPAIGNS} of {len(campaigns):,} campaigns with the most cost",
            sorted(largest, key=_by_profit),
        )
    return _table(lens, "roi_by_campaign", caption, _CAMPAIGN_COLUMNS, shown)


def _by_profit(row: Record) -> tuple[bool, Any]:
    profit = row.get("profit")
    return profit is None, -(profit or 0)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
