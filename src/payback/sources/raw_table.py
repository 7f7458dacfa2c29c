"""What reading a file gives: rows of text in an engine, and the rows that are none, with their reasons."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted
from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from payback.engine.duckdb import Engine

BLANK = " \t\n\v\f\r\x1a\u00a0\ufeff"
"""Characters that make no cell: blanks, the no-break blank of spreadsheets, marks of order and of the file's end."""
RESERVED = ("row_number", "line_number")

_counter = itertools.count(1)
_DELIMITER_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "blanks": " "}


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about a file; each wins over what the file looks like.

    Parameters
    ----------
    encoding : str, optional
        Name of a text encoding, such as ``cp1250``.
    delimiter : str, optional
        One character, or ``tab``, ``blanks``.
    sheet : str, optional
        Name of the sheet of a workbook.
    header_line : int, optional
        Line of the header, from 1; 0 if the file has none. In a workbook: the row of the sheet.
    maximum_ragged_share : float, default 0.05
        Above this share of rows that are no rows of the table, the file is refused.
    temp_directory : path, optional
        Where a UTF-8 copy goes while a file in another encoding is read. Default: the system's.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    maximum_ragged_share: float = 0.05
    temp_directory: Path | None = None

    @property
    def separator(self) -> str | None:
        """The delimiter as a character.

        Raises
        ------
        UsageError
            It is not one character, or one that cannot part fields.
        """
        if self.delimiter is None:
            return None
        sign = _DELIMITER_WORDS.get(self.delimiter.casefold(), self.delimiter)
        if len(sign) != 1 or sign in '"\r\n\0':
            raise UsageError(
                "this is no delimiter",
                got=repr(self.delimiter),
                allowed="one character such as , ; | or a word: " + ", ".join(_DELIMITER_WORDS),
            )
        return sign


@dataclass(frozen=True)
class RawTable:
    """A file as rows of text inside an engine.

    Parameters
    ----------
    relation : str
        Temporary relation of the rows: ``row_number`` (from 1, over all data rows of the file, rejected ones
        included, in their order), ``line_number`` (physical line, or row of the sheet; null where a file has none)
        and one column for each of ``columns``. Cells of text files and workbooks are text, null where empty; those
        of Parquet, Arrow and JSON keep their type.
    columns : tuple of str
        Headers as in the file, without blanks around them, made unique: ``Cost``, ``Cost (2)``.
    duplicate_columns : tuple of str
        Headers that occur more than once.
    rows : int
        Data rows of the file: those of ``relation`` and those of ``rejects``.
    rejects : str
        Temporary table of rows that are none of the table: ``row_number``, ``line_number``, ``reason``,
        ``column_name``, ``value``, ``rule``, ``original``.
    file_format : str
        ``csv``, ``tsv``, ``text``, ``excel``, ``parquet``, ``arrow`` or ``json``.
    dialect : dict
        How the file was read: encoding, delimiter, quote, header line, sheet, compression.
    notes : tuple of str
        What a person should know.
    metadata : dict of str to str
        What the lines before the header say, such as an account or a date range.
    """

    relation: str
    columns: tuple[str, ...]
    duplicate_columns: tuple[str, ...]
    rows: int
    rejects: str
    file_format: str
    dialect: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)

    def drop(self, engine: Engine) -> None:
        """Remove everything from the engine that belongs to this file."""
        drop_all(engine, self.relation)


def new_name() -> str:
    """Return a name for the relations of one file, never given before in this process."""
    return f"file_{next(_counter)}"


def drop_all(engine: Engine, name: str) -> None:
    """Remove the relations of a file."""
    engine.execute(f"drop view if exists {quoted(name)}")
    for (table,) in engine.rows(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, ?)", [f"{name}_"]
    ):
        engine.execute(f"drop table if exists temp.{quoted(table)}")


def unique_names(headers: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return column names for headers, and the headers that occur more than once.

    Databases do not tell ``Cost`` from ``cost``, so neither does this.

    Examples
    --------
    >>> unique_names(["Day", " Cost", "cost", ""])
    (('Day', 'Cost', 'cost (2)', 'column 4'), ('Cost',))
    """
    texts = [_clean(header) or f"column {number}" for number, header in enumerate(headers, 1)]
    times = Counter(text.casefold() for text in texts)
    taken = {*RESERVED, *(name for name, count in times.items() if count == 1)}
    seen: set[str] = set()
    names = []
    for text in texts:
        alone = times[text.casefold()] == 1 and text.casefold() not in RESERVED
        names.append(text if alone else _free(text, taken, seen))
        seen.add(text.casefold())
    twice = {text.casefold(): text for text in reversed(texts) if times[text.casefold()] > 1}
    return tuple(names), tuple(reversed(twice.values()))


def _clean(header: str) -> str:
    """Return a header without blanks around it and without line breaks, bytes that are no text made visible."""
    text = " ".join(header.strip(BLANK).splitlines())
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _free(text: str, taken: set[str], seen: set[str]) -> str:
    """Return the text itself the first time, else with the next free number behind it."""
    name, number = text, 2
    while name.casefold() in taken or (name == text and text.casefold() in seen):
        name, number = f"{text} ({number})", number + 1
    taken.add(name.casefold())
    return name
