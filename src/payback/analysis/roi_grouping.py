"""What ``by=`` means: which columns tell the groups apart, and which calendar period they belong to."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from payback.engine.duckdb import quoted
from payback.errors import MissingColumnError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Grain = Literal["day", "week", "month", "quarter", "year"]

GRAINS: dict[Grain, str] = {
    "day": "1 day",
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "year": "1 year",
}
"""Calendar periods and their lengths; a week begins on Monday, as in ISO 8601."""

DIMENSIONS = ("channel", "source", "account", "country")
"""Columns that can be grouped by as they are."""

BY = ("campaign", *DIMENSIONS, *GRAINS, "total")
"""What ``by=`` accepts; several of them as a list, ``total`` only alone."""

_CAMPAIGN_PARTS = ("channel", "source", "account")
_UNNUMBERED = "unnumbered_campaign"


@dataclass(frozen=True)
class Grouping:
    """The columns of a grouping.

    Parameters
    ----------
    columns : tuple of str
        Group columns of the result, in order, without the currency.
    keys : tuple of str
        Columns that tell groups apart; the currency is always the last.
    grain : str, optional
        Calendar period among the keys.
    named : bool
        The campaign's name is not a key: it may change while the number stays.
    """

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    grain: Grain | None = None
    named: bool = False

    @property
    def has_campaign(self) -> bool:
        """Whether a row is a campaign."""
        return "campaign_name" in self.columns or "campaign_id" in self.columns

    @property
    def group_columns(self) -> tuple[str, ...]:
        """Columns of the rows to group by: the keys and the names that campaigns had."""
        return (*self.keys, "campaign_name") if self.named else self.keys

    @property
    def scope(self) -> tuple[str, ...]:
        """Columns within which groups are ranked: months are ranked among each other, channels within their month."""
        if self.grain and self.columns != (self.grain,):
            return ("currency", self.grain)
        return ("currency",)

    @property
    def order(self) -> tuple[str, ...]:
        """Columns of the order of the result."""
        return (*([self.grain] if self.grain else []), "currency", "rank")

    def with_unnumbered(self) -> Grouping:
        """Return the grouping of a table in which some campaigns have no number: their names tell them apart."""
        return replace(self, keys=(_UNNUMBERED, *self.keys)) if self.named else self

    def expression(self, key: str) -> str:
        """Return the SQL of a key over the entered rows."""
        if key == self.grain:
            return f"cast(date_trunc('{key}', date) as date) as {key}"
        if key == _UNNUMBERED:
            return f"case when campaign_id is null then campaign_name end as {_UNNUMBERED}"
        return quoted(key)


def grouping(by: str | Sequence[str], available: Collection[str]) -> Grouping:
    """Return the grouping that ``by`` asks for.

    Parameters
    ----------
    by : str or list of str
        One or several of `BY`.
    available : collection of str
        Columns of the campaign rows.

    Raises
    ------
    UsageError
        A word that is not in `BY`, two calendar periods, or ``total`` beside another.
    MissingColumnError
        The rows lack a column that the grouping needs.

    Examples
    --------
    >>> grouping(["channel", "month"], {"channel", "date"}).keys
    ('channel', 'month', 'currency')
    """
    wanted = _checked_words(by)
    grains = [word for word in wanted if word in GRAINS]
    if len(grains) > 1:
        raise UsageError("a row can belong to one calendar period only", got=f"by={wanted}", allowed="one of them")
    columns: list[str] = []
    for word in wanted:
        columns += _columns_of(word, available)
    columns = list(dict.fromkeys(columns))
    named = "campaign_id" in columns and "campaign_name" in columns
    keys = [column for column in columns if not (named and column == "campaign_name")]
    grain: Grain | None = next((name for name in GRAINS if name in grains), None)
    return Grouping(tuple(columns), (*keys, "currency"), grain, named)


def _checked_words(by: str | Sequence[str]) -> list[str]:
    wanted = [by] if isinstance(by, str) else list(by)
    for word in wanted:
        if word not in BY:
            near = difflib.get_close_matches(str(word), BY, 1)
            hint = f"did you mean {near[0]!r}?" if near else None
            raise UsageError("campaign ROI cannot be grouped by this", got=repr(word), allowed=", ".join(BY), hint=hint)
    if not wanted or ("total" in wanted and len(wanted) > 1):
        raise UsageError(
            "'total' stands alone, and a list names at least one grouping",
            got=f"by={wanted}",
            allowed=", ".join(BY),
        )
    return wanted


def _columns_of(word: str, available: Collection[str]) -> list[str]:
    """Return the result's columns for one word."""
    if word == "total":
        return []
    if word in GRAINS:
        return [word]
    if word != "campaign":
        return _present(word, [word], available)
    name = [column for column in ("campaign_id", "campaign_name") if column in available]
    found = name or _present("campaign", ["campaign_name"], available)
    return found + [column for column in _CAMPAIGN_PARTS if column in available]


def _present(word: str, columns: list[str], available: Collection[str]) -> list[str]:
    for column in columns:
        if column not in available:
            raise MissingColumnError(
                f"the rows have no column {column!r}, so they cannot be grouped by {word}",
                got=", ".join(sorted(available)),
                hint=f"group by something else, or give the rows a column {column!r}",
            )
    return columns
