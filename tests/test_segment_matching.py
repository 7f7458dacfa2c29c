"""Segments learned again: numbers and names stay with the customers they meant."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.analysis.segment_matching import match
from payback.analysis.segment_model import SegmentModel
from sample_customers import few, shop


def line(*centroids, mean=0.0, sd=1.0):
    """A model of segments on a line."""
    return SegmentModel(
        features=("revenue",),
        transformation="none",
        standardise=True,
        means=(mean,),
        sds=(sd,),
        centroids=tuple((value,) for value in centroids),
        names=tuple(f"Segment {number}" for number in range(1, len(centroids) + 1)),
    )


def test_each_segment_is_matched_to_the_nearest_as_a_whole():
    """Before at 10, 5, 0 and now at 1, 9, 6: places 2, 3, 1 (from 1), each moved by one."""
    found = match(line(1, 9, 6), line(10, 5, 0))
    assert found.order == [1, 2, 0]
    assert found.shift == (1, 1, 1)


def test_centroids_are_compared_in_the_previous_scale():
    """New centroids of 0 and 2 in units of 10 around 100 are 100 and 120; in units of 20 they are 0 and 1."""
    found = match(line(0, 2, mean=100, sd=10), line(1, 0.1, mean=100, sd=20))
    assert found.order == [1, 0]
    assert found.shift == pytest.approx((0, 0.1))


def test_other_features_or_numbers_of_segments_do_not_match():
    """Three segments cannot be two, and sessions are no revenue."""
    assert match(line(1, 2, 3), line(1, 2)) is None
    assert match(line(1, 2), line(1, 2).model_copy(update={"features": ("sessions",)})) is None


def test_numbers_and_names_stay_when_revenue_turns_round():
    """The frequent buyers spend less than before, but they are still segment 1 with their name."""
    before = CustomerSegmentation(2, names={1: "Champions"}).fit(few())
    turned = pd.concat([few()] * 2)
    turned.loc[turned["transactions"] == 0, "revenue"] = 0.5
    after = before.refit(turned)
    assert after.segment_names_ == before.segment_names_
    assert after.labels_.tolist() == before.predict(turned).tolist()
    assert after.moved_share_ == 0


def test_order_by_revenue_yields_to_the_previous_numbers():
    """A segment keeps its number even where another one now brings more."""
    frame = pd.DataFrame({"sessions": [1, 2, 50, 60], "revenue": [1.0, 1.0, 9.0, 9.0]})
    before = CustomerSegmentation(2, features=("sessions",)).fit(frame)
    after = before.refit(frame.assign(revenue=[9.0, 9.0, 1.0, 1.0]))
    assert before.labels_.tolist() == after.labels_.tolist() == [1, 1, 0, 0]
    assert CustomerSegmentation(2, features=("sessions",)).fit(
        frame.assign(revenue=[9.0, 9.0, 1.0, 1.0])
    ).labels_.tolist() == [0, 0, 1, 1]


def test_next_months_customers_hardly_move():
    """Another draw of the same shop keeps its segments: under 2 % of the customers move."""
    before = CustomerSegmentation(4).fit(shop(5000, seed=1))
    segmented = (after := CustomerSegmentation(4)).segment_customers(shop(5000, seed=2), previous=before)
    assert after.segment_names_ == before.segment_names_
    assert after.moved_share_ < 0.02
    assert max(after.centroid_shift_) < 0.3
    assert len(segmented) == 5000


def test_moved_share_counts_customers_whose_segment_changed():
    """Revenue of 1, 2, 8, 9 splits in the middle; with 40 added, 8 and 9 move to the low segment: 2 of 5."""
    before = CustomerSegmentation(2, transformation="none").fit(pd.DataFrame({"revenue": [1, 2, 8, 9]}))
    after = before.refit(pd.DataFrame({"revenue": [1, 2, 8, 9, 40]}))
    assert after.labels_.tolist() == [1, 1, 1, 1, 0]
    assert after.moved_share_ == pytest.approx(2 / 5)


def test_many_moved_customers_are_a_warning(caplog):
    """Above the threshold, the names may mislead; below it, nothing is said."""
    frame = pd.DataFrame({"revenue": [1, 2, 8, 9]})
    quiet = CustomerSegmentation(2, features=("revenue",), transformation="none", max_moved_share=0.5).fit(frame)
    quiet.refit(pd.DataFrame({"revenue": [1, 2, 8, 9, 40]}))
    assert caplog.text == ""
    quiet.set_params(max_moved_share=0.3).refit(pd.DataFrame({"revenue": [1, 2, 8, 9, 40]}))
    assert "40 % of the customers changed their segment, more than 30 %" in caplog.text


def test_segments_that_cannot_be_matched_start_anew(caplog):
    """With another number of segments the names come from the data, and a warning says so."""
    before = CustomerSegmentation(2, names={1: "Champions"}).fit(few())
    after = CustomerSegmentation(3).fit(few(), previous=before)
    assert after.segment_names_[1] == "Repeat buyers"
    assert after.moved_share_ is None
    assert "cannot be matched to the previous 2 of sessions" in caplog.text


def test_a_matrix_can_be_matched_too():
    """Refits of a matrix keep their numbers as well."""
    matrix = few().iloc[:, 1:].to_numpy()
    before = CustomerSegmentation(3).fit(matrix)
    assert before.refit(matrix).labels_.tolist() == before.labels_.tolist()
    assert before.refit(matrix).moved_share_ == 0


def test_the_previous_segmentation_must_be_fitted():
    """There is nothing to match with otherwise."""
    with pytest.raises(NotFittedError, match="not fitted"):
        CustomerSegmentation().fit(few(), previous=CustomerSegmentation())
