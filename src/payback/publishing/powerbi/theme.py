"""The theme of the report: the colours of the HTML report, light and dark, told apart by people who see few colours."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

SERIES = ("#1D5BD6", "#C2601C", "#996399", "#330533", "#E6175C", "#0D3305")
SERIES_DARK = ("#6EA2FF", "#FF9D57", "#8C1AFF", "#FFFF1A", "#CC1452", "#66FFCC")
"""Blue and orange of the HTML report, then what lies farthest from all before, whatever the colour blindness."""


@dataclass(frozen=True)
class Palette:
    """Colours of the page, as in the HTML report's style sheet."""

    page: str
    card: str
    rule: str
    ink: str
    quiet: str
    head: str
    good: str
    bad: str
    series: tuple[str, ...]


LIGHT = Palette("#F5F7FA", "#FFFFFF", "#E3E8EF", "#101828", "#556070", "#F8FAFC", "#067647", "#B42318", SERIES)
DARK = Palette("#0B0F15", "#151B23", "#2A323D", "#E9EEF5", "#9FABBA", "#1A212B", "#56D39B", "#FF8F85", SERIES_DARK)
FONT = "Segoe UI"
BASE = "PaybackBase"


def palette(*, dark: bool) -> Palette:
    """Return the colours of the light or of the dark theme."""
    return DARK if dark else LIGHT


@cache
def theme_file(*, dark: bool) -> str:
    """Return the file name of the theme; it changes with its content, because Power BI Desktop caches by name."""
    text = json.dumps(_theme(palette(dark=dark)), sort_keys=True)
    return f"Payback{'Dark' if dark else 'Light'}{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"


@cache
def base_text(*, dark: bool) -> str:
    """Return the base of the theme as JSON; what a theme does not say is taken from it."""
    return json.dumps({"name": BASE, **_theme(palette(dark=dark))}, indent=2) + "\n"


@cache
def theme_text(*, dark: bool) -> str:
    """Return the theme as JSON."""
    return json.dumps({"name": theme_file(dark=dark), **_theme(palette(dark=dark))}, indent=2) + "\n"


def _theme(colours: Palette) -> dict[str, Any]:
    return {
        "dataColors": list(colours.series),
        "foreground": colours.ink,
        "foregroundNeutralSecondary": colours.quiet,
        "foregroundNeutralTertiary": colours.quiet,
        "background": colours.card,
        "backgroundLight": colours.head,
        "backgroundNeutral": colours.rule,
        "tableAccent": colours.series[0],
        "good": colours.good,
        "neutral": colours.series[1],
        "bad": colours.bad,
        "maximum": colours.series[0],
        "center": colours.rule,
        "minimum": colours.series[1],
        "hyperlink": colours.series[0],
        "textClasses": _text_classes(colours),
        "visualStyles": _styles(colours),
    }


def _text_classes(colours: Palette) -> dict[str, Any]:
    return {
        "callout": {"fontSize": 20, "fontFace": "Segoe UI Semibold", "color": colours.ink},
        "title": {"fontSize": 12, "fontFace": "Segoe UI Semibold", "color": colours.ink},
        "header": {"fontSize": 11, "fontFace": "Segoe UI Semibold", "color": colours.ink},
        "label": {"fontSize": 10, "fontFace": FONT, "color": colours.quiet},
    }


def _styles(colours: Palette) -> dict[str, Any]:
    """Return the look of every visual: cards with a fine border, as in the HTML report."""
    return {
        "*": {
            "*": {
                "background": [{"show": True, "color": _solid(colours.card), "transparency": 0}],
                "border": [{"show": True, "color": _solid(colours.rule), "radius": 8}],
                "title": [{"fontColor": _solid(colours.ink), "fontSize": 12, "titleWrap": True}],
                "padding": [{"top": 8, "bottom": 8, "left": 10, "right": 10}],
            }
        },
        "page": {
            "*": {
                "background": [{"color": _solid(colours.page), "transparency": 0}],
                "outspace": [{"color": _solid(colours.page), "transparency": 0}],
            }
        },
    }


def _solid(colour: str) -> dict[str, Any]:
    return {"solid": {"color": colour}}
