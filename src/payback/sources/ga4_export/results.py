"""Results of queries into Parquet files: as Arrow by BigQuery's Storage Read API, else page by page over REST.

The Storage Read API sends columns, compressed; REST sends texts in JSON, which cost many times the work. But it is an
API of its own that may be switched off, and asks for a permission of its own, ``bigquery.readsessions.create``.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from payback.errors import SourceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    from google.cloud.bigquery import QueryJob

_log = logging.getLogger(__name__)
_GROUP_ROWS, _GROUP_BYTES = 122_880, 32 * 2**20
"""Rows and bytes that are held until they are written as one row group of the file."""
_ANY_SIZE = [("grpc.max_receive_message_length", -1)]
_PATIENCE_SECONDS = 60.0
"""How long BigQuery is asked again for a session, or for a stream that broke, without one row arriving."""
_STREAM_SECONDS = 3600.0
_SLOWER = "rows come over REST, which takes many times longer"


class Results:
    """Carries results of queries into files; a context manager.

    Parameters
    ----------
    project : str
        Project that pays.
    credentials : path, optional
        JSON key of a service account; without it those of the environment.
    endpoint : str, optional
        ``host:port`` of a server that stands in for the Storage Read API, without encryption and credentials.
    storage : bool, default True
        Use the Storage Read API where it may be used.

    Attributes
    ----------
    notes : list of str
        Why rows came over REST, where that was not asked for.
    """

    def __init__(
        self, project: str, *, credentials: Path | None = None, endpoint: str | None = None, storage: bool = True
    ) -> None:
        self.project, self.credentials, self.endpoint = project, credentials, endpoint
        self._wanted = storage
        self.notes: list[str] = []
        self._client: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.transport.close()
            self._client = None

    def write(self, job: QueryJob, path: Path, metadata: Mapping[bytes, bytes]) -> int:
        """Write the result of a query into a Parquet file, whole or not at all.

        Parameters
        ----------
        job : QueryJob
            The query; it is waited for.
        path : path
            File that is written or replaced.
        metadata : dict of bytes
            Written into the file beside the columns.

        Returns
        -------
        int
            Rows.

        Raises
        ------
        SourceUnavailableError
            BigQuery sent more or fewer rows than the result has; the file is as it was.
        """
        rows = job.result()
        expected = int(rows.total_rows or 0)
        draft = path.with_name(f".{path.name}.new")
        try:
            streamed = self._wanted and expected and job.destination is not None
            written = self._by_storage(job, draft, metadata) if streamed else None
            if written is None:
                # Rows that a broken stream brought are not in this draft: it is written anew.
                written = write_parquet(draft, _pages(rows, expected), metadata)
            if written != expected:
                raise _other_rows(path.stem, written, expected)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return written

    def _by_storage(self, job: QueryJob, draft: Path, metadata: Mapping[bytes, bytes]) -> int | None:
        """Write the result by the Storage Read API; None where it cannot be used, now or later."""
        from google.api_core import exceptions as google

        try:
            self._client = self._client or _client(self.credentials, self.endpoint)
            return write_parquet(draft, self._streamed(self._client, job), metadata)
        except ImportError:
            self.notes.append(f"google-cloud-bigquery-storage is not installed: {_SLOWER}")
        except google.GoogleAPIError as error:
            self.notes.append(_why_rest(error))
        _log.warning("%s", self.notes[-1])
        self._wanted = False
        return None

    def _streamed(self, client: Any, job: QueryJob) -> Iterator[pa.RecordBatch]:
        """Yield a result as BigQuery sends it, one stream after the other; a broken one goes on where it was."""
        import pyarrow as pa
        from google.api_core.exceptions import ServiceUnavailable
        from google.api_core.retry import Retry, if_exception_type
        from google.cloud.bigquery_storage_v1 import types

        patient = Retry(predicate=if_exception_type(ServiceUnavailable), timeout=_PATIENCE_SECONDS)
        compression = types.ArrowSerializationOptions(buffer_compression="LZ4_FRAME")
        wanted = types.ReadSession(
            table=_path_of(job),
            data_format=types.DataFormat.ARROW,
            read_options={"arrow_serialization_options": compression},
        )
        # One stream keeps the order of the result, so a copy is the same however it came.
        session = client.create_read_session(
            parent=f"projects/{self.project}",
            read_session=wanted,
            max_stream_count=1,
            retry=patient,
            timeout=_PATIENCE_SECONDS,
        )
        schema = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
        for stream in session.streams:
            for message in client.read_rows(stream.name, retry=patient, timeout=_STREAM_SECONDS):
                rows = message.arrow_record_batch.serialized_record_batch
                yield pa.ipc.read_record_batch(pa.py_buffer(rows), schema)


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch], metadata: Mapping[bytes, bytes]) -> int:
    """Write batches into a file, in row groups of a size that reads well; memory does not grow with the rows.

    Parameters
    ----------
    path : path
        File to write.
    batches : iterable of RecordBatch
        Of the same columns.
    metadata : dict of bytes
        Written into the file beside the columns.

    Returns
    -------
    int
        Rows written; without any batch there is no file.
    """
    import pyarrow.parquet as pq

    written = 0
    with ExitStack() as stack:
        writer: Any = None
        for group in _grouped(batches):
            if writer is None:
                schema = group.schema.with_metadata({**(group.schema.metadata or {}), **metadata})
                writer = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
            writer.write_table(group)
            written += group.num_rows
    return written


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield batches together, as soon as they are many rows or bytes."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def _pages(rows: Any, expected: int) -> Iterable[pa.RecordBatch]:
    """Return a result page by page over REST; an empty one has columns too."""
    import pyarrow as pa

    if expected:
        pages: Iterable[pa.RecordBatch] = rows.to_arrow_iterable(bqstorage_client=None)
        return pages
    schema = rows.to_arrow(create_bqstorage_client=False).schema
    return [pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)]


def _path_of(job: QueryJob) -> str:
    """Return the name of the hidden table that holds the result."""
    path: str = job.destination.to_bqstorage()
    return path


def _client(credentials: Path | None, endpoint: str | None) -> Any:
    """Return the official client, a BigQueryReadClient."""
    from google.cloud.bigquery_storage import BigQueryReadClient

    client: Any = BigQueryReadClient
    if endpoint:
        import grpc
        from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport

        channel = grpc.insecure_channel(endpoint, options=_ANY_SIZE)
        return client(transport=BigQueryReadGrpcTransport(channel=channel))
    return client.from_service_account_file(str(credentials)) if credentials else client()


def _why_rest(error: Any) -> str:
    """Say why rows come over REST, and what to do about it."""
    from google.api_core.exceptions import Forbidden

    advice = ""
    if isinstance(error, Forbidden):
        advice = "; give the account the role BigQuery Read Session User on the project, and switch the API on"
    reason = next(iter(str(getattr(error, "message", error)).splitlines()), "").rstrip(".")
    return f"BigQuery's Storage Read API does not serve ({reason}): {_SLOWER}{advice}"


def _other_rows(name: str, written: int, expected: int) -> SourceUnavailableError:
    return SourceUnavailableError(
        "BigQuery sent another number of rows than the result has; the table was not copied",
        where=name,
        got=f"{written:,} rows",
        allowed=f"{expected:,} rows",
        hint="run again; if it goes on, set ga4_export.storage_read to false, which reads over REST",
    )
