"""Rows from the workbench into the server: LOAD DATA LOCAL, streamed, and trusted only after it was counted.

Rows travel in the driver's own connection, from memory: no file, no pipe, the same on every system. The driver's own
way of sending files is not used: it sends whatever file the server asks for, this sends our rows or nothing.

LOAD DATA LOCAL makes the best of bad input even in strict mode: it cuts, zeroes and skips, and only warns. So a load
counts only if there is no warning and the server took exactly the rows that were sent.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import COMMAND
from pymysql.protocol import LoadLocalPacketWrapper, OKPacketWrapper

from payback.engine.duckdb import quoted
from payback.errors import ConservationError, PaybackError, WarehouseError
from payback.tables import TABLES
from payback.warehouse.mysql.ddl import column_type
from payback.warehouse.mysql.lines import Lines, LinesStoppedError
from payback.warehouse.mysql.problems import LOCAL_OFF, code_of
from payback.warehouse.mysql.writer import translating

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payback.engine.duckdb import Engine
    from payback.warehouse.mysql.writer import Writer

_log = logging.getLogger(__name__)

_TOKEN = "payback"  # noqa: S105 - the name under which the server asks for the rows
_INSERT_ROWS = 5_000
_WARNINGS_SHOWN = 3

_LOAD = (
    "load data local infile '{token}' into table {table} character set utf8mb4 "
    "fields terminated by '\\t' escaped by '\\\\' lines terminated by '\\n' ({columns})"
)


def write_rows(writer: Writer, engine: Engine, table: str, query: str, rows: int) -> None:
    """Write the rows of a query into a table.

    Parameters
    ----------
    writer : Writer
        Where to.
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
    check_lengths(engine, table, query)
    lines = Lines(engine, table, query)
    try:
        write_lines(writer, table, lines.of(), rows)
    except pymysql.Error as error:
        if code_of(error) not in LOCAL_OFF:
            with translating(writer.address):
                raise
        lines.stop()
        _log.warning(
            "the server forbids LOAD DATA LOCAL (local_infile is off): rows go by INSERT, which is several times slower"
        )
        _check_taken(writer, table, rows, _insert(writer, engine, table, query), 0)
    finally:
        lines.stop()


def write_lines(writer: Writer, table: str, lines: Iterable[bytes], rows: int) -> None:
    """Write lines into a table; parameters and errors as `write_rows`, and the driver's own errors as they are."""
    taken, warnings = _load(writer, table, lines)
    _check_taken(writer, table, rows, taken, warnings)


def _check_taken(writer: Writer, table: str, rows: int, taken: int, warnings: int) -> None:
    if warnings:
        raise WarehouseError(
            f"the server would change values of {table} on their way in; nothing was written",
            where=str(writer.address),
            got="; ".join(_shown_warnings(writer)),
            hint="was the table altered by hand? payback db status",
        )
    if taken != rows:
        raise ConservationError(
            f"{rows:,} rows of {table} were sent and the server took {taken:,}", where=str(writer.address)
        )


def _load(writer: Writer, table: str, lines: Iterable[bytes]) -> tuple[int, int]:
    """Return the rows that the server took and the number of its warnings."""
    columns = ", ".join(map(quoted, TABLES[table].names))
    # The statement travels as bytes: it holds signs that a parameter style would take for its own.
    statement = _LOAD.format(token=_TOKEN, table=quoted(table), columns=columns)
    connection = writer.connection
    connection._execute_command(COMMAND.COM_QUERY, statement)  # noqa: SLF001 - the driver offers no stream, see above
    answer = connection._read_packet()  # noqa: SLF001
    if not answer.is_load_local_packet() or LoadLocalPacketWrapper(answer).filename != _TOKEN.encode():
        connection._force_close()  # noqa: SLF001
        raise WarehouseError("the server asked for another file than our rows", where=str(writer.address))
    stopped = _send(writer, lines)
    done = OKPacketWrapper(connection._read_packet())  # noqa: SLF001
    if stopped:
        raise stopped
    return int(done.affected_rows), int(done.warning_count)


def _send(writer: Writer, lines: Iterable[bytes]) -> LinesStoppedError | None:
    """Send lines as the server's answer to its own question; an empty packet ends them.

    Lines that were stopped end in good order, for the connection is needed to undo them, and to hold the lock.
    """
    connection, stopped = writer.connection, None
    try:
        for piece in lines:
            connection.write_packet(piece)
    except pymysql.Error:
        raise
    except LinesStoppedError as error:
        stopped = error
    except BaseException:
        # The server waits for the rest: only a broken connection tells it that there is none, so it keeps no row.
        connection._force_close()  # noqa: SLF001
        raise
    connection.write_packet(b"")
    return stopped


def _insert(writer: Writer, engine: Engine, table: str, query: str) -> int:
    """Write rows by INSERT, many at once; return how many."""
    names = TABLES[table].names
    marks = ", ".join(["%s"] * len(names))
    statement = f"insert into {quoted(table)} ({', '.join(map(quoted, names))}) values ({marks})"
    taken = 0
    with translating(writer.address), writer.connection.cursor() as cursor:
        (largest,) = writer.rows("select @@max_allowed_packet")[0]
        cursor.max_stmt_length = min(cursor.max_stmt_length, int(largest) // 2)
        for batch in engine.batches(f"select {', '.join(map(quoted, names))} from ({query})", rows=_INSERT_ROWS):
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            taken += cursor.executemany(statement, rows) or 0
    return taken


def check_lengths(engine: Engine, table: str, query: str) -> None:
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


def _shown_warnings(writer: Writer) -> list[str]:
    try:
        found = writer.rows("show warnings limit 3")
    except PaybackError:
        return []
    return [f"{code} {text}" for _, code, text in found[:_WARNINGS_SHOWN]]
