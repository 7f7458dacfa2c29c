"""Cells of a workbook: values with their formats, and text that stays text.

XlsxWriter is told the type of every cell; it never guesses one from the text. Text that looks like a formula also
carries Excel's own "this is text" mark, so it stays text when somebody edits the cell.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payback.publishing.formats import excel_format

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from payback.publishing.columns import ColumnView

LONGEST_TEXT = 32_767
CUT_MARK = " […cut]"
HEADER_HEIGHT = 32
_EXACT_INTEGER = 2**53
_FIRST_DAY = date(1900, 3, 1)  # Excel believes in 29 February 1900; days before it are off by one
_LOOKS_LIKE_FORMULA = re.compile(r"\s*[=+\-@'\t\r\n]")

INK, QUIET, RULE, HEAD = "#101828", "#667085", "#D0D5DD", "#EEF2F7"


class Styles:
    """Formats by what they look like: a workbook should hold each only once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._values: dict[tuple[str, int, str | None, bool], Format] = {}

    def get(self, **properties: object) -> Format:
        """Return the format with these properties of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"font_size": 10, "font_color": INK, "valign": "top", **properties}
            )
        return self._formats[key]

    def value(self, view: ColumnView, currency: str | None, *, total: bool = False) -> Format:
        """Return the format of a value of a column."""
        key = (view.unit, view.decimals, currency, total)
        if key not in self._values:
            properties: dict[str, object] = {"num_format": excel_format(view.unit, view.decimals, currency)}
            properties |= {"align": "right"} if view.is_number else {"align": "left", "indent": 1}
            properties |= {"bold": True, "top": 1, "top_color": QUIET} if total else {}
            self._values[key] = self.get(**properties)
        return self._values[key]

    def text(self, *, risky: bool = False, total: bool = False) -> Format:
        """Return the format of plain text; risky text is marked as text."""
        properties: dict[str, object] = {"bold": True, "top": 1, "top_color": QUIET} if total else {}
        return self.get(align="left", indent=1, **properties, **({"quote_prefix": True} if risky else {}))

    def condition(self, colour: str) -> Format:
        """Return the format of a conditional rule: bold, in a colour."""
        return self._book.add_format({"font_color": colour, "bold": True})

    def header(self, view: ColumnView) -> Format:
        """Return the format of a header cell, aligned as the values below it."""
        look = {"align": "right"} if view.is_number else {"align": "left", "indent": 1}
        return self.get(
            bold=True, bg_color=HEAD, bottom=1, bottom_color=QUIET, text_wrap=True, valign="vcenter", **look
        )


def write_text(sheet: Worksheet, row: int, column: int, text: str, styles: Styles, style: Format | None = None) -> None:
    """Write text as text, cut and marked where Excel would refuse its length."""
    safe = safe_text(text)
    if style is None:
        style = styles.text(risky=bool(_LOOKS_LIKE_FORMULA.match(safe)))
    if safe:
        sheet.write_string(row, column, safe, style)
    else:
        sheet.write_blank(row, column, None, style)


def write_value(
    sheet: Worksheet,
    position: tuple[int, int],
    value: Any,
    view: ColumnView,
    currency: str | None,
    styles: Styles,
    *,
    total: bool = False,
) -> None:
    """Write a value of a column: a number as a number, a day as a day, anything else as text.

    A number that a double cannot hold exactly (an id of 17 digits) is written as text, because Excel would change it.
    """
    row, column = position
    style = styles.value(view, currency, total=total)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _fits(value):
        sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value, style)
    elif _is_nothing(value):
        if total:
            sheet.write_blank(row, column, None, styles.text(total=True))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, date) and (day := _excel_day(value)) is not None:
        sheet.write_datetime(row, column, day, style)
    else:
        risky = bool(_LOOKS_LIKE_FORMULA.match(str(value)))
        write_text(sheet, row, column, str(value), styles, styles.text(risky=risky, total=total))


def safe_text(text: str) -> str:
    """Return a text that fits in a cell and that XlsxWriter does not take for markup.

    XlsxWriter copies a text between ``<r>`` and ``</r>`` into the file as it stands, as formatted text: a campaign
    with such a name would break the workbook. A blank behind it makes it plain text again.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "
    if len(text) <= LONGEST_TEXT // 2 or _excel_length(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - len(CUT_MARK)
    cut = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", errors="ignore")
    return cut + CUT_MARK


def _excel_length(text: str) -> int:
    """Return the length as Excel counts it: characters outside the basic plane, such as emoji, are two."""
    return len(text.encode("utf-16-le")) // 2


def _fits(value: float | Decimal) -> bool:
    return abs(value) <= _EXACT_INTEGER if isinstance(value, int) else math.isfinite(value)


def _is_nothing(value: Any) -> bool:
    """Whether there is nothing to show: null, an empty text, or a number that is none."""
    return value is None or value == "" or (isinstance(value, float | Decimal) and not math.isfinite(value))


def _excel_day(value: date) -> date | None:
    """Return a day or a moment (UTC, without zone) that Excel can hold."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return value if value.date() >= _FIRST_DAY else None
    return value if value >= _FIRST_DAY else None
