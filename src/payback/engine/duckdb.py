"""Run SQL on frames, files and warehouse tables, in this process.

SQL lives in files beside the Python of its room; `read_sql` reads one and fills in names that `tables.py` and
`metrics.py` define. Values never travel that way: they are parameters.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from payback.errors import ConfigurationError, DiskFullError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

BATCH_ROWS = 122_880
"""Rows of an Arrow batch: one row group of DuckDB."""
MEMORY_MB, MEMORY_OF_A_THREAD_MB = 2000, 250
"""What the engine takes before it spills to disk, unless it is told otherwise."""
LEAN_MB, LEAN_OF_A_THREAD_MB = 300, 100
"""What it takes for rows that only pass through."""
_UNITS_MB = {"bytes": 1e-6, "KiB": 2**10 / 1e6, "MiB": 2**20 / 1e6, "GiB": 2**30 / 1e6, "TiB": 2**40 / 1e6}


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal, for the few places that take no parameter (COPY, ATTACH)."""
    return "'" + text.replace("'", "''") + "'"


def read_sql(package: str, name: str, **names: str) -> str:
    """Return the text of an SQL file of a package, its ``${names}`` filled in.

    Parameters
    ----------
    package : str
        Package that holds the file, such as ``payback.cleaning``.
    name : str
        File name, such as ``campaigns.sql``.
    **names : str
        SQL fragments made from our own tables and metrics. Never a value from outside.
    """
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"\$\{(\w+)\}", lambda match: names[match[1]], text)


class Engine:
    """DuckDB, opened for one piece of work.

    Parameters
    ----------
    database : path, optional
        Database file; in memory by default.
    memory_limit : str, optional
        Such as ``"8GB"``; beyond it DuckDB spills to disk. Default: 2 GB, or 250 MB a thread where that is more, and
        never more than four fifths of the machine.
    temp_directory : path, optional
        Where to spill.
    threads : int, optional
        Default: all cores.
    """

    def __init__(
        self,
        database: Path | str = ":memory:",
        *,
        memory_limit: str | None = None,
        temp_directory: Path | str | None = None,
        threads: int | None = None,
        read_only: bool = False,
    ) -> None:
        wanted = {"memory_limit": memory_limit, "temp_directory": temp_directory, "threads": threads}
        config: dict[str, str | bool | int | float | list[str]] = {
            name: str(value) for name, value in wanted.items() if value is not None
        }
        if str(database) == ":memory:" and temp_directory is None:
            # Not the current folder, which may be anybody's. It is made when it is needed.
            config["temp_directory"] = str(Path(tempfile.gettempdir()) / f"payback-{secrets.token_hex(8)}")
        # Without these a file of another kind makes DuckDB fetch a reader for it from the network.
        config |= {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        self._database, self._config = str(database), config
        try:
            self._connect(read_only=read_only)
        except duckdb.Error as error:
            if self._database == ":memory:":
                raise _setting_error(error, wanted) from error
            raise
        self.timings: list[tuple[str, float]] = []

    def reopen(self, *, read_only: bool) -> None:
        """Close the database file and open it again; temporary tables are gone, and it is closed where that fails."""
        self.connection.close()
        self._connect(read_only=read_only)

    def _connect(self, *, read_only: bool) -> None:
        self.connection = duckdb.connect(self._database, read_only=read_only, config=self._config)
        # DuckDB 2.0.0 fails on "order by … limit" over a filter on rowid unless late materialisation is off.
        settings = "set timezone = 'UTC'; set enable_progress_bar = false; set late_materialization_max_rows = 0"
        self.connection.execute(settings)
        if "memory_limit" not in self._config:
            self._limit_memory(MEMORY_MB, MEMORY_OF_A_THREAD_MB)

    def _limit_memory(self, least: int, of_a_thread: int) -> None:
        """Keep memory flat, whatever the size of the data; DuckDB's own limit stays where it is less."""
        sql = "select current_setting('threads'), current_setting('memory_limit')"
        threads, own = self.connection.execute(sql).fetchall()[0]
        wanted = max(least, of_a_thread * int(threads))
        size, unit = str(own).split()
        if float(size) * _UNITS_MB[unit] > wanted:
            self.connection.execute(f"set memory_limit = '{wanted}MB'")

    @contextmanager
    def lean(self) -> Iterator[None]:
        """Take less memory for a while: 300 MB, or 100 MB a thread where that is more; a limit that was set stays.

        For rows that are read to be written elsewhere: what does not fit waits on disk, however many they are.
        """
        if "memory_limit" in self._config:
            yield
            return
        self._limit_memory(LEAN_MB, LEAN_OF_A_THREAD_MB)
        try:
            yield
        finally:
            self.connection.execute("reset memory_limit")
            self._limit_memory(MEMORY_MB, MEMORY_OF_A_THREAD_MB)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def execute(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = (), *, name: str = "") -> None:
        """Run a statement; ``name`` is what the monitoring calls it."""
        with self._timed(name or sql):
            self.connection.execute(sql, parameters or None)

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with self._timed(sql):
            return self.connection.execute(sql, parameters or None).fetchall()

    def beside(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Run a query on a connection of its own and return its rows: for threads, which run beside each other."""
        try:
            return self.connection.cursor().execute(sql, parameters or None).fetchall()
        except duckdb.Error as error:
            raise translated(error) from error

    def row(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> tuple[Any, ...]:
        """Run a query and return its first row."""
        return self.rows(sql, parameters)[0]

    def records(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[dict[str, Any]]:
        """Run a query and return its rows as dictionaries."""
        with self._timed(sql):
            cursor = self.connection.execute(sql, parameters or None)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pa.Table:
        """Run a query and return an Arrow table."""
        with self._timed(sql):
            return self.connection.sql(sql, params=parameters or None).to_arrow_table()

    def batches(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = (), *, rows: int = BATCH_ROWS
    ) -> pa.RecordBatchReader:
        """Run a query and return its result as a stream of Arrow batches.

        The engine answers no other query before the stream was read to its end or dropped.
        """
        import pyarrow as pa

        with self._timed(sql):
            reader = self.connection.sql(sql, params=parameters or None).to_arrow_reader(rows)
        return pa.RecordBatchReader.from_batches(reader.schema, _translating(reader))

    def keep_records(self, name: str, types: Mapping[str, str], records: Sequence[Mapping[str, object]]) -> None:
        """Make a temporary table of a few records, in the place of one of that name.

        Parameters
        ----------
        name : str
            Name of the table.
        types : mapping of str to str
            Columns and their SQL types, in order.
        records : sequence of mapping
            Values by column; None is null.
        """
        # As text, which no driver rounds; an Arrow table would import pandas on its way.
        columns = ", ".join(f"unnest(?::varchar[])::{kind} as {quoted(column)}" for column, kind in types.items())
        values = [[None if row[column] is None else str(row[column]) for row in records] for column in types]
        self.execute(f"create or replace temp table {quoted(name)} as select {columns}", values, name=f"keep {name}")

    def write_parquet(self, query: str, folder: Path, *, order: str = "", months_of: str | None = None) -> None:
        """Write a query's rows as Parquet into a folder of their own, replacing what stood there.

        Parameters
        ----------
        query : str
            What to write.
        folder : Path
            Folder; written beside itself and then renamed, so that nobody reads half of it.
        order : str, optional
            Columns to sort by.
        months_of : str, optional
            Date by whose months the rows are parted, into ``month=2024-01`` and so on.
        """
        fresh, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
        if old.exists() and not folder.exists():
            old.rename(folder)  # the last writer was stopped between its two renames
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(parents=True)
        parts = self._months(query, months_of) if months_of else {"part-0.parquet": "true"}
        try:
            for name, test in parts.items():
                (fresh / name).parent.mkdir(exist_ok=True)
                rows = f"select * from ({query}) where {test}" + (f" order by {order}" if order else "")
                copy = f"copy ({rows}) to {literal(str(fresh / name))} (format parquet, compression zstd)"
                self.execute(copy, name=f"write {folder.name}/{name}")
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def _months(self, query: str, column: str) -> dict[str, str]:
        """Return the file of each month and the test that is true for its days.

        One statement a month takes half the CPU of DuckDB's own partitions, and the memory of one month.
        """
        day = quoted(column)
        found = self.rows(f"select distinct date_trunc('month', {day})::date as month from ({query}) order by month")
        parts = {}
        for (first,) in found:
            name = "__HIVE_DEFAULT_PARTITION__" if first is None else f"{first:%Y-%m}"
            begin = f"date '{first}'"
            test = f"{day} >= {begin} and {day} < {begin} + interval 1 month" if first else f"{day} is null"
            parts[f"month={name}/data_0.parquet"] = test
        return parts

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make an Arrow table readable under a name."""
        self.connection.register(name, table)

    def drop_temporary(self) -> None:
        """Drop every temporary table and view, and give their memory back."""
        for kind, listing in (("view", "duckdb_views()"), ("table", "duckdb_tables()")):
            column = f"{kind}_name"
            found = self.connection.execute(
                f"select {column} from {listing} where temporary and not internal"
            ).fetchall()
            for (name,) in found:
                self.connection.execute(f"drop {kind} if exists temp.{quoted(name)}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all or nothing."""
        self.execute("begin")
        try:
            yield
        except BaseException:
            # A commit that failed, or a database that broke, has rolled back already; the first error is the news.
            with suppress(duckdb.Error):
                self.connection.execute("rollback")
            raise
        self.execute("commit")

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        except duckdb.Error as error:
            raise translated(error) from error
        finally:
            self.timings.append((" ".join(name.split())[:120], time.perf_counter() - started))


def translated(error: duckdb.Error) -> WarehouseError:
    """Return our error for one of DuckDB's."""
    text = str(error).splitlines()[0]
    if "has an open result" in text:
        return WarehouseError(
            "batches are still being read, and nothing else can be asked meanwhile",
            hint="read the batches to their end, or drop their reader, first",
        )
    # Which of the two ran out shows in the words: a disk on which work spills counts as memory.
    if any(words in text for words in ("No space left", "ENOSPC", "Could not write", "File too large")):
        return DiskFullError("the disk is full; nothing was changed", got=text, hint="free some space and run again")
    if isinstance(error, duckdb.OutOfMemoryException):
        return DiskFullError(
            "the work needs more memory than it may use",
            got=text,
            hint="raise engine.memory_limit, or give engine.temp_directory a folder with room to spill",
        )
    return WarehouseError("the database engine refused a statement", got=text)


def _setting_error(error: duckdb.Error, config: Mapping[str, object]) -> ConfigurationError:
    """Return our error for a setting that the engine does not take."""
    return ConfigurationError(
        "the engine cannot be opened with these settings",
        where="engine",
        got=", ".join(f"{name}={value}" for name, value in config.items() if value is not None),
        allowed=str(error).splitlines()[0],
    )


def _translating(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a reader; the engine's errors come out as ours."""
    import pyarrow as pa

    try:
        yield from reader
    except (pa.ArrowException, OSError) as error:
        text = str(error).splitlines()[0]
        raise translated(duckdb.Error(text)) from error
    finally:
        reader.close()
