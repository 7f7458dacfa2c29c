"""The page for a browser without scripts: drawings and tables made here, for ``<noscript>``.

Names of campaigns come from outside (anyone can put a word into a link), so every value is escaped.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from payback.publishing import story

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.publishing.results import Results

# HTML has no way to write these, and one of them (NUL) is an error wherever it stands.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

# Letters written from right to left, and the invisible signs that turn the direction of what follows them.
_TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def render_static(results: Results) -> str:
    """Return the results as a piece of HTML that needs no script: equal results give equal text.

    Parameters
    ----------
    results : Results
        The finished tables and the summary.
    """
    from payback.publishing.html.page import page_of

    return template("static.html").render(page=page_of(results))


def static_style() -> str:
    """Return the style of that piece."""
    return template_text("style.css")


def period_of(data: Mapping[str, Any]) -> str:
    """Return the days of a report's data in words."""
    first, last = (date.fromisoformat(data[name]) if data[name] else None for name in ("first_day", "last_day"))
    return story.days_in_words(first, last)


def template(name: str) -> jinja2.Template:
    """Return one of our templates; every value that it shows is escaped."""
    return _environment().get_template(name)


def template_text(name: str) -> str:
    """Return the text of one of our templates."""
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.tests["turning"] = lambda text: _TURNS.search(text) is not None
    return environment


def _printable(value: Any) -> Any:
    """Show a sign for characters that HTML cannot hold."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)
