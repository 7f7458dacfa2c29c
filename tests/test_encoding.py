"""Bytes become text: encodings, line counts, and what is no text at all."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from payback.errors import DiskFullError, UnreadableFileError, UsageError
from payback.sources import encoding
from payback.sources.encoding import (
    byte_order_mark,
    check_encoding,
    check_text,
    guess_encoding,
    looks_like_utf_16,
    survey,
    write_utf_8,
)
from payback.sources.opening import recognise

FILE = Path("file.csv")


def surveyed(data):
    return survey(BytesIO(data), FILE)


@pytest.mark.parametrize(
    ("data", "lines", "with_text", "ends"),
    [
        (b"a\nb\n", 2, 2, "\n"),
        (b"a\nb", 2, 2, "\n"),
        (b"a\r\nb\r\n\r\n\r\n", 4, 2, "\r\n"),
        (b"a\rb\r", 2, 2, "\r"),
        (b"a\r\nb\n", 2, 2, "mixed"),
        (b"a\r\r\nb\n", 3, 3, "mixed"),
        (b"a", 1, 1, ""),
    ],
)
def test_lines_are_counted_whatever_ends_them(data, lines, with_text, ends):
    """Line feeds, carriage returns and pairs of both each end one line; blank lines at the end hold no text."""
    found = surveyed(data)

    assert (lines, with_text, ends) == (found.lines, found.lines_with_text, found.line_ends)


def test_chunks_do_not_change_the_counts(monkeypatch):
    """A pair of line ends, a letter of three bytes and a quote are found across the seam of two chunks."""
    data = 'a\r\n"€" ,é\r\n\0'.encode()
    whole = surveyed(data)
    monkeypatch.setattr(encoding, "CHUNK", 1)
    bytewise = surveyed(data)

    for name in ("lines", "pairs", "wide_bytes", "invalid_bytes", "nul_line", "quotes", "blank_beside_quote"):
        assert getattr(whole, name) == getattr(bytewise, name), name


def test_the_whole_file_decides_whether_it_is_utf_8():
    """One Windows letter behind a megabyte of plain letters makes the file Windows-1252."""
    assert guess_encoding(surveyed(b"plain text\n" * 200_000 + b"\xe9t\xe9\n")) == "cp1252"


def test_a_file_with_utf_8_letters_and_one_wrong_byte_stays_utf_8():
    """Sequences that are valid UTF-8 do not occur by chance, so the wrong byte is a fault of its line."""
    assert guess_encoding(surveyed("é\nü\nñ\n".encode() + b"\xe9\n")) == "utf-8"


@pytest.mark.parametrize(
    ("text", "name"),
    [("Day,Cost\n1,2\n", "utf-16-le"), ("Day,Cost\n1,2\n", "utf-16-be"), ("日,月\n1,2\n", "utf-16-le")],
)
def test_utf_16_without_a_mark_is_recognised(text, name):
    """The zero bytes of digits, delimiters and line ends stand on one side."""
    assert looks_like_utf_16(text.encode(name)) == name


def test_a_byte_order_mark_names_the_encoding():
    """The mark of UTF-32 is not taken for the one of UTF-16, which it begins with."""
    assert byte_order_mark("a".encode("utf-32")) == "utf-32-le"
    assert byte_order_mark("a".encode("utf-16")) == "utf-16-le"
    assert byte_order_mark(b"a,b") is None


def test_nul_bytes_are_refused_with_their_line():
    """The message names the line of the first NUL byte."""
    with pytest.raises(UnreadableFileError, match=r"NUL bytes[^\n]*\n  where: file.csv, line 3"):
        check_text(surveyed(b"a,b\n" * 2 + b"1,\0\n" + b"1,2\n" * 200), FILE)


def test_bytes_of_all_kinds_are_no_text():
    """Control bytes in more than one of fifty places mean that the file is binary."""
    with pytest.raises(UnreadableFileError, match=r"this file is no text\n  where: file.csv"):
        check_text(surveyed(bytes(range(256)) * 4), FILE)


def test_a_line_without_an_end_is_refused(monkeypatch):
    """A file of one endless line is not read into memory."""
    monkeypatch.setattr(encoding, "LONGEST_LINE", 1 << 20)

    with pytest.raises(UnreadableFileError, match="a line of the file has no end"):
        surveyed(b"a,b\n" + b"x" * (3 << 20))


def test_an_unknown_encoding_is_refused():
    """Names of codecs that make no text are refused too."""
    for name in ("klingon", "base64", "rot13"):
        with pytest.raises(UsageError, match="unknown encoding"):
            check_encoding(name)


def copied(tmp_path, data, name):
    source = tmp_path / "source.csv"
    source.write_bytes(data)
    write_utf_8(recognise(source), name, tmp_path / "copy.csv", len(data))
    return (tmp_path / "copy.csv").read_bytes()


def test_a_copy_keeps_every_letter_and_line_end(tmp_path):
    """Only the encoding changes, and the byte-order mark goes."""
    text = 'Tag;Kosten\r\n"a\nb";€ 5\r'

    assert copied(tmp_path, text.encode("utf-16"), "utf-16-le") == text.encode()
    assert copied(tmp_path, text.encode("cp1252"), "cp1252") == text.encode()


def test_bytes_that_windows_leaves_out_are_read_as_browsers_do(tmp_path):
    """Five bytes have no letter in Windows-1252; they do not stop the reading."""
    assert copied(tmp_path, b"a\x81\x8d,b\xe9", "cp1252") == "a\x81\x8d,bé".encode()


def test_text_in_another_encoding_than_named_is_refused(tmp_path):
    """The message says near which line the bytes stop making sense."""
    with pytest.raises(UnreadableFileError, match=r"not utf-16-le text\n  where: .*line 2"):
        copied(tmp_path, "Day\n".encode("utf-16-le") + b"x", "utf-16-le")


def test_a_full_disk_is_found_before_the_copy_is_written(tmp_path, monkeypatch):
    """With less room than the copy needs at least, nothing is written and the hint says what to do."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))

    with pytest.raises(DiskFullError, match=r"no room for a UTF-8 copy(.|\n)*hint: free some space"):
        copied(tmp_path, b"\xe9t\xe9,b\n" * 10, "cp1252")
    assert not (tmp_path / "copy.csv").exists()
