"""The layout of a text is found: delimiter, header, the lines above it, several tables in one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from payback.errors import EmptyFileError, UnreadableFileError, UsageError
from payback.sources.dialect import find_layout
from payback.sources.headers import count_known, find_header, read_metadata
from payback.sources.raw_table import ReadOptions, unique_names
from payback.sources.records import BLANKS, read_records, split_leniently
from payback.sources.structure import is_comment, is_message, is_total

FILE = Path("file.csv")
KNOWN = frozenset({"day", "campaign", "cost", "impr.", "amount spent", "channel"})


def layout(text, **options):
    return find_layout(text, KNOWN, FILE, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    """A delimiter wins under which the header stands above rows of its width."""
    text = "Day,Campaign,Cost\n2024-01-01,Sale; A | B,1\n2024-01-02,B,2\n".replace(",", delimiter)

    assert layout(text).delimiter == delimiter


@pytest.mark.parametrize("headers", ["Day;Campaign;Cost", "Datum;Name;Wert"])
def test_decimal_commas_do_not_pass_for_delimiters(headers):
    """Rows that fall apart evenly at their commas still belong to the semicolons of the header."""
    found = layout(f"{headers}\n2024-01-01;A;1,50\n2024-01-02;B;2,75\n")

    assert (found.delimiter, found.headers) == (";", tuple(headers.split(";")))


def test_columns_aligned_with_blanks_are_taken_apart():
    """Runs of blanks part the columns, one before the first column does not count."""
    found = layout(" customer_id  date number_of_cds\n 00001 19970101  1\n 00002 19970112  1\n")

    assert (found.delimiter, found.headers) == (BLANKS, ("customer_id", "date", "number_of_cds"))


def test_the_line_of_a_spreadsheet_that_names_the_delimiter_is_obeyed():
    """sep=| is no title and no header."""
    found = layout("sep=|\nDay|Campaign\n2024-01-01|A,B,C\n")

    assert (found.delimiter, found.header_line, found.preamble) == ("|", 2, ())


def test_titles_above_the_header_are_the_preamble():
    """Google Ads writes a title and a range of days above the header."""
    found = layout('Campaign report\n"January 1, 2024 - January 31, 2024"\nCampaign,Cost,Impr.\nA,1,"9,380"\n')

    assert (found.header_line, found.first_line) == (3, 4)
    assert read_metadata(found.preamble) == {
        "title": "Campaign report",
        "date range": "January 1, 2024 - January 31, 2024",
    }


def test_a_header_with_a_line_break_ends_where_its_quotes_do():
    """The first row starts two lines below the start of such a header."""
    found = layout('Day,"Cost\n(EUR)"\n2024-01-01,1\n')

    assert (found.headers, found.header_line, found.first_line) == (("Day", "Cost\n(EUR)"), 1, 3)


def test_a_row_of_values_is_no_header():
    """Without known words the first full row must be free of numbers, else the file has no header."""
    assert find_header([["Shop A"], ["name", "amount"], ["x", "1"]], frozenset()) == 1
    assert find_header([["x", "1"], ["y", "2"]], frozenset()) is None
    assert find_header([["2024-01-01", "x"], ["a", "b"]], frozenset()) is None


def test_a_title_padded_by_a_spreadsheet_is_no_header():
    """A title fills few of the cells that a spreadsheet gave its line."""
    rows = [["Report", "", "", ""], ["from", "2024-01-01", "", ""], ["a", "b", "c", "d"], ["x", "y", "z", "1"]]

    assert find_header(rows, frozenset()) == 2


def test_known_words_in_data_do_not_make_a_header():
    """A row of goals holds known words too, and more values than words."""
    rows = [["objective", "tag", "x", "y", "z"], ["Cost", "Channel", "1", "2", "3"]]

    assert find_header(rows, KNOWN) == 0


def test_currencies_behind_headers_do_not_hide_them():
    """Amount spent (USD) and cost eur are known headers."""
    assert count_known(["Amount spent (USD)", "cost eur", "Campaign ", "DAY", "?"], KNOWN) == 4


def test_a_file_without_a_header_is_refused():
    """The message says what stands in the first line, and how to go on."""
    with pytest.raises(
        UnreadableFileError, match=r"no header line was recognised\n  where: file.csv, line 1(.|\n)*hint"
    ):
        layout("1,2,3\n4,5,6\n")


def test_prose_is_no_table():
    """Sentences with commas here and there have no header."""
    with pytest.raises(UnreadableFileError, match="no header line"):
        layout("Dear all,\nhere are, as promised, the costs.\nYours, Ann, Bob and, of course, Cy\nPS\n")


def test_only_blanks_are_an_empty_file():
    """Blanks and delimiters alone hold no table."""
    with pytest.raises(EmptyFileError, match="the file is empty"):
        layout("\n ,, \n\t\n")


GA4 = """# ----------------------------------------
# Reports snapshot
# Account: Shop, Inc
# ----------------------------------------
# Start date: 20240101
Nth day,Active users
0000,12
0001,14

# Start date: 20240101
Campaign,Cost
Sale,3

# Start date: 20240101
City,New users
Bonn,3
"""


def test_of_several_tables_the_one_that_is_known_is_read():
    """It ends before the next block of # lines, and the others are named."""
    found = layout(GA4)

    assert (found.headers, found.header_line, found.end_line) == (("Campaign", "Cost"), 11, 12)
    assert found.other_tables == (6, 15)
    assert found.preamble == ("# Start date: 20240101",)


def test_several_unknown_tables_are_refused_with_their_lines():
    """Nobody can say which table is meant, so the header lines are listed."""
    with pytest.raises(UnreadableFileError, match=r"several tables\n  where: file.csv, header lines 6, 11, 15"):
        layout(GA4.replace("Campaign,Cost", "Page,Views"))


def test_a_header_line_that_is_named_wins():
    """The user chooses the third table, or says that there is no header."""
    assert layout(GA4, header_line=15).headers == ("City", "New users")
    assert layout("4,0001\n7,0002\n", header_line=0).headers == ("column 1", "column 2")
    with pytest.raises(UsageError, match="header line 99"):
        layout(GA4, header_line=99)


def test_a_header_that_begins_with_a_hash_is_one():
    """#Day,Campaign is no comment."""
    assert layout("#Day,Campaign\n2024-01-01,A\n").header_line == 1


def test_delimiters_behind_the_last_header_are_no_column():
    """Rows without them are whole."""
    assert layout("Day,Cost,\n2024-01-01,1\n2024-01-02,2\n").headers == ("Day", "Cost")


@pytest.mark.parametrize("delimiter", ["::", "", '"', "\n"])
def test_what_can_not_part_fields_is_no_delimiter(delimiter):
    """A delimiter is one character that is neither a quote nor a line end."""
    with pytest.raises(UsageError, match="this is no delimiter"):
        _ = ReadOptions(delimiter=delimiter).separator


def test_headers_are_made_unique_whatever_their_case():
    """Names of our own columns are taken, columns without a header are counted."""
    names, twice = unique_names(["Cost", "cost", "", "row_number", "Cost (2)"])

    assert names == ("Cost", "cost (3)", "column 3", "row_number (2)", "Cost (2)")
    assert twice == ("Cost",)


def fields(lines, delimiter=",", width=None):
    return [(record.line, record.fields) for record in read_records(lines, delimiter, width)]


def test_an_unclosed_quote_does_not_swallow_the_lines_behind_it():
    """Only its own line is malformed."""
    lines = ["1,a\n", '2,"b\n', "3,c\n", '4,"d"\n']

    assert fields(lines, width=2) == [(1, ["1", "a"]), (2, None), (3, ["3", "c"]), (4, ["4", "d"])]


def test_fields_over_several_lines_are_one_record():
    """Its number is the one of its first line."""
    assert fields(['1,"a\n', 'b"\n', "2,c\n"], width=2) == [(1, ["1", "a\nb"]), (3, ["2", "c"])]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('1,"5" wide",x', ["1", '5" wide', "x"]),
        ('1,"say ""hi"" now" ,x', ["1", 'say "hi" now', "x"]),
        ('1, "a, b",x', ["1", "a, b", "x"]),
        ('1,"a""",x', ["1", 'a"', "x"]),
        ('1,"",x', ["1", "", "x"]),
        ('1,"open,x', None),
        ('1,"a"b,x,"y"', None),
    ],
)
def test_a_quote_that_no_delimiter_follows_is_text(line, found):
    """A line is repaired only if it then has the width of the table."""
    assert split_leniently(line, ",", 3) == found


def test_quotes_between_tabs_may_be_text():
    """Text does not hold tabs, so they part the fields even beside an open quote."""
    assert split_leniently('1\t"open\tx', "\t", 3) == ["1", '"open', "x"]


@pytest.mark.parametrize(
    ("cell", "total"),
    [
        ("Total", True),
        ("Total: Campaigns", True),
        ("Grand total", True),
        ("Gesamt: Konto", True),
        ("Celkem", True),
        ("Total général", True),
        ("Итого", True),
        ("Results from 12 campaigns", True),
        ("Total Wine Promo", False),
        ("Totally new", False),
        ("Summer sale", False),
    ],
)
def test_totals_are_told_from_campaigns(cell, total):
    """A total is the word alone, or the word and what it sums up."""
    assert is_total(["", cell, "12"]) is total


def test_remarks_and_messages_are_told_from_rows():
    """Microsoft ends a report with a copyright, Meta fills an empty one with a sentence."""
    assert is_comment(["©2024 Microsoft Corporation. All rights reserved."])
    assert is_message(["No data available.", ""])
    assert not is_message(["No data available.", "5"])
    assert not is_comment(["Campaign"])
