"""The export straight from BigQuery: only tables that changed, only columns that are needed, within a limit.

Each table is copied once into a Parquet file beside the summed-up export, so that another setting, or another version
of Payback, does not make BigQuery read, and Google bill, it again.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.errors import ConfigurationError, EmptyFileError, InputError
from payback.sources.ga4_export.columns import NEEDED, flat_name, paths_of
from payback.sources.ga4_export.parts import Part, counting_parts, find_parts, table_parts
from payback.sources.ga4_export.results import Results
from payback.sources.ga4_export.users import TABLES, user_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from google.cloud import bigquery

    from payback.sources.ga4_export.options import Identity

_log = logging.getLogger(__name__)
_STAMP = b"payback.table"
_PARAMS = (
    "ga_session_id",
    "page_location",
    "page_referrer",
    "source",
    "medium",
    "campaign",
    "gclid",
    "entrances",
    "ignore_referrer",
    "engagement_time_msec",
    "session_engaged",
    "transaction_id",
    "currency",
    "value",
)
"""Parameters that are read; the others stay where they are."""
_ITEMS = (
    "array(select as struct i.price, i.quantity from unnest(items) as i "
    "where event_name in ('purchase', 'refund', 'in_app_purchase', 'ecommerce_purchase')) as items"
)
"""What an order is worth that states no amount; the other fields of items stay where they are, and are not billed."""
_GIGABYTE = 10**9


@dataclass(frozen=True)
class ExportTable:
    """A table of the export.

    Parameters
    ----------
    name : str
        Such as ``events_20250131``.
    stamp : str
        Differs as soon as its content differs: time of the last change, rows, bytes.
    """

    name: str
    stamp: str


class BigQueryExport:
    """The tables of one property in BigQuery.

    Parameters
    ----------
    dataset : str
        ``project.dataset``.
    folder : path
        Where copies of the tables are kept.
    credentials : path, optional
        JSON key of a service account; without it those of the environment.
    endpoint : str, optional
        Address of a server that stands in for BigQuery; it is spoken to without credentials.
    storage_endpoint : str, optional
        ``host:port`` of a server that stands in for the Storage Read API; without it, a stand-in is read over REST.
    storage_read : bool
        Read by the Storage Read API, as Arrow, where the account may; else over REST, as JSON.
    maximum_bytes : int
        Bytes that one call of `fetch` may have BigQuery read.
    say : callable, optional
        Called with a sentence before each piece of work.
    """

    def __init__(
        self,
        dataset: str,
        folder: Path,
        *,
        credentials: Path | None = None,
        endpoint: str | None = None,
        storage_endpoint: str | None = None,
        storage_read: bool = True,
        maximum_bytes: int = 100 * _GIGABYTE,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.project, _, self.dataset = dataset.rpartition(".")
        self.folder = folder
        self.maximum_bytes = maximum_bytes
        self.endpoint = endpoint
        self.say = say or (lambda _: None)
        # A stand-in has the Storage Read API at an address of its own, or not at all.
        with_storage = storage_read and (endpoint is None or storage_endpoint is not None)
        self._results = Results(self.project, credentials=credentials, endpoint=storage_endpoint, storage=with_storage)
        with self._translating():
            self._client = _client(self.project, credentials, endpoint)

    @property
    def notes(self) -> list[str]:
        """What a person should know of the calls of `fetch` so far."""
        return self._results.notes

    def fetch(self, *, first_day: date | None = None, identity: Identity | None = None) -> list[Part]:
        """Copy the tables that are new or changed, and return the parts of the export.

        Parameters
        ----------
        first_day : date, optional
            Earlier days are not read.
        identity : {"user_pseudo_id", "user_id"}, optional
            Copy the tables of users too that tell what makes a customer.

        Returns
        -------
        list of Part
            By day; copies of tables that have expired in BigQuery are among them.

        Raises
        ------
        ConfigurationError
            Access is refused, there is no such dataset, or more bytes would be read than allowed.
        EmptyFileError
            There are no tables of events.
        SourceUnavailableError
            BigQuery sent another number of rows than there are; nothing of that table is kept.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._translating():
            tables = self._tables(first_day) + (self._user_tables(identity, first_day) if identity else [])
            wanted = [table for table in tables if self._stamp_of(table) != table.stamp]
            queries = {table: self._query(table, identity) for table in wanted}
            self._check_bytes(queries)
            with self._results as results:
                for number, (table, query) in enumerate(queries.items(), 1):
                    self.say(f"copying {table.name} ({number} of {len(queries)})")
                    self._copy(results, table, query)
        return find_parts(self.folder)

    def _tables(self, first_day: date | None) -> list[ExportTable]:
        """Return the tables that count, as BigQuery's own list of tables has them."""
        found = self._stamps("events_")
        parts = counting_parts(table_parts(found))
        if not parts:
            raise EmptyFileError(
                "the dataset holds no tables of events",
                where=f"{self.project}.{self.dataset}",
                allowed="tables such as events_20250131",
                hint="link the property in GA4: Admin > Product links > BigQuery links; the first table takes a day",
            )
        counted = [part for part in parts if not (first_day and part.day and part.day < first_day)]
        return [ExportTable(part.stamp, found[part.stamp]) for part in counted]

    def _user_tables(self, identity: Identity, first_day: date | None) -> list[ExportTable]:
        """Return the tables of users."""
        first = f"{TABLES[identity][0]}{first_day:%Y%m%d}" if first_day else ""
        found = self._stamps(TABLES[identity][0])
        return [ExportTable(name, stamp) for name, stamp in found.items() if name >= first]

    def _stamps(self, beginning: str) -> dict[str, str]:
        """Return what each table whose name begins so was last changed by."""
        rows = self._client.query_and_wait(
            "select table_id, last_modified_time, row_count, size_bytes "
            f"from `{self.project}.{self.dataset}.__TABLES__` where starts_with(table_id, '{beginning}') "
            "order by table_id"
        )
        return {str(row[0]): f"{row[1]} {row[2]} {row[3]}" for row in rows}

    def _path(self, table: ExportTable) -> Path:
        return self.folder / f"{table.name}.parquet"

    def _stamp_of(self, table: ExportTable) -> str | None:
        """Return the stamp of the copy of a table; None where there is no copy that can be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            metadata = pq.read_schema(self._path(table)).metadata or {}
        except (OSError, pa.ArrowException):
            return None
        return bytes(metadata.get(_STAMP, b"")).decode()

    def _query(self, table: ExportTable, identity: Identity | None = None) -> str:
        """Return the query of the columns that are needed and that the table has: schemas grew over the years."""
        reference = f"{self.project}.{self.dataset}.{table.name}"
        have = {path for field in self._client.get_table(reference).schema for path in _paths(field)}
        if identity and table.name.startswith(TABLES[identity][0]):
            flat = (f"{path} as {flat_name(path)}" for path in user_paths(identity) if path in have)
            return f"select {', '.join(flat)} from `{reference}`"
        plain = [name for name in NEEDED if name != "event_params" and name in have]
        nested = [f"{path} as {flat_name(path)}" for path in paths_of() if path in have and path not in NEEDED]
        keys = ", ".join(f"'{name}'" for name in _PARAMS)
        params = f"array(select p from unnest(event_params) as p where p.key in ({keys})) as event_params"
        items = [_ITEMS] if "items" in have else []
        return f"select {', '.join([*plain, *nested, params, *items])} from `{reference}`"

    def _check_bytes(self, queries: dict[ExportTable, str]) -> None:
        """Ask BigQuery, without reading anything, how much it would read; refuse above the limit."""
        from google.cloud import bigquery

        asked = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False)
        needed = sum(
            int(self._client.query(query, job_config=asked).total_bytes_processed) for query in queries.values()
        )
        _log.info("BigQuery would read %d bytes of %d tables", needed, len(queries))
        if needed > self.maximum_bytes:
            raise ConfigurationError(
                "BigQuery would read more than this project allows; nothing was read",
                where="ga4_export.maximum_bytes",
                got=f"{needed / _GIGABYTE:,.3f} GB in {len(queries)} tables",
                allowed=f"{self.maximum_bytes / _GIGABYTE:,.3f} GB",
                hint="raise it (Google bills by the terabyte), or set ga4_export.start_date to a later day",
            )

    def _copy(self, results: Results, table: ExportTable, query: str) -> None:
        """Write a table into its file, whole or not at all."""
        from google.cloud import bigquery

        # Ten megabytes is the least that Google bills for a query.
        config = bigquery.QueryJobConfig(maximum_bytes_billed=max(self.maximum_bytes, 10 * 2**20))
        job = self._client.query(query, job_config=config)
        rows = results.write(job, self._path(table), {_STAMP: table.stamp.encode()})
        _log.info("%s: %d rows", table.name, rows)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Let Google's errors come out as ours."""
        from google.api_core import exceptions as google
        from google.auth import exceptions as auth

        where = f"{self.project}.{self.dataset}"
        try:
            yield
        except auth.GoogleAuthError as error:
            raise ConfigurationError(
                "BigQuery asks who we are",
                where=where,
                got=str(error).splitlines()[0],
                hint="gcloud auth application-default login, or set ga4_export.credentials to a service account's key",
            ) from error
        except (google.Forbidden, google.Unauthorized) as error:
            raise ConfigurationError(
                "BigQuery refuses access",
                where=where,
                got=error.message,
                hint="give the account the roles BigQuery Data Viewer (dataset) and BigQuery Job User (project)",
            ) from error
        except google.NotFound as error:
            raise ConfigurationError(
                "BigQuery knows no such dataset or table",
                where=where,
                got=error.message,
                hint="ga4_export.bigquery is project.dataset, such as my-project.analytics_123456789",
            ) from error
        except google.GoogleAPIError as error:
            reason = str(getattr(error, "message", error))
            raise InputError("BigQuery did not answer the question", where=where, got=reason) from error


def _client(project: str, credentials: Path | None, endpoint: str | None) -> bigquery.Client:
    """Return the official client."""
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    if endpoint:
        nobody: Any = AnonymousCredentials()  # type: ignore[no-untyped-call]
        return bigquery.Client(project, credentials=nobody, client_options=ClientOptions(api_endpoint=endpoint))
    if credentials is None:
        return bigquery.Client(project)
    if not credentials.is_file():
        raise ConfigurationError(
            "the key of the service account is not there", where="ga4_export.credentials", got=str(credentials)
        )
    make: Callable[..., bigquery.Client] = bigquery.Client.from_service_account_json
    return make(str(credentials), project=project)


def _paths(field: Any, above: str = "") -> Iterator[str]:
    """Yield the path of a column of BigQuery and of those in it; a repeated record is one."""
    path = f"{above}{field.name}"
    yield path
    if field.field_type in {"RECORD", "STRUCT"} and field.mode != "REPEATED":
        for inner in field.fields:
            yield from _paths(inner, f"{path}.")
