"""Which days are asked for, and which earlier days they are compared with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from payback.errors import AnalysisError, UsageError

Compare = Literal["previous_period", "previous_year"]
COMPARE: tuple[Compare, ...] = ("previous_period", "previous_year")

NO_DAY = date(1970, 1, 1)
"""Stands for first and last day where there are no rows at all."""


@dataclass(frozen=True)
class Days:
    """First and last day, both included.

    Examples
    --------
    >>> Days(date(2024, 2, 1), date(2024, 2, 29)).count
    29
    """

    first: date
    last: date

    @property
    def count(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> bool:
        """Whether the days are whole calendar months."""
        return self.first.day == 1 and self.last.day == monthrange(self.last.year, self.last.month)[1]


def chosen_days(data: Days, start: date | str | None, end: date | str | None) -> Days:
    """Return the days from ``start`` to ``end``; where one is not given, the first or last day of the data.

    Raises
    ------
    UsageError
        No date, or an end before the start.
    AnalysisError
        The data has no day in that range.
    """
    first = _day("start", start) or data.first
    last = _day("end", end) or data.last
    if start is not None and end is not None and last < first:
        raise UsageError("the end lies before the start", got=f"start={first}, end={last}")
    if last < data.first or first > data.last:
        raise AnalysisError(
            "there is no campaign data in these days",
            got=f"{start or 'beginning'} to {end or 'end'}",
            allowed=f"{data.first} to {data.last}",
        )
    return Days(first, last)


def previous_days(days: Days, compare: Compare) -> Days:
    """Return the days that ``days`` are compared with.

    Parameters
    ----------
    days : Days
        The days of the question.
    compare : {"previous_period", "previous_year"}
        As many days right before them, or the same days of the year before. Whole calendar months are compared with
        the same whole months, so February with all of February; otherwise 29 February becomes 28 February.

    Examples
    --------
    >>> previous_days(Days(date(2025, 2, 1), date(2025, 2, 28)), "previous_year")
    Days(first=datetime.date(2024, 2, 1), last=datetime.date(2024, 2, 29))
    """
    if compare == "previous_period":
        return Days(days.first - timedelta(days.count), days.first - timedelta(1))
    last = _year_before(days.last)
    if days.whole_months:
        last = last.replace(day=monthrange(last.year, last.month)[1])
    return Days(_year_before(days.first), last)


def checked_compare(compare: str | None) -> Compare | None:
    """Return what to compare with, if it is known.

    Raises
    ------
    UsageError
        It is none of `COMPARE`.
    """
    if compare is None:
        return None
    for known in COMPARE:
        if compare == known:
            return known
    raise UsageError("unknown comparison", got=f"compare={compare!r}", allowed=", ".join(COMPARE))


def _year_before(day: date) -> date:
    feasible = min(day.day, monthrange(day.year - 1, day.month)[1])
    return day.replace(year=day.year - 1, day=feasible)


def _day(name: str, value: date | str | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} is no date", got=repr(value), allowed="a date such as 2024-01-31") from error
