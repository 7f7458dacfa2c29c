"""Days that come late, or again and otherwise, give what all of them give at once."""

import random
from datetime import datetime, timedelta

import pytest

from ga4_events import event, write
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore

FIRST = datetime(2025, 1, 1)
TABLES = {
    "sessions": "from sessions order by all",
    "sales": "select * exclude (part, number) from sales order by all",
    "campaign_days": "from campaign_days order by all",
}
SITES = [("news", "email", "spring"), ("shop", "cpc", "autumn"), ("blog", "referral", "links")]


def moment_of(chance, day):
    """Return a time of a day, to the microsecond: no two events share one."""
    return f"{FIRST + timedelta(days=day, microseconds=chance.randrange(86_400_000_000))}"


def one_event(chance, day, wild):
    """Return an event of few visitors: most sessions are of a day or go on after midnight, a wild one comes again."""
    user = chance.choice(["a", "b", "c", "d", "e", "f", None])
    session = chance.choice([10 * day + 1, 10 * day + 1, 10 * day + 2, 10 * day - 8, 10 * day - 18, None])
    if chance.random() < wild:
        session = chance.choice([1, 2, 31])
    kind, at = chance.random(), moment_of(chance, day)
    more = {"user": user, "session": session, "country": chance.choice(["Germany", "France"])}
    if chance.random() < 0.2:
        more["utm"] = chance.choice(SITES)
    if chance.random() < 0.1:
        more["click"] = (*chance.choice(SITES), "Email")
    if chance.random() < 0.1:
        more["user_id"] = f"known {user}"
    number = chance.choice([None, *(f"T{n}" for n in range(20))])
    if kind < 0.2:
        amount = chance.choice([None, float(chance.randrange(1, 50))])
        return event("purchase", at, order=(number, amount), items=[{"price": 2.5, "quantity": 3}], **more)
    if kind < 0.25:
        return event("refund", at, refund=(number, chance.choice([None, float(chance.randrange(1, 30))])), **more)
    return event(chance.choice(["page_view", "session_start", "sign_up"]), at, page_location="https://x.de/a", **more)


def kept(path, folder, options):
    """Take in what is in a folder; return what is kept then."""
    with ExportStore(path, options) as store:
        store.sync(find_parts(folder))
        return {name: store.engine.records(query) for name, query in TABLES.items()}


@pytest.mark.parametrize("seed", range(6))
def test_days_in_any_order_give_what_they_give_at_once(tmp_path, seed):
    """New days, late days and revised days, several at a time, with a window of three days."""
    chance = random.Random(seed)
    options = ExportOptions(currency="EUR", lookback_days=chance.choice([0, 1, 3]), key_events=("sign_up",))
    wild = chance.choice([0, 0, 0.02, 0.2])
    for step in range(6):
        # Mostly the days after those that are there; sometimes one before them.
        days = range(4) if step == 0 else [step + 3, *chance.sample(range(step + 3), chance.choice([0, 0, 1]))]
        for day in days:
            events = [one_event(chance, day, wild) for _ in range(chance.randrange(1, 20))]
            write(tmp_path / "export", events)
        found = kept(tmp_path / "kept.duckdb", tmp_path / "export", options)
        expected = kept(tmp_path / f"whole {step}.duckdb", tmp_path / "export", options)

        assert found == expected
