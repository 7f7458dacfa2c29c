"""Split lines of text into records, one after the other, in constant memory.

Quoting follows RFC 4180 strictly. A line that breaks its rules must not swallow the lines behind it, so only its
first line is judged: it is read by the one lenient rule that is safe (a quote that no delimiter follows is text), or
handed back as malformed. Every line of the input is in exactly one record.
"""

from __future__ import annotations

import csv
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LINES_OF_A_RECORD = 500
"""A quoted field of more lines is taken for a quote that was never closed."""
CHARACTERS_OF_A_RECORD = 2_000_000
BLANKS = " "
"""The delimiter of files whose columns are aligned with runs of blanks."""


class Record(NamedTuple):
    """One record.

    Parameters
    ----------
    line : int
        Physical line it starts at, from 1.
    fields : list of str, optional
        None where the quotes are malformed.
    lines : sequence of str
        Its physical lines with their ends.
    repaired : bool
        A quote inside it was taken as text.
    """

    line: int
    fields: list[str] | None
    lines: Sequence[str]
    repaired: bool = False

    @property
    def original(self) -> str:
        """The text as it stands in the file, without the last line end."""
        return "".join(self.lines).rstrip("\r\n")


class _EndlessFieldError(Exception):
    """A quoted field goes on and on."""


class _Feed:
    """Lines for a csv reader, which can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        if len(self.taken) > 1 and (
            len(self.taken) > LINES_OF_A_RECORD or sum(map(len, self.taken)) > CHARACTERS_OF_A_RECORD
        ):
            raise _EndlessFieldError
        return line

    def give_back(self) -> None:
        """Keep the first line that was taken, put the others back."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read_records(
    lines: Iterable[str], delimiter: str, width: int | None = None, *, first_line: int = 1, skip_blanks: bool = False
) -> Iterator[Record]:
    r"""Split lines into records.

    Parameters
    ----------
    lines : iterable of str
        Physical lines with their ends.
    delimiter : str
        One character, or `BLANKS` for runs of blanks.
    width : int, optional
        Fields a record should have: a malformed line is repaired only if it then has just as many.
    first_line : int
        Number of the first line.
    skip_blanks : bool
        Blanks behind a delimiter belong to no field.

    Examples
    --------
    >>> [record.fields for record in read_records(['1,"a, b"\n', '2,"5" wide"\n'], ",", 2)]
    [['1', 'a, b'], ['2', '5" wide']]
    """
    if delimiter == BLANKS:
        for number, line in enumerate(lines, first_line):
            yield Record(number, line.split(), (line,))
        return
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=skip_blanks)
    number = first_line
    while True:
        feed.taken = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, _EndlessFieldError):
            feed.give_back()
            yield Record(number, split_leniently(feed.taken[0], delimiter, width), feed.taken, repaired=True)
        else:
            yield Record(number, fields, feed.taken)
        number += len(feed.taken)


def split_leniently(line: str, delimiter: str, width: int | None) -> list[str] | None:
    """Split one line whose quotes are malformed, or return None if that takes a guess.

    A quoted field ends at a quote before a delimiter or the end; any other quote is text. Between tabs, which text
    does not hold, quotes may be text altogether.
    """
    text = line.rstrip("\r\n")
    fields: list[str] | None = []
    position = 0
    while fields is not None and position <= len(text):
        field, position = _take_field(text, position, delimiter)
        fields = None if field is None else [*fields, field]
    if fields is not None and width in (None, len(fields)):
        return fields
    plain = text.split(delimiter)
    return plain if delimiter == "\t" and len(plain) == width else None


def _take_field(text: str, start: int, delimiter: str) -> tuple[str | None, int]:
    """Return the field that starts there and where the next one does; None for a quote that is never closed."""
    opening = _past_blanks(text, start)
    if not text.startswith('"', opening):
        end = text.find(delimiter, start)
        end = len(text) if end < 0 else end
        return text[start:end], end + 1
    parts: list[str] = []
    position = opening + 1
    while (quote := text.find('"', position)) >= 0:
        parts.append(text[position:quote])
        behind = _past_blanks(text, quote + 1)
        if text.startswith('""', quote):
            position = quote + 2
        elif behind == len(text) or text.startswith(delimiter, behind):
            return "".join(parts), behind + 1
        else:
            position = quote + 1
        parts.append('"')
    return None, len(text) + 1


def _past_blanks(text: str, start: int) -> int:
    """Return the position of the first character from there on that is no blank."""
    while text.startswith(" ", start):
        start += 1
    return start


@contextmanager
def long_fields() -> Iterator[None]:
    """Let the csv module read fields of any length; its limit is one for the whole process."""
    limit = csv.field_size_limit(CHARACTERS_OF_A_RECORD * 16)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
