"""The Excel workbook: a summary, a sheet for each table, and the definitions.

Numbers are numbers with the format of their unit and currency, days are days, text is text. The cells hold the values
of the tables themselves, not formulas, so what a colleague opens is what was computed; a double keeps fifteen digits,
which is the cent up to ten trillion.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import xlsxwriter

from payback.errors import PublishingError
from payback.publishing.columns import SHEET_TITLES
from payback.publishing.excel_cells import Styles
from payback.publishing.excel_sheets import SHEET_ROWS, parts_of, write_part
from payback.publishing.excel_summary import DEFINITIONS, SUMMARY, write_definitions, write_summary
from payback.publishing.files import Staging

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from payback.publishing.results import Results

MANY_CELLS = 2_000_000
"""From here on rows go to disk as they are written: memory stays flat, and the file is somewhat larger."""

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(results: Results, path: Path, *, rows_a_sheet: int = SHEET_ROWS) -> Path:
    """Write the workbook and return its path.

    Parameters
    ----------
    results : Results
        The finished tables and the summary. Equal results give equal bytes.
    path : Path
        The file, which appears complete or not at all.
    rows_a_sheet : int, default 1,048,575
        Rows below the header; a longer table goes on in ``Customers (2)`` and so on, and the summary says so.

    Raises
    ------
    PublishingError
        The file cannot be written, often because Excel has it open.
    """
    with Staging() as staging:
        _write(results, staging.path(path), rows_a_sheet)
    return path


def _write(results: Results, path: Path, rows_a_sheet: int) -> None:
    tables = _ordered(results)
    cells = sum(table.num_rows * table.num_columns for _, table in tables)
    book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "constant_memory": cells > MANY_CELLS})
    _describe(book, results)
    styles = Styles(book)
    totals = results.records("roi_total")
    # Room for the totals below the last row.
    parts = parts_of(tables, min(rows_a_sheet, SHEET_ROWS - len(totals)), (SUMMARY, DEFINITIONS))
    write_summary(book, results, parts, styles)
    last_part = {part.table_name: part for part in parts}
    for part in parts:
        wanted = part.table_name.startswith("roi_by_") and part is last_part[part.table_name]
        write_part(book, part, results.tables[part.table_name], totals if wanted else (), styles)
    write_definitions(book, results, styles)
    _close(book, path)


def _close(book: xlsxwriter.Workbook, path: Path) -> None:
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise _cause(error) from error
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise PublishingError("the workbook could not be written", where=path.name, got=str(error)) from error


def _describe(book: xlsxwriter.Workbook, results: Results) -> None:
    """Write the properties; the moment of creation is the only thing that changes from run to run."""
    created = results.summary.created_at
    created = created.astimezone(UTC).replace(tzinfo=None) if created.tzinfo else created
    book.set_properties(
        {
            "title": results.summary.title,
            "comments": f"Payback {results.summary.version}, run {results.summary.run_id}",
            "created": created,
        }
    )


def _ordered(results: Results) -> list[tuple[str, pa.Table]]:
    """Return the tables in reading order, unknown ones behind by name."""
    order = {name: position for position, name in enumerate(SHEET_TITLES)}
    return sorted(results.tables.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))


def _cause(error: Exception) -> OSError:
    """Return the error of the operating system that XlsxWriter wraps."""
    cause = error.args[0] if error.args else None
    return cause if isinstance(cause, OSError) else OSError(str(error))
