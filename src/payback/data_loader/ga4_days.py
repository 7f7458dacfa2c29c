"""Which days of a property are to be read. The ledger of slices is the only memory: no cursor that could be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from payback.sources.ga4_api.reports import CAMPAIGN_DAYS, SOURCE
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from payback.warehouse.base import Warehouse

DEFAULT_DAYS = 90
"""Days that are read where no first day is set."""
PROVISIONAL, OUTCOMES_PROVISIONAL = "provisional", "provisional_outcomes"
"""Flag of a day whose sessions may still change; and of one of which only conversions and revenue may."""


@dataclass(frozen=True)
class Known:
    """What the ledger holds of a day: its flags and the hash of what was asked."""

    flags: str
    definition: str


@dataclass(frozen=True)
class Windows:
    """How long a day changes after it, in days.

    Parameters
    ----------
    sessions, outcomes : int
        Days in which sessions change, and conversions and revenue.
    """

    sessions: int = 4
    outcomes: int = 14

    @property
    def longest(self) -> int:
        """Days after which a day is final."""
        return max(self.sessions, self.outcomes)

    def flag(self, day: date, today: date) -> str:
        """Return what is provisional of a day that is read today; empty where it is final.

        Examples
        --------
        >>> Windows().flag(date(2026, 5, 1), date(2026, 5, 3)), Windows().flag(date(2026, 5, 1), date(2026, 5, 10))
        ('provisional', 'provisional_outcomes')
        """
        age = (today - day).days
        if age <= self.sessions:
            return PROVISIONAL
        return OUTCOMES_PROVISIONAL if age <= self.longest else ""


def known_days(warehouse: Warehouse, property_id: str) -> dict[date, Known]:
    """Return the days that the ledger has of a property, in both tables, and how they were read."""
    found = []
    for table in (CAMPAIGN_TRAFFIC, CAMPAIGNS):
        kept = warehouse.slices(table.name, CAMPAIGN_DAYS)
        found.append({key[3]: one for key, one in kept.items() if key[:2] == (SOURCE, property_id) and key[3]})
    traffic, campaigns = found
    return {
        day: Known(one.flags, one.content_hash.partition("-")[2])
        for day, one in traffic.items()
        if day is not None and day in campaigns
    }


def days_to_read(
    known: Mapping[date, Known], today: date, start: date, windows: Windows, definition: str | None
) -> list[date]:
    """Return the days to read, the newest first: new ones, those that still change, those that were read otherwise.

    A day that was provisional when it was read is read once more after that, however long no one looked.

    Parameters
    ----------
    known : dict
        What the ledger holds.
    today : date
        The day by the property's calendar; it is not over and not read.
    start : date
        First day.
    windows : Windows
        How long a day changes.
    definition : str, optional
        Hash of what would be asked; None where that is not known.
    """
    days = [today - timedelta(days=age) for age in range(1, (today - start).days + 1)]
    return [day for day in days if _is_due(known.get(day), day, today, windows, definition)]


def _is_due(known: Known | None, day: date, today: date, windows: Windows, definition: str | None) -> bool:
    if known is None or (today - day).days <= windows.longest or PROVISIONAL in known.flags:
        return True
    return definition is not None and known.definition != definition


def requests_of(days: Iterable[date], size: int) -> list[tuple[date, date]]:
    """Return first and last day of each request: days in a row, at most so many, always cut at the same places.

    Examples
    --------
    >>> requests_of([date(2026, 5, 3), date(2026, 5, 1), date(2026, 5, 2)], 30)
    [(datetime.date(2026, 5, 1), datetime.date(2026, 5, 3))]
    """
    found: list[list[date]] = []
    for day in sorted(days):
        follows = found and day - found[-1][-1] == timedelta(days=1)
        if follows and day.toordinal() // size == found[-1][-1].toordinal() // size:
            found[-1].append(day)
        else:
            found.append([day])
    return [(some[0], some[-1]) for some in reversed(found)]


def first_day(start: date | None, today: date) -> date:
    """Return the first day to read."""
    return start or today - timedelta(days=DEFAULT_DAYS)


def chosen_days(first: date, last: date, today: date) -> Sequence[date]:
    """Return the days that somebody asked for, the newest first; none that is not over."""
    end = min(last, today - timedelta(days=1))
    return [end - timedelta(days=number) for number in range((end - first).days + 1)]
