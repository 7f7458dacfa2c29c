"""Events become sessions, orders and campaign days: each rule on a handful of events, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ga4_events import event, write
from payback.sources.ga4_export.options import ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.store import ExportStore

UTM = ("newsletter", "email", "spring")


@pytest.fixture
def summed(tmp_path):
    """Return a function: events -> (report, sessions, campaign days with something in them)."""

    def run(*rows, currency="EUR", **options):
        write(tmp_path / "export", rows)
        with ExportStore(tmp_path / "s.duckdb", ExportOptions(currency=currency, **options)) as store:
            report = store.sync(find_parts(tmp_path / "export"))
            sessions = store.engine.records("from sessions order by user_pseudo_id, session_id")
            return report, sessions, store.engine.records("from campaign_days order by all")

    return run


def source(row):
    """Return where a session came from."""
    return row["source"], row["medium"], row["campaign"]


def test_a_session_is_a_visitor_and_a_session_number(summed):
    """Two numbers of one visitor are two sessions; the same number of two visitors too."""
    rows = [event("page_view", "2025-01-01 10:00", user=user, session=n) for user, n in [("a", 1), ("a", 2), ("b", 1)]]

    assert [(row["user_pseudo_id"], row["session_id"]) for row in summed(*rows)[1]] == [
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
    ]


def test_events_without_visitor_or_session_are_counted_and_never_joined(summed):
    """They are no session, and their order counts."""
    report, sessions, days = summed(
        event("session_start", "2025-01-01 10:00", user=None),
        event("page_view", "2025-01-01 10:00", session=None),
        event("purchase", "2025-01-01 10:05", user=None, session=None, order=("T1", 10.5), utm=UTM),
        event("page_view", "2025-01-01 11:00"),
    )

    assert (report.events, report.events_without_session, report.sessions_without_consent) == (4, 3, 1)
    assert len(sessions) == 1
    assert [(day["traffic_source"], day["sessions"], day["revenue"]) for day in days] == [
        ("(direct)", 1, 0),
        ("newsletter", 0, Decimal("10.5")),
    ]


def test_a_session_over_midnight_counts_once_on_its_first_day(summed):
    """Its duration, views and engagement of both days belong to the first."""
    _, sessions, days = summed(
        event("page_view", "2025-01-01 23:59:00", engagement_time_msec=1000),
        event("page_view", "2025-01-02 00:01:30", engagement_time_msec=2500),
    )

    assert len(sessions) == 1
    assert [(day["date"], day["sessions"], day["page_views"]) for day in days] == [(date(2025, 1, 1), 1, 2)]
    assert (days[0]["session_seconds"], days[0]["engagement_seconds"]) == (150, Decimal("3.5"))


@pytest.mark.parametrize(("flag", "engaged"), [("1", True), (1, True), ("0", False), (0, False)])
def test_googles_own_word_on_engagement_counts_as_text_or_number(summed, flag, engaged):
    """Two views would make it engaged; where the export says so itself, that decides."""
    _, sessions, _ = summed(
        event("page_view", "2025-01-01 10:00", session_engaged=flag), event("page_view", "2025-01-01 10:00:05")
    )

    assert sessions[0]["is_engaged"] is engaged


@pytest.mark.parametrize(
    ("rows", "engaged"),
    [
        ([("page_view", "10:00:00")], False),
        ([("page_view", "10:00:00"), ("scroll", "10:00:10")], False),
        ([("page_view", "10:00:00"), ("scroll", "10:00:11")], True),
        ([("page_view", "10:00:00"), ("page_view", "10:00:01")], True),
        ([("page_view", "10:00:00"), ("generate_lead", "10:00:01")], True),
    ],
)
def test_without_that_word_the_rule_decides(summed, rows, engaged):
    """Longer than ten seconds, two views, or a key event."""
    events = [event(name, f"2025-01-01 {at}") for name, at in rows]

    assert summed(*events, key_events=("generate_lead",))[1][0]["is_engaged"] is engaged


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"utm": UTM}, UTM),
        ({"source": "bing", "medium": "organic"}, ("bing", "organic", "(not set)")),
        (
            {"page_location": "https://x.example/?utm_source=A%20b&utm_medium=cpc&utm_campaign=c+d"},
            ("A b", "cpc", "c d"),
        ),
        ({"page_location": "https://x.example/?gclid=abc"}, ("google", "cpc", "(not set)")),
        ({"page_location": "https://x.example/?a=1&gbraid=abc"}, ("google", "cpc", "(not set)")),
        ({"page_location": "https://x.example/?wbraid=abc"}, ("google", "cpc", "(not set)")),
        ({"page_location": "https://x.example/?dclid=abc"}, ("google", "cpc", "(not set)")),
        ({"page_location": "https://x.example/?msclkid=abc"}, ("bing", "cpc", "(not set)")),
        ({"page_location": "https://x.example/?srsltid=abc"}, ("google", "organic", "Shopping Free Listings")),
        ({"page_location": "https://x.example/?gclid=", "utm": ("x", "y")}, ("x", "y", "(not set)")),
        ({"collected_traffic_source": {"gclid": "abc"}}, ("google", "cpc", "(not set)")),
        (
            {"collected_traffic_source": {"gclid": "abc", "manual_source": "google", "manual_medium": "organic"}},
            ("google", "cpc", "(not set)"),
        ),
        (
            {"collected_traffic_source": {"gclid": "abc", "manual_source": "tt", "manual_medium": "paid"}},
            ("tt", "paid", "(not set)"),
        ),
        ({"gclid": "abc", "source": "google", "medium": "organic"}, ("google", "cpc", "(not set)")),
        ({"source": "(direct)", "medium": "(none)"}, ("(direct)", "(none)", "(direct)")),
        ({}, ("(direct)", "(none)", "(direct)")),
    ],
)
def test_a_session_has_the_source_of_its_link(summed, more, expected):
    """Tags first; a click id corrects what is not tagged."""
    given = {"page_location": "https://x.example/"} | more

    assert source(summed(event("page_view", "2025-01-01 10:00", **given))[1][0]) == expected


@pytest.mark.parametrize(
    ("referrer", "day", "expected"),
    [
        ("https://www.google.de/", "2025-01-01", ("google", "organic", "(organic)")),
        ("https://blog.example/a?b", "2025-01-01", ("blog.example", "referral", "(referral)")),
        ("https://chatgpt.com/", "2026-05-12", ("chatgpt.com", "referral", "(referral)")),
        ("https://chatgpt.com/", "2026-05-13", ("chatgpt.com", "ai-assistant", "(ai-assistant)")),
        ("https://shop.x.example/cart", "2025-01-01", ("(direct)", "(none)", "(direct)")),
        ("https://www.x.example/", "2025-01-01", ("(direct)", "(none)", "(direct)")),
    ],
)
def test_without_a_tag_the_page_before_tells(summed, referrer, day, expected):
    """A search engine, an assistant from the day Google names them, another site; the shop's own pages do not count."""
    row = event("page_view", f"{day} 10:00", page_location="https://x.example/", page_referrer=referrer, entrances=1)

    assert source(summed(row)[1][0]) == expected


def test_the_first_source_of_a_session_counts_in_the_order_of_the_hits(summed):
    """Hits of one upload share a time; their numbers tell which came first."""
    rows = [
        event("page_view", "2025-01-01 10:00", utm=("b", "x"), batch_ordering_id=2, batch_event_index=1),
        event("page_view", "2025-01-01 10:00", utm=("a", "x"), batch_ordering_id=1, batch_event_index=2),
    ]

    assert summed(*rows)[1][0]["source"] == "a"


def test_a_direct_session_takes_the_last_source_within_the_window(summed):
    """Ten days later it is still the newsletter, after the window it is direct; somebody else's never."""
    report, sessions, _ = summed(
        event("page_view", "2025-01-01 10:00", session=1, utm=UTM),
        event("page_view", "2025-01-11 10:00", session=2),
        event("page_view", "2025-02-10 10:00", session=3),
        event("page_view", "2025-01-11 10:00", user="other"),
        lookback_days=30,
    )

    assert [(row["source"], row["attributed_by"]) for row in sessions] == [
        ("(direct)", "direct"),
        ("newsletter", "session"),
        ("newsletter", "earlier session"),
        ("(direct)", "direct"),
    ]
    assert len(report.missing) == 41 - 3


def test_googles_own_answer_comes_first(summed):
    """Its source, campaign and channel are taken; ours stands beside it."""
    row = event("page_view", "2025-01-01 10:00", utm=UTM, click=("google", "cpc", "PMax", "Cross-network"))
    _, sessions, days = summed(row)

    assert (source(sessions[0]), sessions[0]["attributed_by"]) == (("google", "cpc", "PMax"), "google")
    assert (days[0]["channel"], days[0]["analytics_channel"], days[0]["channel_agrees"]) == (
        "Paid Search",
        "Cross-network",
        False,
    )


@pytest.mark.parametrize(
    ("click", "expected"),
    [
        ({"google_ads_campaign": {"campaign_id": "77", "campaign_name": "Brand"}}, ("google", "cpc", "Brand", "77")),
        (
            {"manual_campaign": {"source": "fb", "medium": "paid", "campaign_name": "C", "campaign_id": "9"}},
            ("fb", "paid", "C", "9"),
        ),
    ],
)
def test_an_export_without_the_cross_channel_answer_has_the_other_two(summed, click, expected):
    """Google Ads' own campaign, or the tags that Google credits."""
    session = summed(event("page_view", "2025-01-01 10:00", session_traffic_source_last_click=click))[1][0]

    assert (*source(session), session["campaign_ref"]) == expected


def test_an_order_counts_once_and_on_the_day_it_was_first_sent(summed):
    """A thank-you page that is opened again on the next day sells nothing."""
    report, _, days = summed(
        event("purchase", "2025-01-01 10:00", order=("T1", 19.99), utm=UTM),
        event("purchase", "2025-01-02 09:00", order=("T1", 19.99), session=2),
        event("purchase", "2025-01-02 10:00", order=("T2", 0.01), session=2),
    )

    assert report.repeated_orders == 1
    assert [(day["date"].day, day["transactions"], day["conversions"], day["revenue"]) for day in days] == [
        (1, 1, 1, Decimal("19.99")),
        (2, 1, 1, Decimal("0.01")),
    ]


@pytest.mark.parametrize("number", [None, "", " ", "(not set)", "undefined"])
def test_orders_without_an_id_all_count(summed, number):
    """Nobody can tell whether they are the same."""
    rows = [event("purchase", f"2025-01-01 10:0{n}", order=(number, 5.0)) for n in range(2)]

    assert (summed(*rows)[2][0]["transactions"], summed(*rows)[2][0]["revenue"]) == (2, 10)


def test_a_refund_is_taken_off_on_its_day_from_the_campaign_of_its_order(summed):
    """It comes without a session, and knows only the order."""
    _, _, days = summed(
        event("purchase", "2025-01-01 10:00", order=("T1", 50.0), utm=UTM),
        event("refund", "2025-01-04 10:00", user=None, session=None, refund=("T1", 20.0)),
    )

    assert [(day["date"].day, day["campaign_name"], day["transactions"], day["revenue"]) for day in days] == [
        (1, "spring", 1, 50),
        (4, "spring", 0, -20),
    ]


def test_refunds_never_pay_back_more_than_the_order(summed):
    """One without an amount pays all; sent twice it pays once."""
    _, _, days = summed(
        event("purchase", "2025-01-01 10:00", order=("T1", 50.0)),
        event("refund", "2025-01-01 11:00", refund=("T1", 20.0)),
        event("refund", "2025-01-01 12:00", refund=("T1", None)),
        event("refund", "2025-01-01 13:00", refund=("T1", 20.0)),
    )

    assert sum(day["revenue"] for day in days) == 0


def test_amounts_of_two_currencies_stay_apart(summed):
    """The sessions stand in the row of the project's currency."""
    _, _, days = summed(
        event("purchase", "2025-01-01 10:00", order=("T1", 10.0, "EUR")),
        event("purchase", "2025-01-01 10:01", order=("T2", 20.0, "usd")),
    )

    assert [(day["currency"], day["sessions"], day["revenue"]) for day in days] == [("EUR", 1, 10), ("USD", 0, 20)]


def test_revenue_comes_from_the_value_or_the_items_where_the_order_has_none(summed):
    """Shops forget one or the other."""
    _, _, days = summed(
        event("purchase", "2025-01-01 10:00", order=("T1", None), value=7.5),
        event("purchase", "2025-01-01 10:01", order=("T2", None), items=[{"price": 2.5, "quantity": 3}]),
    )

    assert days[0]["revenue"] == 15


def test_an_order_that_a_server_sends_belongs_to_the_visitors_last_session(summed):
    """It names the visitor and no session."""
    _, _, days = summed(
        event("page_view", "2025-01-01 10:00", utm=UTM),
        event("purchase", "2025-01-01 12:00", session=None, order=("T1", 9.0)),
    )

    assert [(day["campaign_name"], day["sessions"], day["revenue"]) for day in days] == [("spring", 1, 9)]


def test_revenue_is_exact(summed):
    """A thousand times ten cents are a hundred euros, not nearly."""
    rows = [event("purchase", "2025-01-01 10:00", order=(f"T{n}", 0.1)) for n in range(1000)]

    assert summed(*rows)[2][0]["revenue"] == Decimal("100.000000")
