"""The parts of an export: which files or tables hold which day, and which of them count."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from payback.errors import EmptyFileError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["daily", "fresh", "intraday", "file"]
Form = Literal["parquet", "json"]
_RANK: dict[Kind, int] = {"daily": 0, "fresh": 1, "intraday": 2, "file": 0}
"""The daily table is complete; the other two are used until it is there."""
_TABLE = re.compile(r"events_(?:(intraday|fresh)_)?(\d{4})(\d{2})(\d{2})")
_FOLDER = re.compile(r"date=(\d{4})-?(\d{2})-?(\d{2})")
_PARQUET = (".parquet", ".pq")
_JSON = (".json", ".jsonl", ".ndjson")
_PACKED = (".gz", ".zst")
_OTHER_TABLES = ("users_", "pseudonymous_users_")
_BLOCK = 2**20


@dataclass(frozen=True)
class Part:
    """A table of the export: the events of one day, or a file that is not named after a day.

    Parameters
    ----------
    key : str
        What replaces what: ``2025-01-31``, or the name of the file.
    kind : str
        ``daily``, ``fresh``, ``intraday`` or ``file``.
    day : date or None
        Its day.
    form : str
        ``parquet`` or ``json`` (one object a line, compressed or not).
    files : tuple of Path
        Where its rows are.
    stamp : str
        What differs as soon as its files differ: names, sizes and times, or the etag of a table.
    """

    key: str
    kind: Kind
    day: date | None
    form: Form
    files: tuple[Path, ...]
    stamp: str

    @property
    def name(self) -> str:
        """What a message calls it."""
        return self.files[0].name + (f" and {len(self.files) - 1} more" if len(self.files) > 1 else "")

    def content_hash(self) -> str:
        """Return the hash of the bytes of its files, whatever their names and times."""
        hashes = sorted(_file_hash(path) for path in self.files)
        return hashlib.blake2b(" ".join(hashes).encode(), digest_size=16).hexdigest()


def _file_hash(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def find_parts(path: Path | str) -> list[Part]:
    """Return the parts of an export, by day; of several tables of one day the most complete.

    Parameters
    ----------
    path : path
        A folder with its subfolders (``date=2025-01-31`` too), a file, or a pattern such as ``events_2025*.json.gz``.

    Raises
    ------
    UnreadableFileError
        There is no such folder or file.
    EmptyFileError
        It holds no events.
    """
    files = files_of(Path(path))
    found: dict[tuple[str, Kind, Form], list[Path]] = {}
    for file, form in files:
        if not file.name.startswith(_OTHER_TABLES):
            kind, day = _kind_and_day(file)
            key = day.isoformat() if day else file.name
            found.setdefault((key, kind, form), []).append(file)
    if not found:
        raise EmptyFileError(
            "the export holds no events",
            where=str(path),
            allowed="files such as events_20250131.parquet, events_20250131.json.gz or date=2025-01-31/part-0.parquet",
            hint="give ga4_export.path the folder into which BigQuery's tables were exported",
        )
    parts = [_part(key, kind, form, paths) for (key, kind, form), paths in found.items()]
    return counting_parts(parts)


def counting_parts(parts: Iterable[Part]) -> list[Part]:
    """Return one part a key: the daily table before the fresh one, and that before the intraday one; then Parquet."""
    best: dict[str, Part] = {}
    for part in sorted(parts, key=lambda one: (_RANK[one.kind], one.form == "json")):
        best.setdefault(part.key, part)
    return [best[key] for key in sorted(best)]


def table_parts(names: Iterable[str]) -> list[Part]:
    """Return a part without files for each table of events, its name as the stamp; other tables are left out."""
    found = ((name, *_kind_and_day(Path(name))) for name in names)
    return [Part(day.isoformat(), kind, day, "parquet", (), name) for name, kind, day in found if day]


def missing_days(days: Sequence[date]) -> list[date]:
    """Return the days between the first and the last that are not there."""
    if not days:
        return []
    present, first = set(days), min(days)
    return [
        day for day in (first + timedelta(days=n) for n in range((max(days) - first).days + 1)) if day not in present
    ]


def files_of(path: Path) -> list[tuple[Path, Form]]:
    """Return the files of a folder and its subfolders, of a pattern, or the one file, and how each is written."""
    if path.is_dir():
        found: Iterable[Path] = path.rglob("*")
    elif path.is_file():
        found = [path]
    elif wild := [place for place, name in enumerate(path.parts) if "*" in name or "?" in name]:
        found = Path(*path.parts[: wild[0]]).glob("/".join(path.parts[wild[0] :]))
    else:
        raise UnreadableFileError(
            "there is no such export", where=str(path), hint="set ga4_export.path to a folder, a file or a pattern"
        )
    named = ((file, _form(file)) for file in sorted(found) if file.is_file() and not file.name.startswith("."))
    return [(file, form) for file, form in named if form]


def _form(path: Path) -> Form | None:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PARQUET:
        return "parquet"
    last = suffixes[-2:-1] if suffixes and suffixes[-1] in _PACKED else suffixes[-1:]
    return "json" if last and last[0] in _JSON else None


def _kind_and_day(file: Path) -> tuple[Kind, date | None]:
    """Read table and day off the name of the file, or the day off its folder."""
    if match := _TABLE.match(file.name):
        kinds: dict[str | None, Kind] = {None: "daily", "fresh": "fresh", "intraday": "intraday"}
        if day := _day(*match.groups()[1:]):
            return kinds[match[1]], day
    for folder in reversed(file.parts[:-1]):
        if (match := _FOLDER.search(folder)) and (day := _day(*match.groups())):
            return "daily", day
    return "file", None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _part(key: str, kind: Kind, form: Form, files: list[Path]) -> Part:
    stats = [(file.name, file.stat()) for file in files]
    stamp = ";".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)
    day = None if kind == "file" else date.fromisoformat(key)
    return Part(key, kind, day, form, tuple(files), stamp)
