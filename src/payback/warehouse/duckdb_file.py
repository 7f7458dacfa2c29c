"""The file of a DuckDB warehouse: what keeps it from being opened, and opening it when that is gone."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from payback.errors import WarehouseBusyError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_SECONDS = 3600.0
"""How long a program that had the file open waits for others to close it."""
_LOOK_AGAIN_SECONDS = 0.5


def when_free(attempt: Callable[[], None], say: Callable[[str], None] | None = None) -> None:
    """Open a file as soon as nobody else is in the way.

    Parameters
    ----------
    attempt : callable
        Opens it.
    say : callable, optional
        Told who is in the way.

    Raises
    ------
    WarehouseBusyError
        Somebody has been in the way for too long.
    """
    until, told = time.monotonic() + PATIENCE_SECONDS, ""
    while True:
        try:
            return attempt()
        except WarehouseBusyError as error:
            if time.monotonic() > until:
                raise
            words = f"{error.got or 'another program'} has the database open; going on when it is closed"
            if say and words != told:
                say(words)
            told = words
            time.sleep(_LOOK_AGAIN_SECONDS)


def _is_database(path: Path) -> bool:
    """Tell whether a file starts as DuckDB's do; an empty one becomes a database."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return True  # what keeps it from being read is the news
    return not start or start[8:] == b"DUCK"


def open_error(error: Exception, path: Path) -> WarehouseError:
    """Return our error for one that came when a file was opened."""
    # What the text says about the file must not be found in its name.
    text = str(error).replace(str(path), "the file")
    if any(words in text for words in ("Could not set lock", "Conflicting lock", "being used by another process")):
        holder = re.search(r"PID (\d+)", text)
        return WarehouseBusyError(
            "another program holds the database",
            where=str(path),
            got=f"process {holder[1]}" if holder else None,
            hint="wait for it to end, or close it, and run again",
        )
    if path.is_file() and not _is_database(path):
        return WarehouseError(
            "this file is no DuckDB database", where=str(path), hint="set warehouse.path to another file"
        )
    return WarehouseError(
        "the database cannot be opened",
        where=str(path),
        got=text.splitlines()[0],
        hint="it needs the right to write the file and its folder; warehouse.path names another place",
    )
