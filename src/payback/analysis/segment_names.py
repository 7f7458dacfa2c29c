"""Names of segments, made from what their customers do, so that the same data always gives the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.analysis.segment_model import SegmentModel

BUYING = ("transactions", "revenue")
VISITING = ("sessions", "pages_per_session", "avg_session_duration")

_LADDERS: dict[str, dict[int, tuple[str, ...]]] = {
    "repeat": {
        1: ("Repeat buyers",),
        2: ("Heavy buyers", "Regular buyers"),
        3: ("Heavy buyers", "Regular buyers", "Occasional buyers"),
    },
    "once": {
        1: ("One-time buyers",),
        2: ("One-time buyers, big baskets", "One-time buyers, small baskets"),
        3: ("One-time buyers, big baskets", "One-time buyers, medium baskets", "One-time buyers, small baskets"),
    },
    "buyers": {
        1: ("Buyers",),
        2: ("High spenders", "Low spenders"),
        3: ("High spenders", "Medium spenders", "Low spenders"),
    },
    "no revenue": {1: ("Buyers without revenue",)},
    "visitors": {
        1: ("Visitors",),
        2: ("Engaged visitors", "Passing visitors"),
        3: ("Engaged visitors", "Casual visitors", "Passing visitors"),
    },
    "came once": {
        1: ("One-time visitors",),
        2: ("One-time visitors, longer visits", "One-time visitors, shorter visits"),
        3: (
            "One-time visitors, longer visits",
            "One-time visitors, medium visits",
            "One-time visitors, shorter visits",
        ),
    },
    "others": {1: ("Non-buyers",)},
}
"""Words for one, two and three segments of a kind, the strongest first; four and more are numbered."""
_NOUNS = {
    "repeat": "Repeat buyers",
    "once": "One-time buyers",
    "buyers": "Spenders",
    "no revenue": "Buyers without revenue",
    "visitors": "Visitors",
    "came once": "One-time visitors",
    "others": "Non-buyers",
}


def name_segments(model: SegmentModel, medians: Sequence[Mapping[str, float | None]]) -> tuple[str, ...]:
    """Return a short, plain name for each segment, all of them different.

    A segment is repeat buyers, one-time buyers or visitors by the median of its transactions, and visitors came once
    or more often by the median of their sessions. Among buyers the words follow the order of the segments, which is
    that of mean revenue; among visitors the standardised difference from the average customer, averaged over the
    visiting features. Where no feature tells of buying or visiting, the name
    is the feature that stands out most.

    Parameters
    ----------
    model : SegmentModel
        The segments, in order.
    medians : sequence of dict
        For each segment the median of each feature; None or absent where it is not known.
    """
    if len(medians) == 1:
        return ("All customers",)
    if not {*BUYING, *VISITING}.intersection(model.features):
        return _distinct([_by_feature(model, place) for place in range(len(medians))])
    kinds = [_kind(row, model.features) for row in medians]
    engagement = _engagement(model)
    names = [""] * len(medians)
    for kind in dict.fromkeys(kinds):
        places = [place for place, own in enumerate(kinds) if own == kind]
        if kind in {"visitors", "came once"}:
            places.sort(key=lambda place: -engagement[place])
        for place, word in zip(places, _words(kind, len(places)), strict=True):
            names[place] = word
    return _distinct(names)


def check_names(names: Mapping[int, str] | None, n_clusters: int) -> None:
    """Raise UsageError unless the names an analyst gives belong to segments and differ."""
    if not names:
        return
    unknown = [number for number in names if number not in range(1, n_clusters + 1)]
    if unknown or not all(isinstance(name, str) and name.strip() for name in names.values()):
        raise UsageError(
            "names must give a text for the number of a segment",
            got=repr(dict(names))[:200],
            allowed=f"numbers 1 to {n_clusters}",
            hint='for example names={1: "Champions"}',
        )
    if len(set(names.values())) != len(names):
        raise UsageError("two segments were given the same name", got=repr(dict(names))[:200])


def overridden(found: Sequence[str], names: Mapping[int, str] | None) -> tuple[str, ...]:
    """Return the names found, replaced by an analyst's where there is one; a found name that is taken gets a number."""
    given = dict(names or {})
    free = iter(_distinct([*given.values(), *(name for number, name in enumerate(found, 1) if number not in given)]))
    taken = [next(free) for _ in given]
    own = dict(zip(given, taken, strict=True))
    return tuple(own[number] if number in own else next(free) for number in range(1, len(found) + 1))


def stands_out(model: SegmentModel, place: int) -> str:
    """Return the two features that set a segment apart most, with their differences in standard deviations."""
    differences = model.differences[place]
    ranked = sorted(range(len(model.features)), key=lambda feature: (-abs(round(differences[feature], 9)), feature))
    return ", ".join(f"{model.features[feature]} {differences[feature]:+.1f}" for feature in ranked[:2])


def _kind(medians: Mapping[str, Any], features: Sequence[str]) -> str:
    """Kind of customers by what the typical one of them bought."""
    orders, revenue = medians.get("transactions"), medians.get("revenue")
    if orders is not None and orders > 0:
        if revenue is not None and revenue <= 0:
            return "no revenue"
        return "repeat" if orders >= 2 else "once"  # noqa: PLR2004 - two orders make a repeat buyer
    if orders is None and revenue is not None and revenue > 0:
        return "buyers"
    if not set(VISITING).intersection(features):
        return "others"
    sessions = medians.get("sessions")
    return "came once" if sessions is not None and sessions <= 1 else "visitors"


def _engagement(model: SegmentModel) -> list[float]:
    places = [place for place, feature in enumerate(model.features) if feature in VISITING]
    return [float(row[places].mean()) if places else 0.0 for row in model.differences]


def _words(kind: str, count: int) -> tuple[str, ...]:
    """Words for the segments of one kind, from the strongest to the weakest."""
    numbered = tuple(f"{_NOUNS[kind]}, level {number}" for number in range(1, count + 1))
    return _LADDERS[kind].get(count, numbered)


def _by_feature(model: SegmentModel, place: int) -> str:
    feature, difference = stands_out(model, place).split(",")[0].rsplit(" ", 1)
    return f"{'High' if difference.startswith('+') else 'Low'} {feature.replace('_', ' ')}"


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Put a number behind each name that comes again."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(found) if len(set(found)) == len(found) else _distinct(found)
