"""Well-known sites by category: one list, compiled to one pattern a category.

A name without a dot is a source that people type into tags, and must be equal. A domain also stands for the hosts
below it; ``google.*`` stands for Google in every country. The longest fitting name decides where two categories could
claim a host: ``shopping.google.*`` is a shop though ``google.*`` is a search engine.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from payback.engine.duckdb import literal

CATEGORIES = ("shopping", "search", "social", "video", "ai")
"""Categories of sites; a host that several could claim belongs to the one with the more precise name."""


@cache
def _sites() -> dict[str, tuple[str, ...]]:
    text = resources.files("payback.sources.channel_rules").joinpath("sites.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {category: [] for category in CATEGORIES}
    for row in csv.DictReader(text.splitlines()):
        found[row["category"]].append(row["site"])
    return {category: tuple(sites) for category, sites in found.items()}


def _pattern(site: str) -> str:
    """Return the pattern of one entry of the list."""
    if "." not in site:
        return re.escape(site)
    if site.endswith(".*"):
        return rf"(?:[^/]*\.)?{re.escape(site[:-2])}(?:\.[a-z]{{2,3}}){{1,2}}"
    return rf"(?:[^/]*\.)?{re.escape(site)}"


def _is_below(site: str, domains: set[str]) -> bool:
    """Tell whether an entry is a host below one of these: groups.google.com below google.*."""
    labels = site.replace(".*", ".com").split(".")
    if any(".".join(labels[start:]) in domains for start in range(1, len(labels) - 1)):
        return True
    # As the pattern says, one or two short labels stand for the country.
    for ends in (1, 2):
        stem = labels[:-ends]
        if stem and all(len(label) in {2, 3} for label in labels[-ends:]):
            names = (".".join(stem[start:]) + ".*" for start in range(len(stem)))
            if any(name in domains and name != site for name in names):
                return True
    return False


@cache
def category_pattern(category: str) -> str:
    """Return the pattern that a source of this category fits as a whole, in small letters.

    Parameters
    ----------
    category : str
        One of `CATEGORIES`.
    """
    return "(?:" + "|".join(_pattern(site) for site in _sites()[category]) + ")"


@cache
def exceptions_pattern(category: str) -> str | None:
    """Return the pattern of hosts that lie below a site of this category and belong to another one."""
    domains = {site for site in _sites()[category] if "." in site}
    named = (site for name in CATEGORIES if name != category for site in _sites()[name] if "." in site)
    others = [site for site in named if _is_below(site, domains)]
    return "(?:" + "|".join(_pattern(site) for site in others) + ")" if others else None


def is_of(category: str, source: str) -> bool:
    """Tell whether a source, in small letters, belongs to a category."""
    other = exceptions_pattern(category)
    fits = re.fullmatch(category_pattern(category), source) is not None
    return fits and not (other and re.fullmatch(other, source))


def is_of_sql(category: str, source: str) -> str:
    """Return SQL that tells whether an expression, in small letters, belongs to a category."""
    fits = f"regexp_full_match({source}, {literal(category_pattern(category))})"
    other = exceptions_pattern(category)
    return f"({fits} and not regexp_full_match({source}, {literal(other)}))" if other else fits


def site_category_sql(host: str) -> str:
    """Return SQL that gives the category of a host, or null.

    Parameters
    ----------
    host : str
        SQL expression of the host, in small letters.
    """
    tests = " ".join(f"when {is_of_sql(category, host)} then {literal(category)}" for category in CATEGORIES)
    return f"case {tests} end"
