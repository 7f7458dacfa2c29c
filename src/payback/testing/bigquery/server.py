"""The REST calls, over HTTP on loopback, and the Storage Read API beside them."""

from __future__ import annotations

import json
import re
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from payback.errors import WarehouseError
from payback.testing.bigquery.dataset import Dataset, UnknownTableError, bigquery_field, cell

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from payback.testing.bigquery.faults import FaultKind, Method
    from payback.testing.bigquery.storage import StorageRead

_PAGE = 1000
_RESULTS = "_results"
"""Dataset of the hidden tables that results of queries are kept in."""
_PATH = re.compile(r"^(?:/bigquery/v2)?/projects/([^/]+)/(.*)$")


class _RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: HTTPStatus, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


class FakeBigQuery:
    """A dataset of BigQuery on loopback; a context manager.

    Parameters
    ----------
    folder : path
        Parquet files, each a table.
    project, dataset : str
        What they are called.
    page_rows : int, default 1000
        Rows of a page of results over REST, and of a message of the Storage Read API.
    streams : int, default 1
        Streams of a read session, unless its reader asks for fewer.

    Attributes
    ----------
    queries : list of str
        Queries that were run; dry runs are not among them.
    refuse : str or None
        Reason for which every call over REST is refused, such as ``accessDenied``; None to answer.

    Examples
    --------
    >>> with FakeBigQuery(Path("exports"), dataset="analytics_1") as server:  # doctest: +SKIP
    ...     print(server.endpoint)
    """

    def __init__(
        self,
        folder: Path,
        *,
        project: str = "shop",
        dataset: str = "analytics_1",
        page_rows: int = _PAGE,
        streams: int = 1,
    ) -> None:
        self.dataset = Dataset(folder, project, dataset)
        self.page_rows, self.streams = page_rows, streams
        self.queries: list[str] = []
        self.refuse: str | None = None
        self._jobs: dict[str, tuple[dict[str, Any], pa.Table | None]] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._storage_read: StorageRead | None = None

    @property
    def endpoint(self) -> str:
        """Address of the server, for ``ga4_export.endpoint``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def name(self) -> str:
        """``project.dataset``, for ``ga4_export.bigquery``."""
        return f"{self.dataset.project}.{self.dataset.name}"

    @property
    def storage_endpoint(self) -> str:
        """``host:port`` of the Storage Read API, for ``ga4_export.storage_endpoint``; it starts with the first look."""
        return f"127.0.0.1:{self._storage.port}"

    @property
    def sessions(self) -> list[str]:
        """Table of each read session, in their order."""
        return self._storage_read.sessions if self._storage_read else []

    @property
    def reads(self) -> list[tuple[str, int]]:
        """Name of each stream that was read, and the row from which on, in their order."""
        return self._storage_read.reads if self._storage_read else []

    def fail(
        self,
        kind: FaultKind,
        *,
        method: Method = "ReadRows",
        after: int = 0,
        times: int | None = 1,
        when: threading.Event | None = None,
    ) -> None:
        """Let calls of the Storage Read API fail.

        Parameters
        ----------
        kind : str
            ``unavailable`` or ``reset``, after which the official client goes on at its offset; ``internal``,
            ``permission denied``, ``api disabled``, ``not found``; ``cut short``: the stream ends as if complete.
        method : {"ReadRows", "CreateReadSession"}
            What fails.
        after : int, default 0
            Messages with rows, or sessions, that go well first.
        times : int, optional
            How often, once by default; None for ever.
        when : Event, optional
            It is waited for first. gRPC drops what a reader has not taken yet when a stream breaks; so a reader that
            must have had the messages before the break says when.

        Raises
        ------
        UsageError
            There is no such kind or method.
        """
        from payback.testing.bigquery.faults import Fault

        self._storage.faults.add(Fault(kind, method, after, times, when))

    @property
    def _storage(self) -> StorageRead:
        """The Storage Read API; started when it is first used, as Google's client takes its time to load."""
        with self._lock:
            if self._storage_read is None:
                from payback.testing.bigquery.storage import StorageRead

                self._storage_read = StorageRead(self._rows_of, self.dataset.project, self.page_rows, self.streams)
            return self._storage_read

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._storage_read:
            self._storage_read.stop()

    def _rows_of(self, project: str, dataset: str, name: str) -> pa.Table:
        """Return a table, or the result of a query."""
        if project == self.dataset.project and dataset == self.dataset.name:
            return self.dataset.rows(name)
        with self._lock:
            table = self._jobs.get(name, ({}, None))[1] if dataset == _RESULTS else None
        if project != self.dataset.project or table is None:
            raise UnknownTableError(f"{project}:{dataset}.{name}")
        return table

    def answer(self, method: str, path: str, options: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one call."""
        match = _PATH.match(path)
        if self.refuse:
            raise _RefusalError(HTTPStatus.FORBIDDEN, self.refuse, "Access Denied: the account lacks a permission")
        if not match or match[1] != self.dataset.project:
            raise _RefusalError(HTTPStatus.NOT_FOUND, "notFound", f"Not found: {path}")
        steps = match[2].split("/")
        with self._lock:
            if steps[0] == "datasets":
                return self._tables(steps[1:], options)
            if method == "POST":
                return self._insert(body) if steps == ["jobs"] else self._query(body)
            return self._result(steps[1], options) if steps[0] == "queries" else self._job(steps[1])

    def _tables(self, steps: list[str], options: dict[str, str]) -> dict[str, Any]:
        dataset = self.dataset
        if steps[0] != dataset.name:
            raise _RefusalError(HTTPStatus.NOT_FOUND, "notFound", f"Not found: Dataset {dataset.project}:{steps[0]}")
        if len(steps) > len(("dataset", "tables")):
            return dataset.table(steps[2])
        names, first = dataset.tables(), int(options.get("pageToken") or 0)
        page = names[first : first + self.page_rows]
        listed = [
            {"kind": "bigquery#table", "tableReference": dataset.reference(name), "type": "TABLE"} for name in page
        ]
        more = {"nextPageToken": str(first + len(page))} if first + len(page) < len(names) else {}
        return {"kind": "bigquery#tableList", "tables": listed, "totalItems": len(names), **more}

    def _insert(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer jobs.insert."""
        configuration = body["configuration"]
        job = {"configuration": configuration, "jobReference": body.get("jobReference") or self._reference()}
        return self._run(job, configuration["query"], dry_run=bool(configuration.get("dryRun")))

    def _query(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer jobs.query: the job and its first page at once."""
        reference = self._reference()
        job = {"configuration": {"query": body}, "jobReference": reference}
        self._run(job, body, dry_run=bool(body.get("dryRun")))
        return self._result(reference["jobId"], {})

    def _run(self, job: dict[str, Any], asked: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
        needed = self.dataset.bytes_of(asked["query"])
        limit = asked.get("maximumBytesBilled")
        if limit is not None and not dry_run and needed > int(limit):
            text = f"Query exceeded limit for bytes billed: {limit}. {needed} or higher required."
            raise _RefusalError(HTTPStatus.BAD_REQUEST, "bytesBilledLimitExceeded", text)
        statistics = {
            "totalBytesProcessed": str(needed),
            "query": {"totalBytesProcessed": str(needed), "statementType": "SELECT"},
        }
        job |= {"kind": "bigquery#job", "statistics": statistics, "status": {"state": "DONE"}}
        table, number = None, str(job["jobReference"]["jobId"])
        if not dry_run:
            table = self.dataset.answer(asked["query"])
            self.queries.append(asked["query"])
            hidden = {"projectId": self.dataset.project, "datasetId": _RESULTS, "tableId": number}
            asked["destinationTable"] = hidden
        self._jobs[number] = (job, table)
        return job

    def _reference(self) -> dict[str, str]:
        return {"projectId": self.dataset.project, "jobId": secrets.token_hex(8), "location": "EU"}

    def _job(self, number: str) -> dict[str, Any]:
        return self._known(number)[0]

    def _known(self, number: str) -> tuple[dict[str, Any], pa.Table | None]:
        if number not in self._jobs:
            raise _RefusalError(HTTPStatus.NOT_FOUND, "notFound", f"Not found: Job {number}")
        return self._jobs[number]

    def _result(self, number: str, options: dict[str, str]) -> dict[str, Any]:
        """Return one page of a result."""
        job, table = self._known(number)
        answer: dict[str, Any] = {
            "kind": "bigquery#queryResponse",
            "jobReference": job["jobReference"],
            "jobComplete": True,
            "totalBytesProcessed": job["statistics"]["totalBytesProcessed"],
        }
        if table is None:
            return answer
        first = int(options.get("pageToken") or options.get("startIndex") or 0)
        size = min(int(options.get("maxResults") or self.page_rows), self.page_rows)
        page = table.slice(first, 0 if options.get("maxResults") == "0" else size)
        end = first + page.num_rows
        return answer | {
            "schema": {"fields": [bigquery_field(field) for field in table.schema]},
            "totalRows": str(table.num_rows),
            "rows": [{"f": [{"v": cell(value)} for value in row.values()]} for row in page.to_pylist()],
            **({"pageToken": str(end)} if end < table.num_rows else {}),
        }


class _Handler(BaseHTTPRequestHandler):
    """One call."""

    owner: ClassVar[FakeBigQuery]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer an order."""
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(json.loads(self.rfile.read(length) or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        address = urlsplit(self.path)
        options = {name: values[-1] for name, values in parse_qs(address.query).items()}
        try:
            self._send(HTTPStatus.OK, self.owner.answer(self.command, address.path, options, body))
        except _RefusalError as refusal:
            self._send(refusal.status, _error(refusal.status, refusal.reason, refusal.message))
        except UnknownTableError as error:
            self._send(HTTPStatus.NOT_FOUND, _error(HTTPStatus.NOT_FOUND, "notFound", f"Not found: Table {error}"))
        except WarehouseError as error:
            self._send(HTTPStatus.BAD_REQUEST, _error(HTTPStatus.BAD_REQUEST, "invalidQuery", str(error)))

    def _send(self, status: HTTPStatus, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


def _error(status: HTTPStatus, reason: str, message: str) -> dict[str, Any]:
    return {
        "error": {"code": int(status), "message": message, "errors": [{"reason": reason, "message": message}]},
    }
