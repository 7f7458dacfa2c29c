"""How a column of text writes its numbers and dates, found out from the whole column."""

from __future__ import annotations

import pyarrow as pa
import pytest

from payback.engine.columns import match_columns
from payback.engine.duckdb import Engine, read_sql
from payback.engine.styles import find_styles
from payback.errors import AmbiguousDateError, InputError
from payback.tables import CAMPAIGNS


def styles(columns, **options):
    """Return the styles of columns of text and the notes."""
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        engine.register("rows", pa.table(columns))
        return find_styles(engine, "rows", match_columns(list(columns), CAMPAIGNS), **options)


def sign(*texts, column="cost", **options):
    """Return the decimal sign of a column."""
    return styles({column: texts}, **options)[0][column].decimal_sign


def order(*texts, **options):
    """Return the order of day and month of a column of dates."""
    return styles({"date": texts}, **options)[0]["date"].date_order


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1,234", "0.5"], "."),
        (["1.234", "0,5"], ","),
        (["1.234", "12345.678"], "."),
        (["1.234,00"], ","),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["12,34,567"], "."),
        (["€ 1.234", "€ 12,50"], ","),
        (["1 234,5"], ","),
        (["1'234.50"], "."),
        (["12,5", "1.234,5"], ","),
        (["1.5", "2,5"], "mixed"),
        (["5", "12"], "."),
        (["1.234e3"], "."),
    ],
)
def test_one_proof_settles_the_column(texts, expected):
    """A value with one meaning only gives the others of its column theirs."""
    assert sign(*texts) == expected


def test_column_without_proof_follows_the_file():
    """Cost that could be either is read as the revenue beside it proves."""
    found, notes = styles({"cost": ["1.234", "2.345"], "revenue": ["0,5", "1,25"]})
    assert found["cost"].decimal_sign == ","
    assert notes == [
        "cost holds 2 values such as '1.234', read with a thousands sign; set decimal_sign if that is wrong"
    ]


def test_counts_with_points_make_points_part_thousands():
    """Impressions have no fraction, so their points part thousands, in the cost beside them too."""
    found, _ = styles({"cost": ["1.234", "5.678"], "impressions": ["12.345", "17"]})
    assert (found["impressions"].decimal_sign, found["cost"].decimal_sign) == (",", ",")


def test_hint_decides_where_the_file_says_nothing():
    """A file with semicolons has decimal commas, unless it says otherwise; either way a person is told."""
    for hint, meaning in ((",", "a decimal sign"), (".", "a thousands sign")):
        found, notes = styles({"cost": ["1,234"]}, decimal_hint=hint)
        assert found["cost"].decimal_sign == hint
        assert meaning in notes[0]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.234", "17"], ","),
        (["1,234", "17"], "."),
        (["5.000", "250.000", "1234.000"], "."),
        (["5.000", "250.000"], "."),
        (["5,000", "250,000"], ","),
        (["5.000"], ","),
        (["5.000", "7"], ","),
        (["1.234", "5,678"], "mixed"),
        (["17", "5"], "."),
    ],
)
def test_counts_have_no_fractions(texts, expected):
    """What parts a count parts thousands; but counts that all end in three noughts have three decimals."""
    assert sign(*texts, column="clicks") == expected


def test_setting_goes_before_proof():
    """A stated decimal sign is not questioned."""
    assert sign("0.5", decimal_sign=",") == ","


def test_mixed_column_is_reported_with_counts():
    """A person learns how many values were read in which way, and that a setting can decide."""
    _, notes = styles({"cost": ["1.5", "2,5", "3,5", "1,234", "2.345"]})
    assert len(notes) == 1
    assert notes[0].startswith("cost mixes decimal points (1) and decimal commas (2)")
    assert notes[0].endswith("and 2 that could be either are rejected; decimal_sign decides them")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["$5", "7"], ("$",)),
        (["5 eur", "€ 7"], ("EUR", "€")),
        (["US$ 5"], ("US$",)),
        (["$5 CAD"], ("CAD",)),
        (["5 kr.", "Rp 1.000"], ("KR", "RP")),
        (["5", "7.5"], ()),
    ],
)
def test_signs_of_money_are_found(texts, expected):
    """Signs and codes beside amounts are collected; a code says more than a sign beside it."""
    assert styles({"cost": texts})[0]["cost"].signs == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2024", "31/12/2024"], "dmy"),
        (["03/04/2024", "12/31/2024"], "mdy"),
        (["3-4-24", "31-12-24", "14-12-24"], "dmy"),
        (["2024-03-04"], "dmy"),
        (["05/05/2024", "06/06/2024"], "dmy"),
        (["03/04/2024 10:00", "12/31/2024 23:59:59"], "mdy"),
        (["1/2/24", "1/15/24"], "mdy"),
    ],
)
def test_one_date_settles_the_order(texts, expected):
    """A day above twelve shows which part is the day, in the whole column."""
    assert order(*texts) == expected


def test_proof_of_an_order_is_told():
    """The decision and what it rests on go to a person."""
    _, notes = styles({"Day": ["03/04/2024", "12/31/2024", "12/30/2024"]})
    assert notes == ["dates are month/day/year: 2 values of 'Day' prove it"]


@pytest.mark.parametrize(
    ("texts", "got"),
    [
        (["03/04/2024", "05/06/2024"], "2 values such as '03/04/2024' that could be either"),
        (["03/04/2024", "13/04/2024", "04/13/2024"], "1 that start with the day and 1 that start with the month"),
        (["24-01-05", "24-01-06"], "whose year could stand first or last"),
        (["1/2/23", "1/2/24"], "could be either|first or last"),
    ],
)
def test_ambiguous_dates_are_refused(texts, got):
    """A guess would move money between months; the message counts what is there and names the setting."""
    with pytest.raises(AmbiguousDateError, match=got) as caught:
        styles({"Tag": texts}, where="f.csv")
    assert caught.value.where == "f.csv, column 'Tag'"
    assert "--date-order dmy" in caught.value.hint
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("setting", ["dmy", "mdy"])
def test_setting_decides_ambiguous_dates(setting):
    """What nobody can tell from the file, the user can."""
    assert order("03/04/2024", date_order=setting) == setting
    assert order("24-01-05", date_order=setting) == setting


@pytest.mark.parametrize(
    ("texts", "slashes", "dots"),
    [
        (["03.04.2024"], "dmy", "dmy"),
        (["03.04.2024", "12.31.2024"], "dmy", "mdy"),
        (["31.04.2024", "12.31.2024"], "dmy", "dmy"),
        (["03.04.2024", "12/31/2024"], "mdy", "dmy"),
    ],
)
def test_dots_put_the_day_first(texts, slashes, dots):
    """Between dots the day stands first, unless the column proves that the month does."""
    found = styles({"date": texts})[0]["date"]
    assert (found.date_order, found.dot_order) == (slashes, dots)


def test_typed_columns_have_no_style():
    """Numbers and dates that are such already are not looked at."""
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        engine.execute("create table rows as select 1.5 as cost, date '2024-01-02' as date, true as clicks")
        found, notes = find_styles(engine, "rows", match_columns(["cost", "date", "clicks"], CAMPAIGNS))
    assert (set(found), notes) == ({"clicks"}, [])
