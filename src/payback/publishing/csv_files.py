"""CSV for spreadsheets: exact, readable everywhere, and no text in it becomes a formula.

- UTF-8 with a byte order mark. Excel reads a file without one in the code page of the machine and breaks every name
  with an accent; DuckDB, pandas, Polars, R and Power BI all skip the mark. (Tools that want no mark have Parquet.)
- Text that a spreadsheet would run gets an apostrophe in front: at the start of a cell, and after a semicolon, a tab
  or a line end, because a spreadsheet set to another separator starts a cell there too. `with_apostrophes` is
  one-to-one: `without_apostrophes` gives back the original. Numbers and dates are never touched.
- Decimals are written in full, days as ``2026-10-03``, moments as ``2026-10-03T04:05:06Z``. A missing value is an
  empty cell.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

if TYPE_CHECKING:
    from pathlib import Path

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Excel and Sheets ignore blanks before a formula, and a full-width sign counts as its plain one in East Asian versions.
_BLANK = r"\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff'"
_SIGN = "=+\\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
# A run is tried from its first blank only, and never twice: a cell of a million tabs must not take a day.
_RUN = re.compile(f"(?<![{_BLANK}])[{_BLANK}]*+[{_SIGN}]")
_LEADING = re.compile(f"[{_BLANK}]*+")
_BREAK = re.compile(r"[\t\r\n]")
_GUARDED_BREAK = re.compile(r"([\t\r\n])'")
_MAYBE = f"[{_SIGN}\t\r\n]"


def with_apostrophes(text: str) -> str:
    """Return a text that no spreadsheet runs.

    Examples
    --------
    >>> with_apostrophes("=1+1"), with_apostrophes("Sale -20 %"), with_apostrophes("a;=1+1")
    ("'=1+1", 'Sale -20 %', "a;'=1+1")
    """

    def guard(run: re.Match[str]) -> str:
        return ("'" if _starts_cell(run) else "") + _BREAK.sub(r"\g<0>'", run.group())

    return ("'" if _starts_with_break(text) else "") + _RUN.sub(guard, text)


def without_apostrophes(text: str) -> str:
    """Return the text that `with_apostrophes` was given.

    Examples
    --------
    >>> without_apostrophes("'=1+1"), without_apostrophes("'tis")
    ('=1+1', "'tis")
    """

    def bare(run: re.Match[str]) -> str:
        return _GUARDED_BREAK.sub(r"\1", run.group()[1 if _starts_cell(run) else 0 :])

    return _RUN.sub(bare, text[1:] if _starts_with_break(text) else text)


def _starts_cell(run: re.Match[str]) -> bool:
    """Whether a spreadsheet, whatever its separator, may start a cell with the run."""
    return run.start() == 0 or run.string[run.start() - 1] == ";"


def _starts_with_break(text: str) -> bool:
    """Whether blanks with a tab or a line end open the text: some programs drop them and some see an empty cell."""
    opening = _LEADING.match(text)
    return opening is not None and _BREAK.search(opening.group()) is not None


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV.

    Parameters
    ----------
    table : pyarrow.Table
        Any columns; nested values become JSON.
    path : Path
        File to write.
    """
    with path.open("wb") as file:
        _write(table, file)


def csv_bytes(table: pa.Table) -> bytes:
    """Return the same as bytes."""
    file = io.BytesIO()
    _write(table, file)
    return file.getvalue()


def _write(table: pa.Table, file: BinaryIO) -> None:
    columns, names = (
        [_column(column) for column in table.columns],
        [with_apostrophes(name) for name in table.column_names],
    )
    file.write(BYTE_ORDER_MARK)
    pyarrow.csv.write_csv(pa.table(columns, names=names), file)


def _column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _column(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _safe(column.cast(pa.string()))
    if pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return column
    texts = [None if value is None else json.dumps(value, default=str, ensure_ascii=False) for value in _values(column)]
    return _safe(pa.chunked_array([pa.array(texts, pa.string())]))


def _values(column: pa.ChunkedArray) -> list[object]:
    values: list[object] = column.to_pylist()
    return values


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    seconds = pc.floor_temporal(column, unit="second")
    texts = [None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ") for value in seconds.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Guard the cells that hold a risky character at all: few do, and Arrow finds them faster than Python."""
    risky = pc.fill_null(pc.match_substring_regex(column, _MAYBE), False)
    if not pc.any(risky).as_py():
        return column
    guarded = pa.array([with_apostrophes(text) for text in column.filter(risky).to_pylist()], pa.string())
    return pc.replace_with_mask(column.combine_chunks(), risky.combine_chunks(), guarded)
