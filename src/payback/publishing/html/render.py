"""The HTML summary: one file, no script, nothing fetched from anywhere.

Names of campaigns come from outside (anyone can put a word into a link), so every value is escaped, and the page
forbids itself scripts, frames, forms and all requests; even its own style is allowed by its hash only.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from payback.publishing.files import Staging
from payback.publishing.html.page import page_of

if TYPE_CHECKING:
    from pathlib import Path

    from payback.publishing.results import Results

# HTML has no way to write these, and one of them (NUL) is an error wherever it stands.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

# Letters written from right to left, and the invisible signs that turn the direction of what follows them.
_TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def write_html(results: Results, path: Path) -> Path:
    """Write the HTML summary and return its path.

    Parameters
    ----------
    results : Results
        The finished tables and the summary. Equal results give equal bytes.
    path : Path
        The file, which appears complete or not at all.

    Raises
    ------
    PublishingError
        The file cannot be written.
    """
    text = render_html(results)
    with Staging() as staging:
        staging.path(path).write_bytes(text.encode("utf-8"))
    return path


def render_html(results: Results) -> str:
    """Return the HTML summary as text.

    Parameters
    ----------
    results : Results
        The finished tables and the summary.
    """
    style = _template("style.css")
    return _report().render(page=page_of(results), style=Markup(style), style_hash=_hash(style))  # noqa: S704 - our file


@lru_cache(maxsize=1)
def _report() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.tests["turning"] = lambda text: _TURNS.search(text) is not None
    return environment.get_template("report.html")


def _template(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _printable(value: Any) -> Any:
    """Show a sign for characters that HTML cannot hold."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)


def _hash(style: str) -> str:
    """Return the hash by which the page's content policy knows its style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
