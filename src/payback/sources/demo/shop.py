"""The shop of the demo: its platforms, its campaigns, its calendar.

A campaign is data: what it costs a day, what a click costs, how often an advertisement is clicked and what the money
brings back (``roas``). Everything else, the files, the visits and the verdict that a good analysis should reach,
follows from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Verdict = Literal["pays back", "loses", "can't tell"]

SHOP_NAME = "Nordlicht Outdoor"
SHOP_URL = "https://www.nordlicht-outdoor.example"
TIME_ZONE = "Europe/Berlin"
DEFAULT_END = date(2025, 11, 30)
"""Last day of the demo: past for everybody, and two days after a Black Friday."""

WEEKDAYS = (1.05, 1.0, 0.97, 0.98, 0.9, 0.95, 1.15)
"""How busy a day is, from Monday to Sunday."""

FEWEST_ORDERS = 30
"""Fewer expected orders than these prove nothing."""

ORDER_VALUE = 127.0
"""Mean value of an order of the catalogue (catalogue.sql, draws.sql)."""


@dataclass(frozen=True)
class Platform:
    """An advertising platform or tool: its file, and how its visits look in GA4.

    Parameters
    ----------
    name, file : str
        Short name, and name of the file that a person downloads.
    overclaim : float
        Conversions that the platform claims for each one that GA4 sees.
    sources, mediums : tuple of str
        Spellings of utm_source and utm_medium, the right one first; empty where clicks are tagged by Google.
    referrer : str or None
        Address of the page before the landing page.
    """

    name: str
    file: str
    overclaim: float
    sources: tuple[str, ...] = ()
    mediums: tuple[str, ...] = ()
    referrer: str | None = None


GOOGLE = Platform("google_ads", "google_ads.csv", 1.1, referrer="https://www.google.com/")
META = Platform(
    "meta_ads",
    "meta_ads.csv",
    1.45,
    ("facebook", "fb", "Facebook", "instagram", "ig", "meta"),
    ("paid_social", "cpc", "paid-social", "Paid_Social"),
    "https://m.facebook.com/",
)
MICROSOFT = Platform(
    "microsoft_ads", "microsoft_ads.csv", 1.05, ("bing", "Bing", "microsoft"), ("cpc", "CPC"), "https://www.bing.com/"
)
LINKEDIN = Platform(
    "linkedin_ads",
    "linkedin_ads.csv",
    1.2,
    ("linkedin", "LinkedIn", "linkedin.com"),
    ("cpc", "paid"),
    "https://www.linkedin.com/",
)
TIKTOK = Platform("tiktok_ads", "tiktok_ads.xlsx", 1.6, ("tiktok", "TikTok", "tik tok"), ("cpc", "paid"))
EMAIL = Platform(
    "email_and_affiliate",
    "email_and_affiliate.csv",
    1.0,
    ("newsletter", "Newsletter", "klaviyo"),
    ("email", "E-Mail", "e-mail"),
)
AFFILIATE = Platform("email_and_affiliate", "email_and_affiliate.csv", 1.15, ("awin", "Awin"), ("affiliate",))

CHANNELS = {
    "Search": "Paid Search",
    "Shopping": "Paid Shopping",
    "Performance Max": "Cross-network",
    "Display": "Display",
    "Video": "Paid Video",
    "Demand Gen": "Paid Video",
    "Social": "Paid Social",
    "Email": "Email",
    "Affiliates": "Affiliates",
}
"""GA4's default channel group for each type of campaign."""


@dataclass(frozen=True)
class Campaign:
    """One campaign and the truth about it.

    Parameters
    ----------
    platform : Platform
        Where it runs.
    type : str
        Type of campaign; key of `CHANNELS`.
    name : str
        Name in its one right spelling.
    daily_cost : float
        Mean cost of an ordinary day, in money.
    cost_per_click : float
        Mean cost of a click, in money.
    click_rate : float
        Clicks for each impression.
    roas : float
        True return: what the platform reports as revenue for each unit of money spent.
    starts, ends : float
        Share of the window before its first and until its last day.
    pause : tuple of float, optional
        Share of the window between which it stands still.
    revenue_known : bool
        False where the platform measures no conversions.
    tagged : bool
        False where nobody tagged the links: GA4 does not know the campaign.
    views : float
        Conversions after a mere view, for each one after a click.
    refunded : bool
        True where the source nets refunds, so that a day can end below zero.
    id : str
        The platform's own number.
    """

    platform: Platform
    type: str
    name: str
    daily_cost: float
    cost_per_click: float
    click_rate: float
    roas: float
    starts: float = 0.0
    ends: float = 1.0
    pause: tuple[float, float] | None = None
    revenue_known: bool = True
    tagged: bool = True
    views: float = 0.0
    refunded: bool = False
    id: str = ""

    @property
    def channel(self) -> str:
        """GA4's default channel group."""
        return CHANNELS[self.type]

    def runs(self, place: float) -> bool:
        """Tell whether it runs at a place of the window, from 0 to below 1."""
        paused = self.pause is not None and self.pause[0] <= place < self.pause[1]
        return self.starts <= place < self.ends and not paused

    def verdict(self, days: int, scale: float) -> Verdict:
        """Return what so many days can prove about it.

        Orders come by chance and their values vary about as much as their mean, so the return is known to about
        ``sqrt(2.5 / orders)`` of itself. Three of these on either side decide; below `FEWEST_ORDERS` nothing does.
        """
        share = self.ends - self.starts - (self.pause[1] - self.pause[0] if self.pause else 0)
        orders = self.daily_cost * scale * days * share * self.roas / ORDER_VALUE
        if not self.revenue_known or orders < FEWEST_ORDERS:
            return "can't tell"
        doubt = 3 * math.sqrt(2.5 / orders)
        if self.roas * (1 - doubt) > 1:
            return "pays back"
        return "loses" if self.roas * (1 + doubt) < 1 else "can't tell"


@dataclass(frozen=True)
class Calendar:
    """The days of the demo.

    Parameters
    ----------
    end : date
        Last day.
    days : int
        Number of days, the last one included.
    """

    end: date
    days: int

    @property
    def start(self) -> date:
        """First day."""
        return self.end - timedelta(days=self.days - 1)

    def day(self, number: int) -> date:
        """Return the day of a number, from 0."""
        return self.start + timedelta(days=number)

    def demand(self, number: int) -> float:
        """Return how busy a day is; 1 is an ordinary one.

        Three parts: the day of the week, growth by a third over the window, and the sale around Black Friday (where
        the window has none, a summer sale at two thirds of it).
        """
        growth = 1 + number / self.days / 3
        return WEEKDAYS[self.day(number).weekday()] * growth * self._sale(number)

    def _sale(self, number: int) -> float:
        distance = min(abs(number - sale) for sale in self._sales())
        return {0: 2.6, 1: 1.9, 2: 1.5, 3: 1.25}.get(distance, 1.0)

    def _sales(self) -> list[int]:
        years = range(self.start.year, self.end.year + 1)
        sales = [(black_friday(year) - self.start).days for year in years]
        return [sale for sale in sales if 0 <= sale < self.days] or [self.days * 2 // 3]


def black_friday(year: int) -> date:
    """Return the day after the fourth Thursday of November.

    Examples
    --------
    >>> black_friday(2025)
    datetime.date(2025, 11, 28)
    """
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)
