"""A sheet for each table: header, rows, totals, and what makes a long table readable.

The first row is the header and the rows follow without a gap, so a pivot table or another program can use the sheet
as it is. Rows beyond what a sheet holds go on in the next one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from payback.publishing.columns import ColumnView, title_of, views_of
from payback.publishing.excel_cells import HEADER_HEIGHT, Styles, write_text, write_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS = 1_048_575
"""Rows below the header of a sheet."""

_TITLE_LENGTH = 31
_BATCH_ROWS = 20_000
_NARROWEST, _WIDEST = 9, 48
_PAGE_WIDTH = 220
"""Characters across a printed page, landscape, that can still be read."""
_SAMPLE_ROWS = 500
_NAME_COLUMNS = frozenset({"campaign_id", "campaign_name", "channel", "source", "account", "country", "day", "week"})
_NAME_COLUMNS |= frozenset({"month", "quarter", "year", "segment", "segment_name", "table_name", "customer_id"})
_NOT_IN_TOTALS = frozenset({"currency", "rank"}) | _NAME_COLUMNS
_WHOLE = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
_GOOD, _BAD = "#067647", "#B42318"


@dataclass(frozen=True)
class Part:
    """A sheet and the rows of its table that it shows."""

    table_name: str
    title: str
    rows: pa.Table


def parts_of(tables: Sequence[tuple[str, pa.Table]], rows_a_sheet: int, taken: Sequence[str]) -> list[Part]:
    """Return the sheets of the tables, in order: one each, more where the rows need them.

    Parameters
    ----------
    tables : sequence of (str, pyarrow.Table)
        Names and tables.
    rows_a_sheet : int
        Rows below the header.
    taken : sequence of str
        Titles that other sheets have.
    """
    used = {title.lower() for title in (*taken, "history")}  # Excel keeps "History" for itself
    parts = []
    for name, table in tables:
        for number, start in enumerate(range(0, max(1, table.num_rows), rows_a_sheet), 1):
            title = _free_title(title_of(name), number, used)
            parts.append(Part(name, title, table.slice(start, rows_a_sheet)))
    return parts


def write_part(
    book: xlsxwriter.Workbook, part: Part, table: pa.Table, totals: Sequence[dict[str, Any]], styles: Styles
) -> None:
    """Write one sheet.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        Where to.
    part : Part
        The sheet.
    table : pyarrow.Table
        The whole table, which decides widths and decimals.
    totals : sequence of dict
        Rows of ``roi_total`` to write below; none for any other kind of table.
    styles : Styles
        Formats of the workbook.
    """
    sheet = book.add_worksheet(part.title)
    views = views_of(table)
    _set_up(sheet, part, table, styles)
    for column, view in enumerate(views):
        write_text(sheet, 0, column, view.label, styles, styles.header(view))
    for row, record in enumerate(_records(part.rows, views), 1):
        currency = record[-1]
        for column, view in enumerate(views):
            if record[column] is not None:
                write_value(sheet, (row, column), record[column], view, currency, styles)
    for row, total in enumerate(totals, part.rows.num_rows + 1):
        _write_total(sheet, row, views, total, styles)


def widths_of(table: pa.Table, views: Sequence[ColumnView]) -> list[int]:
    """Return column widths in characters that fit header, numbers and most texts."""
    currency = _widest_currency(table)
    return [
        min(_WIDEST, max(_NARROWEST, _header_width(view), _content_width(table.column(position), view, currency) + 2))
        for position, view in enumerate(views)
    ]


def _records(table: pa.Table, views: Sequence[ColumnView]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of each row and, last, its currency."""
    names = [view.name for view in views]
    for start in range(0, table.num_rows, _BATCH_ROWS):
        piece = table.slice(start, _BATCH_ROWS)
        columns = [column.to_pylist() for column in piece.columns]
        currency = columns[names.index("currency")] if "currency" in names else [None] * piece.num_rows
        yield from zip(*columns, currency, strict=True)


def _write_total(
    sheet: Worksheet, row: int, views: Sequence[ColumnView], total: dict[str, Any], styles: Styles
) -> None:
    """Write the finished total of a currency below the rows: nothing is summed here, least of all ratios."""
    currency = total.get("currency")
    named = False
    for column, view in enumerate(views):
        value = total.get(view.name) if view.name not in _NOT_IN_TOTALS else None
        if view.name == "currency":
            value = currency
        elif view.name in _NAME_COLUMNS and view.unit in {"text", "date"} and not named:
            write_text(sheet, row, column, "Total", styles, styles.text(total=True))
            named = True
            continue
        write_value(sheet, (row, column), value, view, currency, styles, total=True)


def _set_up(sheet: Worksheet, part: Part, table: pa.Table, styles: Styles) -> None:
    rows, views = part.rows.num_rows, views_of(table)
    widths = widths_of(table, views)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, HEADER_HEIGHT)
    sheet.freeze_panes(1, _frozen_columns(views))
    if views:
        sheet.autofilter(0, 0, rows, len(views) - 1)
    sheet.set_landscape()
    across = max(1, math.ceil(sum(widths) / _PAGE_WIDTH))
    sheet.fit_to_pages(across, 0)
    sheet.repeat_rows(0)
    if across > 1 and (named := _frozen_columns(views)):
        sheet.repeat_columns(0, named - 1)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.hide_gridlines(2)
    if rows:
        _colour(sheet, views, rows, styles)


def _colour(sheet: Worksheet, views: Sequence[ColumnView], rows: int, styles: Styles) -> None:
    """Colour what the sign or the word already says, and draw the shares as bars."""
    negative = {"type": "cell", "criteria": "<", "value": 0, "format": styles.condition(_BAD)}
    bar = {"type": "data_bar", "bar_color": "#C7DCFB", **_WHOLE}
    for column, view in enumerate(views):
        area = (1, column, rows, column)
        if view.name in {"profit", "roi"} or view.name.endswith("_change"):
            sheet.conditional_format(*area, negative)
        elif view.name == "verdict":
            colour_verdicts(sheet, area, styles)
        elif view.name.startswith("share_of_"):
            sheet.conditional_format(*area, bar)


def colour_verdicts(sheet: Worksheet, area: tuple[int, int, int, int], styles: Styles) -> None:
    """Colour the words of the verdicts in an area."""
    for word, colour in (("pays", _GOOD), ("loses", _BAD)):
        rule = {"type": "text", "criteria": "begins with", "value": word, "format": styles.condition(colour)}
        sheet.conditional_format(*area, rule)


def _frozen_columns(views: Sequence[ColumnView]) -> int:
    """Freeze the columns that name the row, three at most: a phone or a small window needs the rest."""
    for position in range(min(3, len(views)) - 1, -1, -1):
        if views[position].name in _NAME_COLUMNS - {"segment"}:
            return position + 1
    return 0


def _free_title(title: str, number: int, used: set[str]) -> str:
    """Return a title of at most 31 characters that no other sheet has, whatever the case."""
    while True:
        ending = f" ({number})" if number > 1 else ""
        candidate = title[: _TITLE_LENGTH - len(ending)].rstrip() + ending
        if candidate.lower() not in used:
            used.add(candidate.lower())
            return candidate
        number += 1


def _header_width(view: ColumnView) -> int:
    """Return the width of the header, which may break into two lines, and of its filter button."""
    words = view.label.split()
    return max(max((len(word) for word in words), default=0), len(view.label) // 2 + 2) + 4


def _content_width(column: pa.ChunkedArray, view: ColumnView, currency: str | None) -> int:
    if view.is_number and view.unit != "boolean" and len(column) and column.null_count < len(column):
        ends = pc.min_max(column).as_py()
        return max(len(view.text(end, currency)) for end in ends.values())
    lengths = sorted(len(view.text(value)) for value in column.slice(0, _SAMPLE_ROWS).to_pylist())
    return lengths[int(len(lengths) * 0.95)] if lengths else 0


def _widest_currency(table: pa.Table) -> str | None:
    if "currency" not in table.column_names:
        return None
    codes = [str(code) for code in pc.unique(table.column("currency")).to_pylist() if code]
    return max(codes, key=lambda code: len(ColumnView("", "", "money").text(0, code)), default=None)
