"""Learn segments from a sample of customers: transform, scale, k-means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from payback.analysis.segment_choice import choose_n_clusters
from payback.analysis.segment_kmeans import check_enough, cluster, one_thread, seed_of
from payback.analysis.segment_model import TRANSFORMATIONS, SegmentModel
from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.analysis.segment_model import Matrix, Transformation


@dataclass(frozen=True)
class Settings:
    """How to learn; the parameters of ``CustomerSegmentation`` with the same names."""

    n_clusters: int | str
    features: tuple[str, ...]
    transformation: Transformation
    standardise: bool
    random_state: Any
    n_init: int
    max_fit_rows: int
    clip_quantile: float | None
    candidates: tuple[int, ...]
    names: Mapping[int, str] | None
    max_moved_share: float


@dataclass(frozen=True)
class Learned:
    """Segments as k-means found them, in no order yet, and how they were found."""

    model: SegmentModel
    inertia: float
    rows: int
    choice: list[dict[str, Any]] | None


def check_settings(settings: Settings) -> None:
    """Raise UsageError for a parameter that cannot be meant."""
    number = settings.n_clusters
    _require(_is_count(number) or number == "auto", "n_clusters", number, 'a whole number from 1, or "auto"')
    given: Any = settings.features
    words = not isinstance(given, str) and len(given) > 0 and all(isinstance(name, str) for name in given)
    _require(words, "features", settings.features, "names of columns")
    allowed = ", ".join(TRANSFORMATIONS)
    _require(settings.transformation in TRANSFORMATIONS, "transformation", settings.transformation, allowed)
    _require(_is_count(settings.n_init), "n_init", settings.n_init, "a whole number from 1; 10 is safe")
    _require(
        _is_count(settings.max_fit_rows),
        "max_fit_rows",
        settings.max_fit_rows,
        "a whole number from 1; 100000 is plenty",
    )
    quantile = settings.clip_quantile
    _require(quantile is None or 0 < quantile <= 1, "clip_quantile", quantile, "None, or above 0 and at most 1")
    candidates = settings.candidates
    several = len(candidates) > 0 and all(_is_count(value) and value > 1 for value in candidates)
    _require(several, "candidates", candidates, "whole numbers from 2")


def _is_count(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= 1


def _require(fine: bool, name: str, got: object, allowed: str) -> None:
    if not fine:
        raise UsageError(f"{name} of CustomerSegmentation cannot be used", got=repr(got), allowed=allowed)


def learn(rows: Matrix, features: Sequence[str], settings: Settings) -> Learned:
    """Learn segments from rows that are sorted by value.

    Parameters
    ----------
    rows : numpy.ndarray
        Customers by features, no value missing.
    features : sequence of str
        Names of the columns.
    settings : Settings
        How.

    Raises
    ------
    AnalysisError
        Fewer different customers than segments.
    """
    fewest = min(settings.candidates) if settings.n_clusters == "auto" else int(settings.n_clusters)
    if not len(rows):
        check_enough(rows, fewest)
    limits = None if settings.clip_quantile is None else np.quantile(rows, settings.clip_quantile, axis=0)
    values = rows if limits is None else np.minimum(rows, limits)
    # Not numpy's log1p: SQL has ln(1 + x) only, and both must round alike.
    if settings.transformation == "log1p":
        values = np.log(1.0 + np.maximum(values, 0.0))
    elif settings.transformation == "signed_log1p":
        values = np.sign(values) * np.log(1.0 + np.abs(values))
    means, sds = values.mean(axis=0), values.std(axis=0)
    flat = values.min(axis=0) == values.max(axis=0)
    means[flat], sds[flat] = values[0, flat], 1.0
    scaled = (values - means) / sds if settings.standardise else values
    found, choice = _clustered(scaled, fewest, settings)
    model = SegmentModel(
        features=tuple(features),
        transformation=settings.transformation,
        standardise=bool(settings.standardise),
        means=tuple(means.tolist()),
        sds=tuple(sds.tolist()),
        limits=None if limits is None else tuple(limits.tolist()),
        centroids=tuple(tuple(row) for row in found.cluster_centers_.tolist()),
        names=tuple(f"Segment {number}" for number in range(1, found.n_clusters + 1)),
    )
    return Learned(model, float(found.inertia_), len(rows), choice)


def _clustered(scaled: Matrix, fewest: int, settings: Settings) -> tuple[Any, list[dict[str, Any]] | None]:
    """Choose the number of segments where it is left open, and run k-means."""
    check_enough(scaled, fewest)
    seed = seed_of(settings.random_state)
    with one_thread():
        number, choice = fewest, None
        if settings.n_clusters == "auto":
            number, choice = choose_n_clusters(scaled, settings.candidates, n_init=settings.n_init, seed=seed)
        return cluster(scaled, number, n_init=settings.n_init, seed=seed), choice
