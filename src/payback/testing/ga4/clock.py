"""A clock that a test moves by hand, so that hours and days pass at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that stands still until it is moved.

    Parameters
    ----------
    now : datetime
        Where it starts; with a time zone.

    Examples
    --------
    >>> clock = ManualClock(datetime(2025, 12, 1, 8, tzinfo=UTC))
    >>> clock.advance(hours=2)
    >>> clock.now().hour
    10
    """

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self._now

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move on."""
        with self._lock:
            self._now += timedelta(days=days, hours=hours, seconds=seconds)


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)
