"""Take records in, one by one: rows into the engine in batches, everything else to the rejects, in constant memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from payback.sources.draft import Draft, Reject
from payback.sources.raw_table import BLANK
from payback.sources.structure import MALFORMED, RULES, WRONG_BYTES, is_blank, why_uneven

if TYPE_CHECKING:
    from payback.sources.records import Record

BATCH = 20_000
EARLY = 1_000
"""Damaged lines after which it is worth to ask whether the file is damaged beyond use already."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class RowIntake:
    """Takes the records of one file.

    Parameters
    ----------
    draft : Draft
        Where they go.
    most_rows : int
        Upper bound of the rows of the file.
    damaged : bool
        Some bytes of the file are no text: they come as lone surrogates.
    """

    def __init__(self, draft: Draft, *, most_rows: int, damaged: bool = False) -> None:
        self.draft = draft
        self.row_number = 0
        self.delimiter_lines = 0
        self.repaired = 0
        self._most_rows = most_rows
        self._damaged = damaged
        self._width = len(draft.columns)
        self._rows: list[list[str]] = []
        self._row_numbers: list[int] = []
        self._lines: list[int] = []
        self._rejects: list[Reject] = []
        numbers = [("row_number", pa.int64()), ("line_number", pa.int64())]
        self._schema = pa.schema([*numbers, *((cell, pa.string()) for cell in draft.cells)])
        # Text that is empty is a cell without a value, as it is for the engine's own reader.
        empties = [f"nullif({cell}, '') as {cell}" for cell in draft.cells]
        self._select = ", ".join(["row_number", "line_number", *empties])
        draft.create(draft.text, self._schema)

    def add(self, record: Record) -> None:
        """Take one record."""
        fields = record.fields
        if self._damaged and _SURROGATE.search(record.original):
            self._reject(record, WRONG_BYTES, RULES[WRONG_BYTES])
        elif fields is None:
            self._reject(record, MALFORMED, RULES[MALFORMED])
        elif len(fields) != self._width:
            self._add_uneven(record, fields)
        elif fields[0].strip(BLANK) or not is_blank(fields):
            self._accept(record, fields)
        else:
            self._skip(fields)

    def finish(self) -> None:
        """Write what is left."""
        self._write_rows()
        self._write_rejects()

    def _accept(self, record: Record, fields: list[str]) -> None:
        self.row_number += 1
        self.repaired += record.repaired
        self._rows.append(fields)
        self._row_numbers.append(self.row_number)
        self._lines.append(record.line)
        if len(self._rows) == BATCH:
            self._write_rows()

    def _add_uneven(self, record: Record, fields: list[str]) -> None:
        """Judge a record that is not as wide as the header."""
        if is_blank(fields):
            self._skip(fields)
        elif len(fields) > self._width and is_blank(fields[self._width :]):
            # Delimiters behind the last column, as some tools write them, change nothing.
            self._accept(record, fields[: self._width])
        else:
            self._reject(record, *why_uneven(fields, self._width))

    def _skip(self, fields: list[str]) -> None:
        self.delimiter_lines += len(fields) > 1

    def _reject(self, record: Record, reason: str, rule: str, value: str | None = None) -> None:
        self.row_number += 1
        original = record.original
        if self._damaged:
            original = original.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self._rejects.append(Reject(self.row_number, record.line, reason, original, rule, value))
        if len(self._rejects) == EARLY:
            self._write_rejects()
            self.draft.check_damage(self._most_rows)

    def _write_rows(self) -> None:
        if not self._rows:
            return
        cells = (pa.array(column, pa.string()) for column in zip(*self._rows, strict=True))
        columns = [pa.array(self._row_numbers, pa.int64()), pa.array(self._lines, pa.int64()), *cells]
        self.draft.insert(self.draft.text, pa.table(columns, self._schema), self._select)
        self._rows, self._row_numbers, self._lines = [], [], []

    def _write_rejects(self) -> None:
        self.draft.reject(self._rejects)
        self._rejects = []
