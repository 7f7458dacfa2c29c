"""A clock in a file, so that a server and its readers agree on the time and an hour of waiting passes at once.

`python bench/ga4_clock.py CLOCK payback-arguments…` runs the command line of Payback by that clock.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path


class FileClock:
    """Stands still until somebody waits; a reader may be killed at any moment, so the file is replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def set(self, moment: datetime) -> None:
        """Put it to a moment."""
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        draft.write_text(moment.isoformat(), encoding="utf-8")
        draft.replace(self.path)

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.fromisoformat(self.path.read_text(encoding="utf-8"))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.set(self.now() + timedelta(seconds=seconds))


def main() -> None:
    from payback.cli import main as payback
    from payback.sources.ga4_api.quota import SystemClock

    clock = FileClock(Path(sys.argv[1]))
    SystemClock.now = lambda _: clock.now()
    SystemClock.sleep = lambda _, seconds: clock.sleep(seconds)
    payback(sys.argv[2:])


if __name__ == "__main__":
    main()
