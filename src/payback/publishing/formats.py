"""How a number is written: for people, and as a format of Excel.

The unit of a metric (`metrics.py`) and the currency of its row decide, never the place where it is shown. A missing
value is a dash, a number that would be rounded to nothing keeps two digits, and money without a stated currency has
no sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from datetime import date

MISSING = "–"
MINUS = "−"
SHORT_FROM = 10_000
"""Amounts from here on are shortened in headlines."""
WHOLE_FROM = 1_000
"""Amounts from here on are whole in headlines, as the pages write them."""
_SPACE = "\N{NO-BREAK SPACE}"

_CONTEXT = Context(prec=80, rounding=ROUND_HALF_UP)
_NOISE = Decimal("1e-6")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = ((12, "tn"), (9, "bn"), (6, "m"), (3, "k"))

_OTHER_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS = {code: digits for digits, codes in _OTHER_DECIMALS.items() for code in codes.split()}
"""Digits behind the point where they are not two: ISO 4217, minor units."""

_SIGNS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NGN": "₦",
    "NZD": "NZ$",
    "PHP": "₱",
    "TRY": "₺",
    "TWD": "NT$",
    "UAH": "₴",
    "USD": "$",
    "VND": "₫",
}
"""Signs that mean one currency only, as English-language software writes them; any other shows its code."""


@dataclass(frozen=True)
class Currency:
    """A currency as it is shown: its ISO 4217 code, what stands before the amount, and its usual decimals."""

    code: str
    sign: str
    decimals: int


def currency_of(code: str | None) -> Currency:
    """Return how a currency is shown.

    Parameters
    ----------
    code : str, optional
        ISO 4217 code. None and XXX mean that nobody stated a currency: no sign, two decimals.

    Examples
    --------
    >>> currency_of("JPY")
    Currency(code='JPY', sign='¥', decimals=0)
    >>> currency_of("CHF").decimals
    2
    """
    name = (code or UNKNOWN_CURRENCY).upper()
    decimals = _DECIMALS.get(name, 2)
    if name == UNKNOWN_CURRENCY:
        return Currency(name, "", decimals)
    return Currency(name, _SIGNS.get(name, name + _SPACE), decimals)


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Return a number with commas between thousands, rounded half up.

    Examples
    --------
    >>> number(1234567.5)
    '1,234,568'
    >>> number(None)
    '–'
    """
    exact = _decimal(value)
    return MISSING if exact is None else _signed(exact, _rounded(exact, decimals))


def money(value: float | Decimal | None, currency: str | None, *, decimals: int | None = None) -> str:
    """Return an amount with the sign and the decimals of its currency.

    Examples
    --------
    >>> money(Decimal("-1234.5"), "EUR")
    '−€1,234.50'
    >>> money(0.0004, "EUR")
    '€0.00040'
    """
    exact = _decimal(value)
    if exact is None:
        return MISSING
    shown = currency_of(currency)
    return _signed(exact, _rounded(exact, shown.decimals if decimals is None else decimals), shown.sign)


def short_money(value: float | Decimal | None, currency: str | None) -> str:
    """Return an amount for a headline: whole from 1,000 on, and from 10,000 on three digits and k, m, bn or tn.

    Examples
    --------
    >>> short_money(2580000, "EUR"), short_money(9671.5, "USD"), short_money(12, "XXX")
    ('€2.58m', '$9,672', '12.00')
    """
    exact = _decimal(value)
    if exact is None or abs(exact) < SHORT_FROM:
        return money(value, currency, decimals=0 if exact is not None and abs(exact) >= WHOLE_FROM else None)
    return _short(exact, currency_of(currency).sign)


def short_number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Return a number for a headline: in full below 10,000, then three digits and k, m, bn or tn."""
    exact = _decimal(value)
    return number(value, decimals) if exact is None or abs(exact) < SHORT_FROM else _short(exact, "")


def percent(value: float | Decimal | None, decimals: int = 1) -> str:
    """Return a share as a percentage.

    Examples
    --------
    >>> percent(2.253)
    '225.3%'
    """
    exact = _decimal(value)
    return MISSING if exact is None else _signed(exact, _rounded(exact.scaleb(2, context=_CONTEXT), decimals)) + "%"


def multiple(value: float | Decimal | None, decimals: int = 2) -> str:
    """Return a factor, such as ``3.25×``."""
    exact = _decimal(value)
    return MISSING if exact is None else _signed(exact, _rounded(exact, decimals)) + "×"


def day(value: date | None) -> str:
    """Return a day in words, such as ``1 Oct 2026``: readable alike on both sides of the Atlantic."""
    return MISSING if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """Return a month in words, such as ``Oct 2026``."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def excel_format(unit: str, decimals: int = 2, currency: str | None = None) -> str:
    """Return the number format of Excel for a unit.

    Parameters
    ----------
    unit : str
        A unit of `metrics.py`, or ``id``, ``date``, ``timestamp``, ``seconds``.
    decimals : int, default 2
        Digits behind the point; money takes them from its currency.
    currency : str, optional
        ISO 4217 code, for money.

    Examples
    --------
    >>> excel_format("money", currency="EUR")
    '"€"#,##0.00;-"€"#,##0.00'
    >>> excel_format("percent", 1)
    '#,##0.0%'
    """
    if unit == "money":
        shown = currency_of(currency)
        # A code comes from the data: a quote or a control character in it would break the workbook.
        sign = "".join(
            letter for letter in shown.sign[:12] if letter == _SPACE or (letter.isprintable() and letter != '"')
        )
        plain = "#,##0" + _places(shown.decimals)
        return f'"{sign}"{plain};-"{sign}"{plain}' if sign else plain
    fixed = {"id": "0", "date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm:ss", "text": "@", "boolean": "General"}
    if unit in fixed:
        return fixed[unit]
    ending = {"percent": "%", "multiple": '"×"'}.get(unit, "")
    return "#,##0" + _places(0 if unit == "count" else decimals) + ending


def _places(decimals: int) -> str:
    return "." + "0" * decimals if decimals else ""


def _decimal(value: float | Decimal | None) -> Decimal | None:
    """Return the value exactly as its shortest text says; None where it is no number."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact if exact.is_finite() else None


def _rounded(exact: Decimal, decimals: int) -> Decimal:
    """Round half up; a number that would vanish keeps its first two digits, unless it is mere float noise."""
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), context=_CONTEXT)
    if rounded or abs(exact) < _NOISE:
        return rounded
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), context=_CONTEXT)


def _signed(exact: Decimal, rounded: Decimal, sign: str = "") -> str:
    minus = MINUS if exact < 0 and rounded else ""
    return f"{minus}{sign}{rounded.copy_abs():,f}"


def _short(exact: Decimal, sign: str) -> str:
    """Three digits and the letter of the largest step that the rounded number reaches."""
    first = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), context=_CONTEXT)
    power, ending = next((power, ending) for power, ending in _STEPS if abs(first) >= Decimal(1).scaleb(power))
    scaled = first.scaleb(-power, context=_CONTEXT)
    digits = max(0, 2 - scaled.adjusted())
    return _signed(exact, scaled.quantize(Decimal(1).scaleb(-digits), context=_CONTEXT), sign) + ending
