"""Write files so that a reader sees the old one or the new one, never half of one.

Each file is written beside its place under a temporary name and moved there when it is complete; several files of one
call move together at the end, so a failure while writing leaves all of them as they were.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from payback.errors import PublishingError

if TYPE_CHECKING:
    from types import TracebackType

_LEFTOVER_SECONDS = 3600
_TABLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)


class Staging:
    """Files that appear together when the ``with`` block ends well.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with Staging() as staging:
    ...     _ = staging.path(folder / "a.txt").write_text("new", encoding="utf-8")
    >>> (folder / "a.txt").read_text(encoding="utf-8")
    'new'
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Path, Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
            elif isinstance(error, OSError):
                raise _unwritable(self._pending[-1][1] if self._pending else Path(), error) from error
        finally:
            for temporary, _ in self._pending:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)

    def path(self, target: Path) -> Path:
        """Return where to write what will become ``target``; its folder is made.

        Raises
        ------
        PublishingError
            The folder cannot be made.
        """
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(target, error) from error
        _sweep(target)
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
        self._pending.append((temporary, target))
        return temporary

    def rename(self, target: Path, name: Path) -> None:
        """Let what was to become ``target`` become another file of its folder: one that is named after its content."""
        self._pending = [(temporary, name if place == target else place) for temporary, place in self._pending]

    def _publish(self) -> None:
        for temporary, target in self._pending:
            try:
                os.replace(temporary, target)  # noqa: PTH105 - Path.replace hides which of the two names failed
            except OSError as error:
                raise _unwritable(target, error) from error


def checked_name(table_name: str) -> str:
    """Return the name of a table if it can be the name of a file on every system.

    Raises
    ------
    PublishingError
        It holds a path, a blank or a device name of Windows.
    """
    if _TABLE_NAME.fullmatch(table_name) and not _DEVICE.fullmatch(table_name):
        return table_name
    raise PublishingError(
        "this table name cannot be a file name",
        got=repr(table_name[:80]),
        allowed="a letter, then letters, digits and underscores",
    )


def _sweep(target: Path) -> None:
    """Remove what a killed run left behind; a younger file may belong to a run that is still writing."""
    for leftover in target.parent.glob(f".{target.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                leftover.unlink()


def _unwritable(target: Path, error: OSError) -> PublishingError:
    if target.is_dir():
        hint = "a folder has that name; move it away or choose another place for the outputs"
    elif isinstance(error, PermissionError):
        hint = "close the file if another program has it open, or allow writing in its folder, and run again"
    elif isinstance(error, FileExistsError | NotADirectoryError):
        hint = "a file stands where a folder is needed; choose another place with paths.outputs"
    else:
        hint = "check that the disk has room and that paths.outputs can be written, and run again"
    reason = error.strerror or type(error).__name__
    return PublishingError("an output could not be written", where=str(target), got=reason, hint=hint)
