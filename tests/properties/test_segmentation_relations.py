"""What must hold for any customers: relations between one segmentation and another."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.engine.duckdb import Engine
from sample_customers import shop

FEW = settings(max_examples=15)
COUNTS = st.one_of(st.none(), st.integers(0, 5), st.integers(0, 10**6))
MONEY = st.one_of(st.none(), st.decimals(-(10**7), 10**7, places=2))


@st.composite
def customers(draw):
    """Any customers: gaps, refunds, repetitions, numbers that repeat."""
    rows = draw(st.lists(st.tuples(st.integers(1, 40), COUNTS, COUNTS, MONEY), min_size=1, max_size=40))
    rows += [(41, 1, 0, Decimal(0)), (42, 5, 2, Decimal(100)), (43, 90, 9, Decimal(1000))]
    columns = ["customer_id", "sessions", "transactions", "revenue"]
    kinds = [pa.int64(), pa.int64(), pa.int64(), pa.decimal128(18, 6)]
    values = zip(*rows, strict=True)
    return pa.table([pa.array(value, kind) for value, kind in zip(values, kinds, strict=True)], names=columns)


def segmented(table, **changes):
    """The segmentation and the segments of a table."""
    segmentation = CustomerSegmentation(3, n_init=2, **changes)
    return segmentation, segmentation.segment_customers(table)["segment"].to_pylist()


@FEW
@given(customers(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(table, random):
    """Shuffled customers get the same segments, and the model the same bytes."""
    order = list(range(table.num_rows))
    random.shuffle(order)
    first, before = segmented(table)
    second, after = segmented(table.take(order))
    assert first.to_json() == second.to_json()
    assert [before[place] for place in order] == after


@FEW
@given(customers(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_rows_does_not_change_the_sample(table, random, with_id):
    """Learned from three customers only, whatever chooses them."""
    table = table if with_id else table.drop_columns(["customer_id"])
    order = list(range(table.num_rows))
    random.shuffle(order)
    try:
        model = CustomerSegmentation(2, n_init=1, max_fit_rows=3).fit(table)
    except Exception as error:  # noqa: BLE001 - three customers may be alike; then both must fail alike
        with pytest.raises(type(error)):
            CustomerSegmentation(2, n_init=1, max_fit_rows=3).fit(table.take(order))
        return
    assert CustomerSegmentation(2, n_init=1, max_fit_rows=3).fit(table.take(order)).model_ == model.model_


@FEW
@given(customers())
def test_nothing_is_lost_and_nothing_is_invented(table):
    """Rows stay, whoever lacks a feature has no segment, and the profiles add up to the cent."""
    segmentation, segments = segmented(table)
    rows = table.to_pylist()
    features = ("sessions", "transactions", "revenue")
    assert [any(row[name] is None for name in features) for row in rows] == [segment is None for segment in segments]
    profiles = segmentation.profiles_.to_pylist()
    assert sum(profile["customers"] for profile in profiles) == len(rows)
    assert sum(profile["revenue"] or 0 for profile in profiles) == sum(row["revenue"] or 0 for row in rows)
    assert {profile["segment"] for profile in profiles} == set(segments)


@FEW
@given(customers())
def test_segments_fall_in_mean_revenue(table):
    """Segment 1 has the highest mean revenue, exactly."""
    segmentation, _ = segmented(table)
    rows = [row for row in segmentation.profiles_.to_pylist() if row["segment"] is not None]
    means = [row["revenue"] / Decimal(row["customers"]) for row in rows]
    assert means == sorted(means, reverse=True)


@FEW
@given(customers(), st.sampled_from(["log1p", "signed_log1p", "none"]))
def test_sql_and_predict_agree_on_every_row(table, transformation):
    """The expression in the database gives what Python gives, gaps included."""
    segmentation, segments = segmented(table, transformation=transformation)
    with Engine() as engine:
        engine.register("customers", table)
        found = [row[0] for row in engine.rows(f"select {segmentation.assignment_sql()} from customers")]
    assert found == segments
    assert (segmentation.predict(table) + 1).tolist() == [segment or 0 for segment in segments]


@FEW
@given(customers())
def test_a_model_survives_its_file(table):
    """Read back, it assigns the same customers to the same segments and writes the same file."""
    segmentation, segments = segmented(table)
    loaded = CustomerSegmentation.from_json(segmentation.to_json())
    assert loaded.to_json() == segmentation.to_json()
    assert loaded.segment_customers(table, refit=False)["segment"].to_pylist() == segments


@FEW
@given(customers())
def test_the_same_customers_again_do_not_move(table):
    """A refit on the same data keeps every number and name."""
    segmentation, segments = segmented(table)
    again = segmentation.refit(table)
    assert again.moved_share_ == 0
    assert (again.labels_ + 1).tolist() == [segment or 0 for segment in segments]
    assert again.segment_names_ == segmentation.segment_names_


def test_every_customer_twice_gives_the_same_segments():
    """Means, spreads and centroids are those of the shop, so its double has the same ones."""
    frame = shop(1500).drop(columns="customer_id")
    once = CustomerSegmentation(4).fit(frame)
    twice = CustomerSegmentation(4).fit(pd.concat([frame, frame]))
    np.testing.assert_array_equal(np.tile(once.labels_, 2), twice.labels_)


@pytest.mark.parametrize("factor", [0.01, 100.0, -1.0])
def test_the_unit_of_money_does_not_matter_without_the_logarithm(factor):
    """Euros, cents or debts: standardised values are the same up to sign, so the groups are the same."""
    frame = shop(800)
    labels = CustomerSegmentation(3, transformation="none").fit(frame).labels_
    scaled = CustomerSegmentation(3, transformation="none").fit(frame.assign(revenue=frame["revenue"] * factor)).labels_
    assert len(set(zip(labels.tolist(), scaled.tolist(), strict=True))) == 3


def test_other_columns_do_not_matter():
    """Age, gender and notes are not features."""
    frame = shop(800)
    more = frame.assign(age=range(800), gender="unknown", note=[["list"]] * 800)
    assert CustomerSegmentation(3).fit(frame).to_json() == CustomerSegmentation(3).fit(more).to_json()
