"""The file of an archive: a ZIP of Parquet files and a manifest, sealed with the checksum of all of its bytes.

Any ZIP program opens it and any Parquet reader reads what is in it. The comment at the end of the file is the SHA-256
of everything before it, so a single changed bit is found wherever it lies; the manifest has the checksum of each file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import zipfile
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Self

from payback.errors import DiskFullError, UnreadableFileError, WarehouseError
from payback.warehouse.archive.manifest import MANIFEST, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LABEL = b"payback sha256 "
_DIGITS = 64
_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class ArchiveWriter:
    """An archive that is being written, under a name that nobody takes for a finished one.

    Parameters
    ----------
    path : Path
        What it will be called once `publish` was called. Left without that, nothing stays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")

    def __enter__(self) -> Self:
        with disk_errors(self.path):
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
            self._file: IO[bytes] = os.fdopen(os.open(self.draft, flags, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        return self

    def __exit__(self, *_: object) -> None:
        # What the ZIP still wants to write may find no room either; the first error is the news.
        with suppress(OSError, ValueError):
            self._zip.close()
        with suppress(OSError):
            self._file.close()
        self.draft.unlink(missing_ok=True)

    @contextmanager
    def part(self, name: str) -> Iterator[Part]:
        """Give a stream for one file of the archive."""
        with self._zip.open(zipfile.ZipInfo(name), "w", force_zip64=True) as stream:
            yield Part(stream)

    def seal(self, manifest: Manifest) -> None:
        """Add the manifest and the checksum of everything, and see that all of it is on the disk."""
        self._zip.writestr(zipfile.ZipInfo(MANIFEST), manifest.to_json())
        self._zip.comment = _LABEL + b"0" * _DIGITS
        self._zip.close()
        digest = _digest(self._file)
        self._file.seek(-_DIGITS, os.SEEK_END)
        self._file.write(digest)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def publish(self) -> None:
        """Give the sealed archive its name."""
        os.replace(self.draft, self.path)  # noqa: PTH105 - the same on every system, and atomic
        sync_folder(self.path.parent)


class Part:
    """A file of an archive while it is written: counts and hashes what passes. Arrow writes into it."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        """Write some bytes."""
        size = memoryview(data).nbytes
        self._hash.update(data)
        self._stream.write(data)
        self.size += size
        return size

    def tell(self) -> int:
        """Return where the next byte goes."""
        return self.size

    def flush(self) -> None:
        """Do nothing: the archive is flushed as a whole."""

    def close(self) -> None:
        """Do nothing: who opened the part closes it."""

    @property
    def sha256(self) -> str:
        """Checksum so far."""
        return self._hash.hexdigest()


def check_seal(path: Path) -> None:
    """Compare the bytes of an archive with its checksum.

    Raises
    ------
    UnreadableFileError
        It is not there, no archive of ours, cut off or damaged.
    """
    with reading(path), path.open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(max(0, length - _DIGITS - len(_LABEL)))
        label, _, digest = file.read().partition(_LABEL)
        if label or len(digest) != _DIGITS:
            raise UnreadableFileError(
                "this is no whole archive of Payback", where=str(path), hint="payback backup list shows those there are"
            )
        if _digest(file) != digest:
            raise damaged(path)


def read_manifest(path: Path) -> Manifest:
    """Return what an archive says about itself; only the ZIP's own checksum of it is looked at."""
    with reading(path), zipfile.ZipFile(path) as archive:
        return Manifest.from_json(archive.read(MANIFEST).decode("utf-8"), str(path))


def damaged(path: Path, got: str | None = None) -> UnreadableFileError:
    """Return the error of an archive whose bytes are not those that were written."""
    return UnreadableFileError(
        "the archive is damaged",
        where=str(path),
        got=got or "its bytes do not give its checksum",
        hint="copy it again from where it came from, or take another: payback backup list",
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what a missing or broken file raises into our errors."""
    try:
        yield
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path, error) from error
        raise UnreadableFileError(
            "the archive cannot be read",
            where=str(path),
            got=error.strerror or type(error).__name__,
            hint="payback backup list shows the archives there are",
        ) from error


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what a full or forbidden disk raises into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path, error) from error
        raise WarehouseError(
            "the archive cannot be written",
            where=str(path),
            got=error.strerror or str(error),
            hint="allow writing there, or name another folder with --to or backup.folder",
        ) from error


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system can be asked that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _full(path: Path, error: OSError) -> DiskFullError:
    return DiskFullError(
        "there is no room for the archive; nothing was changed",
        where=str(path.parent),
        got=error.strerror,
        hint="free some space, or name another folder with --to or backup.folder",
    )


def _digest(file: IO[bytes]) -> bytes:
    """Return the checksum of a file but for the place where the checksum stands."""
    left = file.seek(0, os.SEEK_END) - _DIGITS
    file.seek(0)
    found = hashlib.sha256()
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        found.update(chunk)
        left -= len(chunk)
    return found.hexdigest().encode("ascii")
