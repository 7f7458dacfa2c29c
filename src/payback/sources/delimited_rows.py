"""Read delimited text record by record: slower than the engine's own reader, and right for every odd file."""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING

from payback.errors import ConservationError
from payback.sources.intake import RowIntake
from payback.sources.records import long_fields, read_records
from payback.sources.structure import counted

if TYPE_CHECKING:
    from payback.sources.delimited import DelimitedText
    from payback.sources.dialect import Layout
    from payback.sources.draft import Draft


def read_by_record(text: DelimitedText, layout: Layout, draft: Draft) -> None:
    """Read all records of a text into a draft.

    Parameters
    ----------
    text : DelimitedText
        The text, in UTF-8.
    layout : Layout
        Where its table is.
    draft : Draft
        Where the rows go.

    Raises
    ------
    TooManyRejectedRowsError
        The file is no table.
    ConservationError
        A line was neither a row nor a reject nor blank.
    """
    lines = (layout.end_line or text.survey.lines) - layout.first_line + 1
    intake = RowIntake(draft, most_rows=lines, damaged=text.survey.invalid_bytes > 0)
    read = 0
    with text.source.open() as stream, long_fields():
        reader = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        wanted = islice(reader, layout.first_line - 1, layout.end_line)
        for record in read_records(
            wanted,
            layout.delimiter,
            len(layout.headers),
            first_line=layout.first_line,
            skip_blanks=layout.skip_blanks,
        ):
            intake.add(record)
            read += len(record.lines)
        reader.detach()
    intake.finish()
    if read != max(lines, 0):
        raise ConservationError(
            "lines were lost while reading", where=str(draft.path), got=f"{read}", allowed=f"{lines}"
        )
    if intake.delimiter_lines:
        draft.notes.append(f"{counted(intake.delimiter_lines, 'line')} of delimiters only skipped")
    if intake.repaired:
        draft.notes.append(f"{counted(intake.repaired, 'row')} with a quote that is not doubled; it was taken as text")
