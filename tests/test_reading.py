"""Files become rows of text: every kind of export, and every line accounted for."""

from __future__ import annotations

import bz2
import csv
import datetime as dt
import gzip
import lzma
import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from payback.engine.columns import known_headers
from payback.engine.duckdb import Engine, quoted
from payback.errors import EmptyFileError, TooManyRejectedRowsError, UnreadableFileError, WarehouseError
from payback.sources import delimited
from payback.sources.reading import ReadOptions, read_file

PLAIN = "Day,Campaign,Cost\n2024-01-01,Sale,1.50\n2024-01-02,Brand,\n"


@pytest.fixture
def engine():
    with Engine() as opened:
        yield opened


@pytest.fixture
def read(engine, tmp_path):
    """Write content into a file and read it; the rows and the rejects come with their numbers."""

    def run(content, name="file.csv", **options):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_file(engine, path, known_headers=known_headers(), options=ReadOptions(**options))
        rows = engine.rows(f"select * from {table.relation} order by row_number")
        rejects = engine.rows(f"select row_number, line_number, reason, original from {table.rejects} order by 1")
        assert table.rows == len(rows) + len(rejects)
        return table, rows, rejects

    return run


def test_a_plain_file_is_read_in_bulk(read):
    """Rows carry their number and their line; an empty cell is null; the text stays as it is."""
    table, rows, rejects = read(PLAIN)

    assert rows == [(1, 2, "2024-01-01", "Sale", "1.50"), (2, 3, "2024-01-02", "Brand", None)]
    assert (table.columns, table.dialect["reader"], table.notes, rejects) == (
        ("Day", "Campaign", "Cost"),
        "bulk",
        (),
        [],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(read, encoding, line_end):
    """The same rows come out of every encoding and from every system."""
    text = PLAIN.replace("Sale", "Früh & spät").replace("\n", line_end)

    assert read(text.encode(encoding))[1][0] == (1, 2, "2024-01-01", "Früh & spät", "1.50")


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (gzip.compress, "gzip"),
        (bz2.compress, "bzip2"),
        (lzma.compress, "xz"),
        (lambda data: zipped("a.csv", data), "zip"),
    ],
)
def test_archives_of_one_file_are_read(read, pack, name):
    """The bytes say how they are packed, whatever the file is called."""
    table, rows, _ = read(pack(PLAIN.encode()))

    assert (table.dialect["compression"], [row[3] for row in rows]) == (name, ["Sale", "Brand"])


def zipped(name, data, other=None):
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(name, data)
            if other:
                archive.writestr(other, data)
        file.seek(0)
        return file.read()


def test_a_google_ads_export_is_read(read):
    """Two title lines, tabs in UTF-16, thousands in quotes, and totals at the end."""
    lines = ["Campaign report", '"January 1, 2024 - January 31, 2024"', "Campaign\tCost\tImpr.", 'Sale\t12\t"9,380"']
    lines += ["Total Wine\t3\t4", "Total: Campaigns\t15\t --", "Total: Account\t15\t --"]
    table, rows, rejects = read("\r\n".join(lines).encode("utf-16"), name="report.csv")

    assert [row[2:] for row in rows] == [("Sale", "12", "9,380"), ("Total Wine", "3", "4")]
    assert [reject[:3] for reject in rejects] == [(3, 6, "summary_row"), (4, 7, "summary_row")]
    assert table.metadata["date range"] == "January 1, 2024 - January 31, 2024"


def test_a_ga4_export_is_read(read):
    """The block of # lines is skipped, the grand total under the header is one column wider and set aside."""
    above = "# ---\n# Free form\n# Shop\n# 20240101-20240131\n# ---\n\n"
    text = above + "Day,Channel,Cost\n,,9,Grand total\n20240101,Email,9\n"
    table, rows, rejects = read(text)

    assert rows == [(2, 9, "20240101", "Email", "9")]
    assert rejects == [(1, 8, "summary_row", ",,9,Grand total")]
    assert table.metadata["title"] == "Free form"


def test_a_microsoft_report_is_read(read):
    """Lines of report facts stand above, a copyright stands below."""
    above = "Report Name: Spend\nReport Time: 1/1/2024\n\n"
    text = above + 'TimePeriod,CampaignName,Spend\n2024-01-01,A,1\n\n"©2024 Microsoft"\n'
    table, rows, rejects = read(text)

    assert rows == [(1, 5, "2024-01-01", "A", "1")]
    assert [reject[:3] for reject in rejects] == [(2, 7, "comment_line")]
    assert table.metadata == {"report name": "Spend", "report time": "1/1/2024"}


def test_lines_of_another_width_are_set_aside_with_their_text(read):
    """Rows behind them keep the numbers that they have in the file."""
    text = PLAIN + "2024-01-03,Sale\n" + "2024-01-04,Sale,1\n" * 40 + "2024-01-05,Sale,1,2\n2024-01-06,Last,1\n"
    table, rows, rejects = read(text)

    assert rejects == [
        (3, 4, "ragged_line", "2024-01-03,Sale"),
        (44, 45, "ragged_line", "2024-01-05,Sale,1,2"),
    ]
    assert (rows[2][:2], rows[-1][:2], table.dialect["reader"]) == ((4, 5), (45, 46), "bulk")
    assert "2 lines with too few or too many fields set aside" in table.notes


def test_too_many_ragged_lines_refuse_the_file(read, engine):
    """The message names the first line, the width and the hint; nothing is left in the engine."""
    with pytest.raises(TooManyRejectedRowsError) as caught:
        read("Day,Campaign,Cost\n2024-01-01,A,1\n2024-01-02,A\n2024-01-03,A,1,2\n")

    message = str(caught.value)
    assert "2 of 3" in message
    assert "file.csv, first at line 3" in message
    assert "3 fields in a line, not 2" in message
    assert "--delimiter" in message
    assert engine.rows("select 1 from duckdb_tables() union all select 1 from duckdb_views() where not internal") == []


def test_blank_lines_and_lines_of_delimiters_are_no_rows(read):
    """They leave no gap in the row numbers, and lines keep theirs."""
    text = PLAIN + "\n,,\n , ,\n2024-01-03,C,1\n,,\n,,\n\n"
    table, rows, rejects = read(text)

    assert [row[:2] for row in rows] == [(1, 2), (2, 3), (3, 7)]
    assert rejects == []
    assert "4 lines of delimiters only skipped" in table.notes


def test_delimiters_behind_the_last_column_do_no_harm(read):
    """A tool that ends each line with a delimiter makes no column and no reject."""
    table, rows, rejects = read("Day,Campaign,Cost\n2024-01-01,A,1,\n2024-01-02,B,2,  ,\n")

    assert (table.columns, [row[4] for row in rows], rejects) == (("Day", "Campaign", "Cost"), ["1", "2"], [])
    assert read("Day,Campaign,Cost,,\n2024-01-01,A,1,,\n")[0].columns == ("Day", "Campaign", "Cost")


def test_repeated_headers_of_joined_files_are_set_aside(read):
    """Even with the byte-order mark of the second file before them."""
    text = PLAIN + "2024-01-03,C,1\n" * 40 + "\ufeffDay,Campaign,Cost\n2024-02-01,D,1\n"
    _, rows, rejects = read(text)

    assert rejects == [(43, 44, "repeated_header", "Day,Campaign,Cost")]
    assert rows[-1][:2] == (44, 45)


def test_fields_with_line_breaks_keep_rows_and_lines_apart(read):
    """A row is numbered once, its line is the one it starts at."""
    table, rows, _ = read('Day,Campaign,Cost\n2024-01-01,"a\n""b""\n\nc",1\n2024-01-02,d,2\n')

    assert [row[:4] for row in rows] == [(1, 2, "2024-01-01", 'a\n"b"\n\nc'), (2, 6, "2024-01-02", "d")]
    assert table.dialect["reader"] == "bulk"


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ('2024-01-01,5" screen,1', '5" screen'),
        ('2024-01-01,"5" screen",1', '5" screen'),
        ('2024-01-01, "a, b",1', "a, b"),
        ('2024-01-01,"a" ,1', "a"),
        (r"2024-01-01,a\,1", "a\\"),
        (r'2024-01-01,"a\",1', "a\\"),
        ("2024-01-01,it's,1", "it's"),
    ],
)
def test_quotes_and_backslashes_in_odd_places_are_text(read, line, cell):
    """A stray quote costs neither its row nor the ones behind it."""
    rows = read(PLAIN + line + "\n2024-01-09,Z,1\n")[1]

    assert [rows[2][3], rows[3][3]] == [cell, "Z"]


def test_an_unclosed_quote_costs_one_line(read):
    """The lines behind it are rows, the line itself is kept with its text."""
    text = PLAIN + "2024-01-03,A,1\n" * 30 + '2024-01-04,"open,1\n' + "2024-01-05,B,2\n" * 5
    table, rows, rejects = read(text)

    assert rejects == [(33, 34, "malformed_quotes", '2024-01-04,"open,1')]
    assert (len(rows), rows[-1][:2], table.dialect["reader"]) == (37, (38, 39), "record by record")


def test_mixed_line_ends_are_read(read):
    """Files that went through several systems end their lines in several ways."""
    assert [row[:3] for row in read("Day,Cost\r\n2024-01-01,1\n2024-01-02,2\r2024-01-03,3")[1]] == [
        (1, 2, "2024-01-01"),
        (2, 3, "2024-01-02"),
        (3, 4, "2024-01-03"),
    ]


def test_a_line_with_wrong_bytes_is_set_aside(read):
    """The rest of a UTF-8 file stays UTF-8; the wrong byte is shown by its number."""
    data = PLAIN.encode() + "2024-01-03,é,1\n".encode() * 30 + b"2024-01-04,\xe9,1\n"
    _, rows, rejects = read(data)

    assert rejects == [(33, 34, "invalid_encoding", "2024-01-04,\\xe9,1")]
    assert rows[-1][3] == "é"


def test_a_guess_of_the_encoding_is_told(read):
    """Bytes that are no UTF-8 are read as Windows-1252, and the user is told to look at the letters."""
    table, rows, _ = read("Day,Campaign,Cost\n2024-01-01,Grün für 5 €,1\n".encode("cp1252"))

    assert rows[0][3] == "Grün für 5 €"
    assert any("Windows-1252" in note for note in table.notes)
    assert not any("Windows-1252" in note for note in read(b"Day,Cost\n2024-01-01,\xe9\n", encoding="latin-1")[0].notes)


def test_what_the_user_says_wins(read):
    """A delimiter and a header line that are named are not doubted."""
    table, rows, _ = read("a;b,Day;Cost\n1;2,x;3\n4;5,y;6\n", delimiter=",", header_line=1)
    assert (table.columns, rows[0][2:]) == (("a;b", "Day;Cost"), ("1;2", "x;3"))

    table, rows, _ = read("7,8\n9,10\n", header_line=0)
    assert (table.columns, rows) == (("column 1", "column 2"), [(1, 1, "7", "8"), (2, 2, "9", "10")])


def test_columns_of_one_name_are_kept_apart(read):
    """Both columns are there, and the caller learns which header is there twice."""
    table, rows, _ = read("Day,Cost,cost,row_number\n2024-01-01,1,2,3\n")

    assert (table.columns, table.duplicate_columns) == (("Day", "Cost", "cost (2)", "row_number (2)"), ("Cost",))
    assert rows == [(1, 2, "2024-01-01", "1", "2", "3")]


EMPTY = {
    "no byte": b"",
    "blanks": b"\n \n",
    "a header": b"Day,Campaign,Cost\n",
    "a header and delimiters": b"Day,Campaign,Cost\n,,\n\n",
    "a message": b"Day,Campaign,Cost\nNo data available.\n",
    "a message and delimiters": b"Day,Campaign,Cost\nNo data available.,,\n",
    "totals": b"Day,Campaign,Cost\nTotal,,5\n",
    "an empty archive": gzip.compress(b""),
}


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
def test_files_without_rows_are_refused(read, data):
    """A file of nothing, of a header, of totals or of "No data available." says so."""
    with pytest.raises(EmptyFileError, match=r"empty|no data rows"):
        read(data)


BROKEN = {
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
    "document": (b"%PDF-1.7\n", "a PDF document"),
    "database": (b"SQLite format 3\0", "an SQLite database"),
    "program": (b"MZ\x90\0\3\0\0\0", "a Windows program"),
    "page": (b"<html><table></table></html>", "a web page"),
    "random bytes": (bytes(range(256)) * 8, "control bytes"),
    "NUL bytes": (PLAIN.encode() + b"2024-01-03,\0,1\n" + b"2024-01-03,a,1\n" * 30, "line 4"),
    "cut gzip": (gzip.compress(PLAIN.encode() * 50)[:-12], "damaged"),
    "cut parquet": (b"PAR1\x15\x04" + bytes(40), "damaged"),
    "cut arrow": (b"ARROW1\0\0" + bytes(40), "damaged"),
    "cut JSON": (b'{"Day": "2024-01-01"}\n{"Day": ', "damaged"),
    "two files": (zipped("a.csv", PLAIN, "b.csv"), "exactly one file"),
    "no header": (b"1,2\n3,4\n", "no header line"),
}


@pytest.mark.parametrize(("data", "words"), BROKEN.values(), ids=BROKEN)
def test_files_that_hold_no_table_are_refused(read, engine, data, words):
    """The message says what was found and where, has a hint, and nothing is left behind."""
    with pytest.raises(UnreadableFileError, match=words) as caught:
        read(data)

    assert "file.csv" in str(caught.value)
    assert caught.value.hint
    assert engine.rows("select 1 from duckdb_tables()") == []


def test_a_missing_file_is_refused_with_the_nearest_name(engine, tmp_path):
    """A slip in a name is the usual reason."""
    (tmp_path / "campaigns.csv").write_text(PLAIN, encoding="utf-8")

    with pytest.raises(UnreadableFileError, match=r"no such file(.|\n)*did you mean campaigns.csv"):
        read_file(engine, tmp_path / "Campaign.csv")


def test_a_folder_is_refused_with_the_files_in_it(engine, tmp_path):
    """The hint names files that could have been meant."""
    (tmp_path / "campaigns.csv").write_text(PLAIN, encoding="utf-8")

    with pytest.raises(UnreadableFileError, match=r"a folder, not a file(.|\n)*campaigns.csv"):
        read_file(engine, tmp_path)


def test_a_locked_file_is_refused(engine, tmp_path, monkeypatch):
    """Whatever keeps the system from opening a file is said in plain words."""
    path = tmp_path / "locked.csv"
    path.write_text(PLAIN, encoding="utf-8")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableFileError, match=r"no permission(.|\n)*close the program"):
        read_file(engine, path)


def test_signs_of_patterns_in_a_file_name_stand_for_themselves(engine, tmp_path):
    """report[1].csv is one file, and so is it's.csv."""
    for name in ("report[1].csv", "it's.csv", "{a,b}.csv"):
        (tmp_path / name).write_text(PLAIN, encoding="utf-8")
        assert read_file(engine, tmp_path / name).rows == 2


def test_native_types_stay(engine, tmp_path):
    """Parquet and Arrow keep dates, numbers and nested columns, and number their rows."""
    table = pa.table({"Day": [dt.date(2024, 1, 1)], "Cost": [1.5], "row_number": [7], "params": [{"a": 1}]})
    pq.write_table(table, tmp_path / "file.parquet")
    pyarrow.feather.write_feather(table, tmp_path / "file.arrow")
    (tmp_path / "file.json").write_text('{"Day":"2024-01-01","Cost":1.5,"row_number":7,"params":{"a":1}}\n', "utf-8")

    for name, kind in (("file.parquet", "parquet"), ("file.arrow", "arrow"), ("file.json", "json")):
        read = read_file(engine, tmp_path / name)
        assert (read.file_format, read.columns) == (kind, ("Day", "Cost", "row_number (2)", "params"))
        assert engine.row(f"select * from {read.relation}") == (1, None, dt.date(2024, 1, 1), 1.5, 7, {"a": 1})


def test_damage_inside_a_parquet_file_is_found_at_once(engine, tmp_path):
    """A wrong byte in a page must not stop the work when half of it is done."""
    pq.write_table(pa.table({"Day": ["2024-01-01"] * 1000}), tmp_path / "file.parquet", compression="none")
    data = bytearray((tmp_path / "file.parquet").read_bytes())
    data[8:24] = b"\xff" * 16
    (tmp_path / "file.parquet").write_bytes(data)

    with pytest.raises(UnreadableFileError, match="damaged"):
        read_file(engine, tmp_path / "file.parquet")


@pytest.mark.parametrize("records", [False, True], ids=["bulk", "record by record"])
def test_a_large_file_keeps_its_order(engine, tmp_path, monkeypatch, records):
    """Reading with several cores and in batches keeps each row at its number."""
    if records:
        monkeypatch.setattr(delimited, "why_not_in_bulk", lambda *_: "a test wants it")
    lines = [f"2024-01-01,campaign {number:040d},{number}" for number in range(1, 180_001)]
    lines[99_999] = "2024-01-01,too,many,fields"
    lines[149_999] = ",,"
    (tmp_path / "large.csv").write_text("Day,Campaign,Cost\n" + "\n".join(lines), encoding="utf-8")
    table = read_file(engine, tmp_path / "large.csv", known_headers=known_headers())

    wrong = 'line_number <> "Cost"::bigint + 1 or row_number <> "Cost"::bigint - (line_number > 150001)::int'
    assert engine.row(f"select count(*) from {table.relation} where {wrong}")[0] == 0
    assert engine.rows(f"select row_number, line_number from {table.rejects}") == [(100_000, 100_001)]
    assert table.rows == 179_999


def test_rows_can_be_filtered_sorted_and_cut(engine, tmp_path):
    """A query that picks rows by number, sorts and limits works on the relation as on any table."""
    (tmp_path / "file.csv").write_text("Day,Cost\n" + "2024-01-01,5\n" * 3000, encoding="utf-8")
    table = read_file(engine, tmp_path / "file.csv")

    sql = f"select row_number from {table.relation} where row_number > 7 order by row_number desc limit 2"
    assert engine.rows(sql) == [(3000,), (2999,)]


def test_a_failing_engine_reader_is_replaced_by_the_other(read, monkeypatch):
    """Whatever keeps the quick reader from its work, the sure one does it."""

    def fail(*_):
        raise WarehouseError("a line is longer than the reader's longest")

    monkeypatch.setattr("payback.sources.delimited_bulk._read", fail)
    assert [row[3] for row in read(PLAIN)[1]] == ["Sale", "Brand"]


def test_dropping_a_table_leaves_nothing(read, engine):
    """All relations of a file go with it."""
    read(PLAIN)[0].drop(engine)

    assert engine.rows("select 1 from duckdb_tables() union all select 1 from duckdb_views() where not internal") == []


def test_no_copy_outlives_the_reading(read, tmp_path):
    """The UTF-8 copy of a file in another encoding is gone afterwards, success or not."""
    folder = tmp_path / "spool"
    folder.mkdir()
    read(PLAIN.encode("utf-16"), temp_directory=folder)
    with pytest.raises(TooManyRejectedRowsError):
        read("Day,Cost\n1\n".encode("utf-16"), temp_directory=folder)

    assert list(folder.iterdir()) == []


def test_real_files_come_back_cell_by_cell(engine, shared_data):
    """Every CSV file of the shared data equals what the csv module reads."""
    for path in sorted(shared_data.rglob("*.csv")):
        table = read_file(engine, path, known_headers=known_headers())
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *expected = [row for row in csv.reader(file) if row]
        columns = ", ".join(map(quoted, table.columns))
        got = engine.rows(f"select {columns} from {table.relation} order by row_number")
        assert [tuple(cell or None for cell in row) for row in expected] == got, path.name
        assert len(header) == len(table.columns)
        table.drop(engine)


def test_the_cdnow_file_is_read(engine, shared_data):
    """Its 69,659 rows are aligned with blanks; the amounts sum to what its documentation says, 2,500,315.63."""
    table = read_file(engine, shared_data / "cdnow" / "CDNOW_master.txt", known_headers=known_headers())

    assert table.columns == ("customer_id", "date", "number_of_cds", "dollar_value")
    sums = engine.row(f"select count(*), sum(dollar_value::decimal(18, 2))::varchar from {table.relation}")
    assert sums == (69_659, "2500315.63")
