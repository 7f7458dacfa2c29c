"""Whatever the page size, the order and the fields: the pages of the local GA4 property are its report, once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ga4_requests import WEEK, by, request, rows, totals
from payback.testing.ga4 import Ga4Property, Limits

some = settings(max_examples=25)
DIMENSIONS = ("date", "sessionCampaignName", "sessionSourceMedium", "country", "deviceCategory", "userAgeBracket")
PLENTY = Limits(potentially_thresholded_requests_per_hour=10**6, tokens_per_project_per_hour=10**6)
SUMS = ("sessions", "screenPageViews", "keyEvents", "transactions", "eventCount")


@pytest.fixture(scope="module")
def shop():
    """Return a small property."""
    with Ga4Property(days=7, sessions_a_day=60, limits=PLENTY) as prop:
        yield prop


@pytest.fixture(scope="module")
def client(shop):
    """Return its client."""
    return shop.client()


def pages(client, asked, limit):
    """Return the rows of all pages."""
    found, asked.limit, asked.offset = [], limit, 0
    while True:
        answer = client.run_report(asked)
        found += rows(answer)
        asked.offset += limit
        if asked.offset >= answer.row_count:
            return found


@some
@given(names=st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=4, unique=True), limit=st.integers(15, 500))
def test_pages_of_any_size_are_the_report(shop, client, names, limit):
    """The rows of one big page and of many small ones are the same, in the same order."""
    asked = request(shop, " ".join(names), "sessions totalUsers", order_bys=by(*names), limit=100_000)
    whole = rows(client.run_report(asked))

    assert pages(client, asked, limit) == whole


@some
@given(
    names=st.lists(st.sampled_from(DIMENSIONS), max_size=4, unique=True),
    metrics=st.lists(st.sampled_from(SUMS), min_size=1, unique=True),
)
def test_sums_are_the_same_however_a_report_is_split(shop, client, names, metrics):
    """The rows of any report add up to its total, which is the total of the report without dimensions."""
    asked = request(shop, " ".join(names), " ".join(metrics), metric_aggregations=["TOTAL"], limit=100_000)
    answer = client.run_report(asked)
    split = [row[len(names) :] for row in rows(answer)]
    ((whole),) = rows(client.run_report(request(shop, "", " ".join(metrics))))

    assert [sum(int(row[n]) for row in split) for n in range(len(metrics))] == [int(value) for value in whole]
    assert totals(answer)[0][len(names) :] == whole


@some
@given(first=st.integers(0, 6), second=st.integers(0, 6))
def test_days_can_be_split_and_joined(shop, client, first, second):
    """A report of two stretches of days is the two reports together."""
    days = [f"2025-11-{day}" for day in range(24, 31)]
    cut = min(first, second)
    parts = [(days[0], days[cut]), *([(days[cut + 1], days[-1])] if cut < len(days) - 1 else [])]
    joined = [row for part in parts for row in rows(client.run_report(request(shop, "date country", days=part)))]

    assert sorted(joined) == sorted(rows(client.run_report(request(shop, "date country", days=WEEK))))
