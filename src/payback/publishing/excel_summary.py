"""The first and the last sheet of the workbook: what the figures say, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.metrics import METRICS, VERDICTS
from payback.publishing import method, story
from payback.publishing.columns import ColumnView, title_of, view_of, views_of
from payback.publishing.excel_cells import HEADER_HEIGHT, Styles, write_text, write_value
from payback.publishing.excel_sheets import Part, colour_verdicts
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from payback.publishing.results import Results, RowAccount

SUMMARY, DEFINITIONS = "Summary", "Definitions"
CHART_CHANNELS = 15
CHART_ROWS = 18

_TOTAL_COLUMNS = ("cost", "revenue", "profit", "roi", "roi_low", "roi_high", "roas", "cpa", "conversions", "verdict")
_ROW_COLUMNS = (
    ("rows_read", "Rows in", pa.int64()),
    ("rows_clean", "Clean", pa.int64()),
    ("rejected_at_loading", "Rejected at loading", pa.int64()),
    ("rejected_at_cleaning", "Rejected at cleaning", pa.int64()),
    ("rows_merged", "Merged", pa.int64()),
    ("rows_missing", "Unaccounted", pa.int64()),
)
_MONEY_COLUMNS = tuple(f"{name}_{gate}" for name in ("cost", "revenue") for gate in ("in", "clean", "rejected"))


@dataclass(frozen=True)
class _ChartRows:
    """Rows of the summary that a chart shows."""

    currency: str
    records: list[dict[str, Any]]
    first_row: int


class _Page:
    """A sheet that is written from top to bottom."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet = sheet
        self.styles = styles
        self.row = 0

    def line(self, text: str = "", **look: object) -> None:
        """Write one line of text, or leave one free."""
        if text:
            write_text(self.sheet, self.row, 0, text, self.styles, self.styles.get(quote_prefix=True, **look))
        self.row += 1

    def heading(self, text: str) -> None:
        """Write the heading of a block, a free line above it."""
        self.row += 1
        self.line(text, bold=True, font_size=12)

    def header(self, views: Sequence[ColumnView]) -> None:
        """Write the header of a block."""
        self.sheet.set_row(self.row, HEADER_HEIGHT)
        for column, view in enumerate(views):
            write_text(self.sheet, self.row, column, view.label, self.styles, self.styles.header(view))
        self.row += 1

    def record(self, views: Sequence[ColumnView], record: dict[str, Any], currency: str | None) -> None:
        """Write one row of a block."""
        for column, view in enumerate(views):
            if record.get(view.name) is not None:
                write_value(self.sheet, (self.row, column), record[view.name], view, currency, self.styles)
        self.row += 1


def write_summary(book: xlsxwriter.Workbook, results: Results, parts: Sequence[Part], styles: Styles) -> None:
    """Write the first sheet: verdict, totals, channels, charts, the account of the rows, notes, contents."""
    sheet = book.add_worksheet(SUMMARY)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(_TOTAL_COLUMNS) + 1, 15)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    page = _Page(sheet, styles)
    _write_opening(page, results)
    _write_totals(page, results)
    blocks = _write_channels(page, results)
    _add_charts(book, page, blocks, story.interval_name(results.summary))
    _write_account(page, results.summary.rows)
    _write_list(page, "Notes", results.summary.warnings)
    _write_contents(page, parts)


def write_definitions(book: xlsxwriter.Workbook, results: Results, styles: Styles) -> None:
    """Write the last sheet: every metric, what the interval says, and every column of every sheet."""
    sheet = book.add_worksheet(DEFINITIONS)
    sheet.hide_gridlines(2)
    for column, width in enumerate((26, 26, 70, 30, 12, 18)):
        sheet.set_column(column, column, width)
    page = _Page(sheet, styles)
    page.line("Definitions", bold=True, font_size=16)
    page.heading("Metrics")
    page.header(_text_views("Name", "Label", "Meaning", "Formula", "Unit", "Good news is"))
    for metric in METRICS.values():
        better = {"higher": "more", "lower": "less", "neutral": "neither"}[metric.better]
        _write_texts(page, metric.name, metric.label, metric.definition, metric.formula, metric.unit, better)
    page.heading("Verdicts")
    page.header(_text_views("Verdict", "", "Meaning"))
    for verdict, meaning in VERDICTS.items():
        _write_texts(page, verdict, "", meaning)
    page.heading("How to read the figures")
    for text in method.sentences(results.summary):
        _write_texts(page, "", "", text)
    page.heading("Columns")
    page.header(_text_views("Table", "Column", "Meaning", "Label"))
    for name, table in results.tables.items():
        for view in views_of(table):
            _write_texts(page, title_of(name), view.name, view.description, view.label)


def _write_opening(page: _Page, results: Results) -> None:
    summary = results.summary
    page.sheet.set_row(0, 26)
    page.line(summary.title or "Marketing ROI", bold=True, font_size=16)
    page.line(story.period(summary), font_color="#667085")
    made = f"Made {summary.created_at:%Y-%m-%d %H:%M} UTC by Payback {summary.version}, run {summary.run_id}"
    page.line(made, font_color="#667085")
    page.line()
    for name, sentences in story.headline(results, short=False):
        if name:
            page.line(name, bold=True, font_size=12)
        for sentence in sentences:
            page.line(story.plain(sentence), font_size=12)


def _write_totals(page: _Page, results: Results) -> None:
    totals = results.tables.get("roi_total")
    if totals is None or not totals.num_rows:
        return
    page.heading("Totals")
    _write_block(page, totals, ("currency", *_TOTAL_COLUMNS), totals.to_pylist())


def _write_channels(page: _Page, results: Results) -> list[_ChartRows]:
    """Write the channels, grouped by currency, most profit first; return each group with its first row."""
    table = results.tables.get("roi_by_channel")
    if table is None or not table.num_rows:
        return []
    page.heading("Channels")
    records = sorted(table.to_pylist(), key=_by_currency_and_profit)
    first = _write_block(page, table, ("channel", "currency", *_TOTAL_COLUMNS), records)
    blocks = []
    for currency, group in groupby(records, key=lambda record: str(record.get("currency") or UNKNOWN_CURRENCY)):
        members = list(group)
        blocks.append(_ChartRows(currency, members[:CHART_CHANNELS], first))
        first += len(members)
    return blocks


def _write_block(page: _Page, table: pa.Table, names: Sequence[str], records: Sequence[dict[str, Any]]) -> int:
    """Write a table within the page and return its first row below the header."""
    present = {view.name: view for view in views_of(table)}
    views = [present[name] for name in names if name in present]
    page.header(views)
    first = page.row
    for record in records:
        page.record(views, record, record.get("currency"))
    if records and "verdict" in present:
        column = [view.name for view in views].index("verdict")
        colour_verdicts(page.sheet, (first, column, page.row - 1, column), page.styles)
    return first


def _write_account(page: _Page, rows: Sequence[RowAccount]) -> None:
    if not rows:
        return
    page.heading("Rows in, clean and rejected")
    counts = [ColumnView(name, label, view_of(pa.field(name, kind)).unit) for name, label, kind in _ROW_COLUMNS]
    monies = [ColumnView(name, _money_label(name), "money") for name in _MONEY_COLUMNS]
    views = [ColumnView("table", "Table", "text"), ColumnView("currency", "Currency", "text"), *counts, *monies]
    page.sheet.set_column(len(_TOTAL_COLUMNS) + 2, len(views) - 1, 15)
    page.header(views)
    for account in rows:
        page.record(views, {view.name: getattr(account, view.name) for view in views}, account.currency)


def _write_list(page: _Page, heading: str, lines: Sequence[str]) -> None:
    if lines:
        page.heading(heading)
        for line in lines:
            page.line(line)


def _write_contents(page: _Page, parts: Sequence[Part]) -> None:
    page.heading("Sheets and their rows")
    several = {part.table_name for part in parts if part.title.endswith(")")}
    for part in parts:
        write_text(page.sheet, page.row, 0, part.title, page.styles)
        rows = ColumnView("rows", "Rows", "count")
        write_value(page.sheet, (page.row, 1), part.rows.num_rows, rows, None, page.styles)
        page.row += 1
    for name in sorted(several):
        page.line(f"{title_of(name)} has more rows than a sheet holds, so it goes on in the sheets with a number.")


def _add_charts(book: xlsxwriter.Workbook, page: _Page, blocks: Sequence[_ChartRows], interval: str) -> None:
    """Draw ROI by channel with its intervals, a chart for each currency, below the channels."""
    page.row += 1
    for block in blocks:
        if any(record.get("roi") is not None for record in block.records):
            page.sheet.insert_chart(page.row, 0, _roi_chart(book, block, interval))
            page.row += CHART_ROWS


def _roi_chart(book: xlsxwriter.Workbook, block: _ChartRows, interval: str) -> Any:
    records, first = block.records, block.first_row
    names = [name for name in ("channel", "currency", *_TOTAL_COLUMNS) if name in records[0]]
    column, last = names.index("roi"), first + len(records) - 1
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "ROI",
            "categories": [SUMMARY, first, 0, last, 0],
            "values": [SUMMARY, first, column, last, column],
            "fill": {"color": "#2F6FED"},
            "gap": 80,
            "y_error_bars": {
                "type": "custom",
                "plus_values": [_reach(record, "roi_high") for record in records],
                "minus_values": [_reach(record, "roi_low") for record in records],
            },
        }
    )
    unit = "" if block.currency == UNKNOWN_CURRENCY else f", {block.currency}"
    chart.set_title({"name": f"ROI by channel with its {interval}{unit}", "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E4E7EC"}}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 340})
    return chart


def _reach(record: dict[str, Any], end: str) -> float:
    """Return how far the interval reaches from the figure; zero where there is none."""
    if record.get("roi") is None or record.get(end) is None:
        return 0.0
    return abs(float(record[end]) - float(record["roi"]))


def _by_currency_and_profit(record: dict[str, Any]) -> tuple[str, bool, Any]:
    profit = record.get("profit")
    return str(record.get("currency") or UNKNOWN_CURRENCY), profit is None, -(profit or 0)


def _write_texts(page: _Page, *texts: str) -> None:
    for column, text in enumerate(texts):
        write_text(page.sheet, page.row, column, text, page.styles, page.styles.get(text_wrap=True))
    page.row += 1


def _text_views(*labels: str) -> list[ColumnView]:
    return [ColumnView(label, label, "text") for label in labels]


def _money_label(name: str) -> str:
    amount, gate = name.split("_")
    return f"{amount.capitalize()} {gate}"
