"""A picture as a ``data:`` address, so that a page needs no other file."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from payback.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 200_000
_KINDS = {
    ".png": ("image/png", b"\x89PNG"),
    ".jpg": ("image/jpeg", b"\xff\xd8"),
    ".jpeg": ("image/jpeg", b"\xff\xd8"),
    ".gif": ("image/gif", b"GIF8"),
    ".webp": ("image/webp", b"RIFF"),
    ".svg": ("image/svg+xml", b""),
}


def logo_address(path: Path) -> str:
    """Return a picture as a ``data:`` address.

    A picture in an ``<img>`` runs no script, not even one of SVG.

    Parameters
    ----------
    path : Path
        PNG, JPEG, GIF, WebP or SVG of at most 200,000 bytes.

    Raises
    ------
    UsageError
        It cannot be read, is no such picture, or is too large.
    """
    kind, start = _KINDS.get(path.suffix.lower(), (None, b""))
    if kind is None:
        raise UsageError("the logo is no picture", where="logo", got=path.name, allowed=", ".join(_KINDS))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("the logo cannot be read", where=str(path), got=error.strerror or "no such file") from error
    if len(content) > MOST_BYTES:
        raise UsageError(
            "the logo is too large for a report that is mailed",
            where=str(path),
            got=f"{len(content):,} bytes",
            allowed=f"up to {MOST_BYTES:,}",
            hint="make it smaller: it is shown 40 pixels high",
        )
    if not content.startswith(start) or (kind == "image/svg+xml" and b"<svg" not in content):
        raise UsageError("the logo is not what its ending says", where=str(path), allowed=kind)
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
