"""Channels: every rule of Google's page, what it takes and what just misses it; SQL and Python answer alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from payback.engine.duckdb import Engine
from payback.sources.channel_rules import channel_sql, default_channel, rule_sets
from payback.sources.channel_rules.sites import CATEGORIES, is_of, site_category_sql

BEFORE, SINCE = date(2026, 5, 12), date(2026, 5, 13)

CASES = [
    # source, medium, campaign, channel
    ("(direct)", "(none)", None, "Direct"),
    ("(direct)", "(not set)", None, "Direct"),
    ("(direct)", "email", None, "Email"),
    ("google", "(none)", None, "Organic Search"),
    ("google", "cpc", "Sales | Cross-Network | DE", "Cross-network"),
    ("facebook", "paid", "cross-network test", "Cross-network"),
    ("amazon.de", "cpc", "brand", "Paid Shopping"),
    ("newsletter", "ppc", "summer shop", "Paid Shopping"),
    ("google", "cpc", "Shopping | DE", "Paid Shopping"),
    ("google", "cpc", "workshop", "Paid Search"),  # a letter before "shop" that is no e
    ("google", "cpc", "eshop", "Paid Shopping"),
    ("google", "cpc", "photoshoot", "Paid Search"),
    ("google", "cpc", "brand", "Paid Search"),
    ("BING", "CPC", "brand", "Paid Search"),
    ("duckduckgo.com", "retargeting", None, "Paid Search"),
    ("facebook", "paid_social", None, "Paid Social"),
    ("l.facebook.com", "cpc", None, "Paid Social"),
    ("linkedin", "paid", None, "Paid Social"),
    ("youtube.com", "cpc", None, "Paid Video"),
    ("m.youtube.com", "cpv", None, "Paid Video"),  # "cpv" contains "cp": paid
    ("some-network", "display", None, "Display"),
    ("some-network", "banner", None, "Display"),
    ("some-network", "expandable", None, "Display"),
    ("some-network", "interstitial", None, "Display"),
    ("some-network", "cpm", None, "Display"),
    ("facebook", "cpm", None, "Paid Social"),  # "cpm" contains "cp", and Paid Social comes before Display
    ("some-network", "cpc", None, "Paid Other"),
    ("some-network", "paidinfluencer", None, "Paid Other"),
    ("ebay.co.uk", "referral", None, "Organic Shopping"),
    ("blog.example", "referral", "spring-shop", "Organic Shopping"),
    ("shopping.google.com", "referral", None, "Organic Shopping"),
    ("m.facebook.com", "referral", None, "Organic Social"),
    ("partner", "social", None, "Organic Social"),
    ("partner", "social-network", None, "Organic Social"),
    ("partner", "social media", None, "Organic Social"),
    ("partner", "sm", None, "Organic Social"),
    ("vimeo.com", "referral", None, "Organic Video"),
    ("partner", "video-ad", None, "Organic Video"),
    ("google", "organic", None, "Organic Search"),
    ("intranet", "organic", None, "Organic Search"),
    ("google.co.uk", "referral", None, "Organic Search"),
    ("blog.example", "referral", None, "Referral"),
    ("partner-app", "app", None, "Referral"),
    ("partner", "link", None, "Referral"),
    ("email", None, None, "Email"),
    ("crm", "e-mail", None, "Email"),
    ("crm", "e_mail", None, "Email"),
    ("crm", "e mail", None, "Email"),
    ("crm", "emails", None, "Unassigned"),
    ("awin", "affiliate", None, "Affiliates"),
    ("awin", "affiliates", None, "Unassigned"),
    ("podcast", "audio", None, "Audio"),
    ("sms", "text", None, "SMS"),
    ("crm", "sms", None, "SMS"),
    ("crm", "web-push", None, "Mobile Push Notifications"),
    ("crm", "mobile-app", None, "Mobile Push Notifications"),
    ("crm", "notification2", None, "Mobile Push Notifications"),
    ("firebase", "x", None, "Mobile Push Notifications"),
    ("flyer", "qr", None, "Unassigned"),
    (None, None, None, "Unassigned"),
    ("(not set)", "(not set)", "(not set)", "Unassigned"),
    ("two\nlines", "cpc", None, "Paid Other"),
]


def in_sql(cases, day=BEFORE):
    """Return the channel of each (source, medium, campaign), by the engine."""
    import pyarrow as pa

    names = ("source", "medium", "campaign")
    rows = [{"n": n, "day": day, **dict(zip(names, case[:3], strict=True))} for n, case in enumerate(cases)]
    schema = pa.schema([("n", pa.int64()), ("day", pa.date32()), *((name, pa.string()) for name in names)])
    with Engine() as engine:
        engine.register("visits", pa.Table.from_pylist(rows, schema=schema))
        sql = channel_sql("source", "medium", "campaign", day="day")
        return [row[0] for row in engine.rows(f"select {sql} from visits order by n")]


@pytest.mark.parametrize(("source", "medium", "campaign", "channel"), CASES)
def test_a_visit_has_the_channel_of_the_rules(source, medium, campaign, channel):
    """Each rule takes what Google's page says, and what just misses it goes on to the next."""
    assert default_channel(source, medium, campaign, day=BEFORE) == channel


def test_the_engine_answers_as_python_does():
    """The SQL made from the rules gives every case the same channel."""
    assert in_sql(CASES) == [case[3] for case in CASES]


def test_a_grid_of_visits_has_one_answer():
    """Sources, mediums and campaigns in every combination: SQL and Python agree, in both versions."""
    sources = [
        "google",
        "bing",
        "facebook",
        "youtube.com",
        "amazon.com",
        "blog.example",
        "chatgpt.com",
        "(direct)",
        None,
    ]
    mediums = ["cpc", "cpm", "organic", "referral", "email", "social", "display", "ai-assistant", "(none)", "qr", None]
    campaigns = ["brand", "spring shopping", "cross-network", "(ai-assistant)", None]
    grid = [(source, medium, campaign) for source in sources for medium in mediums for campaign in campaigns]

    for day in (BEFORE, SINCE):
        assert in_sql(grid, day) == [default_channel(*visit, day=day) for visit in grid]


@pytest.mark.parametrize(
    ("medium", "campaign"),
    [("ai-assistant", None), ("ai-assistant", "(ai-assistant)"), ("(not set)", "(ai-assistant)")],
)
def test_ai_assistants_have_a_channel_from_their_first_day(medium, campaign):
    """On 12 May 2026 the visit is unassigned, on 13 May it is AI Assistant; in SQL too."""
    visit = ("chatgpt.com", medium, campaign)

    assert default_channel(*visit, day=BEFORE) == "Unassigned"
    assert default_channel(*visit, day=SINCE) == "AI Assistant"
    assert in_sql([visit], BEFORE) + in_sql([visit], SINCE) == ["Unassigned", "AI Assistant"]


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({"ad_network": "Google Search"}, "Paid Search"),
        ({"ad_network": "Google Partners"}, "Paid Search"),
        ({"ad_network": "YouTube Videos"}, "Paid Video"),
        ({"ad_network": "Google Display Network"}, "Display"),
        ({"ad_network": "Cross-network"}, "Cross-network"),
        ({"ad_network": "Social"}, "Paid Social"),
        ({"platform": "DV360", "creative_format": "Video"}, "Paid Video"),
        ({"platform": "DV360", "creative_format": "Display"}, "Display"),
        ({"platform": "DV360", "creative_format": "Audio"}, "Audio"),
        ({"platform": "DV360", "creative_format": "Other"}, "Paid Other"),
        ({"platform": "SA360", "source": "naver"}, "Paid Search"),
        ({"platform": "SA360", "source": "twitter"}, "Paid Social"),
        ({"platform": "Manual"}, "Paid Search"),
    ],
)
def test_traffic_of_googles_platforms_goes_by_network_or_format(fields, channel):
    """What is known of the advertisement decides before source and medium do."""
    given = {"source": "google", "medium": "cpc", "campaign": "brand"} | fields
    source, medium, campaign = (given.pop(name) for name in ("source", "medium", "campaign"))

    assert default_channel(source, medium, campaign, day=BEFORE, **given) == channel


def test_a_network_counts_in_sql_where_there_is_such_a_column():
    """The same rules, compiled with one column more."""
    with Engine() as engine:
        sql = channel_sql("'google'", "'cpc'", "null", day="date '2026-01-01'", ad_network="network")
        rows = engine.rows(f"select {sql} from (values (1, 'Cross-network'), (2, null)) v(n, network) order by n")

    assert rows == [("Cross-network",), ("Paid Search",)]


@pytest.mark.parametrize(
    ("site", "category"),
    [
        ("google", "search"),
        ("google.com.au", "search"),
        ("www.google.de", "search"),
        ("shopping.google.de", "shopping"),
        ("groups.google.com", "social"),
        ("gemini.google.com", "ai"),
        ("copilot.microsoft.com", "ai"),
        ("m.facebook.com", "social"),
        ("youtube.com", "video"),
        ("amazon.co.jp", "shopping"),
        ("notgoogle.com", None),
        ("google.evil.example", None),
        ("mail.example", None),
        ("", None),
    ],
)
def test_a_site_belongs_to_one_category(site, category):
    """The most precise name decides, a host below a site counts, a look-alike does not."""
    with Engine() as engine:
        found = engine.row(f"select {site_category_sql('host')} from (select ? as host)", [site])[0]

    assert found == category
    assert [name for name in CATEGORIES if is_of(name, site)] == ([category] if category else [])


def test_versions_come_in_order_and_differ_by_one_channel():
    """The new rules add AI Assistant and change nothing else."""
    old, new = rule_sets()

    assert old.valid_from < new.valid_from == SINCE == BEFORE + timedelta(days=1)
    assert [rule for rule in new.rules if rule.channel != "AI Assistant"] == list(old.rules)
