"""What each campaign cost and brought, day by day: the truth before anybody exports it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from payback.sources.demo.luck import cents, poisson, stream
from payback.sources.demo.shop import GOOGLE, ORDER_VALUE, Calendar, Campaign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from random import Random

REFUND_DAYS = 0.04
"""Share of days on which a source that nets refunds ends below zero."""


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """One campaign on one day.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    day : date
        The day.
    cost : Decimal
        Money spent.
    impressions, clicks : int
        Advertisements shown and clicked.
    conversions, revenue : Decimal or None
        What the platform claims; None where it measures nothing.
    """

    campaign: Campaign
    day: date
    cost: Decimal
    impressions: int
    clicks: int
    conversions: Decimal | None
    revenue: Decimal | None


def simulate_campaign_days(
    campaigns: Sequence[Campaign], calendar: Calendar, *, seed: int, scale: float
) -> list[CampaignDay]:
    """Return the days of all campaigns, by campaign and day.

    Parameters
    ----------
    campaigns : sequence of Campaign
        The campaigns.
    calendar : Calendar
        The days.
    seed : int
        Each campaign has its own stream of draws, so one campaign more changes no other.
    scale : float
        Size of the shop; 1 spends about 2,000 in money on an ordinary day.
    """
    return [row for number, campaign in enumerate(campaigns) for row in _days(campaign, number, calendar, seed, scale)]


def _days(campaign: Campaign, number: int, calendar: Calendar, seed: int, scale: float) -> Iterator[CampaignDay]:
    rng = stream(seed, f"days {number}")
    for day in range(calendar.days):
        if campaign.runs(day / calendar.days):
            yield _day(campaign, calendar.day(day), calendar.demand(day) * scale, rng)


def _day(campaign: Campaign, day: date, demand: float, rng: Random) -> CampaignDay:
    """Draw one day: heavy-tailed demand, then clicks, then what follows from them."""
    wanted = campaign.daily_cost / campaign.cost_per_click * demand * rng.lognormvariate(-0.08, 0.4)
    clicks = poisson(rng, wanted)
    impressions = clicks + poisson(rng, wanted * (1 / campaign.click_rate - 1))
    cost = cents(max(clicks, 1) * campaign.cost_per_click * rng.lognormvariate(-0.005, 0.1))
    if not campaign.revenue_known:
        return CampaignDay(campaign, day, cost, impressions, clicks, None, None)
    rate = campaign.roas * campaign.cost_per_click / ORDER_VALUE
    orders = poisson(rng, wanted * rate / (1 + campaign.views)) + poisson(
        rng, wanted * rate * campaign.views / (1 + campaign.views)
    )
    revenue = cents(
        sum(rng.lognormvariate(-0.245, 0.7) for _ in range(min(orders, 400))) * ORDER_VALUE * _share(orders)
    )
    return CampaignDay(
        campaign, day, cost, impressions, clicks, _claimed(campaign, orders, rng), _net(campaign, revenue, rng)
    )


def _share(orders: int) -> float:
    """Return the factor for orders beyond the 400 that are drawn one by one."""
    return max(orders / 400, 1.0)


def _claimed(campaign: Campaign, orders: int, rng: Random) -> Decimal:
    """Return the conversions a platform claims; Google's data-driven model splits them into fractions."""
    if campaign.platform is GOOGLE and orders:
        return cents(orders + rng.uniform(-0.5, 0.5))
    return Decimal(orders)


def _net(campaign: Campaign, revenue: Decimal, rng: Random) -> Decimal:
    """Return the revenue after refunds: some days nothing but a refund comes in."""
    if campaign.refunded and rng.random() < REFUND_DAYS:
        return -cents(ORDER_VALUE * rng.uniform(0.3, 1.2))
    return revenue
