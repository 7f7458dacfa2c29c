"""How many segments there are: stability, silhouette and gap of each number of segments, and the rule that chooses.

A number of segments is useful when other customers of the same shop would have given the same segments. That is
measured by drawing the customers again; silhouette and gap are shown beside it for judgement.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score

from payback.analysis.segment_kmeans import check_enough, cluster, count_distinct, evenly_thinned, one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from payback.analysis.segment_model import Matrix

    Labels = npt.NDArray[np.integer]

logger = logging.getLogger(__name__)

ROWS = 5_000
"""Customers that all measures are taken on: the 5,000 of a silhouette already agree with 20,000 to half a percent."""
BOOTSTRAPS = 20
REFERENCES = 10
REFERENCE_STARTS = 3
LEAST_MEDIAN = 0.9
LEAST_MINIMUM = 0.8
LEAST_SHARE = 0.01
"""The rule's limits are a judgement: nine in ten pairs of customers stay together in a typical redraw, and no segment
is too small to be worth a campaign of its own."""


def choose_n_clusters(
    scaled: Matrix, candidates: Sequence[int], *, n_init: int = 10, seed: int = 42
) -> tuple[int, list[dict[str, Any]]]:
    """Choose the number of segments and return it with the table that shows why.

    The choice is the largest candidate that is stable: the adjusted Rand index (Hubert and Arabie 1985) between the
    segments of the customers and those of 20 bootstrap samples (Hennig 2007) has a median of at least 0.9 and a
    minimum of at least 0.8, and every segment holds at least 1 % of the customers. Where none is stable, the candidate
    with the best minimum is taken and a warning is logged.

    Parameters
    ----------
    scaled : numpy.ndarray
        Customers by features, scaled and sorted by value; at most 5,000 of them are used, evenly spaced.
    candidates : sequence of int
        Numbers of segments to try; those above the number of different customers are left out.
    n_init : int, default 10
        Starts of k-means.
    seed : int, default 42
        Seed of all random draws.

    Returns
    -------
    tuple of int and list of dict
        One row a candidate: ``n_clusters``, ``stability_median``, ``stability_min``, ``silhouette``, ``gap``,
        ``gap_error``, ``smallest_share``, ``inertia``, ``stable``, ``chosen``.

    Raises
    ------
    AnalysisError
        Fewer different customers than the smallest candidate.
    """
    rows = evenly_thinned(scaled, ROWS)
    check_enough(rows, min(candidates))
    numbers = sorted({number for number in candidates if number <= count_distinct(rows)})
    with one_thread():
        return _chosen(_measured(rows, numbers, n_init, seed))


def _measured(rows: Matrix, numbers: Sequence[int], n_init: int, seed: int) -> list[dict[str, Any]]:
    """Measure each number of segments on the same rows."""
    models = [cluster(rows, number, n_init=n_init, seed=seed) for number in numbers]
    silhouettes = silhouette_scores(rows, [model.labels_ for model in models])
    gaps = gap_statistics(rows, numbers, [model.inertia_ for model in models], seed=seed)
    table = []
    for model, silhouette, (gap, error) in zip(models, silhouettes, gaps, strict=True):
        measures = {**_stability(rows, model, n_init, seed), "silhouette": silhouette, "gap": gap, "gap_error": error}
        table.append({"n_clusters": model.n_clusters, **measures, "inertia": float(model.inertia_)})
    return table


def _stability(rows: Matrix, model: Any, n_init: int, seed: int) -> dict[str, float]:
    """Agreement of the segments with those found on customers drawn again with replacement."""
    agreements = []
    for draw in range(BOOTSTRAPS):
        random = np.random.default_rng([seed, model.n_clusters, draw])
        redrawn = rows[np.sort(random.integers(0, len(rows), len(rows)))]
        # Few customers drawn again may show fewer behaviours than there are segments.
        possible = min(model.n_clusters, count_distinct(redrawn))
        again = cluster(redrawn, possible, n_init=n_init, seed=seed + draw)
        agreements.append(float(adjusted_rand_score(model.labels_, again.predict(rows))))
    share = float(np.bincount(model.labels_).min() / len(rows))
    return {
        "stability_median": float(np.median(agreements)),
        "stability_min": min(agreements),
        "smallest_share": share,
    }


def _chosen(table: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """Mark the stable rows and the chosen one."""
    for row in table:
        row["stable"] = (
            row["stability_median"] >= LEAST_MEDIAN
            and row["stability_min"] >= LEAST_MINIMUM
            and row["smallest_share"] >= LEAST_SHARE
        )
    stable = [row for row in table if row["stable"]]
    chosen = stable[-1] if stable else max(table, key=lambda row: (row["stability_min"], -row["n_clusters"]))
    if not stable:
        logger.warning(
            "no number of segments is stable: other customers would give other segments; %s is the least unstable",
            chosen["n_clusters"],
        )
    for row in table:
        row["chosen"] = row is chosen
    return chosen["n_clusters"], table


def silhouette_scores(rows: Matrix, labellings: Sequence[Labels]) -> list[float]:
    """Return the mean silhouette (Rousseeuw 1987) of several labellings of the same rows.

    For each row a is the mean distance to the other rows of its segment, b the smallest mean distance to the rows of
    another segment, and its silhouette (b - a) / max(a, b), 0 in a segment of one. The distances are computed once for
    all labellings, which is most of the work.
    """
    one_hot = [np.equal.outer(labels, np.arange(labels.max() + 1)).astype(np.float64) for labels in labellings]
    totals = [0.0] * len(labellings)
    for start in range(0, len(rows), 500):
        distances = cdist(rows[start : start + 500], rows)
        for place, (labels, member) in enumerate(zip(labellings, one_hot, strict=True)):
            totals[place] += _silhouette_sum(distances @ member, labels[start : start + 500], member.sum(axis=0))
    return [total / len(rows) for total in totals]


def _silhouette_sum(sums: Matrix, labels: Labels, sizes: Matrix) -> float:
    """Sum of silhouettes of some rows, given their summed distances to each segment."""
    place = np.arange(len(labels))
    own_size = sizes[labels]
    own = sums[place, labels] / np.maximum(own_size - 1, 1)
    means = sums / sizes
    means[place, labels] = np.inf
    nearest = means.min(axis=1)
    largest = np.maximum(own, nearest)
    usable = (own_size > 1) & (largest > 0)
    return float(np.sum((nearest[usable] - own[usable]) / largest[usable]))


def gap_statistics(
    rows: Matrix, numbers: Sequence[int], inertias: Sequence[float], *, references: int = REFERENCES, seed: int = 42
) -> list[tuple[float, float]]:
    """Return the gap and its standard error for each number of segments.

    gap(k) = mean of ln W*(k) - ln W(k): by how much the inertia W lies below that of customers spread evenly over the
    box along the principal components, and s(k) = sd of ln W* · sqrt(1 + 1 / references). Tibshirani, Walther and
    Hastie (2001), their reference (b). K-means does not change when data are rotated, so the box is not turned back.
    """
    centred = rows - rows.mean(axis=0)
    turned = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
    low, high = turned.min(axis=0), turned.max(axis=0)
    logs = np.empty((references, len(numbers)))
    for draw in range(references):
        even = np.random.default_rng([seed, draw]).uniform(low, high, turned.shape)
        logs[draw] = [
            _log(cluster(even, number, n_init=REFERENCE_STARTS, seed=seed + draw).inertia_) for number in numbers
        ]
    gaps = logs.mean(axis=0) - np.array([_log(inertia) for inertia in inertias])
    errors = logs.std(axis=0) * np.sqrt(1 + 1 / references)
    return [(float(gap), float(error)) for gap, error in zip(gaps, errors, strict=True)]


def _log(inertia: float) -> float:
    """ln, with the smallest double for an inertia of zero: as many segments as different customers."""
    return float(np.log(max(inertia, np.finfo(float).tiny)))
