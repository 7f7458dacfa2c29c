"""Read two years of a GA4 property in one go, and by a reader that is killed again and again, and compare the tables.

.venv/bin/python bench/ga4_property.py [--seed 1] [--kills 12] [--sessions-a-day 4000]

The reader is `payback ga4 fetch` in a process of its own, stopped by SIGKILL (TerminateProcess on Windows) at random
moments. It may use a small share of a standard property's quota, so that hours and days of it end in the middle; a
clock that both sides share lets the waits pass at once. Three weeks later the property has revised its last days, and
all is brought up to date. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ga4_clock import FileClock
from google.analytics.data_v1beta import types as ga
from measure import measure

from payback.engine.duckdb import Engine, literal
from payback.sources.ga4_api.reports import reports
from payback.testing.ga4 import Ga4Property
from payback.testing.ga4.quota import PACIFIC

if TYPE_CHECKING:
    from collections.abc import Iterator

END = date(2025, 11, 30)
DAYS = 730
START = END - timedelta(days=DAYS - 1)
OWN_SHARE = 0.005
"""Part of the quota that the reader may use: 70 tokens an hour, 1,000 a day; the rest is for others."""
OPENING = 6
"""Tokens that a start takes before an answer says what is left: the fields, four checks of them, one small report."""
FEWEST_ROWS = 300_000
BEGIN, LATER = datetime(2025, 12, 1, 8, tzinfo=UTC), datetime(2025, 12, 21, 8, tzinfo=UTC)
"""When each reading begins; and when it is brought up to date, which reads again what was still changing."""
TABLES = ("campaign_traffic", "campaigns", "campaign_keys", "loads", "reconciliation")
OF_A_LOAD = {"load_id", "row_number", "loaded_at", "checked_at", "run_id", "request"}
"""Columns that tell of the load, not of the rows."""
OF_A_REQUEST = {"campaign_id"}
"""Columns that tell what came in one request: campaigns without an id are counted as they come."""
READER = Path(__file__).with_name("ga4_clock.py")


@dataclass
class Reading:
    """One way of reading the property: a server and a project of its own, and a clock that both go by."""

    folder: Path
    server: Ga4Property
    clock: FileClock
    share: float
    kills: list[str] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    cpu: float = 0.0

    @property
    def database(self) -> Path:
        """The warehouse of the project."""
        return self.folder / "payback.duckdb"

    @property
    def command(self) -> list[str]:
        """What a person types, by the clock that the server goes by."""
        return [
            sys.executable,
            str(READER),
            str(self.clock.path),
            "--project",
            str(self.folder),
            "ga4",
            "fetch",
            "--json",
        ]

    def note_start(self) -> None:
        """Count a start in its hour and, for the quota of days, its day in California."""
        now = self.clock.now()
        self.starts.update([f"{now:%Y-%m-%dT%H}", f"{now.astimezone(PACIFIC):%Y-%m-%d}"])

    def to_the_end(self) -> None:
        """Read until nothing is left; where the day's quota is spent, go on the next morning."""
        log, status = self.folder / "fetch.json", "stopped"
        while status == "stopped":
            self.note_start()
            used = measure(self.command, log=log)
            self.runs, self.cpu = self.runs + 1, self.cpu + used.cpu
            status = status_in(log)
            if status == "stopped":
                self.sleep_till_morning()

    def sleep_till_morning(self) -> None:
        """Wait for the quota of the next day."""
        self.clock.set(self.clock.now().replace(hour=9) + timedelta(days=1))

    def until_killed(self, chance: random.Random) -> bool:
        """Read, and kill the reader some requests after its start, a moment into what it does; tell if more is left."""
        self.note_start()
        wanted = self.server.usage.requests + chance.randint(1, 24)
        log = self.folder / "killed.log"
        with log.open("wb") as output:
            process = subprocess.Popen(self.command, stdout=output, stderr=subprocess.STDOUT)
            while process.poll() is None and self.server.usage.requests < wanted:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.4))
            has_ended = process.poll() is not None
            process.kill()
            code = process.wait()
        self.runs += 1
        if not has_ended:
            self.kills.append(f"request {self.server.usage.requests}, {self.days()} days kept")
            print(f"  killed at {self.kills[-1]}", flush=True)
        elif code:
            raise SystemExit(f"the reader ended with {code}: {log.read_text(encoding='utf-8', errors='replace')}")
        elif status_in(log) != "stopped":
            return False
        else:
            self.sleep_till_morning()
        return True

    def days(self) -> int:
        """Return how many days the database has after a kill."""
        if not self.database.exists():
            return 0
        with closing(Engine(self.database)) as engine:
            is_ours = engine.rows("select 1 from duckdb_tables() where table_name = 'loads'")
            return int(engine.row("select count(distinct day) from loads")[0]) if is_ours else 0


def status_in(log: Path) -> str:
    """Return what a reader printed of itself; what it said beside that follows."""
    answer, _ = json.JSONDecoder().raw_decode(log.read_text(encoding="utf-8"))
    return str(answer["properties"][0]["status"])


@contextmanager
def reading(place: Path, name: str, sessions: int, share: float = OWN_SHARE, **changes: object) -> Iterator[Reading]:
    """Open a property, the same each time, and make a project that reads it."""
    folder = place / name
    (folder / "config").mkdir(parents=True)
    clock = FileClock(folder / "clock")
    clock.set(BEGIN)
    with Ga4Property(days=DAYS + 10, end=END, sessions_a_day=sessions, ahead=60, clock=clock) as server:
        settings = {"property": server.number, "endpoint": server.endpoint, "start_date": f"{START}",
                    "quota_left": 1 - share}  # fmt: skip
        text = json.dumps({"ga4": settings | changes})
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
        yield Reading(folder, server, clock, share)


def rows_of_report(server: Ga4Property) -> int:
    """Return how many rows the largest report has over the two years."""
    report = reports()["campaign_days"]
    request = ga.RunReportRequest(
        property=server.name,
        dimensions=[ga.Dimension(name=name) for name in report.dimensions.values()],
        metrics=[ga.Metric(name=name) for name in report.metrics.values()],
        date_ranges=[ga.DateRange(start_date=f"{START}", end_date=f"{END}")],
        limit=1,
    )
    return int(server.client().run_report(request).row_count)


def bring_up_to_date(one: Reading) -> list[str]:
    """Read on three weeks later; return what server and sums have against the reading."""
    one.clock.set(max(LATER, one.clock.now()))
    one.to_the_end()
    return [f"{one.folder.name}: {problem}" for problem in [*quota_problems(one), *wrong_sums(one)]]


def quota_problems(one: Reading) -> list[str]:
    """Return what the server's own count has against the reader."""
    used = one.server.usage
    limits = (one.server.limits.tokens_per_project_per_hour, one.server.limits.tokens_per_day)
    found = [
        (max(spent.values()), limit * one.share, [when for when, tokens in spent.items()
                                                  if tokens > limit * one.share + OPENING * one.starts[when]])
        for spent, limit in zip((used.tokens_by_hour, used.tokens_by_day), limits, strict=True)
    ]  # fmt: skip
    (hour, an_hour, _), (day, a_day, _) = found
    print(
        f"{one.folder.name}: {one.runs} runs, {used.requests} requests, {used.tokens:,} tokens in "
        f"{len(used.tokens_by_hour)} hours and {len(used.tokens_by_day)} days; at most {hour} of {an_hour:.0f} an hour "
        f"and {day:,} of {a_day:,.0f} a day, {sum(used.refused.values())} refused; {one.cpu:.1f} CPU s "
        "where not killed"
    )
    problems = [f"too many tokens in {when}" for _, _, over in found for when in over]
    return problems + [f"the server refused {name}" for name in used.refused]


def wrong_sums(one: Reading) -> list[str]:
    """Return the figures whose days differ from what the property adds up by another way than its reports."""
    with closing(Engine(one.database, read_only=True)) as engine:
        traffic = engine.records(
            "select date, sum(sessions)::bigint as sessions, sum(conversions) as key_events, "
            "sum(transactions)::bigint as purchases, sum(revenue) as revenue from campaign_traffic group by date"
        )
        costs = dict(engine.rows("select date, coalesce(sum(cost), 0) from campaigns group by date"))
    truth = {day.day: day for day in one.server.totals(START, LATER.date() - timedelta(days=1))}
    wrong = Counter({"days": len(truth.keys() ^ {row["date"] for row in traffic})})
    for row in traffic:
        day = truth[row["date"]]
        for name in ("sessions", "key_events", "purchases", "revenue"):
            wrong[name] += row[name] != getattr(day, name)
        wrong["cost"] += costs[row["date"]] != day.ad_cost
    total = sum((day.revenue for day in truth.values()), Decimal(0))
    print(f"  {len(traffic)} days, revenue {total:,}; days that differ from the property's own:", json.dumps(wrong))
    return [f"{name} of {count} days" for name, count in wrong.items() if count]


def different_rows(one: Path, other: Path, without: set[str]) -> dict[str, int]:
    """Return by table how many rows only one of two databases has, every row counted as often as it is there."""
    found = {}
    with closing(Engine()) as engine:
        for name, path in (("one", one), ("other", other)):
            engine.execute(f"attach {literal(str(path))} as {name} (read_only)")
        for table in TABLES:
            columns = [name for (name,) in engine.rows(f"select column_name from (describe one.main.{table})")]
            chosen = ", ".join(name for name in columns if name not in without)
            sides = [f"select {chosen} from {side}.main.{table}" for side in ("one", "other")]
            found[table] = sum(
                engine.row(f"select count(*) from ({first} except all {second})")[0]
                for first, second in (sides, sides[::-1])
            )
    return found


def compare(place: Path, options: argparse.Namespace) -> list[str]:
    """Read the property in three ways, print what came, and return what is not as it should be."""
    chance, problems = random.Random(options.seed), []
    with reading(place, "killed", options.sessions_a_day) as killed:
        rows = rows_of_report(killed.server)
        print(f"{rows:,} rows in the largest report of {DAYS} days; seed {options.seed}")
        while len(killed.kills) < options.kills and killed.until_killed(chance):
            pass
        if len(killed.kills) < options.kills:
            problems.append(f"the end came after {len(killed.kills)} kills")
        killed.to_the_end()
        problems += bring_up_to_date(killed)
    with reading(place, "in one go", options.sessions_a_day) as whole:
        whole.to_the_end()
        problems += bring_up_to_date(whole)
    with reading(place, "large", options.sessions_a_day, 0.05, days_a_request=366, page_size=50_000) as large:
        large.to_the_end()
        problems += bring_up_to_date(large)
    for other, without in ((whole, OF_A_LOAD), (large, OF_A_LOAD | OF_A_REQUEST)):
        found = different_rows(killed.database, other.database, without)
        print(f"rows that differ between killed and {other.folder.name}:", json.dumps(found))
        problems += [f"{count} rows of {table} differ" for table, count in found.items() if count]
    return problems + ([f"only {rows:,} rows"] if rows < FEWEST_ROWS else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--sessions-a-day", type=int, default=4_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="payback-ga4-") as folder:
        problems = compare(Path(folder), options)
    for problem in problems:
        print(f"WRONG: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
