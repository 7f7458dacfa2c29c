"""A BigQuery dataset that runs here: a folder of Parquet files behind the REST calls of the official client.

It answers the calls that Payback makes, and no others: the list of tables, a table's schema, queries over one table
with dry run and limit, pages of results. `FakeBigQuery` is one.
"""

from __future__ import annotations

from payback.testing.bigquery.server import FakeBigQuery

__all__ = ["FakeBigQuery"]
