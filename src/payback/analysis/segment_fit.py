"""From a table of customers to fitted segments: sample, learn, order, assign, profile, name, compare."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from payback.analysis import segment_frames as frames
from payback.analysis.segment_learning import Settings, learn
from payback.analysis.segment_matching import match
from payback.analysis.segment_names import check_names, name_segments, overridden
from payback.analysis.segment_order import centroid_order, revenue_order
from payback.analysis.segment_profiles import measured, medians_of, profile_table
from payback.analysis.segment_sample import sampled
from payback.engine.duckdb import Engine

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from payback.analysis.segment_model import SegmentModel

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fitted:
    """Everything that fitting finds out; the attributes of ``CustomerSegmentation`` tell what each part is."""

    model: SegmentModel
    labels: npt.NDArray[np.int32]
    profiles: pa.Table | None
    choice: list[dict[str, Any]] | None
    inertia: float
    rows_fitted: int
    moved_share: float | None = None
    centroid_shift: tuple[float, ...] | None = None


def fit_customers(table: pa.Table, settings: Settings, previous: SegmentModel | None) -> Fitted:
    """Fit segments to a table of customers.

    Raises
    ------
    MissingColumnError, AnalysisError, UsageError
        As ``CustomerSegmentation.fit``.
    """
    with Engine() as engine:
        engine.register("customers", table)
        features = frames.known_features(engine, table, settings.features)
        currency = frames.currency_of(engine, table)
        fitted = _fit(engine, table, features, settings)
        frames.register_segmented(engine, table, frames.labels_of(engine, fitted.model.assignment_sql()))
        ordered = fitted.model.reordered(revenue_order(engine, fitted.model, table.column_names))
        fitted = _assigned(engine, replace(fitted, model=ordered), previous, settings)
        rows = measured(engine, table, fitted.labels, settings.features)
    names = fitted.model.names
    if fitted.moved_share is None:
        names = name_segments(fitted.model, medians_of(rows, features))
    model = fitted.model.renamed(overridden(names, settings.names))
    warn_unsegmented(fitted.labels, features)
    return replace(fitted, model=model, profiles=profile_table(rows, model, settings.features, currency))


def fit_matrix(table: pa.Table, settings: Settings, previous: SegmentModel | None) -> Fitted:
    """Fit segments to a matrix: all its columns are features, and nothing is known of what they mean."""
    with Engine() as engine:
        engine.register("customers", table)
        fitted = _fit(engine, table, tuple(table.column_names), settings)
        ordered = fitted.model.reordered(centroid_order(fitted.model))
        fitted = _assigned(engine, replace(fitted, model=ordered), previous, settings)
    return replace(fitted, model=fitted.model.renamed(overridden(fitted.model.names, settings.names)))


def warn_unsegmented(labels: npt.NDArray[np.int32], features: tuple[str, ...]) -> None:
    """Log how many customers stay without a segment."""
    without = int(np.count_nonzero(labels < 0))
    if without:
        needed = ", ".join(features)
        logger.warning("%s of %s customers stay without a segment: each needs %s", without, len(labels), needed)


def _fit(engine: Engine, table: pa.Table, features: tuple[str, ...], settings: Settings) -> Fitted:
    """Learn from the sample."""
    learned = learn(sampled(engine, table, features, settings.max_fit_rows), features, settings)
    check_names(settings.names, len(learned.model.centroids))
    nobody = np.empty(0, dtype=np.int32)
    return Fitted(learned.model, nobody, None, learned.choice, learned.inertia, learned.rows)


def _assigned(engine: Engine, fitted: Fitted, previous: SegmentModel | None, settings: Settings) -> Fitted:
    """Assign all customers, after giving the segments the numbers and names of previous ones where they match."""
    matched = match(fitted.model, previous) if previous else None
    if previous is None or matched is None:
        if previous:
            logger.warning(
                "the segments cannot be matched to the previous %s of %s: the %s of %s get new numbers and names",
                *_described(previous),
                *_described(fitted.model),
            )
        return replace(fitted, labels=frames.labels_of(engine, fitted.model.assignment_sql()))
    model = fitted.model.reordered(matched.order).renamed(previous.names)
    labels = frames.labels_of(engine, model.assignment_sql())
    before = frames.labels_of(engine, previous.assignment_sql())
    share = float(np.mean(labels[labels >= 0] != before[labels >= 0]))
    if share > settings.max_moved_share:
        logger.warning(
            "%.0f %% of the customers changed their segment, more than %.0f %%: the segments keep their names but may "
            "no longer mean what they did; read the profiles, or fit without the previous segments",
            100 * share,
            100 * settings.max_moved_share,
        )
    return replace(fitted, model=model, labels=labels, moved_share=share, centroid_shift=matched.shift)


def _described(model: SegmentModel) -> tuple[int, str]:
    return len(model.centroids), ", ".join(model.features)
