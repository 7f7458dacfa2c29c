"""Rows from the server as Arrow, in batches.

Two ways, the same rows:

- over our own connection: the server joins each row into one line of CSV, the lines are cut out of its packets and
  Arrow reads them in C++. Encrypted where the connection is, sees the open transaction, and holds one batch at a time.
- by connectorx, about twice as fast, where nothing has to be encrypted: it knows no TLS.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pymysql.constants import COMMAND

from payback.engine.duckdb import BATCH_ROWS, quoted
from payback.errors import WarehouseError
from payback.tables import MONEY_DIGITS, MONEY_SCALE, TABLES
from payback.warehouse.schema import is_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from payback.tables import Column
    from payback.warehouse.mysql.session import Session

_log = logging.getLogger(__name__)

_BATCH_BYTES = 8 << 20
_CHUNK = 1 << 18
_HEADER = 4
_EOF_BODY = 9
_LONG_ROW = 0xFFFFFF
_ERROR, _EOF, _NULL, _TWO, _THREE, _EIGHT = 255, 254, 251, 252, 253, 254


def arrow_schema(table: str, columns: Sequence[str] = ()) -> pa.Schema:
    """Return the Arrow types of a table, those that DuckDB gives too."""
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(table, TABLES[table][name])) for name in columns or TABLES[table].names])


def batches(
    session: Session, table: str, columns: Sequence[str] = (), *, fast: bool = True, own: bool = False
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table in no particular order.

    Parameters
    ----------
    session : Session
        Where.
    table : str
        Name of the table.
    columns : sequence of str
        Columns; all by default.
    fast : bool
        Read by connectorx where it is allowed and installed.
    own : bool
        See what the open transaction changed, which only its own connection does.
    """
    names = tuple(columns) or TABLES[table].names
    if fast and not own and session.may_be_plain and (found := _connectorx()):
        yield from _by_connectorx(found, session, table, names)
    else:
        yield from _by_lines(session, table, names)


def _connectorx() -> Any:
    try:
        import connectorx
    except ImportError:
        return None
    return connectorx


def _by_connectorx(connectorx: Any, session: Session, table: str, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(table, names)
    # Decimals of more than 28 digits end that reader, so sums travel as text. Its URL goes nowhere but into it.
    parts = [
        f"cast(`{n}` as char) as `{n}`" if is_sum(TABLES[table], TABLES[table][n].type) else f"`{n}`" for n in names
    ]
    query = f"select {', '.join(parts)} from `{table}`"
    try:
        stream = connectorx.read_sql(
            session.address.plain_url(), query, return_type="arrow_stream", batch_size=BATCH_ROWS
        )
        for batch in stream:
            yield batch.cast(schema)
    except BaseException as error:
        if isinstance(error, Exception) or "Panic" in type(error).__name__:
            raise WarehouseError(
                "the server's rows cannot be read",
                where=str(session.address),
                got=type(error).__name__,
                hint="set mysql.tls to required to read them the other way",
            ) from None  # its text may hold the address, and with it the password
        raise


def _by_lines(session: Session, table: str, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(table, names)
    fields = ", ".join(_field(TABLES[table][name]) for name in names)
    with session.reader() as connection:
        for text in _texts(connection, f"select concat_ws(',', {fields}) from {quoted(table)}"):
            yield from _parsed(text, schema)


def _field(column: Column) -> str:
    name = quoted(column.name)
    if column.type == "text":
        return f"ifnull(concat('\"', replace({name}, '\"', '\"\"'), '\"'), '')"
    return f"ifnull({name}, '')"


def _parsed(text: bytes, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import csv

    if not text:
        return
    table = csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(column_names=schema.names, block_size=max(len(text), 1)),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["1"],
            false_values=["0"],
        ),
    )
    yield from table.to_batches()


def _texts(connection: Any, query: str) -> Iterator[bytes]:
    """Run a query of one column and yield its rows as lines, many at once.

    A row is a packet: three bytes of length, a number, the length of the text again in one to nine bytes, the text.
    """
    connection._execute_command(COMMAND.COM_QUERY, query)  # noqa: SLF001 - the driver would make Python objects
    connection._read_packet()  # noqa: SLF001 - the number of columns
    connection._read_packet()  # noqa: SLF001 - the column
    connection._read_packet()  # noqa: SLF001 - the end of the columns
    stream = connection._rfile  # noqa: SLF001
    buffer, size = b"", 0
    lines: list[bytes] = []
    while True:
        piece = stream.read1(_CHUNK)
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        buffer += piece
        position, end = 0, len(buffer)
        while position + _HEADER < end:
            length = int.from_bytes(buffer[position : position + 3], "little")
            after = position + _HEADER + length
            if after > end:
                break
            first = buffer[position + _HEADER]
            if first == _EOF and length < _EOF_BODY:
                yield b"".join(lines)
                return
            lines += (_text(buffer, position + _HEADER, after, first), b"\n")
            size += length
            position = after
        buffer = buffer[position:]
        if size > _BATCH_BYTES:
            yield b"".join(lines)
            lines, size = [], 0


def _text(buffer: bytes, start: int, end: int, first: int) -> bytes:
    """Return the text of a packet without the bytes that tell its length."""
    if first < _NULL:
        return buffer[start + 1 : end]
    if end - start >= _LONG_ROW:
        raise WarehouseError("a row is larger than 16 MB", hint="which text column of it is that long?")
    if first == _ERROR:
        raise ConnectionAbortedError("the server broke off in the middle of the rows")
    return buffer[start + {_TWO: 3, _THREE: 4, _EIGHT: 9}[first] : end]


def _arrow_type(table: str, column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.type == "decimal":
        return pa.decimal128(38 if is_sum(TABLES[table], column.type) else MONEY_DIGITS, MONEY_SCALE)
    types: dict[str, pa.DataType] = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "text": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "boolean": pa.bool_(),
    }
    return types[column.type]
