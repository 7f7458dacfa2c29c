"""Keep numbers and names when segments are learned again: k-means numbers its clusters anew at every fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from payback.analysis.segment_model import SegmentModel


@dataclass(frozen=True)
class Match:
    """Which new segment is which previous one.

    Parameters
    ----------
    order : list of int
        For each previous segment the place of its successor in the new model.
    shift : tuple of float
        How far each segment's centroid moved, in standard deviations of the previous model.
    """

    order: list[int]
    shift: tuple[float, ...]


def match(new: SegmentModel, previous: SegmentModel) -> Match | None:
    """Return the one-to-one match with the smallest sum of distances; None where the models cannot be compared.

    Both sets of centroids are laid into the scaled space of the previous model, then assigned to each other by the
    Hungarian method (Kuhn 1955; SciPy's ``linear_sum_assignment``). Models of other features, of another transformation
    or with another number of segments have no such match: to hand on their names would be a guess.
    """
    if _shape(new) != _shape(previous):
        return None
    moved = previous.scaled(new.means_of_transformed)
    distances = np.linalg.norm(np.array(previous.centroids)[:, None, :] - moved[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distances)
    return Match([int(column) for column in columns], tuple(float(step) for step in distances[rows, columns]))


def _shape(model: SegmentModel) -> tuple[object, ...]:
    return model.features, model.transformation, len(model.centroids)
