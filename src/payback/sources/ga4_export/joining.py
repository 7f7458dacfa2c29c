"""Put parts together: sessions, sales and campaign days of all of them; of what changed and what follows, no more."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from payback.engine.duckdb import read_sql
from payback.sources.channel_rules import rule_sets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.engine.duckdb import Engine
    from payback.sources.channel_rules import RuleSet
    from payback.sources.ga4_export.parts import Part

_ROOM = "payback.sources.ga4_export"


def replace_parts(
    engine: Engine, parts: Sequence[Part], numbers: Mapping[str, int], *, first: int, reading: str
) -> None:
    """Replace what was known of parts by what was read of them, and note whose visitors and orders they touch.

    Parameters
    ----------
    engine : Engine
        With the new parts in ``visits``. Within a transaction.
    parts : sequence of Part
        Parts that were read.
    numbers : dict of str to int
        Their numbers.
    first : int
        The first number that was given out in this run.
    reading : str
        Hash of what decides how events are summed up.
    """
    listed = 'select number as part from parts where list_contains(?, "key")'
    engine.execute(f"create or replace temp table stale as {listed}", [[part.key for part in parts]])
    engine.execute(
        "create or replace temp table concerned as select part from stale union select unnest(?)",
        [_read(parts, numbers)],
    )
    engine.execute(f"insert into orders by name {read_sql(_ROOM, 'orders.sql')}", [first], name="keep orders")
    _note_touched(engine)
    if engine.row("select exists (from stale)")[0]:
        for name in ("visits", "orders"):
            engine.execute(f"delete from {name} where part in (from stale)", name=f"drop old {name}")
        engine.execute("delete from parts where number in (from stale)")
    rows: list[dict[str, object]] = [
        {
            "key": part.key,
            "number": numbers[part.key],
            "kind": part.kind,
            "day": part.day,
            "stamp": part.stamp,
            "content_hash": part.content_hash(),
            "reading": reading,
        }
        for part in parts
    ]
    _enter_parts(engine, rows, first)


def _read(parts: Sequence[Part], numbers: Mapping[str, int]) -> list[int]:
    return [numbers[part.key] for part in parts]


def _note_touched(engine: Engine) -> None:
    """Note visitors and orders of the parts that come and of those that go."""
    engine.execute(
        "create or replace temp table touched_users as select distinct user_pseudo_id from ("
        "select user_pseudo_id from visits where part in (from concerned) union all "
        "select user_pseudo_id from orders where part in (from concerned)) where user_pseudo_id is not null",
        name="touched visitors",
    )
    engine.execute(
        "create or replace temp table touched_orders as select distinct transaction_id from orders "
        "where part in (from concerned) and transaction_id is not null",
        name="touched orders",
    )
    engine.execute("set variable touched_since = ?", [_touched_since(engine)])


def _touched_since(engine: Engine) -> int:
    """Return a time before which no session starts that has visits in the parts that come or go.

    Sessions of the same id are looked up whoever had them: to look for fewer would take longer.
    """
    visits = "(from visits where part in (from concerned))"
    known = f"sessions semi join (select distinct session_id from {visits}) using (session_id)"
    first = engine.row(f"select least((select min(start_us) from {visits}), (select min(start_us) from {known}))")[0]
    return int(first or 0)


def _enter_parts(engine: Engine, rows: list[dict[str, object]], first: int) -> None:
    """Enter parts in the ledger, with what was counted in them."""
    if not rows:
        return
    kinds = {"key": "varchar", "kind": "varchar", "stamp": "varchar", "content_hash": "varchar", "reading": "varchar"}
    kinds |= {"number": "bigint", "day": "date"}
    engine.keep_records("given_parts", kinds, rows)
    engine.execute(f"insert into parts by name {read_sql(_ROOM, 'parts.sql')}", [first], name="keep parts")


def join_parts(engine: Engine, *, everything: bool) -> int:
    """Work out sessions, sales and campaign days anew where they can have changed; return how many days differ.

    Parameters
    ----------
    engine : Engine
        After `replace_parts`. Within a transaction.
    everything : bool
        Put all parts together, whatever changed.
    """
    _join_sessions(engine, everything=everything)
    _join_sales(engine, everything=everything)
    engine.execute(
        "create or replace temp table changed_days as select distinct day from ("
        "select day from gone_sessions union all select day from came_sessions union all "
        "select day from gone_sales union all select day from came_sales)"
        if not everything
        else "create or replace temp table changed_days as "
        "select day from sessions union select day from sales union select date from campaign_days",
    )
    count, first, last = engine.row("select count(*), min(day), max(day) from changed_days")
    _join_days(engine, everything=everything, sets=_sets_of(None if everything else first, last))
    return int(count)


def _join_sessions(engine: Engine, *, everything: bool) -> None:
    visits = "(from visits where user_pseudo_id is not null and session_id is not null and start_us is not null)"
    if not everything:
        engine.execute(
            "create or replace temp table asking_users as select distinct user_pseudo_id "
            f"from {visits} semi join touched_users using (user_pseudo_id) "
            "where start_us >= getvariable('touched_since') and google_source is null and touch_source is null",
            name="visitors of direct sessions",
        )
        touched = read_sql(_ROOM, "touched_visits.sql", visits=visits)
        visits = "touched_visits"
        engine.execute(f"create or replace temp table {visits} as {touched}", name="touched visits")
    engine.execute(
        "create or replace temp table several_parts as select hash(user_pseudo_id, session_id) as key "
        f"from {visits} group by key having count(*) > 1",
        name="sessions of several parts",
    )
    kind = "view" if everything else "table"
    engine.execute(
        f"create or replace temp {kind} joined_sessions as {read_sql(_ROOM, 'sessions.sql', visits=visits)}",
        name="join sessions",
    )
    attributed = read_sql(_ROOM, "attribution.sql")
    if everything:
        engine.execute("delete from sessions")
        engine.execute(f"insert into sessions by name {attributed}", name="attribute sessions")
        return
    since = "start_us >= getvariable('touched_since')"
    engine.execute(
        f"create or replace temp table new_sessions as from ({attributed}) where {since}", name="attribute sessions"
    )
    engine.execute(
        "create or replace temp table known_sessions as "
        f"from sessions semi join touched_users using (user_pseudo_id) where {since}",
        name="known sessions",
    )
    _swap(engine, "sessions", ("user_pseudo_id", "session_id"))


def _join_sales(engine: Engine, *, everything: bool) -> None:
    orders = "orders"
    if not everything:
        orders = "touched_lines"
        _note_lines(engine)
    _note_order_sessions(engine, orders, everything=everything)
    sales = read_sql(_ROOM, "sales.sql", orders=orders)
    if everything:
        engine.execute("delete from sales")
        engine.execute(f"insert into sales by name {sales}", name="join sales")
        return
    engine.execute(f"create or replace temp table new_sales as {sales}", name="join sales")
    engine.execute(
        "create or replace temp table known_sales as from sales where transaction_id in (from touched_orders) "
        "or part in (from stale) or (part, number) in (select (part, number) from touched_lines)"
    )
    _swap(engine, "sales", ("part", "number"))


def _note_lines(engine: Engine) -> None:
    """Note the lines of orders that can have changed: of the touched orders, and after a session that changed."""
    later = "user_pseudo_id in (from touched_users) and coalesce(at_us >= getvariable('touched_since'), true)"
    # Who else used an id of these visitors' orders is concerned too.
    engine.execute(
        "insert into touched_orders select distinct transaction_id from orders "
        f"where transaction_id is not null and {later}"
    )
    engine.execute(
        "create or replace temp table touched_lines as from orders where "
        "transaction_id in (from touched_orders) or transaction_id is null and "
        f"({later} or part in (from concerned))",
        name="touched sales",
    )


def _note_order_sessions(engine: Engine, orders: str, *, everything: bool) -> None:
    """Note the sessions that the lines of orders can belong to: their own, else all of their visitor in the window."""
    asked = f"select coalesce(min(coalesce(at_us, 0)), 0) from {orders}"
    first = 0 if everything else int(engine.row(asked)[0])
    engine.execute(
        f"create or replace temp table order_sessions as {read_sql(_ROOM, 'order_sessions.sql', orders=orders)}",
        [first],
        name="sessions of orders",
    )
    engine.execute(
        f"create or replace temp table homeless_lines as select user_pseudo_id, at_us from {orders} "
        "anti join order_sessions using (user_pseudo_id, session_id) where user_pseudo_id is not null"
    )
    first = engine.row("select min(at_us) from homeless_lines")[0]
    if first is not None:
        engine.execute(
            "insert into order_sessions select * exclude (landing_page) from sessions "
            "semi join homeless_lines using (user_pseudo_id) "
            "anti join order_sessions using (user_pseudo_id, session_id) "
            "where start_us >= ? - getvariable('lookback_us')",
            [first],
            name="sessions before orders",
        )


def _swap(engine: Engine, table: str, key: tuple[str, str]) -> None:
    """Replace the known rows of a table that differ from the new ones; ``gone_`` and ``came_`` hold the difference."""
    engine.execute(f"create or replace temp table gone_{table} as from known_{table} except from new_{table}")
    engine.execute(f"create or replace temp table came_{table} as from new_{table} except from known_{table}")
    if engine.row(f"select exists (from gone_{table})")[0]:
        pair = ", ".join(key)
        engine.execute(
            f"delete from {table} where ({pair}) in (select ({pair}) from gone_{table})", name=f"drop {table}"
        )
    engine.execute(f"insert into {table} by name from came_{table}", name=f"keep {table}")


def _sets_of(first: date | None, last: date | None) -> Sequence[RuleSet]:
    """Return the rules that held between two days, by date: to plan the statement of a set costs as much as a scan."""
    sets = rule_sets()
    if first is None or last is None:
        return sets
    ends = [one.valid_from for one in sets[1:]] + [date.max]
    return [
        one for one, end in zip(sets, ends, strict=True) if end > first and (one.valid_from <= last or one is sets[0])
    ]


def _chosen(day: str, texts: Mapping[date, str]) -> str:
    """Return the SQL of the text of a day, of texts by the first day on which they hold."""
    first, *later = sorted(texts)
    branches = " ".join(f"when {day} >= date '{since}' then {texts[since]}" for since in reversed(later))
    return f"case {branches} else {texts[first]} end" if later else texts[first]


def _join_days(engine: Engine, *, everything: bool, sets: Sequence[RuleSet]) -> None:
    part = "{}" if everything else "(from {} semi join changed_days using (day))"
    rules = {one.valid_from: one.sql(source="source", medium="medium", campaign="campaign") for one in sets}
    versions = {since: f"date '{since}'" for since in rules}
    sql = read_sql(
        _ROOM,
        "campaign_days.sql",
        sessions=part.format("sessions"),
        sales=part.format("sales"),
        channel=_chosen("version_day", rules),
        version=_chosen("day", versions),
        version_of_a=_chosen("a.day", versions),
    )
    engine.execute("delete from campaign_days where date in (from changed_days)")
    engine.execute(f"insert into campaign_days by name {sql}", name="campaign days")
