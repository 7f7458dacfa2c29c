"""Look fields up by the names that requests use, and tell which go together."""

from __future__ import annotations

import difflib
from itertools import combinations, product
from typing import TYPE_CHECKING

from payback.testing.ga4.fields import (
    DIMENSIONS,
    GOES_WITH,
    METRICS,
    NEVER_TOGETHER,
    TRAFFIC,
    DimensionField,
    MetricField,
)
from payback.testing.ga4.refusals import SCHEMA, incompatible
from payback.testing.refusal import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIMENSIONS_BY_ANY_NAME = {name: field for field in DIMENSIONS.values() for name in (field.name, *field.old_names)}
_METRICS_BY_ANY_NAME = {name: field for field in METRICS.values() for name in (field.name, *field.old_names)}


def dimension(name: str) -> DimensionField:
    """Return the dimension of a name, old names included.

    Raises
    ------
    Refusal
        There is none; the message names the nearest.
    """
    found = _DIMENSIONS_BY_ANY_NAME.get(name)
    if found is None:
        raise invalid(f"{_nearest(name, DIMENSIONS)}Field {name} is not a valid dimension. {_LIST}")
    return found


def metric(name: str) -> MetricField:
    """Return the metric of a name, old names included.

    Raises
    ------
    Refusal
        There is none; the message names the nearest.
    """
    found = _METRICS_BY_ANY_NAME.get(name)
    if found is None:
        raise invalid(f"{_nearest(name, METRICS)}Field {name} is not a valid metric.  {_LIST}")
    return found


_LIST = f"For a list of valid dimensions and metrics, see {SCHEMA} "


def _nearest(name: str, known: dict[str, DimensionField] | dict[str, MetricField]) -> str:
    forms = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.removeprefix("ga:").lower(), list(forms), 1, 0.7)
    return f"Did you mean {forms[near[0]]}? " if near else ""


def check_compatible(dimensions: Sequence[DimensionField], metrics: Sequence[MetricField]) -> None:
    """Refuse fields that no report holds together.

    Raises
    ------
    Refusal
        Naming a field to leave out or to add.
    """
    for one, other in product(dimensions, metrics):
        if not _pair_goes(one, other):
            raise incompatible(f"remove {one.name}")
    for second in _strangers([*dimensions]) + _strangers([*metrics]):
        raise incompatible(f"remove {second.name}")
    if _lacks_traffic(dimensions, metrics):
        raise incompatible("add sessionCampaignName")


def is_compatible(dimensions: Sequence[DimensionField], metrics: Sequence[MetricField]) -> bool:
    """Tell whether a field may be added: what is lacking is no obstacle, as it may be added next."""
    together = all(_pair_goes(one, other) for one, other in product(dimensions, metrics))
    return together and not _strangers([*dimensions]) and not _strangers([*metrics])


def _strangers(fields: list[DimensionField | MetricField]) -> list[DimensionField | MetricField]:
    """Return the fields that don't go with one before them."""
    pairs = combinations(fields, 2)
    return [second for first, second in pairs if frozenset((first.scope, second.scope)) in NEVER_TOGETHER]


def _pair_goes(one: DimensionField, other: MetricField) -> bool:
    return one.scope in GOES_WITH[other.scope] and frozenset((one.scope, other.scope)) not in NEVER_TOGETHER


def _lacks_traffic(dimensions: Sequence[DimensionField], metrics: Sequence[MetricField]) -> bool:
    """Tell whether a report of advertising lacks the dimension that says what was advertised."""
    advertising = any(field.scope == "advertising" for field in metrics)
    return advertising and not any(field.scope in TRAFFIC for field in dimensions)
