"""Load campaign rows into a real MySQL server and read them back, beside the bare client, pandas and connectorx.

    python bench/bench_mysql.py [ROWS]         # 1,000,000 by default; 10,000,000 shows that memory stays flat

Every writer meets the same table: all keys, a partition for each month. The product's way is the idempotent one, with
checks, ledger and commit. Ratios of one run on one machine are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mysql_server import start_server, stop_server
from payback.tables import CAMPAIGNS
from payback.warehouse.base import Load
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.partitions import make_months
from payback.warehouse.mysql.reading import batches
from payback.warehouse.mysql.warehouse import MySQLWarehouse
from payback.warehouse.mysql.writing import _lines, _pieces
from payback.warehouse.slices import changed_slices, slices_of

CAMPAIGNS_A_DAY = 1_000
SLOW_ROWS = 50_000
"""Rows for the writers and readers that are slow; their time is scaled up."""

_ROWS = """
create or replace temp table made as
select
    1 + i % 1000 as campaign_id, 'Campaign ' || i % 1000 as campaign_name,
    ['Search', 'Social', 'Email', 'Display'][1 + i % 4] as channel,
    ((i * 7919) % 100000 / 1000)::decimal(18, 6) as cost, (i * 31) % 10000 as impressions, (i * 17) % 100 as clicks,
    ((i * 13) % 10)::decimal(18, 6) as conversions, ((i * 104729) % 300000 / 1000)::decimal(18, 6) as revenue,
    date '2022-01-01' + ((i // {a_day}) % 1000)::int as date,
    'google' as source, '' as account, 'EUR' as currency, 'DE' as country, (i % 1000)::varchar as external_campaign_id,
    'google_ads' as report, {load}::bigint as load_id, i + 1 as row_number, (hash(i + {load}) >> 1)::bigint as row_hash
from range({rows}) t(i)
"""


def timed(name, work, *, scale=1.0):
    """Do a piece of work, print its seconds and the memory of this process so far, and return the seconds."""
    started = time.perf_counter()
    work()
    seconds = (time.perf_counter() - started) * scale
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:<58}{seconds:8.1f} s   peak {peak:6.0f} MB", flush=True)
    return seconds


def prepare(warehouse, rows, load=1):
    """Make the rows in the workbench."""
    warehouse.engine.execute(_ROWS.format(rows=rows, load=load, a_day=CAMPAIGNS_A_DAY))


def load(warehouse, load_id):
    """Load as the product does; a second call finds nothing changed."""
    with warehouse.transaction():
        found = slices_of(warehouse.engine, "made", "campaigns", "bench")
        changed = changed_slices("campaigns", found, warehouse.slices("campaigns", "google_ads"))
        if changed:
            warehouse.write_slices("campaigns", "made", changed, Load(load_id, "bench"))


def empty(server, database):
    """Empty the table and the ledger."""
    server.execute("truncate table campaigns", "truncate table loads", database=database)


def write_all(server, warehouse, folder, rows):
    """Time the writers."""
    database = warehouse.address.database
    days = [day for (day,) in warehouse.engine.rows("select distinct date from made")]
    make_months(warehouse.session, "campaigns", days)
    ready = folder / "ready.tsv"
    with ready.open("wb") as file:
        for batch in warehouse.engine.batches(_lines("campaigns", "select * from made"), rows=50_000):
            file.writelines(_pieces(batch))
    names = ", ".join(f"`{name}`" for name in CAMPAIGNS.names)
    statement = f"load data local infile '{ready.as_posix()}' into table {{}} ({names})"

    def client(*statements):
        command = server.client("--local-infile=1", database, "-e", "; ".join(statements))
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    floor = timed("the bare client, LOAD DATA of a ready file", lambda: client(statement.format("campaigns")))
    empty(server, database)
    ours = timed("Payback: slices, checks, ledger, commit", lambda: load(warehouse, 1))
    again = timed("Payback again, nothing changed", lambda: load(warehouse, 2))
    prepare(warehouse, rows, load=3)
    whole = timed("Payback, every slice changed: delete and load", lambda: load(warehouse, 3))
    empty(server, database)
    staged = timed("the bare client, LOAD DATA into staging, then upsert", lambda: client(
        "create temporary table staging (primary key (load_id, `row_number`, `date`)) select * from campaigns limit 0",
        "begin", statement.format("staging"),
        f"insert into campaigns ({names}) select {names} from staging as s on duplicate key update cost = s.cost",
        "commit",
    ))  # fmt: skip
    empty(server, database)
    slow = min(rows, SLOW_ROWS)
    frame = warehouse.engine.arrow(f"select * from made limit {slow}").to_pandas()
    to_sql = timed(
        f"pandas to_sql, {slow:,} rows, scaled",
        lambda: frame.to_sql("campaigns", warehouse.session.pool, if_exists="append", index=False),
        scale=rows / slow,
    )
    empty(server, database)
    print(f"  Payback is {floor / ours:.2f} of the bare client, {to_sql / ours:.1f} times to_sql; "
          f"a changed load {floor / whole:.2f}, staging {floor / staged:.2f}; unchanged {again:.2f} s")  # fmt: skip


def read_all(warehouse, rows):
    """Time the readers on a full table."""
    import connectorx
    import pandas as pd

    address = warehouse.address
    server_url = f"mysql://{address.user}:{quote(address.password, safe='')}@{address.host}:{address.port}"
    url = f"{server_url}/{address.database}"
    query = "select * from campaigns"

    def consume(**options):
        found = sum(batch.num_rows for batch in batches(warehouse.session, "campaigns", **options))
        if found != rows:
            raise SystemExit(f"{found} rows came back instead of {rows}")

    bare = timed("connectorx to Arrow", lambda: connectorx.read_sql(url, query, return_type="arrow"))
    fast = timed("Payback, on this machine", lambda: consume(fast=True))
    lines = timed("Payback, encrypted or within a transaction", lambda: consume(fast=False))
    slow = min(rows, SLOW_ROWS)
    pandas = timed(
        f"pandas.read_sql, {slow:,} rows, scaled",
        lambda: pd.read_sql(f"{query} limit {slow}", warehouse.session.pool),
        scale=rows / slow,
    )
    print(f"  Payback is {bare / fast:.2f} of connectorx ({bare / lines:.2f} encrypted), "
          f"{pandas / fast:.1f} times pandas.read_sql ({pandas / lines:.1f} encrypted)")  # fmt: skip


def main(rows):
    """Run everything on a server of its own."""
    server = start_server("--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1")
    try:
        ((version,),) = server.execute("select version()")
        server.execute("create database bench")
        address = Address(server.host, server.port, server.user, server.password, "bench")
        warehouse = MySQLWarehouse(address)
        print(f"{rows:,} campaign rows, server {version}")
        prepare(warehouse, rows)
        with tempfile.TemporaryDirectory() as folder:
            write_all(server, warehouse, Path(folder), rows)
        load(warehouse, 4)
        read_all(warehouse, rows)
        warehouse.close()
    finally:
        stop_server(server)


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
