"""Text and foreign types become exact values, or a row says why not."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from payback.engine.columns import match_columns
from payback.engine.duckdb import Engine, read_sql
from payback.engine.typed import READING_RULES, ReadSettings, type_columns
from payback.errors import UnknownCurrencyError
from payback.tables import CAMPAIGN_DETAILS, CAMPAIGNS, CUSTOMERS, ORDERS


def read(columns, table=CAMPAIGNS, *, overrides=None, **settings):
    """Return the typed rows of columns as dictionaries, and the notes."""
    rows = pa.table(columns)
    numbered = rows.append_column("row_number", pa.array(range(1, len(rows) + 1)))
    with Engine() as engine:
        engine.register("rows", numbered.append_column("line_number", pa.nulls(len(rows), pa.int64())))
        mapping = match_columns(list(columns), table, overrides=overrides)
        typed = type_columns(engine, "rows", mapping, ReadSettings(**settings), hash_columns=tuple(columns))
        return engine.records(f"select * from {typed.relation} order by row_number"), typed.notes


def values(texts, column="cost", table=CAMPAIGNS, **settings):
    """Return the values of one column."""
    return [row[column] for row in read({column: texts}, table, **settings)[0]]


def reasons(texts, column="cost", table=CAMPAIGNS, **settings):
    """Return the reasons why rows of one column cannot be read."""
    return [row["reason"] for row in read({column: texts}, table, **settings)[0]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("CHF 1'234.50", "1234.50"),
        ("CHF 1’234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("₹12,34,567.5", "1234567.5"),
        ("(1,234.50)", "-1234.50"),
        ("$(1,234.50)", "-1234.50"),
        ("($1,234.50)", "-1234.50"),
        ("-$5.5", "-5.5"),
        ("$-5.5", "-5.5"),
        ("- 5.5", "-5.5"),
        ("5.5-", "-5.5"),
        ("1.234,56- EUR", "-1234.56"),
        ("−5.5", "-5.5"),
        ("–5.5", "-5.5"),
        ("+5.5", "5.5"),
        ("+1,234.5", "1234.5"),
        ("5.5 USD", "5.5"),
        ("usd 5.5", "5.5"),
        ("Rp 1.000.000", "1000000"),
        ("R$ 1.234,5", "1234.5"),
        ("5,50 kr.", "5.5"),
        ("12,5 zł", "12.5"),
        ("1.5E+03", "1500"),
        ("1,5E+03", "1500"),
        ("1e-6", "0.000001"),
        (".5", "0.5"),
        ("5.", "5"),
        ("\t 5.5 \r\n", "5.5"),
        ("\ufeff5.5", "5.5"),
        ("999999999999.999999", "999999999999.999999"),
        ("-999999999999.999999", "-999999999999.999999"),
        ("0.0000004", "0"),
        ("-0.00", "0"),
    ],
)
def test_amount_is_read_exactly(text, value):
    """Every common way of writing an amount gives its exact value."""
    assert values([text]) == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    ["1_000", "12 34", "1 2345", "1'23", "(5", "5)", "--5", "+-5", "(-5)", "-(5)", "5%", "< 10", "1/2", "5k",
     "1,234,56", "1.2.3", "1..2", "0x10", "１２", "½", "inf", "TRUE", "5 5", "5 CAD 5", "1.234.56", "$", "12.5.2024"],
)  # fmt: skip
def test_what_is_no_number_is_not_guessed(text):
    """Half a bracket, two numbers, a percentage or a sign of something else keeps the row out with a reason."""
    row = read({"cost": [text, "0.5"]})[0][0]
    assert (row["cost"], row["reason"], row["reason_column"], row["reason_value"]) == (
        None,
        "not_a_number",
        "cost",
        text,
    )


@pytest.mark.parametrize(
    "text", ["", " ", "-", "--", "—", "n/a", "NaN", "NULL", "None", "#DIV/0!", "(not set)", "\\N", None]
)
def test_missing_is_no_fault(text):
    """Words for "nothing here" are no value and no mistake."""
    assert values([text, "1.5"]) == [None, Decimal("1.5")]
    assert reasons([text, "1.5"]) == [None, None]


def test_values_of_a_mixed_column_are_read_by_their_own_form():
    """In a column of points and commas a value that could be either is turned away, the others are read."""
    rows, _ = read({"cost": ["1.5", "2,5", "1,234", "1.234.567,8", "7"]})
    assert [row["cost"] for row in rows] == [Decimal("1.5"), Decimal("2.5"), None, Decimal("1234567.8"), Decimal(7)]
    assert [row["reason"] for row in rows] == [None, None, "ambiguous_number", None, None]


def test_amount_beyond_the_column_is_told_from_nonsense():
    """A trillion is a number, though not one that is kept; micros of it are."""
    assert reasons(["1000000000000", "$1,000,000,000,000.00", "1e12", "0.5"]) == ["out_of_range"] * 3 + [None]
    assert values(["1234567890123456"], overrides={"cost": "cost / 1000000"}) == [Decimal("1234567890.123456")]


def test_scaled_amount_too_large_is_no_missing_one():
    """An amount that overflows only with its factor is turned away, not taken for nothing."""
    assert reasons(["999999999999"], overrides={"cost": "cost / 0.01"}) == ["out_of_range"]


@pytest.mark.parametrize("micros", ["1234567", "1,234,567", 1234567, 1234567.0, Decimal(1234567)])
def test_micros_are_divided_exactly(micros):
    """Micro-amounts of every type become money to the sixth decimal."""
    rows, _ = read({"cost_micros": [micros]})
    assert rows[0]["cost"] == Decimal("1.234567")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (pa.array([1234.56], pa.float32()), "cost", "1234.56"),
        (pa.array([19.99]), "cost", "19.99"),
        (pa.array([12345678901.12]), "cost", "12345678901.12"),
        (pa.array([7], pa.uint8()), "cost", "7"),
        (pa.array([Decimal("1.2345678")]), "cost", "1.234568"),
        (pa.array([5.0]), "clicks", "5"),
        (pa.array([2**63 - 1]), "clicks", str(2**63 - 1)),
    ],
)
def test_typed_numbers_keep_what_they_show(column, value, expected):
    """Floats of either width, decimals and whole numbers give the number that a person sees."""
    assert values(column, value) == [Decimal(expected)]


def test_not_a_number_is_missing_and_infinity_is_wrong():
    """A float that is none says nothing; an infinite one is a mistake."""
    assert reasons([math.nan, math.inf, 1.0]) == [None, "not_a_number", None]


def test_truth_values_and_dates_are_no_amounts():
    """True is not 1, and a day is not a cost."""
    assert reasons([True, False]) == ["not_a_number"] * 2
    assert reasons([date(2024, 1, 5)]) == ["not_a_number"]


def test_counts_are_whole():
    """A fraction of a click is a mistake; a whole number may be written with decimals."""
    rows, _ = read({"clicks": ["4.0", "4.5", "1,234", "12345678901234567890"]})
    assert [row["clicks"] for row in rows] == [4, None, 1234, None]
    assert [row["reason"] for row in rows] == [None, "not_a_whole_number", None, "out_of_range"]
    assert reasons([4.0, 4.5], "clicks") == [None, "not_a_whole_number"]


def test_counts_have_no_currency():
    """Five dollars are no five clicks."""
    assert reasons(["$5", "7"], "clicks") == ["not_a_number", None]


@pytest.mark.parametrize(
    "text",
    ["2024-01-05", "2024-1-5", "2024/01/05", "2024.1.5", "20240105", "2024-01-05 23:59:59", "2024-01-05T23:30:00-05:00",
     "2024-01-05T00:30:00+09:00", "2024-01-05T10:00:00.000Z", "2024-01-05 10:00:00 UTC", "2024–01–05", "2024年1月5日",
     "5 Jan 2024", "5-Jan-24", "05Jan2024", "5/Jan/2024", "January 5, 2024", "Jan 5th, 2024", "Fri, Jan 5, 2024",
     "Friday, 5 January 2024", "Fri Jan 05 2024 00:00:00 GMT+0200", "45296", "45296.75", "05.01.2024", "5.1.24",
     "  2024-01-05\t"],
)  # fmt: skip
def test_date_is_the_day_that_is_written(text):
    """Every common way of writing a day gives it; neither a time behind it nor its zone moves it."""
    assert values([text], "date") == [date(2024, 1, 5)]


@pytest.mark.parametrize(
    ("text", "setting", "expected"),
    [
        ("03/04/2024", "dmy", date(2024, 4, 3)),
        ("03/04/2024", "mdy", date(2024, 3, 4)),
        ("3-4-24", "dmy", date(2024, 4, 3)),
        ("03.04.2024", "mdy", date(2024, 3, 4)),
        ("3/4/24 10:00", "mdy", date(2024, 3, 4)),
        ("3/4/69", "dmy", date(1969, 4, 3)),
        ("3/4/68", "dmy", date(2068, 4, 3)),
    ],
)
def test_order_of_day_and_month_is_obeyed(text, setting, expected):
    """What the setting says is the order of the column."""
    assert values([text], "date", date_order=setting) == [expected]


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "30/02/2024", "29.02.2023", "2024-13-01", "13/13/2024", "2024-01", "Jan 2024", "2024", "epoch",
     "infinity", "today", "tomorrow", "1704412800", "99999", "0001-01-01", "5/1/0024", "2024-05-01 - 2024-05-31",
     "2024-W01", "Monday", "20241332", "2024-01-05x"],
)  # fmt: skip
def test_what_is_no_day_is_not_guessed(text):
    """A day that does not exist, a month, a span or a word keeps the row out."""
    row = read({"date": [text, "31/12/2024"]})[0][0]
    assert (row["date"], row["reason"], row["reason_column"]) == (None, "bad_date", "date")


def test_missing_date_is_told_from_a_bad_one():
    """An empty date has a reason of its own."""
    assert reasons(["", "n/a", "2024-01-05"], "date") == ["missing_date", "missing_date", None]


def test_sum_line_is_told_from_a_row_without_date():
    """A line that names neither day nor campaign is the total of the others."""
    rows, _ = read({"campaign": ["A", None, ""], "date": [None, None, "2024-01-05"], "cost": ["1", "2", "3"]})
    assert [row["reason"] for row in rows] == ["missing_date", "summary_row", None]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([datetime(2024, 1, 5, 23, 59)]), date(2024, 1, 5)),
        (pa.array([date(2024, 1, 5)]), date(2024, 1, 5)),
        (pa.array([20240105]), date(2024, 1, 5)),
        (pa.array([45296]), date(2024, 1, 5)),
        (pa.array([45296.0, None]), date(2024, 1, 5)),
    ],
)
def test_typed_dates_and_numbers_of_days(column, expected):
    """Times, dates, and numbers that stand for a day are read as days."""
    assert values(column, "date")[0] == expected


def test_row_of_several_days_is_no_campaign_day():
    """Cost of a month would otherwise all fall on its first day."""
    rows, _ = read({"Reporting starts": ["2024-01-01"] * 3, "Reporting ends": ["2024-01-01", "2024-01-31", ""]})
    assert [row["reason"] for row in rows] == [None, "several_days", None]


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:02:15", 135), ("2:15", 135), ("1:00:00", 3600), ("12.5", Decimal("12.5")), ("-", None)]
)
def test_length_of_a_session_may_be_a_clock(text, seconds):
    """Minutes and seconds as analytics tools show them become seconds."""
    assert values([text], "avg_session_duration", CUSTOMERS) == [seconds]


@pytest.mark.parametrize(
    ("text", "age", "band"),
    [
        ("34", 34, None),
        ("25-34", None, "25-34"),
        ("65+", None, "65+"),
        ("under 18", None, "under 18"),
        ("", None, None),
    ],
)
def test_age_may_be_a_band(text, age, band):
    """A band of ages is no mistake, and no age either."""
    row = read({"customer id": ["1"], "age": [text]}, CUSTOMERS)[0][0]
    assert (row["age"], row["age_band"], row["reason"]) == (age, band, None)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (pa.array([12345.0]), "12345"),
        (pa.array(["12345.0"]), "12345"),
        (pa.array([" 00123 "]), "00123"),
        (pa.array([12345]), "12345"),
        (pa.array([math.nan]), None),
        (pa.array([""]), None),
        (pa.array(["12.50"]), "12.50"),
    ],
)
def test_ids_that_became_numbers_are_ids_again(stored, text):
    """A spreadsheet or pandas makes floats of ids; noughts before them stay."""
    assert values(stored, "external_customer_id", CUSTOMERS) == [text]


def test_ids_that_a_spreadsheet_rounded_name_nobody():
    """Two ids that look alike once rounded are not one; what only looks like it stays."""
    texts = ["1.2E+16", "1,20263E+17", "1.2E16", "12e+5", "a+1", "1.20263000000000123e+17"]
    rows, notes = read({"customer id": texts}, CUSTOMERS)
    assert [row["external_customer_id"] for row in rows] == [None, None, *texts[2:]]
    assert notes[0].startswith("2 values of 'customer id' lost their last digits in a spreadsheet")


def test_names_that_were_encoded_twice_are_told():
    """They stay as they are, for nobody knows what they were; a name with such a letter of its own is none."""
    names = ["KÃ¶ln", "Sale â€“ Spring", "São Paulo", "Ção", "Âge d'or", "Köln"]
    rows, notes = read({"campaign": names, "date": ["2024-01-01"] * 6})
    assert [row["campaign_name"] for row in rows] == names
    assert notes == ["2 names such as 'KÃ¶ln' were encoded twice before they came here; export them again as UTF-8"]


def test_line_of_an_order_is_quantity_times_price():
    """Where an order line has no amount it is worked out, refunds included."""
    rows, _ = read({"customer id": [1, 1], "quantity": ["3", "-2"], "unit price": ["1.25", "$2"]}, ORDERS)
    assert [row["revenue"] for row in rows] == [Decimal("3.75"), Decimal(-4)]


@pytest.mark.parametrize(
    ("columns", "default", "expected"),
    [
        ({"cost": ["1"]}, None, ["XXX"]),
        ({"cost": ["1"]}, "EUR", ["EUR"]),
        ({"cost": ["$1", "2"]}, None, ["USD", "USD"]),
        ({"cost": ["$1", "2"]}, "CAD", ["CAD", "CAD"]),
        ({"cost": ["$1", "€2", "3"]}, None, ["USD", "EUR", "XXX"]),
        ({"cost": ["$5 CAD", "7 eur"]}, None, ["CAD", "EUR"]),
        ({"Cost (GBP)": ["1"]}, "EUR", ["GBP"]),
        ({"Cost (€)": ["1"]}, None, ["EUR"]),
        ({"cost": ["1", "2", "3"], "currency": ["eur", "", "XXX"]}, "USD", ["EUR", "USD", "USD"]),
        ({"cost": ["1", "2"], "currency": ["€", "$"]}, "AUD", ["EUR", "AUD"]),
        ({"cost_usd": ["1"], "revenue_usd": ["2"], "account currency": ["EUR"]}, None, ["USD"]),
        ({"cost": ["NT$ 5"]}, None, ["TWD"]),
        ({"cost": ["5 kr"]}, "SEK", ["SEK"]),
    ],
)
def test_currency_of_a_row(columns, default, expected):
    """The row's own column, the headers, the signs and the setting say the currency, in this order."""
    rows, _ = read(columns, currency=default)
    assert [row["currency"] for row in rows] == expected
    assert [row["reason"] for row in rows] == [None] * len(expected)


@pytest.mark.parametrize(
    "columns",
    [
        {"cost": ["$5", "1"], "revenue": ["€7", "1"]},
        {"cost": ["$5", "1"], "currency": ["EUR", "USD"]},
        {"Cost (EUR)": ["$5", "1"]},
        {"cost_usd": [5, 1], "revenue": [7, 1], "currency": ["EUR", "USD"]},
        {"cost": ["5 CAD", "$1"], "currency": ["USD", "USD"]},
    ],
)
def test_row_of_two_currencies_cannot_be_read(columns):
    """Cost in one currency beside revenue in another would make a wrong ROAS."""
    assert [row["reason"] for row in read(columns)[0]] == ["several_currencies", None]


def test_shared_sign_fits_every_currency_that_shares_it():
    """A dollar sign beside Canadian dollars is no contradiction."""
    rows, _ = read({"cost": ["$5"], "currency": ["CAD"]})
    assert (rows[0]["currency"], rows[0]["reason"]) == ("CAD", None)


def test_letters_that_are_no_code_keep_the_row_out():
    """ "5 PCS" is five of something, and no money."""
    assert reasons(["5 PCS", "5 EUR"]) == ["unknown_currency", None]


def test_unknown_code_in_the_currency_column_is_refused_with_its_line():
    """A currency column that holds something else is a wrong mapping, not a bad row."""
    with pytest.raises(UnknownCurrencyError, match="line 2, column 'currency'"):
        read({"cost": ["1", "2"], "currency": ["EUR", "EURO"]})


def test_headers_of_two_currencies_are_refused():
    """Cost in dollars and revenue in euros cannot be one row."""
    with pytest.raises(UnknownCurrencyError, match="headers name several currencies"):
        read({"cost_usd": ["1"], "revenue_eur": ["2"]})


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ({"cost": ["$5"]}, r"\$ is read as USD"),
        ({"cost": ["5 kr"]}, "KR names no single currency"),
        ({"cost": ["1,234"]}, "read with a thousands sign"),
    ],
)
def test_guesses_are_told(columns, note):
    """What could have been meant otherwise goes to a person."""
    _, notes = read(columns)
    assert any(re.search(note, text) for text in notes)


def test_row_hash_tells_rows_apart_by_every_column():
    """Equal text gives equal hashes, a difference in any column another; nothing is not an empty text."""
    rows, _ = read({"cost": ["1", "1", "1", "1"], "ad": ["x", "x", "y", None], "campaign": ["a", "a", "a", "a"]})
    hashes = [row["row_hash"] for row in rows]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_source_and_account_are_filled_in():
    """Rows that state no source or account get those of the settings."""
    rows, _ = read({"cost": [1, 2], "source": ["x", None]}, source="meta_ads", account="7")
    assert [(row["source"], row["account"]) for row in rows] == [("x", "7"), ("meta_ads", "7")]


def test_table_without_money_has_no_currency():
    """Names of campaigns have neither numbers nor money."""
    rows, _ = read({"id": ["7"], "name": [" Brand "]}, CAMPAIGN_DETAILS)
    assert (rows[0]["external_campaign_id"], rows[0]["campaign_name"]) == ("7", "Brand")


def test_every_reason_says_what_is_asked_for():
    """A reason that can occur has words, and all words end without a full stop, as they stand inside a sentence."""
    assert {"bad_date", "not_a_number", "several_currencies"} <= set(READING_RULES)
    assert [words for words in READING_RULES.values() if words.endswith(".")] == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Spring Sale", " spring_sale "),
        ("Spring – Sale", "Spring-Sale"),
        ("Spring — Sale", "SPRING  SALE"),
        ("Übung", "U\u0308bung"),
        ("Straße", "STRASSE"),
        ("KIŞ", "kış"),
        ("İstanbul", "istanbul"),
        ("ΟΔΟΣ", "οδος"),
        ("🔥 Sale", "🔥\ufe0f Sale"),
        ("Sale\u200b", "sale"),
        ("a\u3000b", "a b"),
    ],
)
def test_spellings_of_one_name_have_one_key(a, b):
    """Case, blanks, dashes, composed letters and what cannot be seen make no other name."""
    assert keys(a) == keys(b)


@pytest.mark.parametrize(("a", "b"), [("Sale 1", "Sale 11"), ("🔥", "❄"), ("A+B", "AB"), ("Ö", "O"), ("100 %", "100")])
def test_other_names_have_other_keys(a, b):
    """What a person would call another name has another key."""
    assert keys(a) != keys(b)


def keys(text):
    """Return the key of a name."""
    with Engine() as engine:
        engine.execute(read_sql("payback.engine", "typed.sql"))
        return engine.row("select name_key(?)", [text])[0]
