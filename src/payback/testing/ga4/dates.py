"""Dates as requests write them: YYYY-MM-DD, today, yesterday, NdaysAgo, in the property's time zone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from payback.testing.refusal import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MOST_RANGES = 4
EARLIEST, LATEST = date(2015, 8, 14), date(3000, 1, 1)
"""Google refuses days before the first and from the second on."""


class Days(NamedTuple):
    """One date range: its label in the rows, its first and its last day."""

    label: str
    first: date
    last: date

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1


def date_ranges(requested: Sequence[Any], today: date) -> list[Days]:
    """Return the ranges of a request.

    Parameters
    ----------
    requested : sequence of google.analytics.data_v1beta.types.DateRange
        As the request has them.
    today : date
        Today in the property's time zone.

    Raises
    ------
    Refusal
        None, too many, or one that cannot be read.
    """
    if not requested:
        raise invalid("A dateRange is required.")
    ranges = [_days(number, each, today) for number, each in enumerate(requested)]
    if len(ranges) > MOST_RANGES:
        raise invalid(
            f"Requests are limited to {MOST_RANGES} dateRanges.\n  This request contains {len(ranges)} dateRanges."
        )
    labels = [days.label for days in ranges]
    if len(set(labels)) < len(labels):
        raise invalid("Date range names must be unique.")
    return ranges


def _days(number: int, requested: Any, today: date) -> Days:
    first = _date(requested.start_date, today, "startDate")
    last = _date(requested.end_date, today, "endDate")
    if first > last:
        raise invalid(
            "start_date must be less than or equal to end_date. "
            f"start_date = {requested.start_date} and end_date = {requested.end_date}"
        )
    if requested.name.startswith(("date_range_", "RESERVED_")):
        raise invalid(f"Date range names cannot begin with date_range_ or RESERVED_. Found {requested.name}.")
    return Days(requested.name or f"date_range_{number}", first, last)


def _date(text: str, today: date, field: str) -> date:
    relative = re.fullmatch(r"(\d{1,5})daysAgo", text)
    if relative or text in ("today", "yesterday"):
        return today - timedelta(days=int(relative[1]) if relative else text == "yesterday")
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day < LATEST:
        raise invalid(f"Invalid {field} : {text}. {field} must be YYYY-MM-DD, NdaysAgo, yesterday, or today.")
    return day
