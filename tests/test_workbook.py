"""Sheets become rows of text that mean the same in every country."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from payback.engine.columns import known_headers
from payback.engine.duckdb import Engine
from payback.errors import EmptyFileError, TooManyRejectedRowsError, UnreadableFileError, UsageError
from payback.sources.reading import ReadOptions, read_file
from payback.sources.workbook import cell_text

DAY = dt.date(2024, 1, 31)
ROWS = [["Day", "Campaign", "Cost"], [DAY, "Sale", 1234.5], [DAY, "Brand", 17850]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def engine():
    with Engine() as opened:
        yield opened


@pytest.fixture
def path(tmp_path):
    return tmp_path / "costs.xlsx"


def write(path, hidden=(), **sheets):
    """Write a workbook, sheet by sheet."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()


def read(engine, path, **options):
    table = read_file(engine, path, known_headers=known_headers(), options=ReadOptions(**options))
    return table, engine.rows(f"select * from {table.relation} order by row_number")


def test_numbers_and_dates_come_as_exact_text(engine, path):
    """A whole number has no point, a day is an ISO day, the row of the sheet is kept."""
    write(path, Costs=ROWS)

    table, rows = read(engine, path)

    assert rows == [(1, 2, "2024-01-31", "Sale", "1234.5"), (2, 3, "2024-01-31", "Brand", "17850")]
    assert (table.file_format, table.dialect["sheet"]) == ("excel", "Costs")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (-5.0, "-5"),
        (0.0281, "0.0281"),
        (True, "TRUE"),
        (dt.datetime(2024, 1, 31, 9, 5), "2024-01-31 09:05:00"),
        (dt.time(9, 5), "09:05:00"),
        (dt.timedelta(hours=36, seconds=5), "36:00:05"),
        (" text ", " text "),
        (None, ""),
    ],
)
def test_values_become_text_without_loss(value, text):
    """The text is the shortest that is the same number, never with an exponent."""
    assert cell_text(value) == text


def test_titles_blank_rows_and_totals_are_no_rows(engine, path):
    """The header is found below a title, a total at the end is set aside with its row."""
    write(path, Costs=[["Costs of May"], [], *ROWS[:2], [], ROWS[2], ["Total", None, 19084.5]])

    table, rows = read(engine, path)

    assert [row[:2] for row in rows] == [(1, 4), (2, 6)]
    assert engine.rows(f"select row_number, line_number, reason from {table.rejects}") == [(3, 7, "summary_row")]
    assert (table.rows, table.metadata) == (3, {"title": "Costs of May"})


def test_a_table_away_from_the_corner_is_found(engine, path):
    """Empty columns to the left and to the right make no columns."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(4, 2, ["Day", "Campaign", "Cost"])
        sheet.write_row(5, 2, ["2024-01-31", "Sale", 5])
        sheet.write(5, 9, " ")

    table, rows = read(engine, path)

    assert rows == [(1, 6, "2024-01-31", "Sale", "5")]
    assert table.columns == ("Day", "Campaign", "Cost")


def test_values_beside_the_table_are_kept(engine, path):
    """A column without a header that holds something is a column."""
    write(path, Costs=[ROWS[0], [*ROWS[1], "checked"], ROWS[2]])

    table, rows = read(engine, path)

    assert table.columns == ("Day", "Campaign", "Cost", "column 4")
    assert [row[5] for row in rows] == ["checked", None]


def test_the_sheet_with_known_headers_is_chosen_and_told(engine, path):
    """Hidden sheets and sheets of notes are passed over, and the user learns which was read."""
    write(path, hidden=["Old"], Notes=[["Read me"], ["please"]], Old=ROWS, Costs=ROWS, Empty=[])

    table, _ = read(engine, path)

    assert table.dialect["sheet"] == "Costs"
    assert "sheet 'Costs' was read, not 'Notes'; choose with --sheet" in table.notes


def test_a_sheet_that_is_named_wins(engine, path):
    """Even a hidden one; a name that is not there is refused with those that are."""
    write(path, hidden=["Old"], Costs=ROWS, Old=ROWS[:2])

    assert read(engine, path, sheet="Old")[0].rows == 1
    with pytest.raises(UsageError, match=r"no such sheet(.|\n)*Costs, Old"):
        read(engine, path, sheet="New")


def test_a_header_row_that_is_named_wins(engine, path):
    """Row 0 means that the sheet has no header."""
    write(path, Costs=ROWS)

    assert read(engine, path, header_line=2)[0].columns == ("2024-01-31", "Sale", "1234.5")
    assert read(engine, path, header_line=0)[0].columns == ("column 1", "column 2", "column 3")
    with pytest.raises(UsageError, match="header row 9"):
        read(engine, path, header_line=9)


def test_headers_repeated_too_often_refuse_the_sheet(engine, path):
    """The message names sheet and row."""
    write(path, Costs=[*ROWS, *ROWS])

    with pytest.raises(TooManyRejectedRowsError, match="first at sheet Costs, row 4"):
        read(engine, path)


@pytest.mark.parametrize(
    ("rows", "words"), [([], "no cells"), (ROWS[:1], "no data rows"), ([*ROWS[:1], ["Total"]], "totals")]
)
def test_sheets_without_rows_are_refused(engine, path, rows, words):
    """A sheet of nothing, of a header or of totals says so."""
    write(path, Costs=rows)

    with pytest.raises(EmptyFileError, match=words):
        read(engine, path)


def test_a_sheet_without_a_header_is_refused(engine, path):
    """The message names the sheet."""
    write(path, Costs=[[1, 2], [3, 4]])

    with pytest.raises(UnreadableFileError, match=r"no header row was recognised\n  where: .*sheet Costs"):
        read(engine, path)


DAMAGED = {
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "other document": (OLE + "WordDocument".encode("utf-16-le"), "an Office document that is no workbook"),
    "empty container": (OLE + "Workbook".encode("utf-16-le"), "begins like a workbook"),
    "web page": (b"<html><table><tr><td>1</td></tr></table>", "a web page"),
}


@pytest.mark.parametrize(("data", "words"), DAMAGED.values(), ids=DAMAGED)
def test_what_only_looks_like_a_workbook_is_refused(engine, path, data, words):
    """A protected workbook, another document and a web page called .xls each get their own words."""
    path.write_bytes(data)

    with pytest.raises(UnreadableFileError, match=words):
        read(engine, path)


def test_a_damaged_workbook_is_refused(engine, path):
    """Cut off or with wrong bytes inside: it is damaged."""
    write(path, Costs=ROWS)
    whole = path.read_bytes()
    start = whole.index(b"xl/worksheets/sheet1.xml")
    for data in (whole[:-40], whole[: start + 40] + b"\x55" * 60 + whole[start + 100 :]):
        path.write_bytes(data)
        with pytest.raises(UnreadableFileError, match="damaged"):
            read(engine, path)


def test_an_open_document_sheet_is_read(engine, tmp_path):
    """Sheets of LibreOffice come out like those of Excel."""
    values = [
        ("string", "Day", ""),
        ("string", "Cost", ""),
        ("date", "31/01/24", 'office:date-value="2024-01-31"'),
        ("float", "1,50", 'office:value="1.5"'),
    ]
    cells = [
        f'<table:table-cell office:value-type="{kind}" {value}><text:p>{shown}</text:p></table:table-cell>'
        for kind, shown, value in values
    ]
    rows = [f"<table:table-row>{''.join(cells[at : at + 2])}</table:table-row>" for at in (0, 2)]
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "manifest")
    )
    body = f'<office:spreadsheet><table:table table:name="Costs">{"".join(rows)}</table:table></office:spreadsheet>'
    content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
    with zipfile.ZipFile(tmp_path / "costs.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {spaces}/>")
        archive.writestr("content.xml", content)

    assert read(engine, tmp_path / "costs.ods")[1] == [(1, 2, "2024-01-31", "1.5")]
