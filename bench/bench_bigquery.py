"""The export out of BigQuery by the Storage Read API (Arrow) and over REST (JSON), beside each other.

    .venv/bin/python bench/bench_bigquery.py [EVENTS] [--days DAYS] [--folder FOLDER]

Google's own clients copy the same generated tables from `payback.testing.bigquery`, which runs in a process of its own;
each way of reading has a process of its own too. Rows of both copies are compared. CPU seconds are those of the reader,
without its start and imports; the clock's seconds hold the work of the stand-in too, and no network.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAYS = {"Storage Read API": True, "REST": False}
PAGE_ROWS = 10_000
"""Rows of a page: about the ten megabytes of JSON that BigQuery sends at a time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=int, nargs="?", default=300_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--job", choices=["generate", "serve", "read"])
    parser.add_argument("--options", type=json.loads)
    options = parser.parse_args()
    if options.job:
        {"generate": generate, "serve": serve, "read": read}[options.job](options.folder, options.options)
        return
    with tempfile.TemporaryDirectory(prefix="payback-bench-") as made:
        folder = options.folder or Path(made)
        # A child begins with the memory of its parent, so the parent stays small.
        size = {"events": options.events, "days": options.days}
        subprocess.run(command("generate", folder, size), check=True)
        figures = measured(folder)
        rows = check(folder)
    for way, (cpu, wall, peak) in figures.items():
        print(f"{way:18}{cpu:8.2f} CPU s {wall:8.2f} s {peak:7.0f} MB")
    cpu, wall = (figures["REST"][place] / figures["Storage Read API"][place] for place in (0, 1))
    print(f"REST costs {cpu:.1f} times the CPU and {wall:.1f} times the time; {rows:,} rows equal by both")


def generate(folder: Path, size: dict) -> None:
    """Write the tables unless they are there."""
    from payback.sources.demo import generate_demo

    if not (folder / "events").exists():
        generate_demo(folder / "raw", events_directory=folder / "events", **size)


def measured(folder: Path) -> dict[str, list[float]]:
    """Read in each way from one server; return CPU seconds, seconds and memory."""
    server = subprocess.Popen(command("serve", folder, {}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        address = json.loads(server.stdout.readline())
        figures = {}
        for way, storage in WAYS.items():
            asked = command("read", folder, address | {"storage_read": storage})
            done = subprocess.run(asked, check=True, capture_output=True, text=True)
            figures[way] = json.loads(done.stdout.splitlines()[-1])
    finally:
        server.communicate()
    return figures


def command(job: str, folder: Path, options: dict) -> list[str]:
    return [sys.executable, __file__, "--job", job, "--folder", str(folder), "--options", json.dumps(options)]


def serve(folder: Path, _: dict) -> None:
    """Serve the tables until the input ends."""
    from payback.testing.bigquery import FakeBigQuery

    with FakeBigQuery(folder / "events", page_rows=PAGE_ROWS) as server:
        address = {"name": server.name, "endpoint": server.endpoint, "storage_endpoint": server.storage_endpoint}
        print(json.dumps(address), flush=True)
        sys.stdin.read()


def read(folder: Path, options: dict) -> None:
    """Copy all tables; print what that cost."""
    import google.cloud.bigquery_storage  # noqa: F401 - imports are not counted
    import pyarrow.parquet  # noqa: F401

    from payback.sources.ga4_export.bigquery import BigQueryExport

    name = options.pop("name")
    copies = folder / ("arrow" if options["storage_read"] else "rest")
    before, started = spent(), time.perf_counter()
    BigQueryExport(name, copies, **options).fetch()
    used = spent() - before, time.perf_counter() - started
    print(json.dumps([*used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]))


def spent() -> float:
    """Return the CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def check(folder: Path) -> int:
    """Compare both copies row by row, in their order; return the number of rows, which is that of the tables."""
    import pyarrow.parquet as pq

    rows = 0
    for path in sorted((folder / "events").glob("*.parquet")):
        one, other = (pq.read_table(folder / way / path.name) for way in ("arrow", "rest"))
        if not one.equals(other.cast(one.schema)) or one.num_rows != pq.read_metadata(path).num_rows:
            raise SystemExit(f"the copies of {path.name} differ")
        rows += one.num_rows
    return rows


if __name__ == "__main__":
    main()
