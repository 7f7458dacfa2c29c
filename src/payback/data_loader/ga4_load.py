"""Read GA4 properties into the warehouse: a request's days in one transaction, so that a stop loses nothing."""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from payback.data_loader.ga4_check import Difference, reconcile
from payback.data_loader.ga4_days import Windows, chosen_days, days_to_read, first_day, known_days, requests_of
from payback.data_loader.ga4_open import open_property
from payback.data_loader.ga4_plan import Experience, Plan, plan_property
from payback.data_loader.slice_load import write_rows
from payback.errors import PaybackError, QuotaExhaustedError, UsageError, WarehouseError
from payback.sources.ga4_api.quota import SystemClock
from payback.sources.ga4_api.reports import CAMPAIGN_DAYS, SOURCE
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS
from payback.warehouse.base import Load
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from payback.config.reading import GA4
    from payback.sources.ga4_api.property import DaysRead, Ga4Property
    from payback.sources.ga4_api.quota import Clock
    from payback.warehouse.base import Warehouse

_log = logging.getLogger(__name__)


@dataclass
class PropertyReport:
    """What became of one property.

    Parameters
    ----------
    property_id : str
        Its number.
    status : str
        ``done``, ``unchanged`` (nothing differed), ``stopped`` (the day's quota is spent; the next run goes on) or
        ``failed``.
    days_read, days_changed : int
        Days asked for, and those that were new or revised.
    rows : int
        Rows of ``campaign_traffic`` that were read.
    first_day, last_day : date, optional
        The days.
    days_left : int
        Days that are still to be read.
    calls, reports, tokens : int
        What it took.
    flags : dict of str to int
        Flag -> days that have it.
    unexplained : list of Difference
        Totals that differ from GA4's own without a reason.
    warnings : list of str
        What a person should know.
    error : str
        What stopped it.
    seconds : float
        Duration, waits included.
    """

    property_id: str
    status: str = "done"
    days_read: int = 0
    days_changed: int = 0
    rows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    days_left: int = 0
    calls: int = 0
    reports: int = 0
    tokens: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    unexplained: list[Difference] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can carry it."""
        values = dict(self.__dict__)
        values["unexplained"] = [
            f"{one.day} {one.measure}: {one.warehouse_value} here, {one.independent_value} in GA4"
            for one in self.unexplained
        ]
        values |= {name: str(values[name]) for name in ("first_day", "last_day") if values[name]}
        return values | {"seconds": round(self.seconds, 3)}


class Ga4Load:
    """Reads the properties of a project.

    Parameters
    ----------
    warehouse : Warehouse
        Where the rows go.
    settings : GA4
        Section ``ga4`` of the settings.
    project : Path
        Folder of the project, from which the credentials file is found.
    run_id : str, optional
        The run, for the ledgers.
    clock : Clock, optional
        Tells the time and waits; that of the machine by default.
    say : callable, optional
        Told before each piece of work.

    Raises
    ------
    UsageError
        No property is set.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        settings: GA4,
        project: Path,
        *,
        run_id: str | None = None,
        clock: Clock | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        if not settings.numbers():
            raise UsageError(
                "no GA4 property is set",
                where="ga4.property",
                hint="set ga4.property to the number in Admin > Property settings; see docs/how-to/connect-ga4.md",
            )
        self.warehouse = warehouse
        self.settings = settings
        self.project = project
        self.run_id = run_id
        self.clock = clock or SystemClock()
        self.say = say or (lambda _: None)
        self.windows = Windows(settings.reread_days, settings.reread_outcome_days)

    def plan(self) -> list[Plan]:
        """Return what reading each property would take; nothing is asked of Google."""
        now = self.clock.now()
        return [plan_property(self.warehouse, self.settings, number, now) for number in self.settings.numbers()]

    def fetch(self, first: date | None = None, last: date | None = None) -> list[PropertyReport]:
        """Read what is due of each property; one that cannot be read does not keep the others out.

        Parameters
        ----------
        first, last : date, optional
            Read exactly these days instead, whether or not they are due.
        """
        return [self._fetch_one(number, first, last) for number in self.settings.numbers()]

    def check(self, first: date | None = None, last: date | None = None, days: int = 28) -> list[Difference]:
        """Compare days that were read with GA4's totals of now.

        Parameters
        ----------
        first, last : date, optional
            The days; by default the last ones.
        days : int
            How many those are.
        """
        found = []
        for number in self.settings.numbers():
            with self._open(number) as of:
                known = sorted(known_days(self.warehouse, number))
                chosen = [day for day in known if (not first or day >= first) and (not last or day <= last)]
                for start, end in requests_of(chosen if first else chosen[-days:], 366):
                    self.say(f"asking property {number} for its totals of {start} to {end}")
                    totals = of.totals(start, end)
                    with self.warehouse.transaction():
                        found += reconcile(self.warehouse, of, totals, self.run_id)
        return found

    def _open(self, number: str) -> Ga4Property:
        self.say(f"connecting to GA4 property {number}")
        seen = Experience.of(self.warehouse, number)
        return open_property(
            self.settings,
            self.project,
            number,
            clock=self.clock,
            tokens_a_report=seen.tokens_a_report,
            say=self.say,
            resting=lambda: self.warehouse.resting(self.say),
        )

    def _fetch_one(self, number: str, first: date | None, last: date | None) -> PropertyReport:
        began, report = time.perf_counter(), PropertyReport(number)
        try:
            with self._open(number) as of:
                report.warnings += of.notes
                if self.settings.start_date and self.settings.start_date >= of.today:
                    report.warnings.append(f"ga4.start_date is {self.settings.start_date}: no day of it is over yet")
                try:
                    self._read(of, self._due(of, first, last), report)
                finally:
                    report.calls, report.reports, report.tokens = of.pacer.calls, of.pacer.reports, of.pacer.tokens
                    self._keep_experience(of, report, time.perf_counter() - began)
            report.status = "done" if report.days_changed else "unchanged"
        except QuotaExhaustedError as error:
            report.status, report.error = "stopped", str(error)
        except PaybackError as error:
            report.status, report.error = "failed", str(error)
            if len(self.settings.numbers()) == 1:
                raise
        report.seconds = time.perf_counter() - began
        return report

    def _due(self, of: Ga4Property, first: date | None, last: date | None) -> Sequence[date]:
        if first:
            return chosen_days(first, last or of.today, of.today)
        known = known_days(self.warehouse, of.property_id)
        start = first_day(self.settings.start_date, of.today)
        return days_to_read(known, of.today, start, self.windows, of.definition)

    def _read(self, of: Ga4Property, days: Sequence[date], report: PropertyReport) -> None:
        """Read days, the newest first; each request's days are committed before the next is asked for."""
        report.days_left = len(days)
        report.first_day, report.last_day = min(days, default=None), max(days, default=None)
        for first, last in requests_of(days, self.settings.days_a_request):
            self.say(f"GA4 property {of.property_id}: {first} to {last}, {report.days_left} days left")
            read = of.read(first, last)
            changed, found = retried(partial(self._write, of, read))
            report.days_read += len(read.days)
            report.days_left -= len(read.days)
            report.days_changed += changed
            report.rows += sum(one.rows.num_rows for one in read.traffic)
            report.unexplained += [one for one in found if one.is_unexplained]
            flags = [flag for day in read.days for flag in self._flags(read, day, of)[0].split(",") if flag]
            counted = Counter(report.flags) + Counter(flag.partition("(")[0] for flag in flags)
            report.flags = dict(counted)
            report.warnings += [text for text in read.truncations if text not in report.warnings]

    def _write(self, of: Ga4Property, read: DaysRead) -> tuple[int, list[Difference]]:
        """Write days into both tables in one transaction; return how many differ, and the reconciliation."""
        from payback.sources.ga4_api.rows import make_rows

        engine, at = self.warehouse.engine, self.clock.now().replace(tzinfo=None)
        keys = {day: (SOURCE, of.property_id, CAMPAIGN_DAYS, day) for day in read.days}
        flags = {day: self._flags(read, day, of) for day in read.days}
        try:
            with self.warehouse.transaction():
                number = self.warehouse.next_load_id()
                load = Load(number, of.request(), self.run_id, time_zone=of.time_zone, at=at)
                changed: set[date | None] = set()
                relations = make_rows(engine, read, of)
                for place, table in enumerate((CAMPAIGN_TRAFFIC, CAMPAIGNS)):
                    written = write_rows(
                        self.warehouse,
                        table,
                        relations[table.name],
                        load,
                        report=CAMPAIGN_DAYS,
                        settings_hash=of.definition,
                        covered=[*keys.values()],
                        flags={key: flags[day][place] for day, key in keys.items()},
                    )
                    changed |= {piece.day for piece in written.changed}
                compared = self.settings.reconcile
                found = reconcile(self.warehouse, of, read, self.run_id) if compared else []
        finally:
            engine.drop_temporary()
        return len(changed), found

    def _flags(self, read: DaysRead, day: date, of: Ga4Property) -> tuple[str, str]:
        """Return the flags of a day in ``campaign_traffic`` and in ``campaigns``."""
        traffic, cost = read.flags(day)
        if of.restricted(read.traffic) & {"revenue", "conversions", "transactions"}:
            traffic = tuple(dict.fromkeys([*traffic, "restricted"]))
        if "cost" in of.restricted(read.cost):
            cost = tuple(dict.fromkeys([*cost, "restricted"]))
        still_open = self.windows.flag(day, of.today)
        end = (still_open,) if still_open else ()
        return ",".join([*traffic, *end]), ",".join([*dict.fromkeys([*traffic, *cost]), *end])

    def _keep_experience(self, of: Ga4Property, report: PropertyReport, seconds: float) -> None:
        pacer = of.pacer
        if not report.days_read:
            return
        spent = max(seconds - pacer.waited_seconds, 0.0) / max(pacer.calls, 1)
        seen = Experience(of.time_zone, pacer.mean_tokens, report.rows / report.days_read, round(spent, 3))
        # Where the database is what failed, that is the news.
        with suppress(WarehouseError), self.warehouse.transaction():
            seen.keep(self.warehouse, of.property_id)
