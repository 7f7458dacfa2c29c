"""A program for the tests: read a GA4 property into a warehouse, or be killed on the way.

``ga4_fetcher.py PATH ENDPOINT POINT``: POINT is "before" or "after" and the name of a statement at which to die, the
second time it comes.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from conformance.slice_writer import die
from payback.config import Settings
from payback.data_loader.ga4_load import Ga4Load
from payback.engine.duckdb import Engine
from payback.testing.ga4 import ManualClock
from payback.warehouse.opening import open_warehouse


def die_at(point: str) -> None:
    """Die before or after a statement, the second time it comes."""
    when, _, wanted = point.partition(" ")
    run, seen = Engine.execute, []

    def execute(self, sql, parameters=(), **options):
        hit = wanted in (options.get("name"), sql)
        if hit:
            seen.append(sql)
        if hit and when == "before" and len(seen) > 1:
            die()
        run(self, sql, parameters, **options)
        if hit and when == "after" and len(seen) > 1:
            die()

    Engine.execute = execute


def main(path: str, endpoint: str, point: str) -> None:
    """Do what the arguments say."""
    settings = Settings(ga4={"property": "123456789", "endpoint": endpoint, "start_date": date(2025, 11, 14)})
    warehouse = open_warehouse("duckdb", Path(path))
    die_at(point)
    Ga4Load(warehouse, settings.ga4, Path(), clock=ManualClock(datetime(2025, 12, 1, 8, tzinfo=UTC))).fetch()


if __name__ == "__main__":
    main(*sys.argv[1:])
