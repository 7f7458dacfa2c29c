"""One table as a workbook in memory: what a reader of the dashboard sees, to take along."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from payback.publishing.excel_cells import HEADER_HEIGHT, Styles, write_text, write_value
from payback.publishing.excel_sheets import widths_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from payback.publishing.columns import ColumnView

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def table_bytes(table: pa.Table, views: Sequence[ColumnView], currency: str | None, *, title: str) -> bytes:
    """Return a workbook of one sheet.

    Parameters
    ----------
    table : pyarrow.Table
        What to write; no text in it becomes a formula.
    views : sequence of ColumnView
        How its columns are called and formatted, in order.
    currency : str, optional
        Of its amounts.
    title : str
        Title of the workbook.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties({"title": title})
    sheet, styles = book.add_worksheet("Table"), Styles(book)
    for column, (view, width) in enumerate(zip(views, widths_of(table, views), strict=True)):
        sheet.set_column(column, column, width)
        write_text(sheet, 0, column, view.label, styles, styles.header(view))
        for row, value in enumerate(table.column(column).to_pylist(), 1):
            write_value(sheet, (row, column), value, view, currency, styles)
    sheet.set_row(0, HEADER_HEIGHT)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, table.num_rows, len(views) - 1)
    book.close()
    return file.getvalue()
