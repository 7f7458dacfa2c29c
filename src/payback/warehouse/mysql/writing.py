"""Rows from the workbench into the server: LOAD DATA LOCAL, streamed, and trusted only after it was counted.

The workbench writes each row as one line of text, and Arrow hands out many lines as one piece of memory, so Python
never touches a row and nothing lies on disk: no file, no pipe, the same on every system. The driver's own way of
sending files is not used: it sends whatever file the server asks for, this sends our rows or nothing.

LOAD DATA LOCAL makes the best of bad input even in strict mode: it cuts, zeroes and skips, and only warns. So a load
counts only if there is no warning and the server took exactly the rows that were sent.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import COMMAND
from pymysql.protocol import LoadLocalPacketWrapper, OKPacketWrapper

from payback.engine.duckdb import quoted
from payback.errors import ConservationError, PaybackError, WarehouseError
from payback.tables import TABLES
from payback.warehouse.mysql.ddl import column_type
from payback.warehouse.mysql.problems import LOCAL_OFF, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from payback.engine.duckdb import Engine
    from payback.warehouse.mysql.session import Session

_log = logging.getLogger(__name__)

_TOKEN = "payback"  # noqa: S105 - the name under which the server asks for the rows
_LINES = 50_000
_PIECE = 1 << 18
_AHEAD = 4
_INSERT_ROWS = 5_000
_WARNINGS_SHOWN = 3

_LOAD = (
    "load data local infile '{token}' into table {table} character set utf8mb4 "
    "fields terminated by '\\t' escaped by '\\\\' lines terminated by '\\n' ({columns})"
)


def write_rows(session: Session, engine: Engine, table: str, query: str, rows: int) -> None:
    """Write the rows of a query into a table, within the open transaction.

    Parameters
    ----------
    session : Session
        In a transaction.
    engine : Engine
        Where the query runs; it gives the columns of the table.
    table : str
        Name of the table.
    query : str
        What to write.
    rows : int
        How many rows that is.

    Raises
    ------
    ConservationError
        The server took other rows than were sent.
    WarehouseError
        A value does not fit, or the server refuses.
    """
    if not rows:
        return
    _check_lengths(engine, table, query)
    try:
        taken, warnings = _load(session, engine, table, query)
    except pymysql.Error as error:
        if code_of(error) not in LOCAL_OFF:
            with session.translating():
                raise
        _log.warning(
            "the server forbids LOAD DATA LOCAL (local_infile is off): rows go by INSERT, which is several times slower"
        )
        taken, warnings = _insert(session, engine, table, query), 0
    if warnings:
        raise WarehouseError(
            f"the server would change values of {table} on their way in; nothing was written",
            where=str(session.address),
            got="; ".join(_shown_warnings(session)),
            hint="was the table altered by hand? payback db status",
        )
    if taken != rows:
        raise ConservationError(
            f"{rows:,} rows of {table} were sent and the server took {taken:,}", where=str(session.address)
        )


def _load(session: Session, engine: Engine, table: str, query: str) -> tuple[int, int]:
    """Return the rows that the server took and the number of its warnings."""
    names = TABLES[table].names
    columns = ", ".join(map(quoted, names))
    statement = _LOAD.format(token=_TOKEN, table=quoted(table), columns=columns)
    # The statement travels as bytes: it holds signs that a parameter style would take for its own.
    connection = session.writer
    connection._execute_command(COMMAND.COM_QUERY, statement)  # noqa: SLF001 - the driver offers no stream, see above
    answer = connection._read_packet()  # noqa: SLF001
    if not answer.is_load_local_packet() or LoadLocalPacketWrapper(answer).filename != _TOKEN.encode():
        connection._force_close()  # noqa: SLF001
        raise WarehouseError("the server asked for another file than our rows", where=str(session.address))
    _send(connection, engine, _lines(table, query))
    done = OKPacketWrapper(connection._read_packet())  # noqa: SLF001
    return int(done.affected_rows), int(done.warning_count)


def _send(connection: Any, engine: Engine, sql: str) -> None:
    """Send lines as the server's answer to its own question; an empty packet ends them."""
    ahead = _Ahead(engine, sql)
    try:
        for piece in ahead:
            connection.write_packet(piece)
    except pymysql.Error:
        raise
    except BaseException:
        # The server waits for the rest: only a broken connection tells it that there is none, so it keeps no row.
        connection._force_close()  # noqa: SLF001
        raise
    finally:
        ahead.stop()
    connection.write_packet(b"")


class _Ahead:
    """Makes lines in a thread of its own while others travel."""

    def __init__(self, engine: Engine, sql: str) -> None:
        self.batches = engine.batches(sql, rows=_LINES)
        self.ready: queue.Queue[pa.RecordBatch | BaseException | None] = queue.Queue(_AHEAD)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="payback rows", daemon=True)
        self.thread.start()

    def __iter__(self) -> Iterator[bytes]:
        while (found := self.ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield from _pieces(found)

    def stop(self) -> None:
        """End the thread; the workbench is free again afterwards."""
        self.stopped.set()
        while self.thread.is_alive():
            while not self.ready.empty():
                self.ready.get_nowait()
            self.thread.join(0.02)

    def _work(self) -> None:
        try:
            for batch in self.batches:
                self.ready.put(batch)
                if self.stopped.is_set():
                    return
            self.ready.put(None)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the sender raises it
            self.ready.put(error)


def _pieces(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield the memory behind a column of lines: they lie end to end."""
    column = batch.column(0)
    offsets, data = memoryview(column.buffers()[1]).cast("i"), memoryview(column.buffers()[2])
    start, end = offsets[column.offset], offsets[column.offset + len(column)]
    for position in range(start, end, _PIECE):
        yield bytes(data[position : min(position + _PIECE, end)])


def _lines(table: str, query: str) -> str:
    """Return the SQL that writes each row as a line in MySQL's own text form."""
    fields = " || chr(9) || ".join(_field(table, name) for name in TABLES[table].names)
    return f"select {fields} || chr(10) as line from ({query})"


def _field(table: str, name: str) -> str:
    text = f"{quoted(name)}::varchar"
    if TABLES[table][name].type == "text":
        # The backslash comes first, or those of the others would be doubled.
        for sign, written in (("chr(92)", "\\\\"), ("chr(9)", "\\t"), ("chr(10)", "\\n"), ("chr(0)", "\\0")):
            text = f"replace({text}, {sign}, '{written}')"
    if TABLES[table][name].type == "boolean":
        text = f"{quoted(name)}::tinyint::varchar"
    return f"coalesce({text}, '\\N')"


def _insert(session: Session, engine: Engine, table: str, query: str) -> int:
    """Write rows by INSERT, many at once; return how many."""
    names = TABLES[table].names
    marks = ", ".join(["%s"] * len(names))
    statement = f"insert into {quoted(table)} ({', '.join(map(quoted, names))}) values ({marks})"
    taken = 0
    with session.translating(), session.writer.cursor() as cursor:
        (largest,) = session.rows("select @@max_allowed_packet")[0]
        cursor.max_stmt_length = min(cursor.max_stmt_length, int(largest) // 2)
        for batch in engine.batches(f"select {', '.join(map(quoted, names))} from ({query})", rows=_INSERT_ROWS):
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            taken += cursor.executemany(statement, rows) or 0
    return taken


def _check_lengths(engine: Engine, table: str, query: str) -> None:
    """Refuse a text that its column cannot hold, naming it; the server would only warn, and cut it."""
    limits = {
        column.name: int(kind[len("varchar(") : -1])
        for column in TABLES[table].columns
        if (kind := column_type(TABLES[table], column)).startswith("varchar")
    }
    if not limits:
        return
    longest = ", ".join(f"max(length({quoted(name)}))" for name in limits)
    found = engine.row(f"select {longest} from ({query})")
    for (name, limit), length in zip(limits.items(), found, strict=True):
        if length is not None and length > limit:
            raise WarehouseError(
                f"a text of {table}.{name} is longer than its column in MySQL",
                got=f"{length} signs",
                allowed=f"{limit} signs",
                hint="shorten it in the source",
            )


def _shown_warnings(session: Session) -> list[str]:
    try:
        found = session.rows("show warnings limit 3")
    except PaybackError:
        return []
    return [f"{code} {text}" for _, code, text in found[:_WARNINGS_SHOWN]]
