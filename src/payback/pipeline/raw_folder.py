"""The files of the raw folder: those that a run loads, and those that it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RAW_SUFFIXES = (
    ".csv", ".tsv", ".tab", ".txt", ".gz", ".zip", ".bz2", ".xz", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods",
    ".parquet", ".feather", ".arrow", ".jsonl", ".ndjson",
)  # fmt: skip
"""Endings of the files in ``paths.raw_data`` that a run loads."""


def raw_files(folder: Path) -> list[Path]:
    """Return the files of the raw folder that a run loads, in the order of their names."""
    return [path for path in _visible_files(folder) if path.suffix.lower() in RAW_SUFFIXES]


def other_files(folder: Path) -> list[Path]:
    """Return the files of the raw folder that a run leaves alone because of their ending."""
    return [path for path in _visible_files(folder) if path.suffix.lower() not in RAW_SUFFIXES]


def _visible_files(folder: Path) -> list[Path]:
    """Return the files of a folder but hidden ones and those by which spreadsheets lock theirs."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
