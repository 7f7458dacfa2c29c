"""What a warehouse can do.

A new one is a class with these methods, a line in `payback.warehouse.opening`, and the conformance suite
(`tests/conformance`) passing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime
    from decimal import Decimal

    import pyarrow as pa

    from payback.engine.duckdb import Engine

SliceKey: TypeAlias = "tuple[str, str, str, date | None]"
"""Source, account, report and day of a slice."""


@dataclass(frozen=True)
class Slice:
    """One slice as the ledger holds it: the unit that is replaced whole.

    Parameters
    ----------
    source, account, report, day
        What identifies it; ``day`` is None for tables without days.
    rows, cost, revenue
        What is in it; the sums are exact.
    content_hash : str
        Hash of its rows, whatever their order.
    flags : str
        What is to be known about it, joined by commas: sampled, thresholded, other_row, truncated, restricted,
        provisional. Where it is empty the flags of the load count.
    loaded_at : datetime, optional
        When it was written, UTC; None where it is not in the ledger yet.
    """

    source: str
    account: str
    report: str
    day: date | None
    rows: int
    cost: Decimal | None
    revenue: Decimal | None
    content_hash: str
    flags: str = ""
    loaded_at: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> SliceKey:
        """Identity of the slice within its table."""
        return self.source, self.account, self.report, self.day


@dataclass(frozen=True)
class Load:
    """Which load writes, for the ledger.

    ``time_zone`` is that of the account: by its calendar the age of a day is counted. ``at`` is the moment of the load,
    UTC; that of the writing where it is None.
    """

    load_id: int
    request: str
    run_id: str | None = None
    flags: str = ""
    time_zone: str = "UTC"
    at: datetime | None = None


class Warehouse(Protocol):
    """Tables that are kept.

    Relations to be written stand in ``engine``, a DuckDB in this process: the database itself where the warehouse is
    DuckDB, a workbench beside it where it is a server.
    """

    @property
    def engine(self) -> Engine:
        """Where relations to be written stand and where the column engine works."""
        ...

    def transaction(self, *, divisible: bool = False) -> AbstractContextManager[None]:
        """Commit all or nothing.

        Parameters
        ----------
        divisible : bool
            Allows a server to write a large load over several connections and to commit one after the other. A crash
            between two commits then leaves some of the slices replaced, each whole and in the ledger. The caller
            promises that to load again completes it, that what it wrote before the slices may stand alone, and that it
            reads none of it again before the end.
        """
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Read the tables as of one moment, whatever others write meanwhile. Nothing is written in it."""
        ...

    def measure(self, table: str) -> tuple[int, dict[str, Decimal | None]]:
        """Return the rows of a table and the exact sum of each column of amounts, as the database counts them."""
        ...

    def expose(self, *tables: str) -> None:
        """Make tables readable in the engine under their own names."""
        ...

    def read(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.Table:
        """Return a table as Arrow."""
        ...

    def batches(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.RecordBatchReader:
        """Return a table as a stream of Arrow batches, for tables larger than memory."""
        ...

    def records(self, table: str, where: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a small table as dictionaries; ``where`` compares columns for equality."""
        ...

    def slices(self, table: str, report: str) -> dict[SliceKey, Slice]:
        """Return what the ledger holds of a report."""
        ...

    def write_slices(
        self, table: str, relation: str, slices: Sequence[Slice], load: Load, *, revisions: str | None = None
    ) -> None:
        """Replace slices whole by the rows of a relation, and enter them in the ledger. Within a transaction.

        ``revisions`` is a relation with lines of the table ``revisions`` about these slices; each is written with its
        slice.
        """
        ...

    def mark_slices(self, table: str, slices: Sequence[Slice]) -> None:
        """Give slices of the ledger other flags; their rows stay. Within a transaction."""
        ...

    def slice_sums(self, table: str, slices: Sequence[Slice], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return source, account, report, day and the sums of columns of those slices that have rows."""
        ...

    def replace_table(self, table: str, relation: str) -> int:
        """Replace all rows of a table by those of a relation; return their number."""
        ...

    def replace_rows(self, table: str, where: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
        """Delete the rows that equal ``where`` and insert others: for ledgers."""
        ...

    def append(self, table: str, relation: str) -> int:
        """Insert the rows of a relation; return their number."""
        ...

    def delete(self, table: str, where: Mapping[str, object]) -> None:
        """Delete the rows whose columns equal ``where``."""
        ...

    def number_keys(self, table: str, relation: str, column: str) -> str:
        """Give each (source, account, external_key) of a relation its number and return a relation with all of them.

        A key keeps its number for ever. A key that is a whole number gets that number where it is free, so that ids
        people know stay what they are; the others are counted up.
        """
        ...

    def schema_version(self) -> int:
        """Return the version of the tables, see `payback.warehouse.schema`."""
        ...

    def ledger_state(self) -> str:
        """Return a text that changes with every load: equal texts mean equal loaded tables."""
        ...

    def next_load_id(self) -> int:
        """Return a number larger than that of every load so far."""
        ...

    def staging(self) -> AbstractContextManager[None]:
        """Within it a file is read into ``engine`` and written; memory stays flat where rows only pass through it."""
        ...

    def resting(self, say: Callable[[str], None] | None = None) -> AbstractContextManager[None]:
        """Let other programs read during a long wait; outside of a transaction, and temporary tables may be gone after.

        ``say`` is told who keeps the work from going on afterwards.

        Raises
        ------
        WarehouseBusyError
            On leaving: another program has kept the database open for too long.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
