"""What stands at the top of every page: its name, the currency of the amounts, and the slicers that pages share."""

from __future__ import annotations

from payback.publishing.powerbi.pages.spec import Field, Place, Visual, column, measure

TOP, LEFT, RIGHT = 104, 16, 1264
"""Where the rest of a page begins, and its left and right edge."""
GAP = 12
_SLICER_WIDTH, _SLICER_HEIGHT = 200, 76


def title(text: str, note: Field | None = None, width: int = 552) -> tuple[Visual, ...]:
    """Return the name of the page and, below it, the currency of its amounts."""
    shown = note or measure("Amounts In")
    head = Visual("page title", "textbox", Place(LEFT, 6, width, 48), "", f"Name of the page: {text}.", lines=(text,))
    words = "Says in which currency the amounts are, or that several are in view."
    card = Visual("currency note", "cardVisual", Place(LEFT, 54, width, 42), "", words, {"Data": (shown,)})
    return head, card


def of_campaigns(text: str) -> tuple[Visual, ...]:
    """Return the top of a page about campaigns: its name, and slicers of days, channel and currency."""
    return (*title(text), days(2), channel(1), currency(0))


def days(position: int) -> Visual:
    """Return the slicer of days; positions count from the right."""
    return _slicer("days", "Days", column("Date", "Date"), position, is_range=True)


def channel(position: int) -> Visual:
    """Return the slicer of channels."""
    return _slicer("channel", "Channel", column("Channel", "Channel"), position)


def country(position: int) -> Visual:
    """Return the slicer of countries."""
    return _slicer("country", "Country", column("Country", "Country"), position)


def currency(position: int) -> Visual:
    """Return the slicer of currencies: one is always chosen, the most frequent first, because they are never added."""
    return _slicer("currency", "Currency", column("Currency", "Currency"), position, single=True)


def any_currency(position: int) -> Visual:
    """Return a slicer of currencies for one page, none chosen: customers may have others than campaigns."""
    return _slicer("customer currency", "Currency", column("Currency", "Currency"), position, shared=False)


def _slicer(
    name: str,
    text: str,
    shown: Field,
    position: int,
    *,
    single: bool = False,
    is_range: bool = False,
    shared: bool = True,
) -> Visual:
    width = _SLICER_WIDTH + (60 if is_range else 0)
    x = RIGHT - (position + 1) * _SLICER_WIDTH - position * GAP - (60 if is_range else 0)
    words = f"Slicer: choose {'one value' if single else 'a range' if is_range else 'values'} of {text.lower()}."
    place = Place(x, 16, width, _SLICER_HEIGHT)
    return Visual(
        name, "slicer", place, text, words, {"Values": (shown,)}, single=single, range=is_range, shared=shared
    )
