"""Sum up the events of parts: what each visitor did in a session on a day, and each order."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payback.engine.duckdb import read_sql
from payback.errors import InputError, PaybackError, UnreadableFileError, WarehouseError
from payback.sources.channel_rules import rule_sets, site_category_sql
from payback.sources.ga4_export.columns import fragments, relation, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from payback.engine.duckdb import Engine
    from payback.sources.ga4_export.parts import Part

_log = logging.getLogger(__name__)
_ROOM = "payback.sources.ga4_export"
_BATCH_BYTES = 64 * 10**6
"""Bytes of Parquet that are summed up in one statement: a million or two of events."""


@dataclass
class Reading:
    """Reads parts into the table ``visits``; nothing counts before `payback.sources.ga4_export.joining` enters them.

    Parameters
    ----------
    engine : Engine
        Where the tables of the store are.
    parts : sequence of Part
        What to read.
    first_number : int
        Number of the first part; the others follow.
    """

    engine: Engine
    parts: Sequence[Part]
    first_number: int
    numbers: dict[str, int] = field(init=False)
    """Number of each part, by key."""

    def __post_init__(self) -> None:
        self.numbers = {part.key: self.first_number + place for place, part in enumerate(self.parts)}

    def execute(self) -> dict[str, PaybackError]:
        """Read all parts that can be read, and return the errors of the others."""
        # A run that was stopped half-way leaves lines of parts that nobody entered.
        self.engine.execute("delete from visits where part >= ?", [self.first_number])
        self.engine.execute(
            "create or replace temp table item_amounts "
            "(part bigint, position bigint, user_pseudo_id varchar, kind varchar, amount decimal(18, 6))"
        )
        failed: dict[str, PaybackError] = {}
        for names, batch in self._batches(failed):
            try:
                self._read(names, batch)
            except WarehouseError as error:
                if error.retryable or type(error) is not WarehouseError:
                    raise
                failed |= self._read_singly(names, batch, error)
        return failed

    def _batches(self, failed: dict[str, PaybackError]) -> Iterator[tuple[dict[str, str], list[Part]]]:
        """Yield parts of one shape together: each statement costs some milliseconds, and a year has many days."""
        shapes: dict[str, tuple[dict[str, str], list[Part]]] = {}
        last: pa.Schema | None = None
        names: dict[str, str] = {}
        for part in self.parts:
            try:
                found = schema(self.engine, part)
                # Nearly all days have the columns of the day before.
                names = names if last is not None and found.equals(last) else fragments(found)
                last = found
            except (InputError, WarehouseError) as error:
                failed[part.key] = error if isinstance(error, InputError) else _damaged(part, error)
                continue
            # The reader of JSON says of no row which file it is from.
            shape = f"{names}" if part.form == "parquet" else part.key
            batch = shapes.setdefault(shape, (names, []))[1]
            batch.append(part)
            if sum(file.stat().st_size for one in batch for file in one.files) > _BATCH_BYTES:
                yield shapes.pop(shape)
        yield from shapes.values()

    def _read_singly(self, names: dict[str, str], batch: list[Part], error: WarehouseError) -> dict[str, PaybackError]:
        """Read the parts of a batch that failed one by one; return the errors of those that fail again."""
        self._forget(batch)
        if len(batch) == 1:
            return {batch[0].key: _damaged(batch[0], error)}
        failed: dict[str, PaybackError] = {}
        for part in batch:
            try:
                self._read(names, [part])
            except WarehouseError as again:
                self._forget([part])
                failed[part.key] = _damaged(part, again)
        return failed

    def _forget(self, batch: Sequence[Part]) -> None:
        """Drop what was read of parts that could not be read to the end."""
        numbers = [self.numbers[part.key] for part in batch]
        for name in ("visits", "item_amounts"):
            self.engine.execute(f"delete from {name} where list_contains(?, part)", [numbers])

    def _read(self, names: dict[str, str], batch: list[Part]) -> None:
        engine = self.engine
        engine.execute(read_sql(_ROOM, "macros.sql", **names), name="export macros")
        if batch[0].form == "parquet":
            numbers = [self.numbers[part.key] for part in batch for _ in part.files]
            engine.execute("set variable part_numbers = ?", [numbers])
            names = names | {"part": "getvariable('part_numbers')[file_index::bigint + 1]"}
        else:
            names = names | {"part": f"{self.numbers[batch[0].key]}::bigint"}
        names = names | {"relation": _together(batch)}
        # Not a view: its statement would be planned twice.
        events = read_sql(_ROOM, "events.sql", **names)
        category, ai_day = site_category_sql("touch_source"), _first_ai_day()
        visits = read_sql(_ROOM, "visits.sql", events=events, category=category, ai_day=ai_day)
        engine.execute(f"insert into visits by name {visits}", name="export visits")
        if self._lacks_amounts(batch):
            items = read_sql(_ROOM, "items.sql", **names)
            engine.execute(f"insert into item_amounts by name {items}", name="export items")

    def _lacks_amounts(self, batch: Sequence[Part]) -> bool:
        """Tell whether an order of these parts states no amount: only then its items are worth the reading."""
        numbers = [self.numbers[part.key] for part in batch]
        lacking = self.engine.row(
            "select exists (from visits where part >= $1 and list_contains($2, part) "
            "and list_bool_or(list_transform(paid, lambda one: one.amount is null)))",
            [min(numbers), numbers],
        )
        return bool(lacking[0])


def _together(batch: Sequence[Part]) -> str:
    files = tuple(file for part in batch for file in part.files)
    return relation(files, batch[0].form)


def _first_ai_day() -> str:
    """Return the first day on which Google names assistants as such."""
    named = (one.valid_from for one in rule_sets() if any(rule.channel == "AI Assistant" for rule in one.rules))
    return min(named).isoformat()


def _damaged(part: Part, error: WarehouseError) -> UnreadableFileError:
    """Return the error of a part that cannot be read to its end."""
    return UnreadableFileError(
        f"{part.name} is damaged or half-written; its day was left as it was, the others were read",
        where=str(part.files[0]),
        got=error.got,
        hint="export this day again, or wait until it is written, and run again",
    )
