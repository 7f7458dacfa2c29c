"""Files of ours that nobody needs any more: log files beyond their number, what killed programs left behind.

Only names that Payback itself makes are looked for, only where it makes them, and only what nobody wrote into for a
while: a younger file may belong to a program that is still at work.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DRAFT_SECONDS = 3600
"""Age at which a half-written output is dead; one is written within minutes."""

SPILL_SECONDS = 24 * 3600
"""Age at which a folder of work that did not fit in memory is dead; a long run may leave one alone for hours."""

_DRAFT = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
_FOLDER_DRAFT = re.compile(r"\.(.+)\.(new|old)")
_SPILL = re.compile(r"payback-([0-9a-f]{16}|[a-z0-9_]{8})")


@dataclass(frozen=True)
class Leftover:
    """Something that may go.

    Parameters
    ----------
    kind : str
        ``log``, ``draft``, ``temporary folder``, ``backup`` or ``scratch database``.
    name : str
        Path, or name on the server.
    size : int
        Bytes, as far as they are known.
    """

    kind: str
    name: str
    size: int = 0


def old_logs(file: Path, backups: int) -> list[Path]:
    """Return the rotated log files beyond the number that is kept.

    Parameters
    ----------
    file : Path
        The log file; rotated ones are called like it with a number behind.
    backups : int
        How many rotated ones stay.

    Examples
    --------
    >>> from pathlib import Path
    >>> old_logs(Path("nowhere/app.log"), 5)
    []
    """
    if not file.parent.is_dir():
        return []
    found = []
    for path in file.parent.glob(f"{file.name}.*"):
        number = path.name.removeprefix(f"{file.name}.")
        if number.isdigit() and int(number) > backups and path.is_file():
            found.append(path)
    return sorted(found)


def drafts(folders: Iterable[Path]) -> list[Path]:
    """Return half-written outputs in folders of outputs and all below them."""
    return sorted({path for folder in folders for path in _drafts(folder) if _is_older(path, DRAFT_SECONDS)})


def spill_folders(places: Iterable[Path | None]) -> list[Path]:
    """Return this user's folders of work that did not fit in memory, whose program is gone.

    Parameters
    ----------
    places : iterable of Path or None
        Where to look; None is the system's folder for temporary files.
    """
    from pathlib import Path

    found = []
    for place in {Path(place or tempfile.gettempdir()) for place in places}:
        for path in place.glob("payback-*") if place.is_dir() else ():
            if _SPILL.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and _is_own(path):
                found += [path] if _is_older(path, SPILL_SECONDS) else []
    return sorted(found)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)


def _drafts(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(".*") if folder.is_dir() else ():
        half = _FOLDER_DRAFT.fullmatch(path.name)
        if path.is_file() and not path.is_symlink() and _DRAFT.fullmatch(path.name):
            yield path
        elif half and path.is_dir() and not path.is_symlink() and path.with_name(half[1]).is_dir():
            # Where the folder itself is missing, the old one is the only one: the next run puts it back.
            yield path


def _is_older(path: Path, seconds: float) -> bool:
    latest = time.time() - seconds
    inside = path.rglob("*") if path.is_dir() else ()
    return all(one.stat().st_mtime < latest for one in (path, *inside))


def _is_own(path: Path) -> bool:
    """Tell whether this user made a folder; on Windows the folder for temporary files is the user's own."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
