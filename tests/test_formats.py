"""How numbers are written for people and for Excel."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payback.currencies import CURRENCIES
from payback.publishing import formats


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        (Decimal("1234.5"), "EUR", "€1,234.50"),
        (Decimal("-0.005"), "USD", "−$0.01"),
        (Decimal("1234.5"), "JPY", "¥1,235"),
        (Decimal("1.2345"), "KWD", "KWD\u00a01.235"),
        (Decimal(7), "SEK", "SEK\u00a07.00"),
        (Decimal(7), "XXX", "7.00"),
        (7, None, "7.00"),
        (None, "EUR", "–"),
        (float("nan"), "EUR", "–"),
        (Decimal("123456789012345678901234567890.125"), "EUR", "€123,456,789,012,345,678,901,234,567,890.13"),
    ],
)
def test_money_has_the_sign_and_the_decimals_of_its_currency(value, currency, expected):
    """Euros have two decimals, yen none, dinars three; an unstated currency has no sign."""
    assert expected == formats.money(value, currency)


def test_a_small_amount_is_not_rounded_to_nothing():
    """A click that costs a fraction of a cent still shows what it costs; float noise is nothing."""
    assert formats.money(0.00042, "EUR") == "€0.00042"
    assert formats.money(0.4, "JPY") == "¥0.40"
    assert formats.money(1e-17, "EUR") == "€0.00"
    assert formats.money(Decimal("-0.0000001"), "EUR") == "€0.00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (999.99, "€999.99"),
        (1_234.5, "€1,235"),
        (-9_671.5, "−€9,672"),
        (9_999.99, "€10,000"),
        (10_000, "€10.0k"),
        (794_012, "€794k"),
        (999_499, "€999k"),
        (999_500, "€1.00m"),
        (2_580_110, "€2.58m"),
        (-1_790_000, "−€1.79m"),
        (7_654_321_000, "€7.65bn"),
        (12_345_678_901_234_567, "€12,300tn"),
        (0, "€0.00"),
        (None, "–"),
    ],
)
def test_a_headline_amount_has_three_digits(value, expected):
    """Ten thousand and more is shortened, and rounding up reaches the next letter."""
    assert expected == formats.short_money(value, "EUR")


def test_ratios_are_written_as_percent_and_multiple():
    """A share becomes a percentage and a factor gets a times sign."""
    assert formats.percent(2.253) == "225.3%"
    assert formats.percent(-0.5, 0) == "−50%"
    assert formats.multiple(3.25) == "3.25×"
    assert formats.percent(None) == formats.multiple(None) == "–"


def test_days_are_written_in_words():
    """A day reads alike wherever day and month are written the other way round."""
    assert formats.day(date(2026, 10, 3)) == "3 Oct 2026"
    assert formats.month(date(2026, 12, 1)) == "Dec 2026"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("money", 2, "EUR"), '"€"#,##0.00;-"€"#,##0.00'),
        (("money", 2, "JPY"), '"¥"#,##0;-"¥"#,##0'),
        (("money", 2, "XXX"), "#,##0.00"),
        (("percent", 1), "#,##0.0%"),
        (("multiple", 2), '#,##0.00"×"'),
        (("count",), "#,##0"),
        (("decimal", 0), "#,##0"),
        (("id",), "0"),
        (("date",), "yyyy-mm-dd"),
    ],
)
def test_excel_formats_follow_unit_and_currency(arguments, expected):
    """The format of a cell comes from the unit of its metric and the currency of its row."""
    assert expected == formats.excel_format(*arguments)


@pytest.mark.parametrize("code", sorted(CURRENCIES))
def test_every_currency_has_a_form(code):
    """Each code of ISO 4217 is shown with a sign of its own or with its code, XXX with nothing."""
    shown = formats.currency_of(code)

    assert 0 <= shown.decimals <= 4
    assert (shown.sign == "") == (code == "XXX")


def test_no_two_currencies_share_a_sign():
    """A dollar sign alone means the US dollar and no other."""
    signs = [formats.currency_of(code).sign for code in CURRENCIES]

    assert len(signs) == len(set(signs))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6))
def test_money_loses_nothing_but_the_decimals_it_hides(value):
    """Whatever the amount, the text without its marks is the amount, rounded half up at the cent."""
    text = formats.money(value, "EUR").replace("−", "-").replace("€", "").replace(",", "")

    assert abs(Decimal(text) - value) <= Decimal("0.005")
