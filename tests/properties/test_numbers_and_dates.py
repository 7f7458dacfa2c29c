"""Whatever a person or a program may write for a number or a day is read back as it was meant, or refused."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.engine.columns import match_columns
from payback.engine.duckdb import Engine
from payback.engine.typed import ReadSettings, type_columns
from payback.errors import AmbiguousDateError
from payback.tables import CAMPAIGNS

shared_engine = settings(max_examples=60)


@pytest.fixture(scope="module")
def engine():
    """Return one engine for all examples."""
    with Engine(threads=1) as opened:
        yield opened


def read(engine, column, texts, **how):
    """Return the values of a column of text."""
    numbers = pa.array(range(1, len(texts) + 1))
    rows = pa.table({"row_number": numbers, "line_number": numbers, column: pa.array(texts, pa.string())})
    engine.register("texts", rows)
    try:
        mapping = match_columns([column], CAMPAIGNS)
        typed = type_columns(engine, "texts", mapping, ReadSettings(**how), hash_columns=(column,))
        return [row[0] for row in engine.rows(f"select {column} from {typed.relation} order by row_number")]
    finally:
        engine.drop_temporary()


# Numbers

amounts = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda number: Decimal(number).scaleb(-6)) | st.integers(
    -(10**7), 10**7
).map(lambda number: Decimal(number).scaleb(-2))

WRITINGS = {
    "en": (".", ",", 3), "de": (",", ".", 3), "ch": (".", "'", 3), "ch curly": (".", "’", 3), "fr": (",", "\u202f", 3),
    "sv": (",", "\u00a0", 3), "si": (".", " ", 3), "in": (".", ",", 2), "plain": (".", "", 3), "comma": (",", "", 3),
}  # fmt: skip
"""Decimal sign, thousands sign and size of the groups beyond the first."""

NEGATIVES = ("-{}", "−{}", "({})", "{}-", "- {}")
MONEY = ("{}", "€{}", "{} €", "EUR {}", "{} EUR", "$ {}", "{}\u00a0$", "CHF {}", "₹{}", "US$ {}", "usd {}")


def grouped(digits, sign, size):
    """Return digits in groups from the right: three, then groups of a size."""
    if not sign or len(digits) <= 3:
        return digits
    head, groups = digits[:-3], [digits[-3:]]
    while head:
        groups.insert(0, head[-size:])
        head = head[:-size]
    return sign.join(groups)


def written(value, writing, negative, money, decimals):
    """Return an amount as people write it."""
    point, thousands, size = WRITINGS[writing]
    whole, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    text = grouped(whole, thousands, size) + (point + fraction if fraction else "")
    text = money.format(text)
    return negative.format(text) if value < 0 else text


def parsed(text, point):
    """Return the amount of a text, worked out without the product: one sign, digits, one decimal point."""
    negative = any(mark in text for mark in "-−(")
    kept = "".join(letter for letter in text if letter in "0123456789" or letter == point).replace(point, ".")
    return Decimal(kept) * (-1 if negative else 1)


styles = st.tuples(
    st.sampled_from(sorted(WRITINGS)), st.sampled_from(NEGATIVES), st.sampled_from(MONEY), st.integers(0, 4)
)


@shared_engine
@given(values=st.lists(amounts, min_size=1, max_size=30), style=styles)
def test_amounts_are_read_back_exactly(engine, values, style):
    """A column in any one style gives the amounts that were written, to the sixth decimal."""
    point = WRITINGS[style[0]][0]
    texts = [written(value, *style) for value in values]
    assert [parsed(text, point) for text in texts] == values
    assert read(engine, "cost", texts, decimal_sign=point) == values


@shared_engine
@given(values=st.lists(amounts, min_size=1, max_size=30), style=styles)
def test_one_proof_is_enough(engine, values, style):
    """Nobody has to state the decimal sign of a column that shows it once."""
    proof = Decimal("0.5")
    texts = [written(value, *style) for value in [*values, proof]]
    assert read(engine, "cost", texts) == [*values, proof]


@shared_engine
@given(pairs=st.lists(st.tuples(amounts, styles), min_size=1, max_size=30))
def test_mixed_columns_never_give_a_wrong_amount(engine, pairs):
    """Where every value is written in another way it is read as it was meant, or not at all."""
    texts = [written(value, writing, negative, "{}", decimals) for value, (writing, negative, _, decimals) in pairs]
    both = [*texts, "0.5", "0,5"]
    found = read(engine, "cost", both)[: len(texts)]
    wrong = [(text, got) for text, got, (value, _) in zip(texts, found, pairs, strict=True) if got not in (value, None)]
    assert wrong == []


@shared_engine
@given(
    values=st.lists(st.integers(0, 10**12), min_size=1, max_size=30), writing=st.sampled_from(["en", "de", "fr", "ch"])
)
def test_counts_are_read_back(engine, values, writing):
    """Counts with parted thousands need no proof if one of them is below a thousand or above a million."""
    texts = [written(Decimal(value), writing, "-{}", "{}", 0) for value in [*values, 7]]
    assert read(engine, "clicks", texts) == [*values, 7]


@shared_engine
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.text("0123456789.,'-+() eE$€%_", max_size=12)
)
def test_any_text_is_a_number_or_none(engine, text):
    """No text breaks the reader, and what Python reads as a plain number is that number."""
    (found,) = read(engine, "cost", [text], decimal_sign=".")
    plain = text.strip(" \t\n\r\v\f")
    if plain.isascii() and plain.replace(".", "", 1).isdigit() and Decimal(plain) < 10**12 and len(plain) < 12:
        assert abs(found - Decimal(plain)) <= Decimal("0.0000005")


@shared_engine
@given(st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)), min_size=1, max_size=30))
def test_floats_mean_the_shortest_number(engine, values):
    """An amount that went through a float is the amount that the float shows."""
    engine.register(
        "texts", pa.table({"row_number": range(len(values)), "line_number": range(len(values)), "cost": values})
    )
    mapping = match_columns(["cost"], CAMPAIGNS)
    typed = type_columns(engine, "texts", mapping, ReadSettings(), hash_columns=("cost",))
    found = [row[0] for row in engine.rows(f"select cost from {typed.relation} order by row_number")]
    engine.drop_temporary()
    assert found == [Decimal(repr(value)) for value in values]


# Days

days = st.dates(date(1970, 1, 1), date(2067, 12, 31))
ORDERLESS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d 13:05", "%Y-%m-%dT23:59:59+09:00", "%d %b %Y",
             "%B %d, %Y", "%b %d, %Y", "%d-%b-%y", "%a, %b %d, %Y", "%A, %d %B %Y", "%d%b%Y", "%d.%m.%Y", "%d.%m.%y",
             "serial", "serial with time")  # fmt: skip
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d/%m/%Y 10:00")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m/%d/%Y, 10:00 PM")


def shown(day, form):
    """Return a day as text."""
    if form.startswith("serial"):
        return f"{(day - date(1899, 12, 30)).days}" + (".75" if form.endswith("time") else "")
    return day.strftime(form)


@shared_engine
@given(values=st.lists(st.tuples(days, st.sampled_from(ORDERLESS)), min_size=1, max_size=40))
def test_days_without_an_order_are_read_back(engine, values):
    """Days whose form says which part is which are read whatever stands beside them."""
    texts = [shown(day, form) for day, form in values]
    assert read(engine, "date", texts) == [day for day, _ in values]


@shared_engine
@given(values=st.lists(days, min_size=1, max_size=40), form=st.sampled_from(DAY_FIRST + MONTH_FIRST))
def test_column_that_proves_its_order_is_read_right(engine, values, form):
    """One day above the twelfth tells the order of all others; two-digit years are those around now."""
    proofs = [date(2024, 1, 31), date(2024, 3, 30), date(2024, 5, 29)]
    texts = [shown(day, form) for day in [*values, *proofs]]
    if form.endswith("%y") and len({day.year for day in values}) >= len({day.day for day in [*values, *proofs]}):
        return  # as many years as days: the year might stand first
    assert read(engine, "date", texts) == [*values, *proofs]


@shared_engine
@given(values=st.lists(days, min_size=1, max_size=40), form=st.sampled_from(DAY_FIRST + MONTH_FIRST))
def test_stated_order_needs_no_proof(engine, values, form):
    """What the user states is obeyed."""
    order = "dmy" if form in DAY_FIRST else "mdy"
    assert read(engine, "date", [shown(day, form) for day in values], date_order=order) == values


@shared_engine
@given(values=st.lists(days, min_size=1, max_size=40), form=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y"]))
def test_order_is_never_guessed(engine, values, form):
    """A column that shows no order, or both, is refused; else what is read is what was meant."""
    low = [day for day in values if day.day <= 12]
    texts = [shown(day, form) for day in low]
    if any(day.day != day.month for day in low):
        with pytest.raises(AmbiguousDateError, match="cannot be told apart"):
            read(engine, "date", texts)
    else:
        assert read(engine, "date", texts) == low


@shared_engine
@given(first=days, count=st.integers(2, 60), form=st.sampled_from(["%y-%m-%d", "%y/%m/%d"]))
def test_short_years_that_stand_first_are_refused(engine, first, count, form):
    """Days in a row with a year of two digits in front are never read as other days without a word."""
    texts = [shown(first + timedelta(days=number), form) for number in range(count)]
    try:
        found = read(engine, "date", texts)
    except AmbiguousDateError:
        return
    assert set(found) == {None}


@shared_engine
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=14)
    | st.text("0123456789-/. :TZJanFebMarinfepoch", max_size=14)
)
def test_any_text_is_a_day_or_none(engine, text):
    """No text breaks the reader, and no text is a day outside of the years that there are."""
    (found,) = read(engine, "date", [text], date_order="dmy")
    assert found is None or date(1000, 1, 1) <= found <= date(9999, 12, 30)


def test_no_day_that_does_not_exist_is_read(engine):
    """The thirtieth of February is no day, in any form and order."""
    impossible = [(2023, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0), (2024, 1, 32)]
    forms = ["{0}-{1:02}-{2:02}", "{2:02}/{1:02}/{0}", "{2:02}.{1:02}.{0}", "{0}{1:02}{2:02}"]
    texts = [form.format(*parts) for parts, form in itertools.product(impossible, forms)]
    assert set(read(engine, "date", texts, date_order="dmy")) == {None}
