"""Tell rows of a table from the other lines of a file: totals, repeated headers, blank rows, messages."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from payback.sources.raw_table import BLANK

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_ROWS = 3
LAST_ROWS = 12
"""Where totals stand: GA4 writes them under the header, Google Ads up to nine at the end."""

RAGGED = "ragged_line"
MALFORMED = "malformed_quotes"
WRONG_BYTES = "invalid_encoding"
REPEATED_HEADER = "repeated_header"
SUMMARY = "summary_row"
COMMENT = "comment_line"
DAMAGE = (RAGGED, MALFORMED, WRONG_BYTES, REPEATED_HEADER)
"""Reasons that count towards the share above which a file is refused."""

RULES = {
    MALFORMED: "a quoted field is closed, and quotes in it are doubled",
    WRONG_BYTES: "every line is text in the encoding of the file",
    REPEATED_HEADER: "the header stands once, above the rows",
    SUMMARY: "a row is one row of the report, not the total of others",
    COMMENT: "a row is data, not a remark of the tool that wrote the file",
}

_TOTAL = re.compile(
    r"""
    (?: (?:grand\ |overall\ |sub-?\ ?)?totals? | report\ total | sum | all\ campaigns
      | (?:gesamt|end)(?:summe|ergebnis|betrag)? | summe | insgesamt                       # German
      | total\ (?:général|general|geral|gerais) | totaux | ensemble                        # French, Spanish, Portuguese
      | totale(?:\ (?:generale|complessivo))?                                              # Italian
      | (?:eind)?totaal | totalt | i\ alt | sammanlagt | yhteensä                          # Dutch, Nordic
      | celkem | celkový\ součet | spolu                                                  # Czech, Slovak
      | razem | suma(?:\ końcowa)? | łącznie | összesen                                   # Polish, Hungarian
      | итого | всего | общий\ итог | усього | разом                                       # Russian, Ukrainian
      | (?:genel\ )?toplam | 合計 | 総計 | 总计 | 總計 | 합계 | 총계 | รวม | المجموع
    )
    (?: \s*[:;(\[].* | \s+[-–—/]\s.* | \s+(?:for|of|from)\s.*
      | \s+(?:account|accounts|campaigns?|ad\ groups?|ads|keywords?|results?|rows?|all)
    )?
    | results\ from\ [\d.,]+\ .*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REMARK = re.compile(
    r"©|\(c\)|copyright\b|(report )?(generated|exported|downloaded|created) (on|at|by)\b", re.IGNORECASE
)
_MESSAGE = re.compile(
    r"(there (is|was|are|were) )?no (data|results?|records?|rows?|statistics|matching \w+)\b.*"
    r"|keine (daten|ergebnisse).*"
    r"|aucune? (donnée|résultat).*|no hay (datos|resultados).*|nessun (dato|risultato).*|geen (gegevens|resultaten).*"
    r"|žádná data.*|brak danych.*|нет данных.*|sem dados.*",
    re.IGNORECASE,
)


def is_blank(cells: Sequence[str]) -> bool:
    """Tell whether a row has no text."""
    return not any(cell.strip(BLANK) for cell in cells)


def is_total(cells: Sequence[str | None]) -> bool:
    """Tell whether the first cell that is not empty says that the row is a total.

    Examples
    --------
    >>> is_total(["", "Total: Campaigns", "12"]), is_total(["Total Wine Promo", "12"])
    (True, False)
    """
    first = next((text for cell in cells if (text := (cell or "").strip(BLANK))), "")
    return _TOTAL.fullmatch(first) is not None


def has_total_cell(cells: Sequence[str]) -> bool:
    """Tell whether any cell is the word for a total: GA4 puts it behind the last column."""
    return is_total(cells) or any(_TOTAL.fullmatch(cell.strip(BLANK)) for cell in cells if cell)


def is_comment(cells: Sequence[str]) -> bool:
    """Tell whether a line is a remark: it begins with #, or its only text is a copyright or when it was made."""
    text = [cell.strip(BLANK) for cell in cells if cell.strip(BLANK)]
    return bool(text) and (text[0].startswith("#") or (len(text) == 1 and _REMARK.match(text[0]) is not None))


def why_uneven(cells: Sequence[str], width: int) -> tuple[str, str, str | None]:
    """Return reason, rule and value of a line that has not as many fields as the header."""
    if has_total_cell(cells):
        return SUMMARY, RULES[SUMMARY], None
    if is_comment(cells):
        return COMMENT, RULES[COMMENT], None
    return RAGGED, f"{counted(width, 'field')} in a line, not {len(cells)}", counted(len(cells), "field")


def is_message(cells: Sequence[str]) -> bool:
    """Tell whether a line only says that there is nothing to report."""
    text = [cell for cell in cells if cell.strip(BLANK)]
    return len(text) == 1 and _MESSAGE.fullmatch(text[0].strip(BLANK)) is not None


def counted(number: int, word: str) -> str:
    """Return a number with its noun: ``1 line``, ``1,200 lines``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def as_line(cells: Sequence[str | None], delimiter: str) -> str:
    """Return cells as one line of text, quoted where they must be.

    Examples
    --------
    >>> as_line(["1", None, "a,b"], ",")
    '1,,"a,b"'
    """
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow([cell or "" for cell in cells])
    return text.getvalue()
