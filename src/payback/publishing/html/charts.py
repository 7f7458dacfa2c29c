"""The geometry of the page's drawings: numbers become coordinates here, templates only write them down.

The drawings need no script and no style attribute, so the page's content policy can forbid both.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.publishing import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE, NARROW = (760, 344), (342, 240)
"""Width and height of a trend in units of the page: one drawing for a desk, one for a phone, text equally large."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 12, 26
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LETTER_WIDTH = 7.5
_GAP = 5


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Line:
    """A series: its style, its name, its path, and the path of the area below it."""

    style: str
    label: str
    path: str
    area: str


@dataclass(frozen=True)
class Trend:
    """A line chart."""

    width: int
    height: int
    left: int
    right: int
    base: str
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Bar:
    """A bar with its interval, in percent of the width: from, length, zero, and the ends of the whisker."""

    start: str
    length: str
    zero: str
    low: str = ""
    high: str = ""
    tone: str = "good"
    is_cut: bool = False


def trend(
    labels: Sequence[str],
    series: Sequence[tuple[str, str, Sequence[float | None]]],
    size: tuple[int, int],
    currency: str,
) -> Trend:
    """Return a line chart of amounts over time.

    Parameters
    ----------
    labels : sequence of str
        What the points are called.
    series : sequence of (style, label, values)
        The first one gets an area. A missing value breaks the line.
    size : (int, int)
        Width and height.
    currency : str
        Of the amounts, for the ticks.
    """
    width, height = size
    known = [value for _, _, values in series for value in values if value is not None]
    ticks = nice_ticks(min([0.0, *known]), max([0.0, *known]))
    low, high = ticks[0], ticks[-1]
    step = (width - _LEFT - _RIGHT) / max(1, len(labels) - 1)
    xs = [_LEFT + step * position for position in range(len(labels))]

    def y(value: float) -> float:
        return height - _BOTTOM - (value - low) / (high - low) * (height - _TOP - _BOTTOM)

    lines = []
    for position, (style, label, values) in enumerate(series):
        points = [None if value is None else (x, y(value)) for x, value in zip(xs, values, strict=True)]
        area = _area(points, y(0)) if position == 0 else ""
        lines.append(Line(style, label, _path(points), area))
    y_ticks = tuple(Tick(_number(y(value)), _amount(value, ticks, currency), "end") for value in ticks)
    return Trend(
        width, height, _LEFT, width - _RIGHT, _number(y(0)), tuple(lines), y_ticks, _x_ticks(labels, xs, width)
    )


def sparkline(values: Sequence[float | None], width: int = 100, height: int = 28) -> tuple[str, str]:
    """Return the paths of a small line and of the area below it; empty where there is too little to draw."""
    known = [value for value in values if value is not None]
    if len(known) < 3:  # noqa: PLR2004 - two points make no course
        return "", ""
    low, high = min(known), max(known)
    reach = (high - low) or 1.0
    step = width / (len(values) - 1)
    points = [
        None if value is None else (step * position, height - 2 - (value - low) / reach * (height - 6))
        for position, value in enumerate(values)
    ]
    return _path(points), _area(points, height)


def bars(rows: Sequence[tuple[float | None, float | None, float | None]]) -> list[Bar | None]:
    """Return bars from zero with whiskers, on one scale.

    Parameters
    ----------
    rows : sequence of (value, low, high)
        Value and the ends of its interval. What would flatten all other bars is cut at the edge: a bar many times as
        long as the rest (``is_cut``), and the whisker of a wide interval.
    """
    known = [value for value, _, _ in rows if value is not None]
    if not known:
        return [None] * len(rows)
    longest = _longest(known)
    inside = [value for value in known if abs(value) <= longest] or [0.0]
    ends = [end for value, *both in rows if value is not None for end in both if end is not None]
    low = max(min([0.0, *known, *ends]), min([0.0, *inside]) - longest / 2)
    high = min(max([0.0, *known, *ends]), max([0.0, *inside]) + longest / 2)
    scale = _Scale(low, high)
    return [None if value is None else _bar(value, ends, scale) for value, *ends in rows]


def share_bar(value: float | None, largest: float) -> str:
    """Return the length of a bar in percent of the largest; empty where there is nothing to draw."""
    if value is None or largest <= 0 or value <= 0:
        return ""
    return _number(100 * value / largest)


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round values that span a range.

    Examples
    --------
    >>> nice_ticks(0, 43)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    high = high if high > low else low + 1
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next(factor * power for factor in _STEPS if factor * power * count >= span * 0.999)
    first, last = math.floor(low / step), max(math.ceil(high / step), 1)
    return [round(position * step, 10) for position in range(first, last + 1)]


@dataclass(frozen=True)
class _Scale:
    """Amounts from low to high, as percent of a width with a little air at both ends."""

    low: float
    high: float

    def place(self, value: float) -> float:
        return 1 + 98 * (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1.0)


def _longest(values: Sequence[float]) -> float:
    """Return the length up to which bars are drawn in full: beyond a gap of five times, bars are cut."""
    lengths = sorted((abs(value) for value in values), reverse=True)
    for longer, shorter in itertools.pairwise(lengths[: len(lengths) // 2 + 1]):
        if longer > _GAP * shorter > 0:
            return shorter
    return lengths[0] or 1.0


def _bar(value: float, ends: Sequence[float | None], scale: _Scale) -> Bar:
    start, stop = scale.place(min(0.0, value)), scale.place(max(0.0, value))
    low, high = ends
    is_cut = not scale.low <= value <= scale.high
    whisker = ("", "")
    if low is not None and high is not None and not is_cut:
        whisker = (_number(scale.place(low)), _number(scale.place(high)))
    length = _number(max(0.4, stop - start))
    tone = "bad" if value < 0 else "good"
    return Bar(_number(start), length, _number(scale.place(0.0)), *whisker, tone=tone, is_cut=is_cut)


def _x_ticks(labels: Sequence[str], xs: Sequence[float], width: int) -> tuple[Tick, ...]:
    """Name as many points as there is room for, the first always."""
    if not labels:
        return ()
    longest = max(len(label) for label in labels) * _LETTER_WIDTH + 10
    room = max(1, int((width - _LEFT - _RIGHT) // longest))
    step = max(1, math.ceil(len(labels) / room))
    last = len(labels) - 1
    return tuple(
        Tick(_number(xs[position]), labels[position], "end" if position == last > 0 else "middle")
        for position in range(0, len(labels), step)
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Return a path through the points; a missing one breaks it, and a lonely one is a dot."""
    text, pen_down = [], False
    for position, point in enumerate(points):
        if point is None:
            pen_down = False
            continue
        text.append(f"{'L' if pen_down else 'M'}{_number(point[0])} {_number(point[1])}")
        alone = not pen_down and (position + 1 == len(points) or points[position + 1] is None)
        text += ["h.1"] if alone else []
        pen_down = True
    return "".join(text)


def _area(points: Sequence[tuple[float, float] | None], base: float) -> str:
    """Return the area between the line and its base, in pieces where the line is broken."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    ground = _number(base)
    return "".join(
        f"M{_number(piece[0][0])} {ground}" + "".join(f"L{_number(x)} {_number(y)}" for x, y in piece) + f"V{ground}Z"
        for piece in pieces
        if piece
    )


def _amount(value: float, ticks: Sequence[float], currency: str) -> str:
    """Return a tick's amount: short where it is large, whole where all ticks are."""
    if abs(value) >= formats.SHORT_FROM:
        return formats.short_money(value, currency)
    whole = all(tick == int(tick) for tick in ticks)
    return formats.money(value, currency, decimals=0 if whole else None)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
