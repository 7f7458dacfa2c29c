"""Codes and signs of money."""

from __future__ import annotations

import pytest

from payback.currencies import CURRENCIES, SHARED_SIGNS, SIGNS, check_currency
from payback.errors import InputError, UnknownCurrencyError
from payback.tables import UNKNOWN_CURRENCY


def test_codes_are_three_capitals_each_once():
    """The list holds the codes of ISO 4217 as they are written, and the one for "none stated"."""
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "GBP", "JPY", "INR", "CHF", "IDR", "VND", UNKNOWN_CURRENCY} <= CURRENCIES


@pytest.mark.parametrize("text", ["EUR", "eur", " eUr\t"])
def test_code_in_any_case_is_taken(text):
    """Case and blanks around a code do not matter."""
    assert check_currency(text) == "EUR"


@pytest.mark.parametrize(("text", "near"), [("EURO", "EUR"), ("US", "USD"), ("GPB", "GBP")])
def test_unknown_code_names_the_nearest(text, near):
    """A mistyped code is refused with the one that was probably meant."""
    with pytest.raises(UnknownCurrencyError, match=f"did you mean .*{near}") as caught:
        check_currency(text, where="line 3")
    assert caught.value.where == "line 3"
    assert isinstance(caught.value, InputError)


def test_code_like_no_other_gets_the_option():
    """Where nothing is near, the message says how to state a currency."""
    with pytest.raises(UnknownCurrencyError, match="--currency EUR"):
        check_currency("¤¤¤¤¤¤")


def test_signs_mean_known_codes():
    """Every sign is in capitals and stands for a code of the list; a shared one for one of those that share it."""
    assert set(SIGNS.values()) <= CURRENCIES
    assert [sign for sign in SIGNS if sign != sign.upper()] == []
    assert set(SHARED_SIGNS) <= set(SIGNS)
    assert all(SIGNS[sign] in codes and codes <= CURRENCIES for sign, codes in SHARED_SIGNS.items())


def test_crown_of_four_countries_names_no_currency():
    """``kr`` may be Swedish, Norwegian, Danish or Icelandic, so it is read as none of them."""
    assert not {"kr", "KR"} & set(SIGNS)
