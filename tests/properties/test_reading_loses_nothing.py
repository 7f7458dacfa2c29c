"""Whatever a file holds: every line of it is a row, a reject, part of the header or blank."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from payback.engine.duckdb import Engine
from payback.errors import PaybackError
from payback.sources.delimited_bulk import why_not_in_bulk
from payback.sources.reading import ReadOptions, read_file

HEADERS = ("Day", "Campaign", "Cost")
KNOWN = frozenset({"day", "campaign", "cost"})
LENIENT = ReadOptions(maximum_ragged_share=1.0)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")

# Characters that readers stumble over: delimiters, quotes, line ends, blanks, marks, letters of several widths.
CELLS = st.text(
    st.sampled_from("ab,;|\t\"\n\r \\#'€é\u00a0-0.") | st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def engine():
    with Engine() as opened:
        yield opened


def read(engine, data, *, known=KNOWN, options=LENIENT, name="file.csv"):
    """Return rows with numbers, rejects with numbers, and the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        table = read_file(engine, path, known_headers=known, options=options)
        rows = engine.rows(f"select * from {table.relation} order by row_number")
        rejects = engine.rows(f"select * from {table.rejects} order by row_number")
        table.drop(engine)
    return rows, rejects, table


def written(rows, *, delimiter, line_end, quoting, encoding):
    """Return a table as the bytes that the csv module writes."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([HEADERS, *rows])
    return text.getvalue().encode(encoding)


@settings(max_examples=60)
@given(
    rows=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(ENCODINGS),
)
def test_any_table_comes_back_cell_by_cell(engine, rows, delimiter, line_end, quoting, encoding):
    """What the csv module writes in any dialect and encoding is read back, cell by cell."""
    if line_end != "\r\n":
        # The csv module does not quote a line end that is not its own.
        rows = [[cell.replace("\r", line_end).replace("\n", line_end) for cell in row] for row in rows]
    blank = " \t\n\r\v\f\u00a0\ufeff\x1a"
    expected = [tuple(cell or None for cell in row) for row in rows if any(cell.strip(blank) for cell in row)]
    assume(expected)
    assume(encoding != "cp1252" or all(_fits(cell) for row in rows for cell in row))
    data = written(rows, delimiter=delimiter, line_end=line_end, quoting=quoting, encoding=encoding)
    options = ReadOptions(encoding=encoding if encoding != "utf-8-sig" else None, maximum_ragged_share=1.0)
    got, rejects, table = read(engine, data, options=options)
    assert expected == [row[2:] for row in got]
    assert rejects == []
    assert len(expected) == table.rows


def _fits(cell):
    try:
        cell.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@settings(max_examples=100)
@given(body=st.text(st.sampled_from('a1,;"\n\r \t#'), max_size=60), first=st.sampled_from(["Day,Campaign,Cost", ""]))
def test_any_text_is_rows_and_rejects(engine, body, first):
    """Any text gives one of our errors, or rows whose numbers run from 1 without a gap, rejects included."""
    try:
        rows, rejects, table = read(engine, f"{first}\n{body}".encode())
    except PaybackError:
        return
    assert list(range(1, table.rows + 1)) == sorted([row[0] for row in rows] + [row[0] for row in rejects])


@settings(max_examples=80)
@given(data=st.binary(min_size=0, max_size=200), name=st.sampled_from(["x.csv", "x.xlsx", "x.parquet", "x.csv.gz"]))
def test_any_bytes_give_rows_or_one_of_our_errors(engine, data, name):
    """Bytes of any kind under any name never raise anything but our errors."""
    outcome = refused_or_read(engine, data, name)

    assert isinstance(outcome, PaybackError) or len(outcome[0]) + len(outcome[1]) == outcome[2].rows


def refused_or_read(engine, data, name="file.csv"):
    """Return our error or what was read; any other exception fails the test."""
    try:
        return read(engine, data, name=name)
    except PaybackError as error:
        return error


@settings(max_examples=60)
@given(
    start=st.sampled_from(
        [
            b"PK\x03\x04",
            b"\x1f\x8b\x08",
            b"PAR1\x15",
            b"ARROW1\0\0",
            b'{"a"',
            b"\xff\xfe",
            b"BZh91AY&SY",
            b"\xfd7zXZ\0",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ]
    ),
    rest=st.binary(max_size=120),
)
def test_a_damaged_file_of_any_kind_is_refused_in_our_words(engine, start, rest):
    """A file that only begins like a workbook, an archive or a column store raises one of our errors."""
    outcome = refused_or_read(engine, start + rest)

    assert not isinstance(outcome, PaybackError) or len(str(outcome).splitlines()) < 8


@settings(max_examples=100)
@given(
    body=st.text(st.sampled_from('aé1,"\n \v'), min_size=1, max_size=60),
    line_end=st.sampled_from(["\n", "\r\n"]),
    inner=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_both_ways_of_reading_agree(engine, body, line_end, inner, monkeypatch_module):
    """The engine's reader and the record reader give the same rows, numbers and rejects."""
    data = ("Day,Campaign,Cost\n" + body).replace("\n", line_end).replace("\v", inner).encode()
    assert _outcome(engine, data, monkeypatch_module, bulk=True) == _outcome(
        engine, data, monkeypatch_module, bulk=False
    )


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def _outcome(engine, data, patch, *, bulk):
    why = why_not_in_bulk if bulk else lambda *_: "a test wants it"
    patch.setattr("payback.sources.delimited.why_not_in_bulk", why)
    try:
        rows, rejects, table = read(engine, data)
    except PaybackError as error:
        return type(error).__name__
    return rows, rejects, table.rows, table.columns
