"""Read a sheet of a workbook: xlsx, xlsb, xls and ods.

Cells come out as text that means the same in every country: 1234.5, 2024-12-31, TRUE. A cell with a number has no
thousands signs and no currency, whatever the sheet shows.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import python_calamine as calamine

from payback.errors import EmptyFileError, UnreadableFileError, UsageError
from payback.sources.draft import Draft
from payback.sources.headers import HEADER_WITHIN, count_known, find_header, read_metadata
from payback.sources.intake import RowIntake
from payback.sources.opening import not_a_table, protected
from payback.sources.raw_table import BLANK
from payback.sources.records import Record
from payback.sources.structure import as_line, counted, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.sources.opening import Source
    from payback.sources.raw_table import RawTable, ReadOptions


def read_workbook(engine: Engine, source: Source, known: frozenset[str], options: ReadOptions) -> RawTable:
    """Read a sheet into an engine; see `payback.sources.reading.read_file`."""
    with _Damage(source.path):
        name, sheet, notes = _choose_sheet(source.path, known, options)
        top = _top(sheet)
        header = _header(top, known, source.path, name, options.header_line)
        headers = [f"column {number}" for number in range(1, sheet.width + 1)] if header is None else top[header]
        preamble = [as_line(_trimmed(row), "\t") for row in top[: header or 0] if not is_blank(row)]
        if preamble:
            shown = "; ".join(text[:60] for text in preamble[:4])
            notes.append(f"{counted(len(preamble), 'row')} before the header skipped: {shown}")
        place, share = f"sheet {name}, row", options.maximum_ragged_share
        draft = Draft(engine, source.path, headers, place=place, maximum_ragged_share=share, notes=notes)
        try:
            first = 0 if header is None else header + 1
            _take_in(sheet, first, draft)
            dialect: dict[str, object] = {"sheet": name, "header_line": first, "preamble_lines": len(preamble)}
            return draft.finish("excel", dialect, read_metadata(preamble))
        except BaseException:
            draft.drop()
            raise


def cell_text(value: object) -> str:
    """Return the value of a cell as text.

    Examples
    --------
    >>> cell_text(17850.0), cell_text(1e-7), cell_text(dt.date(2024, 12, 31)), cell_text(dt.timedelta(hours=36))
    ('17850', '0.0000001', '2024-12-31', '36:00:00')
    """
    return _TEXTS.get(type(value), str)(value)


def _number_text(value: float) -> str:
    """Return the shortest text that is the same number, without an exponent: what was typed."""
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _duration_text(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).upper(),
    float: _number_text,
    dt.datetime: lambda value: value.isoformat(sep=" "),
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    dt.timedelta: _duration_text,
    type(None): lambda _: "",
}


def _take_in(sheet: calamine.CalamineSheet, first: int, draft: Draft) -> None:
    """Take in the rows of a sheet from one on, counted from 0."""
    intake = RowIntake(draft, most_rows=sheet.total_height)
    for number, row in enumerate(islice(sheet.iter_rows(), first, None), first + 1):
        intake.add(Record(number, list(map(cell_text, row)), ()))
    intake.finish()


def _choose_sheet(
    path: Path, known: frozenset[str], options: ReadOptions
) -> tuple[str, calamine.CalamineSheet, list[str]]:
    """Return the sheet to read, the one named or the one with most known headers, its name, and what to tell."""
    with path.open("rb") as stream:
        workbook = calamine.CalamineWorkbook.from_filelike(stream)
    names = _sheet_names(workbook) if options.sheet is None else [options.sheet]
    if options.sheet is not None and options.sheet not in workbook.sheet_names:
        listed = ", ".join(workbook.sheet_names)
        raise UsageError("the workbook has no such sheet", where=str(path), got=options.sheet, allowed=listed)
    sheets = {name: sheet for name in names if (sheet := workbook.get_sheet_by_name(name)).height}
    if not sheets:
        listed = "sheets " + ", ".join(names)
        raise EmptyFileError("there are no cells", where=str(path), got=listed, allowed="a header and data rows")
    chosen = max(sheets, key=lambda name: max(count_known(row, known) for row in _top(sheets[name])))
    others = ", ".join(repr(name) for name in sheets if name != chosen)
    notes = [f"sheet {chosen!r} was read, not {others}; choose with --sheet"] if others else []
    return chosen, sheets[chosen], notes


def _sheet_names(workbook: calamine.CalamineWorkbook) -> list[str]:
    """Return the sheets of cells that a person sees; all of cells if none is visible."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    return visible or [sheet.name for sheet in sheets]


def _top(sheet: calamine.CalamineSheet) -> list[list[str]]:
    """Return the first rows as text."""
    return [list(map(cell_text, row)) for row in islice(sheet.iter_rows(), HEADER_WITHIN * 2)]


def _header(top: list[list[str]], known: frozenset[str], path: Path, sheet: str, header_line: int | None) -> int | None:
    """Return the index of the header row, None if there is none and none is wanted."""
    if header_line == 0:
        return None
    if header_line is not None:
        if header_line > len(top):
            raise UsageError(
                "the sheet has no such row", where=f"{path}, sheet {sheet}", got=f"header row {header_line}"
            )
        return header_line - 1
    filled = [index for index, row in enumerate(top) if not is_blank(row)]
    widest = max((len(_trimmed(top[index])) for index in filled), default=0)
    rows = [top[index][:widest] for index in filled]
    found = find_header(rows, known) if rows else None
    if found is not None:
        return filled[found]
    raise UnreadableFileError(
        "no header row was recognised",
        where=f"{path}, sheet {sheet}",
        allowed=f"a row of column names among the first {HEADER_WITHIN} rows",
        hint="name the row with --header-line (0: the sheet has none), or the sheet with --sheet",
    )


def _trimmed(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip(BLANK):
        end -= 1
    return row[:end]


class _Damage:
    """Turns what the workbook reader raises into our errors."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, calamine.PasswordError):
            raise protected(self._path) from error
        # A damaged file can make the reader panic, which its binding shows as a BaseException of this name.
        if isinstance(error, calamine.CalamineError | OSError) or (kind and kind.__name__ == "PanicException"):
            if "detect file format" in str(error):
                raise not_a_table(self._path, "a file that only begins like a workbook") from error
            raise UnreadableFileError(
                "the workbook is damaged",
                where=str(self._path),
                got=str(error)[:200],
                hint="open it in a spreadsheet, save it again, or save the sheet as CSV",
            ) from error
