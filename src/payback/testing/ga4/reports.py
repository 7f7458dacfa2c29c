"""Answer report requests with SQL over the facts: group once, then serve any page of it."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from payback.engine.duckdb import Engine
from payback.errors import WarehouseError
from payback.testing.ga4 import report_sql
from payback.testing.ga4.data import Sight, make_facts, minute_of, see
from payback.testing.refusal import invalid

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from payback.testing.ga4.data import Shop
    from payback.testing.ga4.dates import Days
    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.requests import ReportPlan

KEPT_RESULTS = 4
"""Grouped reports that are kept for their next pages."""

WHOLE = 1000
"""Sampling is in thousandths of the people."""

SCHEMA_OF_RANGES = "number integer, first_day date, last_day date, permille integer, factor double"


class Moment(NamedTuple):
    """When the facts are looked at, and in what money."""

    now: datetime
    money_rate: float = 1.0


class Sample(NamedTuple):
    """Events that were read for a date range, and all there are."""

    read: int
    space: int


@dataclass
class Grouped:
    """A report before it is cut into pages."""

    table: str
    rows: int = 0
    samples: list[Sample] = field(default_factory=list)
    other_row: bool = False
    thresholded: bool = False
    ordered: dict[bytes, str] = field(default_factory=dict)
    """Tables of the same rows with their places in the orders that were asked for."""


class Reports:
    """The facts of a property and the reports over them; hold ``lock`` while you ask for something.

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
        self._tables = self._turn = 0
        make_facts(self.engine, shop)
        self.engine.execute(report_sql.TEXT_OF_DOUBLES)

    def close(self) -> None:
        """Close the engine."""
        with self.lock:
            self.engine.close()

    def look(self, moment: Moment, *, final: bool = False) -> None:
        """Set the moment at which the facts are looked at; ``final`` shows them as they will be in the end."""
        day, minute = minute_of(moment.now, self._time_zone)
        late = self.effects.late_data and not final
        kept = (self.effects.first_kept_day(day), self.effects.first_kept_day(day, of_ads=True))
        see(self.engine, Sight(day, minute, late, *kept, moment.money_rate))

    def grouped(self, plan: ReportPlan, moment: Moment) -> Grouped:
        """Return the whole report; the pages of one report at one moment are grouped once."""
        key = self._key(plan, moment)
        if key in self._groups:
            self._groups.move_to_end(key)
            return self._groups[key]
        self._groups[key] = group = self._group(plan, moment)
        while len(self._groups) > KEPT_RESULTS:
            _, old = self._groups.popitem(last=False)
            for table in (old.table, *old.ordered.values()):
                self.engine.execute(f"drop table if exists {table}")
        return group

    def page(self, plan: ReportPlan, group: Grouped) -> list[tuple[str, ...]]:
        """Return the rows of a page as texts; they are sorted once for all pages."""
        order = b"".join(type(each).serialize(each) + b";" for each in plan.request.order_bys)
        if order not in group.ordered:
            name = f"{group.table}_{len(group.ordered)}"
            self.engine.execute(report_sql.ordered_sql(plan, group.table, name), name="order")
            group.ordered[order] = name
        self._turn += 1
        sql = report_sql.page_sql(plan, group.ordered[order], self._turn)
        return self.engine.rows(sql, [plan.limit, plan.offset])

    def aggregates(self, plan: ReportPlan, group: Grouped, moment: Moment, kind: str) -> list[tuple[str, ...]]:
        """Return the TOTAL, MINIMUM or MAXIMUM rows, one a date range; totals count a person once."""
        if kind != "TOTAL":
            function = "min" if kind == "MINIMUM" else "max"
            return self.engine.rows(report_sql.aggregate_sql(plan, group.table, function))
        self.look(moment)
        self._make_ranges(plan)
        sql, parameters = report_sql.totals_sql(plan, self.effects, "totals")
        self.engine.execute(sql, parameters, name="totals")
        return self.engine.rows(report_sql.aggregate_sql(plan, "totals"))

    def _key(self, plan: ReportPlan, moment: Moment) -> str:
        """Return what tells a report at a moment from all others, whatever its page."""
        copy = type(plan.request)(plan.request)
        for name in ("limit", "offset", "return_property_quota", "order_bys", "metric_aggregations"):
            type(copy).pb(copy).ClearField(name)
        place = f"{minute_of(moment.now, self._time_zone)} {moment.money_rate} {self.effects} "
        request = type(copy).pb(copy).SerializeToString(deterministic=True)
        return hashlib.sha256(place.encode() + request).hexdigest()

    def _group(self, plan: ReportPlan, moment: Moment) -> Grouped:
        self.look(moment)
        self._tables += 1
        group = Grouped(f"result_{self._tables}", samples=self._make_ranges(plan))
        group.other_row = self._keep_some(plan)
        group.thresholded = self.effects.thresholds(plan)
        sql, parameters = report_sql.grouped_sql(
            plan, self.effects, group.table, rolled_up=group.other_row, thresholded=group.thresholded
        )
        try:
            self.engine.execute(sql, parameters, name="report")
        except WarehouseError as error:
            # All else of the statement is ours.
            raise invalid(f"Invalid regular expression in a filter: {error.got}") from error
        group.rows = int(self.engine.row(f"select count(*) from {group.table}")[0])
        return group

    def _make_ranges(self, plan: ReportPlan) -> list[Sample]:
        """Make the table of date ranges, and decide how large a sample each is read from."""
        self.engine.execute(f"create or replace temp table ranges ({SCHEMA_OF_RANGES})")
        samples = []
        for number, days in enumerate(plan.ranges):
            permille, sample = self._sample(days)
            factor = 1.0
            if sample:
                factor = sample.space / max(sample.read, 1)
                samples.append(sample)
            values = [number, days.first, days.last, permille, factor]
            self.engine.execute("insert into ranges values (?, ?, ?, ?, ?)", values)
        # So that the engine reads these days only.
        self.engine.execute("set variable first_day = ?", [min(days.first for days in plan.ranges)])
        self.engine.execute("set variable last_day = ?", [max(days.last for days in plan.ranges)])
        return samples

    def _sample(self, days: Days) -> tuple[int, Sample | None]:
        """Return how many thousandths of the people a date range reads, and what that is in events."""
        most = self.effects.sample_above
        if most is None:
            return WHOLE, None
        events = "select coalesce(sum(events), 0) from seen where day between ? and ? and sample < ?"
        space = int(self.engine.row(events, [days.first, days.last, WHOLE])[0])
        if space <= most:
            return WHOLE, None
        permille = max(most * WHOLE // space, 1)
        return permille, Sample(int(self.engine.row(events, [days.first, days.last, permille])[0]), space)

    def _keep_some(self, plan: ReportPlan) -> bool:
        """Make the table of the combinations that are kept; tell whether others are not."""
        most = self.effects.most_combinations
        if most is None or not plan.all_dimensions:
            return False
        self.engine.execute(report_sql.combinations_sql(plan, "combinations"), name="combinations")
        if self.engine.row("select count(*) from combinations")[0] <= most:
            return False
        self.engine.execute(report_sql.kept_sql(plan, most), name="kept")
        return True
