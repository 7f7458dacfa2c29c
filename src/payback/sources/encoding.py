"""Find out how a file's bytes are text: one pass over all of them, so that line 900,000 counts like line 1.

The pass also counts lines and finds what makes a file no text (NUL bytes, control bytes) or odd text (mixed line
ends, blanks beside quotes). Later steps prove with these counts that no row was lost.
"""

from __future__ import annotations

import codecs
import errno
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from payback.errors import DiskFullError, UnreadableFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from payback.sources.opening import Source

CHUNK = 1 << 20
TAIL = 4096
LONGEST_LINE = 16 << 20
"""Bytes; a longer line is no row of a table, and reading it whole would not be in constant memory."""
CONTROL_SHARE = 0.02
"""Above this share of control bytes a file is no text: random bytes have a tenth, real text next to none."""

_CONTROL = bytes(byte for byte in range(32) if byte not in b"\0\t\n\v\f\r\x1a\x1b") + b"\x7f"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLANKS_BEFORE_QUOTE = re.compile(rb' "(?!"\w)')
_BLANKS_AFTER_QUOTE = re.compile(rb'" +(?:[,;|\t\r\n]|\Z)')
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass
class Survey:
    """What one pass over the bytes found.

    Parameters
    ----------
    size : int
        Bytes.
    line_feeds, returns, pairs : int
        Line feeds, carriage returns, and the pairs of both.
    quotes : bool
        There is a double quote.
    blank_beside_quote : bool
        A blank stands where a quote may open or close a field: readers differ on such fields.
    wide_bytes : int
        Bytes beyond the first of the valid UTF-8 sequences.
    invalid_bytes : int
        Bytes that are no UTF-8.
    nul_line : int, optional
        Line of the first NUL byte.
    control_bytes : int
        Control bytes among the first `CHUNK` bytes.
    tail : bytes
        The last bytes.
    """

    size: int = 0
    line_feeds: int = 0
    returns: int = 0
    pairs: int = 0
    quotes: bool = False
    blank_beside_quote: bool = False
    wide_bytes: int = 0
    invalid_bytes: int = 0
    nul_line: int | None = None
    control_bytes: int = 0
    tail: bytes = b""
    _rest: bytes = field(default=b"", repr=False)
    _line_bytes: int = field(default=0, repr=False)

    @property
    def line_ends(self) -> str:
        r"""``\n``, ``\r\n``, ``\r``, ``mixed``, or nothing for a file of one line."""
        if self.pairs and self.pairs == self.line_feeds == self.returns:
            return "\r\n"
        if self.line_feeds and self.returns:
            return "mixed"
        return "\n" if self.line_feeds else "\r" * bool(self.returns)

    @property
    def line_feeds_in_fields(self) -> bool:
        r"""Lines end in ``\r\n``, and ``\n`` alone may stand inside quotes, as spreadsheets write them."""
        return self.quotes and 0 < self.pairs == self.returns < self.line_feeds

    @property
    def lines(self) -> int:
        """Physical lines, blank ones included."""
        ends = self.line_feeds + self.returns - self.pairs
        return ends + (self.size > 0 and not self.tail.endswith((b"\n", b"\r")))

    @property
    def lines_with_text(self) -> int:
        """Physical lines without the blank ones at the end."""
        text = self.tail.rstrip(b"\r\n")
        end = self.tail[len(text) :]
        ends = end.count(b"\n") + end.count(b"\r") - end.count(b"\r\n")
        return self.lines - max(ends - 1, 0)

    def add(self, chunk: bytes, *, last: bool = False) -> None:
        """Count a chunk."""
        previous = self.tail[-1:]
        before = self.line_feeds + self.returns - self.pairs
        if self.size == 0:
            self.control_bytes = len(chunk) - len(chunk.translate(None, _CONTROL))
        if self.nul_line is None and b"\0" in chunk:
            head = chunk[: chunk.index(b"\0")]
            self.nul_line = before + 1 + head.count(b"\n") + head.count(b"\r") - head.count(b"\r\n")
        self._add_lines(chunk, previous)
        self._add_quotes(chunk)
        self._add_encoding(chunk, last=last)
        self.size += len(chunk)
        self.tail = (self.tail + chunk[-TAIL:])[-TAIL:]

    def _add_lines(self, chunk: bytes, previous: bytes) -> None:
        self.line_feeds += chunk.count(b"\n")
        if b"\r" in chunk:
            self.returns += chunk.count(b"\r")
            self.pairs += chunk.count(b"\r\n")
        if previous == b"\r" and chunk.startswith(b"\n"):
            self.pairs += 1
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._line_bytes = len(chunk) - end - 1 + (self._line_bytes if end < 0 else 0)

    def _add_quotes(self, chunk: bytes) -> None:
        seam = self.tail[-64:] + chunk
        if b'"' not in seam:
            return
        self.quotes = True
        if not self.blank_beside_quote:
            patterns = (_BLANKS_BEFORE_QUOTE, _BLANKS_AFTER_QUOTE)
            self.blank_beside_quote = any(pattern.search(seam) for pattern in patterns)

    def _add_encoding(self, chunk: bytes, *, last: bool) -> None:
        data = self._rest + chunk
        if data.isascii():
            self._rest = b""
            return
        try:
            text, used = codecs.utf_8_decode(data, "strict", last)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "surrogateescape", last)
            self.invalid_bytes += len(_SURROGATE.findall(text))
        self.wide_bytes += used - len(text)
        self._rest = data[used:]

    @property
    def open_line_bytes(self) -> int:
        """Length so far of the line that the last chunk ended in."""
        return self._line_bytes


def survey(stream: BinaryIO, path: Path) -> Survey:
    """Read a stream to its end and count.

    Raises
    ------
    UnreadableFileError
        A line is longer than `LONGEST_LINE`.
    """
    found = Survey()
    while chunk := stream.read(CHUNK):
        found.add(chunk)
        if found.open_line_bytes > LONGEST_LINE:
            raise UnreadableFileError(
                "a line of the file has no end",
                where=f"{path}, line {found.lines}",
                got=f"more than {LONGEST_LINE >> 20} MB without a line break",
                allowed="lines of at most 16 MB",
                hint="the file is no table, or it lost its line breaks: export it again",
            )
    found.add(b"", last=True)
    return found


def byte_order_mark(head: bytes) -> str | None:
    """Return the encoding that the first bytes declare."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def looks_like_utf_16(head: bytes) -> str | None:
    """Return the UTF-16 encoding of a head without a byte-order mark, None if it is another.

    Digits, delimiters and line ends have a zero byte in UTF-16, always on the same side.
    """
    pairs = len(head) // 2
    first, second = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if second > 0.2 * pairs and first < 0.02 * pairs:
        return "utf-16-le"
    return "utf-16-be" if first > 0.2 * pairs and second < 0.02 * pairs else None


def check_encoding(name: str) -> str:
    """Return the canonical name of an encoding that a user gave.

    Raises
    ------
    UsageError
        Python knows no text encoding of that name.
    """
    try:
        known = codecs.lookup(name)
        "a".encode(known.name)
    except (LookupError, ValueError) as error:
        raise UsageError(
            "unknown encoding",
            got=name,
            allowed="utf-8, utf-16, cp1252 (Windows, Western), latin-1, cp1250 (Central European), shift_jis, ...",
        ) from error
    return {"utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "latin-1"}.get(known.name, known.name)


def check_text(found: Survey, path: Path) -> None:
    """Raise UnreadableFileError if the bytes are no text."""
    head = min(found.size, CHUNK)
    if found.control_bytes > CONTROL_SHARE * head:
        raise UnreadableFileError(
            "this file is no text",
            where=str(path),
            got=f"{found.control_bytes:,} control bytes among the first {head:,}",
            allowed="delimited text, Excel, Parquet, Arrow or JSON lines",
            hint="choose another file; if it is text, name its encoding with --encoding",
        )
    if found.nul_line is not None:
        raise UnreadableFileError(
            "the file has NUL bytes, so it is damaged or no text",
            where=f"{path}, line {found.nul_line}",
            allowed="text without NUL bytes",
            hint="export the file again; if it is UTF-16 text, say so with --encoding utf-16",
        )


def guess_encoding(found: Survey) -> str:
    """Return ``utf-8`` or ``cp1252``.

    A file that has well-formed sequences is UTF-8 even if some of its bytes are not: text in another encoding has
    practically none. The lines with the wrong bytes are then rejected, not the file.
    """
    if found.invalid_bytes == 0 or found.wide_bytes >= found.invalid_bytes:
        return "utf-8"
    return "cp1252"


def _unassigned_as_control(error: UnicodeError) -> tuple[str, int]:
    """Decode the five bytes that Windows-1252 leaves out as browsers do: as the control character of their number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("payback.unassigned", _unassigned_as_control)


def write_utf_8(source: Source, encoding: str, target: Path, size: int) -> None:
    """Write the text of a file as UTF-8 without a byte-order mark, chunk by chunk.

    Parameters
    ----------
    source : Source
        The file.
    encoding : str
        Its encoding.
    target : Path
        File to write.
    size : int
        Unpacked bytes of the source.

    Raises
    ------
    DiskFullError
        The copy does not fit.
    UnreadableFileError
        The bytes are not in that encoding.
    """
    # UTF-16 text of Western letters halves, the others keep their size or grow: the least that is needed.
    needed = size // 2 if encoding.startswith(("utf-16", "utf-32")) else size
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise _no_room(target, needed, free)
    with source.open() as stream:
        texts = _recoded(stream, encoding, source.path)
        _write(texts, target, needed)


def _recoded(stream: BinaryIO, encoding: str, path: Path) -> Iterator[bytes]:
    errors = "payback.unassigned" if encoding == "cp1252" else "strict"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    line, start = 1, True
    while True:
        chunk = stream.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
            data = text.encode("utf-8")
        except UnicodeError as error:
            raise UnreadableFileError(
                f"the bytes of the file are not {encoding} text",
                where=f"{path}, at or after line {line}",
                got=getattr(error, "reason", str(error)),
                hint="the file is cut off, or it has another encoding: name it with --encoding",
            ) from error
        line += text.count("\n")
        if data:
            yield data.removeprefix(codecs.BOM_UTF8) if start else data
            start = False
        if not chunk:
            return


def _write(texts: Iterator[bytes], target: Path, needed: int) -> None:
    with target.open("wb") as copy:
        for text in texts:
            try:
                copy.write(text)
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                raise _no_room(target, needed, shutil.disk_usage(target.parent).free) from error


def _no_room(target: Path, needed: int, free: int) -> DiskFullError:
    return DiskFullError(
        "no room for a UTF-8 copy of the file; nothing was changed",
        where=str(target.parent),
        got=f"{free / 1e6:,.0f} MB free",
        allowed=f"at least {needed / 1e6:,.0f} MB",
        hint="free some space, name another folder with engine.temp_directory, or save the file as UTF-8 CSV",
    )
