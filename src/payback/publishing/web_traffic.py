"""Which rows of web analytics count where two sources report the same day."""

from __future__ import annotations

from payback.engine.duckdb import literal, read_sql
from payback.tables import ANALYTICS_SOURCES


def counted_traffic(relation: str) -> str:
    """Return the query of the rows of ``campaign_traffic`` that count, each under the channel that is shown.

    A day that both the Data API and the BigQuery export report counts once, by the first in the order of
    `payback.tables.ANALYTICS_SOURCES`; the days of two properties, told apart by their numbers, both count. Rows of the
    export get Google's own channel where it is known: the same that the Data API gives.

    Parameters
    ----------
    relation : str
        SQL of the table, with all its columns.
    """
    sources = f"[{', '.join(map(literal, ANALYTICS_SOURCES))}]"
    return read_sql("payback.publishing", "web_traffic.sql", traffic=relation, sources=sources)
