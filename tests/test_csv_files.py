"""CSV that spreadsheets can open safely and programs can read exactly."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payback.publishing.csv_files import with_apostrophes, without_apostrophes, write_csv
from sample_results import HOSTILE, MONEY, small

GOLDEN = Path(__file__).parent / "golden" / "roi_by_campaign.csv"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def read(path):
    """Read with the csv module, which knows nothing of how the file was made."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_values_come_back_exactly(tmp_path):
    """Decimals keep every digit, days and moments are ISO 8601, a missing value is empty."""
    table = pa.table(
        {
            "cost": pa.array([Decimal("-12345678901234567890.123456"), None], MONEY),
            "ratio": pa.array([0.1, float("nan")]),
            "day": [date(2026, 10, 3), None],
            "moment": pa.array([datetime(2026, 10, 3, 4, 5, 6, 789000, UTC), None], pa.timestamp("us", "UTC")),
            "known": [True, None],
            "list": [[1, 2], None],
            "name": pa.array(["a,b", None]).dictionary_encode(),
        }
    )
    write_csv(table, tmp_path / "t.csv")
    header, first, second = read(tmp_path / "t.csv")

    assert header == ["cost", "ratio", "day", "moment", "known", "list", "name"]
    assert first == [
        "-12345678901234567890.123456",
        "0.1",
        "2026-10-03",
        "2026-10-03T04:05:06Z",
        "true",
        "[1, 2]",
        "a,b",
    ]
    assert second == [""] * 7


def test_the_file_begins_with_a_byte_order_mark(tmp_path):
    """Excel shows accents only in a file that says it is UTF-8."""
    write_csv(pa.table({"name": ["Été"]}), tmp_path / "t.csv")

    assert (tmp_path / "t.csv").read_bytes() == b'\xef\xbb\xbf"name"\n"\xc3\x89t\xc3\xa9"\n'


def test_no_cell_and_no_header_is_a_formula(tmp_path):
    """Whatever a campaign is called, a spreadsheet takes its name for text."""
    payloads = [sign + "cmd|'/C calc'!A0" for sign in RISKY] + [" =1+1", "'=1+1", "\ufeff=1+1", *HOSTILE]
    write_csv(pa.table({"=1+1": payloads, "n": list(range(len(payloads)))}), tmp_path / "t.csv")
    rows = read(tmp_path / "t.csv")

    assert [row[0] for row in rows if row[0].lstrip(" \ufeff").startswith(RISKY)] == []
    assert payloads == [without_apostrophes(row[0]) for row in rows[1:]]


def test_a_spreadsheet_set_to_semicolons_finds_no_formula_either(tmp_path):
    """Where a semicolon ends a cell, the text behind it starts one."""
    write_csv(pa.table({"name": ["Sale;=1+1;x", "a\n=1+1", "Sale, -20 %"]}), tmp_path / "t.csv")

    assert [row[0] for row in read(tmp_path / "t.csv")[1:]] == ["Sale;'=1+1;x", "a\n'=1+1", "Sale, -20 %"]


@pytest.mark.parametrize("text", ["", "Brand", "Sale -20 %", "a=b", "it's", "'tis", "1-2", "a; b", "naïve 🎉"])
def test_harmless_text_stays_as_it_is(text):
    """Only what a spreadsheet would run is touched."""
    assert text == with_apostrophes(text)


@given(st.text(st.sampled_from("=+-@＝'\"; \t\r\nab1é\ufeff\x00")))
def test_the_guard_is_safe_and_can_be_undone(text):
    """No start of a cell runs, and the original comes back, for any text."""
    guarded = with_apostrophes(text)

    assert not guarded.lstrip(" \x00\ufeff").startswith(RISKY)
    assert text == without_apostrophes(guarded)


def test_a_hostile_cell_takes_no_time():
    """The guard looks at each character a few times, not once for every other one."""
    text = "\t" * 300_000

    assert "'" + text == with_apostrophes(text)


def test_the_file_is_as_agreed(tmp_path):
    """The whole file, byte for byte, is the one that was looked at."""
    write_csv(small().tables["roi_by_campaign"], tmp_path / "t.csv")

    assert GOLDEN.read_bytes() == (tmp_path / "t.csv").read_bytes()
