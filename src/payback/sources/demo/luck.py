"""Chance that repeats itself: streams of draws that depend on nothing but the seed and a name."""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random

BELL_FROM = 50
"""Mean count from which a bell curve is near enough to Poisson's."""


def stream(seed: int, name: str) -> Random:
    """Return the stream of draws of a name: no other stream changes it, and no other moves when it is used.

    Parameters
    ----------
    seed : int
        The demo's seed.
    name : str
        What is drawn.
    """
    return Random(f"{seed} {name}")  # noqa: S311 - a demo needs the same draws again, not secret ones


def poisson(rng: Random, mean: float) -> int:
    """Draw a count of events that come by chance (Knuth's method below `BELL_FROM`).

    Parameters
    ----------
    rng : random.Random
        The stream.
    mean : float
        Mean count, not below 0.
    """
    if mean > BELL_FROM:
        return max(round(rng.gauss(mean, math.sqrt(mean))), 0)
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def cents(amount: float) -> Decimal:
    """Return an amount with two digits behind the point.

    Parameters
    ----------
    amount : float
        Money.

    Examples
    --------
    >>> cents(12.3456)
    Decimal('12.35')
    """
    return Decimal(round(amount * 100)).scaleb(-2)
