"""Flags of slices, and the sums by which revisions are told, on every warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from campaign_rows import campaign_rows, write
from payback.warehouse.base import Load
from payback.warehouse.slices import slices_of

D1, D2 = date(2024, 5, 1), date(2024, 5, 2)


def flags_by_day(warehouse):
    """Return the flags that the ledger holds, by day."""
    return {row["day"]: row["flags"] for row in warehouse.records("loads")}


def test_slice_has_flags_of_its_own_or_those_of_the_load(warehouse):
    """A flag of one slice does not reach the others, which have what the load says."""
    with warehouse.transaction():
        relation = campaign_rows(warehouse, {}, {"date": "date '2024-05-02'"})
        first, second = slices_of(warehouse.engine, relation, "campaigns", "s")
        slices = [replace(first, flags="sampled"), second]
        warehouse.write_slices("campaigns", relation, slices, Load(1, "a test", flags="provisional"))
    assert flags_by_day(warehouse) == {D1: "sampled", D2: "provisional"}
    kept = warehouse.slices("campaigns", "google_ads")
    assert {key[3]: piece.flags for key, piece in kept.items()} == {D1: "sampled", D2: "provisional"}


def test_flags_change_and_rows_stay(warehouse):
    """A day that is final now loses its flag: the ledger keeps its load and the table its rows."""
    write(warehouse, {}, {"date": "date '2024-05-02'"})
    kept = warehouse.slices("campaigns", "google_ads")
    before = warehouse.records("loads", {"day": D1})[0]
    with warehouse.transaction():
        warehouse.mark_slices("campaigns", [replace(kept["google", "", "google_ads", D1], flags="thresholded")])
    assert flags_by_day(warehouse) == {D1: "thresholded", D2: ""}
    assert warehouse.records("loads", {"day": D1})[0] == before | {"flags": "thresholded"}
    assert len(warehouse.records("campaigns")) == 2


def test_sums_of_slices_are_exact_and_of_those_slices_alone(warehouse):
    """The sums of one day leave the other out; a column without any value has no sum."""
    write(warehouse, {}, {"conversions": "2.25"}, {"date": "date '2024-05-02'", "impressions": "null"})
    pieces = list(warehouse.slices("campaigns", "google_ads").values())
    found = {row[3]: row[4:] for row in warehouse.slice_sums("campaigns", pieces, ["conversions", "impressions"])}
    assert found == {D1: (Decimal("3.75"), 2000), D2: (Decimal("1.5"), None)}
    only = [piece for piece in pieces if piece.day == D2]
    assert warehouse.slice_sums("campaigns", only, ["conversions"]) == [
        ("google", "", "google_ads", D2, Decimal("1.5"))
    ]
