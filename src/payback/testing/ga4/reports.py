"""Answer report requests with SQL over the facts: group once, then serve any page of it."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from payback.engine.duckdb import Engine, literal, read_sql
from payback.testing.ga4.data import ROOM, make_facts, minute_of, see
from payback.testing.ga4.filters import condition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from payback.testing.ga4.data import Shop
    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.fields import MetricField
    from payback.testing.ga4.requests import ReportPlan

KEPT_RESULTS = 6
"""Grouped reports that are kept for their next pages."""

WHOLE = 1000
"""Sampling is in thousandths of the people."""

OTHER = "(other)"
SCHEMA_OF_RANGES = "number integer, label varchar, first_day date, last_day date, permille integer, factor double"

# Google writes doubles with 15 digits, and with 17 where those read back as another number.
_TEXT_OF_DOUBLES = """create or replace temp macro as_text(number) as
    case
        when number = floor(number) and abs(number) < 1e15 then cast(cast(number as bigint) as varchar)
        when cast(printf('%.15g', number) as double) = number then printf('%.15g', number)
        else printf('%.17g', number)
    end"""


class Sample(NamedTuple):
    """Events that were read for a date range, and all there are."""

    read: int
    space: int


@dataclass
class Grouped:
    """A report before it is cut into pages."""

    table: str
    rows: int
    samples: list[Sample] = field(default_factory=list)
    other_row: bool = False
    thresholded: bool = False


class Reports:
    """The facts of a property and the reports over them.

    Parameters
    ----------
    shop : Shop
        What the facts are made from.
    effects : Effects
        What the reports suffer from.
    time_zone : ZoneInfo
        The property's.
    """

    def __init__(self, shop: Shop, effects: Effects, time_zone: ZoneInfo) -> None:
        self.engine = Engine(threads=2)
        self.effects = effects
        self.lock = threading.RLock()
        self._time_zone = time_zone
        self._groups: OrderedDict[str, Grouped] = OrderedDict()
        self._tables = self._pages = 0
        make_facts(self.engine, shop)
        self.engine.execute(_TEXT_OF_DOUBLES)

    def close(self) -> None:
        """Close the engine."""
        with self.lock:
            self.engine.close()

    def look_at(self, now: datetime, money_rate: float = 1.0) -> None:
        """Set the moment at which the facts are looked at, and the factor of all money."""
        day, minute = minute_of(now, self._time_zone)
        late = self.effects.late_data
        see(self.engine, day, minute, comes_late=late, kept_from=self.effects.first_kept_day(day))
        self.engine.execute("set variable money_rate = ?", [money_rate])

    def grouped(self, plan: ReportPlan, now: datetime, money_rate: float) -> Grouped:
        """Return the whole report; pages of one report at one moment are grouped once."""
        key = self._key(plan, now, money_rate)
        if key in self._groups:
            self._groups.move_to_end(key)
            return self._groups[key]
        self.look_at(now, money_rate)
        self._groups[key] = group = self._group(plan)
        while len(self._groups) > KEPT_RESULTS:
            _, old = self._groups.popitem(last=False)
            self.engine.execute(f"drop table if exists {old.table}")
        return group

    def _key(self, plan: ReportPlan, now: datetime, money_rate: float) -> str:
        request = type(plan.request).pb(plan.request)
        copy = type(request)()
        copy.CopyFrom(request)
        for name in ("limit", "offset", "return_property_quota", "order_bys", "metric_aggregations"):
            copy.ClearField(name)
        text = f"{minute_of(now, self._time_zone)} {money_rate} {self.effects} ".encode()
        return hashlib.sha256(text + copy.SerializeToString(deterministic=True)).hexdigest()

    def _group(self, plan: ReportPlan) -> Grouped:
        self._tables += 1
        group = Grouped(f"result_{self._tables}", 0)
        group.samples = self._make_ranges(plan)
        group.other_row = self._keep_some(plan)
        group.thresholded = self.effects.thresholds(plan)
        parameters: list[object] = []
        columns = {name: f"d{n}" for n, (name, _) in enumerate(plan.all_dimensions)}
        where = condition(plan.request.dimension_filter, columns, parameters)
        having = self._having(plan, parameters, thresholded=group.thresholded)
        sql = read_sql(
            ROOM,
            "report.sql",
            result=group.table,
            dimensions=_listed(plan.all_dimensions, lambda each: each.sql, "d"),
            rolled_up=_rolled_up(plan) if group.other_row else "select * from named",
            where=where,
            keys="".join(f"d{n}, " for n, _ in enumerate(plan.dimensions)),
            measures=_listed(plan.all_metrics, self._measure, "m"),
            having=having,
        )
        self.engine.execute(sql, parameters, name="report")
        group.rows = int(self.engine.row(f"select count(*) from {group.table}")[0])
        return group

    def _measure(self, metric: MetricField) -> str:
        if self.effects.restricted & set(metric.restrictions):
            return "0"
        if not metric.additive:
            return metric.sql
        scaled = f"({metric.sql}) * any_value(factor)"
        sampled = self.effects.sample_above is not None
        if not sampled:
            return metric.sql
        return f"cast(round({scaled}) as bigint)" if metric.type != "TYPE_CURRENCY" else scaled

    def _having(self, plan: ReportPlan, parameters: list[object], *, thresholded: bool) -> str:
        columns = {name: f"m{n}" for n, (name, _) in enumerate(plan.all_metrics)}
        tests = [condition(plan.request.metric_filter, columns, parameters)]
        if plan.metrics and not plan.request.keep_empty_rows:
            tests.append("(" + " or ".join(f"m{n} <> 0" for n, _ in enumerate(plan.metrics)) + ")")
        if thresholded:
            tests.append(f"(users = 0 or users >= {int(self.effects.threshold_users or 0)})")
        return " and ".join(tests)

    def _make_ranges(self, plan: ReportPlan) -> list[Sample]:
        """Make the table of date ranges, and decide how large a sample each is read from."""
        self.engine.execute(f"create or replace temp table ranges ({SCHEMA_OF_RANGES})")
        samples = []
        for number, days in enumerate(plan.ranges):
            permille, factor = WHOLE, 1.0
            sample = self._sample(days)
            if sample:
                permille, read = sample[0], sample[1]
                factor = read.space / max(read.read, 1)
                samples.append(read)
            values = [number, days.label, days.first, days.last, permille, factor]
            self.engine.execute("insert into ranges values (?, ?, ?, ?, ?, ?)", values)
        return samples

    def _sample(self, days: Any) -> tuple[int, Sample] | None:
        most = self.effects.sample_above
        if most is None:
            return None
        inside = "from seen where day between ? and ?"
        space = int(self.engine.row(f"select coalesce(sum(events), 0) {inside}", [days.first, days.last])[0])
        if space <= most:
            return None
        permille = max(most * WHOLE // space, 1)
        sql = f"select coalesce(sum(events), 0) {inside} and sample < ?"
        return permille, Sample(int(self.engine.row(sql, [days.first, days.last, permille])[0]), space)

    def _keep_some(self, plan: ReportPlan) -> bool:
        """Make the table of the combinations that are kept; tell whether others are not."""
        most = self.effects.most_combinations
        if most is None or not plan.all_dimensions:
            return False
        keys = ", ".join(f"d{n}" for n, _ in enumerate(plan.all_dimensions))
        sql = read_sql(
            ROOM,
            "report.sql",
            result="combinations",
            dimensions=_listed(plan.all_dimensions, lambda each: each.sql, "d"),
            rolled_up="select * from named",
            where="true",
            keys=f"{keys}, ",
            measures=", sum(sessions) as m0",
            having="true",
        )
        self.engine.execute(sql, name="combinations")
        if self.engine.row("select count(*) from combinations")[0] <= most:
            return False
        kept = f"select {keys}, range_number from combinations order by m0 desc, {keys} limit {int(most)}"
        self.engine.execute(f"create or replace temp table kept as {kept}")
        return True

    def page(self, plan: ReportPlan, group: Grouped) -> list[tuple[str, ...]]:
        """Return the rows of a page as texts.

        Rows that the order leaves equal come in another order each time, as Google promises none.
        """
        self._pages += 1
        columns = [f"d{n}" for n, _ in enumerate(plan.dimensions)]
        if len(plan.ranges) > 1:
            columns.append("ranges.label")
        columns += [as_text(f"m{n}", metric) for n, (_, metric) in enumerate(plan.metrics)]
        sql = (
            f"select {', '.join(columns)} from {group.table} "
            f"join (values {_labels(plan)}) as ranges (range_number, label) using (range_number) "
            f"order by {_order(plan)}hash(row_id + {self._pages}) limit ? offset ?"
        )
        return self.engine.rows(sql, [plan.limit, plan.offset])

    def aggregates(self, plan: ReportPlan, group: Grouped, kind: str) -> list[tuple[str, ...]]:
        """Return the TOTAL, MINIMUM or MAXIMUM rows, one a date range, users counted once in totals."""
        source = group.table
        if kind == "TOTAL":
            source = self._group_all(plan)
            values = [as_text(f"m{n}", metric) for n, (_, metric) in enumerate(plan.metrics)]
        else:
            function = "min" if kind == "MINIMUM" else "max"
            values = [as_text(f"{function}(m{n})", metric) for n, (_, metric) in enumerate(plan.metrics)]
        grouping = "" if kind == "TOTAL" else "group by range_number "
        label = ", ".join(["cast(range_number as varchar)", *values])
        return self.engine.rows(f"select {label} from {source} {grouping}order by range_number")

    def _group_all(self, plan: ReportPlan) -> str:
        """Group the filtered facts by date range only."""
        parameters: list[object] = []
        columns = {name: f"d{n}" for n, (name, _) in enumerate(plan.all_dimensions)}
        sql = read_sql(
            ROOM,
            "report.sql",
            result="totals",
            dimensions=_listed(plan.all_dimensions, lambda each: each.sql, "d"),
            rolled_up="select * from named",
            where=condition(plan.request.dimension_filter, columns, parameters),
            keys="",
            measures=_listed(plan.all_metrics, self._measure, "m"),
            having="true",
        )
        self.engine.execute(sql, parameters, name="totals")
        return "totals"


def as_text(column: str, metric: MetricField) -> str:
    """Return the SQL that writes a metric's values as Google does."""
    if metric.type == "TYPE_INTEGER":
        return f"cast({column} as varchar)"
    return f"as_text(cast({column} as double))"


def _listed(fields: Sequence[tuple[str, Any]], expression: Any, letter: str) -> str:
    return "".join(f", {expression(each)} as {letter}{n}" for n, (_, each) in enumerate(fields))


def _rolled_up(plan: ReportPlan) -> str:
    """Return the step that puts all but the kept combinations under "(other)"; their dates stay."""
    keys = [f"d{n}" for n, _ in enumerate(plan.all_dimensions)]
    shown = [
        key if each.scope == "time" else f"case when kept.range_number is null then '{OTHER}' else {key} end as {key}"
        for key, (_, each) in zip(keys, plan.all_dimensions, strict=True)
    ]
    replaced = ", ".join(text for text in shown if " as " in text)
    return (
        f"select named.* {f'replace ({_qualified(replaced, keys)})' if replaced else ''} from named "
        f"left join kept on kept.range_number = named.range_number "
        + "".join(f"and kept.{key} = named.{key} " for key in keys)
    )


def _qualified(text: str, keys: Sequence[str]) -> str:
    for key in keys:
        text = text.replace(f"else {key} end", f"else named.{key} end")
    return text


def _labels(plan: ReportPlan) -> str:
    return ", ".join(f"({n}, {literal(days.label)})" for n, days in enumerate(plan.ranges))


def _order(plan: ReportPlan) -> str:
    """Return the order that was asked for; without one, the first metric counts, the largest first."""
    columns = {name: f"d{n}" for n, (name, _) in enumerate(plan.dimensions)} | {"dateRange": "range_number"}
    metrics = {name: f"m{n}" for n, (name, _) in enumerate(plan.metrics)}
    parts = []
    for order in plan.request.order_bys:
        if order.metric.metric_name:
            column = metrics[order.metric.metric_name]
        else:
            column = _ordered_text(columns[order.dimension.dimension_name], order.dimension.order_type.name)
        parts.append(f"{column} {'desc' if order.desc else 'asc'}, ")
    if not parts and plan.metrics:
        parts.append("m0 desc, ")
    return "".join(parts)


def _ordered_text(column: str, kind: str) -> str:
    if kind == "NUMERIC":
        return f"try_cast({column} as double)"
    return f"lower({column})" if kind == "CASE_INSENSITIVE_ALPHANUMERIC" else column
