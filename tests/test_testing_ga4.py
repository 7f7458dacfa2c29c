"""The GA4 property that runs here answers the official client as Google does: reports, pages, filters, refusals."""

from __future__ import annotations

import csv
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from google.analytics.data_v1beta import types as ga
from google.api_core import exceptions

from ga4_requests import WEEK, by, is_in, number, request, rows, sums, text, totals
from payback.errors import PaybackError, UsageError
from payback.testing.ga4 import Effects, Ga4Property, ManualClock

CALM = Effects(late_data=False)


@pytest.fixture(scope="module")
def shop():
    """Return a property whose days never change."""
    with Ga4Property(days=35, sessions_a_day=150, effects=CALM) as prop:
        yield prop


@pytest.fixture(scope="module")
def client(shop):
    """Return its client."""
    return shop.client()


@pytest.fixture(scope="module")
def facts(shop, tmp_path_factory):
    """Return everything the property knows, as a CSV file."""
    path = tmp_path_factory.mktemp("facts") / "facts.csv"
    shop.write_facts(path)
    return path


def test_a_report_adds_up_to_the_facts(shop, client, facts):
    """Sessions by campaign are what the file of facts adds up to."""
    answer = client.run_report(request(shop, "sessionCampaignName", "sessions"))

    assert {name: Decimal(value) for name, value in rows(answer)} == sums(facts, "campaign", "sessions", *WEEK)


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        ("screenPageViews", "views"),
        ("engagedSessions", "engaged_sessions"),
        ("keyEvents", "key_events"),
        ("transactions", "purchases"),
        ("ecommercePurchases", "purchases"),
        ("grossPurchaseRevenue", "gross_revenue"),
        ("refundAmount", "refunds"),
    ],
)
def test_each_metric_adds_up_to_the_facts(shop, client, facts, metric, column):
    """Every sum by day is what the file of facts adds up to, to the cent."""
    answer = client.run_report(request(shop, "date", metric, ("35daysAgo", "yesterday")))
    expected = {day.replace("-", ""): total for day, total in sums(facts, "date", column, last=WEEK[1]).items()}

    assert {day: Decimal(value) for day, value in rows(answer)} == expected


def test_revenue_is_purchases_less_refunds(shop, client):
    """Purchase revenue and total revenue are gross revenue less refunds."""
    metrics = "purchaseRevenue totalRevenue grossPurchaseRevenue refundAmount"
    ((net, total, gross, back),) = rows(client.run_report(request(shop, "", metrics, ("30daysAgo", "yesterday"))))

    assert Decimal(net) == Decimal(total) == Decimal(gross) - Decimal(back)
    assert Decimal(back) > 0


def test_the_daily_truth_is_what_the_reports_say(shop, client):
    """The property's own totals by plain SQL equal a report."""
    answer = client.run_report(request(shop, "date", "sessions totalUsers purchaseRevenue", order_bys=by("date")))
    truth = shop.totals(date(2025, 11, 24), date(2025, 11, 30))

    assert [(f"{day.day:%Y%m%d}", day.sessions, day.users, day.revenue) for day in truth] == [
        (day, int(sessions), int(users), Decimal(revenue)) for day, sessions, users, revenue in rows(answer)
    ]


def test_users_are_counted_once_whatever_they_are_split_by(shop, client, facts):
    """Users of the days add up to more than the users of the week, which are the distinct persons of the file."""
    asked = request(shop, "date", "totalUsers", metric_aggregations=[ga.MetricAggregation.TOTAL])
    answer = client.run_report(asked)
    with facts.open(encoding="utf-8", newline="") as file:
        people = {row["person"] for row in csv.DictReader(file) if WEEK[0] <= row["date"] <= WEEK[1]} - {""}

    assert totals(answer) == [("RESERVED_TOTAL", str(len(people)))]
    assert sum(int(users) for _, users in rows(answer)) > len(people)


def test_new_and_active_users_are_those_of_the_facts(shop, client, facts):
    """New users came for the first time, active ones were engaged or new; each counts once."""
    with facts.open(encoding="utf-8", newline="") as file:
        week = [row for row in csv.DictReader(file) if WEEK[0] <= row["date"] <= WEEK[1] and row["person"]]
    new = {row["person"] for row in week if row["is_new"] == "true"}
    active = new | {row["person"] for row in week if row["engaged_sessions"] == "1"}

    assert rows(client.run_report(request(shop, "", "newUsers activeUsers"))) == [(str(len(new)), str(len(active)))]


def test_rates_of_a_total_are_rates_of_sums(shop, client):
    """The total's engagement rate is no mean of the days' rates."""
    metrics = "engagementRate engagedSessions sessions"
    answer = client.run_report(request(shop, "date", metrics, metric_aggregations=["TOTAL"]))
    ((_, rate, engaged, sessions),) = totals(answer)

    assert float(rate) == int(engaged) / int(sessions)


def test_requests_at_the_same_time_do_not_disturb_each_other(shop, client):
    """Eight reports asked for at once are what they are one by one."""
    names = ("date", "country", "deviceCategory", "sessionSource", "sessionMedium", "year", "countryId", "dayOfWeek")
    asked = [request(shop, name, order_bys=by(name), metric_aggregations=["TOTAL"]) for name in names]
    alone = [client.run_report(each) for each in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(client.run_report, asked * 2))

    assert [(rows(each), totals(each)) for each in together] == [(rows(each), totals(each)) for each in alone] * 2


def test_rates_are_fractions_of_sums(shop, client):
    """Engagement rate, bounce rate and durations are sums divided by sums."""
    metrics = "sessions engagedSessions engagementRate bounceRate averageSessionDuration screenPageViews"
    answer = client.run_report(request(shop, "", f"{metrics} screenPageViewsPerSession"))
    ((sessions, engaged, rate, bounced, seconds, views, each),) = rows(answer)

    assert float(rate) == pytest.approx(int(engaged) / int(sessions))
    assert float(bounced) == pytest.approx(1 - float(rate))
    assert float(each) == pytest.approx(int(views) / int(sessions))
    assert 10 < float(seconds) < 600


def test_doubles_are_written_as_google_writes_them(shop, client):
    """A double has 15 digits, or 17 where it takes those to read it back."""
    answer = client.run_report(request(shop, "date", "engagedSessions sessions engagementRate"))
    for _, engaged, sessions, written in rows(answer):
        rate = int(engaged) / int(sessions)

        assert written in (f"{rate:.15g}", f"{rate:.17g}")
        assert float(written) == rate


def test_headers_carry_the_names_of_the_request_and_types(shop, client):
    """Old names are accepted and given back as they were asked for."""
    answer = client.run_report(request(shop, "sessionDefaultChannelGrouping", "conversions totalRevenue"))

    assert [header.name for header in answer.dimension_headers] == ["sessionDefaultChannelGrouping"]
    assert [(each.name, each.type_.name) for each in answer.metric_headers] == [
        ("conversions", "TYPE_FLOAT"),
        ("totalRevenue", "TYPE_CURRENCY"),
    ]
    assert answer.kind == "analyticsData#runReport"


def test_every_field_of_the_schema_can_be_asked_for(shop, client):
    """No field is advertised that a report can't hold."""
    schema = client.get_metadata(name=f"{shop.name}/metadata")
    for field in schema.dimensions:
        metric = "itemsPurchased" if field.api_name == "itemName" else "eventCount"
        assert client.run_report(request(shop, field.api_name, metric)).row_count, field.api_name
    for field in schema.metrics:
        dimension = "sessionCampaignName" if field.category == "Advertising" else "date"
        assert client.run_report(request(shop, dimension, field.api_name)).row_count, field.api_name


def test_the_schema_tells_types_categories_and_old_names(shop, client):
    """The schema says what Google's says about a field, and that of property 0 is for everybody."""
    schema = client.get_metadata(name="properties/0/metadata")
    dimensions = {field.api_name: field for field in schema.dimensions}
    metrics = {field.api_name: field for field in schema.metrics}

    assert schema.name == "properties/0/metadata"
    assert dimensions["sessionDefaultChannelGroup"].deprecated_api_names == ["sessionDefaultChannelGrouping"]
    assert dimensions["sessionSource"].category == "Traffic Source"
    assert (metrics["keyEvents"].type_.name, list(metrics["keyEvents"].deprecated_api_names)) == (
        "TYPE_FLOAT",
        ["conversions"],
    )
    assert all(field.description for field in (*schema.dimensions, *schema.metrics))


def test_pages_hold_every_row_once_in_a_full_order(shop, client):
    """Pages by limit and offset are the whole report; the count does not depend on them, and no offset comes back."""
    everything = "date sessionCampaignName country deviceCategory"
    whole = client.run_report(request(shop, everything, order_bys=by(*everything.split()), limit=100_000))
    pages = []
    for offset in range(0, whole.row_count, 97):
        asked = request(shop, everything, order_bys=by(*everything.split()), limit=97, offset=offset)
        page = client.run_report(asked)
        assert page.row_count == whole.row_count
        pages += rows(page)

    assert pages == rows(whole)
    assert len(pages) == whole.row_count > 500


def test_rows_are_in_another_order_each_time_where_the_order_leaves_them_equal(shop, client):
    """A client that pages without a full order gets rows twice and others never."""
    seen = []
    for offset in range(0, 300, 50):
        page = request(shop, "date country deviceCategory sessionCampaignName", limit=50, offset=offset)
        seen += [row[:-1] for row in rows(client.run_report(page))]

    assert len(set(seen)) < len(seen) == 300


def test_without_an_order_the_first_metric_decides(shop, client):
    """The largest come first."""
    found = [int(value) for _, value in rows(client.run_report(request(shop, "country", "sessions")))]

    assert found == sorted(found, reverse=True)


def test_orders_by_metric_number_and_case(shop, client):
    """Rows come in the order that was asked for, up or down."""
    largest = ga.OrderBy(metric=ga.OrderBy.MetricOrderBy(metric_name="keyEvents"), desc=True)
    numeric = ga.OrderBy.DimensionOrderBy(dimension_name="day", order_type="NUMERIC")
    folded = ga.OrderBy.DimensionOrderBy(
        dimension_name="sessionCampaignName", order_type="CASE_INSENSITIVE_ALPHANUMERIC"
    )
    by_events = rows(client.run_report(request(shop, "country", "keyEvents", order_bys=[largest])))
    by_day = request(shop, "day", days=("30daysAgo", "yesterday"), order_bys=[ga.OrderBy(dimension=numeric)])
    by_name = request(shop, "sessionCampaignName", order_bys=[ga.OrderBy(dimension=folded)])
    days = [row[0] for row in rows(client.run_report(by_day))]
    names = [row[0] for row in rows(client.run_report(by_name))]

    assert [float(row[1]) for row in by_events] == sorted((float(row[1]) for row in by_events), reverse=True)
    assert days == [f"{day:02}" for day in range(1, 31)]
    assert names == sorted(names, key=str.lower)
    assert names != sorted(names)


@pytest.mark.parametrize(("limit", "expected"), [(0, 10_000), (7, 7), (260_000, 11_000)])
def test_limits_have_a_default_and_a_cap(monkeypatch, shop, client, limit, expected):
    """No limit means 10,000 rows, and one beyond Google's maximum is cut without a word."""
    monkeypatch.setattr("payback.testing.ga4.requests.MOST_ROWS", 11_000)
    wide = "date sessionCampaignName country deviceCategory userAgeBracket userGender newVsReturning"
    asked = request(shop, wide, days=("2025-10-27", "2026-01-10"), limit=limit, keep_empty_rows=True)
    answer = client.run_report(asked)

    assert len(answer.rows) == min(expected, answer.row_count)


def test_several_date_ranges_get_a_dimension_of_their_own(shop, client):
    """The last dimension says which range a row belongs to, and overlapping days count in both."""
    ranges = [("2025-11-30", "2025-11-30"), ("2025-11-29", "2025-11-30")]
    answer = client.run_report(request(shop, "", "sessions", ranges, metric_aggregations=["TOTAL"]))
    days = [day.sessions for day in shop.totals(date(2025, 11, 29), date(2025, 11, 30))]

    assert [header.name for header in answer.dimension_headers] == ["dateRange"]
    assert sorted(rows(answer)) == [("date_range_0", str(days[1])), ("date_range_1", str(sum(days)))]
    assert totals(answer) == [("date_range_0", str(days[1])), ("date_range_1", str(sum(days)))]


def test_relative_dates_are_those_of_the_propertys_time_zone():
    """Just after midnight in Berlin it is still yesterday in UTC, but not for the property."""
    clock = ManualClock(datetime(2025, 11, 30, 23, 30, tzinfo=UTC))
    with Ga4Property(days=7, sessions_a_day=60, effects=CALM, clock=clock) as prop:
        client = prop.client()
        yesterday = rows(client.run_report(request(prop, "date", days=("yesterday", "yesterday"))))
        week = rows(client.run_report(request(prop, "date", days=("7daysAgo", "today"), order_bys=by("date"))))

    assert [day for day, _ in yesterday] == ["20251130"]
    assert week[0][0] == "20251124"


def test_rows_of_nothing_are_left_out_unless_they_are_asked_for(shop, client):
    """Countries without a purchase show with keep_empty_rows only."""
    day = ("2025-11-26", "2025-11-26")
    few = client.run_report(request(shop, "country", "transactions", day))
    all_of_them = client.run_report(request(shop, "country", "transactions", day, keep_empty_rows=True))

    assert all(value != "0" for _, value in rows(few))
    assert few.row_count < all_of_them.row_count


def test_an_empty_report_says_why(shop, client):
    """No row, no count, and a reason."""
    answer = client.run_report(request(shop, "date", days=("2024-01-01", "2024-01-31")))

    assert (answer.row_count, rows(answer)) == (0, [])
    assert answer.metadata.empty_reason


FILTERS = {
    "exact": (text("country", "EXACT", "germany"), lambda name: name == "Germany"),
    "case": (text("country", "EXACT", "germany", case_sensitive=True), lambda name: False),
    "begins": (text("country", "BEGINS_WITH", "s"), lambda name: name.startswith("S")),
    "ends": (text("country", "ENDS_WITH", "LAND"), lambda name: name.endswith("land")),
    "contains": (text("country", "CONTAINS", "er"), lambda name: "er" in name.lower()),
    "regexp": (text("country", "FULL_REGEXP", "(Austria|Ger.*)"), lambda name: name in ("Austria", "Germany")),
    "partial": (text("country", "PARTIAL_REGEXP", "^a"), lambda name: name == "Austria"),
    "list": (is_in("country", "austria", "France"), lambda name: name in ("Austria", "France")),
    "not": (ga.FilterExpression(not_expression=is_in("country", "Germany")), lambda name: name != "Germany"),
    "or": (
        ga.FilterExpression(
            or_group=ga.FilterExpressionList(expressions=[is_in("country", "Austria"), is_in("country", "Italy")])
        ),
        lambda name: name in ("Austria", "Italy"),
    ),
    "and": (
        ga.FilterExpression(
            and_group=ga.FilterExpressionList(
                expressions=[text("country", "CONTAINS", "an"), text("countryId", "EXACT", "FR")]
            )
        ),
        lambda name: name == "France",
    ),
    "empty": (
        ga.FilterExpression(filter=ga.Filter(field_name="country", empty_filter=ga.Filter.EmptyFilter())),
        lambda name: name == "(not set)",
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_of_dimensions_choose_rows(shop, client, name):
    """Each kind of filter leaves the rows that it describes, with their values unchanged."""
    chosen, keeps = FILTERS[name]
    month = ("2025-11-01", "2025-11-30")
    everything = rows(client.run_report(request(shop, "country", days=month)))
    found = rows(client.run_report(request(shop, "country", days=month, dimension_filter=chosen)))

    assert sorted(found) == sorted(row for row in everything if keeps(row[0]))


def test_filters_may_name_what_the_report_does_not_show(shop, client):
    """A filter on a dimension and one on a metric that are not asked for."""
    asked = request(shop, "", "sessions", dimension_filter=is_in("deviceCategory", "mobile"))
    ((mobile,),) = rows(client.run_report(asked))
    devices = dict(rows(client.run_report(request(shop, "deviceCategory", "sessions"))))
    busy = request(shop, "country", "engagedSessions", metric_filter=number("sessions", "GREATER_THAN", 100))
    sessions = dict(rows(client.run_report(request(shop, "country", "sessions"))))

    assert mobile == devices["mobile"]
    assert {name for name, _ in rows(client.run_report(busy))} == {
        name for name, value in sessions.items() if int(value) > 100
    }


def test_numbers_between_and_dates_can_be_filtered(shop, client):
    """A between filter takes both ends; a date is a number too."""
    between = ga.Filter.BetweenFilter(
        from_value=ga.NumericValue(int64_value=20251125), to_value=ga.NumericValue(int64_value=20251126)
    )
    asked = request(
        shop,
        "date",
        dimension_filter=ga.FilterExpression(filter=ga.Filter(field_name="date", between_filter=between)),
        order_bys=by("date"),
    )

    assert [day for day, _ in rows(client.run_report(asked))] == ["20251125", "20251126"]


def test_aggregations_come_in_rows_of_their_own(shop, client):
    """Totals, largest and smallest values carry reserved names in place of dimensions."""
    asked = request(shop, "date country", "sessions", metric_aggregations=["TOTAL", "MAXIMUM", "MINIMUM"])
    answer = client.run_report(asked)
    values = [int(row[2]) for row in rows(answer)]

    assert totals(answer) == [("RESERVED_TOTAL", "RESERVED_TOTAL", str(sum(values)))]
    assert answer.maximums[0].dimension_values[0].value == "RESERVED_MAX"
    assert answer.maximums[0].metric_values[0].value == str(max(values))
    assert answer.minimums[0].metric_values[0].value == str(min(values))


def test_dimensions_alone_are_a_report(shop, client):
    """A report without a metric lists what there is."""
    answer = client.run_report(request(shop, "deviceCategory", ""))

    assert sorted(rows(answer)) == [("desktop",), ("mobile",), ("tablet",)]


def test_money_comes_in_the_currency_that_is_asked_for(shop, client):
    """The currency is given back, and amounts are converted."""
    ((euros,),) = rows(client.run_report(request(shop, "", "totalRevenue")))
    answer = client.run_report(request(shop, "", "totalRevenue", currency_code="USD"))

    assert (answer.metadata.currency_code, answer.metadata.time_zone) == ("USD", "Europe/Berlin")
    assert float(rows(answer)[0][0]) == pytest.approx(float(euros) * 1.1)


def test_a_batch_answers_up_to_five_reports(shop, client):
    """Each report of a batch is what it is alone."""
    asked = [request(shop, name, order_bys=by(name)) for name in ("date", "country", "deviceCategory")]
    batch = client.batch_run_reports(ga.BatchRunReportsRequest(property=shop.name, requests=asked))

    assert [rows(answer) for answer in batch.reports] == [rows(client.run_report(each)) for each in asked]


ELEVEN = (
    *("sessions", "engagedSessions", "engagementRate", "bounceRate", "keyEvents", "transactions"),
    *("totalRevenue", "totalUsers", "newUsers", "activeUsers", "screenPageViews"),
)
TOO_MUCH = {
    "10 dimensions": (
        "date year month day country countryId deviceCategory sessionSource sessionMedium sessionCampaignName",
        "sessions",
        "limited to 9 dimensions within a nested request. This request is for 10 dimensions",
    ),
    "11 metrics": (
        "date",
        " ".join(ELEVEN),
        "limited to 10 metrics within a nested request. This request is for 11 metrics",
    ),
    "unknown dimension": (
        "sesionSource",
        "sessions",
        "Did you mean sessionSource\\? Field sesionSource is not a valid",
    ),
    "unknown metric": ("date", "visitz", "Field visitz is not a valid metric"),
    "twice": ("date date", "sessions", "Found duplicate dimensions: date"),
    "nothing": ("", "", "Requests require dimensions and/or metrics"),
    "cost by country": ("sessionCampaignName country", "advertiserAdCost", "Please remove country to make"),
    "cost by day only": ("date", "advertiserAdCost", "Please add sessionCampaignName to make"),
    "items of sessions": ("sessionSource", "itemRevenue", "Please remove sessionSource"),
    "items and sessions": ("", "sessions itemRevenue", "Please remove itemRevenue"),
    "scopes": ("campaignName", "sessions", "Please remove campaignName"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_bad_reports_are_refused_in_googles_words(shop, client, name):
    """Too many, unknown, double and incompatible fields."""
    dimensions, metrics, message = TOO_MUCH[name]

    with pytest.raises(exceptions.InvalidArgument, match=message):
        client.run_report(request(shop, dimensions, metrics))


BAD_DAYS = {
    "none": ([], "A dateRange is required"),
    "five": ([WEEK] * 5, "limited to 4 dateRanges.\n  This request contains 5 dateRanges"),
    "turned": ([("2025-11-30", "2025-11-01")], "start_date must be less than or equal to end_date"),
    "no date": ([("2025-02-30", "today")], "Invalid startDate : 2025-02-30"),
    "word": ([("today", "tomorrow")], "Invalid endDate : tomorrow"),
    "too early": ([("2015-08-13", "today")], "Invalid startDate"),
}


@pytest.mark.parametrize("name", BAD_DAYS)
def test_bad_dates_are_refused_in_googles_words(shop, client, name):
    """None, too many, turned round and unreadable ones."""
    ranges, message = BAD_DAYS[name]
    asked = request(shop, "date")
    asked.date_ranges = [ga.DateRange(start_date=first, end_date=last) for first, last in ranges]

    with pytest.raises(exceptions.InvalidArgument, match=message):
        client.run_report(asked)


@pytest.mark.parametrize("name", ["date_range_9", "RESERVED_TOTAL"])
def test_names_of_date_ranges_are_not_those_that_google_gives(shop, client, name):
    """A range may have a name, which comes back, but not one of Google's own."""
    asked = request(shop, "", "sessions", [WEEK, WEEK])
    asked.date_ranges[0].name, asked.date_ranges[1].name = 'it\'s "mine"; --', "other"
    assert {row[0] for row in rows(client.run_report(asked))} == {'it\'s "mine"; --', "other"}

    asked.date_ranges[0].name = name
    with pytest.raises(exceptions.InvalidArgument, match="cannot begin with"):
        client.run_report(asked)
    asked.date_ranges[0].name = "other"
    with pytest.raises(exceptions.InvalidArgument, match="must be unique"):
        client.run_report(asked)


def test_beyond_the_last_row_there_is_none(shop, client):
    """The count is told all the same."""
    answer = client.run_report(request(shop, "date", offset=50))

    assert (rows(answer), answer.row_count) == ([], 7)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"limit": -1}, "limit must be positive. The API received limit = -1"),
        ({"offset": -1}, "offset must be positive"),
        ({"order_bys": by("country")}, "Field country exists in OrderBy but is not defined"),
        ({"metric_aggregations": ["COUNT"]}, "Metric aggregation Count is not supported"),
        ({"currency_code": "XYZ"}, "Invalid currency code"),
        ({"dimension_filter": ga.FilterExpression(filter=ga.Filter(field_name="date"))}, "Missing filter"),
        ({"dimension_filter": is_in("country")}, "values must be non-empty"),
        ({"metric_filter": number("sessions", "OPERATION_UNSPECIFIED", 1)}, "operation must be specified"),
        ({"dimension_filter": text("country", "PARTIAL_REGEXP", "(")}, "Invalid regular expression"),
    ],
)
def test_bad_pages_orders_and_filters_are_refused(shop, client, more, message):
    """What stands beside the fields is checked too."""
    with pytest.raises(exceptions.InvalidArgument, match=message):
        client.run_report(request(shop, "date", **more))


def test_a_batch_is_for_one_property(shop, client):
    """A report of another property spoils it."""
    stranger = request(shop, "date")
    stranger.property = "properties/5"
    batch = ga.BatchRunReportsRequest(property=shop.name, requests=[stranger])

    with pytest.raises(exceptions.InvalidArgument, match="for the property of the batch"):
        client.batch_run_reports(batch)


@pytest.mark.parametrize(("reports", "message"), [(0, "at least one"), (6, "limited to 5 requests")])
def test_a_batch_has_one_to_five_reports(shop, client, reports, message):
    """None and six are refused."""
    batch = ga.BatchRunReportsRequest(property=shop.name, requests=[request(shop, "date")] * reports)

    with pytest.raises(exceptions.InvalidArgument, match=message):
        client.batch_run_reports(batch)


def test_what_is_not_served_is_refused_not_ignored(shop, client):
    """Comparisons, cohorts and expressions would change the numbers."""
    asked = request(shop, "date")
    asked.metrics = [ga.Metric(name="each", expression="sessions/totalUsers")]

    with pytest.raises(exceptions.MethodNotImplemented, match="expression"):
        client.run_report(asked)


def test_other_methods_are_not_served(shop, client):
    """Pivot and realtime reports say so."""
    with pytest.raises(exceptions.MethodNotImplemented):
        client.run_pivot_report(ga.RunPivotReportRequest(property=shop.name))
    with pytest.raises(exceptions.MethodNotImplemented):
        client.run_realtime_report(ga.RunRealtimeReportRequest(property=shop.name))


def test_compatible_fields_are_told(shop, client):
    """The fields that may be added to a report of advertising are not those of people."""
    answer = client.check_compatibility(
        ga.CheckCompatibilityRequest(
            property=shop.name,
            dimensions=[ga.Dimension(name="sessionCampaignName")],
            metrics=[ga.Metric(name="advertiserAdCost")],
            compatibility_filter=ga.Compatibility.COMPATIBLE,
        )
    )
    names = {field.dimension_metadata.api_name for field in answer.dimension_compatibilities}

    assert {"date", "sessionSource"} <= names
    assert not {"country", "userGender", "itemName"} & names


def test_incompatible_fields_fail_the_check(shop, client):
    """The check refuses what a report would refuse."""
    asked = ga.CheckCompatibilityRequest(
        property=shop.name,
        dimensions=[ga.Dimension(name="country"), ga.Dimension(name="sessionCampaignName")],
        metrics=[ga.Metric(name="advertiserAdCost")],
    )

    with pytest.raises(exceptions.InvalidArgument, match="Please remove country"):
        client.check_compatibility(asked)


def test_the_wrong_property_is_not_told_from_a_forbidden_one(shop, client):
    """Google says the same for both; a name that is no number is another matter."""
    asked = request(shop, "date")
    asked.property = "properties/999"
    with pytest.raises(exceptions.PermissionDenied, match="sufficient permissions"):
        client.run_report(asked)

    asked.property = "properties/UA-1234-1"
    with pytest.raises(exceptions.InvalidArgument, match="A numeric Property ID is required"):
        client.run_report(asked)


def test_callers_need_a_token_that_is_known_and_may_read():
    """Without a token, with an expired one, with one that may not read, and with a good one."""
    with Ga4Property(days=7, sessions_a_day=60, tokens={"good": True, "stranger": False}) as prop:
        client, asked = prop.client(), request(prop, "date")
        with pytest.raises(exceptions.Unauthenticated, match="missing required authentication"):
            client.run_report(asked)
        with pytest.raises(exceptions.Unauthenticated, match="invalid authentication credentials"):
            client.run_report(asked, metadata=[("authorization", "Bearer expired")])
        with pytest.raises(exceptions.PermissionDenied, match="sufficient permissions"):
            client.run_report(asked, metadata=[("authorization", "Bearer stranger")])

        assert client.run_report(asked, metadata=[("authorization", "Bearer good")]).row_count == 7


def test_the_same_seed_gives_the_same_numbers():
    """Two properties of one seed agree; another seed gives others."""
    found = []
    for seed in (1, 1, 2):
        with Ga4Property(days=7, sessions_a_day=60, seed=seed) as prop:
            found.append(rows(prop.client().run_report(request(prop, "date country", order_bys=by("date", "country")))))

    assert found[0] == found[1] != found[2]


def test_spend_is_that_of_the_demos_ad_files(tmp_path):
    """With the demo's seed and days the property's cost is the cost in google_ads.csv."""
    from payback import generate_demo

    truth = generate_demo(tmp_path, days=30, seed=7)
    google = [each for each in truth.campaigns if each.platform == "google_ads" and each.in_ga4]
    with Ga4Property(days=30, seed=7, effects=CALM) as prop:
        days = ("2025-11-01", "2025-11-30")
        answer = prop.client().run_report(request(prop, "sessionCampaignName", "advertiserAdCost", days))

    in_files = {each.campaign: each.totals.cost for each in google if each.totals.cost}
    in_ga4 = {name: Decimal(cost) for name, cost in rows(answer)}

    assert in_ga4.keys() == in_files.keys()
    # Where they differ, a row of the file is damaged on purpose and rejected.
    assert all(in_files[name] <= in_ga4[name] for name in in_ga4)
    assert sum(in_files[name] == in_ga4[name] for name in in_ga4) > len(in_ga4) / 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"days": 3}, "needs days"),
        ({"sessions_a_day": 0}, "needs sessions"),
        ({"number": "UA-1"}, "has a number"),
        ({"currency": "euro"}, "not a currency"),
        ({"time_zone": "Mars/Olympus"}, "no such time zone"),
    ],
)
def test_a_property_that_cannot_be_is_refused(wrong, message):
    """What makes no sense is told before anything is made."""
    with pytest.raises(PaybackError, match=message):
        Ga4Property(**wrong)


def test_a_taken_port_is_told(shop):
    """Two properties can't have one port."""
    with pytest.raises(UsageError, match="the port cannot be used"):
        Ga4Property(days=7, sessions_a_day=60, port=int(shop.endpoint.split(":")[1]))


def test_the_command_says_how_to_point_payback_at_it():
    """The command prints the settings; a wrong option gives exit code 2."""
    from payback.testing.ga4.__main__ import main

    words = [sys.executable, "-u", "-m", "payback.testing.ga4", "--port", "0", "--days", "7", "--sessions-a-day", "60"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        lines = [process.stdout.readline() for _ in range(8)]
        process.terminate()

    assert "endpoint: 127.0.0.1:" in "".join(lines)
    assert main(["--days", "2"]) == 2


def test_without_googles_client_it_says_what_to_install():
    """The package can be imported without it, and the command ends with exit code 2 and the way out."""
    code = "import sys; sys.modules['grpc'] = None; from payback.testing.ga4.__main__ import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)

    assert done.returncode == 2
    assert "pip install 'payback[ga4]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_options_of_the_command_reach_the_property():
    """Each option changes what it says."""
    from payback.testing.ga4.__main__ import open_property, parser

    words = "--port 0 --days 8 --end 2025-11-30 --sessions-a-day 30 --seed 4 --property 77 --currency CHF"
    more = "--threshold 5 --most-rows 9 --sample-above 100 --no-cost --tokens-an-hour 50 --failing 1"
    with open_property(parser().parse_args(f"{words} {more}".split())) as prop:
        assert (prop.days, prop.end, prop.sessions_a_day, prop.seed) == (8, date(2025, 11, 30), 30, 4)
        assert (prop.name, prop.currency, prop.limits.tokens_per_project_per_hour) == ("properties/77", "CHF", 50)
        assert prop.effects == Effects(
            threshold_users=5, most_combinations=9, sample_above=100, restricted={"COST_DATA"}
        )
        with pytest.raises(exceptions.ServiceUnavailable):
            prop.client().run_report(request(prop))
