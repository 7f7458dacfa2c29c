"""Find out how a text is laid out: its delimiter, its header line, the lines before it, the tables in it.

Each delimiter that people use is tried on the first lines; the one under which a header stands above records of one
width wins. A header is known by its words; without such words it is the first line that is as wide as the records
and holds no number.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from payback.errors import EmptyFileError, UnreadableFileError, UsageError
from payback.sources.headers import HEADER_WITHIN, KNOWN_ENOUGH, count_known, count_values, find_header
from payback.sources.raw_table import BLANK
from payback.sources.records import BLANKS, Record, read_records
from payback.sources.structure import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 400
MOSTLY = 0.8
"""Share of records of one width above which a layout is believed."""
NEARLY_ALL = 0.95
"""The same for a single column, as which prose would pass too."""
_NAMES = {"\t": "tab", BLANKS: "blanks", ",": "comma", ";": "semicolon", "|": "bar"}
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?")


@dataclass(frozen=True)
class Layout:
    """Where the table is in a text and how its fields are told apart.

    Parameters
    ----------
    delimiter : str
        One character; `BLANKS` for runs of blanks.
    headers : tuple of str
        Fields of the header line as they stand there.
    header_line : int
        Line the header starts at, from 1; 0 if the file has none.
    first_line : int
        First line behind the header.
    end_line : int, optional
        Last line of the table, where another one follows.
    preamble : tuple of str
        The lines before the header that are not blank.
    skip_blanks : bool
        Blanks behind a delimiter belong to no field.
    other_tables : tuple of int
        Header lines of the other tables in the file.
    """

    delimiter: str
    headers: tuple[str, ...]
    header_line: int
    first_line: int
    end_line: int | None = None
    preamble: tuple[str, ...] = ()
    skip_blanks: bool = False
    other_tables: tuple[int, ...] = field(default=())


class _Sample(NamedTuple):
    """The first lines of a text, and what is known about them."""

    lines: Sequence[str]
    first_line: int
    known: frozenset[str]
    header_line: int | None
    options: Sequence[str]


class _Table(NamedTuple):
    """Records between blocks of # lines."""

    records: list[Record]
    header: Record | None
    known: int


class _Candidate(NamedTuple):
    """How a delimiter fares."""

    score: tuple[float, ...]
    delimiter: str
    skip_blanks: bool
    tables: list[_Table]


def find_layout(
    text: str, known: frozenset[str], path: Path, *, delimiter: str | None = None, header_line: int | None = None
) -> Layout:
    """Return the layout of a text.

    Parameters
    ----------
    text : str
        The first lines of the file, whole lines only.
    known : frozenset of str
        Headers that some table knows, in normalised form.
    path : Path
        For messages.
    delimiter : str, optional
        Delimiter to use, whatever the text looks like.
    header_line : int, optional
        Line of the header, from 1; 0 if there is none.

    Raises
    ------
    UnreadableFileError
        No header can be recognised, or several tables have one.
    EmptyFileError
        There is nothing but blanks.
    """
    lines = list(io.StringIO(text, newline=""))
    if not text.strip("\ufeff \t\r\n,;|"):
        raise EmptyFileError(
            "the file is empty", where=str(path), got="only blanks", allowed="a header line and data rows"
        )
    separator = _SEPARATOR_LINE.fullmatch(lines[0])
    delimiter = delimiter or (separator[1] if separator else None)
    skipped = _lines_to_skip(lines, header_line, path) if header_line else int(separator is not None)
    options = [delimiter] if delimiter else [*DELIMITERS, BLANKS]
    sample = _Sample(lines[skipped:], skipped + 1, known, header_line, options)
    candidates = [
        _judge(sample, option, skip_blanks=skip)
        for option in options
        for skip in ((False, True) if f'{option} "' in text else (False,))
    ]
    best = max(candidates, key=lambda candidate: candidate.score)
    table = _choose(best, path, header_line)
    if table is None or table.header is None or (best.score[0] == 0 and header_line is None):
        raise _no_header(path, best, lines)
    return _layout(best, table, lines, skipped if header_line == 0 else None)


def name_of(delimiter: str) -> str:
    """Return a word for a delimiter."""
    return _NAMES.get(delimiter, delimiter)


def _lines_to_skip(lines: Sequence[str], header_line: int, path: Path) -> int:
    if header_line > len(lines):
        raise UsageError(
            "the header line lies behind the lines that are searched",
            where=str(path),
            got=f"header line {header_line}",
            allowed=f"1 to {len(lines)}, or 0 if the file has no header",
        )
    return header_line - 1


def _judge(sample: _Sample, delimiter: str, *, skip_blanks: bool) -> _Candidate:
    """Split the lines by a delimiter and score what comes out."""
    records = _records(sample, delimiter, skip_blanks=skip_blanks)
    blocks = [records] if sample.header_line == 0 else _split_tables(records, sample.known)
    tables = _join_headless(
        [_as_table(block, sample.known, sample.header_line if block is blocks[0] else None) for block in blocks]
    )
    best = max(tables, key=lambda table: table.known, default=None)
    if best is None or best.header is None or best.header.fields is None:
        return _Candidate((0.0,), delimiter, skip_blanks, tables)
    width = len(best.header.fields)
    data = [record for record in best.records if record.line > best.header.line]
    even = sum(len(record.fields or ()) == width for record in data) / len(data) if data else 1.0
    before = best.records.index(best.header)
    # Every text is one column wide under a delimiter that it does not have, so only the first may say so.
    alone = width == 1 and (even < NEARLY_ALL or delimiter != sample.options[0])
    # A line somewhere in prose is as wide as a few others.
    prose = best.known < KNOWN_ENOUGH and before > 0 and even <= MOSTLY
    if alone or prose or (delimiter == BLANKS and not (even > MOSTLY and _aligned(sample.lines))):
        return _Candidate((0.0,), delimiter, skip_blanks, tables)
    trust = min(best.known, KNOWN_ENOUGH) + (even > MOSTLY)
    score = (1.0, width > 1, trust, round(even, 1), best.known, -before, width)
    return _Candidate(score, delimiter, skip_blanks, tables)


def _records(sample: _Sample, delimiter: str, *, skip_blanks: bool) -> list[Record]:
    """Return the first records that are not blank."""
    # Lines of # may begin another table; they are looked for in all of the text.
    limit = None if any(line.startswith("#") for line in sample.lines) else SAMPLE_RECORDS
    records = read_records(sample.lines, delimiter, first_line=sample.first_line, skip_blanks=skip_blanks)
    return list(islice((record for record in records if not is_blank(record.fields or ())), limit))


def _split_tables(records: Sequence[Record], known: frozenset[str]) -> list[list[Record]]:
    """Split records at blocks of lines that begin with #, as GA4 writes them between tables."""
    blocks: list[list[Record]] = [[]]
    for record in records:
        fields = record.fields or [""]
        comment = fields[0].lstrip("\ufeff ").startswith("#") and count_known(fields, known) < KNOWN_ENOUGH
        if comment and not (blocks[-1] and len(fields) == len(blocks[-1][0].fields or ()) > 1):
            if blocks[-1]:
                blocks.append([])
        else:
            blocks[-1].append(record)
    return [block for block in blocks if block]


def _as_table(records: list[Record], known: frozenset[str], forced: int | None) -> _Table:
    rows = [record.fields or [] for record in records]
    index = find_header(rows, known) if forced is None else 0
    header = None if index is None else records[index]
    return _Table(records, header, count_known(rows[index], known) if index is not None else 0)


def _join_headless(tables: list[_Table]) -> list[_Table]:
    """Give records that follow a comment but have no header of their own to the table before."""
    joined: list[_Table] = []
    for table in tables:
        if joined and table.header is None:
            joined[-1] = joined[-1]._replace(records=[*joined[-1].records, *table.records])
        else:
            joined.append(table)
    return joined


def _aligned(lines: Sequence[str]) -> bool:
    """Tell whether most lines have the runs of blanks that align columns."""
    text = [line for line in lines[:SAMPLE_RECORDS] if line.strip()]
    return 2 * sum(bool(re.search(r"\S  +\S|^ +\S", line)) for line in text) > len(text)


def _choose(best: _Candidate, path: Path, header_line: int | None) -> _Table | None:
    """Return the one table to read, None if there is none."""
    tables = best.tables
    if len(tables) <= 1 or header_line is not None:
        return tables[0] if tables else None
    known = [table for table in tables if table.known >= KNOWN_ENOUGH]
    if len(known) == 1:
        return known[0]
    places = [str(table.header.line) for table in tables if table.header]
    if not places:
        return None
    raise UnreadableFileError(
        "the file holds several tables",
        where=f"{path}, header lines " + ", ".join(places),
        got=f"{len(tables)} tables",
        allowed="one table in a file",
        hint=f"choose one with --header-line {places[0]}, or save each table in a file of its own",
    )


def _layout(best: _Candidate, table: _Table, lines: Sequence[str], headless_after: int | None) -> Layout:
    header = table.header
    fields = [] if header is None else header.fields or []
    start = 0 if header is None else header.line
    if headless_after is not None:
        names = tuple(f"column {number}" for number in range(1, len(fields) + 1))
        return Layout(best.delimiter, names, 0, headless_after + 1, skip_blanks=best.skip_blanks)
    others = [other.header.line for other in best.tables if other.header and other.header.line != start]
    behind = [other.records[0].line for other in best.tables if other.records[0].line > start]
    fields = fields[: _width(fields, [record for record in table.records if record.line > start])]
    before = max((other.records[-1].line for other in best.tables if other.records[-1].line < start), default=0)
    return Layout(
        best.delimiter,
        tuple(fields),
        start,
        start + len(header.lines if header else ()),
        _last_line_before(lines, min(behind)) if behind else None,
        tuple(line.rstrip("\r\n") for line in lines[before : start - 1] if _is_preamble(line)),
        best.skip_blanks,
        tuple(others),
    )


def _width(headers: Sequence[str], data: Sequence[Record]) -> int:
    """Return the width of the table: delimiters behind the last header count only if the records have them too."""
    widths = Counter(len(record.fields or ()) for record in data)
    usual = max(widths, key=lambda size: widths[size], default=len(headers))
    named = max((number for number, header in enumerate(headers, 1) if header.strip(BLANK)), default=0)
    return min(len(headers), max(usual, named))


def _is_preamble(line: str) -> bool:
    return bool(line.strip(BLANK + ",;|")) and not _SEPARATOR_LINE.fullmatch(line)


def _last_line_before(lines: Sequence[str], line: int) -> int:
    """Return the last line of the table that ends before the # lines above that line."""
    last = line - 1
    while last > 0 and (lines[last - 1].lstrip(' "').startswith("#") or not lines[last - 1].strip()):
        last -= 1
    return last


def _no_header(path: Path, best: _Candidate, lines: Sequence[str]) -> UnreadableFileError:
    first = next((record for table in best.tables for record in table.records), None)
    found = "numbers or dates in it" if first and count_values(first.fields or []) else "no line as wide as the others"
    number = first.line if first else 1
    return UnreadableFileError(
        "no header line was recognised",
        where=f"{path}, line {number}",
        got=f"{found} (of {len(lines)} lines, taken apart by {name_of(best.delimiter)})",
        allowed=f"a line of column names among the first {HEADER_WITHIN} lines",
        hint="name the line with --header-line (0: the file has none) or the delimiter with --delimiter",
    )
