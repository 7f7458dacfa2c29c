"""The embedded warehouse: one DuckDB file, no server, nothing to install."""

from __future__ import annotations

import itertools
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import duckdb

from payback.engine.duckdb import Engine, quoted, read_sql, translated
from payback.errors import WarehouseError
from payback.tables import REVISIONS, TABLES
from payback.warehouse import schema
from payback.warehouse.base import Load, Slice, SliceKey
from payback.warehouse.duckdb_file import open_error, when_free

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal
    from pathlib import Path

    import pyarrow as pa

_SLICE_FIELDS = {"source": "varchar", "account": "varchar", "report": "varchar", "day": "date", "rows": "bigint",
                 "cost": "decimal(38, 6)", "revenue": "decimal(38, 6)", "content_hash": "varchar",
                 "flags": "varchar"}  # fmt: skip
_counter = itertools.count(1)


class DuckDBWarehouse:
    """Tables in one DuckDB file.

    Parameters
    ----------
    path : Path
        Database file; made with its tables where it is not there.
    memory_limit, temp_directory, threads
        See `payback.engine.duckdb.Engine`.
    read_only : bool
        Open without writing; several programs may read at once.

    Raises
    ------
    WarehouseBusyError
        Another program holds the file.
    WarehouseError
        The file is no DuckDB database.
    SchemaVersionError
        The file was written by a newer program.
    """

    def __init__(
        self,
        path: Path,
        *,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        threads: int | None = None,
        read_only: bool = False,
    ) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = Engine(
                path, memory_limit=memory_limit, temp_directory=temp_directory, threads=threads, read_only=read_only
            )
        except (duckdb.Error, OSError) as error:
            raise open_error(error, path) from error
        try:
            self._check() if read_only else self._create()
        except BaseException:
            # An open file would keep others out until this object is collected.
            self._engine.close()
            raise

    @property
    def engine(self) -> Engine:
        """The database itself."""
        return self._engine

    def close(self) -> None:
        """Close the file."""
        self._engine.close()

    def staging(self) -> AbstractContextManager[None]:
        """Do nothing: rows stay in this engine, and its memory is what keeps them fast."""
        return nullcontext()

    @contextmanager
    def resting(self, say: Callable[[str], None] | None = None) -> Iterator[None]:
        """Let other programs read while this one waits; nobody else can write.

        DuckDB lets one program write, or several read. So the file is opened for reading meanwhile: who wants to write
        is refused as before. Afterwards readers are waited for.
        """
        when_free(lambda: self._reopen(read_only=True), say)
        try:
            yield
        finally:
            when_free(lambda: self._reopen(read_only=False), say)

    @contextmanager
    def transaction(self, *, divisible: bool = False) -> Iterator[None]:  # noqa: ARG002 - one file, one commit
        """Commit all or nothing; the disk's and DuckDB's errors come out as ours."""
        try:
            with self._engine.transaction():
                yield
        except duckdb.Error as error:
            raise translated(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the tables as of one moment."""
        with self.transaction():
            yield

    def measure(self, table: str) -> tuple[int, dict[str, Decimal | None]]:
        """Return the rows of a table and the exact sum of each column of amounts."""
        names = schema.amounts(TABLES[table])
        sums = "".join(f", sum({quoted(name)})" for name in names)
        count, *found = self._engine.row(f"select count(*){sums} from {quoted(table)}")
        return int(count), dict(zip(names, found, strict=True))

    def expose(self, *tables: str) -> None:
        """Do nothing: the engine is the database."""

    def read(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.Table:
        """Return a table as Arrow."""
        return self._engine.arrow(_select(table, columns, order))

    def batches(self, table: str, *, columns: Sequence[str] = (), order: str = "") -> pa.RecordBatchReader:
        """Return a table as a stream of Arrow batches."""
        return self._engine.batches(_select(table, columns, order))

    def records(self, table: str, where: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Return rows as dictionaries."""
        test, values = _equal(where or {})
        return self._engine.records(f"select * from {quoted(table)} where {test}", values)

    def slices(self, table: str, report: str) -> dict[SliceKey, Slice]:
        """Return what the ledger holds of a report."""
        rows = self._engine.rows(
            "select source, account, report, day, rows, cost, revenue, content_hash, coalesce(flags, ''), loaded_at "
            "from loads where table_name = ? and report = ?",
            [table, report],
        )
        return {(row[0], row[1], row[2], row[3]): Slice(*row) for row in rows}

    def write_slices(
        self, table: str, relation: str, slices: Sequence[Slice], load: Load, *, revisions: str | None = None
    ) -> None:
        """Replace slices whole by the rows of a relation, and enter them in the ledger."""
        keys = self.key_table(slices)
        days = "date" in TABLES[table]
        for name, day in ((table, "date" if days else None), ("loads", "day")):
            match = f"t.{day} is not distinct from k.day" if day else "true"
            extra = "" if name != "loads" else " and t.table_name = ?"
            self._engine.execute(
                f"delete from {quoted(name)} t using {keys} k where t.source = k.source and t.account = k.account "
                f"and t.report = k.report and {match}{extra}",
                [table] if extra else (),
                name=f"delete replaced slices from {name}",
            )
        columns = _qualified(TABLES[table].names, "r")
        self._insert(
            table, f"select {columns} from {quoted(relation)} r{self._chosen(relation, slices, keys, days=days)}"
        )
        self._engine.execute(
            "insert into loads (table_name, source, account, report, day, load_id, request, rows, cost, revenue, "
            "content_hash, flags, run_id, loaded_at) select ?, source, account, report, day, ?, ?, rows, cost, "
            f"revenue, content_hash, coalesce(nullif(flags, ''), ?), ?, coalesce(?::timestamp, now()) from {keys}",
            [table, load.load_id, load.request, load.flags, load.run_id, load.at],
        )
        if revisions:
            self.append(REVISIONS.name, revisions)

    def mark_slices(self, table: str, slices: Sequence[Slice]) -> None:
        """Give slices of the ledger other flags; their rows stay."""
        self._engine.execute(
            f"update loads t set flags = k.flags from {self.key_table(slices)} k where t.table_name = ? "
            "and t.source = k.source and t.account = k.account and t.report = k.report "
            "and t.day is not distinct from k.day",
            [table],
        )

    def slice_sums(self, table: str, slices: Sequence[Slice], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return source, account, report, day and the sums of columns of those slices that have rows."""
        sums = "".join(f", sum(r.{quoted(name)})" for name in columns)
        match = "r.date is not distinct from k.day" if "date" in TABLES[table] else "true"
        return self._engine.rows(
            f"select k.source, k.account, k.report, k.day{sums} from {quoted(table)} r join {self.key_table(slices)} k "
            f"on r.source = k.source and r.account = k.account and r.report = k.report and {match} group by all"
        )

    def replace_table(self, table: str, relation: str) -> int:
        """Replace all rows of a table by those of a relation."""
        self._engine.execute(f"delete from {quoted(table)}")
        return self.append(table, relation)

    def replace_rows(self, table: str, where: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
        """Delete the rows that equal ``where`` and insert others."""
        self.delete(table, where)
        for row in rows:
            names, marks = ", ".join(quoted(name) for name in row), ", ".join("?" * len(row))
            self._engine.execute(f"insert into {quoted(table)} ({names}) values ({marks})", list(row.values()))

    def append(self, table: str, relation: str) -> int:
        """Insert the rows of a relation."""
        names = ", ".join(quoted(name) for name in TABLES[table].names)
        self._insert(table, f"select {names} from {quoted(relation)}")
        return int(self._engine.row(f"select count(*) from {quoted(relation)}")[0])

    def delete(self, table: str, where: Mapping[str, object]) -> None:
        """Delete the rows whose columns equal ``where``."""
        test, values = _equal(where)
        self._engine.execute(f"delete from {quoted(table)} where {test}", values)

    def number_keys(self, table: str, relation: str, column: str) -> str:
        """Give each key of a relation its number."""
        name = f"numbered_{next(_counter)}"
        # Only another account can wish for the same number; to sort millions of keys for that takes long.
        accounts = self._engine.row(f"select count(*) from (select distinct source, account from {quoted(relation)})")
        is_first = "row_number() over (partition by wish order by source, account) = 1" if accounts[0] > 1 else "true"
        names = {"table": quoted(table), "relation": quoted(relation), "column": quoted(column)}
        sql = read_sql("payback.warehouse", "number_keys.sql", **names, is_first=is_first)
        self._engine.execute(sql, name=f"number {table}")
        columns = f"source, account, external_key, {quoted(column)}"
        self._engine.execute(f"create or replace temp view {name} as select {columns} from {quoted(table)}")
        return name

    def schema_version(self) -> int:
        """Return the version of the tables."""
        return int(self._engine.row("select coalesce(max(version), 1) from schema_version")[0])

    def ledger_state(self) -> str:
        """Return a text that changes with every load."""
        row = self._engine.row(
            "select count(*), coalesce(max(load_id), 0), coalesce(sum(rows), 0), "
            "(select coalesce(max(load_id), 0) from files), (select count(*) from files) from loads"
        )
        return " ".join(map(str, row))

    def next_load_id(self) -> int:
        """Return a number larger than that of every load so far."""
        return int(
            self._engine.row(
                "select 1 + greatest((select coalesce(max(load_id), 0) from loads),"
                " (select coalesce(max(load_id), 0) from files))"
            )[0]
        )

    def _create(self) -> None:
        with self.transaction():
            if not self._check():
                for statement in schema.create_statements():
                    self._engine.execute(statement)
                self._engine.execute("insert into schema_version values (?)", [schema.SCHEMA_VERSION])
                return
            version = self.schema_version()
            for statement in schema.check_version(version):
                self._engine.execute(statement)
            if version != schema.SCHEMA_VERSION:
                self._engine.execute("update schema_version set version = ?", [schema.SCHEMA_VERSION])

    def _check(self) -> bool:
        """Return whether the database has our tables; raise if it has others of their names, or newer ones."""
        tables = self._engine.rows("select table_name from information_schema.tables where table_schema = 'main'")
        known = {row[0] for row in tables}
        if "schema_version" in known:
            schema.check_version(self.schema_version())
            return True
        if foreign := sorted(known & set(TABLES)):
            raise WarehouseError(
                "the database holds tables of another program under our names",
                where=str(self.path),
                got=", ".join(foreign),
                hint="set warehouse.path to another file",
            )
        return False

    def _reopen(self, *, read_only: bool) -> None:
        try:
            self._engine.reopen(read_only=read_only)
        except duckdb.Error as error:
            raise open_error(error, self.path) from error

    def _insert(self, table: str, query: str) -> None:
        """Insert the rows of a query in whatever order they come: who reads them asks for the order that counts.

        To keep theirs takes a third more CPU and half as much room again, and sorting takes the memory of all rows.
        """
        names = ", ".join(quoted(name) for name in TABLES[table].names)
        self._engine.execute("set preserve_insertion_order = false")
        try:
            self._engine.execute(f"insert into {quoted(table)} ({names}) {query}", name=f"insert into {table}")
        finally:
            self._engine.execute("set preserve_insertion_order = true")

    def _chosen(self, relation: str, slices: Sequence[Slice], keys: str, *, days: bool) -> str:
        """Return the join that leaves the rows of slices; none is needed where those are all."""
        if sum(piece.rows for piece in slices) == self._engine.row(f"select count(*) from {quoted(relation)}")[0]:
            return ""
        match = "r.date is not distinct from k.day" if days else "true"
        return f" join {keys} k on r.source = k.source and r.account = k.account and r.report = k.report and {match}"

    def key_table(self, slices: Sequence[Slice]) -> str:
        """Write the slices into a temporary table and return its name."""
        name = f"slices_{next(_counter)}"
        self._engine.keep_records(name, _SLICE_FIELDS, [vars(piece) for piece in slices])
        return name


def _select(table: str, columns: Sequence[str], order: str) -> str:
    names = ", ".join(quoted(name) for name in columns) or "*"
    return f"select {names} from {quoted(table)}" + (f" order by {order}" if order else "")


def _qualified(names: Sequence[str], alias: str) -> str:
    return ", ".join(f"{alias}.{quoted(name)}" for name in names)


def _equal(where: Mapping[str, object]) -> tuple[str, list[object]]:
    test = " and ".join(f"{quoted(name)} is not distinct from ?" for name in where)
    return test or "true", list(where.values())
