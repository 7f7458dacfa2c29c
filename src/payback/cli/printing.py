"""What people and scripts see: tables on stdout, talk on stderr, JSON with exact numbers."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_GAP = 3
"""Signs between two columns."""
_READABLE, _NARROWEST = 20, 6
"""Widths of a column of text: what it should have, and what it has at the very least."""
_LONGEST_WORD = 28
"""Longer words are broken; shorter ones never are where there is room."""
_NUMBER = re.compile(r'"\\u0000([-0-9.]+)"')


def print_json(value: object) -> None:
    """Print a value as JSON; decimals keep every digit and are numbers."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_encode, allow_nan=False)
    sys.stdout.write(_NUMBER.sub(r"\1", text) + "\n")


def _encode(value: object) -> object:
    if isinstance(value, Decimal):
        # A mark that no text can hold: it becomes a bare number with all of its digits.
        return f"\0{plain(value)}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    message = f"{type(value).__name__} cannot be JSON"
    raise TypeError(message)


def plain(value: Decimal) -> str:
    """Return a decimal as digits, without exponent and without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def print_table(
    title: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    *,
    show: Callable[[str, Any, Mapping[str, Any]], str] | None = None,
    total: Mapping[str, Any] | None = None,
    spare: Sequence[str] = (),
) -> None:
    """Print rows as a table.

    Parameters
    ----------
    title : str
        Headline.
    columns : mapping of str to str
        Key -> heading; a heading that starts with ``>`` is aligned right.
    rows : sequence of mapping
        The rows.
    show : callable, optional
        Makes text of (key, value, row).
    total : mapping, optional
        Last row, set apart.
    spare : sequence of str
        Keys of columns that a narrow window does without, the first to go first: a number is never cut.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    view = show or (lambda _key, value, _row: "" if value is None else str(value))
    console = _console()
    lines = [{key: view(key, row.get(key), row) for key in columns} for row in (*rows, *([total] if total else []))]
    kept = _fitting(columns, lines, spare, console.width)
    fits = _width(kept, lines) <= console.width
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, title_style="bold", show_footer=False)
    for key, heading in kept.items():
        right, least = heading.startswith(">"), _least(key, heading, lines)
        table.add_column(
            heading.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
            min_width=least if right or fits else min(least, _NARROWEST),
        )
    for number, line in enumerate(lines, 1):
        if total and number == len(lines):
            table.add_section()
        table.add_row(*(Text(line[key]) for key in kept), style="bold" if total and number == len(lines) else None)
    console.print(table)
    if left_out := [columns[key].removeprefix(">") for key in columns if key not in kept]:
        say(f"Not shown for want of room: {', '.join(left_out)}. A wider window or --json shows all.")


def _fitting(
    columns: Mapping[str, str], lines: Sequence[Mapping[str, str]], spare: Sequence[str], width: int
) -> dict[str, str]:
    """Return the columns that fit into a width, the spare ones left out one by one."""
    kept = dict(columns)
    for key in spare:
        if _width(kept, lines) <= width:
            break
        kept.pop(key, None)
    return kept


def _width(columns: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> int:
    return sum(_least(name, heading, lines) + _GAP for name, heading in columns.items()) + 1


def _least(key: str, heading: str, lines: Sequence[Mapping[str, str]]) -> int:
    """Return the width that a column needs: a number all of it, a text its words, a few beside each other."""
    from rich.cells import cell_len

    longest = max([cell_len(line[key]) for line in lines], default=0)
    needed = max(longest, cell_len(heading.removeprefix(">")))
    if heading.startswith(">"):
        return needed
    word = max((cell_len(word) for line in lines for word in line[key].split()), default=0)
    return max(min(needed, _READABLE), min(word, _LONGEST_WORD))


def say(text: str = "") -> None:
    """Print a line for a person."""
    _console().print(text, markup=False, highlight=False, soft_wrap=True)


def say_note(text: str) -> None:
    """Print what is worth knowing beside the answer, where it does not get into a script's way."""
    sys.stdout.flush()
    sys.stderr.write(f"note: {text}\n")


def say_error(text: str) -> None:
    """Print an error: the first line stands out, nothing wraps in the middle of a path."""
    first, _, rest = text.partition("\n")
    sys.stdout.flush()
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.text import Text

        Console(stderr=True).print(Text(f"error: {first}", style="bold red"), soft_wrap=True)
        sys.stderr.write(rest + "\n" if rest else "")
    else:
        sys.stderr.write(f"error: {text}\n")


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is going on: a line that moves on a terminal, nothing where no one looks."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update


def _console() -> Any:
    from rich.console import Console

    # Rich reads COLUMNS itself; a pipe without it would get 80 columns, too few for a table that nobody resizes.
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160)
