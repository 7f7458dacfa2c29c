"""Recognise the tool that wrote a file, from its name and its headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from payback.engine.columns import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = {
    "google_ads": r"google.?ads|adwords|dv360",
    "meta_ads": r"meta.?ads|facebook|instagram|(^|[^a-z])fb([^a-z]|$)|(^|[^a-z])meta([^a-z]|$)",
    "microsoft_ads": r"microsoft.?ads|bing",
    "linkedin_ads": r"linkedin",
    "tiktok_ads": r"tik.?tok",
    "pinterest_ads": r"pinterest",
    "reddit_ads": r"reddit",
    "snapchat_ads": r"snap.?chat",
    "x_ads": r"twitter|(^|[^a-z])x.?ads",
    "amazon_ads": r"amazon.?ads",
    "apple_search_ads": r"apple.?search",
    "ga4": r"(^|[^a-z0-9])ga4([^a-z0-9]|$)|google.?analytics",
}
_HEADERS = {
    "google_ads": ({"impr.", "cost", "campaign"}, {"segments.date", "metrics.cost micros"}),
    "meta_ads": ({"reporting starts", "campaign name"}, {"reporting starts", "ad set name"}),
    "microsoft_ads": ({"timeperiod", "campaignname", "spend"}, {"gregoriandate", "campaignname"}),
    "ga4": ({"session campaign"}, {"session default channel group"}, {"session source / medium"}),
    "linkedin_ads": ({"start date (in utc)", "total spent"},),
    "tiktok_ads": ({"by day", "ad group name", "cost"}, {"stat time day", "spend"}),
}

_COPY = r"\s*\(\d{1,3}\)$|\s+-\s+(copy|kopie|copie|copia|cópia)$|[\s_](copy|kopie)(\s\d+)?$|^(copy of|kopie von)\s+"
"""What browsers and file managers add to the name of a second download or a copy."""
_MONTH, _DAY = r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_DATE = rf"(?<!\d)((19|20)\d\d(?:([-_. ]?){_MONTH}(\3{_DAY})?)?|{_DAY}[-_.]{_MONTH}[-_.](19|20)\d\d)(?!\d)"
"""A day, a month or a year in a file's name: the part in which the files of one report differ."""
_MONTH_WORDS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|januar|februar|märz|mai|juni|juli|oktober|dezember|jan|feb|mar|mär|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez"
)
_NAMED_MONTH = rf"(?<![^\W\d_])({_MONTH_WORDS})[-_. ]*(?=(19|20)\d\d(?!\d))"
"""A month in words before its year, as people name monthly exports."""


def find_source(stem: str, headers: Iterable[str]) -> str:
    """Return the source of a file: the tool that its name or its headers give away, else its own name.

    Dates in the name and the marks of copies do not count: the files of one report are one source, so a campaign in
    them is one campaign, and a day that two of them hold counts once.

    Parameters
    ----------
    stem : str
        File name without endings.
    headers : iterable of str
        Headers of the file.

    Examples
    --------
    >>> find_source("2024-06 facebook export", [])
    'meta_ads'
    >>> find_source("Newsletter costs", ["Day", "Cost"])
    'newsletter_costs'
    >>> find_source("partner 2024-06-01 - 2024-06-30 (1)", ["Day", "Cost"])
    'partner'
    """
    for platform, pattern in _NAMES.items():
        if re.search(pattern, stem.casefold()):
            return platform
    known = {normalised(header) for header in headers}
    for platform, sets in _HEADERS.items():
        if any(words <= known for words in sets):
            return platform
    return slug(re.sub(_DATE, "", re.sub(_NAMED_MONTH, "", _without_copy_marks(stem.casefold()))))


def _without_copy_marks(stem: str) -> str:
    shorter = re.sub(_COPY, "", stem).strip()
    return shorter if shorter == stem else _without_copy_marks(shorter)


def slug(text: str) -> str:
    """Return a text as a short name: lower case, underscores, at most 100 characters."""
    return re.sub(r"[^\w]+", "_", text.casefold()).strip("_")[:100] or "file"
