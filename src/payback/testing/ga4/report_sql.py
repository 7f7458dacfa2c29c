"""The parts that a report fills into ``report.sql``: SQL made from our own catalogue, values as parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import literal, read_sql
from payback.testing.ga4.data import ROOM
from payback.testing.ga4.filters import condition
from payback.testing.ga4.requests import RANGE_FIELD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.fields import MetricField
    from payback.testing.ga4.requests import ReportPlan

OTHER = "(other)"
AS_IT_IS = "select * from named"

JOINS = {
    "calendar": "join calendar on calendar.day = wanted.day",
    "session_sources": "join names as session_sources on session_sources.number = wanted.session_source",
    "first_sources": "join names as first_sources on first_sources.number = wanted.first_source",
    "countries": "join countries on countries.number = wanted.country",
    "devices": "join devices on devices.number = wanted.device",
    "ages": "join ages on ages.number = wanted.age",
    "genders": "join genders on genders.number = wanted.gender",
    "items": "join items on items.number = wanted.item",
}
"""The tables of names that dimensions are read from, by the name they go under in ``report.sql``."""

# Google writes doubles with 15 digits, and with 17 where those read back as another number.
TEXT_OF_DOUBLES = """create or replace temp macro as_text(number) as
    case
        when number = floor(number) and abs(number) < 1e15 then cast(cast(number as bigint) as varchar)
        when cast(printf('%.15g', number) as double) = number then printf('%.15g', number)
        else printf('%.17g', number)
    end"""


def grouped_sql(
    plan: ReportPlan, effects: Effects, table: str, *, rolled_up: bool, thresholded: bool
) -> tuple[str, list[object]]:
    """Return the statement that makes the table of a report, and its parameters."""
    parameters: list[object] = []
    sql = _filled(
        plan,
        table,
        rolled_up=_rolled_up(plan) if rolled_up else AS_IT_IS,
        where=_where(plan, parameters),
        keys="".join(f"d{n}, " for n, _ in enumerate(plan.dimensions)),
        measures=_measures(plan, effects),
        having=_having(plan, effects, parameters, thresholded=thresholded),
        users="count(distinct user_number)" if thresholded else "0",
    )
    return sql, parameters


def totals_sql(plan: ReportPlan, effects: Effects, table: str) -> tuple[str, list[object]]:
    """Return the statement that adds a report up by date range, each person counted once."""
    parameters: list[object] = []
    where, measures = _where(plan, parameters), _measures(plan, effects)
    sql = _filled(plan, table, rolled_up=AS_IT_IS, where=where, keys="", measures=measures, having="true")
    return sql, parameters


def combinations_sql(plan: ReportPlan, table: str) -> str:
    """Return the statement that finds every combination of the dimensions, filters aside."""
    keys = f"{_keys(plan)}, "
    weight = ", sum(sessions) + sum(ad_clicks) as m0"
    return _filled(plan, table, rolled_up=AS_IT_IS, where="true", keys=keys, measures=weight, having="true")


def kept_sql(plan: ReportPlan, most: int) -> str:
    """Return the statement that keeps the largest combinations."""
    keys = _keys(plan)
    largest = f"select {keys}, range_number from combinations order by m0 desc, range_number, {keys} limit {most:d}"
    return f"create or replace temp table kept as {largest}"


def ordered_sql(plan: ReportPlan, table: str, ordered: str) -> str:
    """Return the statement that copies a report and gives each row its place; rows of equal keys share one."""
    order = ", ".join(_order(plan)) or "1"
    return f"create temp table {ordered} as select *, dense_rank() over (order by {order}) as place from {table}"


def page_sql(plan: ReportPlan, ordered: str, turn: int) -> str:
    """Return the query of a page; what the order leaves equal comes in another order at each turn.

    Google promises no order among equal rows, and a client that pages by an order that leaves some equal loses rows.
    """
    columns = [f"cast(d{n} as varchar)" for n, _ in enumerate(plan.dimensions)]
    if len(plan.ranges) > 1:
        columns.append("ranges.label")
    columns += [_as_text(f"m{n}", metric) for n, (_, metric) in enumerate(plan.metrics)]
    labels = ", ".join(f"({n}, {literal(days.label)})" for n, days in enumerate(plan.ranges))
    return (
        f"with page as (select * from {ordered} order by place, hash(row_id + {turn:d}) limit ? offset ?) "
        f"select {', '.join(columns)} from page "
        f"join (values {labels}) as ranges (range_number, label) using (range_number) "
        f"order by place, hash(row_id + {turn:d})"
    )


def aggregate_sql(plan: ReportPlan, table: str, function: str = "") -> str:
    """Return the query of one row a date range: its number, and each metric as a text."""
    values = [_as_text(f"{function}(m{n})", metric) for n, (_, metric) in enumerate(plan.metrics)]
    columns = ", ".join(["cast(range_number as varchar)", *values])
    return f"select {columns} from {table} {'group by range_number ' if function else ''}order by range_number"


def _filled(plan: ReportPlan, table: str, **parts: str) -> str:
    parts = {"users": "0"} | parts
    named = _listed(plan.all_dimensions, lambda each: each.sql, "d")
    advertising = any(each.scope == "advertising" for _, each in plan.all_metrics)
    # Each join costs more to plan than a day's report takes.
    joins = "\n    ".join(join for alias, join in JOINS.items() if f"{alias}." in named)
    parts |= {"result": table, "dimensions": named, "joins": joins, "advertising": str(advertising).lower()}
    return read_sql(ROOM, "report.sql", **parts)


def _keys(plan: ReportPlan) -> str:
    return ", ".join(f"d{n}" for n, _ in enumerate(plan.all_dimensions))


def _where(plan: ReportPlan, parameters: list[object]) -> str:
    columns = {name: f"cast(d{n} as varchar)" for n, (name, _) in enumerate(plan.all_dimensions)}
    return condition(plan.request.dimension_filter, columns, parameters)


def _measures(plan: ReportPlan, effects: Effects) -> str:
    return _listed(plan.all_metrics, lambda each: _measure(each, effects), "m")


def _measure(metric: MetricField, effects: Effects) -> str:
    """Return the SQL of a metric: zero where it is restricted, multiplied up where a sample is read."""
    if effects.restricted & set(metric.restrictions):
        return "0"
    if effects.sample_above is None or not metric.additive or metric.scope == "advertising":
        return metric.sql
    scaled = f"({metric.sql}) * any_value(factor)"
    return scaled if metric.type == "TYPE_CURRENCY" else f"cast(round({scaled}) as bigint)"


def _having(plan: ReportPlan, effects: Effects, parameters: list[object], *, thresholded: bool) -> str:
    columns = {name: f"m{n}" for n, (name, _) in enumerate(plan.all_metrics)}
    tests = [condition(plan.request.metric_filter, columns, parameters)]
    if plan.metrics and not plan.request.keep_empty_rows:
        tests.append("(" + " or ".join(f"m{n} <> 0" for n, _ in enumerate(plan.metrics)) + ")")
    if thresholded:
        tests.append(f"(users = 0 or users >= {effects.threshold_users:d})")
    return " and ".join(tests)


def _listed(fields: Sequence[tuple[str, Any]], expression: Callable[[Any], str], letter: str) -> str:
    return "".join(f", {expression(each)} as {letter}{n}" for n, (_, each) in enumerate(fields))


def _rolled_up(plan: ReportPlan) -> str:
    """Return the step that puts all but the kept combinations under "(other)"; their dates stay."""
    dimensions = list(enumerate(plan.all_dimensions))
    others = [
        f"case when kept.range_number is null then '{OTHER}' else cast(named.d{n} as varchar) end as d{n}"
        for n, (_, each) in dimensions
        if each.scope != "time"
    ]
    replaced = f"replace ({', '.join(others)})" if others else ""
    same = "".join(f" and kept.d{n} = named.d{n}" for n, _ in dimensions)
    return f"select named.* {replaced} from named left join kept on kept.range_number = named.range_number{same}"


def _as_text(column: str, metric: MetricField) -> str:
    """Return the SQL that writes a metric's values as Google does."""
    if metric.type == "TYPE_INTEGER":
        return f"cast({column} as varchar)"
    return f"as_text(cast({column} as double))"


def _order(plan: ReportPlan) -> list[str]:
    """Return the order that was asked for; without one, the first metric counts, the largest first."""
    columns = {name: f"d{n}" for n, (name, _) in enumerate(plan.dimensions)} | {RANGE_FIELD: "range_number"}
    metrics = {name: f"m{n}" for n, (name, _) in enumerate(plan.metrics)}
    parts = []
    for order in plan.request.order_bys:
        if order.metric.metric_name:
            column = metrics[order.metric.metric_name]
        else:
            column = _ordered_text(columns[order.dimension.dimension_name], order.dimension.order_type.name)
        parts.append(f"{column} {'desc' if order.desc else 'asc'}")
    return parts or (["m0 desc"] if plan.metrics else [])


def _ordered_text(column: str, kind: str) -> str:
    if kind == "NUMERIC":
        return f"try_cast(cast({column} as varchar) as double)"
    return f"lower(cast({column} as varchar))" if kind == "CASE_INSENSITIVE_ALPHANUMERIC" else column
