"""Draws docs/images/power-bi-pages.svg from the pages of the Power BI report: where each visual stands and what it shows.

A plan, not a screenshot: lines and bars are made up. A test compares the picture with what this gives.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from payback.publishing.powerbi.pages import PAGES
from payback.publishing.powerbi.pages.spec import HEIGHT, WIDTH
from payback.publishing.powerbi.theme import LIGHT

if TYPE_CHECKING:
    from payback.publishing.powerbi.pages.spec import Page, Visual

PICTURE = Path(__file__).parent / "images" / "power-bi-pages.svg"
ACROSS, GAP, HEAD = 2, 60, 54
INK, QUIET, RULE, CARD, GROUND, BLUE, ORANGE = (
    LIGHT.ink, LIGHT.quiet, LIGHT.rule, LIGHT.card, LIGHT.page, *LIGHT.series[:2],
)  # fmt: skip
_WAVE = (62, 55, 60, 48, 52, 40, 46, 35, 38, 28, 33, 20)
_ROWS, _BARS = 26, (0.92, 0.71, 0.55, 0.38, 0.2)
_LETTER = 6.4


def picture() -> str:
    """Return the picture of all pages."""
    down = -(-len(PAGES) // ACROSS)
    width, height = ACROSS * (WIDTH + GAP) + GAP, down * (HEIGHT + GAP + HEAD) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Segoe UI, Arial, sans-serif">',
        "<title>The seven pages of the Power BI report, as a plan</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, page in enumerate(PAGES):
        x, y = GAP + number % ACROSS * (WIDTH + GAP), GAP + number // ACROSS * (HEIGHT + GAP + HEAD)
        parts += [f'<g transform="translate({x} {y})">', *_page(page, number + 1), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _page(page: Page, number: int) -> list[str]:
    drill = "   (other pages drill through to it)" if page.drill else ""
    parts = [_text(0, 30, f"{number}  {page.name}{drill}", 26, INK, bold=True), f'<g transform="translate(0 {HEAD})">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}" stroke="{RULE}" stroke-width="2"/>')
    for visual in page.visuals:
        place = visual.place
        parts.append(f'<svg x="{place.x}" y="{place.y}" width="{place.width}" height="{place.height}">')
        parts += [f"<desc>{escape(visual.alt)}</desc>", *_visual(visual), "</svg>"]
    return [*parts, "</g>"]


def _visual(visual: Visual) -> list[str]:
    width, height = visual.place.width, visual.place.height
    if visual.kind == "textbox":
        return _textbox(visual)
    frame = f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="8" fill="{CARD}" stroke="{RULE}"/>'
    parts = [frame] + ([_text(12, 24, visual.title, 15, INK, bold=True)] if visual.title else [])
    draw = {
        "cardVisual": _cards, "lineChart": _lines, "clusteredBarChart": _bars, "clusteredColumnChart": _columns,
        "scatterChart": _dots, "tableEx": _table, "pivotTable": _table, "slicer": _slicer,
    }[visual.kind]  # fmt: skip
    top = 36 if visual.title else 4
    return [*parts, f'<g transform="translate(12 {top})">', *draw(visual, width - 24, height - top - 10), "</g>"]


def _textbox(visual: Visual) -> list[str]:
    if len(visual.lines) == 1:
        return [_text(2, 32, visual.lines[0], 22, INK, bold=True)]
    width, height = visual.place.width, visual.place.height
    parts = [f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="8" fill="{CARD}" stroke="{RULE}"/>']
    parts.append(_text(12, 24, visual.title, 15, INK, bold=True))
    y = 50
    for paragraph in visual.lines:
        for line in _wrapped(paragraph, int((width - 24) / _LETTER)):
            parts.append(_text(12, y, line, 13, QUIET))
            y += 18
        y += 8
    return parts


def _cards(visual: Visual, width: int, height: int) -> list[str]:
    names = [one.label or one.name for one in visual.fields]
    if not visual.title:
        return [_text(0, 24, f"[{names[0]}]", 14, QUIET)]
    upright = width < 500  # noqa: PLR2004 - such a card has its figures below each other
    step = (height if upright else width) / len(names)
    parts = []
    for number, name in enumerate(names):
        x, y = (0, number * step) if upright else (number * step, 0)
        parts += [_text(x, y + 16, name, 13, QUIET), _bar(x, y + 24, min(step * 0.5, 110), 14, INK, 0.16)]
    return parts


def _lines(visual: Visual, width: int, height: int) -> list[str]:
    parts = _legend(visual)
    for number, _ in enumerate(_series(visual)):
        points = [
            f"{place / (len(_WAVE) - 1) * width:.0f},{28 + (height - 40) * (value + 22 * number) / 100:.0f}"
            for place, value in enumerate(_WAVE)
        ]
        colour = (BLUE, ORANGE)[number % 2]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
    return [*parts, _line(0, height - 8, width, height - 8)]


def _bars(visual: Visual, width: int, height: int) -> list[str]:
    parts, step = _legend(visual), (height - 24) / len(_BARS)
    series = len(_series(visual))
    for number, share in enumerate(_BARS):
        y = 22 + number * step
        parts.append(_bar(0, y + step * 0.3, 70, 8, INK, 0.14))
        for other in range(series):
            thick = step * 0.7 / series
            length = (width - 90) * share * (1 - 0.25 * other)
            parts.append(_bar(84, y + other * thick, length, thick - 2, (BLUE, ORANGE)[other % 2], 0.85))
    return parts


def _columns(visual: Visual, width: int, height: int) -> list[str]:
    parts, step = _legend(visual), width / len(_WAVE)
    for number, value in enumerate(_WAVE):
        for other, _ in enumerate(_series(visual)):
            tall = (height - 40) * (100 - value - 14 * other) / 100
            parts.append(
                _bar(
                    number * step + other * step * 0.4,
                    height - 8 - tall,
                    step * 0.36,
                    tall,
                    (BLUE, ORANGE)[other],
                    0.85,
                )
            )
    return [*parts, _line(0, height - 8, width, height - 8)]


def _dots(visual: Visual, width: int, height: int) -> list[str]:
    x, y = visual.roles["X"][0].name, visual.roles["Y"][0].name
    parts = [_line(0, height - 18, width, height - 18), _line(0, 0, 0, height - 18)]
    parts += [_text(width - len(x) * _LETTER, height, x, 12, QUIET), _text(6, 12, y, 12, QUIET)]
    for number, value in enumerate(_WAVE[::2]):
        place = (20 + number / 6 * (width - 60), value / 100 * (height - 30) + 10)
        parts.append(
            f'<circle cx="{place[0]:.0f}" cy="{place[1]:.0f}" r="{18 - 2 * number}" fill="{BLUE}" opacity="0.6"/>'
        )
    return parts


def _table(visual: Visual, width: int, height: int) -> list[str]:
    names = [one.label or one.name for one in visual.fields]
    step = width / len(names)
    room = int(step / _LETTER) - 1
    parts = [
        _text(n * step, 14, name if len(name) <= room else name[: room - 1] + "…", 12, QUIET)
        for n, name in enumerate(names)
    ]
    for row in range(1, int((height - 6) / _ROWS)):
        y = row * _ROWS
        parts.append(_line(0, y - 2, width, y - 2))
        parts += [_bar(n * step, y + 6, step * (0.6 if n == 0 else 0.35), 9, INK, 0.14) for n in range(len(names))]
    return parts


def _slicer(visual: Visual, width: int, height: int) -> list[str]:
    frame = f'<rect x="0" y="2" width="{width}" height="{height - 6}" rx="4" fill="{CARD}" stroke="{RULE}"/>'
    said = "from … to …" if visual.range else "one, the most frequent first" if visual.single else "all"
    return [frame, _text(8, height / 2 + 5, said, 12, QUIET), _text(width - 16, height / 2 + 5, "▾", 12, QUIET)]


def _series(visual: Visual) -> tuple[str, ...]:
    return tuple(one.label or one.name for one in visual.roles["Y"])


def _legend(visual: Visual) -> list[str]:
    parts, x = [], 0.0
    for number, name in enumerate(_series(visual)):
        parts += [_bar(x, 4, 10, 10, (BLUE, ORANGE)[number % 2], 1), _text(x + 16, 14, name, 12, QUIET)]
        x += 34 + len(name) * _LETTER
    return parts


def _bar(x: float, y: float, width: float, height: float, colour: str, opacity: float) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" width="{max(width, 0):.0f}" height="{max(height, 1):.0f}"'
    return f'<rect {place} fill="{colour}" opacity="{opacity}"/>'


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}" stroke="{RULE}" stroke-width="1.5"/>'


def _text(x: float, y: float, text: str, size: int, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}"{weight}>{escape(text)}</text>'


def _wrapped(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")
