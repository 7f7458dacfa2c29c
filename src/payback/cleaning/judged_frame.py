"""Take a frame into an engine and judge its rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from payback.cleaning.judging import CleaningSettings, Judged, check_conserved, judge, rejected_sql
from payback.engine.columns import ColumnMapping, match_columns
from payback.engine.duckdb import Engine, quoted
from payback.engine.typed import ReadSettings, type_columns
from payback.errors import MissingColumnError
from payback.tables import CAMPAIGNS, CUSTOMERS, Table

if TYPE_CHECKING:
    from decimal import Decimal

_log = logging.getLogger(__name__)

REASONS = ("reason", "column_name", "value", "rule")
"""Columns that a rejected row gets."""

_LEAST = {
    CAMPAIGNS.name: ({"cost"}, {"revenue"}, {"clicks"}, {"impressions"}, {"conversions"}),
    CUSTOMERS.name: ({"external_customer_id"}, {"customer_id"}),
}
"""A frame must have one of these sets of columns, or it is no such table."""
_TRACE = ("report", "load_id", "row_number", "line_number")
"""Columns of loaded rows that say nothing about their content."""


@dataclass(frozen=True)
class JudgedFrame:
    """A frame inside an engine, judged: the verdicts, which column is which, and what to tell a person."""

    engine: Engine
    judged: Judged
    mapping: ColumnMapping
    notes: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The table's columns that a clean frame has: those of the frame, and the age band that an age gives."""
        derived = {"age_band"} if "age" in self.mapping.columns else set()
        return [c.name for c in self.mapping.table.readable if c.name in self.mapping.columns or c.name in derived]

    def clean(self) -> pa.Table:
        """Return ``row_number``, what cleaning made of the clean rows, and ``flags``."""
        made = [name for name in self.columns if name != self.mapping.table.names[0]]
        columns = ", ".join(["row_number", *map(quoted, made), "flags"])
        rows = self.engine.arrow(f"select {columns} from {self.judged.relation} where reason is null")
        sums: dict[str, Decimal | None] = {
            name: pc.sum(rows.column(name)).as_py() for name in ("cost", "revenue") if name in made
        }
        check_conserved(self.judged, rows.num_rows, sums)
        return _in_order(rows)

    def rejected(self) -> pa.Table:
        """Return ``row_number`` and the reasons of the rejected rows."""
        reasons = rejected_sql(self.judged, original="''")
        return _in_order(self.engine.arrow(f"select row_number, {', '.join(REASONS)} from ({reasons})"))


def judge_frame(engine: Engine, frame: pa.Table, table: Table, settings: CleaningSettings) -> JudgedFrame:
    """Judge the rows of an Arrow table inside an engine.

    Raises
    ------
    MissingColumnError
        The frame has no column of the table.
    AmbiguousDateError, UnknownCurrencyError
        Its text cannot be read.
    """
    mapping = _stored(_match(frame.column_names, table))
    _register(engine, frame, mapping)
    own = [name for name in (table.names[0],) if name in mapping.columns]
    trace = [name for name in ("report", "load_id") if name in mapping.unused]
    readable = replace(mapping, columns={n: m for n, m in mapping.columns.items() if n not in own})
    typed = type_columns(
        engine,
        "frame",
        readable,
        ReadSettings(),
        hash_columns=_content(mapping),
        where="the frame",
        keep=[*own, *(f"other {mapping.unused.index(name)}" for name in trace)],
        lasting=False,
    )
    for note in typed.notes:
        _log.warning("%s", note)
    engine.execute(f"create or replace temp view readable as {_readable_sql(typed.relation, mapping)}")
    columns = set(mapping.columns) | {"row_hash", *trace}
    if table is CUSTOMERS:
        # Whichever id the frame has, `_readable_sql` knows its customers by it.
        columns.add("external_customer_id")
    return JudgedFrame(engine, judge(engine, "readable", table, columns, settings), mapping, tuple(typed.notes))


def _match(names: list[str], table: Table) -> ColumnMapping:
    mapping = match_columns(names, table, keep_ids=True)
    found = set(mapping.columns)
    if not any(least <= found for least in _LEAST[table.name]):
        raise MissingColumnError(
            f"the frame has no column of {table.name}",
            got="columns " + (", ".join(names[:20]) or "none"),
            allowed=", ".join(column.name for column in table.readable),
            hint="rename its columns",
        )
    return mapping


def _stored(mapping: ColumnMapping) -> ColumnMapping:
    """Return the mapping with names that stand in the engine: ours, so that no name of a caller can do harm there."""
    columns = {name: replace(match, stored=name) for name, match in mapping.columns.items()}
    last = mapping.last_day
    if last:
        last = replace(last, stored=f"other {mapping.unused.index(last.header)}")
    return replace(mapping, columns=columns, last_day=last)


def _register(engine: Engine, frame: pa.Table, mapping: ColumnMapping) -> None:
    rows = frame.num_rows
    columns = {"row_number": pa.array(np.arange(1, rows + 1)), "line_number": pa.nulls(rows, pa.int64())}
    columns |= {name: frame.column(match.header) for name, match in mapping.columns.items()}
    columns |= {f"other {number}": frame.column(header) for number, header in enumerate(mapping.unused)}
    engine.register("frame", pa.table(columns))


def _content(mapping: ColumnMapping) -> tuple[str, ...]:
    """Columns that tell rows apart: all, but not the numbers that loading gave where it hashed the original too."""
    every = "row_hash" not in mapping.unused
    others = (f"other {n}" for n, header in enumerate(mapping.unused) if every or header not in _TRACE)
    return (*mapping.columns, *others)


def _readable_sql(typed: str, mapping: ColumnMapping) -> str:
    """Return the query that gives `judge` every column it reads: typed ones, ids as they are, the rest empty."""
    identity = mapping.table.names[0]
    external = f"external_{identity}"
    own = identity if identity in mapping.columns else "null::bigint"
    trace = [
        f"{quoted(f'other {mapping.unused.index(name)}')} as {name}" if name in mapping.unused else f"{none} as {name}"
        for name, none in (("report", "''"), ("load_id", "0"))
    ]
    # A customer is known by the id that the frame has, whichever it is.
    key = f"coalesce({external}, id_text({_whole(own)}))" if mapping.table is CUSTOMERS else external
    typed_columns = [c.name for c in mapping.table.readable if c.name not in (identity, external)]
    return (
        f"select row_number as row_id, {own} as {identity}, {key} as {external}, "
        f"{', '.join(map(quoted, typed_columns))}, {', '.join(trace)}, row_number, row_hash, "
        f"reason as unread, reason_column, reason_value from {typed}"
    )


def _whole(own: str) -> str:
    """Return SQL of an id as text; one that became a float because another is missing is whole again."""
    return f"case when lower({own}::varchar) <> 'nan' then regexp_replace({own}::varchar, '\\.0+$', '') end"


def _in_order(rows: pa.Table) -> pa.Table:
    """Return rows by their number; parallel work may have mixed them up."""
    numbers = rows.column("row_number").to_numpy()
    return rows if bool((numbers[1:] > numbers[:-1]).all()) else rows.take(np.argsort(numbers))
