"""What people and scripts see: tables on stdout, talk on stderr, JSON with exact numbers."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    view = show or (lambda _key, value, _row: "" if value is None else str(value))
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, title_style="bold", show_footer=False)
    for heading in columns.values():
        right = heading.startswith(">")
        table.add_column(heading.removeprefix(">"), justify="right" if right else "left", no_wrap=right)
    for row in rows:
        table.add_row(*(Text(view(key, row.get(key), row)) for key in columns))
    if total is not None:
        table.add_section()
        table.add_row(*(Text(view(key, total.get(key), total), style="bold") for key in columns))
    _console().print(table)


def say(text: str = "") -> None:
    """Print a line for a person."""
    _console().print(text, markup=False, highlight=False, soft_wrap=True)


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

    return Console(width=None if sys.stdout.isatty() else 160)
