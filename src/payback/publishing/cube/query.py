"""What a page may ask: checked before anything of it comes near the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_VALUES = 10_000
"""Values that a filter may hold."""
LONGEST_TEXT = 500
_NAMES = ("currency", "start", "end", "previous", "channels", "campaigns", "countries", "sources")
_DAY_LENGTH = 10
_LARGEST_ID = 2**63
_DIGITS = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True)
class Query:
    """What a page asks: ``Query`` of the contract.

    Parameters
    ----------
    currency : str
        ISO 4217 code: amounts of different currencies are never added.
    start, end : date
        First and last day.
    previous : (date, date), optional
        First and last day to compare with.
    channels, countries, sources : tuple of str
        What to keep; empty keeps all.
    campaigns : tuple of int
        Numbers of the campaigns to keep; empty keeps all.
    """

    currency: str
    start: date
    end: date
    previous: tuple[date, date] | None = None
    channels: tuple[str, ...] = ()
    campaigns: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def query_of(asked: object) -> Query:
    """Return the query that came as JSON.

    Raises
    ------
    UsageError
        It is none: a part is missing, unknown, of another type, too long or no day.
    """
    if not isinstance(asked, dict):
        raise _wrong("the query", asked, "an object")
    unknown = [str(name)[:40] for name in asked if name not in _NAMES]
    if unknown:
        raise _wrong("the query", ", ".join(unknown[:5]), ", ".join(_NAMES))
    start, end = _days(asked, "the query")
    previous = asked.get("previous")
    if previous is not None and (not isinstance(previous, dict) or set(previous) != {"start", "end"}):
        raise _wrong("previous", previous, "null, or an object with start and end")
    return Query(
        currency=_text("currency", asked.get("currency")),
        start=start,
        end=end,
        previous=None if previous is None else _days(previous, "previous"),
        channels=_list(asked, "channels", _text),
        campaigns=_list(asked, "campaigns", _number),
        countries=_list(asked, "countries", _text),
        sources=_list(asked, "sources", _text),
    )


def _days(asked: Mapping[str, Any], where: str) -> tuple[date, date]:
    start, end = (_day(name, asked.get(name)) for name in ("start", "end"))
    if start > end:
        raise _wrong(where, f"{start} to {end}", "a first day that is not after the last one")
    return start, end


def _day(name: str, value: object) -> date:
    if not isinstance(value, str) or len(value) != _DAY_LENGTH:
        raise _wrong(name, value, "a day such as 2026-11-27")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _wrong(name, value, "a day such as 2026-11-27") from None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _wrong(name, value, f"a text of up to {LONGEST_TEXT} letters")
    return value


def _number(name: str, value: object) -> int:
    """Read a whole number, or its digits: JavaScript's numbers are too short for most campaigns' numbers."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= _LARGEST_ID:
        raise _wrong(name, value, "whole numbers, or their digits as text")
    return value


def _list(asked: Mapping[str, Any], name: str, part: Callable[[str, object], Any]) -> tuple[Any, ...]:
    values = asked.get(name, [])
    if not isinstance(values, list) or len(values) > MOST_VALUES:
        raise _wrong(name, values, f"a list of up to {MOST_VALUES:,} values")
    return tuple(part(name, value) for value in values)


def _wrong(where: str, got: object, allowed: str) -> UsageError:
    return UsageError("this cannot be asked", where=where, got=repr(got)[:80], allowed=allowed)
