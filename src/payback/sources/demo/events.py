"""Events as Google exports GA4 to BigQuery: one Parquet file a day, any number of them in constant memory.

A day is made in three steps, each one SQL file: its sessions, their narrow events, the nested export. Only one day is
in memory at a time. Every trait is drawn from the number of its session (draws.sql), so the rows are the same on any
number of threads.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from payback.engine.duckdb import Engine, literal, read_sql
from payback.errors import UsageError
from payback.sources.demo.files import replacing
from payback.sources.demo.shop import SHOP_NAME, SHOP_URL, TIME_ZONE
from payback.sources.demo.traffic import DIRECT, visit_sources
from payback.sources.demo.truth import EventTruth, VisitTruth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from payback.sources.demo.shop import Campaign
    from payback.sources.demo.traffic import PlannedVisits, VisitSource

DOLLARS = {"USD": 1.0, "EUR": 1.1, "GBP": 1.3, "CHF": 1.2}
"""Fixed rates for the columns that Google converts; other currencies leave them empty."""

REFUND_DAYS = 10
"""Longest time from an order to its refund, in days (sessions.sql)."""

MACHINE_EVENTS = 24
"""Events of a machine's visit (machines.sql)."""

MEMORY = "1200MB"
_ROOM = "payback.sources.demo"
OWED = "from sessions where day = getvariable('day') and refund_after_days is not null"


@dataclass(frozen=True)
class EventPlan:
    """Everything the events are made from.

    Parameters
    ----------
    visits : sequence of PlannedVisits
        Sessions and orders by day and source.
    campaigns : sequence of Campaign
        Their campaigns.
    first_day, days : date, int
        First day with events, and number of days.
    events : int
        Rows to come out at.
    customers : int
        Customers whose numbers signed-in visitors carry.
    seed : int
        Decides everything drawn.
    currency : str
        ISO 4217 code.
    """

    visits: Sequence[PlannedVisits]
    campaigns: Sequence[Campaign]
    first_day: date
    days: int
    events: int
    customers: int
    seed: int
    currency: str

    def file(self, day: int) -> str:
        """Return the name of a day's file."""
        return f"events_{self.date(day):%Y%m%d}.parquet"

    def date(self, day: int) -> date:
        """Return the day of a number, from 0."""
        return self.first_day + timedelta(days=day)

    def midnight(self, day: int) -> int:
        """Return when a day begins in the shop's time zone, in microseconds UTC."""
        start = datetime.combine(self.date(day), time(), ZoneInfo(TIME_ZONE))
        return int(start.timestamp()) * 1_000_000


def write_events(directory: Path, plan: EventPlan) -> EventTruth:
    """Write one file a day and return what is in them.

    Parameters
    ----------
    directory : path
        Folder of the event files; files of other days in it would not be of this shop, so there must be none.
    plan : EventPlan
        What to write.

    Raises
    ------
    UsageError
        The folder holds events of other days.
    """
    _check_folder(directory, plan)
    counts: Counter[tuple[Any, ...]] = Counter()
    done = machine_visits = 0
    with tempfile.TemporaryDirectory() as spill, Engine(memory_limit=MEMORY, temp_directory=spill) as engine:
        _prepare(engine, plan)
        for day, due in enumerate(_due(plan)):
            people = _add_people(engine, plan, day)
            machines = max(due - done - people, 0)
            machine_visits += _add_machines(engine, machines, machine_visits)
            done += people + machines
            _write_day(engine, directory / plan.file(day))
            _count(engine, counts)
    return _truth(plan, counts)


def _check_folder(directory: Path, plan: EventPlan) -> None:
    expected = {plan.file(day) for day in range(plan.days)}
    strangers = sorted(path.name for path in directory.glob("events_*.parquet") if path.name not in expected)
    if strangers:
        raise UsageError(
            "the folder holds events of other days, which would be read as this shop's",
            where=str(directory),
            got=f"{len(strangers)} files, such as {strangers[0]}",
            hint="choose an empty folder, or remove them",
        )


def _due(plan: EventPlan) -> list[int]:
    """Return how many events there should be by the end of each day: in step with the visits of people."""
    sessions = Counter[int]()
    for visit in plan.visits:
        sessions[visit.day] += visit.sessions
    sums = accumulate(sessions[day] for day in range(plan.days))
    return [plan.events * so_far // sessions.total() for so_far in sums]


def _prepare(engine: Engine, plan: EventPlan) -> None:
    """Make macros, catalogue, sources, days and the plan known to the engine."""
    import pyarrow as pa

    for script in ("draws.sql", "visits.sql", "export_parts.sql", "catalogue.sql"):
        engine.execute(read_sql(_ROOM, script), name=script)
    sources = visit_sources(plan.campaigns)
    engine.register("given_plan", pa.Table.from_pylist([visit._asdict() for visit in plan.visits]))
    engine.register("given_days", pa.Table.from_pylist(_days(plan)))
    engine.register("given_sources", pa.Table.from_pylist([_source(*pair) for pair in enumerate(sources)]))
    engine.execute("create temp table plan as select * from given_plan order by first_session")
    engine.execute("create temp table days as select * from given_days")
    engine.execute("set variable sources = (select list(s order by number) from given_sources as s)")
    engine.execute("set variable prices = list_transform(getvariable('products'), lambda product: product.cents)")
    _set(
        engine,
        seed=plan.seed % 2**32,
        customers=plan.customers,
        currency=plan.currency,
        dollars=DOLLARS.get(plan.currency),
        direct=sources.index(DIRECT),
        shop_name=SHOP_NAME,
        shop_url=SHOP_URL,
        host=SHOP_URL.removeprefix("https://"),
    )


def _set(engine: Engine, **values: object) -> None:
    """Set variables of the engine, which the SQL files read."""
    for name, value in values.items():
        engine.execute(f"set variable {name} = ?", [value])


def _source(number: int, source: VisitSource) -> dict[str, object]:
    """Return a source as a row; lists keep their type when they are empty."""
    return {"number": number, **asdict(source)}


def _days(plan: EventPlan) -> list[dict[str, int]]:
    """Return each day with its midnight and the numbers of its sessions."""
    by_day = {day: list(visits) for day, visits in groupby(plan.visits, lambda visit: visit.day)}
    return [
        {
            "day": day,
            "start_us": plan.midnight(day),
            "length_us": plan.midnight(day + 1) - plan.midnight(day),
            "first_session": by_day[day][0].first_session,
            "sessions": sum(visit.sessions for visit in by_day[day]),
        }
        for day in range(plan.days)
    ]


def _add_people(engine: Engine, plan: EventPlan, day: int) -> int:
    """Make table ``events`` with what people do on a day, and return how many events that is."""
    start = plan.midnight(day)
    _set(engine, day=day, day_start_us=start, day_end_us=plan.midnight(day + 1), event_date=f"{plan.date(day):%Y%m%d}")
    sessions = read_sql(_ROOM, "sessions.sql")
    engine.execute(f"create or replace temp table sessions as {sessions}", name="demo sessions")
    engine.execute(("create temp table owed as " if day == 0 else "insert into owed ") + OWED, name="demo refunds")
    events = read_sql(_ROOM, "day_events.sql")
    engine.execute(f"create or replace temp table events as {events}", name="demo events")
    return int(engine.row("select count(*) from events")[0])


def _add_machines(engine: Engine, events: int, visits_before: int) -> int:
    """Add so many events of machines to the day and return in how many visits."""
    _set(engine, machine_events=events, machine_visits=visits_before)
    engine.execute(f"insert into events by name {read_sql(_ROOM, 'machines.sql')}", name="demo machines")
    engine.execute(
        "create or replace temp table day_events as from events order by at_us, session, position", name="demo order"
    )
    return -(-events // MACHINE_EVENTS)


def _write_day(engine: Engine, path: Path) -> None:
    with replacing(path) as draft:
        engine.execute(
            f"copy ({read_sql(_ROOM, 'export.sql')}) to {literal(str(draft))} (format parquet, compression zstd)",
            name="demo export",
        )


def _count(engine: Engine, counts: Counter[tuple[Any, ...]]) -> None:
    """Add what the day's events add up to: keys are (source, kind, event name, measure)."""
    for row in engine.records(read_sql(_ROOM, "day_totals.sql")):
        key = (row.pop("source"), row.pop("kind"), row.pop("event_name"))
        for measure, value in row.items():
            counts[(*key, measure)] += value or 0


def _truth(plan: EventPlan, counts: Counter[tuple[Any, ...]]) -> EventTruth:
    def total(kind: str | None, name: str | None, measure: str) -> int:
        return sum(
            value
            for (_, a_kind, a_name, a_measure), value in counts.items()
            if kind in (None, a_kind) and name in (None, a_name) and measure == a_measure
        )

    started = total("human", "session_start", "events")
    return EventTruth(
        rows=total(None, None, "events"),
        first_day=plan.first_day,
        last_day=plan.date(plan.days - 1),
        events={name: total(None, name, "events") for name in sorted({key[2] for key in counts})},
        sessions=total(None, "session_start", "with_session"),
        sessions_without_consent=started - total("human", "session_start", "with_session"),
        bot_sessions=total("machine", "session_start", "events"),
        bot_events=total("machine", None, "events"),
        purchases=total("human", "purchase", "events") - total("human", "purchase", "repeats"),
        repeated_purchases=total("human", "purchase", "repeats"),
        revenue=_amount(total("human", "purchase", "cents")),
        refunded=_amount(total("refund", None, "cents")),
        visits=tuple(_visits(plan, counts)),
    )


def _visits(plan: EventPlan, counts: Counter[tuple[Any, ...]]) -> list[VisitTruth]:
    files = [campaign.platform.file for campaign in plan.campaigns if campaign.tagged]
    truths = []
    for number, source in enumerate(visit_sources(plan.campaigns)):
        bought, paid_back = (number, "human", "purchase"), (number, "refund", "refund")
        truths.append(
            VisitTruth(
                campaign=source.name,
                file=files[number] if number < len(files) else None,
                source=source.shown_source,
                medium=source.shown_medium,
                channel=source.channel,
                sessions=counts[number, "human", "session_start", "with_session"],
                purchases=counts[(*bought, "events")] - counts[(*bought, "repeats")],
                late_purchases=counts[(*bought, "late")],
                revenue=_amount(counts[(*bought, "cents")]),
                refunds=counts[(*paid_back, "events")],
                refunded=_amount(counts[(*paid_back, "cents")]),
            )
        )
    return truths


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
