"""Reading reports: every page, wide ones in parts, halves where it helps, and refusals in our words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest

from ga4_project import END, small_property
from payback.errors import SourceError, SourceFieldError
from payback.sources.ga4_api.answers import Answer, Quality, quality_of, table_of, worst
from payback.sources.ga4_api.client import Ga4Client
from payback.sources.ga4_api.fields import Schema, check_report
from payback.sources.ga4_api.halving import read_in_halves
from payback.sources.ga4_api.quota import Pacer
from payback.sources.ga4_api.reading import Only, Query, Reader
from payback.sources.ga4_api.reports import REVENUE, Report, definition_hash, reports
from payback.sources.ga4_api.wide import joined, narrow, parted

BY_COUNTRY = Report("r", {"date": "date", "country": "country"}, {"sessions": "sessions", "views": "screenPageViews"})


@pytest.fixture(scope="module")
def server():
    """Return a property that no test changes."""
    with small_property() as opened:
        yield opened


@pytest.fixture
def client(server):
    """Return our client of the property."""
    opened = Ga4Client(server.number, Pacer(clock=server), endpoint=server.endpoint)
    yield opened
    opened.close()


def read(client, report, only=(), **options):
    """Return the rows of one day of a report."""
    (answer,) = Reader(client, **options).read([Query(report, END, END, only)])
    return answer.rows


def test_pages_give_all_rows_in_order(client):
    """Pages of 3 rows hold what one page does."""
    whole = read(client, BY_COUNTRY)
    assert whole.num_rows > 6
    assert read(client, BY_COUNTRY, page_size=3).to_pylist() == whole.to_pylist()


def test_reports_of_one_call_come_in_order(client):
    """Seven reports take two calls; each answer is that of its query."""
    days = [date(2025, 11, day) for day in range(20, 27)]
    before = client.pacer.calls
    answers = Reader(client).read([Query(reports()["day_totals"], day, day) for day in days])
    assert client.pacer.calls - before == 2
    assert [answer.rows["date"].to_pylist() for answer in answers] == [[f"{day:%Y%m%d}"] for day in days]


def test_filters_part_a_report(client):
    """These countries and all but these are the whole."""
    whole = read(client, BY_COUNTRY).to_pylist()
    some = (Only("country", ("Germany", "Austria")),)
    other = (Only("country", ("Germany", "Austria"), but=True),)
    parts = read(client, BY_COUNTRY, some).to_pylist() + read(client, BY_COUNTRY, other).to_pylist()
    assert sorted(parts, key=repr) == sorted(whole, key=repr)


WIDE = {
    name: name
    for name in (
        "sessions", "engagedSessions", "screenPageViews", "eventCount", "userEngagementDuration", "keyEvents",
        "transactions", "ecommercePurchases", "purchaseRevenue", "totalRevenue", "grossPurchaseRevenue", "refundAmount",
    )
}  # fmt: skip


def test_more_than_ten_metrics_are_joined(client):
    """Twelve metrics take two requests; each row has all of them, none is lost, and sums are those of each alone."""
    dimensions = {"date": "date", "campaign": "sessionCampaignName", "country": "country"}
    rows = read(client, Report("wide", dimensions, WIDE))
    assert rows.column_names == [*dimensions, *WIDE]
    for name in ("sessions", "refundAmount"):
        alone = read(client, Report("one", dimensions, {name: name}))
        assert sum(map(float, rows[name].to_pylist())) == pytest.approx(sum(map(float, alone[name].to_pylist())))
    keys = list(zip(*(rows[name].to_pylist() for name in dimensions), strict=True))
    assert len(set(keys)) == len(keys)


def test_tenth_dimension_may_be_the_day(client):
    """Ten dimensions with the day among them: each day is asked for alone, and no session is lost."""
    names = ["date", "sessionCampaignName", "sessionSource", "sessionMedium", "sessionDefaultChannelGroup", "country",
             "month", "year", "deviceCategory", "newVsReturning"]  # fmt: skip
    report = Report("deep", {name: name for name in names}, {"sessions": "sessions"})
    (answer,) = Reader(client).read([Query(report, date(2025, 11, 29), END)])
    (daily,) = Reader(client).read([Query(reports()["day_totals"], date(2025, 11, 29), END)])
    assert answer.rows.column_names == [*names, "sessions"]
    for row in daily.rows.to_pylist():
        found = [int(one["sessions"]) for one in answer.rows.to_pylist() if one["date"] == row["date"]]
        assert sum(found) == int(row["sessions"])


def test_dimensions_beyond_are_asked_value_by_value():
    """Ten dimensions without a day: first the values of the tenth, then the others for each of them."""
    names = {f"d{n}": f"D{n}" for n in range(10)}
    report = Report("deep", names, {"x": "sessions"})
    first, *others = page([("p", "1"), ("q", "2")], 2), page([("a", "1")], 1, 9), page([("b", "2")], 1, 9)
    client = Scripted(first, *others)
    (answer,) = Reader(client).read([Query(report, END, END)])
    rows = [(row["d0"], row["d9"], row["x"]) for row in answer.rows.to_pylist()]
    assert rows == [("a", "p", "1"), ("b", "q", "2")]
    filters = [one.dimension_filter.and_group.expressions[0].filter for one in client.asked[1:]]
    assert [(one.field_name, list(one.in_list_filter.values)) for one in filters] == [("D9", ["p"]), ("D9", ["q"])]


def test_join_keeps_rows_of_either_side():
    """A row whose metrics of one part are all zero is not in that part; it has zeros there."""
    one = pa.table({"c": ["a", "b"], "x": ["1", "2"]})
    two = pa.table({"c": ["b", "d"], "y": ["3", "4"]})
    found = sorted(joined([one, two], ["c"]).to_pylist(), key=repr)
    assert found == [{"c": "a", "x": "1", "y": "0"}, {"c": "b", "x": "2", "y": "3"}, {"c": "d", "x": "0", "y": "4"}]


def test_parts_of_a_report_hold_each_field_once():
    """23 metrics are three requests of 10, 10 and 3; 12 dimensions are 9 and 3."""
    report = Report("r", {f"d{n}": f"D{n}" for n in range(12)}, {f"m{n}": f"M{n}" for n in range(23)})
    assert [len(part.metrics) for part in narrow(report)] == [10, 10, 3]
    assert [len(part.dimensions) for part in parted(report)] == [9, 3]


def page(rows, count, names=1):
    """Return a page as the API gives it."""
    values = [
        SimpleNamespace(
            dimension_values=[SimpleNamespace(value=row[0])] * names, metric_values=[SimpleNamespace(value=row[1])]
        )
        for row in rows
    ]
    empty = SimpleNamespace(
        data_loss_from_other_row=False, sampling_metadatas=[], subject_to_thresholding=False, currency_code="EUR",
        schema_restriction_response=SimpleNamespace(active_metric_restrictions=[]), time_zone="UTC",
    )  # fmt: skip
    return SimpleNamespace(
        rows=values, row_count=count, dimension_headers=[0] * names, metric_headers=[0], metadata=empty
    )


class Scripted:
    """A client that answers what the test says."""

    property_id = "1"

    def __init__(self, *pages):
        self.pages = list(pages)
        self.asked = []

    def batch(self, requests):
        self.asked += requests
        return [self.pages.pop(0) for _ in requests]


ONE = Report("r", {"c": "country"}, {"x": "sessions"})


def scripted(*pages):
    """Return the rows that a reader makes of scripted pages."""
    (answer,) = Reader(Scripted(*pages)).read([Query(ONE, END, END)])
    return answer.rows.to_pylist()


def test_report_that_changes_between_pages_is_read_anew():
    """Another count of rows on the second page: both are thrown away."""
    good = [page([("a", "1"), ("b", "2")], 3), page([("d", "4")], 3)]
    assert len(scripted(page([("a", "1")], 2), page([("b", "2")], 3), *good)) == 3


def test_row_that_comes_twice_means_that_another_is_missing():
    """The count is right, the rows are not: it is read anew."""
    good = [page([("a", "1")], 2), page([("b", "2")], 2)]
    assert scripted(page([("a", "1")], 2), page([("a", "1")], 2), *good) == [{"c": "a", "x": "1"}, {"c": "b", "x": "2"}]


def test_report_that_ends_before_its_last_row_is_refused():
    """Three tries; then an error, and nothing is written."""
    with pytest.raises(SourceError, match="changes while it is read"):
        scripted(*[page([("a", "1")], 5), page([], 5)] * 3)


def test_other_columns_than_asked_for_are_refused():
    """Values are told by their place, so the places must be right."""
    with pytest.raises(SourceError, match="other columns"):
        table_of([page([("a", "1")], 1, names=2)], ["c"], ["x"])


# Halves


class Suffering:
    """A reader whose answers suffer where the test says so."""

    def __init__(self, suffers):
        self.suffers = suffers
        self.asked = []

    def read(self, queries):
        return [self.answer(query) for query in queries]

    def answer(self, query):
        self.asked.append(query)
        rows = pa.table({"c": ["a", "b", "d"], "x": ["1", "1", "1"]})
        keep = [row for row in rows.to_pylist() if all((row["c"] in o.values) != o.but for o in query.only)]
        rows = pa.table({name: [row[name] for row in keep] for name in ("c", "x")})
        return Answer(query.report, query.first, query.last, rows, Quality(other_row=self.suffers(query)))


def halves(suffers, first, last=END, split_by="c"):
    """Return the answers for some days, and what was asked."""
    reader = Suffering(suffers)
    query = Query(replace(ONE, split_by=split_by), first, last)
    return read_in_halves(reader, query, reader.answer(query)), reader.asked


def test_days_are_halved_until_nothing_suffers():
    """Of eight days only ranges of more than two suffer: four answers, which cover the days."""
    found, _ = halves(lambda query: (query.last - query.first).days > 1, date(2025, 11, 23))
    assert [(one.first.day, one.last.day) for one in found] == [(23, 24), (25, 26), (27, 28), (29, 30)]


def test_single_day_is_parted_by_a_dimension():
    """A day that suffers as a whole and not in parts: one answer with every row once."""
    (found,), asked = halves(lambda query: not query.only, END)
    assert sorted(found.rows["c"].to_pylist()) == ["a", "b", "d"]
    assert not found.quality.suffers
    assert len(asked) == 3


def test_day_that_no_part_helps_is_given_up_soon():
    """Both parts suffer as the whole does: it stands, flagged, and no more is spent."""
    (found,), asked = halves(lambda _: True, END)
    assert found.quality.suffers
    assert found.rows.num_rows == 3
    assert len(asked) == 3


def test_report_that_cannot_be_parted_is_flagged():
    """A day of a report without such a dimension is not asked for again."""
    (found,), asked = halves(lambda _: True, END, split_by=None)
    assert found.quality.suffers
    assert len(asked) == 1


# Fields


def schema(**changes):
    """Return what a property has to offer."""
    given = {
        "dimensions": frozenset({"date", "country"}), "metrics": frozenset({"sessions", "screenPageViews"}),
        "renamed": {}, "blocked": frozenset(),
    }  # fmt: skip
    return Schema(**given | changes)


class Compatible:
    """A client that finds some fields incompatible."""

    property_id = "1"

    def __init__(self, *wrong):
        self.wrong = wrong

    def incompatible(self, dimensions, metrics):
        return [name for name in self.wrong if name in (*dimensions, *metrics)]


def test_old_name_is_replaced_with_a_note():
    """What Google renamed is asked for by its new name."""
    old = replace(BY_COUNTRY, metrics={"sessions": "visits"})
    checked = check_report(Compatible(), old, schema(renamed={"visits": "sessions"}))
    assert checked.report.metrics == {"sessions": "sessions"}
    assert checked.notes == ["r: visits is now called sessions"]


def test_unknown_field_is_refused_with_the_nearest_ones():
    """A name that the property does not have, before a token is spent."""
    with pytest.raises(SourceFieldError, match=r"got: sessionz(.|\n)*such as sessions"):
        check_report(Compatible(), replace(BY_COUNTRY, metrics={"sessions": "sessionz"}), schema())


def test_incompatible_field_that_may_be_dropped_is_dropped():
    """The report comes without it, and says so; one that may not be dropped is an error."""
    checked = check_report(Compatible("country"), replace(BY_COUNTRY, droppable=("country",)), schema())
    assert list(checked.report.dimensions) == ["date"]
    assert checked.notes == ["r: not given by country"]
    with pytest.raises(SourceFieldError, match=r"together(.|\n)*country"):
        check_report(Compatible("country"), BY_COUNTRY, schema())


def test_optional_report_may_be_missing():
    """A property without advertising has no report of cost, and a note."""
    missing = check_report(Compatible("sessions"), replace(BY_COUNTRY, optional=True), schema())
    assert (missing.report, len(missing.notes)) == (None, 1)


def test_real_refusal_of_fields_is_ours(client):
    """What Google refuses as incompatible comes as a question of fields, with its own advice."""
    with pytest.raises(SourceFieldError, match=r"together(.|\n)*incompatible"):
        read(client, Report("r", {"country": "country"}, {"cost": "advertiserAdCost"}))
    with pytest.raises(SourceFieldError, match="does not know a field"):
        read(client, Report("r", {"country": "countri"}, {"sessions": "sessions"}))


def test_field_that_google_names_is_told(client):
    """Of fourteen fields that do not go together the message names the one that Google would leave out."""
    report = Report("r", {"date": "date", "item": "itemName"}, {"sessions": "sessions", "views": "screenPageViews"})
    with pytest.raises(SourceFieldError, match=r"together(.|\n)*report r\n  got: itemName\n"):
        check_report(client, report, Schema.of(client.metadata()))


def test_reports_are_what_the_property_gives(client):
    """Every report of the file is known and compatible, whichever revenue is asked for."""
    offered = Schema.of(client.metadata())
    for revenue in REVENUE:
        for report in reports(revenue).values():
            assert check_report(client, report, offered).report == report
            assert len(report.dimensions) <= 9


def test_definition_tells_reports_apart():
    """Another revenue is another definition; the same report is the same."""
    one, two = (reports(revenue)["campaign_days"] for revenue in ("purchase", "total"))
    assert definition_hash(one) != definition_hash(two)
    assert definition_hash(one) == definition_hash(reports()["campaign_days"])
    assert definition_hash(one, also="EUR") != definition_hash(one, also="USD")


# Quality


def test_worst_of_several_answers_counts():
    """The smallest sample, and every flag that one of them has."""
    found = worst([Quality(0.5, thresholded=True, currency="EUR"), Quality(0.2, truncated=("old",)), Quality()])
    assert found.flags == ("sampled(0.200)", "thresholded", "truncated")
    assert (found.currency, found.suffers) == ("EUR", True)


def test_metadata_becomes_quality():
    """Half of the events were read; cost may not be seen; days before are gone."""
    metadata = SimpleNamespace(
        data_loss_from_other_row=True,
        sampling_metadatas=[SimpleNamespace(samples_read_count=50, sampling_space_size=100)],
        subject_to_thresholding=True,
        schema_restriction_response=SimpleNamespace(
            active_metric_restrictions=[SimpleNamespace(metric_name="advertiserAdCost")]
        ),
        currency_code="EUR",
        time_zone="Europe/Berlin",
        data_truncation_reasons=[SimpleNamespace(data_truncation_message="Kept for 14 months.")],
    )
    found = quality_of(metadata)
    assert found.flags == ("sampled(0.500)", "thresholded", "other_row", "truncated", "restricted")
    assert (found.restricted, found.truncated) == ({"advertiserAdCost"}, ("Kept for 14 months.",))
