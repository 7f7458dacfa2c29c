"""The warehouse on a MySQL server: tables live there, an in-memory DuckDB beside it does the arithmetic."""

from __future__ import annotations

import itertools
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted
from payback.errors import WarehouseError
from payback.tables import REVISIONS, TABLES
from payback.warehouse.duckdb import DuckDBWarehouse
from payback.warehouse.mysql import migrating, partitions
from payback.warehouse.mysql.copies import Copies
from payback.warehouse.mysql.ddl import PARTITION_COLUMN, is_partitioned
from payback.warehouse.mysql.reading import arrow_schema, batches
from payback.warehouse.mysql.replacing import replace_rows
from payback.warehouse.mysql.session import Session
from payback.warehouse.mysql.slicing import (
    kept_slices,
    ledger_numbers,
    ledger_state,
    mark_slices,
    next_load_id,
    slice_sums,
)
from payback.warehouse.mysql.streams import LOAD_STREAMS, SlicesWriting
from payback.warehouse.mysql.writing import write_rows
from payback.warehouse.schema import SCHEMA_VERSION, amounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from decimal import Decimal

    import pyarrow as pa

    from payback.engine.duckdb import Engine
    from payback.warehouse.base import Load, Slice, SliceKey
    from payback.warehouse.mysql.address import Address

_counter = itertools.count(1)


class MySQLWarehouse:
    """Tables on a MySQL server.

    What is to be written stands in ``engine``, a DuckDB in memory; ``expose`` brings tables there to be read. While
    this object holds the writers' lock, exposed tables are kept in step with what is written, so they are read once.

    Parameters
    ----------
    address : Address
        Server and database. The tables are made in an empty database; an older schema is left to `payback db migrate`.
    memory_limit, temp_directory, threads
        Of the workbench, see `payback.engine.duckdb.Engine`.
    load_streams : int
        Connections that share a large load at most, see `payback.warehouse.mysql.streams`.

    Raises
    ------
    ConfigurationError
        Wrong user, password or database; a server that is too old.
    WarehouseError
        The server does not answer, or refuses.
    SchemaVersionError
        The tables are older or newer than the program.
    """

    def __init__(
        self,
        address: Address,
        *,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        threads: int | None = None,
        load_streams: int = LOAD_STREAMS,
    ) -> None:
        self.address = address
        self._streams = load_streams
        self._divisible = False
        self._elsewhere: set[str] = set()
        self.session = Session(address)
        self._bench: DuckDBWarehouse | None = None
        try:
            migrating.ensure_schema(self.session)
            self._bench = DuckDBWarehouse(
                Path(":memory:"), memory_limit=memory_limit, temp_directory=temp_directory, threads=threads
            )
        except BaseException:
            self.close()
            raise
        for table in (*TABLES, "schema_version"):
            # A table that nobody exposed must be missing, not empty.
            self.engine.execute(f"drop table {quoted(table)}")
        self._copies = Copies(self.session, self.engine)
        self._changed: set[str] = set()

    @property
    def engine(self) -> Engine:
        """The workbench."""
        return self._workbench.engine

    @property
    def _workbench(self) -> DuckDBWarehouse:
        assert self._bench is not None  # noqa: S101 - for the type checker: only a constructor that failed leaves it
        return self._bench

    def staging(self) -> AbstractContextManager[None]:
        """Keep the workbench small: rows only pass through it on their way to the server."""
        return self.engine.lean()

    def resting(self, say: Callable[[str], None] | None = None) -> AbstractContextManager[None]:
        """Do nothing: everybody can read from a server while somebody holds the right to write."""
        del say
        return nullcontext()

    def close(self) -> None:
        """Close the connections and the workbench."""
        self.session.close()
        if self._bench is not None:
            self._bench.close()

    @contextmanager
    def transaction(self, *, divisible: bool = False) -> Iterator[None]:
        """Commit all or nothing, on the server and in the workbench; a large load that is divisible in few steps."""
        self._divisible = divisible
        try:
            with self._workbench.transaction(), self.session.transaction():
                self._copies.distrust_unless_locked()
                self._changed.clear()
                yield
        except BaseException:
            self._copies.distrust()
            if self._elsewhere:
                # Whatever it was, the next try has one thing less that can go wrong.
                self._streams = 1
            raise
        finally:
            self._divisible = False
            self._elsewhere.clear()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the tables as of one moment."""
        with self.session.snapshot():
            yield

    def measure(self, table: str) -> tuple[int, dict[str, Decimal | None]]:
        """Return the rows of a table and the exact sum of each column of amounts."""
        self._check_here(table)
        names = amounts(TABLES[table])
        sums = "".join(f", sum({quoted(name)})" for name in names)
        ((count, *found),) = self.session.rows(f"select count(*){sums} from {quoted(table)}")
        return int(count), dict(zip(names, found, strict=True))

    def expose(self, *tables: str) -> None:
        """Bring tables into the workbench under their own names; those that are there in step stay."""
        self._copies.distrust_unless_locked()
        for table in tables:
            if table not in self._copies:
                self._copies.bring(table, self._rows(table))

    def read(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.Table:
        """Return a table as Arrow."""
        import pyarrow as pa

        # An order may need other columns than those asked for.
        names = () if order else columns
        found = pa.Table.from_batches(self._rows(table, names), arrow_schema(table, names))
        if not order:
            return found
        name = f"read_{next(_counter)}"
        self.engine.register(name, found)
        try:
            chosen = _names(columns or TABLES[table].names)
            return self.engine.arrow(f"select {chosen} from {name} order by {order}")
        finally:
            self.engine.connection.unregister(name)

    def batches(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.RecordBatchReader:
        """Return a table as a stream of Arrow batches; an order needs the whole table in the workbench first."""
        import pyarrow as pa

        if not order:
            schema = arrow_schema(table, columns)
            return pa.RecordBatchReader.from_batches(schema, self._rows(table, columns))
        self.expose(table)
        return self._workbench.batches(table, columns=columns, order=order)

    def records(self, table: str, where: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Return rows as dictionaries."""
        names = TABLES[table].names
        test, values = _equal(where or {})
        self._check_here(table)
        rows = self.session.rows(f"select {_names(names)} from {quoted(table)} where {test}", values)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def slices(self, table: str, report: str) -> dict[SliceKey, Slice]:
        """Return what the ledger holds of a report."""
        self._check_here("loads")
        return kept_slices(self.session, table, report)

    def write_slices(
        self, table: str, relation: str, slices: Sequence[Slice], load: Load, *, revisions: str | None = None
    ) -> None:
        """Replace slices whole by the rows of a relation, and enter them in the ledger."""
        days = [piece.day for piece in slices if piece.day is not None]
        if is_partitioned(TABLES[table]):
            partitions.make_months(self.session, table, days)
        self._copies.drop(table, "loads", REVISIONS.name)
        with self._writing():
            self._changed |= {table, "loads", *([REVISIONS.name] if revisions else ())}
            writing = SlicesWriting(self.session, self._workbench, table, relation, load, revisions)
            try:
                writing.execute(slices, self._streams if self._divisible else 1)
            finally:
                if len(self.session.writers) > 1:
                    # Only once: what follows may need what the last connection wrote.
                    self._divisible = False
                    self._elsewhere |= self._changed

    def mark_slices(self, table: str, slices: Sequence[Slice]) -> None:
        """Give slices of the ledger other flags; their rows stay."""
        with self._writing():
            self._copies.drop("loads")
            self._changed.add("loads")
            numbers = ledger_numbers(self.session, table, sorted({piece.report for piece in slices}))
            mark_slices(self.session.writer, slices, numbers)

    def slice_sums(self, table: str, slices: Sequence[Slice], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return source, account, report, day and the sums of columns of those slices that have rows."""
        # A table that this transaction only reads must not be held: a new month would wait for it.
        own = self.session.in_transaction and table in self._changed
        return slice_sums(self.session, table, slices, columns, own=own)

    def replace_table(self, table: str, relation: str) -> int:
        """Replace all rows of a table by those of a relation."""
        self._make_months(table, relation)
        with self._writing():
            number = replace_rows(self.session.writer, self.engine, table, relation, lambda: self.expose(table))
            self._changed.add(table)
            if table in self._copies:
                self._workbench.replace_table(table, relation)
        return number

    def replace_rows(self, table: str, where: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
        """Delete the rows that equal ``where`` and insert others."""
        with self._writing():
            self._copies.drop(table)
            self._delete_rows(table, where)
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                statement = f"insert into {quoted(table)} ({_names(tuple(row))}) values ({marks})"
                self.session.execute(statement, list(row.values()))

    def append(self, table: str, relation: str) -> int:
        """Insert the rows of a relation."""
        number = int(self.engine.row(f"select count(*) from {quoted(relation)}")[0])
        with self._writing():
            query = f"select {_names(TABLES[table].names)} from {quoted(relation)}"
            write_rows(self.session.writer, self.engine, table, query, number)
            self._changed.add(table)
            if table in self._copies:
                self._workbench.append(table, relation)
        return number

    def delete(self, table: str, where: Mapping[str, object]) -> None:
        """Delete the rows whose columns equal ``where``."""
        with self._writing():
            self._delete_rows(table, where)
            if table in self._copies:
                self._workbench.delete(table, where)

    def number_keys(self, table: str, relation: str, column: str) -> str:
        """Give each key of a relation its number."""
        with self._writing():
            self.expose(table)
            known = f"known_{next(_counter)}"
            self.engine.execute(f"create or replace temp table {known} as select * from {quoted(table)}")
            numbered = self._workbench.number_keys(table, relation, column)
            fresh = f"select {_names(TABLES[table].names)} from {quoted(table)} anti join {known} using ({column})"
            count = int(self.engine.row(f"select count(*) from ({fresh})")[0])
            write_rows(self.session.writer, self.engine, table, fresh, count)
            self._changed.add(table)
            self.engine.execute(f"drop table {known}")
        return numbered

    def prune(self, before: date) -> dict[str, list[str]]:
        """Drop the months that ended by a day, of every daily table, and what the ledger holds of them.

        Parameters
        ----------
        before : date
            First day to keep; a month that holds it is kept whole.

        Returns
        -------
        dict of str to list of str
            Table -> names of the partitions that were dropped.
        """
        self.session.lock()
        # First the rows, then the ledger: broken off between, the ledger knows of days that nobody will load again.
        daily = [name for name, table in TABLES.items() if is_partitioned(table)]
        dropped = {name: partitions.drop_before(self.session, name, before) for name in daily}
        first = partitions.first_of_month(before)
        with self._writing():
            self._copies.drop("loads", *daily)
            for name in daily:
                self.session.execute('delete from "loads" where "table_name" = %s and "day" < %s', [name, first])
        return {name: names for name, names in dropped.items() if names}

    def schema_version(self) -> int:
        """Return the version of the tables."""
        return SCHEMA_VERSION

    def ledger_state(self) -> str:
        """Return a text that changes with every load."""
        return ledger_state(self.session)

    def next_load_id(self) -> int:
        """Return a number larger than that of every load so far."""
        return next_load_id(self.session)

    def _check_here(self, table: str) -> None:
        """Refuse a question whose answer lies on several connections until they commit."""
        if table in self._elsewhere:
            raise WarehouseError(f"{table} is being written over several connections and cannot be read before the end")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be within a transaction: the caller's, or one of our own."""
        if self.session.in_transaction:
            yield
        else:
            with self.transaction():
                yield

    def _rows(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """Return the rows of a table as this object sees them: with what its open transaction changed."""
        self._check_here(table)
        own = self.session.is_fixed and (table in self._changed or not self.session.in_transaction)
        return batches(self.session, table, columns, own=own)

    def _make_months(self, table: str, relation: str) -> None:
        """Make the months that a relation needs; to be done before the transaction touches the table."""
        if is_partitioned(TABLES[table]):
            months = self.engine.rows(
                f"select distinct date_trunc('month', {PARTITION_COLUMN})::date from {quoted(relation)}"
            )
            partitions.make_months(self.session, table, [day for (day,) in months if day])

    def _delete_rows(self, table: str, where: Mapping[str, object]) -> None:
        test, values = _equal(where)
        self._changed.add(table)
        self.session.execute(f"delete from {quoted(table)} where {test}", values)


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _equal(where: Mapping[str, object]) -> tuple[str, list[object]]:
    test = " and ".join(f"{quoted(name)} <=> %s" for name in where)
    return test or "true", list(where.values())
