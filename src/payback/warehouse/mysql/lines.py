"""Rows of the workbench as lines of text, made in a thread of their own while others travel.

The workbench writes each row as one line in MySQL's own text form, and Arrow hands out many lines as one piece of
memory, so Python never touches a row. One query makes the lines of all streams, each a column in which the lines of the
others are null and take no room: the workbench answers one question at a time, and is several times faster than the
server.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted
from payback.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from payback.engine.duckdb import Engine

STREAM = "stream"
"""Column with the number of the stream that a row travels in."""

_LINES = 25_000
_PIECE = 1 << 18
_AHEAD = 16 << 20
"""Bytes of lines that may wait for a stream, some 70,000 rows: while those of one month come, the other has some."""


class LinesStoppedError(Exception):
    """Nobody wants the rest of the lines: another stream failed."""


class Lines:
    """Lines of a query, on their way to one or several streams.

    Parameters
    ----------
    engine : Engine
        Where the query runs; it answers nothing else before `stop`.
    table : str
        Table that the rows are for.
    query : str
        The rows; where there are several streams, with the column ``stream``.
    streams : int
        How many take lines.
    """

    def __init__(self, engine: Engine, table: str, query: str, streams: int = 1) -> None:
        batches = engine.batches(lines_query(table, query, streams), rows=_LINES)
        self._waiting: list[deque[pa.Array]] = [deque() for _ in range(streams)]
        self._sizes = [0] * streams
        self._change = threading.Condition()
        self._ended = self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, args=(batches,), name="payback lines", daemon=True)
        self._thread.start()

    def of(self, stream: int = 0) -> Iterator[bytes]:
        """Yield the lines of a stream in pieces.

        Raises
        ------
        LinesStoppedError
            `stop` was called before the end.
        """
        while (column := self._next(stream)) is not None:
            yield from pieces(column)

    def stop(self) -> None:
        """Make no more lines; the workbench is free again afterwards."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        self._thread.join()

    def _next(self, stream: int) -> pa.Array | None:
        with self._change:
            self._change.wait_for(lambda: self._waiting[stream] or self._ended or self._stopped)
            if self._error is not None:
                raise self._error
            if self._stopped:
                raise LinesStoppedError
            if not self._waiting[stream]:
                return None
            column = self._waiting[stream].popleft()
            self._sizes[stream] -= column.nbytes
            self._change.notify_all()
            return column

    def _work(self, batches: pa.RecordBatchReader) -> None:
        try:
            for batch in batches:
                for stream, column in enumerate(batch.columns):
                    if not self._put(stream, column):
                        return
        except BaseException as error:  # noqa: BLE001 - whatever it is, the senders raise it
            self._error = error
        finally:
            del batches  # an open result keeps the workbench from answering
            with self._change:
                self._ended = True
                self._change.notify_all()

    def _put(self, stream: int, column: pa.Array) -> bool:
        """Lay lines ready when there is room; tell whether they are still wanted."""
        with self._change:
            self._change.wait_for(lambda: self._sizes[stream] < _AHEAD or self._stopped)
            if column.null_count < len(column):
                self._waiting[stream].append(column)
                self._sizes[stream] += column.nbytes
                self._change.notify_all()
            return not self._stopped


def pieces(column: pa.Array) -> Iterator[bytes]:
    """Yield the memory behind a column of lines: they lie end to end."""
    offsets, data = memoryview(column.buffers()[1]).cast("i"), memoryview(column.buffers()[2])
    start, end = offsets[column.offset], offsets[column.offset + len(column)]
    for position in range(start, end, _PIECE):
        yield bytes(data[position : min(position + _PIECE, end)])


def lines_query(table: str, query: str, streams: int = 1) -> str:
    """Return the SQL that writes each row as a line in MySQL's own text form, in the column of its stream."""
    line = " || chr(9) || ".join(_field(table, name) for name in TABLES[table].names) + " || chr(10)"
    if streams == 1:
        return f"select {line} as line from ({query})"
    columns = ", ".join(f"case when {STREAM} = {number} then line end as line_{number}" for number in range(streams))
    return f"select {columns} from (select {line} as line, {STREAM} from ({query}))"


def _field(table: str, name: str) -> str:
    text = f"{quoted(name)}::varchar"
    if TABLES[table][name].type == "text":
        # The backslash comes first, or those of the others would be doubled.
        for sign, written in (("chr(92)", "\\\\"), ("chr(9)", "\\t"), ("chr(10)", "\\n"), ("chr(0)", "\\0")):
            text = f"replace({text}, {sign}, '{written}')"
    if TABLES[table][name].type == "boolean":
        text = f"{quoted(name)}::tinyint::varchar"
    return f"coalesce({text}, '\\N')"
