"""Read a sheet of a workbook: xlsx, xlsb, xls and ods.

Cells come out as text that means the same in every country: 1234.5, 2024-12-31, TRUE. A cell with a number has no
thousands signs and no currency, whatever the sheet shows.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
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
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.sources.opening import Source
    from payback.sources.raw_table import RawTable, ReadOptions

Rows = list[list[Any]]


def read_workbook(engine: Engine, source: Source, known: frozenset[str], options: ReadOptions) -> RawTable:
    """Read a sheet into an engine; see `payback.sources.reading.read_file`."""
    sheet, rows, notes = _choose_sheet(source.path, known, options)
    top = [[cell_text(cell) for cell in row] for row in rows[: HEADER_WITHIN * 2]]
    header = _header(top, known, source.path, sheet, options.header_line)
    width = _width(rows)
    headers = [f"column {number}" for number in range(1, width + 1)] if header is None else top[header][:width]
    preamble = [] if header is None else [as_line(row, "\t").strip() for row in top[:header] if not is_blank(row)]
    if preamble:
        notes.append(
            f"{counted(len(preamble), 'row')} before the header skipped: "
            + "; ".join(text[:60] for text in preamble[:4])
        )
    draft = Draft(
        engine,
        source.path,
        headers,
        place=f"sheet {sheet}, row",
        maximum_ragged_share=options.maximum_ragged_share,
        notes=notes,
    )
    try:
        first = 0 if header is None else header + 1
        intake = RowIntake(draft, most_rows=len(rows))
        for record in _records(rows, first, width):
            intake.add(record)
        intake.finish()
        dialect: dict[str, object] = {"sheet": sheet, "header_line": first, "preamble_lines": len(preamble)}
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


def _records(rows: Rows, first: int, width: int) -> Iterator[Record]:
    for number in range(first, len(rows)):
        cells = [cell_text(cell) for cell in rows[number][:width]]
        yield Record(number + 1, cells, ())


def _choose_sheet(path: Path, known: frozenset[str], options: ReadOptions) -> tuple[str, Rows, list[str]]:
    """Return name and rows of the sheet to read: the one named, or the one with most known headers."""
    workbook = _open(path)
    names = _sheet_names(workbook)
    if options.sheet is not None:
        if options.sheet not in workbook.sheet_names:
            raise UsageError(
                "the workbook has no such sheet",
                where=str(path),
                got=options.sheet,
                allowed=", ".join(workbook.sheet_names),
            )
        return options.sheet, _rows(workbook, options.sheet, path), []
    sheets = {name: rows for name in names if (rows := _rows(workbook, name, path))}
    if not sheets:
        raise EmptyFileError(
            "the workbook has no cells",
            where=str(path),
            got="sheets " + ", ".join(names),
            allowed="a header and data rows",
        )
    chosen = max(sheets, key=lambda name: _known_headers(sheets[name], known))
    others = [name for name in sheets if name != chosen]
    note = f"sheet {chosen!r} was read, not " + ", ".join(map(repr, others)) + "; choose with --sheet"
    return chosen, sheets[chosen], [note] if others else []


def _open(path: Path) -> calamine.CalamineWorkbook:
    with _Damage(path), path.open("rb") as stream:
        return calamine.CalamineWorkbook.from_filelike(stream)


def _sheet_names(workbook: calamine.CalamineWorkbook) -> list[str]:
    """Return the sheets of cells that a person sees; all of cells if none is visible."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    return visible or [sheet.name for sheet in sheets]


def _rows(workbook: calamine.CalamineWorkbook, name: str, path: Path) -> Rows:
    with _Damage(path):
        return list(workbook.get_sheet_by_name(name).iter_rows())


def _known_headers(rows: Rows, known: frozenset[str]) -> int:
    return max(count_known([cell_text(cell) for cell in row], known) for row in rows[:HEADER_WITHIN])


def _width(rows: Iterable[Sequence[Any]]) -> int:
    """Return the number of columns up to the last that holds anything."""
    width = 0
    for row in rows:
        for position in range(len(row), width, -1):
            cell = row[position - 1]
            if not (isinstance(cell, str) and not cell.strip(BLANK)):
                width = position
                break
    return width


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
