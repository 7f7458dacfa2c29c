"""How many segments: the measures agree with their definitions, and the rule with the measures."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from payback.analysis.customer_segmentation import CustomerSegmentation
from payback.analysis.segment_choice import _chosen, choose_n_clusters, gap_statistics, silhouette_scores
from payback.analysis.segment_kmeans import canonical, count_distinct, evenly_thinned, one_thread
from payback.errors import AnalysisError
from sample_customers import few, shop


def clouds(rows=40):
    """Three round groups of points, far from each other."""
    random = np.random.default_rng(7)
    return canonical(np.concatenate([random.normal(centre, 1, (rows, 2)) for centre in ([0, 0], [12, 0], [0, 12])]))


def candidate(number, median=1.0, minimum=1.0, share=0.1):
    """A row of the table, before the rule."""
    measures = {"stability_median": median, "stability_min": minimum, "smallest_share": share}
    return {"n_clusters": number, **measures}


def test_silhouette_of_four_points_by_hand():
    """0 and 1 against 4 and 6: a = 1, 1, 2, 2 and b = 5, 4, 3.5, 5.5 give 0.8, 0.75, 3/7, 7/11."""
    points = np.array([[0.0], [1.0], [4.0], [6.0]])
    found = silhouette_scores(points, [np.array([0, 0, 1, 1])])
    assert found == [pytest.approx((0.8 + 0.75 + 3 / 7 + 7 / 11) / 4)]


def test_silhouette_of_a_segment_of_one_is_zero():
    """Only the pair counts: a = 1 and b = 10 and 9 give 0.9 and 8/9, the single point 0."""
    found = silhouette_scores(np.array([[0.0], [1.0], [10.0]]), [np.array([0, 0, 1])])
    assert found == [pytest.approx((0.9 + 8 / 9) / 3)]


def test_silhouettes_equal_scikit_learn():
    """Several labellings of 1,200 customers, more than one block of distances."""
    rows = shop(1200).iloc[:, 1:5].to_numpy(dtype=float)
    labellings = [KMeans(number, n_init=1, random_state=0).fit_predict(rows) for number in (2, 3, 7)]
    theirs = [silhouette_score(rows, labels) for labels in labellings]
    assert silhouette_scores(rows, labellings) == pytest.approx(theirs, rel=1e-9)


def test_inertia_is_the_dispersion_of_the_gap_statistic():
    """Tibshirani's W, summed squared distances within segments over twice their size, is the inertia."""
    rows = clouds()
    found = KMeans(3, n_init=5, random_state=0).fit(rows)
    groups = [rows[found.labels_ == label] for label in range(3)]
    dispersion = sum(2 * pdist(group, "sqeuclidean").sum() / (2 * len(group)) for group in groups)
    assert found.inertia_ == pytest.approx(dispersion)


def test_gap_is_largest_at_the_true_number_of_clouds():
    """Three clouds: the gap rises up to 3 and falls after."""
    rows = clouds()
    with one_thread():
        inertias = [KMeans(number, n_init=5, random_state=0).fit(rows).inertia_ for number in (1, 2, 3, 4, 5)]
        gaps = [gap for gap, _ in gap_statistics(rows, [1, 2, 3, 4, 5], inertias)]
    assert gaps.index(max(gaps)) == 2


def test_gap_does_not_change_when_the_data_are_turned():
    """The reference box lies along the principal components."""
    rows, turn = clouds(), np.array([[0.6, -0.8], [0.8, 0.6]])
    with one_thread():
        inertia = KMeans(3, n_init=5, random_state=0).fit(rows).inertia_
        [(gap, _)] = gap_statistics(rows, [3], [inertia], references=30)
        [(turned, error)] = gap_statistics(rows @ turn.T, [3], [inertia], references=30)
    assert gap == pytest.approx(turned, abs=2 * error)


def test_three_clouds_are_three_segments():
    """All measures stand in the table, and one row is chosen."""
    number, table = choose_n_clusters(clouds(), (2, 3, 4, 5))
    assert number == 3
    assert [row["n_clusters"] for row in table] == [2, 3, 4, 5]
    assert [row["chosen"] for row in table] == [False, True, False, False]
    assert table[1]["stability_min"] == pytest.approx(1)
    assert table[1]["smallest_share"] == pytest.approx(1 / 3)
    columns = ["stability_median", "stability_min", "smallest_share", "silhouette", "gap", "gap_error"]
    assert pa.Table.from_pylist(table).column_names == ["n_clusters", *columns, "inertia", "stable", "chosen"]


def test_the_largest_stable_number_is_chosen():
    """5 is not stable in the worst draw, 4 not in most, 3 is."""
    table = [candidate(2), candidate(3, 0.9, 0.8, 0.01), candidate(4, 0.89), candidate(5, 1.0, 0.79)]
    number, marked = _chosen(table)
    assert number == 3
    assert [row["stable"] for row in marked] == [True, True, False, False]


def test_a_segment_of_less_than_one_percent_is_too_small():
    """However stable it is."""
    assert _chosen([candidate(2), candidate(3, share=0.009)])[0] == 2


def test_without_a_stable_number_the_least_unstable_is_taken(caplog):
    """The smaller one of equals, and a warning."""
    table = [candidate(2, 0.5, 0.3), candidate(3, 0.6, 0.4), candidate(4, 0.9, 0.4)]
    assert _chosen(table)[0] == 3
    assert "no number of segments is stable" in caplog.text


def test_candidates_above_the_number_of_behaviours_are_left_out():
    """Three different customers make three segments at most."""
    number, table = choose_n_clusters(np.array([[0.0], [0.0], [1.0], [9.0]]), (2, 3, 4, 8))
    assert [row["n_clusters"] for row in table] == [2, 3]
    assert number in {2, 3}


def test_too_few_behaviours_for_any_candidate_are_refused():
    """One kind of customer is no choice."""
    with pytest.raises(AnalysisError, match="2 segments were asked for, but the customers show only 1 different"):
        choose_n_clusters(np.zeros((9, 2)), (2, 3))


def test_the_choice_is_the_same_every_time_and_in_any_order():
    """Seeds are fixed and rows are sorted first."""
    frame = shop(1500)
    first = CustomerSegmentation("auto", candidates=(2, 3, 4)).fit(frame)
    second = CustomerSegmentation("auto", candidates=(2, 3, 4)).fit(frame.sample(frac=1, random_state=3))
    assert first.choice_ == second.choice_
    assert first.to_json() == second.to_json()


def test_a_fixed_number_of_segments_has_no_choice():
    """The table is there only where the number was left open."""
    assert CustomerSegmentation(3).fit(few()).choice_ is None


def test_thinned_rows_are_evenly_spaced():
    """4 of 8 rows are every second one; fewer rows than wanted stay."""
    rows = np.arange(8.0).reshape(8, 1)
    assert evenly_thinned(rows, 4).ravel().tolist() == [0, 2, 4, 6]
    assert evenly_thinned(rows, 9) is rows


def test_rows_are_sorted_and_negative_zero_is_zero():
    """The order in which rows came is lost, equal rows are counted once."""
    rows = canonical(np.array([[1.0, 2.0], [0.0, 5.0], [-0.0, 3.0], [1.0, 2.0]]))
    assert rows.tolist() == [[0, 3], [0, 5], [1, 2], [1, 2]]
    assert not np.signbit(rows).any()
    assert count_distinct(rows) == 3
