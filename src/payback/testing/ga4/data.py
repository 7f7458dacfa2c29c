"""The facts of the property: a shop's sessions, refunds and advertising, and what of them is seen at a moment.

The shop is that of the demo (`payback.sources.demo`): the same campaigns, and with the same days and seed the same
spend as in the demo's ad files, so that the two can be joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from payback.engine.duckdb import Engine, read_sql
from payback.sources.demo.campaign_days import simulate_campaign_days
from payback.sources.demo.campaigns import CAMPAIGNS, choose_campaigns
from payback.sources.demo.shop import DEFAULT_END, GOOGLE, Calendar
from payback.sources.demo.traffic import EVENTS_A_SESSION, PEOPLE_SHARE, PlannedVisits, plan_visits, visit_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from payback.sources.demo.campaign_days import CampaignDay
    from payback.sources.demo.shop import Campaign

ROOM = "payback.testing.ga4"
NOT_SET = "(not set)"
LONGEST_REFUND = 10
"""Days from a purchase to its refund at most (facts.sql)."""

LONGEST_REPEAT = 28
"""Days after the last planned one repeat the weeks before it."""

COUNTRIES = (
    (NOT_SET, NOT_SET, 0.01),
    ("Germany", "DE", 0.5),
    ("Austria", "AT", 0.12),
    ("Switzerland", "CH", 0.1),
    ("France", "FR", 0.06),
    ("Netherlands", "NL", 0.05),
    ("Italy", "IT", 0.04),
    ("Poland", "PL", 0.03),
    ("Spain", "ES", 0.025),
    ("United Kingdom", "GB", 0.02),
    ("Belgium", "BE", 0.015),
    ("Denmark", "DK", 0.01),
    ("Sweden", "SE", 0.01),
    ("Côte d'Ivoire", "CI", 0.005),
    ("Türkiye", "TR", 0.005),
)
DEVICES = ("mobile", "desktop", "tablet")
AGES = ("unknown", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
GENDERS = ("unknown", "female", "male")
ITEMS = (
    NOT_SET,
    "Tent Fjell 2",
    "Tent Fjell 4",
    "Hiking boot Kogel",
    "Trail shoe Pfad",
    "Backpack 30 l",
    "Backpack 55 l",
    "Sleeping bag −5 °C",
    "Stove Glut",
    "Rain jacket Küste",
    "Fleece Moor",
    "Head torch",
    "Bottle 1 l",
)


@dataclass(frozen=True)
class Shop:
    """What the facts are made from.

    Parameters
    ----------
    first_day : date
        First day with data.
    days : int
        Planned days.
    ahead : int
        Days after them, which come into sight when the clock reaches them.
    sessions_a_day : int
        Mean.
    seed : int
        Decides everything drawn.
    """

    last_day: date = DEFAULT_END
    days: int = 90
    ahead: int = 30
    sessions_a_day: int = 2_000
    seed: int = 1

    @property
    def first_day(self) -> date:
        """First day with data."""
        return self.last_day - timedelta(days=self.days - 1)


def make_facts(engine: Engine, shop: Shop) -> None:
    """Make the tables of facts and of names."""
    campaigns = choose_campaigns(len(CAMPAIGNS), shop.seed)
    calendar = Calendar(shop.last_day, shop.days)
    scale = max(1.0, shop.sessions_a_day * EVENTS_A_SESSION / PEOPLE_SHARE / 10_000)
    spend = simulate_campaign_days(campaigns, calendar, seed=shop.seed, scale=scale)
    events = round(shop.sessions_a_day * shop.days * EVENTS_A_SESSION / PEOPLE_SHARE)
    visits = plan_visits(spend, campaigns, calendar, events=events, days=shop.days, seed=shop.seed)
    for script in ("draws.sql",):
        engine.execute(read_sql("payback.sources.demo", script), name=script)
    engine.execute(_country_macro())
    engine.execute("set variable seed = ?", [shop.seed % 2**32])
    plan = [*visits, *_ahead(visits, shop)]
    _make(engine, "plan", [visit._asdict() | {"day": shop.first_day + timedelta(visit.day)} for visit in plan])
    _make(engine, "spend", list(_spend(spend, campaigns, shop)))
    engine.execute(f"create temp table facts as {read_sql(ROOM, 'facts.sql')}", name="facts")
    engine.execute("drop table plan; drop table spend")
    _make_names(engine, campaigns, shop)
    see(engine, Sight(shop.last_day, 0))
    engine.execute(read_sql(ROOM, "seen.sql"), name="seen")


class Sight(NamedTuple):
    """How the facts are looked at: at what moment, whether they come late, and from which days on they are kept."""

    today: date
    minute: int
    comes_late: bool = False
    kept_from: date = date.min
    ads_kept_from: date = date.min
    money_rate: float = 1.0


def see(engine: Engine, sight: Sight) -> None:
    """Tell the engine how the facts are looked at."""
    for name, value in sight._asdict().items():
        engine.execute(f"set variable {name} = ?", [value])


def minute_of(moment: datetime, time_zone: ZoneInfo) -> tuple[date, int]:
    """Return the day and the minute of the day of a moment, in a time zone."""
    local = moment.astimezone(time_zone)
    return local.date(), local.hour * 60 + local.minute


def _ahead(visits: Sequence[PlannedVisits], shop: Shop) -> Iterator[PlannedVisits]:
    """Repeat the last whole weeks after the last day, with sessions of their own."""
    repeat = _repeat(shop)
    following = visits[-1].first_session + visits[-1].sessions
    for day in range(shop.days, shop.days + shop.ahead):
        model = shop.days - repeat + (day - shop.days) % repeat
        for visit in visits:
            if visit.day == model:
                yield visit._replace(day=day, first_session=following)
                following += visit.sessions


def _repeat(shop: Shop) -> int:
    return min(LONGEST_REPEAT, shop.days // 7 * 7)


def _spend(rows: Sequence[CampaignDay], campaigns: Sequence[Campaign], shop: Shop) -> Iterator[dict[str, Any]]:
    """Yield the days of the linked Google Ads account, the days ahead included."""
    numbers = {campaign: number for number, campaign in enumerate(c for c in campaigns if c.tagged)}
    repeat = _repeat(shop)
    for row in rows:
        if row.campaign.platform is not GOOGLE or row.campaign not in numbers:
            continue
        days = [row.day]
        if (shop.last_day - row.day).days < repeat:
            last = shop.last_day + timedelta(days=shop.ahead)
            days += [row.day + timedelta(n) for n in range(repeat, (last - row.day).days + 1, repeat)]
        for day in days:
            yield {
                "day": day,
                "source": numbers[row.campaign],
                "cents": int(row.cost * 100),
                "clicks": row.clicks,
                "impressions": row.impressions,
            }


def _source_names(campaigns: Sequence[Campaign]) -> list[dict[str, Any]]:
    """Return what GA4 calls each source of visits."""
    unknown = {
        "number": -1,
        "campaign_name": NOT_SET,
        "campaign_id": NOT_SET,
        "source": NOT_SET,
        "medium": NOT_SET,
        "source_medium": f"{NOT_SET} / {NOT_SET}",
        "channel": "Unassigned",
        "platform": NOT_SET,
        "ads_campaign_name": NOT_SET,
        "ads_campaign_id": NOT_SET,
    }
    rows = [unknown]
    for number, source in enumerate(visit_sources(campaigns)):
        google = source.auto_tagged
        rows.append(
            {
                "number": number,
                "campaign_name": source.shown_campaign,
                "campaign_id": source.campaign_id or source.utm_id or NOT_SET,
                "source": source.shown_source,
                "medium": source.shown_medium,
                "source_medium": f"{source.shown_source} / {source.shown_medium}",
                "channel": source.channel,
                "platform": "Google Ads" if google else "Manual",
                "ads_campaign_name": source.shown_campaign if google else NOT_SET,
                "ads_campaign_id": (source.campaign_id if google else None) or NOT_SET,
            }
        )
    return rows


def _make_names(engine: Engine, campaigns: Sequence[Campaign], shop: Shop) -> None:
    """Make the tables of names: a number, or a day, and what GA4 calls it."""
    _make_enums(engine, "names", _source_names(campaigns))
    countries = [{"number": n, "name": name, "code": code} for n, (name, code, _) in enumerate(COUNTRIES)]
    _make_enums(engine, "countries", countries)
    _make_enums(engine, "devices", [{"number": n - 1, "name": name} for n, name in enumerate((NOT_SET, *DEVICES))])
    for table, names in (("ages", AGES), ("genders", GENDERS), ("items", ITEMS)):
        _make_enums(engine, table, [{"number": n, "name": name} for n, name in enumerate(names)])
    days = [shop.first_day + timedelta(n) for n in range(shop.days + shop.ahead + LONGEST_REFUND + 1)]
    _make_enums(engine, "calendar", [{"day": day} | _written(day) for day in days])


def _written(day: date) -> dict[str, str]:
    """Return a day as the dimensions of time write it."""
    return {
        "date": f"{day:%Y%m%d}",
        "year": f"{day:%Y}",
        "month": f"{day:%m}",
        "year_month": f"{day:%Y%m}",
        "day_of_month": f"{day:%d}",
        "day_of_week": f"{day.isoweekday() % 7}",
    }


def _country_macro() -> str:
    """Return the macro that turns a share into the number of a country."""
    cases, reached = [], 0.0
    for number, (_, _, share) in enumerate(COUNTRIES):
        reached += share
        cases.append(f"when share < {reached:.4f} then {number}")
    return f"create or replace temp macro country_of(share) as case {' '.join(cases)} else 1 end"


def _make(engine: Engine, name: str, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa

    engine.register(f"given_{name}", pa.Table.from_pylist(rows))
    engine.execute(f"create temp table {name} as select * from given_{name}")


def _make_enums(engine: Engine, name: str, rows: list[dict[str, Any]]) -> None:
    """Make a table whose texts are enumerations in their order: grouping by them takes a third of the time."""
    _make(engine, f"plain_{name}", rows)
    texts = [column for column, value in rows[0].items() if isinstance(value, str)]
    for column in texts:
        values = f"select distinct {column} from plain_{name} order by {column}"
        engine.execute(f"create type {name}_{column} as enum ({values})")
    typed = ", ".join(f"{column}::{name}_{column} as {column}" for column in texts)
    engine.execute(f"create temp table {name} as select * replace ({typed}) from plain_{name}")
    engine.execute(f"drop table plain_{name}")
