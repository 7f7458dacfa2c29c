"""Profiles, sentences and names: every customer and every cent is in them, and the words are true."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.analysis.segment_model import SegmentModel
from payback.analysis.segment_names import name_segments, overridden, stands_out
from payback.analysis.segment_profiles import _check_conserved, profile_schema, sentence
from payback.errors import ConservationError, MissingColumnError
from sample_customers import few, shop

MONEY = pa.decimal128(18, 6)


def model(segments, features=("sessions", "transactions")):
    """Segments whose centroids fall from segment to segment in every feature."""
    centroids = tuple((1.0 - place,) * len(features) for place in range(segments))
    return SegmentModel(
        features=features,
        transformation="none",
        standardise=True,
        means=(0.0,) * len(features),
        sds=(1.0,) * len(features),
        centroids=centroids,
        names=tuple(f"Segment {place}" for place in range(segments)),
    )


def row(segment=1, customers=0.12, revenue=0.48, **medians):
    """A measured segment."""
    typical = {f"median_{name}": value for name, value in medians.items()}
    return {"segment": segment, "share_of_customers": customers, "share_of_revenue": revenue, **typical}


def test_sizes_shares_medians_and_means_by_hand():
    """Segment 1 of the seven customers: two of them, 2,100.50 of 2,175.75 in revenue."""
    first = CustomerSegmentation().fit(few()).profiles_.to_pylist()[0]
    assert (first["segment"], first["segment_name"], first["customers"]) == (1, "Repeat buyers", 2)
    assert first["revenue"] == Decimal("2100.5")
    assert first["share_of_customers"] == pytest.approx(2 / 7)
    assert first["share_of_revenue"] == pytest.approx(2100.5 / 2175.75)
    assert (first["median_sessions"], first["mean_sessions"]) == (21, 21)
    assert (first["median_revenue"], first["mean_transactions"]) == (1050.25, 10)


def test_no_customer_and_no_cent_is_lost():
    """Sums over the segments, those without one included, are the sums of the table, exactly."""
    frame = shop(5000).astype({"sessions": "Int64"})
    frame.loc[::9, "sessions"] = pd.NA
    profiles = CustomerSegmentation(4).fit(frame).profiles_.to_pylist()
    total = sum(Decimal(str(value)) for value in frame["revenue"])
    assert sum(segment["customers"] for segment in profiles) == 5000
    assert sum(segment["revenue"] for segment in profiles) == total
    assert [segment["segment"] for segment in profiles] == [1, 2, 3, 4, None]
    assert profiles[-1]["segment_name"] == "not segmented"


def test_the_schema_is_the_same_whatever_is_known():
    """A feature that nobody has keeps its columns, empty."""
    profiles = CustomerSegmentation(2).fit(few()[["transactions"]]).profiles_
    assert profiles.schema == profile_schema(("sessions", "pages_per_session", "transactions", "revenue"))
    assert profiles["median_sessions"].null_count == profiles["revenue"].null_count == 2


def test_a_total_of_nothing_has_no_shares():
    """Where refunds eat all revenue, a share of it would mislead."""
    frame = pd.DataFrame({"sessions": [1, 1, 9, 9], "revenue": [-5.0, 0.0, 5.0, 0.0]})
    profiles = CustomerSegmentation(2, features=("sessions",)).fit(frame).profiles_
    assert profiles["share_of_revenue"].to_pylist() == [None, None]
    assert profiles["sentence"][0].as_py() == "50% of customers form this segment: they come 9 times (median)."


def test_lost_customers_or_money_are_a_defect():
    """The check that stands behind every profile."""
    rows = [{"customers": 2, "revenue": Decimal(5)}, {"customers": 1, "revenue": None}]
    _check_conserved(rows, (3, Decimal(5)))
    with pytest.raises(ConservationError, match=r"got: 3 customers with revenue 5\n  allowed: 3 customers with .* 6"):
        _check_conserved(rows, (3, Decimal(6)))


@pytest.mark.parametrize("of", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas])
def test_other_customers_are_profiled_as_the_kind_they_came(of):
    """A profile of the same customers is the profile of the fit."""
    segmentation = CustomerSegmentation().fit(few())
    profile = segmentation.profile(of(few()))
    assert type(profile) is type(of(few()))
    assert pa.table(profile).column("sentence").to_pylist() == segmentation.profiles_["sentence"].to_pylist()


def test_a_profile_needs_the_features():
    """A missing column is named."""
    with pytest.raises(MissingColumnError, match="no column revenue"):
        CustomerSegmentation().fit(few()).profile(few().drop(columns="revenue"))


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (
            row(transactions=6, revenue_=310),
            "12% of customers bring 48% of revenue: they buy 6 times and spend 310 each (median).",
        ),
        (
            row(customers=0.004, revenue=0.996, transactions=1, revenue_=12.5),
            "Under 1% of customers bring over 99% of revenue: they buy once and spend 12.50 each (median).",
        ),
        (
            row(customers=0.62, revenue=0.0, sessions=2, pages_per_session=1.84, transactions=0, revenue_=0),
            "62% of customers bring no revenue: they come twice and see 1.8 pages a session (median).",
        ),
        (
            row(customers=1.0, revenue=1.0, transactions=2.5, revenue_=123456.7),
            "100% of customers bring 100% of revenue: they buy 2.5 times and spend 123,457 each (median).",
        ),
        (
            row(customers=0.5, revenue=-0.25, transactions=0, revenue_=-3.0),
            "50% of customers take back 25% of revenue: they have 0 transactions and have -3 revenue (median).",
        ),
        (row(revenue=None), "12% of customers form this segment."),
        (
            row(None, 0.031, 0.02, age=None, revenue_=None),
            "3% of customers lack a value in age or revenue, so they stay without a segment and bring 2% of revenue.",
        ),
    ],
)
def test_a_segment_in_words(measured, words):
    """Buyers by what they buy, visitors by their visits; no rounding to 0 or 100 percent."""
    medians = {name.removesuffix("_"): value for name, value in measured.items()}
    features = [name.removeprefix("median_") for name in medians if name.startswith("median_")]
    assert sentence(medians, features or ("sessions", "transactions", "revenue")) == words


def test_money_has_its_currency_before_it():
    """A code where one is known."""
    assert "spend USD 310 each" in sentence(row(transactions=6) | {"median_revenue": 310}, ("revenue",), "USD")
    segmentation = CustomerSegmentation().fit(few().assign(currency="USD"))
    assert "spend USD 1,050 each" in segmentation.profiles_["sentence"][0].as_py()
    assert segmentation.profiles_["currency"].to_pylist() == ["USD"] * 3


def test_names_follow_what_the_typical_customer_does():
    """Repeat buyers, one-time buyers, visitors who came back and who came once."""
    medians = [{"transactions": orders, "sessions": sessions} for orders, sessions in [(4, 9), (1, 5), (0, 4), (0, 1)]]
    names = ("Repeat buyers", "One-time buyers", "Visitors", "One-time visitors")
    assert name_segments(model(4), medians) == names


def test_segments_of_a_kind_are_told_apart_by_strength():
    """Buyers by revenue, which is the order of the segments; visitors by how far they are above the average."""
    medians = [{"transactions": orders, "sessions": 3} for orders in (9, 5, 2, 0, 0)]
    found = name_segments(model(5), medians)
    assert found[:3] == ("Heavy buyers", "Regular buyers", "Occasional buyers")
    assert found[3:] == ("Engaged visitors", "Passing visitors")


def test_many_segments_of_a_kind_are_numbered():
    """Eight words for heavy would help nobody."""
    found = name_segments(model(5), [{"transactions": 9 - place, "sessions": 3} for place in range(5)])
    assert found == tuple(f"Repeat buyers, level {place}" for place in range(1, 6))


def test_one_time_buyers_differ_by_their_baskets():
    """Whoever buys once is told apart by what he spends."""
    found = name_segments(model(3), [{"transactions": 1}, {"transactions": 1}, {"transactions": 0, "sessions": 1}])
    assert found == ("One-time buyers, big baskets", "One-time buyers, small baskets", "One-time visitors")


def test_buyers_whose_refunds_eat_their_revenue_are_named_so():
    """They ordered, but nothing is left of it."""
    medians = [{"transactions": 2, "revenue": 90}, {"transactions": 1, "revenue": -5}]
    assert name_segments(model(2, ("transactions", "revenue")), medians) == ("Repeat buyers", "Buyers without revenue")


def test_without_visits_nobody_is_called_a_visitor():
    """An order history knows buyers only; without orders, spending decides."""
    assert name_segments(model(2, ("transactions",)), [{"transactions": 3}, {"transactions": 0}]) == (
        "Repeat buyers",
        "Non-buyers",
    )
    spending = [{"revenue": 9.0}, {"revenue": 1.0}, {"revenue": 0.0}]
    assert name_segments(model(3, ("revenue",)), spending) == ("High spenders", "Low spenders", "Non-buyers")


def test_other_features_name_a_segment_by_what_stands_out():
    """Age alone: above the average, at it, below it."""
    assert name_segments(model(3, ("age",)), [{"age": 60}, {"age": 40}, {"age": 20}]) == (
        "High age",
        "High age 2",
        "Low age",
    )


def test_a_single_segment_is_everybody():
    """One segment needs no distinction."""
    assert name_segments(model(1), [{"transactions": 3}]) == ("All customers",)


def test_given_names_are_kept_and_stay_different():
    """A found name that an analyst gave to another segment gets a number."""
    assert overridden(("A", "B", "C"), {3: "A"}) == ("A 2", "B", "A")
    assert overridden(("A", "B"), None) == ("A", "B")


def test_what_stands_out_is_the_largest_difference():
    """In standard deviations from the average customer, with its sign."""
    lopsided = model(1, ("sessions", "transactions", "revenue")).model_copy(update={"centroids": ((0.2, -1.5, 0.9),)})
    assert stands_out(lopsided, 0) == "transactions -1.5, revenue +0.9"
