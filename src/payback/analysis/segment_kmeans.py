"""K-means on one thread, so that the same customers give the same segments to the last bit on a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.utils import check_random_state
from threadpoolctl import threadpool_limits

from payback.errors import AnalysisError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from payback.analysis.segment_model import Matrix


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which the numeric libraries use one thread: sums of floats depend on how work is split."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def cluster(scaled: Matrix, n_clusters: int, *, n_init: int, seed: int) -> Any:
    """Return scikit-learn's KMeans fitted to the rows.

    Lloyd's algorithm (Lloyd 1982) from ``n_init`` k-means++ starts (Arthur and Vassilvitskii 2007), best inertia kept.
    """
    model = KMeans(n_clusters, init="k-means++", n_init=n_init, random_state=seed, algorithm="lloyd")
    return model.fit(scaled)


def canonical(rows: Matrix) -> Matrix:
    """Return the rows sorted by their values, so that the order in which they came cannot matter."""
    rows = rows + 0.0  # -0.0 becomes 0.0: the two compare equal and would keep the order they came in
    return np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])


def evenly_thinned(rows: Matrix, most: int) -> Matrix:
    """Return at most so many rows, evenly spaced; of sorted rows that is a stratified sample."""
    if len(rows) <= most:
        return rows
    return rows[(np.arange(most) * len(rows)) // most]


def count_distinct(rows: Matrix) -> int:
    """Return how many different rows there are among sorted rows."""
    return 1 + int(np.count_nonzero(np.any(np.diff(rows, axis=0) != 0, axis=1))) if len(rows) else 0


def check_enough(scaled: Matrix, n_clusters: int) -> None:
    """Raise AnalysisError unless there are as many different rows as segments."""
    distinct = count_distinct(scaled)
    if distinct < n_clusters:
        raise AnalysisError(
            f"{n_clusters} segments were asked for, but the customers show only {distinct} different behaviours",
            got=f"{len(scaled)} customers with every feature, {distinct} of them different",
            hint=f"ask for n_clusters={distinct} or fewer, give more customers, or add a feature that tells them apart"
            if distinct
            else "no customer has a value in every feature: leave out the features that most of them lack",
        )


def seed_of(random_state: Any) -> int:
    """Return a whole-number seed for any ``random_state`` of scikit-learn's."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
