"""GA4's export to sessions, customers and campaign days, beside bare DuckDB SQL written by hand for the same result.

    .venv/bin/python bench/bench_ga4_export.py [EVENTS] [--folder FOLDER]

Both read the same generated events (1,000,000 by default; 3,650,000 are an ordinary year of the demo shop), each in a
process of its own. Then one day more is added to what is there already. Results are compared row by row, and with the
generator's truth; CPU seconds are those of the process without its start and imports.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

DAYS = 365
_HERE = Path(__file__).parent
_SAME_DAYS = """
    select date as day, traffic_source as source, traffic_medium as medium, campaign_name as campaign,
        external_campaign_id as ref, analytics_channel, country, currency, sessions, engaged_sessions,
        (engagement_seconds * 1000)::bigint as engagement_ms, (session_seconds * 1000000)::bigint as duration_us,
        page_views, transactions, revenue, channel
    from campaign_days"""
_SAME_CUSTOMERS = """
    select external_customer_id as user_pseudo_id, sessions, avg_session_duration, pages_per_session, country,
        transactions, revenue
    from people where sessions > 0"""
_BARE_CUSTOMERS = """
    select user_pseudo_id, sessions, round(duration_us * 0.000001 / sessions, 6)::decimal(18, 6),
        round(page_views / sessions, 6)::decimal(18, 6), country, transactions, revenue
    from bare_customers"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--job", choices=["payback", "bare", "newday"])
    options = parser.parse_args()
    if options.job:
        print(json.dumps(_JOBS[options.job](options.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="payback-bench-") as made:
        folder = options.folder or Path(made)
        truth = generate(folder, options.events)
        figures = {job: run(job, folder) for job in ("bare", "payback", "newday")}
        check(folder, truth)
    for job, (cpu, peak) in figures.items():
        print(f"{job:10}{cpu:9.2f} CPU s {peak:7.0f} MB")
    print(f"payback / bare     {figures['payback'][0] / figures['bare'][0]:.2f}")
    print(f"one day / a year   {figures['newday'][0] / figures['payback'][0]:.4f}")
    print("rows equal to those of the bare SQL; sums equal to the truth")


def generate(folder: Path, events: int) -> dict:
    """Write the events unless they are there, and return their truth."""
    from payback.sources.demo import generate_demo

    if not (folder / "truth.json").exists():
        truth = generate_demo(folder / "raw", events_directory=folder / "events", events=events, days=DAYS)
        truth.save(folder / "truth.json")
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))["events"]


def run(job: str, folder: Path) -> list[float]:
    """Do a job in a process of its own; return its CPU seconds and its memory in MB."""
    command = [sys.executable, __file__, "--job", job, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def spent() -> float:
    """Return the CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def used(before: float) -> list[float]:
    """Return the CPU seconds since, and the most memory so far."""
    return [spent() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]


def payback(folder: Path, parts: list | None = None) -> list[float]:
    """Sum up an export from nothing."""
    import pyarrow.parquet  # noqa: F401 - imports are not counted

    from payback.sources.ga4_export.options import ExportOptions
    from payback.sources.ga4_export.parts import find_parts
    from payback.sources.ga4_export.store import ExportStore, customers_sql

    path = folder / "store.duckdb"
    if parts is None:
        path.unlink(missing_ok=True)
    before = spent()
    with ExportStore(path, ExportOptions(currency="EUR")) as store:
        store.sync(find_parts(folder / "events") if parts is None else parts)
        store.engine.execute(f"copy ({customers_sql(store.options)}) to '{folder / 'people.parquet'}' (format parquet)")
    return used(before)


def newday(folder: Path) -> list[float]:
    """Add the last day to a store that holds all days before it; customers are left out, they are written whole."""
    from payback.sources.ga4_export.options import ExportOptions
    from payback.sources.ga4_export.parts import find_parts
    from payback.sources.ga4_export.store import ExportStore

    parts, path = find_parts(folder / "events"), folder / "year.duckdb"
    path.unlink(missing_ok=True)
    with ExportStore(path, ExportOptions(currency="EUR")) as store:
        store.sync(parts[:-1])
    before = spent()
    with ExportStore(path, ExportOptions(currency="EUR")) as store:
        store.sync(find_parts(folder / "events"))
    return used(before)


def bare(folder: Path) -> list[float]:
    """Run the SQL that was written by hand."""
    from payback.engine.duckdb import Engine
    from payback.sources.channel_rules import rule_sets

    names = {
        "events": str(folder / "events" / "*.parquet"),
        "days": str(folder / "bare_days.parquet"),
        "customers": str(folder / "bare_customers.parquet"),
        "channel": rule_sets()[0].sql(source="source", medium="medium", campaign="campaign"),
    }
    text = (_HERE / "ga4_bare.sql").read_text(encoding="utf-8")
    for name, value in names.items():
        text = text.replace("${" + name + "}", value)
    before = spent()
    with Engine() as engine:
        engine.execute(text)
    return used(before)


def check(folder: Path, truth: dict) -> None:
    """Compare the rows of both ways, of the year at once and of the year and a day, and the sums of the truth."""
    from payback.engine.duckdb import Engine

    with Engine() as engine:
        for store in ("store", "year"):
            engine.execute(f"attach '{folder / store}.duckdb' as {store} (read_only)")
            engine.execute(f"create or replace temp view campaign_days as from {store}.campaign_days")
            _same(engine, _SAME_DAYS, f"from '{folder / 'bare_days.parquet'}'")
        engine.execute(f"create temp view people as from '{folder / 'people.parquet'}'")
        engine.execute(f"create temp view bare_customers as from '{folder / 'bare_customers.parquet'}'")
        _same(engine, _SAME_CUSTOMERS, _BARE_CUSTOMERS)
        sums = engine.row("select sum(sessions), sum(transactions), sum(revenue) from campaign_days")
    net = float(truth["revenue"]) - float(truth["refunded"])
    if (sums[0], sums[1], round(float(sums[2]), 2)) != (truth["sessions"], truth["purchases"], round(net, 2)):
        raise SystemExit(f"not the truth: {sums}")


def _same(engine: object, ours: str, theirs: str) -> None:
    for first, second in ((ours, theirs), (theirs, ours)):
        rows = engine.rows(f"select * from ({first}) except all select * from ({second}) limit 5")
        if rows:
            raise SystemExit(f"the results differ: {rows}")


_JOBS = {"payback": payback, "bare": bare, "newday": newday}

if __name__ == "__main__":
    main()
