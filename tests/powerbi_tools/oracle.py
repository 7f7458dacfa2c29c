"""What each measure must be, worked out from the rows in plain Python: fractions, dictionaries and loops.

A second route beside SQL, DAX and the product's own rules of time; it shares only the definitions of the metrics,
which are data.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Context:
    """What is selected: values by column of the rows, and days; None means that nothing is chosen."""

    values: dict = field(default_factory=dict)
    days: frozenset | None = None

    def rows(self, rows, days=None):
        """Return the rows in view; ``days`` stands in for the chosen ones."""
        days = self.days if days is None else days
        return [
            row
            for row in rows
            if all(row[name] in allowed for name, allowed in self.values.items())
            and (days is None or row["date"] in days)
        ]


def metric_value(metric, rows, money):
    """Return a metric over rows as a fraction, or None; ``money`` are the columns that are amounts of money."""
    if money & set(metric.parts) and len({row["currency"] for row in rows}) > 1:
        return None
    known = [row for row in rows if all(row[part] is not None for part in metric.parts)]
    counted = [row for row in known if metric.covered_by is None or row[metric.covered_by] is not None]
    top = total(factor * row[name] for row in counted for name, factor in metric.numerator.items())
    if metric.denominator is None:
        return top if counted else None
    bottom = total(row[metric.denominator] for row in known)
    nothing = not counted and metric.covered_by is None
    return None if nothing or not bottom else top / bottom


def total(numbers):
    """Return a sum as a fraction: decimals of 28 digits are exact here, and faster than fractions."""
    return Fraction(sum(numbers, Decimal()))


@dataclass(frozen=True)
class Calendar:
    """The calendar of a model: all days of the years that the data touch."""

    first: dt.date
    last: dt.date

    @property
    def days(self):
        """Every day of the calendar."""
        start, end = dt.date(self.first.year, 1, 1), dt.date(self.last.year, 12, 31)
        return span(start, end)

    def chosen(self, context):
        """Return the selected days that lie within the data."""
        return {day for day in context.days or self.days if self.first <= day <= self.last}

    def window(self, name, context):
        """Return the days that a measure of time looks at."""
        chosen = self.chosen(context)
        if not chosen:
            return frozenset()
        last = max(chosen)
        starts = {"MTD": last.replace(day=1), "YTD": last.replace(month=1, day=1), "28 Days": last - 27 * ONE_DAY}
        if name in starts:
            return frozenset(span(starts[name], last)) & frozenset(self.days)
        return frozenset(self.days) & shifted(chosen, {"Previous Month": -1, "Last Year": -12}[name])


def span(first, last):
    """Return the days from one to another, both included."""
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]


def shifted(days, months):
    """Return days moved by months the way DAX moves them: each unbroken run as a whole, month ends to month ends."""
    moved = set()
    for first, last in runs(days):
        to_the_end = last > first and (last + ONE_DAY).day == 1
        moved |= set(span(moved_day(first, months), moved_day(last, months, to_the_end=to_the_end)))
    return frozenset(moved)


def runs(days):
    """Return first and last day of each unbroken run."""
    ordered = sorted(days)
    starts = [day for day in ordered if day - ONE_DAY not in days]
    ends = [day for day in ordered if day + ONE_DAY not in days]
    return list(zip(starts, ends, strict=True))


def moved_day(day, months, *, to_the_end=False):
    """Return the day some months on; the month's last where it has fewer days, or where that is asked for."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, length if to_the_end else min(day.day, length))


def change(metric, rows, money, dates, context, window):
    """Return the change against an earlier window: points of a percentage, else a share; None where it says nothing."""
    months = {"Previous Month": -1, "Last Year": -12}[window]
    here, there = context.rows(rows), context.rows(rows, dates.window(window, context))
    now, before = metric_value(metric, here, money), metric_value(metric, there, money)
    chosen = dates.chosen(context)
    if now is None or before is None or not chosen or moved_day(min(chosen), months) < dates.first:
        return None
    if money & set(metric.parts) and {row["currency"] for row in here} != {row["currency"] for row in there}:
        return None
    if metric.unit == "percent":
        return now - before
    return (now - before) / before if before > 0 else None
