"""Open a file: is it there, what is it by its first bytes, and how do its bytes come out.

The name of a file is a hint for people; only its bytes decide. Tables in a spreadsheet, in Parquet and in text are
told from pictures, databases and programs before anything is read.
"""

from __future__ import annotations

import bz2
import difflib
import gzip
import lzma
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from payback.errors import EmptyFileError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Compression = Literal["none", "gzip", "bzip2", "xz", "zip"]
Content = Literal["text", "excel", "parquet", "arrow", "json"]

HEAD_BYTES = 65_536
READABLE = (
    "CSV, TSV or other delimited text, Excel (xlsx, xls, xlsb, ods), Parquet, Arrow, JSON lines; also gzipped or zipped"
)
TABLE_ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".xlsb",
    ".ods",
    ".parquet",
    ".feather",
    ".arrow",
    ".gz",
    ".zip",
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n", "a PNG picture"),
    (rb"\xff\xd8\xff", "a JPEG picture"),
    (rb"GIF8[79]a", "a GIF picture"),
    (rb"%PDF-", "a PDF document"),
    (rb"SQLite format 3\x00", "an SQLite database"),
    (rb".{8}DUCK", "a DuckDB database"),
    (rb"MZ.{0,64}\x00", "a Windows program"),
    (rb"\x7fELF", "a program"),
    (rb"\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe", "a program"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (rb"Rar!\x1a\x07", "a RAR archive"),
    (rb"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (rb"RIFF.{4}(WAVE|AVI |WEBP)", "a sound, film or picture"),
    (rb"\x00\x00.{2}ftyp", "a film"),
    (rb"\x89HDF\r\n", "an HDF5 file"),
    (rb"Obj\x01", "an Avro file"),
    (rb"ORC[\x00-\x1f]", "an ORC file"),
    (rb"FEA1[\x00-\x1f]", "a Feather file of version 1"),
    (rb"PARE", "an encrypted Parquet file"),
    (rb"\{\\rtf", "an RTF document"),
    (rb"(?i)(\xef\xbb\xbf)?\s*(<!doctype html|<html|<table|<head)", "a web page"),
    (rb"(?i)(\xef\xbb\xbf)?\s*<\?xml", "an XML document"),
)
_HINTS = {
    "a web page": "open it in a spreadsheet and save it as CSV or xlsx: some tools call a web page .xls",
    "an XML document": "open it in a spreadsheet and save it as CSV or xlsx",
    "a PDF document": "export the report as CSV or Excel instead",
}


@dataclass(frozen=True)
class Source:
    """A file that was recognised.

    Parameters
    ----------
    path : Path
        Where it lies.
    content : str
        ``text``, ``excel``, ``parquet``, ``arrow`` or ``json``, of what is inside the compression.
    compression : str
        ``none``, ``gzip``, ``bzip2``, ``xz`` or ``zip``.
    member : str
        Name inside a zip archive.
    head : bytes
        First bytes, unpacked.
    """

    path: Path
    content: Content
    compression: Compression = "none"
    member: str = ""
    head: bytes = b""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give the bytes, unpacked; a damaged archive raises UnreadableFileError."""
        with _translated(self.path), _unpacked(self.path, self.compression, self.member) as stream:
            yield stream


def recognise(path: Path) -> Source:
    """Return what a file is.

    Raises
    ------
    UnreadableFileError
        It is missing, a folder, protected, damaged, or nothing that holds a table.
    EmptyFileError
        It has no bytes.
    """
    with _translated(path):
        _check(path)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    if not head:
        raise EmptyFileError(
            "the file is empty",
            where=str(path),
            got="0 bytes",
            allowed="a header line and data rows",
            hint=_EXPORT_HINT,
        )
    compression = _compression(head)
    if compression == "none":
        return Source(path, _content(path, head), head=head)
    if compression == "zip":
        return _recognise_zip(path, head)
    return _unpack_head(Source(path, "text", compression))


_EXPORT_HINT = "export the report again; the download may have been cut off"


def as_pattern(path: Path) -> str:
    """Return a path as the engine's readers take it: the signs of patterns in a name stand for themselves."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.resolve()))


def _check(path: Path) -> None:
    """Raise if there is no plain file at the path."""
    if path.is_dir():
        inside = sorted(child.name for child in path.iterdir() if child.suffix.lower() in TABLE_ENDINGS)[:5]
        raise UnreadableFileError(
            "this is a folder, not a file",
            where=str(path),
            allowed="a file: " + READABLE,
            hint="name a file in it: " + ", ".join(inside) if inside else "it holds no file that Payback can read",
        )
    if not path.exists():
        raise UnreadableFileError("there is no such file", where=str(path), hint=_nearest(path))
    if not path.is_file():
        raise UnreadableFileError("this is no plain file", where=str(path), allowed="a file: " + READABLE)


def _nearest(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {folder} either: is the path right?"
    names = {child.name.casefold(): child.name for child in folder.iterdir()}
    near = difflib.get_close_matches(path.name.casefold(), list(names), 1, 0.6)
    return f"did you mean {names[near[0]]}?" if near else "is the path right?"


def _compression(head: bytes) -> Compression:
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if re.match(rb"BZh[1-9]\x31\x41\x59\x26\x53\x59", head):
        return "bzip2"
    return "xz" if head.startswith(b"\xfd7zXZ\x00") else "none"


def _content(path: Path, head: bytes) -> Content:
    """Return what unpacked bytes are, or raise if they hold no table."""
    if head.startswith(_OLE):
        return _ole(path)
    if re.match(rb"PAR1.{0,64}?[\x00-\x08\x0e-\x1f]", head, re.DOTALL):
        return "parquet"
    if head.startswith(b"ARROW1\x00\x00"):
        return "arrow"
    for pattern, name in _REFUSED:
        if re.match(pattern, head, re.DOTALL):
            raise not_a_table(path, name, hint=_HINTS.get(name))
    return "json" if re.match(rb'(\xef\xbb\xbf)?\s*(\{\s*("|\})|\[\s*\{)', head) else "text"


def not_a_table(path: Path, got: str, *, hint: str | None = None) -> UnreadableFileError:
    """Return the error for a file that is something else."""
    return UnreadableFileError(
        "this file holds no table", where=str(path), got=got, allowed=READABLE, hint=hint or "choose another file"
    )


def protected(path: Path) -> UnreadableFileError:
    """Return the error for a file that needs a password."""
    return UnreadableFileError(
        "the file is protected by a password",
        where=str(path),
        hint="open it, remove the password (save as, options) and try again, or save it as CSV",
    )


def _ole(path: Path) -> Content:
    """Tell an old workbook from an encrypted new one and from other documents of the same container."""
    with path.open("rb") as stream:
        data = stream.read()
    if _ENCRYPTED_PACKAGE in data:
        raise protected(path)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise not_a_table(path, "an Office document that is no workbook")
    return "excel"


def _recognise_zip(path: Path, head: bytes) -> Source:
    with _translated(path), zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise protected(path)
        kind = _office(archive, names)
    if kind == "excel":
        return Source(path, "excel", head=head)
    if kind:
        raise not_a_table(path, kind)
    members = [
        name for name in names if not name.startswith("__MACOSX/") and not name.rsplit("/", 1)[-1].startswith(".")
    ]
    if len(members) != 1:
        raise UnreadableFileError(
            "the archive does not hold exactly one file",
            where=str(path),
            got=", ".join(members[:8]) or "no file",
            allowed="one file in an archive",
            hint="unpack it and load its files one by one",
        )
    return _unpack_head(Source(path, "text", "zip", members[0]))


def _office(archive: zipfile.ZipFile, names: list[str]) -> str:
    if any(name.startswith("xl/") for name in names):
        return "excel"
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
        return "excel"
    if "DataModel" in names or any(name.startswith("Report/") for name in names):
        return "a Power BI file"
    if "mimetype" in names or any(name.startswith(("word/", "ppt/")) for name in names):
        return "an office document that is no workbook"
    return ""


def _unpack_head(source: Source) -> Source:
    with source.open() as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise EmptyFileError("the archive holds an empty file", where=str(source.path), hint=_EXPORT_HINT)
    content = "packed" if _compression(head) != "none" else _content(source.path, head)
    if content not in {"text", "json"}:
        raise UnreadableFileError(
            "the archive holds a file of another kind",
            where=str(source.path),
            got=content,
            allowed="delimited text or JSON lines inside an archive",
            hint="unpack it and load the file inside",
        )
    return Source(source.path, cast("Content", content), source.compression, source.member, head)


@contextmanager
def _unpacked(path: Path, compression: Compression, member: str) -> Iterator[BinaryIO]:
    if compression == "zip":
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield cast("BinaryIO", stream)
        return
    openers: dict[str, Callable[..., Any]] = {"none": open, "gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
    with openers[compression](path, "rb") as stream:
        yield stream


_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the exceptions of the operating system and of the archives into ours."""
    try:
        yield
    except _DAMAGE as error:
        raise UnreadableFileError(
            "the file is damaged", where=str(path), got=str(error) or type(error).__name__, hint=_EXPORT_HINT
        ) from error
    except PermissionError as error:
        raise UnreadableFileError(
            "no permission to read the file",
            where=str(path),
            got=error.strerror,
            hint="close the program that holds it, or ask its owner for the right to read it",
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            "the file cannot be read", where=str(path), got=error.strerror or str(error), hint=_EXPORT_HINT
        ) from error
