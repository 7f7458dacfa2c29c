"""Files nobody can use: one screen that says what, where, what was expected and what to do; nothing is written."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from payback.engine.duckdb import Engine
from payback.errors import UnreadableFileError
from payback.sources.reading import read_file

GOOD = "date,campaign,cost,revenue\n2024-01-01,A,10,20\n2024-01-02,A,10,20\n"
RAGGED = "date,campaign,cost\n2024-01-01,A,1\n2024-01-02,A\n2024-01-03,A,3,4\n"


def state(shop):
    """Return everything the database holds that a load could change."""
    from payback import DataLoader

    with DataLoader(shop.folder) as loader:
        names = ("campaigns", "loads", "files", "rejected_rows", "campaign_keys")
        return {name: loader.warehouse.records(name) for name in names}


BAD_FILES = {
    "empty": (b"", "empty"),
    "only blanks": (b"\n  \n", ""),
    "only headers": (b"date,campaign,cost\n", "no data rows"),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, ""),
    "a column missing": (b"date,campaign\n2024-01-01,A\n", "cost"),
    "a header twice": (b"date,campaign,cost,cost\n2024-01-01,A,1,2\n", "two columns for cost"),
    "ragged lines": (RAGGED.encode(), "line 3"),
    "NUL bytes": (b"date,campaign,cost\n2024-01-01,A,1\n2024-01-02,\x00,1\n", "line 3"),
    "unknown currency": (b"date,campaign,cost,currency\n2024-01-01,A,1,ZZZ\n", "ZZZ"),
    "ambiguous dates": (b"date,campaign,cost\n03/04/2024,A,1\n05/06/2024,A,1\n", "--date-order"),
    "no data available": (b"date,campaign,cost\nNo data available.,,\n", ""),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_explained_and_changes_nothing(shop, name):
    """The message names the file and gives a hint, the exit code is 1 or 2, there is no traceback."""
    content, words = BAD_FILES[name]
    shop.run("load", shop.write("good.csv", GOOD))
    before = state(shop)

    outcome = shop.run("load", shop.write("bad.csv", content))

    assert outcome.code in (1, 2)
    assert "bad.csv" in outcome.err
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) < 25
    assert state(shop) == before


@pytest.mark.parametrize("name", ["missing.csv", "folder"])
def test_what_is_no_file_is_explained(shop, name):
    """A folder and a file that is not there are told apart from a bad file."""
    (shop.folder / "folder").mkdir()

    outcome = shop.run("load", shop.folder / name)

    assert outcome.code in (1, 2)
    assert name in outcome.err
    assert "hint:" in outcome.err


@contextmanager
def unprivileged():
    """Act as a user who may not read everything, where the tests run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_is_explained():
    """A protected file names the permission, not the driver's words."""
    with tempfile.TemporaryDirectory() as folder, Engine() as engine:
        Path(folder).chmod(0o755)
        path = Path(folder) / "locked.csv"
        path.write_text(GOOD, encoding="utf-8")
        read_file(engine, path)
        path.chmod(0)

        with unprivileged(), pytest.raises(UnreadableFileError, match=r"(?i)permission"):
            read_file(engine, path)


def test_a_bad_file_does_not_keep_the_others_out(shop):
    """Of three files two are loaded, the bad one is named, and the exit code is 1."""
    files = [shop.write("a.csv", GOOD), shop.write("bad.csv", ""), shop.write("c.csv", GOOD.replace(",A,", ",B,"))]

    outcome = shop.run("load", *files, "--json")

    assert outcome.code == 1
    assert [file["status"] for file in outcome.json["files"]] == ["loaded", "failed", "loaded"]
    assert "bad.csv" in outcome.err


def test_an_unknown_currency_option_is_refused_with_a_near_one(shop):
    """A slip in a code gets the nearest codes."""
    outcome = shop.run("load", shop.write("good.csv", GOOD), "--currency", "EURO")

    assert outcome.code in (1, 2)
    assert "did you mean EUR" in outcome.err


def test_a_few_ragged_lines_among_many_rows_are_rejected_rows(shop):
    """A single bad line must not stop a run: it is kept aside with its text."""
    lines = "".join(f"2024-01-{day:02},A{n},1\n" for day in range(1, 29) for n in range(4))

    outcome = shop.run("load", shop.write("ads.csv", "date,campaign,cost\n" + lines + "2024-01-01,A\n"), "--json")

    (report,) = outcome.json["files"]
    assert (outcome.code, report["rows_read"], report["rows_loaded"]) == (0, 113, 112)
    assert report["rejected"] == {"ragged_line": 1}


@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        ("week 3,A,1\nweek 4,A,2\n", "--map date="),
        ("2024-01-01,A,abc\n2024-01-02,A,def\n", "--decimal-sign"),
        ("2024-01-01,Äpfel,1\n2024-01-02,\udcd6l,2\n", "--encoding"),
    ],
)
def test_hint_fits_what_the_rows_break(shop, rows, advice):
    """A file refused for its dates gets advice on dates, one refused for its numbers advice on numbers."""
    shop.write("ads.csv", ("Day,Campaign,Cost\n" + rows).encode("utf-8", "surrogateescape"))
    outcome = shop.run("load", shop.folder / "ads.csv")
    assert outcome.code == 1
    assert advice in outcome.err.partition("hint:")[2]
