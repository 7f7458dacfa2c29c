"""Read regular delimited text with the engine's own reader, straight from the file and with all cores.

The reader is fast, and silent about a few things: it does not count blank lines, and the lines it turns away lie
beside the table. So each reading ends with a proof: the lines of the file are the rows, their extra lines and the
rejects, to the last one. Without that proof the file is read again, record by record.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from payback.engine.duckdb import literal, quoted, read_sql
from payback.errors import DiskFullError, WarehouseError
from payback.sources.dialect import DELIMITERS
from payback.sources.draft import Reject
from payback.sources.opening import as_pattern
from payback.sources.raw_table import BLANK
from payback.sources.records import long_fields, read_records
from payback.sources.structure import counted, is_blank, why_uneven

if TYPE_CHECKING:
    from payback.sources.delimited import DelimitedText
    from payback.sources.dialect import Layout
    from payback.sources.draft import Draft

MOST_ERRORS = 50_000
"""Errors that are looked at one by one; with more, the file is read record by record."""
_SHIFTS = pa.schema([("place", pa.int64()), ("by_rows", pa.int64()), ("by_lines", pa.int64())])
_WIDTH_ERRORS = {"MISSING COLUMNS", "TOO MANY COLUMNS"}


def why_not_in_bulk(text: DelimitedText, layout: Layout) -> str | None:
    """Return what makes a text irregular, None if the engine's reader is safe for it."""
    survey = text.survey
    reasons = (
        (survey.line_ends == "mixed" and not survey.line_feeds_in_fields, "its lines end in different ways"),
        (survey.invalid_bytes > 0, "some of its bytes are no UTF-8"),
        (survey.blank_beside_quote or layout.skip_blanks, "blanks stand beside quotes"),
        (layout.delimiter not in DELIMITERS, "of its delimiter"),
        (len(layout.headers) == 1, "it has one column"),
        (layout.end_line is not None, "it holds several tables"),
        (text.source.compression not in {"none", "gzip"}, "of its compression"),
        (not _plain(layout), "of quotes above or in its header"),
    )
    return next((reason for true, reason in reasons if true), None)


def _plain(layout: Layout) -> bool:
    """Tell whether the reader counts the lines above the data as we do: none of them goes on in the next."""
    records = list(read_records([*layout.preamble], layout.delimiter))
    preamble = len(records) == len(layout.preamble) and not any(record.repaired for record in records)
    return preamble and not any("\n" in header or "\r" in header for header in layout.headers)


@dataclass(frozen=True)
class _Error:
    """A line that the reader turned away."""

    line: int
    text: str


def read_in_bulk(text: DelimitedText, layout: Layout, draft: Draft) -> bool:
    """Read a regular text into a draft; False, and nothing kept, if it proves irregular.

    Parameters
    ----------
    text : DelimitedText
        The text, in UTF-8.
    layout : Layout
        Where its table is.
    draft : Draft
        Where the rows go.
    """
    notes = list(draft.notes)
    try:
        with long_fields():
            read = _read(text, layout, draft) and _number(text, layout, draft)
    except DiskFullError:
        raise
    except WarehouseError:
        # Such as lines beyond the reader's longest: its message is about its options, not about the file.
        read = False
    for table in ("errors", "scans", "shifts", *(() if read else ("text", "numbered"))):
        draft.engine.execute(f"drop table if exists temp.{quoted(f'{draft.name}_{table}')}")
    if not read:
        draft.start_again(notes)
    return read


def _read(text: DelimitedText, layout: Layout, draft: Draft) -> bool:
    sql = read_sql(
        "payback.sources",
        "read_csv.sql",
        file=draft.name,
        path=literal(as_pattern(text.source.path)),
        skip=str(layout.first_line - 1),
        columns=", ".join(f"{literal(cell)}: 'VARCHAR'" for cell in draft.cells),
        delimiter=literal(layout.delimiter),
        compression=literal(text.source.compression),
        limit=str(MOST_ERRORS),
    )
    draft.engine.execute(sql, name=f"read {draft.path.name}")
    return int(draft.engine.row(f"select count(*) from {draft.name}_errors")[0]) < MOST_ERRORS


def _number(text: DelimitedText, layout: Layout, draft: Draft) -> bool:
    """Give rows their numbers if all lines of the file are accounted for."""
    lines = text.survey.lines_with_text - layout.first_line + 1
    rows = int(draft.engine.row(f"select count(*) from temp.{draft.name}_text")[0])
    errors = _errors(draft)
    if errors is None:
        return False
    if rows + len(errors) == lines:
        return _number_by_line(layout, draft, errors)
    return not errors and _number_over_lines(text, layout, draft, lines)


def _errors(draft: Draft) -> list[_Error] | None:
    """Return the lines that are too short or too long; None if others were turned away too."""
    rows = draft.engine.rows(
        f"select line, list(distinct error_type::varchar), any_value(csv_line) from {draft.name}_errors "
        "group by line order by line"
    )
    if any(not set(kinds) <= _WIDTH_ERRORS or line_text is None or "\n" in line_text for _, kinds, line_text in rows):
        return None
    return [_Error(line, line_text) for line, _, line_text in rows]


def _number_by_line(layout: Layout, draft: Draft, errors: list[_Error]) -> bool:
    """Give their numbers to rows that are one line each."""
    last, blanks = _blank_places(draft, all_of_them=bool(errors))
    if len(blanks) >= MOST_ERRORS:
        return False
    rejects, shifts = _merge(layout, draft, errors, blanks)
    if rejects is None:
        return False
    draft.reject(rejects)
    if not shifts:
        _number_by_place(layout, draft, last)
        return True
    draft.create(f"{draft.name}_shifts", _SHIFTS)
    columns = dict(zip(_SHIFTS.names, zip(*shifts, strict=True), strict=True))
    draft.insert(f"{draft.name}_shifts", pa.table(columns, _SHIFTS))
    _renumber(draft, "shifted_rows.sql", first_line=str(layout.first_line), last=str(last), blank=_blank(draft))
    return True


def _number_by_place(layout: Layout, draft: Draft, last: int) -> None:
    """Let the engine's own row numbers be ours: no copy of the rows is needed."""
    # DuckDB 2.0.0 fails with an internal error on "order by ... limit" over a filter on rowid, unless it is told not
    # to fetch the other columns late.
    draft.engine.execute("set late_materialization_max_rows = 0")
    draft.row_number, draft.line_number = "rowid + 1", f"rowid + {layout.first_line}"
    draft.where = f"rowid <= {last}"


def _blank_places(draft: Draft, *, all_of_them: bool) -> tuple[int, list[int]]:
    """Return the place of the last row with text and the places of blank rows; those behind it only on demand."""
    table, blank = f"temp.{draft.name}_text", _blank(draft)
    # The condition on the first cell alone is cheap and nearly always false, so few rows get to the whole one.
    number = draft.engine.row(f"select count(*) from {table} where {_may_be_blank('c1')} and {blank}")[0]
    count, last = draft.engine.row(
        f"select count(*), max(rowid) {f'filter (not ({blank}))' if number else ''} from {table}"
    )
    last = -1 if last is None else last
    if not number:
        return last, []
    draft.notes.append(f"{counted(number, 'line')} of delimiters only skipped")
    if count == last + 1 + number and not all_of_them:
        return last, []
    sql = f"select rowid from {table} where {blank} order by rowid limit {MOST_ERRORS}"
    return last, [place for (place,) in draft.engine.rows(sql)]


def _blank(draft: Draft) -> str:
    """Return the condition that a row has no text."""
    every = " and ".join(f"({cell} is null or trim({cell}, {literal(BLANK)}) = '')" for cell in draft.cells)
    return f"case when {_may_be_blank('c1')} then {every} else false end"


def _may_be_blank(cell: str) -> str:
    """Return the condition that a cell begins with a character that is no text, or is empty."""
    return f"({cell} is null or {cell} < '!' or starts_with({cell}, chr(160)) or starts_with({cell}, chr(65279)))"


def _merge(
    layout: Layout, draft: Draft, errors: list[_Error], blanks: list[int]
) -> tuple[list[Reject] | None, list[tuple[int, int, int]]]:
    """Walk through turned-away lines and blank rows in the order of the file.

    Returns the rejects and, for the places from which on rows move, by how many rows and lines they do. The rejects
    are None if a line was turned away that is a row after all.
    """
    rejects: list[Reject] = []
    shifts: dict[int, tuple[int, int]] = {}
    by_rows, waiting = 0, list(blanks)
    for index, error in enumerate(errors):
        place = error.line - layout.first_line - index
        while waiting and waiting[0] < place:
            by_rows -= 1
            shifts[waiting.pop(0)] = (by_rows, index)
        fields = next(csv.reader([error.text], delimiter=layout.delimiter), [])
        if not is_blank(fields):
            reject = _as_reject(fields, place + 1 + by_rows, error, len(draft.columns))
            if reject is None:
                return None, []
            rejects.append(reject)
            by_rows += 1
        shifts[place] = (by_rows, index + 1)
    for place in waiting:
        by_rows -= 1
        shifts[place] = (by_rows, len(errors))
    return rejects, [(place, *moved) for place, moved in shifts.items()]


def _as_reject(fields: list[str], row_number: int, error: _Error, width: int) -> Reject | None:
    """Return a turned-away line as a reject, None if only empty fields make it too wide."""
    if len(fields) > width and is_blank(fields[width:]):
        return None
    reason, rule, value = why_uneven(fields, width)
    return Reject(row_number, error.line, reason, error.text, rule, value)


def _number_over_lines(text: DelimitedText, layout: Layout, draft: Draft, lines: int) -> bool:
    """Give their numbers to rows of which some reach over several lines."""
    line_end = "chr(13)" if text.survey.line_ends == "\r" else "chr(10)"
    breaks = " + ".join(f"coalesce(len({cell}) - len(replace({cell}, {line_end}, '')), 0)" for cell in draft.cells)
    total, ends = draft.engine.row(
        f"select sum(1 + {breaks}), count(*) filter (ends_with({draft.cells[-1]}, chr(13))) from temp.{draft.name}_text"
    )
    if total != lines or ends:
        return False
    last, _ = _blank_places(draft, all_of_them=False)
    names = {"first_line": str(layout.first_line), "last": str(last), "lines": f"1 + {breaks}"}
    _renumber(draft, "rows_over_lines.sql", blank=_blank(draft), **names)
    return True


def _renumber(draft: Draft, sql: str, **names: str) -> None:
    """Replace the cells by cells with numbers."""
    cells = ", ".join(draft.cells)
    draft.engine.execute(read_sql("payback.sources", sql, file=draft.name, cells=cells, **names), name="number rows")
    draft.engine.execute(f"drop table temp.{draft.name}_text")
    draft.engine.execute(f"alter table temp.{draft.name}_numbered rename to {draft.name}_text")
    draft.row_number, draft.line_number = "row_number", "line_number"
