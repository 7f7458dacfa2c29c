"""A BigQuery dataset that runs here: a folder of Parquet files, spoken to by Google's own clients.

It answers the calls that Payback makes, and no others. Over REST: the list of tables, a table's schema, queries over
one table with dry run and limit, pages of results. Over gRPC, the Storage Read API: read sessions of tables and of
results, with chosen fields, and their streams of Arrow messages. `FakeBigQuery` is one.
"""

from __future__ import annotations

from payback.testing.bigquery.server import FakeBigQuery

__all__ = ["FakeBigQuery"]
