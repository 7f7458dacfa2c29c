"""The estimator: who gets which segment, what is refused, and what stays the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.errors import AnalysisError, InputError, MissingColumnError, UsageError
from sample_customers import few, shop

DATA = Path(__file__).parent / "data"
PLAIN = {"transformation": "none", "standardise": False}
MONEY = pa.decimal128(18, 6)


def read(name):
    """A published data set as a matrix."""
    return pd.read_csv(DATA / name).select_dtypes("number").to_numpy()


@parametrize_with_checks([CustomerSegmentation()])
def test_is_a_scikit_learn_estimator(estimator, check):
    """All of scikit-learn's own checks of an estimator pass."""
    check(estimator)


def test_three_groups_of_seven_customers_are_found():
    """Heavy buyers are segment 1, those who bought once 2, those who came once 3."""
    segmented = CustomerSegmentation().segment_customers(few())
    assert segmented["segment"].tolist() == [3, 1, 2, 3, 1, 2, 3]
    names = ["One-time visitors", "Repeat buyers", "One-time buyers"]
    assert [names[place] for place in (0, 1, 2, 0, 1, 2, 0)] == segmented["segment_name"].tolist()


@pytest.mark.parametrize("of", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas])
def test_a_frame_comes_back_as_the_kind_it_was(of):
    """pandas, Polars and Arrow come back as themselves, with the same segments."""
    frame = of(few())
    segmented = CustomerSegmentation().segment_customers(frame)
    assert type(frame) is type(segmented)
    assert pa.table(segmented).column("segment").to_pylist() == [3, 1, 2, 3, 1, 2, 3]


def test_a_lazy_frame_is_collected():
    """A lazy Polars frame gives a Polars frame."""
    segmented = CustomerSegmentation().segment_customers(pl.from_pandas(few()).lazy())
    assert segmented["segment"].to_list() == [3, 1, 2, 3, 1, 2, 3]


def test_rows_columns_and_index_stay_as_they_were():
    """Nothing but two columns is added, and the caller's frame is not touched."""
    frame = few().set_index(pd.Index(list("gfedcba"))).assign(note="x")
    before = frame.copy()
    segmented = CustomerSegmentation().segment_customers(frame)
    pd.testing.assert_frame_equal(before, frame)
    pd.testing.assert_frame_equal(before, segmented.drop(columns=["segment", "segment_name"]))
    assert list(segmented.columns[-2:]) == ["segment", "segment_name"]


@pytest.mark.parametrize("of", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas])
def test_segments_of_an_earlier_run_are_replaced(of):
    """A frame that has the columns already gets new values in the same places."""
    once = CustomerSegmentation().segment_customers(of(few()))
    twice = CustomerSegmentation().segment_customers(once)
    assert pa.table(once).equals(pa.table(twice))


def test_segments_are_ordered_by_mean_revenue():
    """Each segment's mean revenue is at least that of the next."""
    segmented = CustomerSegmentation(5).segment_customers(shop(3000))
    means = segmented.groupby("segment")["revenue"].mean()
    assert means.index.tolist() == [1, 2, 3, 4, 5]
    assert means.is_monotonic_decreasing


def test_equal_revenue_is_ordered_by_transactions_then_sessions():
    """Three groups without revenue: orders decide first, then sessions."""
    frame = pd.DataFrame({"sessions": [1, 1, 9, 9, 2, 2], "transactions": [0, 0, 0, 0, 5, 5], "revenue": 0.0})
    segmented = CustomerSegmentation(3).segment_customers(frame)
    assert segmented["segment"].tolist() == [3, 3, 2, 2, 1, 1]


def test_revenue_orders_segments_without_being_a_feature():
    """Fewer visits but more revenue come first."""
    frame = pd.DataFrame({"sessions": [1, 1, 9, 9], "revenue": [Decimal("5.10"), Decimal(7), Decimal(0), Decimal(1)]})
    segmentation = CustomerSegmentation(2, features=("sessions",))
    assert segmentation.segment_customers(frame)["segment"].tolist() == [1, 1, 2, 2]
    assert segmentation.features_ == ("sessions",)


def test_a_customer_without_a_feature_gets_no_segment(caplog):
    """A missing value is not invented: the customer stays, is counted, and a warning says so."""
    frame = few().astype({"sessions": "Int64"})
    frame.loc[2, "sessions"] = pd.NA
    frame.loc[3, "revenue"] = float("nan")
    segmentation = CustomerSegmentation()
    segmented = segmentation.segment_customers(frame)
    assert [segmented["segment"].nunique(), segmented.loc[1, "segment"], segmented.isna().sum().sum()] == [3, 1, 4]
    assert segmented.loc[2:3, "segment_name"].tolist() == ["not segmented"] * 2
    assert [segmentation.n_unsegmented_, *segmentation.labels_[2:4]] == [2, -1, -1]
    assert "2 of 7 customers stay without a segment" in caplog.text


@pytest.mark.parametrize("lost", ["absent", "empty"])
def test_a_feature_that_nobody_has_is_left_out(lost, caplog):
    """Order histories have no web metrics: the others decide, and a warning names what is missing."""
    frame = few().drop(columns="sessions").assign(pages_per_session=None)
    frame = frame if lost == "absent" else frame.assign(sessions=None)
    segmentation = CustomerSegmentation()
    assert segmentation.segment_customers(frame)["segment"].tolist() == [3, 1, 2, 3, 1, 2, 3]
    assert segmentation.features_ == ("transactions", "revenue")
    assert "no customer has a value in sessions, pages_per_session" in caplog.text


def test_customers_without_any_feature_are_refused():
    """There is nothing to compare them by."""
    with pytest.raises(
        MissingColumnError, match=r"no feature to segment on(?s:.*)allowed: sessions, pages_per_session"
    ):
        CustomerSegmentation().segment_customers(pd.DataFrame({"customer_id": [1, 2], "sessions": [None, None]}))


def test_features_in_text_are_refused():
    """Text is the cleaning's work."""
    with pytest.raises(InputError, match=r"column 'revenue' holds no numbers(?s:.*)hint: clean the customers first"):
        CustomerSegmentation().segment_customers(few().assign(revenue="12,50 €"))


def test_no_customers_are_refused():
    """An empty table says so."""
    with pytest.raises(AnalysisError, match="there are no customers to segment"):
        CustomerSegmentation().segment_customers(few().head(0))


def test_something_that_is_no_frame_is_refused():
    """A list of numbers has no columns."""
    with pytest.raises(InputError, match="no table that Payback can read"):
        CustomerSegmentation().segment_customers([[1, 2], [3, 4]])


def test_fewer_behaviours_than_segments_are_refused():
    """Nine customers of two kinds make two segments at most."""
    frame = pd.DataFrame({"sessions": [1, 5, 1, 5, 1, 5, 1, 5, 5]})
    with pytest.raises(AnalysisError, match=r"only 2 different behaviours(?s:.*)ask for n_clusters=2 or fewer"):
        CustomerSegmentation(3).segment_customers(frame)


def test_customers_who_all_lack_a_feature_are_refused():
    """Each feature is known of somebody, all features of nobody."""
    frame = pd.DataFrame({"sessions": [1, 2, None, None], "revenue": [None, None, 5.0, 6.0]})
    with pytest.raises(AnalysisError, match=r"got: 0 customers with every feature(?s:.*)leave out the features"):
        CustomerSegmentation(2).segment_customers(frame)


def test_revenue_in_two_currencies_is_refused():
    """100 yen are not 100 euros."""
    frame = few().assign(currency=["EUR", "JPY", "EUR", "EUR", "EUR", "EUR", "EUR"])
    with pytest.raises(AnalysisError, match=r"several currencies(?s:.*)got: EUR, JPY"):
        CustomerSegmentation().segment_customers(frame)


def test_the_currency_of_no_revenue_does_not_matter():
    """Customers who bought nothing may lack a currency."""
    frame = few().assign(currency=["XXX", "EUR", "EUR", None, "EUR", "EUR", ""])
    segmentation = CustomerSegmentation()
    segmentation.segment_customers(frame)
    assert {"EUR"} == set(segmentation.profiles_["currency"].to_pylist())


def test_refunds_above_revenue_are_no_error():
    """Whoever got back more than he paid is compared as one who spent nothing; the sums keep his refunds."""
    frame = pd.DataFrame({"revenue": [-900.0, -800.0, 0.0, 5.0, 800.0, 900.0]})
    segmentation = CustomerSegmentation(3)
    assert segmentation.segment_customers(frame)["segment"].tolist() == [3, 3, 3, 2, 1, 1]
    assert segmentation.profiles_["revenue"].to_pylist() == [1700, 5, -1700]


def test_refunds_can_be_mirrored():
    """With a sign, 900 refunded is as far from nothing as 900 spent."""
    frame = pd.DataFrame({"revenue": [-900.0, -800.0, 0.0, 5.0, 800.0, 900.0]})
    segmented = CustomerSegmentation(3, transformation="signed_log1p").segment_customers(frame)
    assert segmented["segment"].tolist() == [3, 3, 2, 2, 1, 1]


def test_new_customers_are_assigned_without_learning():
    """A heavy buyer of next month joins segment 1; the model stays as it is."""
    segmentation = CustomerSegmentation()
    segmentation.segment_customers(few())
    before = segmentation.to_json()
    new = pd.DataFrame(
        {"sessions": [25, 1], "pages_per_session": [9.0, 1.0], "transactions": [10, 0], "revenue": [1e3, 0]}
    )
    assert segmentation.segment_customers(new, refit=False)["segment"].tolist() == [1, 3]
    assert before == segmentation.to_json()


def test_assigning_before_learning_is_refused():
    """There are no segments yet."""
    with pytest.raises(UsageError, match="no segments yet"):
        CustomerSegmentation().segment_customers(few(), refit=False)
    with pytest.raises(NotFittedError, match="not fitted"):
        CustomerSegmentation().predict(few())


def test_assigning_needs_the_features_of_the_model():
    """A column that the segments were learned from may not be missing."""
    segmentation = CustomerSegmentation().fit(few())
    with pytest.raises(MissingColumnError, match="no column sessions, which the segments were learned from"):
        segmentation.predict(few().drop(columns="sessions"))


def test_a_matrix_is_ordered_by_its_last_column():
    """Without names the last column, revenue in the usual order, decides."""
    segmentation = CustomerSegmentation().fit(few().iloc[:, 1:].to_numpy())
    assert segmentation.labels_.tolist() == [2, 0, 1, 2, 0, 1, 2]
    assert segmentation.segment_names_ == {1: "Segment 1", 2: "Segment 2", 3: "Segment 3"}
    assert segmentation.profiles_ is None


def test_a_gap_in_a_matrix_has_no_label():
    """NaN in a matrix is a missing value like any other."""
    matrix = few().iloc[:, 1:].to_numpy()
    matrix[0, 2] = np.nan
    assert CustomerSegmentation().fit_predict(matrix).tolist() == [-1, 0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_clusters": 0}, "n_clusters"),
        ({"n_clusters": "some"}, "n_clusters"),
        ({"n_clusters": True}, "n_clusters"),
        ({"features": "revenue"}, "features"),
        ({"features": ()}, "features"),
        ({"transformation": "sqrt"}, "transformation"),
        ({"n_init": 0}, "n_init"),
        ({"max_fit_rows": 1.5}, "max_fit_rows"),
        ({"clip_quantile": 99.9}, "clip_quantile"),
        ({"candidates": (1, 2)}, "candidates"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(changes, message):
    """The message names the parameter and what it may be."""
    with pytest.raises(UsageError, match=rf"^{message} of CustomerSegmentation cannot be used\n  got: .*\n  allowed"):
        CustomerSegmentation(**changes).fit(few())


def test_an_analysts_names_replace_those_from_the_data():
    """Given names are used, the others stay."""
    segmentation = CustomerSegmentation(names={1: "Champions"}).fit(few())
    assert segmentation.segment_names_ == {1: "Champions", 2: "One-time buyers", 3: "One-time visitors"}


def test_names_of_segments_that_do_not_exist_are_refused():
    """There is no segment 7 of three."""
    with pytest.raises(UsageError, match=r"number of a segment(?s:.*)allowed: numbers 1 to 3"):
        CustomerSegmentation(names={7: "Champions"}).fit(few())
    with pytest.raises(UsageError, match="same name"):
        CustomerSegmentation(names={1: "A", 2: "A"}).fit(few())


@pytest.mark.parametrize(
    ("n_clusters", "inertia"),
    [(2, 152.34795176), (3, 78.8514414261), (4, 57.2284732), (5, 46.4461821), (6, 39.0399872)],
)
def test_iris_gives_the_published_inertia(n_clusters, inertia):
    """R's kmeans finds the same sums of squares on Fisher's iris."""
    segmentation = CustomerSegmentation(n_clusters, **PLAIN).fit(load_iris().data)
    assert inertia == pytest.approx(segmentation.inertia_, rel=1e-8)


@pytest.mark.parametrize(("n_clusters", "inertia"), [(2, 102.8624), (3, 78.3233), (4, 56.4031734583)])
def test_usarrests_gives_the_published_inertia(n_clusters, inertia):
    """R scales with n - 1 where we scale with n: 50 states, so its inertia is 49/50 of ours."""
    segmentation = CustomerSegmentation(n_clusters, transformation="none", n_init=50).fit(read("usarrests.csv"))
    assert inertia == pytest.approx(segmentation.inertia_ * 49 / 50, rel=1e-6)


def test_usarrests_gives_the_published_sizes():
    """Four groups of 8, 13, 13 and 16 states, scaled by hand as R does."""
    states = read("usarrests.csv")
    scaled = (states - states.mean(axis=0)) / states.std(axis=0, ddof=1)
    segmentation = CustomerSegmentation(4, n_init=50, **PLAIN).fit(scaled)
    assert pytest.approx(segmentation.inertia_, rel=1e-10) == 56.4031734583
    assert sorted(np.bincount(segmentation.labels_).tolist()) == [8, 13, 13, 16]


def test_faithful_gives_the_published_inertia():
    """Old Faithful's 272 eruptions fall into 172 long and 100 short ones."""
    segmentation = CustomerSegmentation(2, **PLAIN).fit(read("faithful.csv"))
    assert pytest.approx(segmentation.inertia_, rel=1e-9) == 8901.76872
    assert np.bincount(segmentation.labels_).tolist() == [172, 100]


@pytest.mark.parametrize("n_clusters", [2, 3, 6])
def test_equals_scikit_learn_on_the_same_rows(n_clusters):
    """In the order in which we give rows to k-means and on one thread, every bit is scikit-learn's."""
    rows = load_iris().data
    rows = rows[np.lexsort(rows.T[::-1])]
    with threadpool_limits(limits=1):
        theirs = KMeans(n_clusters, n_init=10, random_state=42).fit(rows)
    ours = CustomerSegmentation(n_clusters, **PLAIN).fit(rows)
    assert theirs.inertia_ == ours.inertia_
    assert sorted(theirs.cluster_centers_.tolist()) == sorted(ours.cluster_centers_.tolist())
    assert adjusted_rand_score(theirs.labels_, ours.labels_) == 1


def test_equals_scikit_learn_on_log_and_standard_scores():
    """The default is k-means on the standard scores of ln(1 + x)."""
    frame = shop(2000)
    logs = np.log1p(frame[["sessions", "pages_per_session", "transactions", "revenue"]].to_numpy())
    theirs = KMeans(3, n_init=10, random_state=0).fit((logs - logs.mean(axis=0)) / logs.std(axis=0))
    ours = CustomerSegmentation(3).fit(frame)
    assert theirs.inertia_ == pytest.approx(ours.inertia_, rel=1e-9)
    assert adjusted_rand_score(theirs.labels_, ours.labels_) == 1


@pytest.mark.parametrize("without", [[], ["customer_id"]])
def test_a_sample_gives_nearly_the_segments_of_all(without):
    """Learned from 2,000 of 20,000 customers, at least 97 % agree with the segments of all."""
    frame = shop(20_000).drop(columns=without)
    sampled = CustomerSegmentation(3, max_fit_rows=2000).fit(frame)
    assert (sampled.n_fitted_, sampled.n_rows_) == (2000, 20_000)
    assert np.mean(CustomerSegmentation(3).fit(frame).labels_ == sampled.labels_) >= 0.97


def test_a_customer_number_that_comes_twice_still_gives_a_sample():
    """Where numbers repeat at the edge of the sample, customers are taken evenly by value instead."""
    segmentation = CustomerSegmentation(3, max_fit_rows=500).fit(shop(3000).assign(customer_id=7))
    assert segmentation.n_fitted_ == 500


def test_clipping_lowers_what_lies_above_the_quantile():
    """With the 60th percentile of 0, 0, 0, 1, 1000 as limit (1), a value of 1000 counts as 1."""
    frame = pd.DataFrame({"revenue": [0.0, 0.0, 0.0, 1.0, 1000.0, 1000.0]})
    segmentation = CustomerSegmentation(2, features=("revenue",), clip_quantile=0.6)
    assert segmentation.segment_customers(frame)["segment"].tolist() == [2, 2, 2, 1, 1, 1]
    assert segmentation.model_.limits == (1.0,)


def test_a_constant_feature_decides_nothing():
    """A feature that is 0.1 for everybody has no spread to divide by."""
    frame = few().assign(pages_per_session=0.1)
    segmentation = CustomerSegmentation()
    assert segmentation.segment_customers(frame)["segment"].tolist() == [3, 1, 2, 3, 1, 2, 3]
    assert segmentation.model_.sds[1] == 1.0


def test_auto_finds_four_separate_groups():
    """Four groups that anybody would see are four segments."""
    random = np.random.default_rng(5)
    centres = np.repeat([[0, 0], [9, 0], [0, 9], [9, 9]], 60, axis=0)
    frame = pd.DataFrame(centres + random.normal(0, 0.5, (240, 2)), columns=["sessions", "revenue"])
    segmentation = CustomerSegmentation("auto", transformation="none", candidates=(2, 3, 4, 5, 6)).fit(frame)
    assert segmentation.n_clusters_ == 4
    assert [row["n_clusters"] for row in segmentation.choice_ if row["chosen"]] == [4]


def test_a_clone_learns_the_same():
    """The parameters hold all that matters."""
    segmentation = CustomerSegmentation(4).fit(shop(1000))
    assert clone(segmentation).fit(shop(1000)).to_json() == segmentation.to_json()


def test_the_same_money_as_decimals_gives_the_same_model():
    """Exact decimals in Arrow and floats in pandas are the same customers."""
    table = pa.Table.from_pandas(few())
    exact = table.set_column(4, "revenue", table["revenue"].cast(MONEY))
    assert CustomerSegmentation().fit(few()).to_json() == CustomerSegmentation().fit(exact).to_json()
