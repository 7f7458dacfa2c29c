"""The reviewable lists of spellings."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest

from payback.cleaning.spellings import register_spellings
from payback.engine.duckdb import Engine, read_sql
from payback.errors import ConfigurationError, UnreadableFileError

LISTS = {"channels": "channel", "genders": "gender", "countries": "country"}
each = pytest.mark.parametrize(("name", "standard"), LISTS.items())


def lines(name):
    """Return the lines of a built-in list."""
    text = resources.files("payback.cleaning").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def spellings(name, extra=None):
    """Return the list as the engine has it: (source, spelling) -> standard."""
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        rows = engine.records(f"from {register_spellings(engine, name, extra)}")
    return {(row.get("source"), row["spelling"]): row[LISTS[name]] for row in rows}


@each
def test_every_line_is_whole_and_stands_once(name, standard):
    """A spelling has one meaning, is written in small letters, and no cell but an empty spelling is empty."""
    rows = lines(name)
    counted = Counter((row.get("source"), row["spelling"]) for row in rows)
    assert [key for key, count in counted.items() if count > 1] == []
    assert [row for row in rows if not row[standard] or None in row or None in row.values()] == []
    assert [row["spelling"] for row in rows if row["spelling"] != row["spelling"].casefold()] == []


@each
def test_no_two_spellings_that_are_the_same_contradict(name, standard):
    """Two lines whose spellings have one key mean one thing."""
    known = spellings(name)
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        keys = {row["spelling"]: engine.row("select name_key(?)", [row["spelling"]])[0] for row in lines(name)}
    wrong = [row for row in lines(name) if known[row.get("source"), keys[row["spelling"]]] != row[standard]]
    assert wrong == []


@each
def test_standard_spelling_means_itself(name, standard):
    """What cleaning writes, cleaning keeps: else a second cleaning would change the first."""
    known = spellings(name)
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        for source, value in {(row.get("source"), row[standard]) for row in lines(name)}:
            key = engine.row("select name_key(?)", [value])[0]
            again = known.get((source, key), known.get(("*", key), known.get((None, key), value)))
            assert again == value, (source, value)


def test_extra_file_goes_before_ours(tmp_path):
    """A user's spelling wins over the built-in one, and new ones are added; our others stay."""
    path = tmp_path / "channels.csv"
    path.write_text("source,spelling,channel\n*,Newsletter,Own Media\nshop,,Shop Ads\n", encoding="utf-8-sig")
    known = spellings("channels", path)
    assert known["*", "newsletter"] == "Own Media"
    assert known["shop", ""] == "Shop Ads"
    assert known["*", "email"] == "Email"


def test_extra_file_may_leave_out_the_source(tmp_path):
    """A list without sources is for all of them."""
    path = tmp_path / "channels.csv"
    path.write_text("spelling,channel\nHörfunk,Audio\n", encoding="utf-8")
    assert spellings("channels", path)["*", "hörfunk"] == "Audio"


@pytest.mark.parametrize(
    "text",
    ["spelling,kanal\nfb,Meta\n", "source,spelling,channel\n*,fb\n", "source,spelling,channel\n*,fb,\n",
     "source,spelling,channel\n*,fb,Meta,more\n"],
)  # fmt: skip
def test_incomplete_line_is_refused(tmp_path, text):
    """A line without its channel would take the channel from every row that it fits."""
    path = tmp_path / "channels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"incomplete|too many") as caught:
        spellings("channels", path)
    assert caught.value.where.startswith(str(path))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b'source,spelling,channel\n*,"' + b"x" * 200_000])
def test_unreadable_list_is_refused(tmp_path, content):
    """A list that is missing, not text, or never ends is an error of ours."""
    path = tmp_path / "channels.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="list of spellings"):
        spellings("channels", path)
