"""Reconciliation: the sums of the warehouse against GA4's own, and what explains that they differ."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ga4_project import END, START, load_of, small_property
from payback.data_loader.ga4_check import _explained
from payback.warehouse.opening import open_warehouse

DAYS = (END - START).days + 1


@pytest.fixture
def server():
    """Return a property whose clock the test moves."""
    with small_property() as opened:
        yield opened


@pytest.fixture
def warehouse(tmp_path):
    """Return an empty warehouse."""
    opened = open_warehouse("duckdb", tmp_path / "shop.duckdb")
    yield opened
    opened.close()


def test_every_day_that_is_read_is_compared(server, warehouse):
    """Four sums a day, each equal to what GA4 says without a breakdown, and kept with the run."""
    load_of(warehouse, server).fetch()
    rows = warehouse.records("reconciliation")
    assert len(rows) == 4 * DAYS
    assert {row["measure"] for row in rows} == {"sessions", "conversions", "revenue", "cost"}
    assert {(row["difference"], row["explained_by"], row["run_id"]) for row in rows} == {(Decimal(0), "", "run 1")}
    assert {row["currency"] for row in rows if row["measure"] == "cost"} == {"EUR"}


def test_comparison_can_be_switched_off(server, warehouse):
    """Then nothing is compared, and nothing kept."""
    load_of(warehouse, server, reconcile=False).fetch()
    assert warehouse.records("reconciliation") == []


def test_lost_row_is_found(server, warehouse):
    """A row that somebody deletes by hand shows as an unexplained difference of its own size."""
    load = load_of(warehouse, server)
    load.fetch()
    row = max(warehouse.records("campaign_traffic", {"date": START}), key=lambda row: row["sessions"])
    warehouse.delete("campaign_traffic", {"date": START, "row_number": row["row_number"]})
    warehouse.engine.execute(
        "update campaign_traffic set sessions = sessions - 10 where row_number = 1 and date = ?", [END]
    )
    found = load.check()
    wrong = {(one.day, one.measure): one for one in found if one.difference}
    assert wrong[START, "sessions"].difference == -row["sessions"]
    assert wrong[START, "sessions"].is_unexplained
    assert wrong[END, "sessions"].explained_by == "provisional"


def test_day_that_changed_since_is_explained_by_being_provisional(server, warehouse):
    """Sales that were credited after the day was read explain what is missing, and the next fetch brings them."""
    load = load_of(warehouse, server)
    load.fetch()
    server.advance(days=9)
    behind = [one for one in load.check() if one.difference]
    assert behind
    assert {one.is_unexplained for one in behind} == {False}
    load.fetch()
    assert [one for one in load.check() if one.difference] == []


def test_check_asks_for_no_days_that_were_not_read(server, warehouse):
    """Nothing was read, so nothing is compared."""
    assert load_of(warehouse, server).check() == []


def test_days_can_be_chosen(server, warehouse):
    """A first and a last day, or the last so many."""
    load = load_of(warehouse, server)
    load.fetch()
    assert {one.day for one in load.check(START, START)} == {START}
    assert len({one.day for one in load.check(days=3)}) == 3


@pytest.mark.parametrize(
    ("measure", "ours", "theirs", "reasons", "expected"),
    [
        ("sessions", 100, 100, [], ""),
        ("sessions", 100, 103, [], "estimated"),
        ("sessions", 100, 104, [], "unexplained"),
        ("conversions", 100, 101, [], "unexplained"),
        ("revenue", "9.999999", "10.000001", [], "rounding"),
        ("revenue", "9.99", "10.00", [], "unexplained"),
        ("revenue", "9.99", "10.00", ["other_row", "sampled(0.500)"], "other_row,sampled(0.500)"),
        ("sessions", 100, 150, ["provisional"], "provisional"),
        ("cost", None, 5, [], "unexplained"),
    ],
)
def test_what_explains_a_difference(measure, ours, theirs, reasons, expected):
    """GA4 estimates sessions to about 3 %; money may be rounded by less than half a cent; else a flag must say why."""
    one, two = (None if value is None else Decimal(str(value)) for value in (ours, theirs))
    assert _explained(measure, one, two, reasons) == expected
