"""Big tables for measurements: any number of campaign days or customers in one file, in constant memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from payback.engine.duckdb import Engine, literal, read_sql
from payback.errors import UsageError
from payback.sources.demo.files import replacing
from payback.sources.demo.shop import DEFAULT_END

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

FORMATS = {".csv": "format csv, header", ".parquet": "format parquet, compression zstd"}
READERS = {".csv": "read_csv({}, all_varchar = true)", ".parquet": "read_parquet({})"}
DAYS = 365
"""Days of the campaign table; more rows mean more campaigns a day."""

MEMORY = "1200MB"
_ROOM = "payback.sources.demo"


@dataclass(frozen=True)
class BulkTotals:
    """What is in a big file.

    Parameters
    ----------
    rows : int
        Rows.
    distinct_rows : int
        Rows that say something new.
    cost : Decimal or None
        Sum of cost; None for customers.
    revenue : Decimal
        Sum of revenue.
    """

    rows: int
    distinct_rows: int
    cost: Decimal | None
    revenue: Decimal


def generate_campaign_days(path: Path, rows: int, seed: int = 42) -> BulkTotals:
    """Write one big campaign table with the columns of the specification.

    One row in a thousand lacks its revenue, one in two thousand is a refund, one in five thousand has more clicks than
    impressions, one in ten thousand repeats the one before; channels are spelled in ten ways.

    Parameters
    ----------
    path : path
        File to write; its ending, ``.csv`` or ``.parquet``, decides the format.
    rows : int
        Number of rows.
    seed : int, default 42
        Same seed, same rows.

    Raises
    ------
    UsageError
        Another ending, or no rows.
    """
    start = DEFAULT_END - timedelta(days=DAYS - 1)
    campaigns = -(-rows // DAYS)
    totals = """
        select
            count(*),
            count(distinct (campaign_id, date)),
            sum(cast(cost as decimal(18, 2))),
            sum(cast(revenue as decimal(18, 2)))
        from given
    """
    return _write(path, "campaign_days.sql", {"rows": rows, "campaigns": campaigns, "start": start}, totals, seed)


def generate_customers(path: Path, rows: int, seed: int = 42) -> BulkTotals:
    """Write one big customer table with the columns of the specification.

    The customers behave as those of the demo: 85 in 100 never buy. Three in a hundred have no age, one buyer in a
    thousand was paid back.

    Parameters
    ----------
    path : path
        File to write; its ending, ``.csv`` or ``.parquet``, decides the format.
    rows : int
        Number of customers.
    seed : int, default 42
        Same seed, same rows.

    Raises
    ------
    UsageError
        Another ending, or no rows.
    """
    totals = "select count(*), count(*), null, sum(cast(revenue as decimal(18, 2))) from given"
    return _write(path, "bulk_customers.sql", {"customers": rows}, totals, seed)


def _write(path: Path, script: str, variables: dict[str, object], totals: str, seed: int) -> BulkTotals:
    if path.suffix not in FORMATS:
        raise UsageError("unknown ending of a table file", got=path.name, allowed=", ".join(FORMATS))
    if min(value for value in variables.values() if isinstance(value, int)) < 1:
        raise UsageError("a table needs at least one row")
    with (
        tempfile.TemporaryDirectory() as spill,
        Engine(memory_limit=MEMORY, temp_directory=spill) as engine,
        replacing(path) as draft,
    ):
        engine.execute(read_sql(_ROOM, "draws.sql"))
        for name, value in {"seed": seed % 2**32, **variables}.items():
            engine.execute(f"set variable {name} = ?", [value])
        engine.execute(f"create temp view customers as {read_sql(_ROOM, 'customers.sql')}")
        engine.execute(f"copy ({read_sql(_ROOM, script)}) to {literal(str(draft))} ({FORMATS[path.suffix]})")
        engine.execute(f"create temp view given as from {READERS[path.suffix].format(literal(str(draft)))}")
        return BulkTotals(*engine.row(totals))
