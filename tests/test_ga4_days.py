"""Which days are due: the ledger says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payback.data_loader.ga4_days import Known, Windows, chosen_days, days_to_read, requests_of

TODAY = date(2026, 5, 31)
WINDOWS = Windows(4, 14)
DAYS = st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), unique=True)


def due(known, start=date(2026, 5, 1), definition="d"):
    """Return the days of May that are due."""
    return [day.day for day in days_to_read(known, TODAY, start, WINDOWS, definition)]


def final(*days, flags="", definition="d"):
    """Return days of May as the ledger knows them."""
    return {date(2026, 5, day): Known(flags, definition) for day in days}


def test_new_property_has_every_day_due_but_today():
    """The newest first."""
    assert due({}) == list(range(30, 0, -1))


def test_final_days_rest_and_recent_ones_do_not():
    """On the 31st the days from the 17th on still change."""
    assert due(final(*range(1, 31))) == list(range(30, 16, -1))


def test_hole_is_filled():
    """A day that the ledger does not have is due, wherever it lies."""
    assert due(final(*(day for day in range(1, 31) if day != 7)))[-1] == 7


def test_provisional_day_is_read_once_more():
    """However late: a day that was provisional when it was read is not final."""
    known = final(*range(1, 31)) | final(3, flags="provisional") | final(4, flags="sampled(0.5),provisional_outcomes")
    assert due(known)[-2:] == [4, 3]


def test_day_of_another_definition_is_read_again():
    """Unless it is not known what would be asked."""
    known = final(*range(1, 31)) | final(5, definition="old")
    assert due(known)[-1] == 5
    assert 5 not in due(known, definition=None)


@pytest.mark.parametrize(
    ("age", "flag"),
    [(1, "provisional"), (4, "provisional"), (5, "provisional_outcomes"), (14, "provisional_outcomes"), (15, "")],
)
def test_flag_of_an_age(age, flag):
    """Sessions settle after 4 days, outcomes after 14."""
    assert WINDOWS.flag(TODAY - timedelta(days=age), TODAY) == flag


@given(DAYS, st.integers(1, 40))
def test_requests_hold_every_day_once_and_none_else(days, size):
    """Whatever days are due: the requests cover exactly those, none longer than it may be, the newest first."""
    found = requests_of(days, size)
    covered = [first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)]
    assert sorted(covered) == sorted(days)
    assert all((last - first).days < size for first, last in found)
    assert found == sorted(found, reverse=True)


@given(DAYS, st.integers(1, 40), st.data())
def test_requests_are_cut_at_the_same_places(days, size, data):
    """What was done before does not move the ends of what is left, so an interrupted run asks as a whole one does."""
    whole = requests_of(days, size)
    done = data.draw(st.integers(0, len(whole)))
    left = [first + timedelta(days=n) for first, last in whole[done:] for n in range((last - first).days + 1)]
    assert requests_of(left, size) == whole[done:]


def test_chosen_days_end_yesterday():
    """Today is not over, whatever is asked for."""
    assert chosen_days(date(2026, 5, 29), date(2026, 6, 30), TODAY) == [date(2026, 5, 30), date(2026, 5, 29)]
    assert list(chosen_days(date(2026, 6, 1), date(2026, 6, 30), TODAY)) == []
