"""Find the header among the first rows of a table, and read what the lines above it say."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from payback.engine.columns import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER_WITHIN = 60
"""Rows among which a header is looked for."""
KNOWN_ENOUGH = 2
"""Known headers that make a header line; one may be chance."""

_VALUE = re.compile(
    r"[-+(]?\s*[^\w\s]?\s*\d[\d.,\s'’]*\s*[%)€$£]?"  # 1,234.5  $ 12  (3)  2.81%
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?"  # 2024-12-31  31.12.2024 10:00
)
_UNIT = re.compile(r"\s*[(\[].*[)\]]$|\s[a-z]{3}$")
_KEY_VALUE = re.compile(r"([^:]{1,60}?)\s*:\s*(.+)")
_DATE_RANGE = re.compile(r".*\d.*( - |–|—|\bto\b|\bbis\b).*\d.*|\d{8}-\d{8}")


def find_header(rows: Sequence[Sequence[str]], known: frozenset[str]) -> int | None:
    """Return the index of the header among rows, None if no row is one.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first rows that are not blank.
    known : frozenset of str
        Headers that some table knows, in normalised form.

    Examples
    --------
    >>> find_header([["Spend report"], ["Day", "Cost"], ["2024-01-01", "5"]], frozenset({"day", "cost"}))
    1
    """
    top = rows[:HEADER_WITHIN]
    for index, row in enumerate(top):
        # A row of data may hold known words too, such as the goal "Conversions", but it holds more values.
        if count_known(row, known) >= max(KNOWN_ENOUGH, 1 + count_values(row)):
            return index
    # Header and rows may differ in delimiters behind the last column.
    usual = {_most_common(map(len, rows)), _most_common(map(_length, rows))}
    for index, row in enumerate(top):
        filled = sum(1 for cell in row if cell.strip())
        # A title that a spreadsheet padded to the width of the table fills few of its cells.
        widths = {len(row), _length(row) if filled > 1 else len(row)} & usual
        if widths and filled * 2 > min(widths):
            return None if count_values(row) else index
    return None


def _most_common(sizes: Iterable[int]) -> int:
    """Return the size that occurs most often, the largest of several."""
    times = Counter(sizes)
    return max(times, key=lambda size: (times[size], size))


def _length(row: Sequence[str]) -> int:
    """Return the number of cells up to the last that is not empty."""
    return max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)


def count_known(row: Sequence[str], known: frozenset[str]) -> int:
    """Return how many different known headers a row holds, whatever currency or unit stands behind them."""
    forms = [normalised(cell.strip("\ufeff# \t")) for cell in row]
    return len({form for cell in forms for form in (cell, _UNIT.sub("", cell)) if form in known})


def count_values(row: Sequence[str]) -> int:
    """Return how many cells are numbers or dates."""
    return sum(bool(_VALUE.fullmatch(cell.strip())) for cell in row)


def read_metadata(preamble: Sequence[str]) -> dict[str, str]:
    """Return what the lines before a header say: ``key: value`` pairs, a date range, a title.

    Examples
    --------
    >>> read_metadata(["Campaign report", '"1 May 2024 - 31 May 2024"', "# Account: Shop"])
    {'title': 'Campaign report', 'date range': '1 May 2024 - 31 May 2024', 'account': 'Shop'}
    """
    found: dict[str, str] = {}
    for number, line in enumerate(preamble, 1):
        text = line.strip("\ufeff#\"',; \t\r\n")
        if not re.search(r"\w", text):
            continue
        pair = _KEY_VALUE.fullmatch(text)
        if pair:
            found.setdefault(pair[1].casefold(), pair[2])
        elif _DATE_RANGE.fullmatch(text):
            found.setdefault("date range", text)
        else:
            found.setdefault("title" if "title" not in found else f"line {number}", text)
    return found
