"""The cube: what it sums, how it travels, what it answers, what it leaves out when it is too large."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cube_rows import FIRST, engine_with, keep_rows, many, results_of, row, table
from payback import ROICalculator
from payback.errors import PublishingError, UsageError
from payback.metrics import ADDITIVE, METRICS
from payback.publishing.cube.answering import BREAKDOWNS, answer
from payback.publishing.cube.folder import kept
from payback.publishing.cube.listing import coded, kept_campaigns, lists_of
from payback.publishing.cube.packing import DIMENSIONS, pack
from payback.publishing.cube.query import Query, query_of
from payback.publishing.cube.reducing import reduce_cube
from payback.publishing.cube.report_data import ReportOptions, report_data, with_options
from payback.publishing.html.report_file import packed_report
from unpacked import unpack

HOSTILE = ("</script><script>alert(1)</script>", "=1+1", "x" * 200, "\u202eRTL", "a\u2028b", '"]}{')
ASKED = {"currency": "EUR", "start": "2026-01-01", "end": "2026-12-31", "previous": None}
YEAR = (FIRST, date(2026, 12, 31))


def ask(engine, **changes):
    """Return the answer over the whole year."""
    return answer(engine.rows, Query(**{"currency": "EUR", "start": YEAR[0], "end": YEAR[1]} | changes))


def value(values, name):
    """Return a metric of a group as a page computes it."""
    top, bottom = values[list(METRICS).index(name)]
    if METRICS[name].denominator is None:
        return top
    return None if top is None or not bottom else top / bottom


def test_a_cell_is_a_day_and_all_that_a_page_filters_by():
    """Rows of one day and campaign are added; another country, or an unknown measure, is another cell."""
    rows = [row("1.10", "2"), row("2.20", "3"), row("4", "5", country="France"), row("8", None), row("16", "7", day=1)]
    with engine_with(rows) as engine:
        found = engine.rows("select date, country, cost, revenue from cube order by all")

    day = FIRST + timedelta(1)
    assert found == [
        (FIRST, "", Decimal("3.3"), Decimal(5)),
        (FIRST, "", Decimal(8), None),
        (FIRST, "France", Decimal(4), Decimal(5)),
        (day, "", Decimal(16), Decimal(7)),
    ]


def test_sums_that_outgrow_eight_bytes_stay_exact():
    """A day of a campaign in a weak currency may be a quintillion."""
    with engine_with([row("999999999999.999999"), row("999999999999.999999")]) as engine:
        assert engine.row("select cost from cube")[0] == Decimal("1999999999999.999998")


@pytest.mark.parametrize("seed", range(12))
def test_every_answer_is_that_of_the_calculator(seed):
    """Whatever is filtered and compared, each metric of each group is that of calculate_campaign_roi on those rows."""
    chance = random.Random(seed)
    rows = many(400, seed)
    start = FIRST + timedelta(chance.randrange(30))
    end = start + timedelta(chance.randrange(1, 30))
    before = (start - (end - start) - timedelta(1), start - timedelta(1))
    channels = tuple(chance.sample(["Search", "Social", "Email"], chance.randrange(3)))
    campaigns = tuple(chance.sample(range(7), chance.choice((0, 0, 3))))
    countries = chance.choice(((), ("Germany",), ("", "France")))
    query = Query("EUR", start, end, before, channels, campaigns, countries)
    with engine_with(rows) as engine:
        found = answer(engine.rows, query)
    chosen = [
        one
        for one in rows
        if one["currency"] == "EUR"
        and (not channels or one["channel"] in channels)
        and (not campaigns or one["campaign_id"] in campaigns)
        and (not countries or (one["country"] or "") in countries)
    ]
    for period, (first, last) in (("now", (start, end)), ("before", before)):
        part = table([one for one in chosen if first <= one["date"] <= last])
        for by in ("total", "channel", "campaign", "country", "source", "day"):
            compare(found[by], period, ROICalculator().calculate_campaign_roi(part, by=by).to_pylist(), by)


def compare(groups, period, expected, by):
    """Assert that groups hold what the calculator says, to the cent and to the last digit of a ratio."""
    column = {"campaign": "campaign_id"}.get(by, by)
    wanted = {
        str(one.get(column) or "") if by not in ("total", "campaign") else str(one.get(column, "")): one
        for one in expected
    }
    there = {"".join(group["key"]): group[period] for group in groups if group[period] is not None}
    assert there.keys() == wanted.keys()
    for key, values in there.items():
        for name in METRICS:
            exact = wanted[key][name]
            assert value(values, name) == (None if exact is None else pytest.approx(float(exact), rel=1e-12, abs=1e-9))


def test_weeks_begin_on_monday_and_days_are_told_by_channel():
    """The first of January 2026 is a Thursday; groups come in the order of their keys."""
    with engine_with([row("1"), row("2", day=4), row("4", day=5), row("8", day=5, channel="Email")]) as engine:
        found = ask(engine)

    assert [(one["key"], one["now"][0][0]) for one in found["channel_week"]] == [
        (["Email", "2026-01-05"], 8.0),
        (["Search", "2025-12-29"], 1.0),
        (["Search", "2026-01-05"], 6.0),
    ]
    assert [one["key"] for one in found["channel_day"]][:2] == [["Email", "2026-01-06"], ["Search", "2026-01-01"]]


def test_a_day_of_the_comparison_has_a_group_of_its_own():
    """Days are not shifted; one that lies in both periods has both values."""
    with engine_with([row("1"), row("2", day=1), row("4", day=2)]) as engine:
        found = ask(engine, start=FIRST + timedelta(1), previous=(FIRST, FIRST + timedelta(1)))

    costs = [
        (one["key"][0], *((one[period] or [[None]])[0][0] for period in ("now", "before"))) for one in found["day"]
    ]
    assert costs == [("2026-01-01", None, 1.0), ("2026-01-02", 2.0, 2.0), ("2026-01-03", 4.0, None)]


def test_nothing_chosen_gives_one_empty_total():
    """A page that asks for a channel that is not there gets nothing, not an error."""
    with engine_with([row()]) as engine:
        found = ask(engine, channels=("'; drop table cube; --",))

    assert found == {name: [] for name in BREAKDOWNS} | {"total": [{"key": [], "now": None, "before": None}]}


def test_campaigns_come_in_the_order_of_their_numbers():
    """Ten comes after nine."""
    with engine_with([row(campaign=number) for number in (10, 9, 100)]) as engine:
        assert [one["key"] for one in ask(engine)["campaign"]] == [["9"], ["10"], ["100"]]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ([], "the query"),
        ({"sql": "select 1"}, "the query"),
        ({"start": "2026-1-1"}, "start"),
        ({"start": "2026-02-30"}, "start"),
        ({"start": 20260101}, "start"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "the query"),
        ({"previous": {"start": "2026-01-01"}}, "previous"),
        ({"previous": []}, "previous"),
        ({"currency": None}, "currency"),
        ({"channels": "Search"}, "channels"),
        ({"channels": [1]}, "channels"),
        ({"channels": ["x" * 501]}, "channels"),
        ({"campaigns": ["1.5"]}, "campaigns"),
        ({"campaigns": ["9" * 19]}, "campaigns"),
        ({"campaigns": [True]}, "campaigns"),
        ({"campaigns": [2**63]}, "campaigns"),
        ({"campaigns": [0] * 10_001}, "campaigns"),
    ],
)
def test_what_cannot_be_asked_is_refused(change, where):
    """Types, days and sizes are checked before anything comes near the database."""
    good = {"currency": "EUR", "start": "2026-01-01", "end": "2026-01-31", "previous": None, "channels": []}
    with pytest.raises(UsageError, match="this cannot be asked") as caught:
        query_of({**good, **change} if isinstance(change, dict) else change)

    assert caught.value.where == where


def test_a_query_of_the_page_is_read():
    """All parts arrive."""
    asked = {
        "currency": "EUR", "start": "2026-01-01", "end": "2026-01-31",
        "previous": {"start": "2025-12-01", "end": "2025-12-31"},
        "channels": ["Search"], "campaigns": [-1, "985015818241350461"], "countries": [""], "sources": [],
    }  # fmt: skip

    assert query_of(asked) == Query(
        "EUR",
        date(2026, 1, 1),
        date(2026, 1, 31),
        (date(2025, 12, 1), date(2025, 12, 31)),
        ("Search",),
        (-1, 985015818241350461),
        ("",),
    )


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9000),
            st.one_of(st.none(), st.decimals(-(10**7), 10**7, places=6)),
            st.one_of(st.none(), st.integers(0, 2**40)),
        ),
        max_size=30,
    )
)
def test_what_is_packed_can_be_unpacked_to_the_last_digit(cells):
    """A second reader, written from the contract, finds every value and every gap."""
    days, monies, counts = ([cell[place] for cell in cells] for place in range(3))
    columns = {name: pa.array([0] * len(cells), pa.int32()) for name in DIMENSIONS}
    columns |= {name: pa.array(monies, pa.decimal128(18, 6)) for name in ("cost", "conversions", "revenue")}
    columns |= {name: pa.array(counts, pa.int64()) for name in ("impressions", "clicks")}
    columns["day"] = pa.array(days, pa.int32())
    found = unpack(pack(pa.table(columns)))

    assert (found["day"], found["cost"], found["impressions"]) == (days, monies, counts)
    assert list(found) == [*DIMENSIONS, *ADDITIVE]


def test_a_sum_that_no_browser_can_hold_is_an_error():
    """JavaScript is exact up to nine quadrillion; beyond it the report says what is wrong."""
    with engine_with([row("999999999999.999999"), row("999999999999.999999")] * 5000) as engine:
        lists = report_data(engine, results_of())
        with pytest.raises(PublishingError, match="too large to be shown exactly"):
            pack(coded(engine, lists))


def test_the_packed_cube_points_into_the_lists():
    """Each cell comes back with its names and its money."""
    rows = many(100)
    with engine_with(rows) as engine:
        lists = report_data(engine, results_of())
        found = unpack(pack(coded(engine, lists)))
    total = sum(cost for cost in found["cost"] if cost is not None)
    channels = {lists["channels"][place] for place in found["channel"]}
    by_campaign = {lists["campaigns"][place]["channel"] for place in found["campaign"]}

    assert total == sum(one["cost"] for one in rows if one["cost"] is not None)
    assert channels == by_campaign == {one["channel"] for one in rows}
    assert min(found["day"]) == 0


def sums(engine, relation):
    """Return the sums of a cube by day and channel."""
    return engine.rows(
        f"select date, channel, source, currency, sum(cost), sum(revenue), sum(cost) filter (revenue is not null) "
        f"from {relation} group by 1, 2, 3, 4 order by 1, 2, 3, 4"
    )


def test_a_cube_that_is_small_enough_is_left_as_it_is():
    """Nothing is left out, and nothing is said."""
    with engine_with(many(50)) as engine:
        assert reduce_cube(engine, 1000) == ("cube", [])


def test_countries_go_first():
    """Sums stay; the page says that countries are missing."""
    with engine_with(many(600)) as engine:
        size = engine.row("select count(*) from cube")[0]
        relation, notes = reduce_cube(engine, size - 1)
        assert sums(engine, relation) == sums(engine, "cube")
        assert lists_of(engine, relation)["countries"] == [""]

    assert notes == ["Countries are left out: 3 of them make the file too large."]


def test_small_campaigns_become_others_of_their_channel():
    """The ones with the most cost stay; totals of each day, channel and source are those of all campaigns."""
    rows = [row(str(number), "5", day=day, campaign=number, channel=("Search", "Email")[number % 2])
            for number in range(1, 41) for day in range(10)]  # fmt: skip
    with engine_with(rows) as engine:
        relation, notes = reduce_cube(engine, 100)
        assert sums(engine, relation) == sums(engine, "cube")
        ids = [number for (number,) in engine.rows(f"select distinct campaign_id from {relation} order by 1")]
        listed = kept_campaigns(engine, [], relation)

    # 20 cells for the others (10 days, 2 channels) leave room for 8 campaigns of 10 cells.
    assert ids == [-2, -1, *range(33, 41)]
    assert [one["name"] for one in listed][:2] == ["Other campaigns", "Other campaigns"]
    assert notes[0].startswith("The 8 campaigns with the most cost are shown one by one; the other 32 are summed")


def test_the_oldest_days_go_last():
    """What is left is exact, and the page says from which day on."""
    with engine_with([row(day=day) for day in range(100)]) as engine:
        relation, notes = reduce_cube(engine, 30)
        first = engine.row(f"select min(date) from {relation}")[0]

    assert first == FIRST + timedelta(70)
    assert notes[-1] == "Days before 2026-03-12 are left out: more of them make the file too large."


EDGES = {
    "no data": [],
    "one day": [row(), row(campaign=2)],
    "one campaign": [row(day=day) for day in range(30)],
    "all cost zero": [row("0", "5", day=day) for day in range(5)],
    "negative revenue": [row("10", "-25")],
    "three currencies": [row(currency=code) for code in ("EUR", "JPY", "XXX")],
    "nothing known": [row(None, None, impressions=None, clicks=None, conversions=None)],
    "hostile names": [row(campaign=place, campaign_name=name, channel=name) for place, name in enumerate(HOSTILE)],
    "nameless": [row(campaign=None, campaign_name=None, channel=None, source=None, account=None, currency=None)],
}


@pytest.mark.parametrize("edge", EDGES)
def test_any_data_gives_a_report(edge, tmp_path):
    """Whatever is missing or strange, data and cube are whole, JSON is plain, and the cost is all there."""
    keep_rows(tmp_path, EDGES[edge])
    data, packed = packed_report(kept(tmp_path))
    found = unpack(packed)

    json.dumps(data, allow_nan=False)
    assert sum(cost for cost in found["cost"] if cost is not None) == sum(
        one["cost"] for one in EDGES[edge] if one["cost"] is not None
    )
    assert len(data["campaigns"]) == len({one["campaign_id"] for one in EDGES[edge]})
    assert set(found["currency"]) == set(range(len(data["currencies"])))


def test_numbers_of_campaigns_travel_as_text():
    """JavaScript's numbers have 53 bits; those of campaigns have more, and come back digit for digit."""
    large = 2**60 + 1
    with engine_with([row("1", campaign=large), row("2", campaign=large + 1)]) as engine:
        data = report_data(engine, results_of())
        asked = ASKED | {"campaigns": [data["campaigns"][1]["id"]]}
        found = answer(engine.rows, query_of(asked))
        packed = unpack(pack(coded(engine, data)))

    assert [one["id"] for one in data["campaigns"]] == ["1152921504606846977", "1152921504606846978"]
    assert [(one["key"], one["now"][0][0]) for one in found["campaign"]] == [(["1152921504606846978"], 2.0)]
    assert packed["campaign"] == [0, 1]


def test_names_are_the_latest_and_days_those_with_rows():
    """A campaign that was renamed has its new name and channel."""
    rows = [row(campaign_name="Old", channel="Email"), row(day=9, campaign_name="New")]
    with engine_with(rows) as engine:
        campaign = report_data(engine, results_of())["campaigns"][0]

    assert (campaign["name"], campaign["channel"]) == ("New", "Search")
    assert (campaign["first_day"], campaign["last_day"]) == ("2026-01-01", "2026-01-10")


def test_unusual_days_are_those_far_from_the_others():
    """Of costs of 10 and 11 in turn, 100 is unusual and 16 is not: 6 deviations of 1.4826 beyond 11 begin at 19.9."""
    rows = [row(str(10 + day % 2), day=day) for day in range(20)] + [row("100", day=20), row("16", day=21)]
    with engine_with(rows) as engine:
        campaign = report_data(engine, results_of())["campaigns"][0]

    assert campaign["outlier_days"] == ["2026-01-21"]


def test_few_days_have_no_unusual_one():
    """Thirteen days are too few to know what is usual."""
    rows = [row(str(10 + day % 2), day=day) for day in range(12)] + [row("100", day=12)]
    with engine_with(rows) as engine:
        assert report_data(engine, results_of())["campaigns"][0]["outlier_days"] == []


def test_options_win_where_they_say_something(tmp_path):
    """A title of the command line replaces that of the run; the currency asked for comes first."""
    keep_rows(tmp_path, EDGES["three currencies"])
    data = with_options(
        kept(tmp_path).data, ReportOptions(title="Ours", currency="XXX", annotations=[("2026-01-01", "x")])
    )

    assert (data["title"], data["currencies"][0]) == ("Ours", "XXX")
    assert data["annotations"] == [{"day": "2026-01-01", "text": "x"}]


def test_what_is_kept_is_told_apart(tmp_path):
    """Nothing kept, and something damaged, are two messages with a way out."""
    with pytest.raises(PublishingError, match="no data for a report yet"):
        kept(tmp_path)
    (tmp_path / "report_data.json").write_text("{", encoding="utf-8")
    with pytest.raises(PublishingError, match="damaged"):
        kept(tmp_path)


def test_files_of_an_older_run_go_when_nobody_can_be_reading_them(tmp_path):
    """The folder does not grow; what was just replaced stays for a while."""
    import os

    old = keep_rows(tmp_path, [row("1")], title="One")
    keep_rows(tmp_path, [row("2")], title="Two")
    assert all(path.exists() for path in old)
    for path in old[1:]:
        os.utime(path, (0, 0))
    keep_rows(tmp_path, [row("3")], title="Three")

    # The page without scripts is the same for all three, so it stays.
    assert [path.exists() for path in old] == [True, False, True]
