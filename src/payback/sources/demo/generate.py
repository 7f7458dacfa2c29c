"""Put the demo together: decide how big the shop is, write its files, return what is true about them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payback.errors import UnknownCurrencyError, UsageError
from payback.sources.demo.ad_files import write_ad_files
from payback.sources.demo.campaign_days import simulate_campaign_days
from payback.sources.demo.campaigns import CAMPAIGNS, choose_campaigns
from payback.sources.demo.customers import write_customers
from payback.sources.demo.events import EventPlan, write_events
from payback.sources.demo.shop import DEFAULT_END, Calendar
from payback.sources.demo.traffic import plan_visits
from payback.sources.demo.truth import CampaignTruth, DemoTruth, Totals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from payback.sources.demo.campaign_days import CampaignDay
    from payback.sources.demo.shop import Campaign
    from payback.sources.demo.truth import EventTruth

FEWEST_EVENTS = 10_000
EVENTS_A_DAY = 10_000
"""Events of a day of the shop in its ordinary size."""

FEWEST_DAYS = 7
EVENTS_A_CUSTOMER = 25
MOST_CUSTOMERS = 200_000
"""The customer file is written row by row; `generate_customers` makes bigger ones."""


def generate_demo(
    raw_directory: Path,
    *,
    events_directory: Path | None = None,
    events: int = 200_000,
    days: int = 180,
    campaigns: int = len(CAMPAIGNS),
    end: date = DEFAULT_END,
    seed: int = 42,
    currency: str = "EUR",
) -> DemoTruth:
    """Write the files of a shop whose truth is known, and return that truth.

    ``raw_directory`` gets the cost files of six platforms and tools, as their users download them, and a customer
    file. ``events_directory`` gets the visits of the same days, one file a day in the schema of Google's BigQuery
    export of GA4. The two don't quite match: tags are spelled in several ways, some spend has no visits and some
    visits no spend, orders come late or are paid back, machines visit, and some people don't consent.

    Parameters
    ----------
    raw_directory : path
        Folder for the ad files and the customer file; made where it is missing.
    events_directory : path, optional
        Folder for the event files; no events by default.
    events : int, default 200,000
        Exact number of events, from 10,000. An ordinary day has 10,000: fewer than that times ``days`` cover the last
        days only (an export is not retroactive), at least seven; more make the shop, and its spend, bigger.
    days : int, default 180
        Days of the ad files, from 7.
    campaigns : int, default 48
        Number of campaigns; more than 48 are repeated under numbered names.
    end : date, default 2025-11-30
        Last day; not in the future, whose rows are rejected.
    seed : int, default 42
        Same seed, same bytes.
    currency : str, default "EUR"
        ISO 4217 code; the amounts stay the same.

    Returns
    -------
    DemoTruth
        What a reader, a cleaner and an analyst should find; ``save`` writes it as JSON.

    Raises
    ------
    UsageError
        A number out of its range, or other events in the folder.
    UnknownCurrencyError
        No code of three letters.
    PublishingError
        A file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> truth = generate_demo(Path("data/raw"), days=30)  # doctest: +SKIP
    >>> truth.file("google_ads.csv").rows_clean  # doctest: +SKIP
    442
    """
    _check(events, days, campaigns, end, currency)
    calendar, chosen = Calendar(end, days), choose_campaigns(campaigns, seed)
    scale = max(1.0, events / days / EVENTS_A_DAY)
    rows = simulate_campaign_days(chosen, calendar, seed=seed, scale=scale)
    files, clean = write_ad_files(raw_directory, rows, calendar, seed=seed, currency=currency)
    size = min(events // EVENTS_A_CUSTOMER, MOST_CUSTOMERS)
    customer_file, customers = write_customers(raw_directory, customers=size, seed=seed)
    visits = None
    if events_directory is not None:
        visits = _write_visits(events_directory, rows, chosen, calendar, (events, size, seed), currency)
    return DemoTruth(
        seed=seed,
        currency=currency,
        first_day=calendar.start,
        last_day=end,
        files=(*files, customer_file),
        campaigns=_campaign_truths(chosen, clean, days, scale),
        channels=_channel_totals(clean),
        customers=customers,
        events=visits,
    )


def _check(events: int, days: int, campaigns: int, end: date, currency: str) -> None:
    for name, value, fewest in (
        ("events", events, FEWEST_EVENTS),
        ("days", days, FEWEST_DAYS),
        ("campaigns", campaigns, 1),
    ):
        if value < fewest:
            raise UsageError(f"a demo needs more {name}", got=str(value), allowed=f"{fewest:,} or more")
    if end > datetime.now(UTC).date():
        raise UsageError("a demo cannot end in the future: its rows would be rejected", got=end.isoformat())
    if not re.fullmatch("[A-Z]{3}", currency):
        raise UnknownCurrencyError("not a currency", got=repr(currency), allowed="an ISO 4217 code such as EUR")


def _write_visits(
    directory: Path,
    rows: Sequence[CampaignDay],
    campaigns: Sequence[Campaign],
    calendar: Calendar,
    numbers: tuple[int, int, int],
    currency: str,
) -> EventTruth:
    """Write the events of the last days, as many days as the events fill."""
    events, customers, seed = numbers
    days = min(calendar.days, max(events // EVENTS_A_DAY, FEWEST_DAYS))
    visits = plan_visits(rows, campaigns, calendar, events=events, days=days, seed=seed)
    first_day = calendar.day(calendar.days - days)
    return write_events(directory, EventPlan(visits, campaigns, first_day, days, events, customers, seed, currency))


def _campaign_truths(
    campaigns: Sequence[Campaign], clean: Sequence[CampaignDay], days: int, scale: float
) -> tuple[CampaignTruth, ...]:
    by_campaign: dict[Campaign, list[CampaignDay]] = {}
    for row in clean:
        by_campaign.setdefault(row.campaign, []).append(row)
    return tuple(
        CampaignTruth(
            file=campaign.platform.file,
            platform=campaign.platform.name,
            campaign=campaign.name,
            id=campaign.id,
            channel=campaign.channel,
            totals=Totals.of(by_campaign[campaign]),
            roas=campaign.roas,
            verdict=campaign.verdict(days, scale),
            in_ga4=campaign.tagged,
        )
        for campaign in campaigns
        if campaign in by_campaign
    )


def _channel_totals(clean: Sequence[CampaignDay]) -> dict[str, Totals]:
    channels = sorted({row.campaign.channel for row in clean})
    return {name: Totals.of(row for row in clean if row.campaign.channel == name) for name in channels}
