"""Files that are there whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from payback.errors import PublishingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a path to write to; what is there afterwards takes the place of ``path`` in one step.

    Parameters
    ----------
    path : path
        The file; its folder is made where it is missing.

    Raises
    ------
    PublishingError
        The file cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except OSError as error:
        raise PublishingError(
            "a demo file cannot be written",
            where=str(path),
            got=error.strerror or str(error),
            hint="choose another folder, or close the program that holds the file",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step.

    Parameters
    ----------
    path : path
        The file.
    content : bytes
        All of it.
    """
    with replacing(path) as draft:
        draft.write_bytes(content)
