"""What the demo knows about itself: what a reader, a cleaner and an analyst should find in its files.

The expectations are those of these rules. At loading, a row is rejected that is a summary or that has a cell which is
no number or no date. At cleaning, a row is rejected that repeats another one word for word, lies in the future or has a
negative count. Refunds (negative revenue), clicks above impressions, conversions above clicks and missing revenue are
flagged and kept.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from payback.sources.demo.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from payback.sources.demo.campaign_days import CampaignDay
    from payback.sources.demo.shop import Verdict

AT_LOADING = ("summary_row", "bad_number", "bad_date")
"""Faults for which a row is rejected when it is read."""

AT_CLEANING = ("duplicate_row", "future_date", "negative_count")
"""Faults for which a row is rejected when it is cleaned."""

FLAGGED = ("negative_revenue", "clicks_above_impressions", "conversions_above_clicks", "missing_revenue")
"""Oddities that a row is kept with."""


@dataclass(frozen=True)
class Totals:
    """Sums over rows.

    Parameters
    ----------
    rows : int
        Number of rows.
    cost : Decimal
        Money spent.
    impressions, clicks : int
        Advertisements shown and clicked.
    conversions, revenue : Decimal or None
        Sums over the rows that know them; None where none does.
    cost_with_revenue : Decimal
        Cost of the rows whose revenue is known: ROI may speak of these only.
    """

    rows: int
    cost: Decimal
    impressions: int
    clicks: int
    conversions: Decimal | None
    revenue: Decimal | None
    cost_with_revenue: Decimal

    @classmethod
    def of(cls, days: Iterable[CampaignDay]) -> Totals:
        """Return the sums over campaign days."""
        rows = list(days)
        return cls(
            len(rows),
            sum((row.cost for row in rows), Decimal(0)),
            sum(row.impressions for row in rows),
            sum(row.clicks for row in rows),
            _known_sum(row.conversions for row in rows),
            _known_sum(row.revenue for row in rows),
            sum((row.cost for row in rows if row.revenue is not None), Decimal(0)),
        )


def _known_sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True)
class CampaignTruth:
    """One campaign of one file, after cleaning.

    Parameters
    ----------
    file, platform, campaign, id, channel : str
        Which campaign; the name in its right spelling, the id empty where the file has none.
    totals : Totals
        What should be left of it.
    roas : float
        The return it was made with; what its days show differs by chance.
    verdict : str
        What its days should prove. Where it is "can't tell", chance may still let them prove something.
    in_ga4 : bool
        False where its links carry no tags: spend without visits.
    """

    file: str
    platform: str
    campaign: str
    id: str
    channel: str
    totals: Totals
    roas: float
    verdict: Verdict
    in_ga4: bool


@dataclass(frozen=True)
class FileTruth:
    """What is in one file and what should become of its rows.

    Parameters
    ----------
    file, table : str
        Name of the file and of the table it belongs to.
    currency : str or None
        Currency that the file states; None where it does not.
    rows_read : int
        Data rows: every line after the header.
    rejected_at_loading, rejected_at_cleaning : int
        Rows turned away.
    faults : dict of str to int
        Rows by the fault they were turned away for.
    flags : dict of str to int
        Rows kept with an oddity.
    loaded, clean : Totals or None
        Sums after loading and after cleaning; None for customers.
    """

    file: str
    table: str
    currency: str | None
    rows_read: int
    rejected_at_loading: int
    rejected_at_cleaning: int
    faults: dict[str, int]
    flags: dict[str, int]
    loaded: Totals | None = None
    clean: Totals | None = None

    @property
    def rows_loaded(self) -> int:
        """Rows in the warehouse after loading."""
        return self.rows_read - self.rejected_at_loading

    @property
    def rows_clean(self) -> int:
        """Rows left after cleaning."""
        return self.rows_loaded - self.rejected_at_cleaning


@dataclass(frozen=True)
class CustomerTruth:
    """The customers that should be left after cleaning.

    Parameters
    ----------
    behaviour : dict of str to str
        How each customer behaves: visitor, browser, occasional or loyal.
    sizes, genders, countries : dict of str to int
        Customers by behaviour, gender and country, each in its one right spelling.
    sessions, transactions : int
        Sums.
    revenue : Decimal
        Net revenue.
    """

    behaviour: dict[str, str]
    sizes: dict[str, int]
    genders: dict[str, int]
    countries: dict[str, int]
    sessions: int
    transactions: int
    revenue: Decimal


@dataclass(frozen=True)
class VisitTruth:
    """What GA4 knows of one campaign or other source of visits, by the last click that was not direct.

    Parameters
    ----------
    campaign : str or None
        Campaign in its right spelling.
    file : str or None
        File that holds its cost; None where nobody booked any.
    source, medium, channel : str
        In their right spellings.
    sessions : int
        Sessions of visitors who consented.
    purchases, late_purchases : int
        Orders, and those of them that came in a later visit without a tag.
    revenue : Decimal
        Value of the orders.
    refunds : int
        Orders paid back.
    refunded : Decimal
        Their value.
    """

    campaign: str | None
    file: str | None
    source: str
    medium: str
    channel: str
    sessions: int
    purchases: int
    late_purchases: int
    revenue: Decimal
    refunds: int
    refunded: Decimal


@dataclass(frozen=True)
class EventTruth:
    """What is in the event files.

    Parameters
    ----------
    rows : int
        Events of all kinds.
    first_day, last_day : date
        Days that have a file.
    events : dict of str to int
        Events by name.
    sessions : int
        Pairs of visitor and session number, those of machines included.
    sessions_without_consent : int
        Visits that carry neither.
    bot_sessions, bot_events : int
        Visits of machines, and their events.
    purchases, repeated_purchases : int
        Orders, and purchase events that repeat one of them.
    revenue, refunded : Decimal
        Value of the orders and of the refunds, each order once.
    visits : tuple of VisitTruth
        The same by source.
    """

    rows: int
    first_day: date
    last_day: date
    events: dict[str, int]
    sessions: int
    sessions_without_consent: int
    bot_sessions: int
    bot_events: int
    purchases: int
    repeated_purchases: int
    revenue: Decimal
    refunded: Decimal
    visits: tuple[VisitTruth, ...]


@dataclass(frozen=True)
class DemoTruth:
    """Everything that is known about a demo.

    Parameters
    ----------
    seed, currency, first_day, last_day
        What it was made from.
    files : tuple of FileTruth
        By file.
    campaigns : tuple of CampaignTruth
        By file and campaign.
    channels : dict of str to Totals
        After cleaning, by GA4's default channel group.
    customers : CustomerTruth
        The customer file.
    events : EventTruth or None
        The events, if any were written.
    """

    seed: int
    currency: str
    first_day: date
    last_day: date
    files: tuple[FileTruth, ...]
    campaigns: tuple[CampaignTruth, ...]
    channels: dict[str, Totals]
    customers: CustomerTruth
    events: EventTruth | None = field(default=None)

    def file(self, name: str) -> FileTruth:
        """Return what is known about a file; KeyError names it."""
        for file in self.files:
            if file.file == name:
                return file
        raise KeyError(name)

    def save(self, path: Path) -> None:
        """Write it all as JSON: amounts as exact decimal text, days as ISO dates."""
        text = json.dumps(asdict(self), default=str, ensure_ascii=False, indent=1)
        write_whole(path, text.encode())
