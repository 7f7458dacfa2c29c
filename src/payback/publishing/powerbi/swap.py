"""Put new files and folders in the place of old ones: all of them, or none."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Self

from payback.errors import PublishingError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_LEFTOVER_SECONDS = 3600
_NEW, _OLD = ".new-", ".old-"


class Swap:
    """A place beside the project in which the new one is made, and the move that puts it there.

    Parameters
    ----------
    folder : Path
        Folder of the project; made where it is not there.

    Raises
    ------
    PublishingError
        The folder cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        token = secrets.token_hex(4)
        self.fresh, self._old = folder / f"{_NEW}{token}", folder / f"{_OLD}{token}"

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self.fresh.mkdir()
        except OSError as error:
            raise unwritable(self.folder, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for leftover in (self.fresh, self._old):
            shutil.rmtree(leftover, ignore_errors=True)
        if isinstance(error, OSError):
            raise unwritable(self.folder, error) from error

    def commit(self, items: list[str], *, keep: Path | None = None) -> None:
        """Move items to their places; what stood there is removed, or kept in another folder.

        Parameters
        ----------
        items : list of str
            Names of files and folders that were made in ``fresh``.
        keep : Path, optional
            Folder to move what stood there to.

        Raises
        ------
        PublishingError
            Another program holds one of them; then everything stays as it was.
        """
        self._old.mkdir()
        moved: list[tuple[Path, Path]] = []
        try:
            for item in items:
                target = self.folder / item
                if target.exists():
                    _move(target, self._old / item, moved)
                _move(self.fresh / item, target, moved)
        except OSError as error:
            for source, place in reversed(moved):
                with contextlib.suppress(OSError):
                    place.rename(source)
            raise unwritable(self.folder, error) from error
        if keep is not None and any(self._old.iterdir()):
            self._old.rename(keep)

    def _sweep(self) -> None:
        """Remove what a killed run left behind; younger folders may belong to one that is still writing."""
        for leftover in (*self.folder.glob(f"{_NEW}*"), *self.folder.glob(f"{_OLD}*")):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)


def _move(source: Path, place: Path, moved: list[tuple[Path, Path]]) -> None:
    source.rename(place)
    moved.append((source, place))


def unwritable(folder: Path, error: OSError) -> PublishingError:
    """Return the error for a project that cannot be written."""
    return PublishingError(
        "the Power BI project could not be written",
        where=str(error.filename or folder),
        got=error.strerror or type(error).__name__,
        hint="close it in Power BI Desktop and other programs, or name a folder that can be written with --to",
    )
