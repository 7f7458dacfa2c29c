"""A program for the tests: replace every slice of a warehouse by a version of it, or be killed on the way.

``slice_writer.py PATH VERSION DAYS ROWS KILL LIMIT``: each row costs as much as the version's number. KILL is "wait" to
hold the file until the input ends, or "before" or "after" and the name of the statement at which to die. LIMIT is the
largest size of a file in bytes. It says "go" when it starts to write and "done" when it has written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from payback.engine.duckdb import Engine
from payback.errors import PaybackError
from payback.warehouse.base import Load
from payback.warehouse.duckdb import DuckDBWarehouse
from payback.warehouse.slices import slices_of


def die() -> None:
    """End at once, as by a power failure: nothing is closed or written any more."""
    if hasattr(os, "fork"):
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(9)


def die_at(point: str) -> None:
    """Die before or after the statement of a name."""
    when, _, name = point.partition(" ")
    run = Engine.execute

    def execute(self, sql, parameters=(), *, name_of=name, **options):
        hit = name_of in (options.get("name"), sql)
        if hit and when == "before":
            die()
        run(self, sql, parameters, **options)
        if hit and when == "after":
            die()

    Engine.execute = execute


def write(warehouse: DuckDBWarehouse, version: int, days: int, rows: int) -> None:
    """Replace all slices in one transaction."""
    warehouse.engine.execute(
        "create or replace temp table fresh as select 1::bigint as campaign_id, md5(i::varchar) as campaign_name, "
        f"{version}::decimal(18, 6) as cost, date '2024-01-01' + (i % {days})::int as date, 's' as source, "
        f"'' as account, 'r' as report, {version}::bigint as load_id, i::bigint as row_number, "
        f"(hash(i, {version}) >> 1)::bigint as row_hash from range({rows}) t(i)"
    )
    have = {row[0] for row in warehouse.engine.rows("describe fresh")}
    empty = [row[0] for row in warehouse.engine.rows("describe campaigns") if row[0] not in have]
    warehouse.engine.execute(
        f"create or replace temp view complete as select *, {', '.join(f'null as {name}' for name in empty)} from fresh"
    )
    with warehouse.transaction():
        found = slices_of(warehouse.engine, "complete", "campaigns", str(version))
        warehouse.write_slices("campaigns", "complete", found, Load(version, "a test"))


def main(path: str, version: str, days: str, rows: str, kill: str, limit: str) -> int:
    """Do what the arguments say."""
    warehouse = DuckDBWarehouse(Path(path))
    if int(limit):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    print("go", flush=True)  # noqa: T201 - the test waits for it
    if kill == "wait":
        sys.stdin.read()
        return 0
    if kill:
        die_at(kill)
    try:
        write(warehouse, int(version), int(days), int(rows))
    except PaybackError as error:
        print(type(error).__name__, flush=True)  # noqa: T201
        return 3
    warehouse.close()
    print("done", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
