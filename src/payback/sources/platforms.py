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


def find_source(stem: str, headers: Iterable[str]) -> str:
    """Return the source of a file: the tool that its name or its headers give away, else its own name.

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
    """
    for platform, pattern in _NAMES.items():
        if re.search(pattern, stem.casefold()):
            return platform
    known = {normalised(header) for header in headers}
    for platform, sets in _HEADERS.items():
        if any(words <= known for words in sets):
            return platform
    return slug(stem)


def slug(text: str) -> str:
    """Return a text as a short name: lower case, underscores, at most 100 characters."""
    return re.sub(r"[^\w]+", "_", text.casefold()).strip("_")[:100] or "file"
