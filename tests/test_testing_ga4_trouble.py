"""The GA4 property that runs here runs out of quota, fails, revises its past and hides things, as Google's do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from google.analytics.data_v1beta import types as ga
from google.api_core import exceptions

from ga4_requests import WEEK, by, is_in, request, rows, totals
from payback.errors import UsageError
from payback.testing.ga4 import ANALYTICS_360, Effects, Ga4Property, Limits, SystemClock

MONTH = ("2025-11-01", "2025-11-30")
TEN = " ".join(
    (
        *("sessions", "keyEvents", "transactions", "totalRevenue", "totalUsers"),
        *("newUsers", "activeUsers", "eventCount", "bounceRate", "engagementRate"),
    )
)
SMALL = {"days": 35, "sessions_a_day": 60}


@pytest.fixture(scope="module")
def restless():
    """Return a property whose past days are revised; tests move no clock of it, but set its effects."""
    with Ga4Property(**SMALL) as prop:
        yield prop


@pytest.fixture
def small():
    """Return a property of a test's own."""
    with Ga4Property(days=7, sessions_a_day=40) as prop:
        yield prop


def quota_of(prop, **more):
    """Return the quota after a request."""
    return prop.client().run_report(request(prop, return_property_quota=True, **more)).property_quota


# Quota


def test_quota_is_told_when_it_is_asked_for(small):
    """Consumed and remaining of every bucket of a standard property."""
    assert not small.client().run_report(request(small)).property_quota
    quota = quota_of(small)

    assert (quota.tokens_per_day.consumed, quota.tokens_per_day.remaining) == (1, 199_998)
    assert (quota.tokens_per_hour.remaining, quota.tokens_per_project_per_hour.remaining) == (39_998, 13_998)
    assert (quota.concurrent_requests.consumed, quota.concurrent_requests.remaining) == (0, 9)
    assert quota.server_errors_per_project_per_hour.remaining == 10
    assert quota.potentially_thresholded_requests_per_hour.remaining == 120


@pytest.mark.parametrize(
    ("dimensions", "metrics", "days", "tokens"),
    [
        ("date", "sessions", WEEK, 1),
        ("date", TEN, WEEK, 2),
        ("date year month day country countryId deviceCategory dayOfWeek yearMonth", TEN, WEEK, 4),
        ("date", "sessions", ("2024-12-01", "2025-11-30"), 7),
    ],
)
def test_wide_and_long_reports_cost_more(restless, dimensions, metrics, days, tokens):
    """The cost is what others measured on real properties."""
    asked = request(restless, dimensions, metrics, days, limit=1, return_property_quota=True)

    assert restless.client().run_report(asked).property_quota.tokens_per_hour.consumed == tokens


@pytest.mark.parametrize(
    ("limits", "bucket", "message", "hours"),
    [
        (Limits(tokens_per_project_per_hour=3), "tokens_per_project_per_hour", "tokens for a project per hour", 1),
        (Limits(tokens_per_hour=3), "tokens_per_hour", "property tokens per hour", 1),
        (Limits(tokens_per_day=3), "tokens_per_day", "tokens per day. These .* under 24 hours", 24),
    ],
)
def test_empty_buckets_refuse_and_fill_up_with_the_clock(limits, bucket, message, hours):
    """After three tokens the fourth request is refused; when the hour or the day is over, the next one is answered."""
    with Ga4Property(days=7, sessions_a_day=40, limits=limits) as prop:
        client = prop.client()
        for _ in range(3):
            client.run_report(request(prop))
        with pytest.raises(exceptions.ResourceExhausted, match=message):
            client.run_report(request(prop))
        prop.advance(hours=hours)
        client.run_report(request(prop))

        assert prop.usage.refused == {bucket: 1}
        assert (prop.usage.requests, prop.usage.reports, prop.usage.tokens) == (5, 4, 4)


def test_days_of_the_quota_end_at_midnight_in_california():
    """The property is opened at 8:00 UTC, which is midnight there: 23 hours on nothing is back, 24 hours on all is."""
    with Ga4Property(days=7, sessions_a_day=40, limits=Limits(tokens_per_day=1)) as prop:
        client = prop.client()
        client.run_report(request(prop))
        prop.advance(hours=23)
        with pytest.raises(exceptions.ResourceExhausted):
            client.run_report(request(prop))
        prop.advance(hours=1)
        client.run_report(request(prop))

        assert prop.usage.tokens_by_day == {"2025-12-01": 1, "2025-12-02": 1}


def test_the_last_request_may_overdraw_and_remaining_is_never_below_zero():
    """A request is answered while anything is left, whatever it turns out to cost."""
    with Ga4Property(days=7, sessions_a_day=40, limits=Limits(tokens_per_hour=2)) as prop:
        asked = request(prop, days=("2024-12-01", "2025-11-30"), return_property_quota=True)
        quota = prop.client().run_report(asked).property_quota

        assert (quota.tokens_per_hour.consumed, quota.tokens_per_hour.remaining) == (7, 0)


def test_reports_that_could_tell_who_somebody_is_have_a_quota():
    """Two reports by age or gender are allowed here, in a batch or not; others are not touched."""
    limits = Limits(potentially_thresholded_requests_per_hour=2)
    with Ga4Property(days=7, sessions_a_day=40, limits=limits) as prop:
        client = prop.client()
        both = [request(prop, "userGender"), request(prop, "userAgeBracket")]
        client.batch_run_reports(ga.BatchRunReportsRequest(property=prop.name, requests=both))
        with pytest.raises(exceptions.ResourceExhausted, match="potentially thresholded"):
            client.run_report(request(prop, "userGender"))

        assert client.run_report(request(prop, "country")).row_count


def test_too_many_requests_at_a_time_are_refused():
    """With two allowed and both slow, the third is refused."""
    with Ga4Property(days=7, sessions_a_day=40, limits=Limits(concurrent_requests=2)) as prop:
        client = prop.client()
        prop.fail("slow", times=2, seconds=30)
        outcomes: list[str] = []

        def ask() -> None:
            try:
                client.run_report(request(prop))
                outcomes.append("answered")
            except exceptions.ResourceExhausted as error:
                outcomes.append(error.message)
                prop.hurry()

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert prop.usage.most_concurrent == 2
    assert Counter(outcome[:29] for outcome in outcomes) == {"answered": 2, "Exhausted concurrent requests": 1}


def test_errors_of_the_server_use_up_a_quota_too():
    """After ten in an hour nothing is answered until the hour is over."""
    with Ga4Property(days=7, sessions_a_day=40) as prop:
        client = prop.client()
        prop.fail("internal", times=10)
        for _ in range(10):
            with pytest.raises(exceptions.InternalServerError):
                client.run_report(request(prop))
        with pytest.raises(exceptions.ResourceExhausted, match="server errors"):
            client.run_report(request(prop))
        prop.advance(hours=1)

        assert client.run_report(request(prop)).row_count


def test_an_analytics_360_property_has_more():
    """Ten times the tokens."""
    with Ga4Property(days=7, sessions_a_day=40, limits=ANALYTICS_360) as prop:
        assert quota_of(prop).tokens_per_day.remaining == 1_999_999


# Faults


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("too many requests", exceptions.ResourceExhausted),
        ("internal", exceptions.InternalServerError),
        ("unavailable", exceptions.ServiceUnavailable),
        ("deadline", exceptions.DeadlineExceeded),
        ("dropped", exceptions.ServiceUnavailable),
        ("api disabled", exceptions.PermissionDenied),
        ("no scope", exceptions.PermissionDenied),
    ],
)
def test_each_fault_is_the_error_that_google_gives(small, kind, error):
    """429, 500, 503, 504, a broken connection and two kinds of 403, once; then all is well again."""
    client = small.client()
    small.fail(kind)
    with pytest.raises(error):
        client.run_report(request(small))

    assert client.run_report(request(small)).row_count == 1
    assert small.usage.failed == {kind: 1}


def test_a_dropped_answer_was_paid_for(small):
    """The tokens are gone though nothing arrived."""
    small.fail("dropped")
    with pytest.raises(exceptions.ServiceUnavailable):
        small.client().run_report(request(small))

    assert small.usage.tokens == 1


def test_faults_can_wait_for_the_nth_request_of_a_method(small):
    """The third report fails; the schema doesn't count."""
    client = small.client()
    small.fail("unavailable", method="RunReport", after=2)
    client.run_report(request(small))
    client.get_metadata(name=f"{small.name}/metadata")
    client.run_report(request(small))
    with pytest.raises(exceptions.ServiceUnavailable):
        client.run_report(request(small))


def test_faults_by_chance_are_the_same_for_a_seed():
    """Three of ten fail, and the same ones again."""

    def outcomes() -> list[bool]:
        with Ga4Property(days=7, sessions_a_day=40, seed=5) as prop:
            client = prop.client()
            prop.fail("unavailable", times=None, probability=0.3)
            return [_answers(client, prop) for _ in range(20)]

    first = outcomes()

    assert first == outcomes()
    assert 0 < first.count(False) < 15


def _answers(client, prop) -> bool:
    try:
        client.run_report(request(prop))
    except (exceptions.ServiceUnavailable, exceptions.ResourceExhausted):
        return False
    return True


def test_faults_to_come_can_be_called_off(small):
    """What was going to fail for ever is answered."""
    small.fail("unavailable", times=None)
    small.faults.clear()

    assert small.client().run_report(request(small)).row_count == 1


def test_a_slow_answer_runs_into_the_clients_own_deadline(small):
    """The client gives up first."""
    small.fail("slow", seconds=60)
    with pytest.raises(exceptions.DeadlineExceeded):
        small.client().run_report(request(small), timeout=0.3)


def test_a_restart_breaks_connections_and_keeps_the_port(small):
    """The same client is answered by the property that came back."""
    client, before = small.client(), small.endpoint
    client.run_report(request(small))
    small.restart()

    assert small.endpoint == before
    assert client.run_report(request(small), timeout=20, retry=_patient()).row_count == 1


def test_a_restart_ends_what_is_under_way(small):
    """A request in flight fails at once, however slow its answer would be."""
    small.fail("slow", seconds=60)
    waiting = small.client().transport.run_report.future(request(small))
    while not small.usage.failed:
        time.sleep(0.01)
    small.restart()

    assert isinstance(waiting.exception(timeout=20), Exception)


def _patient():
    from google.api_core.retry import Retry, if_exception_type

    return Retry(if_exception_type(exceptions.ServiceUnavailable), initial=0.1, maximum=0.5)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "earthquake"}, "no such fault"),
        ({"kind": "internal", "method": "RunReports"}, "no such method"),
        ({"kind": "internal", "probability": 30}, "between 0 and 1"),
    ],
)
def test_faults_that_cannot_be_are_refused(small, fault, message):
    """A fault that would never strike is a mistake."""
    with pytest.raises(UsageError, match=message):
        small.fail(**fault)


# Late data


def test_past_days_are_revised_until_they_are_final():
    """Sessions move from Unassigned to their source, key events and revenue grow, and after two weeks all is final."""
    with Ga4Property(days=14, sessions_a_day=400) as prop:
        client = prop.client()
        days = ("2025-11-28", "2025-11-30")
        seen = []
        for _ in range(4):
            seen.append(dict(rows(client.run_report(request(prop, "sessionDefaultChannelGroup", "sessions", days)))))
            first = client.run_report(request(prop, "", "keyEvents totalRevenue", days))
            seen[-1]["key events"], seen[-1]["revenue"] = rows(first)[0]
            prop.advance(days=5)
        ends = prop.totals(date(2025, 11, 28), date(2025, 11, 30), final=True)

    unassigned = [int(each.get("Unassigned", 0)) for each in seen]
    assert unassigned[0] > 5 * unassigned[1] >= unassigned[2] == unassigned[3]
    assert [float(each["key events"]) for each in seen] == sorted(float(each["key events"]) for each in seen)
    assert float(seen[-1]["key events"]) == sum(day.key_events for day in ends)
    assert Decimal(seen[-1]["revenue"]) == sum(day.revenue for day in ends)
    assert Decimal(seen[0]["revenue"]) < Decimal(seen[-1]["revenue"])


def test_some_rows_vanish_and_others_appear():
    """What is keyed by all dimensions leaves ghosts in a warehouse that only adds."""
    with Ga4Property(days=14, sessions_a_day=400) as prop:
        client = prop.client()
        asked = request(prop, "date sessionCampaignName country deviceCategory", "sessions", ("2025-11-29",) * 2)
        before = {row[:-1] for row in rows(client.run_report(asked))}
        prop.advance(days=10)
        after = {row[:-1] for row in rows(client.run_report(asked))}

    assert before - after
    assert after - before


def test_days_come_into_sight_with_the_clock():
    """Today holds the hours so far; tomorrow isn't there yet."""
    with Ga4Property(days=7, sessions_a_day=400, effects=Effects(late_data=False)) as prop:
        client = prop.client()
        asked = request(prop, "date", days=("today", "today"))
        morning = int(rows(client.run_report(asked))[0][1])
        tomorrow = client.run_report(request(prop, "date", days=("2025-12-02", "2025-12-02"))).row_count
        prop.advance(hours=10)
        evening = int(rows(client.run_report(asked))[0][1])
        prop.advance(days=1)

        assert 0 < morning < evening
        assert tomorrow == 0
        assert client.run_report(request(prop, "date", days=("2025-12-02", "2025-12-02"))).row_count == 1


def test_the_clock_stops_where_the_data_ends(small):
    """Days without data would look like days without visits."""
    with pytest.raises(UsageError, match="no data for the days"):
        small.advance(days=60)


def test_the_machines_clock_is_not_moved():
    """A property on the clock of the machine can't be moved on."""
    with (
        Ga4Property(days=7, sessions_a_day=40, clock=SystemClock()) as prop,
        pytest.raises(UsageError, match="cannot be moved"),
    ):
        prop.advance(days=1)


# What is hidden


@pytest.fixture
def suffer(restless):
    """Return how to set effects, which end with the test."""
    yield restless.suffer
    restless.suffer(**vars(Effects(late_data=False)))


def test_small_rows_are_withheld_where_they_could_tell_who_somebody_is(restless, suffer):
    """Rows of fewer than ten people are missing, the total has them, and the report says so."""
    suffer(late_data=False, threshold_users=10)
    asked = request(restless, "userAgeBracket country", "totalUsers", MONTH, metric_aggregations=["TOTAL"])
    hidden = restless.client().run_report(asked)
    plain = restless.client().run_report(request(restless, "country", "totalUsers", MONTH))
    suffer(threshold_users=None)
    full = restless.client().run_report(asked)

    assert hidden.metadata.subject_to_thresholding
    assert not plain.metadata.subject_to_thresholding
    assert sorted(rows(hidden)) == sorted(row for row in rows(full) if int(row[2]) >= 10)
    assert len(rows(full)) > len(rows(hidden))
    assert totals(hidden) == totals(full)


def test_with_signals_every_report_is_withheld(restless, suffer):
    """The threshold holds without age and gender too."""
    suffer(late_data=False, threshold_users=10, signals=True)
    answer = restless.client().run_report(request(restless, "country", "totalUsers", MONTH))

    assert answer.metadata.subject_to_thresholding
    assert all(int(users) >= 10 for _, users in rows(answer))


def test_too_many_combinations_go_under_other(restless, suffer):
    """No session is lost; the small combinations share a row a day; a filter doesn't hide that."""
    suffer(late_data=False)
    asked = request(restless, "date country sessionCampaignName", "sessions", MONTH)
    everything = rows(restless.client().run_report(asked))
    suffer(most_combinations=200)
    answer = restless.client().run_report(asked)
    asked.dimension_filter = is_in("country", "Germany")
    filtered = restless.client().run_report(asked)
    others = [row for row in rows(answer) if row[1] == "(other)"]

    assert answer.metadata.data_loss_from_other_row
    assert filtered.metadata.data_loss_from_other_row
    assert {row[1] for row in rows(filtered)} == {"Germany"}
    assert len(rows(answer)) == 200 + len(others)
    assert {row[2] for row in others} == {"(other)"}
    assert sum(int(row[3]) for row in rows(answer)) == sum(int(row[3]) for row in everything)


def test_a_shorter_report_has_no_other_row(restless, suffer):
    """Halving the days helps."""
    suffer(late_data=False, most_combinations=200)
    answer = restless.client().run_report(
        request(restless, "date country sessionCampaignName", "sessions", ("2025-11-30",) * 2)
    )

    assert answer.row_count
    assert not answer.metadata.data_loss_from_other_row


def test_long_ranges_are_sampled_and_multiplied_up(restless, suffer):
    """The sample's size is told for each date range; values are near the truth, cost is exact."""
    suffer(late_data=False)
    asked = request(restless, "", "sessions", [MONTH, ("2025-11-30",) * 2])
    truth = dict(rows(restless.client().run_report(asked)))
    suffer(sample_above=2_000)
    answer = restless.client().run_report(asked)
    (sample,) = answer.metadata.sampling_metadatas
    found = dict(rows(answer))

    assert sample.samples_read_count < 2_400 < sample.sampling_space_size
    assert found["date_range_1"] == truth["date_range_1"]
    assert int(found["date_range_0"]) == pytest.approx(int(truth["date_range_0"]), rel=0.15)
    assert found["date_range_0"] != truth["date_range_0"]


def test_cost_is_never_sampled(restless, suffer):
    """Advertising comes from another table."""
    asked = request(restless, "sessionCampaignName", "advertiserAdCost", MONTH)
    suffer(late_data=False)
    truth = sorted(rows(restless.client().run_report(asked)))
    suffer(sample_above=2_000)

    assert sorted(rows(restless.client().run_report(asked))) == truth


def test_restricted_metrics_are_zeros_and_the_schema_says_why(restless, suffer):
    """Without the right to see cost and revenue there is no error, but zeros and a note."""
    suffer(late_data=False, restricted={"COST_DATA", "REVENUE_DATA"})
    client = restless.client()
    asked = request(restless, "sessionCampaignName", "sessions advertiserAdCost totalRevenue", MONTH)
    answer = client.run_report(asked)
    active = answer.metadata.schema_restriction_response.active_metric_restrictions
    blocked = {
        field.api_name: [reason.name for reason in field.blocked_reasons]
        for field in client.get_metadata(name=f"{restless.name}/metadata").metrics
    }

    assert {row[2:] for row in rows(answer)} == {("0", "0")}
    assert [(each.metric_name, each.restricted_metric_types[0].name) for each in active] == [
        ("advertiserAdCost", "COST_DATA"),
        ("totalRevenue", "REVENUE_DATA"),
    ]
    assert (blocked["advertiserAdCost"], blocked["totalRevenue"]) == (["NO_COST_METRICS"], ["NO_REVENUE_METRICS"])
    assert blocked["sessions"] == []


def test_restrictions_have_two_names():
    """Any other is a mistake, not a restriction that does nothing."""
    with pytest.raises(UsageError, match="no such restriction"):
        Effects(restricted={"COSTS"})


def truncations(answer):
    """Return why days are missing, and from when on they are there."""
    reasons = getattr(answer.metadata, "data_truncation_reasons", ())
    return [(reason.data_truncation_type.name, reason.data_truncation_date) for reason in reasons]


def told(*reasons):
    """Return what is told: Google's library has no words for it before 0.23."""
    return list(reasons) if hasattr(ga.ResponseMetaData, "DataTruncationReason") else []


def test_days_beyond_what_the_property_keeps_are_cut_off(restless, suffer):
    """Earlier days are missing, and the report says from when on there is data."""
    suffer(late_data=False, kept_days=10)
    answer = restless.client().run_report(request(restless, "date", days=MONTH, order_bys=by("date")))

    assert rows(answer)[0][0] == "20251121"
    assert truncations(answer) == told(("DATA_TRUNCATION_TYPE_PROPERTY", "2025-11-21"))


def test_google_ads_keeps_cost_for_a_time_only(restless, suffer):
    """Earlier cost is missing and said to be; reports without cost are whole."""
    suffer(late_data=False, kept_ad_days=5)
    client = restless.client()
    order = by("date")
    cost = client.run_report(request(restless, "date sessionCampaignName", "advertiserAdCost", MONTH, order_bys=order))
    visits = client.run_report(request(restless, "date", "sessions", MONTH, order_bys=order))

    assert (rows(cost)[0][0], rows(visits)[0][0]) == ("20251126", "20251101")
    assert truncations(cost) == told(("DATA_TRUNCATION_TYPE_GOOGLE_ADS", "2025-11-26"))
    assert truncations(visits) == []


def test_cost_of_the_last_days_is_paid_back():
    """Clicks that turn out to be invalid make the cost of a day fall."""
    with Ga4Property(days=14, sessions_a_day=60) as prop:
        asked = request(prop, "sessionCampaignName", "advertiserAdCost", ("2025-11-30",) * 2)
        before = sum(Decimal(cost) for _, cost in rows(prop.client().run_report(asked)))
        prop.advance(days=5)
        after = sum(Decimal(cost) for _, cost in rows(prop.client().run_report(asked)))

    assert after < before < after * Decimal("1.021")
