"""Put segments in order, so that the same customers give the same numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from payback.analysis.segment_frames import ORDER
from payback.analysis.segment_model import exact_sql
from payback.engine.duckdb import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.analysis.segment_model import SegmentModel
    from payback.engine.duckdb import Engine

_LOWEST = Fraction(-(10**40))
"""Below any mean: a segment in which nobody's revenue is known comes last."""


def revenue_order(engine: Engine, model: SegmentModel, there: Sequence[str]) -> list[int]:
    """Return the places of the segments by mean revenue, highest first; ties by transactions, sessions, centroid.

    Parameters
    ----------
    engine : Engine
        Its table ``segmented`` is read: customers and their segment in the model.
    model : SegmentModel
        Segments in any order.
    there : sequence of str
        Columns of the table; those of revenue, transactions and sessions that are missing decide nothing.
    """
    keys = [name for name in ORDER if name in there]
    means: dict[int, list[Fraction]] = {}
    if keys:
        sums = ", ".join(f"sum({name}), count({name})" for name in keys)
        numbers = ", ".join(f"{exact_sql(name)} as {name}" for name in keys)
        for segment, *found in engine.rows(
            read_sql("payback.analysis", "segment_order.sql", numbers=numbers, sums=sums)
        ):
            pairs = zip(found[::2], found[1::2], strict=True)
            means[segment - 1] = [Fraction(total) / count if count else _LOWEST for total, count in pairs]
    centres = model.means_of_transformed.tolist()
    nobody = [_LOWEST] * len(keys)
    return sorted(range(len(centres)), key=lambda place: (means.get(place, nobody), centres[place][::-1]), reverse=True)


def centroid_order(model: SegmentModel) -> list[int]:
    """Return the places of the segments by centroid, highest first, the last feature deciding first.

    A matrix has no column names; in the order of the default features its last column is revenue.
    """
    centres = model.means_of_transformed.tolist()
    return sorted(range(len(centres)), key=lambda place: centres[place][::-1], reverse=True)
