"""The files of the raw folder: those that a run loads, and those that it leaves alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RAW_SUFFIXES = (
    ".csv", ".tsv", ".tab", ".txt", ".gz", ".zip", ".bz2", ".xz", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods",
    ".parquet", ".feather", ".arrow", ".jsonl", ".ndjson",
)  # fmt: skip
"""Endings of the files in ``paths.raw_data`` that a run loads."""


def raw_files(folder: Path) -> list[Path]:
    """Return the files of the raw folder that a run loads, by name, a second download behind the first.

    Of two files of a source that hold the same day the one that is loaded later counts.
    """
    return [path for path in _visible_files(folder) if path.suffix.lower() in RAW_SUFFIXES]


def other_files(folder: Path) -> list[Path]:
    """Return the files of the raw folder that a run leaves alone because of their ending."""
    return [path for path in _visible_files(folder) if path.suffix.lower() not in RAW_SUFFIXES]


def _visible_files(folder: Path) -> list[Path]:
    """Return the files of a folder but hidden ones and those by which spreadsheets lock theirs."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    return sorted(found, key=_order)


def _order(path: Path) -> tuple[Path, int, Path]:
    """Return what a file is sorted by: ``ads (2).csv`` comes behind ``ads.csv``, and before ``ads (10).csv``."""
    copy = re.fullmatch(r"(.+?) ?\((\d+)\)(\..+)", path.name)
    return (path.with_name(copy[1] + copy[3]), int(copy[2]), path) if copy else (path, 0, path)
