"""Who visits the shop: how many sessions and orders each campaign brings on each day.

Visits follow the clicks of the ad files, so that GA4 and the platforms tell of the same days, and orders follow the
conversions, less what a platform claims too much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from payback.sources.demo.luck import poisson, stream
from payback.sources.demo.shop import AFFILIATE, EMAIL, GOOGLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from random import Random

    from payback.sources.demo.campaign_days import CampaignDay
    from payback.sources.demo.shop import Calendar, Campaign

SESSIONS_A_CLICK = 0.6
"""Some people leave before the tag fires, some click twice."""

EVENTS_A_SESSION = 4.66
"""Mean of the sessions of people (sessions.sql, day_events.sql)."""

PEOPLE_SHARE = 0.94
"""Of the events; machines make the rest."""

LEAST_PAID, USUALLY_PAID, MOST_PAID = 0.3, 0.6, 0.8
"""Share of people's visits that advertisements bring."""

ORDER_RATE = 0.016
"""Orders a session of those who come without an advertisement."""


@dataclass(frozen=True)
class VisitSource:
    """Where sessions come from, and how the links say so.

    Parameters
    ----------
    name : str or None
        Campaign in its right spelling.
    channel : str
        GA4's default channel group.
    campaign_texts, source_texts, medium_texts : tuple of str
        Spellings in the tags, the usual one first; empty where there is none.
    shown_campaign, shown_source, shown_medium : str
        What GA4 shows.
    campaign_id, utm_id, referrer : str or None
        Google's number, the number in the tags, the page before.
    auto_tagged : bool
        True where Google tags the click (gclid).
    in_address : bool
        True where the landing page's address carries the tags.
    """

    name: str | None
    channel: str
    campaign_texts: tuple[str, ...]
    source_texts: tuple[str, ...]
    medium_texts: tuple[str, ...]
    shown_campaign: str
    shown_source: str
    shown_medium: str
    campaign_id: str | None = None
    utm_id: str | None = None
    referrer: str | None = None
    auto_tagged: bool = False
    in_address: bool = False


class PlannedVisits(NamedTuple):
    """Sessions of one source on one day; numbered from ``first_session``, the first ``purchases`` of them buy."""

    day: int
    source: int
    first_session: int
    sessions: int
    purchases: int


def _plain(source: str, medium: str, channel: str, referrer: str | None = None) -> VisitSource:
    """Return a source without an advertisement."""
    label = f"({medium})" if medium in ("organic", "referral") else "(direct)"
    tags = [(text,) if medium != "(none)" else () for text in (label, source, medium)]
    return VisitSource(None, channel, tags[0], tags[1], tags[2], label, source, medium, referrer=referrer)


def _unpaid(name: str, source: str, medium: str, channel: str) -> VisitSource:
    """Return a tagged campaign that no ad file knows."""
    return VisitSource(name, channel, (name,), (source,), (medium,), name, source, medium, in_address=True)


DIRECT = _plain("(direct)", "(none)", "Direct")

# Each source without a bill, and its share of the visits that no advertisement brought.
_UNPAID = (
    (DIRECT, 0.3),
    (_plain("google", "organic", "Organic Search", "https://www.google.com/"), 0.38),
    (_plain("bing", "organic", "Organic Search", "https://www.bing.com/"), 0.04),
    (_plain("outdoor-blog.example", "referral", "Referral", "https://outdoor-blog.example/test"), 0.07),
    (_plain("m.facebook.com", "referral", "Organic Social", "https://m.facebook.com/"), 0.07),
    (_plain("chatgpt.com", "referral", "Referral", "https://chatgpt.com/"), 0.03),
    (_unpaid("influencer_lena", "instagram", "social", "Organic Social"), 0.06),
    (_unpaid("newsletter_2023_old", "newsletter", "email", "Email"), 0.03),
    (_unpaid("flyer_qr_2025", "flyer", "qr", "Unassigned"), 0.02),
)


def visit_sources(campaigns: Sequence[Campaign]) -> list[VisitSource]:
    """Return the sources of visits: the tagged campaigns in their order, then those without a bill, direct first."""
    tagged = [_advertised(campaign) for campaign in campaigns if campaign.tagged]
    return tagged + [source for source, _ in _UNPAID]


def _advertised(campaign: Campaign) -> VisitSource:
    if campaign.platform is GOOGLE:
        return VisitSource(
            campaign.name,
            campaign.channel,
            (),
            (),
            (),
            campaign.name,
            "google",
            "cpc",
            campaign_id=campaign.id,
            referrer=campaign.platform.referrer,
            auto_tagged=True,
        )
    platform, tags = campaign.platform, utm_campaigns(campaign)
    return VisitSource(
        campaign.name,
        campaign.channel,
        tags,
        platform.sources,
        platform.mediums,
        tags[0],
        platform.sources[0],
        platform.mediums[0],
        utm_id=campaign.id if platform not in (EMAIL, AFFILIATE) and len(campaign.name) % 2 else None,
        referrer=platform.referrer,
        in_address=True,
    )


def utm_campaigns(campaign: Campaign) -> tuple[str, ...]:
    """Return the spellings of utm_campaign that people typed, the agreed one first.

    Examples
    --------
    >>> from payback.sources.demo.campaigns import CAMPAIGNS
    >>> utm_campaigns(CAMPAIGNS[1])[:3]
    ('search_zelte_de', 'SEARCH_ZELTE_DE', 'search-zelte-de')
    """
    slug = "_".join(re.findall(r"\w+", campaign.name.casefold()))
    return (slug, slug.upper(), slug.replace("_", "-"), f"{slug} ", campaign.name, slug.replace("_", "+"))


def plan_visits(
    rows: Sequence[CampaignDay], campaigns: Sequence[Campaign], calendar: Calendar, *, events: int, days: int, seed: int
) -> list[PlannedVisits]:
    """Return who visits on the last days of the calendar, by day and source.

    Parameters
    ----------
    rows : sequence of CampaignDay
        What the platforms saw.
    campaigns : sequence of Campaign
        All campaigns, in the order of `visit_sources`.
    calendar : Calendar
        All days.
    events : int
        Events to come out at, those of machines included.
    days : int
        Days at the end that have events; they are numbered from 0.
    seed : int
        Decides the orders.
    """
    first_day = calendar.day(calendar.days - days)
    wanted = events * PEOPLE_SHARE / EVENTS_A_SESSION
    expected = _paid(rows, campaigns, first_day, wanted)
    unpaid = wanted - sum(sessions for sessions, _ in expected.values())
    expected.update(_unpaid_visits(len(visit_sources(campaigns)) - len(_UNPAID), calendar, days, unpaid))
    return list(_whole(expected, stream(seed, "visits")))


def _paid(
    rows: Sequence[CampaignDay], campaigns: Sequence[Campaign], first_day: date, wanted: float
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return sessions and orders to expect from each campaign on each day.

    As many as the clicks say, unless the events asked for are far too few or too many for that: then 60 % of them.
    """
    tagged = {campaign: number for number, campaign in enumerate(c for c in campaigns if c.tagged)}
    seen = [row for row in rows if row.campaign in tagged and row.day >= first_day]
    clicks = sum(row.clicks for row in seen) or 1
    fits = LEAST_PAID <= clicks * SESSIONS_A_CLICK / wanted <= MOST_PAID
    rate = SESSIONS_A_CLICK if fits else USUALLY_PAID * wanted / clicks
    return {
        ((row.day - first_day).days, tagged[row.campaign]): (
            row.clicks * rate,
            float(row.conversions or 0) / row.campaign.platform.overclaim * rate / SESSIONS_A_CLICK,
        )
        for row in seen
    }


def _unpaid_visits(
    first_source: int, calendar: Calendar, days: int, wanted: float
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the same for the sources without a bill, which follow the demand of the day."""
    demand = [calendar.demand(calendar.days - days + day) for day in range(days)]
    return {
        (day, first_source + number): (sessions, sessions * ORDER_RATE)
        for day in range(days)
        for number, (_, share) in enumerate(_UNPAID)
        for sessions in [wanted * share * demand[day] / sum(demand)]
    }


def _whole(expected: dict[tuple[int, int], tuple[float, float]], rng: Random) -> Iterator[PlannedVisits]:
    """Turn what is expected into whole sessions, their fractions carried on, and orders drawn by chance."""
    first, owed = 0, 0.0
    for (day, source), (likely_sessions, likely_orders) in sorted(expected.items()):
        owed += likely_sessions
        sessions = round(owed)
        owed -= sessions
        yield PlannedVisits(day, source, first, sessions, min(poisson(rng, likely_orders), sessions))
        first += sessions
