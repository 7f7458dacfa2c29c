"""Load campaign rows into a real MySQL server and read them back, beside the bare client, pandas and connectorx.

    python bench/bench_mysql.py [ROWS]         # 1,000,000 by default; 10,000,000 shows that memory stays flat

Every writer meets the same table: all keys, a partition for each month. The product's way is the idempotent one, with
checks, ledger and commit. Ratios of one run on one machine are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mysql_server import start_server, stop_server
from payback.tables import CAMPAIGNS
from payback.warehouse.archive.restoring import restore_archive
from payback.warehouse.archive.writing import write_archive
from payback.warehouse.base import Load
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.lines import lines_query, pieces
from payback.warehouse.mysql.partitions import make_months
from payback.warehouse.mysql.place import MySQLPlace
from payback.warehouse.mysql.reading import batches
from payback.warehouse.mysql.warehouse import MySQLWarehouse
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


class Clock:
    """Times pieces of work: seconds on the wall, and of CPU in this process, its children and the server."""

    def __init__(self, server):
        self.stat = Path(f"/proc/{server.process.pid}/stat")

    def cpu(self):
        """Return the CPU seconds so far."""
        own = sum(os.times()[:4])
        if not self.stat.exists():
            return own
        user, system = self.stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
        return own + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def __call__(self, name, work, *, scale=1.0):
        """Do a piece of work, print what it took, and return (wall, CPU) seconds."""
        started, cpu = time.perf_counter(), self.cpu()
        work()
        seconds, cpu = (time.perf_counter() - started) * scale, (self.cpu() - cpu) * scale
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {name:<58}{seconds:8.1f} s {cpu:8.1f} s CPU   peak {peak:6.0f} MB", flush=True)
        return seconds, cpu


def ratio(one, other):
    """Return how many times longer one took than the other: by the wall, and by CPU."""
    return f"{one[0] / other[0]:.2f} ({one[1] / other[1]:.2f} by CPU)"


def prepare(warehouse, rows, load=1):
    """Make the rows in the workbench."""
    warehouse.engine.execute(_ROWS.format(rows=rows, load=load, a_day=CAMPAIGNS_A_DAY))


def load(warehouse, load_id, *, streams=1):
    """Load as the product does, over one connection or two; a second call finds nothing changed."""
    with warehouse.transaction(divisible=streams > 1):
        found = slices_of(warehouse.engine, "made", "campaigns", "bench")
        changed = changed_slices("campaigns", found, warehouse.slices("campaigns", "google_ads"))
        if changed:
            warehouse.write_slices("campaigns", "made", changed, Load(load_id, "bench"))


def content(server, database):
    """Return sums over every column of the table and over the ledger: equal sums are equal rows."""
    names = ", ".join(f"`{name}`" for name in CAMPAIGNS.names if name != "load_id")
    rows = f"select count(*), sum(cost), sum(revenue), sum(crc32(concat_ws('|', {names}))) from campaigns"
    ledger = "select count(*), sum(`rows`), sum(cost), sum(crc32(concat_ws('|', day, content_hash))) from loads"
    return server.execute(rows, database=database) + server.execute(ledger, database=database)


def empty(server, database):
    """Empty the table and the ledger."""
    server.execute("truncate table campaigns", "truncate table loads", database=database)


def write_all(server, warehouse, folder, rows, timed):
    """Time the writers."""
    database = warehouse.address.database
    days = [day for (day,) in warehouse.engine.rows("select distinct date from made")]
    make_months(warehouse.session, "campaigns", days)
    ready = folder / "ready.tsv"
    with ready.open("wb") as file:
        for batch in warehouse.engine.batches(lines_query("campaigns", "select * from made"), rows=50_000):
            file.writelines(pieces(batch.column(0)))
    names = ", ".join(f"`{name}`" for name in CAMPAIGNS.names)
    statement = f"load data local infile '{ready.as_posix()}' into table {{}} ({names})"

    def client(*statements):
        command = server.client("--local-infile=1", database, "-e", "; ".join(statements))
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    floor = timed("the bare client, LOAD DATA of a ready file", lambda: client(statement.format("campaigns")))
    empty(server, database)
    found, ours, whole = {}, {}, {}
    for streams in (1, 2):
        write = partial(load, warehouse, streams=streams)
        words = f"Payback, {streams} stream{'s' if streams > 1 else ''}"
        prepare(warehouse, rows)
        ours[streams] = timed(f"{words}: slices, checks, ledger, commit", partial(write, 1))
        found[streams] = [content(server, database)]
        again = timed(f"{words}, nothing changed", partial(write, 2))
        prepare(warehouse, rows, load=3)
        whole[streams] = timed(f"{words}, every slice changed", partial(write, 3))
        found[streams].append(content(server, database))
        empty(server, database)
    if found[1] != found[2]:
        raise SystemExit(f"two streams wrote other rows than one: {found}")
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
    for streams, words in ((1, "one stream is"), (2, "two are")):
        first, changed = ours[streams], whole[streams]
        print(f"  {words} {ratio(floor, first)} of the bare client, {ratio(to_sql, first)} times to_sql; "
              f"a changed load {ratio(floor, changed)}")  # fmt: skip
    print(f"  two streams are {ratio(ours[1], ours[2])} times one, changed {ratio(whole[1], whole[2])}; equal rows; "
          f"staging {ratio(floor, staged)}; unchanged {again[0]:.2f} s")  # fmt: skip


def read_all(warehouse, rows, timed):
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
    print(f"  Payback is {ratio(bare, fast)} of connectorx, encrypted {ratio(bare, lines)}; "
          f"{ratio(pandas, fast)} times pandas.read_sql, encrypted {ratio(pandas, lines)}")  # fmt: skip


def keep_all(warehouse, address, folder, timed):
    """Time a backup, which is read back, and a restore, which compares every row."""
    path = folder / "bench.payback.zip"
    options = {"kind": "mysql", "database": "bench", "version": "bench"}
    timed("backup, read back and compared", lambda: write_archive(warehouse, path, **options))
    print(f"  {path.stat().st_size / 1e6:.1f} MB")
    warehouse.close()
    with MySQLPlace(address) as place:
        timed("restore, every row compared", lambda: restore_archive(path, place))


def main(rows):
    """Run everything on a server of its own."""
    server = start_server("--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1")
    try:
        ((version,),) = server.execute("select version()")
        server.execute("create database bench")
        address = Address(server.host, server.port, server.user, server.password, "bench")
        warehouse = MySQLWarehouse(address)
        load_average = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        print(f"{rows:,} campaign rows, server {version}{load_average}")
        timed = Clock(server)
        prepare(warehouse, rows)
        with tempfile.TemporaryDirectory() as folder:
            write_all(server, warehouse, Path(folder), rows, timed)
            load(warehouse, 3)
            read_all(warehouse, rows, timed)
            keep_all(warehouse, address, Path(folder), timed)
    finally:
        stop_server(server)


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
