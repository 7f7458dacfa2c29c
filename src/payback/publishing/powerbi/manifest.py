"""What we wrote last, so that somebody else's work is told from ours."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from payback.errors import PublishingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "payback.manifest"
_OF_DESKTOP = ".pbi"
"""Folder in which Power BI Desktop keeps its own settings and its cache; opening a project is no change of it."""


def manifest_text(files: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Return the manifest of a project: a hash of each file, by its path."""
    hashes = {path: _hash(text.encode()) for path, text in sorted(files.items())}
    return json.dumps({"written_for": dict(options), "files": hashes}, indent=2) + "\n"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the project in a folder; None where there is none."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PublishingError("the manifest of the Power BI project cannot be read", where=str(folder / MANIFEST),
                              got=error.strerror) from error  # fmt: skip
    try:
        found = json.loads(text)
        return found if isinstance(found, dict) and isinstance(found.get("files"), dict) else {"files": {}}
    except json.JSONDecodeError:
        # Somebody changed it; so everything counts as changed.
        return {"files": {}}


def changed_files(folder: Path, items: tuple[str, ...]) -> list[str]:
    """Return the files of a project that somebody changed, added or removed since we wrote them.

    Parameters
    ----------
    folder : Path
        Folder of the project.
    items : tuple of str
        Files and folders in it that are ours; whatever else lies there is not looked at.
    """
    if not any((folder / item).exists() for item in items):
        return []  # there is no project any more
    manifest = read_manifest(folder)
    known: dict[str, str] = manifest["files"] if manifest else {}
    there = {path.relative_to(folder).as_posix(): path for path in _files(folder, items)}
    changed = {name for name, path in there.items() if known.get(name) != _hash(path.read_bytes())}
    return sorted(changed | (known.keys() - there.keys()))


def _files(folder: Path, items: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for item in items:
        path = folder / item
        found += [path] if path.is_file() else path.rglob("*")
    return [path for path in found if path.is_file() and _OF_DESKTOP not in path.relative_to(folder).parts[:-1]]


def _hash(content: bytes) -> str:
    # Git on Windows turns line feeds into pairs; that is nobody's change.
    return hashlib.sha256(plain_lines(content)).hexdigest()


def plain_lines(content: bytes) -> bytes:
    """Return a text with line feeds alone between its lines."""
    return content.replace(b"\r\n", b"\n")
