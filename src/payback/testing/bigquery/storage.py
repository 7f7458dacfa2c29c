"""The Storage Read API on the official library's messages, over gRPC: read sessions, and streams of Arrow messages."""

from __future__ import annotations

import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import grpc
from google.cloud.bigquery_storage_v1 import types

from payback.testing.bigquery.arrow import chosen, messages, schema_message
from payback.testing.bigquery.dataset import UnknownTableError
from payback.testing.bigquery.faults import Faults
from payback.testing.refusal import Refusal, abort, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

NAME = "google.cloud.bigquery.storage.v1.BigQueryRead"
HOST = "127.0.0.1"
THREADS = 32
"""Streams that are served at a time; more of them wait."""
_TABLE = re.compile(r"projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)")
_COMPRESSIONS = {0: None, 1: "lz4", 2: "zstd"}
_TEN_MEGABYTES = 10 * 2**20


@dataclass(frozen=True)
class _Stream:
    """A stretch of a table that is read in one go."""

    table: pa.Table
    compression: str | None


class StorageRead:
    """The Storage Read API of one project on loopback.

    Parameters
    ----------
    find : callable
        Gives the table of a project, a dataset and a name.
    project : str
        Project that pays for sessions.
    rows : int
        Rows of a message at most; fewer where they would be more than BigQuery's ten megabytes.
    streams : int
        Streams of a session whose reader leaves their number open; a reader may ask for fewer.

    Attributes
    ----------
    sessions : list of str
        Table of each session.
    reads : list of (str, int)
        Name and first row of each stream that was read.
    faults : Faults
        Failures to come.
    """

    def __init__(self, find: Callable[[str, str, str], pa.Table], project: str, rows: int, streams: int) -> None:
        self._find, self._project, self._rows, self._most = find, project, rows, streams
        self.sessions: list[str] = []
        self.reads: list[tuple[str, int]] = []
        self.faults = Faults()
        self._lock = threading.Lock()
        self._streams: dict[str, _Stream] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bigquery")
        self._server = grpc.server(self._pool, options=[("grpc.so_reuseport", 0), ("grpc.max_send_message_length", -1)])
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, self._methods()),))
        self.port = self._server.add_insecure_port(f"{HOST}:0")
        self._server.start()

    def stop(self) -> None:
        """End every stream and give the port back."""
        self.faults.hurry()
        self._server.stop(grace=None).wait()
        self._pool.shutdown(wait=True)

    def create(self, request: types.CreateReadSessionRequest) -> types.ReadSession:
        """Answer CreateReadSession."""
        self.faults.strike("CreateReadSession")
        asked = request.read_session
        if request.parent != f"projects/{self._project}":
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, f"request failed: no sessions in {request.parent}")
        if asked.data_format != types.DataFormat.ARROW:
            raise invalid("only Arrow is served here")
        if asked.read_options.row_restriction:
            raise invalid("row restrictions are not served here")
        table = self._table(asked.table, list(asked.read_options.selected_fields))
        compression = _COMPRESSIONS[int(asked.read_options.arrow_serialization_options.buffer_compression)]
        name = f"projects/{self._project}/locations/eu/sessions/{secrets.token_hex(8)}"
        parts = _parts(table, min(request.max_stream_count or self._most, self._most))
        made = {f"{name}/streams/{number}": _Stream(part, compression) for number, part in enumerate(parts)}
        with self._lock:
            self._streams |= made
            self.sessions.append(asked.table)
        return types.ReadSession(
            name=name,
            table=asked.table,
            data_format=asked.data_format,
            read_options=asked.read_options,
            arrow_schema=types.ArrowSchema(serialized_schema=schema_message(table.schema)),
            streams=[types.ReadStream(name=one) for one in made],
            estimated_row_count=table.num_rows,
            estimated_total_bytes_scanned=table.nbytes,
        )

    def read(self, request: types.ReadRowsRequest) -> Iterator[types.ReadRowsResponse]:
        """Answer ReadRows: the rows of a stream from the offset on."""
        with self._lock:
            self.reads.append((request.read_stream, request.offset))
            stream = self._streams.get(request.read_stream)
        if stream is None:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"Requested entity was not found: {request.read_stream}")
        total, done = stream.table.num_rows, request.offset
        if not 0 <= done <= total:
            raise Refusal(grpc.StatusCode.OUT_OF_RANGE, f"there is no row {done} of {total}")
        rest = stream.table.slice(done)
        schema: Any = types.ArrowSchema(serialized_schema=schema_message(rest.schema))
        for count, message in messages(rest, self._message_rows(rest), stream.compression):
            if self.faults.strike("ReadRows"):
                return
            progress = {"at_response_start": done / total, "at_response_end": (done + count) / total}
            yield types.ReadRowsResponse(
                arrow_record_batch=types.ArrowRecordBatch(serialized_record_batch=message),
                row_count=count,
                arrow_schema=schema,
                stats=types.StreamStats(progress=types.StreamStats.Progress(**progress)),
            )
            # The columns come with the first message only.
            schema, done = None, done + count

    def _message_rows(self, table: pa.Table) -> int:
        fit: int = _TEN_MEGABYTES * table.num_rows // max(table.nbytes, 1)
        return min(self._rows, max(1, fit))

    def _table(self, path: str, fields: list[str]) -> pa.Table:
        match = _TABLE.fullmatch(path)
        if not match:
            raise invalid(f"no table is called {path}")
        try:
            return chosen(self._find(*match.groups()), fields)
        except UnknownTableError as error:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"request failed: Not found: Table {error}") from error
        except KeyError as error:
            raise invalid(f"request failed: The following selected fields do not exist: {error.args[0]}") from error

    def _methods(self) -> dict[str, grpc.RpcMethodHandler]:
        return {
            "CreateReadSession": grpc.unary_unary_rpc_method_handler(
                self._one,
                request_deserializer=types.CreateReadSessionRequest.deserialize,
                response_serializer=types.ReadSession.serialize,
            ),
            "ReadRows": grpc.unary_stream_rpc_method_handler(
                self._many,
                request_deserializer=types.ReadRowsRequest.deserialize,
                response_serializer=types.ReadRowsResponse.serialize,
            ),
        }

    def _one(self, request: types.CreateReadSessionRequest, context: grpc.ServicerContext) -> types.ReadSession:
        try:
            return self.create(request)
        except Refusal as no:
            abort(context, no)

    def _many(self, request: types.ReadRowsRequest, context: grpc.ServicerContext) -> Iterator[types.ReadRowsResponse]:
        try:
            yield from self.read(request)
        except Refusal as no:
            abort(context, no)


def _parts(table: pa.Table, number: int) -> list[pa.Table]:
    """Return the table in stretches of nearly the same number of rows; none of an empty one."""
    number = min(number, table.num_rows)
    ends = [table.num_rows * place // number for place in range(number + 1)] if number else []
    return [table.slice(first, last - first) for first, last in pairwise(ends)]
