"""A large load goes into the server in streams: connections that write different slices at the same time.

A connection is a transaction, so a load in two streams is two. What keeps it trustworthy:

- A slice, its row of the ledger and its lines of ``revisions`` lie in one transaction. Whatever is committed is whole.
- All streams have written, counted and compared their rows before the first one commits.
- The first transaction holds what was written before, the numbers of campaigns above all; the last one holds what the
  loader writes after the slices: rejects, and the line that says the file is loaded.

So only a program or a server that dies between two commits leaves a part of the slices. The next run finds those
unchanged and writes the rest. Not every loader can promise that, hence `transaction(divisible=True)`.

Streams never wait for each other. What is deleted locks each row that the statement looks at, so the slices of a
partition in which something is replaced stay in one stream; inserted rows lock nothing (READ COMMITTED); rows of the
ledger are changed by their numbers. Other partitions stay together too, as long as they are small: two streams in the
same indexes cost the server 7 % more.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted
from payback.errors import WarehouseBusyError, WarehouseInterruptedError
from payback.tables import REVISIONS, TABLES
from payback.warehouse.mysql.ddl import is_partitioned
from payback.warehouse.mysql.lines import Lines, LinesStoppedError
from payback.warehouse.mysql.partitions import partitions
from payback.warehouse.mysql.slicing import (
    check_slices,
    delete_slices,
    enter_slices,
    ledger_numbers,
    slices_query,
)
from payback.warehouse.mysql.writer import translating
from payback.warehouse.mysql.writing import check_lengths, write_lines, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Sequence

    from payback.warehouse.base import Load, Slice, SliceKey
    from payback.warehouse.duckdb import DuckDBWarehouse
    from payback.warehouse.mysql.session import Session
    from payback.warehouse.mysql.writer import Writer

_log = logging.getLogger(__name__)

LOAD_STREAMS = 2
"""Streams of a large load, unless the settings say otherwise."""

SMALLEST_STREAM = 50_000
"""Rows that make a stream worth its connection and its commit: about half a second of work."""

LARGEST_TOGETHER = 100_000
"""Rows of a partition up to which one stream takes all of them; those of a larger one would leave the other waiting."""

_UNEVEN = 1.2
"""How much larger than necessary a stream may be for the sake of whole partitions."""


@dataclass(frozen=True)
class SlicesWriting:
    """Slices on their way into a table, within the open transaction of a session.

    Parameters
    ----------
    session : Session
        Where to.
    bench : DuckDBWarehouse
        The workbench.
    table, relation : str
        Table, and the relation of the workbench that has the rows.
    load : Load
        The load.
    revisions : str or None
        Relation of the workbench with lines of ``revisions`` about the slices.
    """

    session: Session
    bench: DuckDBWarehouse
    table: str
    relation: str
    load: Load
    revisions: str | None = None

    def execute(self, slices: Sequence[Slice], streams: int) -> int:
        """Write slices in at most so many streams; return in how many."""
        numbers = ledger_numbers(self.session, self.table, sorted({piece.report for piece in slices}))
        parts = self._parts(slices, numbers, streams)
        writers = self.session.writers[: len(parts)]
        query = slices_query(self.bench, self.table, self.relation, parts)
        if len(parts) == 1:
            self._delete_old(writers[0], parts[0], numbers)
            write_rows(writers[0], self.bench.engine, self.table, query, _rows(parts[0]))
            check_slices(writers[0], self.table, parts[0], self.load.load_id)
        else:
            self._write_at_once(writers, parts, query, numbers)
        for writer, part in zip(writers, parts, strict=True):
            enter_slices(writer, self.table, part, self.load, numbers)
            self._append_revisions(writer, part)
        return len(parts)

    def _parts(self, slices: Sequence[Slice], numbers: Container[SliceKey], streams: int) -> list[list[Slice]]:
        """Divide slices among as many connections as the server gives."""
        if streams < 2 or _rows(slices) < 2 * SMALLEST_STREAM or not is_partitioned(TABLES[self.table]):  # noqa: PLR2004
            return [list(slices)]
        if not self.session.rows("select @@global.local_infile")[0][0]:
            return [list(slices)]
        partition = self._partition_of()
        replaced = {partition(piece) for piece in slices if piece.key in numbers}
        parts = best_division(slices, streams, partition, replaced)
        given = 1 + self.session.add_writers(len(parts) - 1)
        return parts if given == len(parts) else best_division(slices, given, partition, replaced)

    def _partition_of(self) -> Callable[[Slice], int]:
        """Return the function that tells in which partition a slice lies."""
        ends = [one.end or date.max for one in partitions(self.session, self.table)]
        return lambda piece: bisect_right(ends, piece.day or date.min)

    def _write_at_once(
        self, writers: Sequence[Writer], parts: Sequence[list[Slice]], query: str, numbers: Container[SliceKey]
    ) -> None:
        _log.info("%s: %d rows travel over %d connections", self.table, sum(map(_rows, parts)), len(parts))
        engine = self.bench.engine
        check_lengths(engine, self.table, query)
        lines = Lines(engine, self.table, query, len(parts))
        works = [
            partial(self._write_part, writer, part, lines.of(number), numbers)
            for number, (writer, part) in enumerate(zip(writers, parts, strict=True))
        ]
        try:
            at_once(works, lines.stop)
        except WarehouseBusyError as error:
            # Somebody else holds rows, or the streams each other's: over one connection it is seen which.
            raise WarehouseInterruptedError(
                "a load in streams had to wait too long", where=error.where, got=error.got, hint=error.hint
            ) from error
        finally:
            lines.stop()

    def _write_part(
        self, writer: Writer, part: list[Slice], lines: Iterable[bytes], numbers: Container[SliceKey]
    ) -> None:
        self._delete_old(writer, part, numbers)
        with translating(writer.address):
            write_lines(writer, self.table, lines, _rows(part))
        check_slices(writer, self.table, part, self.load.load_id)

    def _delete_old(self, writer: Writer, part: Sequence[Slice], numbers: Container[SliceKey]) -> None:
        delete_slices(writer, self.table, [piece for piece in part if piece.key in numbers])

    def _append_revisions(self, writer: Writer, part: Sequence[Slice]) -> None:
        if self.revisions is None:
            return
        engine, keys = self.bench.engine, self.bench.key_table(part)
        names = ", ".join(f"r.{quoted(name)}" for name in REVISIONS.names)
        query = (
            f"select {names} from {quoted(self.revisions)} r join {keys} k on r.source = k.source "
            "and r.account = k.account and r.report = k.report and r.day is not distinct from k.day"
        )
        write_rows(writer, engine, REVISIONS.name, query, int(engine.row(f"select count(*) from ({query})")[0]))


def best_division(
    slices: Sequence[Slice], streams: int, partition: Callable[[Slice], int], replaced: Container[int]
) -> list[list[Slice]]:
    """Return slices in at most so many parts: whole partitions, or days where partitions are too few or too large.

    Parameters
    ----------
    slices : sequence of Slice
        What to divide.
    streams : int
        At most so many parts.
    partition : callable
        Tells in which partition a slice lies.
    replaced : container of int
        Partitions in which something is deleted; they are never parted.
    """
    rows = Counter[int]()
    for piece in slices:
        rows[partition(piece)] += piece.rows

    def by(largest: int) -> list[list[Slice]]:
        def place(piece: Slice) -> Hashable:
            number = partition(piece)
            return number if number in replaced or rows[number] <= largest else piece.key

        return divided(slices, streams, place)

    whole, days = by(LARGEST_TOGETHER), by(0)
    return whole if max(map(_rows, whole)) <= _UNEVEN * max(map(_rows, days)) else days


def divided(slices: Sequence[Slice], streams: int, place: Callable[[Slice], Hashable]) -> list[list[Slice]]:
    """Return slices in at most so many parts of about as many rows, none too small to be worth it.

    Neighbouring days go to different parts: rows mostly come sorted by day, and so every stream has some all the time.

    Parameters
    ----------
    slices : sequence of Slice
        What to divide.
    streams : int
        At most so many parts.
    place : callable
        Slices for which it returns the same value stay together.
    """
    together: dict[Hashable, list[Slice]] = {}
    for piece in sorted(slices, key=lambda piece: piece.day or date.min):
        together.setdefault(place(piece), []).append(piece)
    parts: list[list[Slice]] = [[] for _ in range(streams)]
    sizes = [0] * streams
    for group in together.values():
        smallest = sizes.index(min(sizes))
        parts[smallest] += group
        sizes[smallest] += _rows(group)
    if streams > 1 and min(sizes) < SMALLEST_STREAM:
        return divided(slices, streams - 1, place)
    return parts


def at_once(works: Sequence[Callable[[], None]], stop: Callable[[], None]) -> None:
    """Do pieces of work at the same time, the first in this thread; where one fails, stop the others and raise.

    Parameters
    ----------
    works : sequence of callable
        What to do.
    stop : callable
        Tells the others that their work is not wanted any more.
    """
    errors: list[BaseException] = []

    def attempt(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised below
            errors.append(error)
            stop()

    threads = [threading.Thread(target=attempt, args=(work,), name="payback stream") for work in works[1:]]
    for thread in threads:
        thread.start()
    attempt(works[0])
    for thread in threads:
        # An interrupt must not leave a connection to two threads, so it waits for the others too.
        attempt(thread.join)
        thread.join()
    # Those who were stopped have nothing to tell.
    for error in sorted(errors, key=lambda error: isinstance(error, LinesStoppedError)):
        raise error


def _rows(slices: Iterable[Slice]) -> int:
    return sum(piece.rows for piece in slices)
