"""A file on its way to a `RawTable`: rows in the engine, rejects beside them, and the checks at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from payback.engine.duckdb import literal, quoted
from payback.errors import EmptyFileError, TooManyRejectedRowsError
from payback.sources.raw_table import BLANK, RawTable, drop_all, new_name, unique_names
from payback.sources.structure import (
    COMMENT,
    DAMAGE,
    FIRST_ROWS,
    LAST_ROWS,
    MALFORMED,
    RAGGED,
    REPEATED_HEADER,
    RULES,
    SUMMARY,
    WRONG_BYTES,
    as_line,
    counted,
    is_message,
    is_total,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from payback.engine.duckdb import Engine

REJECTS = pa.schema(
    [
        ("row_number", pa.int64()),
        ("line_number", pa.int64()),
        *((name, pa.string()) for name in ("reason", "column_name", "value", "rule", "original")),
    ]
)


def create_table(engine: Engine, table: str, schema: pa.Schema) -> None:
    """Create an empty temporary table of numbers and texts."""
    types = {pa.int64(): "bigint", pa.string(): "varchar"}
    columns = ", ".join(f"{quoted(column.name)} {types[column.type]}" for column in schema)
    engine.execute(f"create temp table {quoted(table)} ({columns})")


@dataclass(frozen=True)
class Reject:
    """A line that is no row of the table."""

    row_number: int
    line_number: int
    reason: str
    original: str
    rule: str
    value: str | None = None


@dataclass
class Draft:
    """A file in the engine, not yet checked.

    Parameters
    ----------
    engine : Engine
        Where the relations are.
    path : Path
        The file, for messages.
    headers : sequence of str
        Headers as they stand in the file.
    delimiter : str
        For the original text of rows.
    place : str
        What a line number counts: ``line`` or ``row``.
    maximum_ragged_share : float
        Share of damaged lines above which the file is refused.
    """

    engine: Engine
    path: Path
    headers: Sequence[str]
    delimiter: str = ","
    place: str = "line"
    maximum_ragged_share: float = 0.05
    name: str = field(default_factory=new_name)
    row_number: str = "row_number"
    line_number: str = "line_number"
    where: str = "true"
    notes: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    first_damage: Reject | None = None

    def __post_init__(self) -> None:
        self.columns, self.duplicates = unique_names(self.headers)
        self.cells = tuple(f"c{number}" for number in range(1, len(self.columns) + 1))
        self.rejects = f"{self.name}_rejects"
        self.create(self.rejects, REJECTS)

    @property
    def text(self) -> str:
        """Table of the cells as text."""
        return f"{self.name}_text"

    def drop(self) -> None:
        """Remove everything that was made."""
        drop_all(self.engine, self.name)

    def create(self, table: str, schema: pa.Schema) -> None:
        """Create an empty temporary table."""
        create_table(self.engine, table, schema)

    def insert(self, table: str, rows: pa.Table, select: str = "*") -> None:
        """Append rows to a temporary table."""
        staged = f"{self.name}_staged"
        self.engine.register(staged, rows)
        try:
            self.engine.execute(f"insert into temp.{quoted(table)} select {select} from {staged}", name="read rows")
        finally:
            self.engine.connection.unregister(staged)

    def reject(self, rejects: Sequence[Reject]) -> None:
        """Keep lines that are no rows."""
        if not rejects:
            return
        self.reasons.update(reject.reason for reject in rejects)
        damage = [reject for reject in rejects if reject.reason in DAMAGE]
        if damage:
            first = min(damage, key=lambda reject: reject.line_number)
            if self.first_damage is None or first.line_number < self.first_damage.line_number:
                self.first_damage = first
        lists = {
            name: [None if name == "column_name" else getattr(reject, name) for reject in rejects]
            for name in REJECTS.names
        }
        self.insert(self.rejects, pa.table(lists, REJECTS))

    def start_again(self, notes: list[str]) -> None:
        """Forget what an attempt has left."""
        self.notes, self.reasons, self.first_damage = notes, Counter(), None
        self.row_number, self.line_number, self.where = "row_number", "line_number", "true"
        self.engine.execute(f"delete from temp.{quoted(self.rejects)}")

    def leave_out_empty(self) -> None:
        """Leave out columns that have neither a header nor a value, as delimiters at the ends of lines make them."""
        unnamed = [cell for cell, header in zip(self.cells, self.headers, strict=True) if not header.strip(BLANK)]
        if not unnamed:
            return
        filled = ", ".join(f"count(nullif(trim({cell}, {literal(BLANK)}), ''))" for cell in unnamed)
        counts = self.engine.row(f"select {filled} from temp.{self.text}")
        empty = {cell for cell, count in zip(unnamed, counts, strict=True) if count == 0}
        kept = [position for position, cell in enumerate(self.cells) if cell not in empty]
        self.cells, self.columns, self.headers = (
            tuple(values[position] for position in kept) for values in (self.cells, self.columns, self.headers)
        )

    def view(self) -> None:
        """Make the relation that the caller reads."""
        columns = "".join(f", {cell} as {quoted(name)}" for cell, name in zip(self.cells, self.columns, strict=True))
        self.engine.execute(
            f"create or replace temp view {quoted(self.name)} as select {self.row_number} as row_number, "
            f"{self.line_number} as line_number{columns} from temp.{quoted(self.text)} where {self.where}"
        )

    def finish(self, file_format: str, dialect: dict[str, object], metadata: dict[str, str]) -> RawTable:
        """Set totals and repeated headers aside, check, and return what was read.

        Raises
        ------
        EmptyFileError
            No data row is left.
        TooManyRejectedRowsError
            So many lines are no rows that the file is no table.
        """
        self.leave_out_empty()
        self.view()
        accepted = self._count(self.name)
        set_aside = [*self._repeated_headers(), *self._totals()]
        if set_aside:
            self.reject(set_aside)
            self.where += f" and {self.row_number} not in (select row_number from temp.{quoted(self.rejects)})"
            self.leave_out_empty()
        self.view()
        accepted -= len(set_aside)
        rows = accepted + self.reasons.total()
        self._check_not_empty(accepted)
        self.check_damage(rows)
        return RawTable(
            relation=self.name,
            columns=self.columns,
            duplicate_columns=self.duplicates,
            rows=rows,
            rejects=self.rejects,
            file_format=file_format,
            dialect=dialect,
            notes=(*self.notes, *self._described()),
            metadata=metadata,
        )

    def _count(self, relation: str) -> int:
        return int(self.engine.row(f"select count(*) from {quoted(relation)}")[0])

    def _repeated_headers(self) -> list[Reject]:
        """Return the rows that repeat the header, as concatenated files have them."""
        if not any(header.strip(BLANK) for header in self.headers):
            return []
        same = " and ".join(f"coalesce(trim({quoted(name)}, {literal(BLANK)}), '') = ?" for name in self.columns)
        headers = [header.strip(BLANK) for header in self.headers]
        # A word that nearly no row has: the long test sees only the rows that do.
        telling = max(range(len(headers)), key=lambda place: len(headers[place]))
        rows = self.engine.rows(
            f"select row_number, line_number from {quoted(self.name)} "
            f"where case when contains({quoted(self.columns[telling])}, ?) then {same} else false end "
            "order by row_number",
            [headers[telling], *headers],
        )
        original = as_line(self.headers, self.delimiter)
        return [Reject(row, line, REPEATED_HEADER, original, RULES[REPEATED_HEADER]) for row, line in rows]

    def _totals(self) -> list[Reject]:
        """Return the totals among the first and the last rows; the word may stand in a column without a header."""
        unnamed = [position for position, header in enumerate(self.headers) if not header.strip(BLANK)]
        name = quoted(self.name)
        last = self.engine.row(f"select coalesce(max(row_number), 0) from {name}")[0]
        rows = self.engine.rows(
            f"select * from {name} where row_number <= {FIRST_ROWS} or row_number > {last - LAST_ROWS} "
            "order by row_number"
        )
        return [
            Reject(row[0], row[1], SUMMARY, as_line(row[2:], self.delimiter), RULES[SUMMARY])
            for row in rows
            if is_total(row[2:]) or any(is_total([row[2 + position]]) for position in unnamed)
        ]

    def _check_not_empty(self, accepted: int) -> None:
        """Raise EmptyFileError if the only line says that there is nothing, or if there is none but totals."""
        damaged = sum(self.reasons[reason] for reason in DAMAGE)
        if accepted + damaged > 1:
            return
        message = self._message()
        if accepted + damaged == 1 and message is None:
            return
        raise EmptyFileError(
            "the file has a header but no data rows",
            where=str(self.path),
            got=f"the line {message!r}" if message else "only totals" if self.reasons else "nothing below the header",
            allowed="at least one data row",
            hint="choose a date range that has data and export the report again",
        )

    def _message(self) -> str | None:
        """Return the text of the first line if it only says that there is nothing to report."""
        lines = [[row[0]] for row in self.engine.rows(f"select original from temp.{quoted(self.rejects)} limit 1")]
        lines += [list(row[2:]) for row in self.engine.rows(f"select * from {quoted(self.name)} limit 1")]
        texts = [[cell or "" for cell in line] for line in lines]
        return next((" ".join(line).strip() for line in texts if is_message(line)), None)

    def check_damage(self, rows: int) -> None:
        """Raise TooManyRejectedRowsError if too many of so many rows are damaged."""
        damaged = sum(self.reasons[reason] for reason in DAMAGE)
        if self.first_damage is None or damaged <= self.maximum_ragged_share * rows:
            return
        first = self.first_damage
        raise TooManyRejectedRowsError(
            f"too many lines do not fit the table: {damaged:,} of {rows:,}; nothing was read",
            where=f"{self.path}, first at {self.place} {first.line_number}",
            got=first.reason.replace("_", " ") + (f": {first.value}" if first.value else ""),
            allowed=f"{first.rule}; at most {self.maximum_ragged_share:.0%} of the lines may break this",
            hint="name the encoding, such as --encoding cp1252, or mend the file"
            if first.reason == WRONG_BYTES
            else "mend the file, name its delimiter with --delimiter, or raise load.maximum_ragged_share",
        )

    def _described(self) -> list[str]:
        """Return a note for each kind of line that was set aside, and for headers that occur twice."""
        words = {
            SUMMARY: ("total", "set aside"),
            COMMENT: ("remark", "of the tool that wrote the file set aside"),
            REPEATED_HEADER: ("repeated header line", "set aside"),
            RAGGED: ("line", "with too few or too many fields set aside"),
            MALFORMED: ("line", "with malformed quotes set aside"),
            WRONG_BYTES: ("line", "with bytes that are no text set aside"),
        }
        notes = [
            f"{counted(self.reasons[reason], noun)} {what}"
            for reason, (noun, what) in words.items()
            if self.reasons[reason]
        ]
        if self.duplicates:
            notes.append("headers that occur more than once: " + ", ".join(self.duplicates))
        return notes
