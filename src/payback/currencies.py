"""ISO 4217: the codes of money in use, their signs and their usual digits."""

from __future__ import annotations

import difflib

from payback.errors import UnknownCurrencyError

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD "
    "LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK "
    "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
    "XXX HRK ANG "
)

CURRENCIES: frozenset[str] = frozenset(_CODES.split())
"""Codes in use, the euro's latest predecessors (HRK, BGN, ANG) that older files carry, and XXX for "none stated"."""

SIGNS: dict[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "₫": "VND",
    "₪": "ILS",
    "₴": "UAH",
    "₱": "PHP",
    "฿": "THB",
    "₦": "NGN",
    "R$": "BRL",
    "A$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "AU$": "AUD",
    "US$": "USD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "NT$": "TWD",
    "MX$": "MXN",
    "CN¥": "CNY",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "֏": "AMD",
    "₮": "MNT",
    "₭": "LAK",
    "៛": "KHR",
    "৳": "BDT",
    "₡": "CRC",
    "₲": "PYG",
    "₵": "GHS",
    "ZŁ": "PLN",
    "KČ": "CZK",
    "RP": "IDR",
    "FT": "HUF",
    "FR": "CHF",
    "SFR": "CHF",
    "$": "USD",
    "¥": "JPY",
    "＄": "USD",
    "￥": "JPY",
    "￡": "GBP",
}
"""What a sign, in capitals, means beside an amount; ``$`` and ``¥`` are shared and a setting may say otherwise.

``kr`` is not here: four countries share it and none is usual, so it names no currency.
"""

SHARED_SIGNS: dict[str, frozenset[str]] = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "TWD"}),
    "¥": frozenset({"JPY", "CNY"}),
}
SHARED_SIGNS |= {"＄": SHARED_SIGNS["$"], "￥": SHARED_SIGNS["¥"]}
"""Signs that several currencies use."""


def check_currency(code: str, *, where: str | None = None) -> str:
    """Return the code in capitals.

    Raises
    ------
    UnknownCurrencyError
        ISO 4217 does not have it.
    """
    upper = code.strip().upper()
    if upper in CURRENCIES:
        return upper
    near = difflib.get_close_matches(upper, sorted(CURRENCIES), 3, 0.5)
    raise UnknownCurrencyError(
        "this is no currency code",
        where=where,
        got=repr(code),
        allowed="an ISO 4217 code such as EUR, USD or GBP",
        hint=f"did you mean {' or '.join(near)}?" if near else "state the currency with --currency EUR",
    )
