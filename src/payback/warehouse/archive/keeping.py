"""Archives in a folder: their names, a list of them, and letting the old ones go."""

from __future__ import annotations

import logging
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payback.errors import PaybackError
from payback.warehouse.archive.container import read_manifest
from payback.warehouse.archive.reading import WORK_PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from payback.warehouse.archive.manifest import Manifest

_log = logging.getLogger(__name__)

SUFFIX = ".payback.zip"
DEAD_SECONDS = 3600
"""A draft that nobody wrote into for so long belongs to a program that was killed."""

_TIME = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True)
class KeptArchive:
    """One archive of a folder.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Its bytes.
    manifest : Manifest or None
        What is in it; None where that cannot be read.
    problem : str
        Why it cannot be used, as far as the manifest shows; empty if it can.
    """

    path: Path
    size: int
    manifest: Manifest | None
    problem: str = ""


def archive_name(database: str, now: datetime | None = None) -> str:
    """Return the name of a new archive; names sort by time.

    Examples
    --------
    >>> archive_name("shop 1.duckdb", datetime(2026, 5, 1, 6, 15, tzinfo=UTC))
    'shop_1-2026-05-01T061500Z.payback.zip'
    """
    stem = re.sub(r"[^\w.-]+", "_", database.removesuffix(".duckdb")).strip("._") or "payback"
    return f"{stem[:80]}-{(now or datetime.now(UTC)).strftime(_TIME)}{SUFFIX}"


def archives(folder: Path) -> list[KeptArchive]:
    """Return the archives of a folder, the newest first; only their manifests are read."""
    found = [_described(path) for path in folder.glob(f"*{SUFFIX}") if path.is_file() and not path.name.startswith(".")]
    return sorted(found, key=lambda one: (one.manifest.created_at if one.manifest else "", one.path.name), reverse=True)


def superfluous(
    found: Sequence[KeptArchive], database: str, keep: int | None, *, newest: Path | None = None
) -> list[KeptArchive]:
    """Return the archives of a database beyond the newest so many; those of others and unreadable ones are no matter.

    Parameters
    ----------
    found : sequence of KeptArchive
        Archives, the newest first.
    database : str
        As the manifest names it.
    keep : int, optional
        How many stay; all where None.
    newest : Path, optional
        One that stays and counts as the newest whatever a clock that was set back says.
    """
    if keep is None:
        return []
    own = [one for one in found if one.manifest and one.manifest.database == database and one.path != newest]
    return own[keep - (newest is not None) :]


def delete_archives(old: Sequence[KeptArchive]) -> list[KeptArchive]:
    """Delete archives and return those that are gone; one that cannot be deleted is only mentioned in the log."""
    gone = []
    for one in old:
        try:
            one.path.unlink()
        except OSError as error:
            _log.warning("the old backup %s cannot be deleted: %s", one.path, error.strerror)
        else:
            gone.append(one)
            _log.info("deleted the old backup %s", one.path)
    return gone


def dead_drafts(folder: Path) -> list[Path]:
    """Return what killed backups and restores left in a folder."""
    if not folder.is_dir():
        return []
    latest = time.time() - DEAD_SECONDS
    drafts = [*folder.glob(f".*{SUFFIX}.*.part"), *folder.glob(f"{WORK_PREFIX}*")]
    return sorted(path for path in drafts if path.stat().st_mtime < latest)


def remove(path: Path) -> bool:
    """Delete a left-over file or folder; tell whether it is gone."""
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as error:
        _log.warning("%s cannot be deleted: %s", path, error.strerror)
        return False
    return True


def _described(path: Path) -> KeptArchive:
    size = path.stat().st_size
    try:
        return KeptArchive(path, size, read_manifest(path))
    except PaybackError as error:
        return KeptArchive(path, size, None, error.message)
