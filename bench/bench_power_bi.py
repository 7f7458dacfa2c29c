"""A Power BI project with its Parquet, beside its Parquet alone.

    .venv/bin/python bench/bench_power_bi.py [ROWS]

Both write from the same made-up campaign rows (1,000,000 by default), in one process, one after the other; the Parquet
files must be equal byte by byte and their cost that of the rows. CPU seconds, so that other work on the machine does
not count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from payback.engine.duckdb import Engine
from payback.publishing.powerbi import write_project
from payback.publishing.powerbi.data import DataWriter
from payback.publishing.results import Results, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

CAMPAIGNS = 5000
_ROWS = f"""
    create table clean_campaigns as
    select
        i % {CAMPAIGNS} + 1 as campaign_id,
        'Campaign ' || i % {CAMPAIGNS} as campaign_name,
        'Channel ' || i % 12 as channel,
        date '2022-01-01' + cast(i // {CAMPAIGNS} % 1000 as int) as date,
        cast(hash(i) % 10000000 / 1000000 as decimal(18, 6)) as cost,
        cast(hash(i + 1) % 10000 as bigint) as impressions,
        cast(hash(i + 2) % 1000 as bigint) as clicks,
        cast(hash(i + 3) % 100 as decimal(18, 6)) as conversions,
        case when i % 7 > 0 then cast(hash(i + 5) % 30000000 / 1000000 as decimal(18, 6)) end as revenue,
        'google_ads' as source,
        '' as account,
        'EUR' as currency,
        case i % 3 when 0 then 'Germany' when 1 then 'France' else 'Spain' end as country
    from range($rows) as numbers(i)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    rows = parser.parse_args().rows
    results = Results(Summary("Bench", None, None, datetime(2026, 1, 1, tzinfo=UTC), "0", "bench"))
    with tempfile.TemporaryDirectory(prefix="payback-bench-") as made, Engine(Path(made) / "rows.duckdb") as engine:
        engine.execute(_ROWS, {"rows": rows})
        alone, project = Path(made) / "alone", Path(made) / "project"
        alone.mkdir()
        parquet = cpu_of(lambda: DataWriter(engine, results).write(alone, by_months=False))
        both = cpu_of(lambda: write_project(engine, results, project))
        check(engine, alone, project / "data")
        size = sum(path.stat().st_size for path in alone.iterdir())
    print(f"{rows:,} rows, {size / 1e6:.0f} MB: Parquet {parquet:.1f} CPU s, project and Parquet {both:.1f} CPU s")
    print(f"project / Parquet  {both / parquet:.2f}   (at most 1.3)")
    print("same bytes; cost equal to that of the rows")


def cpu_of(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def check(engine: Engine, alone: Path, data: Path) -> None:
    """Stop unless both wrote the same, and lost no money."""
    for path in alone.iterdir():
        if path.read_bytes() != (data / path.name).read_bytes():
            raise SystemExit(f"{path.name} differs")
    sums = """
        select sum(cast("Cost Value" as decimal(38, 6))) * 1000000 + sum("Cost Millionths"),
            (select sum(cost) * 1000000 from clean_campaigns)
        from read_parquet($path)"""
    written, loaded = engine.row(sums, {"path": str(alone / "campaign_performance.parquet")})
    if written != loaded:
        raise SystemExit(f"millionths of cost: {written} written, {loaded} loaded")


if __name__ == "__main__":
    main()
