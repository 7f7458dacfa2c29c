"""Read delimited text: find out its encoding and its layout, then take the quick way or the sure one."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from payback.errors import ConfigurationError
from payback.sources.delimited_bulk import read_in_bulk, why_not_in_bulk
from payback.sources.delimited_rows import read_by_record
from payback.sources.dialect import Layout, find_layout, name_of
from payback.sources.draft import Draft
from payback.sources.encoding import (
    Survey,
    byte_order_mark,
    check_encoding,
    check_text,
    guess_encoding,
    looks_like_utf_16,
    survey,
    write_utf_8,
)
from payback.sources.headers import read_metadata
from payback.sources.opening import Source
from payback.sources.records import BLANKS
from payback.sources.structure import counted

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine
    from payback.sources.raw_table import RawTable, ReadOptions

SAMPLE = 1 << 20
"""Bytes in which the layout is looked for."""


@dataclass(frozen=True)
class DelimitedText:
    """A text in UTF-8, and what is known about its bytes.

    Parameters
    ----------
    source : Source
        Where the UTF-8 bytes are: the file itself, or a copy.
    survey : Survey
        What they are.
    encoding : str
        Encoding of the file itself.
    guessed : bool
        Nothing in the file says so: its bytes are just no UTF-8.
    """

    source: Source
    survey: Survey
    encoding: str
    guessed: bool = False


def read_delimited(engine: Engine, source: Source, known: frozenset[str], options: ReadOptions) -> RawTable:
    """Read delimited text into an engine; see `payback.sources.reading.read_file`."""
    with ExitStack() as cleanup:
        text = _as_utf_8(source, options, cleanup)
        layout = find_layout(
            _sample(text), known, source.path, delimiter=options.separator, header_line=options.header_line
        )
        draft = Draft(
            engine,
            source.path,
            layout.headers,
            layout.delimiter,
            maximum_ragged_share=options.maximum_ragged_share,
            notes=_notes(text, layout),
        )
        try:
            reader = _read(text, layout, draft)
            return draft.finish(_format(layout), _dialect(source, text, layout, reader), read_metadata(layout.preamble))
        except BaseException:
            draft.drop()
            raise


def _read(text: DelimitedText, layout: Layout, draft: Draft) -> str:
    """Read the rows and return by which way."""
    why = why_not_in_bulk(text, layout)
    if why is None:
        if read_in_bulk(text, layout, draft):
            return "bulk"
        why = "its quotes or its line ends are irregular"
    if text.survey.size > SAMPLE:
        draft.notes.append(f"read record by record, which is slower, because {why}")
    read_by_record(text, layout, draft)
    return "record by record"


def _as_utf_8(source: Source, options: ReadOptions, cleanup: ExitStack) -> DelimitedText:
    """Return the file as UTF-8: itself, or a private copy that lives as long as the reading."""
    encoding = check_encoding(options.encoding) if options.encoding else byte_order_mark(source.head)
    encoding = encoding or looks_like_utf_16(source.head)
    with source.open() as stream:
        found = survey(stream, source.path)
    guessed = encoding is None
    if encoding is None or encoding == "utf-8":
        check_text(found, source.path)
        encoding = encoding or guess_encoding(found)
    ours = encoding == "utf-8"
    if ours and (source.compression in {"none", "gzip"} or found.invalid_bytes):
        return DelimitedText(source, found, encoding)
    copy = _folder(options.temp_directory, cleanup) / "copy.csv"
    write_utf_8(source, encoding, copy, found.size)
    if not ours:
        with copy.open("rb") as stream:
            found = survey(stream, source.path)
        check_text(found, source.path)
    return DelimitedText(Source(copy, "text"), found, encoding, guessed and not ours)


def _folder(parent: Path | None, cleanup: ExitStack) -> Path:
    """Return a folder that only this user can read and that goes with the reading."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="payback-", dir=parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise ConfigurationError(
            "no temporary file can be made",
            where="engine.temp_directory",
            got=f"{parent or tempfile.gettempdir()}: {error.strerror}",
            hint="name a folder that you may write to",
        ) from error
    return Path(cleanup.enter_context(folder))


def _sample(text: DelimitedText) -> str:
    """Return the first lines of the text."""
    with text.source.open() as stream:
        data = stream.read(SAMPLE)
    if len(data) < text.survey.size:
        data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1] or data
    return data.decode("utf-8-sig", "surrogateescape")


def _notes(text: DelimitedText, layout: Layout) -> list[str]:
    notes = []
    if text.guessed:
        notes.append(
            "the bytes are no UTF-8, so they were read as Windows-1252; name the encoding if letters look wrong"
        )
    if layout.preamble:
        shown = "; ".join(line.strip()[:60] for line in layout.preamble[:4])
        notes.append(f"{counted(len(layout.preamble), 'line')} before the header skipped: {shown}")
    if layout.other_tables:
        lines = ", ".join(map(str, layout.other_tables))
        notes.append(
            f"the file holds {len(layout.other_tables) + 1} tables; the one with its header in line "
            f"{layout.header_line} was read, those in lines {lines} were not"
        )
    return notes


def _format(layout: Layout) -> str:
    return {"\t": "tsv", BLANKS: "text"}.get(layout.delimiter, "csv")


def _dialect(source: Source, text: DelimitedText, layout: Layout, reader: str) -> dict[str, object]:
    return {
        "encoding": text.encoding,
        "delimiter": layout.delimiter,
        "delimiter_name": name_of(layout.delimiter),
        "quote": '"',
        "line_ends": text.survey.line_ends,
        "header_line": layout.header_line,
        "preamble_lines": len(layout.preamble),
        "compression": source.compression,
        "reader": reader,
    }
