"""Days that a figure is compared with: month and year to date, a month and a year earlier, the last 28 days.

The rules are those of the measures of time in the Power BI project, and so of DAX, whose month ends were observed in
Power BI Desktop:

- Only selected days that lie within the data count. A month that has begun is compared with the same days of the
  month before.
- A shift by months moves each unbroken run of days as a whole. The first day keeps its number in its month, cut to the
  length of the other month. So does the last day, but a run of two days or more that ends with its month ends with
  the other month: February 2025 is compared with all 29 days of February 2024, and 30 April alone with 30 March.
- To date is counted to the last of those days; so are the last 28 days.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

Window = Literal["now", "mtd", "ytd", "previous_month", "last_year", "28_days"]
WINDOWS: tuple[Window, ...] = ("now", "mtd", "ytd", "previous_month", "last_year", "28_days")
"""Windows by name; ``now`` are the selected days themselves."""

SHIFTS: dict[Window, int] = {"previous_month": 1, "last_year": 12}
"""Windows that lie earlier, and by how many months."""
ROLLING_DAYS = 28
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DataDays:
    """First and last day with data."""

    first: date
    last: date

    def within(self, days: Collection[date]) -> set[date]:
        """Return the days that lie within the data."""
        return {day for day in days if self.first <= day <= self.last}


def window_days(window: str, selected: Collection[date], data: DataDays) -> set[date]:
    """Return the days of a window.

    Parameters
    ----------
    window : str
        One of `WINDOWS`.
    selected : collection of date
        The selected days, in any order, with or without gaps.
    data : DataDays
        First and last day with data.

    Raises
    ------
    UsageError
        There is no such window.

    Examples
    --------
    >>> february = [date(2025, 2, 1) + timedelta(days=n) for n in range(28)]
    >>> len(window_days("last_year", february, DataDays(date(2024, 1, 1), date(2025, 12, 31))))
    29
    """
    if window not in WINDOWS:
        raise UsageError("there is no such window of time", got=repr(window), allowed=", ".join(WINDOWS))
    chosen = data.within(selected)
    if not chosen or window == "now":
        return chosen
    last = max(chosen)
    if window in SHIFTS:
        return shifted(chosen, -SHIFTS[window])
    starts = {"mtd": last.replace(day=1), "ytd": last.replace(month=1, day=1)}
    return _span(starts.get(window, last - (ROLLING_DAYS - 1) * _DAY), last)


def is_comparable(window: str, selected: Collection[date], data: DataDays) -> bool:
    """Tell whether the days of an earlier window lie wholly within the data.

    Parameters
    ----------
    window : {"previous_month", "last_year"}
        The window.
    selected : collection of date
        The selected days.
    data : DataDays
        First and last day with data.
    """
    chosen = data.within(selected)
    return bool(chosen) and shifted_day(min(chosen), -SHIFTS[window]) >= data.first  # type: ignore[index]


def shifted(days: Collection[date], months: int) -> set[date]:
    """Return days moved by months, each unbroken run of them as a whole."""
    found: set[date] = set()
    for first, last in _runs(days):
        closes = last != first and last.day == monthrange(last.year, last.month)[1]
        found |= _span(shifted_day(first, months), shifted_day(last, months, to_end=closes))
    return found


def shifted_day(day: date, months: int, *, to_end: bool = False) -> date:
    """Return the day of that number in another month, cut to its length; ``to_end`` gives its last day.

    Examples
    --------
    >>> shifted_day(date(2024, 3, 31), -1), shifted_day(date(2024, 2, 29), -12)
    (datetime.date(2024, 2, 29), datetime.date(2023, 2, 28))
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(years, month + 1)[1]
    return date(years, month + 1, length if to_end else min(day.day, length))


def _runs(days: Collection[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day == runs[-1][1] + _DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _span(first: date, last: date) -> set[date]:
    return {first + n * _DAY for n in range((last - first).days + 1)}
