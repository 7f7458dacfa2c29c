"""Load one CSV file of campaign rows into a real MySQL server by `payback load`, and say how much memory it took.

    python bench/mysql_memory.py 1000000 10000000 [--limit 400MB] [--streams 2]

Counted is the peak of the whole process, the server not among it; rows and sums are compared with those of the file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mysql_server import start_server, stop_server

DAYS = 1_000
CHANNELS = ("Search", "Social", "Email", "Display")


def make_file(path, rows):
    """Write the rows sorted by day, as platforms export them; return the sum of their cost in cents."""
    cents = number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("date,campaign_id,campaign,channel,cost,impressions,clicks,conversions,revenue,country\n")
        for day in range(DAYS):
            text, lines = (date(2022, 1, 1) + timedelta(day)).isoformat(), []
            for campaign in range(1, rows // DAYS + 1):
                number += 1
                cost = number * 7919 % 10_000
                cents += cost
                lines.append(
                    f"{text},{campaign},Campaign {campaign},{CHANNELS[campaign % 4]},{cost / 100:.2f},"
                    f"{number * 31 % 10_000 + 100},{number * 17 % 100},{number * 13 % 10},"
                    f"{number * 104729 % 300_000 / 100:.2f},DE\n"
                )
            file.writelines(lines)
    return cents


def load(server, folder, rows, limit, streams):
    """Load so many rows into an empty database, print time and peak memory, and compare rows and cost."""
    path = folder / f"ads_{rows}.csv"
    cents = make_file(path, rows)
    database = f"bench_{rows}"
    server.execute(f"create database {database}")
    address = f"mysql+pymysql://{server.user}:{quote(server.password, safe='')}@{server.host}:{server.port}/{database}"
    settings = {"PAYBACK_WAREHOUSE__KIND": "mysql", "PAYBACK_MYSQL__URL": address}
    settings |= {"PAYBACK_MYSQL__LOAD_STREAMS": str(streams)}
    settings |= {"PAYBACK_ENGINE__MEMORY_LIMIT": limit} if limit else {}
    command = [sys.executable, "-m", "payback", "--project", str(folder), "load", str(path), "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    path.unlink()
    found = server.execute("select count(*), sum(cost) * 100 from campaigns", database=database)
    if process.returncode or found != [(rows, cents)]:
        raise SystemExit(f"{rows:,} rows: exit code {process.returncode}, found {found}, expected {(rows, cents)}")
    cpu = used.ru_utime + used.ru_stime
    print(f"{rows:>12,} rows {seconds:8.1f} s {cpu:8.1f} s CPU   peak {used.ru_maxrss / 1024:6.0f} MB", flush=True)
    server.execute(f"drop database {database}")


def main():
    """Load files of the sizes that are asked for."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("rows", nargs="+", type=int)
    words.add_argument("--limit", default="", help="engine.memory_limit")
    words.add_argument("--streams", type=int, default=2, help="mysql.load_streams")
    chosen = words.parse_args()
    server = start_server("--innodb-buffer-pool-size=1G")
    try:
        with tempfile.TemporaryDirectory() as folder:
            for rows in chosen.rows:
                load(server, Path(folder), rows, chosen.limit, chosen.streams)
    finally:
        stop_server(server)


if __name__ == "__main__":
    main()
