"""The rules: read from dated files, applied in Python to one visit or, as SQL, to any number.

Values never become SQL: only the patterns of the rule files that ship with Payback do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from payback.engine.duckdb import literal
from payback.sources.channel_rules.sites import is_of, is_of_sql

if TYPE_CHECKING:
    from datetime import date

FIELDS = ("source", "medium", "campaign", "platform", "ad_network", "creative_format")
"""What a rule may look at, besides the category of the source (``site``)."""
_FILES = ("google_2020_10_14.yaml", "google_2026_05_13.yaml")


@dataclass(frozen=True)
class Rule:
    """A channel and what leads to it.

    Parameters
    ----------
    channel : str
        Name of the channel.
    when : tuple of dict
        Alternatives; in each, field -> pattern for the whole text, and ``site`` -> category of the source.
    """

    channel: str
    when: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class RuleSet:
    """The rules that apply from a day on, the first that fits deciding.

    Parameters
    ----------
    valid_from : date
        First day.
    rules : tuple of Rule
        In order.
    otherwise : str
        Channel of what fits no rule.
    """

    valid_from: date
    rules: tuple[Rule, ...]
    otherwise: str

    def channel(self, **fields: str | None) -> str:
        """Return the channel of one visit; fields as `FIELDS`."""
        given = {name: (fields.get(name) or "").lower() for name in FIELDS}
        for rule in self.rules:
            if any(_holds(test, given) for test in rule.when):
                return rule.channel
        return self.otherwise

    def sql(self, **columns: str) -> str:
        """Return the SQL of the channel; ``columns`` gives the expression of each field that there is."""
        given = {name: f"lower(coalesce({text}, ''))" for name, text in columns.items()}
        branches = []
        for rule in self.rules:
            tests = [_test_sql(test, given) for test in rule.when if _needs(test) <= given.keys()]
            if tests:
                branches.append(f"when {' or '.join(tests)} then {literal(rule.channel)}")
        return f"case {' '.join(branches)} else {literal(self.otherwise)} end"


def _needs(test: dict[str, str]) -> set[str]:
    return {"source" if name == "site" else name for name in test}


def _holds(test: dict[str, str], given: dict[str, str]) -> bool:
    return all(
        is_of(pattern, given["source"]) if name == "site" else re.fullmatch(pattern, given[name], re.DOTALL) is not None
        for name, pattern in test.items()
    )


def _test_sql(test: dict[str, str], given: dict[str, str]) -> str:
    parts = [
        is_of_sql(pattern, given["source"])
        if name == "site"
        else f"regexp_full_match({given[name]}, {literal(pattern)}, 's')"
        for name, pattern in test.items()
    ]
    return f"({' and '.join(parts)})"


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Return the versions of the rules that ship with Payback, oldest first."""
    return tuple(_read(name) for name in _FILES)


def _read(name: str) -> RuleSet:
    text = resources.files("payback.sources.channel_rules").joinpath(name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    named = content["patterns"]
    rules = tuple(
        Rule(
            one["channel"],
            tuple({key: _pattern(key, value, named) for key, value in test.items()} for test in one["when"]),
        )
        for one in content["rules"]
    )
    return RuleSet(content["from"], rules, content["otherwise"])


def _pattern(field: str, value: str, named: dict[str, str]) -> str:
    """Return a pattern, looked up where the file gives it a name."""
    return named.get(value, value) if field in {"source", "medium", "campaign"} else value


def default_channel(
    source: str | None, medium: str | None, campaign: str | None = None, *, day: date, **other: str | None
) -> str:
    """Return the channel of one visit by the rules of its day.

    Parameters
    ----------
    source, medium, campaign : str or None
        As web analytics has them.
    day : date
        Day of the visit; days before the first version take the first.
    **other : str or None
        ``platform``, ``ad_network`` and ``creative_format``, where they are known.

    Examples
    --------
    >>> from datetime import date
    >>> default_channel("google", "cpc", day=date(2026, 1, 1))
    'Paid Search'
    >>> default_channel("chatgpt.com", "ai-assistant", day=date(2026, 5, 13))
    'AI Assistant'
    """
    versions = rule_sets()
    valid = [one for one in versions if one.valid_from <= day] or [versions[0]]
    return valid[-1].channel(source=source, medium=medium, campaign=campaign, **other)


def channel_sql(source: str, medium: str, campaign: str, *, day: str, **other: str) -> str:
    """Return DuckDB SQL of the channel by the rules of each row's day.

    Patterns cost: apply it to the distinct combinations of its columns, and join the rows to them.

    Parameters
    ----------
    source, medium, campaign : str
        SQL expressions of texts.
    day : str
        SQL expression of a date.
    **other : str
        Expressions of ``platform``, ``ad_network`` and ``creative_format``, where there are such columns.
    """
    versions = rule_sets()
    columns = {"source": source, "medium": medium, "campaign": campaign, **other}
    branches = [f"when {day} >= date '{one.valid_from}' then {one.sql(**columns)}" for one in versions[:0:-1]]
    return f"case {' '.join(branches)} else {versions[0].sql(**columns)} end"
