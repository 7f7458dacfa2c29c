"""A partition for each month of the daily tables: made as months come, dropped when they are old.

Partitions are ranges without holes. ``m2024_05`` holds May 2024 and nothing else; ranges wider than a month,
``before_…`` and ``later``, take the dates whose month was not made. So a row always finds its place, and making a month
means splitting the wide range that covers it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from payback.errors import PaybackError
from payback.warehouse.mysql.ddl import LATER, PARTITION_COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payback.warehouse.mysql.session import Session

_log = logging.getLogger(__name__)

EARLIEST = date(1990, 1, 1)
"""Days before it, mistakes mostly, get no month of their own."""

MOST_MONTHS = 600
"""More months at once are a mistake in the dates; MySQL itself ends at 8,192 partitions."""

_MONTHS_A_YEAR = 12
_PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Partition:
    """A range of days: from ``start`` on (None: from the beginning), before ``end`` (None: without end)."""

    name: str
    start: date | None
    end: date | None

    @property
    def is_month(self) -> bool:
        """Tell whether it is one month."""
        return self.start is not None and self.end == next_month(self.start)


def first_of_month(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after.

    Examples
    --------
    >>> next_month(date(2024, 12, 31))
    datetime.date(2025, 1, 1)
    """
    return date(day.year + day.month // _MONTHS_A_YEAR, day.month % _MONTHS_A_YEAR + 1, 1)


def months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months earlier.

    Examples
    --------
    >>> months_back(date(2024, 2, 29), 14)
    datetime.date(2022, 12, 1)
    """
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 - months, _MONTHS_A_YEAR)
    return date(year, month + 1, 1)


def partitions(session: Session, table: str) -> list[Partition]:
    """Return the partitions of a table in the order of their days."""
    rows = session.rows(
        "select partition_name, partition_description from information_schema.partitions "
        "where table_schema = database() and table_name = %s and partition_name is not null "
        "order by partition_ordinal_position",
        [table],
    )
    ends = [None if text == "MAXVALUE" else date.fromisoformat(text.strip("'")) for _, text in rows]
    starts = [None, *ends][: len(ends)]
    return [Partition(row[0], start, end) for row, start, end in zip(rows, starts, ends, strict=True)]


def splits(found: Sequence[Partition], months: Iterable[date], *, latest: date) -> list[tuple[Partition, list[date]]]:
    """Return each range to split, with the ends of its new ranges but the last.

    Parameters
    ----------
    found : sequence of Partition
        What the table has.
    months : iterable of date
        First days of the months that should have a partition.
    latest : date
        Months after it get none.

    Examples
    --------
    >>> splits([Partition("later", None, None)], [date(2024, 5, 1)], latest=date(2030, 1, 1))[0][1]
    [datetime.date(2024, 5, 1), datetime.date(2024, 6, 1)]
    """
    wanted = sorted({month for month in months if EARLIEST <= month <= latest})[-MOST_MONTHS:]
    work = []
    for partition in found:
        if partition.is_month:
            continue
        ends = {end for month in wanted for end in (month, next_month(month)) if _inside(partition, end)}
        if ends:
            work.append((partition, sorted(ends)))
    return work


def make_months(session: Session, table: str, days: Iterable[date]) -> None:
    """Make the partitions of the months of some days.

    DDL commits, so it runs on a connection of its own; one that waits too long for a reader gives up, and the rows then
    go into the wide range until a later load splits it.
    """
    months = {first_of_month(day) for day in days}
    today = date.today()  # noqa: DTZ011 - only keeps far futures out
    latest = date(today.year + 5, 1, 1)
    try:
        work = splits(partitions(session, table), months, latest=latest)
        for partition, ends in work:
            _reorganise(session, table, partition, ends)
    except PaybackError as error:
        _log.warning("no new month for %s: %s", table, error)


def drop_before(session: Session, table: str, day: date) -> list[str]:
    """Drop the months that end at or before a day, with their rows, and return their names."""
    old = old_partitions(session, table, day)
    if old:
        names = ", ".join(f"`{one.name}`" for one in old)
        session.ddl(f"alter table `{table}` drop partition {names}", patience_seconds=_PATIENCE_SECONDS)
    return [one.name for one in old]


def old_partitions(session: Session, table: str, day: date) -> list[Partition]:
    """Return the partitions whose days all lie before a day."""
    return [one for one in partitions(session, table) if one.end is not None and one.end <= day]


def _inside(partition: Partition, end: date) -> bool:
    return (partition.start is None or end > partition.start) and (partition.end is None or end < partition.end)


def _reorganise(session: Session, table: str, partition: Partition, ends: list[date]) -> None:
    bounds = [partition.start, *ends, partition.end]
    parts = [f"partition `{_name(start, end)}` values less than ({_bound(end)})" for start, end in pairwise(bounds)]
    statement = f"alter table `{table}` reorganize partition `{partition.name}` into ({', '.join(parts)})"
    session.ddl(statement, patience_seconds=_PATIENCE_SECONDS)
    _log.info("%s: %d new partitions by %s", table, len(parts) - 1, PARTITION_COLUMN)


def _name(start: date | None, end: date | None) -> str:
    if end is None:
        return LATER
    if start is not None and end == next_month(start):
        return f"m{start:%Y_%m}"
    return f"before_{end:%Y_%m}"


def _bound(end: date | None) -> str:
    return "maxvalue" if end is None else f"'{end.isoformat()}'"
