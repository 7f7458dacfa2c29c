"""Cleaning of frames: what is trusted, what is turned away and why, and what stays the caller's."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback import clean_campaign_data, clean_customer_data
from payback.cleaning.data_cleaner import split_campaign_data, split_customer_data
from payback.cleaning.judging import CleaningSettings
from payback.errors import AmbiguousDateError, ConfigurationError, DuplicateColumnError, InputError, MissingColumnError

DAYS = ["2024-01-01", "2024-01-02", "2024-01-03"]
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def campaigns(columns, **settings):
    """Return the clean and the rejected rows of campaign columns, exact, as dictionaries."""
    result = split_campaign_data(pa.table(columns), settings=CleaningSettings(**settings))
    return result.clean.to_pylist(), result.rejected.to_pylist()


def customers(columns, **settings):
    """Return the clean and the rejected rows of customer columns."""
    result = split_customer_data(pa.table(columns), settings=CleaningSettings(**settings))
    return result.clean.to_pylist(), result.rejected.to_pylist()


def reasons(rejected):
    """Return the reasons of rejected rows."""
    return [row["reason"] for row in rejected]


def flags(columns, **settings):
    """Return the flags of the clean rows."""
    return [row["flags"] for row in campaigns(columns, **settings)[0]]


def channels(spellings, source=None):
    """Return the channels that spellings become."""
    columns = {"channel": pa.array(spellings, pa.string()), "cost": range(len(spellings))}
    if source is not None:
        columns["source"] = [source] * len(spellings)
    return [row["channel"] for row in campaigns(columns)[0]]


# Kinds of frames


@kinds
def test_kind_of_frame_is_kept(kind):
    """A frame in gives the same kind of frame back: clean rows, rejected rows and the count of both."""
    frame = kind({"cost": ["1.5", "x"], "date": DAYS[:2]})
    result = split_campaign_data(frame)
    assert [type(one) for one in (result.clean, result.rejected, result.quality)] == [type(frame)] * 3
    assert (len(result.clean), len(result.rejected)) == (1, 1)


@kinds
def test_frame_is_not_changed(kind):
    """Cleaning reads; the caller's frame is as it was."""
    columns = {"channel": ["fb", "fb"], "cost": ["$1", "$1"], "date": DAYS[:2]}
    frame = kind(columns)
    clean_campaign_data(frame)
    same = kind(columns)
    assert frame.equals(same)


def test_lazy_frame_gives_an_eager_one():
    """The query of a lazy frame is carried out."""
    result = clean_campaign_data(pl.LazyFrame({"cost": ["1,200.50"]}))
    assert result.to_dicts() == [{"cost": Decimal("1200.5"), "flags": None}]


@kinds
def test_empty_frame_gives_an_empty_one(kind):
    """No rows in, no rows out, and the columns are there."""
    result = split_campaign_data(kind({"Amount spent (USD)": [], "Day": []}))
    assert (len(result.clean), len(result.rejected), len(result.quality)) == (0, 0, 0)
    assert list(result.clean.column_names if kind is pa.table else result.clean.columns) == ["cost", "date", "flags"]


def test_pandas_gets_floats_and_dates():
    """pandas users do arithmetic with floats; the date is a date to group by."""
    clean = clean_campaign_data(pd.DataFrame({"cost": ["$1,200.50"], "date": ["2024-01-05"]}))
    assert clean["cost"].sum() == 1200.5
    assert clean["date"].dt.month.tolist() == [1]


def test_index_of_pandas_is_kept_and_a_named_one_is_a_column():
    """Rows can be found again by their labels; days in the index are days."""
    result = split_campaign_data(pd.DataFrame({"cost": ["1", "x", "3"]}, index=[10, 20, 30]))
    assert (list(result.clean.index), list(result.rejected.index)) == ([10, 30], [20])
    named = clean_campaign_data(pd.DataFrame({"cost": [1.0]}, index=pd.Index(DAYS[:1], name="date")))
    assert list(named.columns) == ["cost", "date", "flags"]


def test_types_of_pandas_are_read():
    """Categories, nullable numbers, zones and mixed objects are no trouble, and days stay what they show."""
    frame = pd.DataFrame(
        {
            "channel": pd.Categorical(["email", "email"]),
            "clicks": pd.array([1, None], "Int64"),
            "cost": [1, "$2.50"],
            "date": pd.to_datetime(DAYS[:2]).tz_localize("Pacific/Auckland"),
        }
    )
    clean = clean_campaign_data(frame)
    assert clean["channel"].tolist() == ["Email", "Email"]
    assert clean["cost"].tolist() == [1, 2.5]
    assert clean["date"].dt.strftime("%Y-%m-%d").tolist() == DAYS[:2]


@pytest.mark.parametrize("thing", [None, [1], "a.csv", pd.Series([1])])
def test_what_is_no_frame_is_refused(thing):
    """Another object is an input error of ours."""
    with pytest.raises(InputError, match="no table that Payback can read"):
        clean_campaign_data(thing)


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (pd.DataFrame(), MissingColumnError, "no column of campaigns"),
        (pd.DataFrame({"temperature": [1]}), MissingColumnError, "no column of campaigns"),
        (pd.DataFrame([[1, 2]], columns=["cost", "cost"]), DuplicateColumnError, "two columns"),
        (pd.DataFrame({"Cost": [1], "cost": [2]}), DuplicateColumnError, "two columns for cost"),
        (pd.DataFrame({"cost": [1, 2], "date": ["1/2/2024", "2/3/2024"]}), AmbiguousDateError, "told apart"),
    ],
)
def test_frames_that_cannot_be_used_are_refused(frame, error, message):
    """No columns, columns of something else, one name twice, and days that nobody can tell."""
    with pytest.raises(error, match=message):
        clean_campaign_data(frame)


def test_message_names_the_callers_column():
    """An error speaks of the header that the caller knows, not of our name for it."""
    with pytest.raises(AmbiguousDateError, match="column 'Tag'"):
        clean_campaign_data(pd.DataFrame({"cost": [1, 2], "Tag": ["1/2/2024", "2/3/2024"]}))


# The caller's columns

OURS = ["row_number", "line_number", "row_id", "reason", "reason_column", "value", "rule", "frame", "unread", "notes",
        "raw cost", "plain cost", "fault", "select", 'a "b"', "other 0", "row_hash_", "Cost per click"]  # fmt: skip


@kinds
def test_columns_of_any_name_come_through(kind):
    """Words of SQL, quotes and names that we use inside neither break nor lose a column."""
    frame = kind({"cost": ["1", "2"], **{name: [f"{name} 1", f"{name} 2"] for name in OURS}})
    clean = pa.table(clean_campaign_data(frame))
    assert clean.column_names == ["cost", *OURS, "flags"]
    assert all(clean[name].to_pylist() == [f"{name} 1", f"{name} 2"] for name in OURS)


@kinds
def test_rejected_rows_are_as_they_came(kind):
    """A rejected row has all of its columns and text; where one has the name of a reason, ours go behind it."""
    frame = kind({"Spend": ["x", "1"], "value": [7, 8], "reason": ["a", "b"]})
    row = pa.table(split_campaign_data(frame).rejected).to_pylist()[0]
    assert row == {
        "Spend": "x", "given_value": 7, "given_reason": "a",
        "reason": "not_a_number", "column_name": "cost", "value": "x", "rule": "a number",
    }  # fmt: skip


def test_other_columns_keep_their_types():
    """What cleaning has no use for is not touched: zones, categories, objects and names that are numbers."""
    frame = pd.DataFrame(
        {
            "cost": ["1", "x", "3"],
            "seen": pd.to_datetime(DAYS).tz_localize("Asia/Tokyo"),
            "kind": pd.Categorical(["a", "b", "a"]),
            0: [{"a": 1}, [2], None],
        }
    )
    clean = clean_campaign_data(frame)
    assert clean["seen"].dtype == frame["seen"].dtype
    assert clean["kind"].dtype == frame["kind"].dtype
    assert clean[0].tolist() == [{"a": 1}, None]


def test_own_column_called_flags_is_kept():
    """A caller's flags are no flags of ours."""
    clean, _ = campaigns({"cost": [1, -2], "flags": ["mine", "yours"]})
    assert [(row["given_flags"], row["flags"]) for row in clean] == [("mine", None), ("yours", "negative_cost")]


def test_ids_are_the_callers():
    """An id stays what it was, text or number."""
    clean, _ = campaigns({"campaign_id": ["007", "8"], "cost": [1, 2]})
    assert [row["campaign_id"] for row in clean] == ["007", "8"]


def test_columns_differing_in_case_are_two():
    """The engine does not tell Foo from foo; a frame does."""
    clean, _ = campaigns({"cost": [1], "Foo": ["a"], "foo": ["b"]})
    assert clean == [{"cost": 1, "Foo": "a", "foo": "b", "flags": None}]


# Names and channels


def test_spellings_of_a_campaign_are_unified():
    """The most frequent spelling of a name stands for all of them."""
    names = ["Spring-Sale", "spring_sale", "Spring-Sale", " SPRING – SALE "]
    clean, _ = campaigns({"campaign": names, "cost": range(4)})
    assert {row["campaign_name"] for row in clean} == {"Spring-Sale"}


def test_renamed_campaign_has_its_last_name():
    """One id, two names: the one of the last day that can be trusted."""
    columns = {
        "campaign id": ["7"] * 4,
        "campaign": ["Old", "New", "new", "Future"],
        "date": ["2024-01-01", "2024-01-02", "2024-01-03", "2999-01-01"],
        "cost": range(4),
    }
    clean, rejected = campaigns(columns)
    assert {row["campaign_name"] for row in clean} == {"New"}
    assert rejected[0]["campaign"] == "Future"


def test_row_without_name_takes_the_name_of_its_campaign():
    """A later row that carries only the id does not rename the campaign to it."""
    clean, _ = campaigns({"campaign id": ["7", "7"], "campaign": ["Brand", None], "date": DAYS[:2], "cost": [1, 2]})
    assert {row["campaign_name"] for row in clean} == {"Brand"}


def test_campaign_without_any_name_is_called_so():
    """Nothing is invented: the id stands for the name, and "(not set)" where there is neither."""
    clean, _ = campaigns({"utm id": ["7", None], "campaign": pa.nulls(2, pa.string()), "cost": [1, 2]})
    assert [row["campaign_name"] for row in clean] == ["7", "(not set)"]


def test_campaigns_of_two_sources_are_two():
    """The same name in two accounts is spelled in each as it is there."""
    columns = {"campaign": ["BRAND", "Brand"], "source": ["google_ads", "meta_ads"], "cost": [1, 2]}
    assert [row["campaign_name"] for row in campaigns(columns)[0]] == ["BRAND", "Brand"]


@pytest.mark.parametrize("spelling", ["E-Mail", "email", " EMAIL ", "e mail", "e–mail", "E\u2011MAIL", "e_mail"])
def test_channel_has_one_spelling(spelling):
    """Case, blanks and dashes make no other channel."""
    assert channels([spelling]) == ["Email"]


@pytest.mark.parametrize("spelling", [None, "", " ", "--", "N/A", "(not set)", "NULL", "(none)"])
def test_missing_channel_is_that_of_the_platform(spelling):
    """Where a row of an ad platform names no channel its platform does; elsewhere it is unassigned."""
    assert channels([spelling], "google_ads") == ["Paid Search"]
    assert channels([spelling], "newsletter_tool") == ["Unassigned"]


def test_spelling_of_a_source_goes_before_the_general_one():
    """Video means another channel on a social network than elsewhere."""
    assert channels(["Video"], "meta_ads") == ["Paid Social"]
    assert channels(["Video"], "somewhere") == ["Paid Video"]


def test_unknown_channel_is_kept_and_noted():
    """A channel that the list lacks stays, tidied, and is counted."""
    result = split_campaign_data(pa.table({"channel": ["  Sky   writing ", "fb", None], "cost": [1, 2, 3]}))
    assert result.clean["channel"].to_pylist()[0] == "Sky writing"
    noted = [row for row in result.quality.to_pylist() if row["severity"] == "note"]
    assert [(row["reason"], row["rows"]) for row in noted] == [("unknown_channel", 1)]


def test_channels_of_the_user_go_first(tmp_path):
    """A project may have its own list of spellings."""
    path = tmp_path / "channels.csv"
    path.write_text("spelling,channel\nfb,Social (own)\n", encoding="utf-8")
    clean, _ = campaigns({"channel": ["FB"], "cost": [1]}, channels=path)
    assert clean[0]["channel"] == "Social (own)"


# Duplicates and reports


def test_copies_are_turned_away_once():
    """Of three equal rows one stays; a row that differs in any column is no copy."""
    columns = {"cost": [1, 1, 1, 1], "date": [DAYS[0]] * 4, "device": ["a", "a", "a", "b"]}
    clean, rejected = campaigns(columns)
    assert [row["device"] for row in clean] == ["a", "b"]
    assert reasons(rejected) == ["duplicate_row"] * 2


def test_equal_rows_of_two_sources_are_no_copies():
    """Two accounts may have a campaign of the same name that cost the same."""
    columns = {"campaign": ["A", "A"], "cost": [0, 0], "date": [DAYS[0]] * 2, "account": ["1", "2"]}
    assert len(campaigns(columns)[0]) == 2


LOADED = {
    "campaign_id": [1, 1, 1],
    "campaign_name": ["A", "A", "A"],
    "cost": [10, 20, 10],
    "date": [DAYS[0], DAYS[1], DAYS[0]],
    "source": ["google_ads"] * 3,
    "report": ["january", "january", "all_year"],
    "load_id": [1, 1, 2],
    "row_number": [1, 2, 1],
}


def test_day_that_two_reports_hold_counts_once():
    """The later report's rows count, others of the earlier stay."""
    clean, rejected = campaigns(LOADED)
    assert [(row["report"], row["cost"]) for row in clean] == [("january", 20), ("all_year", 10)]
    assert reasons(rejected) == ["superseded"]


def test_equal_rows_of_two_reports_do_not_push_each_other_out():
    """A row that a later report repeats letter for letter counts once, not never."""
    columns = {**LOADED, "row_hash": [5, 6, 5]}
    clean, rejected = campaigns(columns)
    assert sum(row["cost"] for row in clean) == 30
    assert reasons(rejected) == ["superseded"]


def test_copies_are_found_where_reports_may_overlap():
    """Who lets overlapping reports pass still has copies turned away."""
    clean, rejected = campaigns({**LOADED, "row_hash": [5, 6, 5]}, severity={"superseded": "flag"})
    assert len(clean) == 2
    assert reasons(rejected) == ["duplicate_row"]


def test_later_report_that_is_broken_pushes_nothing_out():
    """A row that is turned away for what it says leaves the day to the report before."""
    clean, rejected = campaigns({**LOADED, "clicks": [1, 2, -3]})
    assert sorted(row["cost"] for row in clean) == [10, 20]
    assert reasons(rejected) == ["negative_clicks"]


def test_campaigns_of_one_name_are_kept_apart_by_their_ids():
    """Two campaigns of one name in a later report do not replace each other, nor others."""
    columns = {**LOADED, "campaign_id": [1, 1, 2], "external_campaign_id": ["a", "a", "b"]}
    assert campaigns(columns)[1] == []


def test_report_without_ids_is_matched_by_name():
    """A later export without ids repeats the day of the numbered campaign of that name."""
    columns = {**LOADED, "campaign_id": [77, 77, 1], "external_campaign_id": ["77", "77", None]}
    assert reasons(campaigns(columns)[1]) == ["superseded"]


SEEN_TWICE = {
    "campaign_name": ["Brand", "brand ", "(organic)", "Brand", "Brand"],
    "source": ["google_ads", "ga4", "ga4", "ga4", "ga4_export"],
    "cost": [10, None, None, None, None],
    "revenue": [40, 35, 7, 5, 35],
    "date": [DAYS[0], DAYS[0], DAYS[0], DAYS[1], DAYS[0]],
}


def test_what_web_analytics_sees_too_counts_once():
    """The platform's day counts, its campaign's other days and other traffic come from web analytics."""
    clean, rejected = campaigns(SEEN_TWICE)
    assert [(row["source"], row["revenue"]) for row in clean] == [("google_ads", 40), ("ga4", 7), ("ga4", 5)]
    assert reasons(rejected) == ["counted_elsewhere"] * 2


def test_campaigns_of_two_names_with_one_id_are_the_same():
    """Web analytics knows a campaign by the platform's id where the names differ."""
    columns = {"campaign_name": ["Brand", "utm_brand"], "external_campaign_id": ["77", "77"], "date": [DAYS[0]] * 2}
    columns |= {"source": ["google_ads", "ga4"], "cost": [10, 10], "revenue": [40, 35]}
    assert reasons(campaigns(columns)[1]) == ["counted_elsewhere"]


def test_what_is_counted_elsewhere_may_be_kept():
    """Who wants both views says so, and each of the rows is marked."""
    clean, rejected = campaigns(SEEN_TWICE, severity={"counted_elsewhere": "flag"})
    assert rejected == []
    marked = ["counted_elsewhere" in (row["flags"] or "") for row in clean]
    assert marked == [False, True, False, False, True]


# Rules of campaigns


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("date", "2999-01-01", "future_date"),
        ("date", "1980-01-01", "date_too_old"),
        ("date", None, "missing_date"),
        ("date", "2567-01-05", "future_date"),
        ("impressions", -1, "negative_impressions"),
        ("clicks", -1, "negative_clicks"),
        ("cost", "abc", "not_a_number"),
        ("date", "2024-02-30", "bad_date"),
    ],
)
def test_impossible_rows_are_turned_away(column, value, reason):
    """A row that cannot be has a reason, the column at fault and its value."""
    good = {"campaign": "A", "date": DAYS[0], "impressions": 5, "clicks": 1, "cost": "1"}
    columns = {name: [value if name == column else one] for name, one in good.items()}
    _, rejected = campaigns({**columns, "date": pa.array(columns["date"], pa.string())})
    assert (rejected[0]["reason"], rejected[0]["column_name"]) == (reason, column)


@pytest.mark.parametrize(
    ("columns", "flag"),
    [
        ({"revenue": [-5.0]}, "negative_revenue"),
        ({"cost": [-5.0]}, "negative_cost"),
        ({"conversions": [-1.0]}, "negative_conversions"),
        ({"clicks": [5], "impressions": [4]}, "clicks_above_impressions"),
        ({"clicks": [5], "conversions": [6]}, "conversions_above_clicks"),
        ({"cost": [1.0, None]}, "missing_cost"),
        ({"cost": [1.0, 1.0], "revenue": [1.0, None]}, "missing_revenue"),
    ],
)
def test_real_data_is_flagged_and_kept(columns, flag):
    """Refunds, credits, views and gaps are marked, and their values stay."""
    found = flags(columns)
    assert len(found) == len(next(iter(columns.values())))
    assert found[-1] == flag


def test_flags_of_a_row_are_joined():
    """A row may break several rules."""
    assert flags({"cost": [-1], "revenue": [-2]}) == ["negative_cost,negative_revenue"]


def test_today_may_be_stated():
    """Tomorrow is no mistake, as accounts lie in other time zones; the day after is."""
    columns = {"cost": [1, 2, 3], "date": [date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)]}
    clean, rejected = campaigns(columns, today=date(2024, 5, 1))
    assert (len(clean), reasons(rejected)) == (2, ["future_date"])


def test_severity_may_be_changed():
    """A rule may turn away, mark, count or keep quiet."""
    columns = {"cost": [1, 2], "revenue": [-5, 5]}
    assert reasons(campaigns(columns, severity={"negative_revenue": "reject"})[1]) == ["negative_revenue"]
    assert flags(columns, severity={"negative_revenue": "off"}) == [None, None]
    noted = split_campaign_data(pa.table(columns), settings=CleaningSettings(severity={"negative_revenue": "note"}))
    assert [(row["severity"], row["rows"]) for row in noted.quality.to_pylist()] == [("note", 1)]


def test_outliers_are_marked_by_channel_and_currency():
    """A cost a thousand times that of its channel is marked and kept; in another channel it is usual."""
    costs = [10.0 + n for n in range(30)] + [20_000.0] + [20_000.0 + n for n in range(30)]
    found = flags({"channel": ["Email"] * 31 + ["TV"] * 30, "cost": costs, "campaign": [str(n) for n in range(61)]})
    assert [n for n, flag in enumerate(found) if flag] == [30]
    assert found[30] == "outlier_cost"


def test_few_rows_have_no_outliers():
    """Nineteen rows are too few to call one of them unusual."""
    assert set(flags({"cost": [10.0 + n for n in range(18)] + [1e9]})) == {None}


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf")])
def test_absurd_outlier_factor_is_refused(factor):
    """Fences without width, or without end, are a mistake of the settings."""
    with pytest.raises(ConfigurationError, match="outlier_factor"):
        campaigns({"cost": [1]}, outlier_factor=factor)


def test_quality_counts_rows_and_money():
    """Each rule that some row broke has a line with its rows and sums."""
    result = split_campaign_data(pa.table({"cost": ["1.5", "2.5", "x"], "revenue": ["-1", "-2.25", "3"]}))
    found = {
        row["reason"]: (row["severity"], row["rows"], row["cost"], row["revenue"]) for row in result.quality.to_pylist()
    }
    assert found == {
        "not_a_number": ("reject", 1, None, Decimal(3)),
        "negative_revenue": ("flag", 2, Decimal(4), Decimal("-3.25")),
    }


def test_notes_say_how_text_was_read(caplog):
    """What could have been meant otherwise is in the notes and in the log."""
    with caplog.at_level(logging.WARNING):
        result = split_campaign_data(pd.DataFrame({"cost": ["1,234"]}))
    assert "read with a thousands sign" in result.notes[0]
    assert "read with a thousands sign" in caplog.text


def test_money_is_exact():
    """A hundred dimes are ten, and the sum of clean and rejected cost is what came in."""
    clean, _ = campaigns({"cost": ["0.10"] * 100, "n": range(100)})
    assert sum(row["cost"] for row in clean) == Decimal(10)


# Customers


def test_last_row_of_a_customer_counts():
    """A customer has one row."""
    clean, rejected = customers({"customer_id": [1, 2, 1], "revenue": [5, 6, 7]})
    assert [(row["customer_id"], row["revenue"]) for row in clean] == [(2, 6), (1, 7)]
    assert reasons(rejected) == ["duplicate_customer"]


def test_copy_of_an_earlier_row_is_the_last_one():
    """Seven, eight, seven: the last word is seven."""
    clean, rejected = customers({"customer_id": [1, 1, 1], "revenue": [7, 8, 7]})
    assert [row["revenue"] for row in clean] == [7]
    assert sorted(reasons(rejected)) == ["duplicate_customer", "duplicate_row"]


def test_last_row_that_is_broken_leaves_the_one_before():
    """A customer is not lost because the last export of them is."""
    clean, rejected = customers({"customer_id": [1, 1], "sessions": ["5", "-1"]})
    assert [row["sessions"] for row in clean] == [5]
    assert reasons(rejected) == ["negative_sessions"]


@pytest.mark.parametrize(
    "ids",
    [pa.array([1, 1, 2]), pa.array([1.0, 1.0, 2.0]), pa.array(["1", "1.0", "2"]), pa.array(["1", " 1 ", "2"])],
)
def test_ids_are_known_in_every_type(ids):
    """Whole numbers, floats and texts name the same customer."""
    clean, rejected = customers({"customer_id": ids, "revenue": [1, 2, 3]})
    assert [row["revenue"] for row in clean] == [2, 3]
    assert reasons(rejected) == ["duplicate_customer"]


@pytest.mark.parametrize("ids", [pa.array([1.0, np.nan]), pa.array([1, None]), pa.array(["1", ""])])
def test_row_without_customer_is_turned_away(ids):
    """Nobody's revenue is in no customer."""
    clean, rejected = customers({"customer_id": ids, "revenue": [1, 2]})
    assert (len(clean), reasons(rejected)) == (1, ["missing_customer"])


def test_customer_of_two_currencies_is_one_row():
    """Money of two currencies is not added: the one with most orders counts, the other is turned away and seen."""
    columns = {
        "customer_id": [1, 1, 2],
        "currency": ["EUR", "USD", "EUR"],
        "transactions": [1, 3, 1],
        "revenue": [9, 5, 4],
    }
    clean, rejected = customers(columns)
    assert [(row["customer_id"], row["currency"]) for row in clean] == [(1, "USD"), (2, "EUR")]
    assert [(row["reason"], row["value"], row["revenue"]) for row in rejected] == [("other_currency", "EUR", 9)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("F", "female"), (" Männlich ", "male"), ("non_binary", "other"), ("klingon", "other"), ("N/A", "unknown"),
     ("", "unknown"), (None, "unknown"), ("(not set)", "unknown")],
)  # fmt: skip
def test_gender_has_four_values(given, expected):
    """Spellings are unified; what nobody knows is unknown, and not another gender."""
    clean, _ = customers({"customer_id": [1], "gender": pa.array([given], pa.string())})
    assert clean[0]["gender"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("usa", "United States"), ("DE", "Germany"), ("NO", "Norway"), ("NA", "NA"), ("(not set)", None), ("n/a", None),
     (" Côte  d’Ivoire ", "Côte d’Ivoire"), ("ÖSTERREICH", "Austria")],
)  # fmt: skip
def test_country_has_one_spelling(given, expected):
    """Codes and names of many languages are one country; NA is Namibia, and not missing."""
    clean, _ = customers({"customer_id": [1], "country": [given]})
    assert clean[0]["country"] == expected


@pytest.mark.parametrize(
    ("age", "band", "flag"),
    [(0, "under 18", None), (17, "under 18", None), (18, "18-24", None), (34, "25-34", None), (65, "65+", None),
     (120, "65+", None), (121, None, "unlikely_age"), (-1, None, "unlikely_age"), (None, None, None)],
)  # fmt: skip
def test_age_gives_a_band(age, band, flag):
    """Each age lies in one band of GA4; an unlikely one is marked and lies in none."""
    clean, _ = customers({"customer_id": [1], "age": pa.array([age], pa.int64())})
    assert (clean[0]["age_band"], clean[0]["flags"]) == (band, flag)


def test_customers_keep_refunds():
    """A customer who sent back more than they bought has negative revenue, marked."""
    clean, _ = customers({"customer_id": [1], "revenue": ["(5.50)"]})
    assert (clean[0]["revenue"], clean[0]["flags"]) == (Decimal("-5.5"), "negative_revenue")


def test_cleaning_customers_keeps_the_kind():
    """The customers' function takes and gives frames as the campaigns' does."""
    assert list(clean_customer_data(pd.DataFrame({"customer_id": [1], "sex": ["w"]}))["gender"]) == ["female"]
    with pytest.raises(MissingColumnError, match="no column of customers"):
        clean_customer_data(pd.DataFrame({"revenue": [1]}))
