"""The stand-in for BigQuery as Google's own clients see it: read sessions, streams, failures."""

from __future__ import annotations

import threading
from contextlib import closing

import grpc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.api_core import exceptions as google
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage import BigQueryReadClient, types
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport

from payback.errors import UsageError
from payback.testing.bigquery import FakeBigQuery

TABLE = "projects/shop/datasets/analytics_1/tables/t"
DATA = pa.table(
    {
        "n": pa.array(range(10), pa.int32()),
        "geo": [{"country": "DE", "city": f"C{n}"} if n % 3 else None for n in range(10)],
        "params": [[{"key": "k", "value": {"int_value": n}}] * (n % 3) or None for n in range(10)],
    }
)


@pytest.fixture
def server(tmp_path):
    """Return a dataset with one table of ten rows, two rows a message."""
    (tmp_path / "tables").mkdir()
    pq.write_table(DATA, tmp_path / "tables" / "t.parquet")
    with FakeBigQuery(tmp_path / "tables", page_rows=2, streams=3) as running:
        yield running


@pytest.fixture
def reader(server):
    """Return the official client of the Storage Read API."""
    channel = grpc.insecure_channel(server.storage_endpoint)
    with closing(channel):
        yield BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))


def session_of(reader, fields=(), table=TABLE, streams=0, compression=1, **options):
    """Return a session."""
    read = {"selected_fields": list(fields), "arrow_serialization_options": {"buffer_compression": compression}}
    wanted = types.ReadSession(table=table, data_format=options.pop("form", 1 + 1), read_options=read | options)
    return reader.create_read_session(parent="projects/shop", read_session=wanted, max_stream_count=streams)


def rows_of(reader, session, offset=0):
    """Return the rows of each stream."""
    schema = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))

    def rows(message):
        return pa.ipc.read_record_batch(message.arrow_record_batch.serialized_record_batch, schema).to_pylist()

    return [[row for message in reader.read_rows(one.name, offset) for row in rows(message)] for one in session.streams]


@pytest.mark.parametrize("compression", [0, 1, 2])
def test_streams_hold_every_row_once_in_order(reader, compression):
    """Three streams, plain or compressed; a null list is empty, as BigQuery has no other."""
    streams = rows_of(reader, session_of(reader, compression=compression))
    expected = [row | {"params": row["params"] or []} for row in DATA.to_pylist()]

    assert [len(rows) for rows in streams] == [3, 3, 4]
    assert [row for rows in streams for row in rows] == expected


def test_a_reader_may_ask_for_fewer_streams(reader):
    """One stream has all rows."""
    session = session_of(reader, streams=1)

    assert (len(session.streams), session.estimated_row_count) == (1, 10)
    assert [row["n"] for row in rows_of(reader, session)[0]] == list(range(10))


def test_fields_are_chosen_inside_records(reader):
    """In the order of the table, whatever the order they are named in."""
    rows = rows_of(reader, session_of(reader, ["params.value.int_value", "geo.country"], streams=1))[0]

    assert rows[1] == {"geo": {"country": "DE"}, "params": [{"value": {"int_value": 1}}]}
    assert list(rows[0]) == ["geo", "params"]


def test_a_stream_is_read_from_an_offset(reader, server):
    """Within a message too; beyond the last row there is nothing."""
    session = session_of(reader, ["n"], streams=1)

    assert [row["n"] for row in rows_of(reader, session, 7)[0]] == [7, 8, 9]
    assert server.reads == [(session.streams[0].name, 7)]
    with pytest.raises(google.OutOfRange):
        rows_of(reader, session, 11)


def test_the_client_goes_on_after_a_break(reader, server):
    """At the row where it was."""
    there = threading.Event()
    server.fail("unavailable", after=2, when=there)
    session = session_of(reader, ["n"], streams=1)
    counts = []
    for message in reader.read_rows(session.streams[0].name):
        counts.append(message.row_count)
        if len(counts) == 2:
            there.set()

    assert counts == [2] * 5
    assert [first for _, first in server.reads] == [0, 4]


# The client of BigQuery calls what the client of the Storage Read API means to give up one day.
@pytest.mark.filterwarnings("ignore:Retrieving Arrow record batches:PendingDeprecationWarning")
def test_results_of_queries_are_read_by_several_streams(server, reader):
    """The client of BigQuery finds the hidden table of the result, as it does at Google's."""
    options = ClientOptions(api_endpoint=server.endpoint)
    with closing(bigquery.Client("shop", credentials=AnonymousCredentials(), client_options=options)) as client:
        result = client.query(f"select n from `{server.name}.t`").result()
        batches = list(result.to_arrow_iterable(bqstorage_client=reader))

    assert sorted(n for batch in batches for n in batch["n"].to_pylist()) == list(range(10))
    assert (len(server.reads), len(server.sessions)) == (3, 1)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"table": TABLE + "_none"}, google.NotFound),
        ({"table": "t"}, google.InvalidArgument),
        ({"fields": ["nobody"]}, google.InvalidArgument),
        ({"fields": ["geo.planet"]}, google.InvalidArgument),
        ({"row_restriction": "n > 1"}, google.InvalidArgument),
        ({"form": 1}, google.InvalidArgument),
    ],
)
def test_what_is_not_served_is_refused(reader, given, error):
    """With the status that Google's API has for it."""
    with pytest.raises(error):
        session_of(reader, **given)


def test_failures_come_on_demand(reader, server):
    """With the words of the API."""
    server.fail("permission denied", method="CreateReadSession")
    with pytest.raises(google.PermissionDenied, match="the user does not have"):
        session_of(reader)
    session = session_of(reader, streams=1)
    server.fail("not found")
    with pytest.raises(google.NotFound):
        rows_of(reader, session)


def test_an_unknown_stream_or_failure_is_refused(reader, server):
    """The first as Google does, the second with what there is."""
    with pytest.raises(google.NotFound):
        list(reader.read_rows("projects/shop/locations/eu/sessions/none/streams/0"))
    with pytest.raises(UsageError, match=r"(?s)no such fault.*unavailable"):
        server.fail("flood")
    with pytest.raises(UsageError, match="no such method"):
        server.fail("internal", method="WriteRows")


def test_an_empty_table_has_no_streams(server, reader):
    """But it has columns."""
    pq.write_table(DATA.slice(0, 0), server.dataset.folder / "empty.parquet")
    session = session_of(reader, table=TABLE.replace("tables/t", "tables/empty"))

    assert list(session.streams) == []
    assert pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema)).names == ["n", "geo", "params"]
