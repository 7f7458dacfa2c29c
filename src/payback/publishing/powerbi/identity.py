"""Names that stay the same: ids and tags are hashes of what a thing is, so writing a project again changes nothing."""

from __future__ import annotations

import hashlib
import uuid

_SPACE = uuid.UUID("6d0a6d0e-52a4-5d2f-9a0b-7c1f1f0b9c55")
"""Namespace of our tags; any fixed value would do."""


def object_id(*path: str) -> str:
    """Return the id of a page or a visual: twenty hexadecimal digits, as Power BI Desktop writes them.

    Examples
    --------
    >>> object_id("page", "Summary") == object_id("page", "Summary")
    True
    >>> len(object_id("page", "Summary"))
    20
    """
    return hashlib.sha256("\x1f".join(path).encode()).hexdigest()[:20]


def tag(*path: str) -> str:
    """Return the GUID of an object of the model, made from where it stands in it."""
    return str(uuid.uuid5(_SPACE, "\x1f".join(path)))
