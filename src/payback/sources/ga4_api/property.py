"""A GA4 property as the rest of Payback sees it: days go in, complete answers come out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from payback.errors import ConservationError, SourceError
from payback.sources.ga4_api.answers import Answer, worst
from payback.sources.ga4_api.client import ATTEMPTS, Ga4Client
from payback.sources.ga4_api.fields import Schema, check_report
from payback.sources.ga4_api.halving import read_in_halves
from payback.sources.ga4_api.quota import Pacer
from payback.sources.ga4_api.reading import Query, Reader
from payback.sources.ga4_api.reports import Report, definition_hash, reports
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from pathlib import Path

TRAFFIC, COST, TOTALS, COST_TOTALS = "campaign_days", "ad_cost", "day_totals", "cost_totals"
"""Reports of `reports.yaml`."""


@dataclass(frozen=True)
class Connection:
    """How to reach Google Analytics.

    Parameters
    ----------
    credentials : path, optional
        Key file of a service account; by default the credentials of the environment.
    token : str, optional
        OAuth access token instead.
    endpoint : str, optional
        ``host:port`` of a server without encryption, such as `payback.testing.ga4`.
    attempts : int
        Tries of a call that fails.
    """

    credentials: Path | None = None
    token: str | None = field(default=None, repr=False)
    endpoint: str | None = None
    attempts: int = ATTEMPTS


@dataclass(frozen=True)
class DaysRead:
    """What was read of some days.

    Parameters
    ----------
    first, last : date
        The days, both included.
    traffic, cost, totals, cost_totals : list of Answer
        Answers that together cover the days; empty where the property has no such data.
    """

    first: date
    last: date
    traffic: list[Answer]
    cost: list[Answer]
    totals: list[Answer]
    cost_totals: list[Answer]

    @property
    def days(self) -> list[date]:
        """The days, in order."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def truncations(self) -> tuple[str, ...]:
        """Why data of earlier days are missing, in Google's words."""
        return worst([one.quality for one in (*self.traffic, *self.cost)]).truncated

    def flags(self, day: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the flags of a day's traffic, and of its cost."""
        found = [
            worst([one.quality for one in answers if one.first <= day <= one.last]).flags
            for answers in (self.traffic, self.cost)
        ]
        return found[0], found[1]


class Ga4Property:
    """A property to read from. Opening it asks for its fields and its calendar, and spends a few tokens.

    Parameters
    ----------
    property_id : str
        Number of the property.
    connection : Connection
        How to reach it.
    pacer : Pacer
        Decides when to ask.
    page_size : int
        Rows of a page.
    revenue : {"purchase", "total"}
        Which revenue.
    currency : str, optional
        Currency that GA4 converts amounts into.
    cost : bool
        Ask for the cost of linked ad accounts too.

    Raises
    ------
    SourceAccessError, SourceFieldError, SourceUnavailableError, QuotaExhaustedError
        See `payback.errors`.
    """

    def __init__(
        self,
        property_id: str,
        connection: Connection,
        pacer: Pacer | None = None,
        *,
        page_size: int = 250_000,
        revenue: str = "purchase",
        currency: str | None = None,
        cost: bool = True,
    ) -> None:
        self.property_id = property_id
        self.pacer = pacer or Pacer()
        self.notes: list[str] = []
        self.client = Ga4Client(property_id, self.pacer, **vars(connection))
        try:
            self.reader = Reader(self.client, page_size=page_size, currency=currency)
            self.schema = Schema.of(self.client.metadata())
            wanted = {name: one for name, one in reports(revenue).items() if cost or name not in (COST, COST_TOTALS)}
            self.reports = self._checked(wanted)
            self.time_zone, self.currency = self._calendar()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    @property
    def today(self) -> date:
        """The day by the property's calendar."""
        return self.pacer.clock.now().astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def definition(self) -> str:
        """Hash of what is asked for: days that were read under another one are read again."""
        asked = [self.reports[name] for name in (TRAFFIC, COST) if name in self.reports]
        # Who may see more than before has all of it read again.
        return definition_hash(*asked, also=" ".join([self.currency, *sorted(self.restricted([]))]))

    def restricted(self, answers: list[Answer]) -> frozenset[str]:
        """Return our names of the metrics that come as zeros because we may not see them."""
        blocked = self.schema.blocked | worst([one.quality for one in answers]).restricted
        return frozenset(
            name for report in self.reports.values() for name, api in report.metrics.items() if api in blocked
        )

    def request(self) -> str:
        """Return what is asked of each day, as JSON: for the ledger."""
        asked = {
            name: {"dimensions": [*one.dimensions.values()], "metrics": [*one.metrics.values()]}
            for name, one in self.reports.items()
            if name in (TRAFFIC, COST)
        }
        return json.dumps({"property": self.property_id, "reports": asked})

    def read(self, first: date, last: date) -> DaysRead:
        """Read some days: traffic, cost, and the totals to compare them with, all in one call where they fit.

        Raises
        ------
        SourceError
            The answers are not complete, or speak of other days.
        """
        names = [name for name in (TRAFFIC, COST, TOTALS, COST_TOTALS) if name in self.reports]
        queries = [Query(self.reports[name], first, last) for name in names]
        found: dict[str, list[Answer]] = {name: [] for name in (TRAFFIC, COST, TOTALS, COST_TOTALS)}
        for name, query, answer in zip(names, queries, self.reader.read(queries), strict=True):
            self._check_calendar(answer)
            found[name] = read_in_halves(self.reader, query, answer) if name in (TRAFFIC, COST) else [answer]
        return DaysRead(first, last, found[TRAFFIC], found[COST], found[TOTALS], found[COST_TOTALS])

    def totals(self, first: date, last: date) -> DaysRead:
        """Read only the totals of some days."""
        names = [name for name in (TOTALS, COST_TOTALS) if name in self.reports]
        answers = dict(
            zip(names, self.reader.read([Query(self.reports[name], first, last) for name in names]), strict=True)
        )
        return DaysRead(first, last, [], [], [answers[TOTALS]], [answers[name] for name in names if name != TOTALS])

    def _checked(self, wanted: dict[str, Report]) -> dict[str, Report]:
        found = {}
        for name, report in wanted.items():
            checked = check_report(self.client, report, self.schema)
            self.notes += checked.notes
            if checked.report:
                found[name] = checked.report
        if COST not in found:
            found.pop(COST_TOTALS, None)
        return found

    def _calendar(self) -> tuple[str, str]:
        """Return time zone and currency of the property: every answer has them, so a small one is asked for."""
        day = self.pacer.clock.now().date() - timedelta(days=1)
        (answer,) = self.reader.read([Query(self.reports[TOTALS], day, day)])
        return answer.quality.time_zone or "UTC", answer.quality.currency or UNKNOWN_CURRENCY

    def _check_calendar(self, answer: Answer) -> None:
        """Refuse days of another calendar than the one by which they were asked for."""
        if (answer.quality.time_zone or self.time_zone) != self.time_zone:
            raise SourceError(
                "the property's time zone changed while it was read",
                where=f"GA4 property {self.property_id}",
                got=answer.quality.time_zone,
                allowed=self.time_zone,
                hint="run again",
            )
        stray = set(answer.rows["date"].to_pylist()) - _days(answer.first, answer.last)
        if stray:
            raise ConservationError("GA4 gave days that were not asked for", got=", ".join(sorted(stray)[:3]))


def _days(first: date, last: date) -> set[str]:
    return {f"{first + timedelta(days=number):%Y%m%d}" for number in range((last - first).days + 1)}
