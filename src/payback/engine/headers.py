"""Words of headers: the one form in which they are compared, and what they say about money and days."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from payback.currencies import CURRENCIES, SIGNS

if TYPE_CHECKING:
    from payback.tables import Column

MICRO = Decimal("0.000001")
LAST_DAYS = {
    "reporting starts": "reporting ends",
    "date start": "date stop",
    "berichtsstart": "berichtsende",
    "start date": "end date",
    "start date (in utc)": "end date (in utc)",
}
"""Headers of a first day and of the last day beside it: a row that covers several days is none of campaign days."""
_WORDS = ("ALL", "TOP")
"""Codes that are words of headers too, such as "Revenue (all)"; they are codes where they stand in capitals."""


def normalised(header: str) -> str:
    """Return a header in the one form in which headers are compared.

    Examples
    --------
    >>> normalised(" Campaign_Name ")
    'campaign name'
    """
    text = unicodedata.normalize("NFKC", header).casefold().replace("_", " ")
    return " ".join(text.split())


def camel_words(header: str) -> str:
    """Return the words of a header such as ``CampaignName``."""
    return normalised(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))


def field_words(header: str) -> str:
    """Return the words of a field of the Google Ads API: ``metrics.cost micros``, ``campaign.name``."""
    return re.sub(r"^(metrics|segments|customer)\.", "", header).replace("campaign.", "campaign ")


def money_words(header: str, column: Column) -> tuple[str, Decimal, str | None]:
    """Take a currency and a factor out of a header: ``spend usd``, ``Cost (€)``, ``cost_micros``."""
    text = normalised(header)
    if column.unit != "money":
        return text, Decimal(1), None
    scale = MICRO if re.search(r"\bmicros?\b", text) else Decimal(1)
    base = re.sub(r"\s*\(?\bmicros?\b\)?", "", text)
    if match := re.fullmatch(r"(.+?)\s*[(\[]?\s*(?:\b([a-z]{3})|([a-z]{0,3}[^\w\s)\]]))\s*[)\]]?", base):
        sign = match[3].upper() if match[3] else None
        code = _code(match[2], header) or (sign if sign in SIGNS else None)
        if code:
            return match[1].strip(), scale, code
    return base.strip(), scale, None


def _code(word: str | None, header: str) -> str | None:
    """Return a word as a currency code, if it is one."""
    code = (word or "").upper()
    in_capitals = code in header and header != header.upper()
    return code if code in CURRENCIES and (code not in _WORDS or in_capitals) else None
