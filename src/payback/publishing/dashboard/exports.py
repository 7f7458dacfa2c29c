"""A table that a reader sees as a file: by the same writers as everything else, so no text in it becomes a formula."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pyarrow as pa

from payback.currencies import CURRENCIES
from payback.errors import UsageError
from payback.publishing.columns import ColumnView
from payback.publishing.csv_files import csv_bytes
from payback.publishing.excel_table import table_bytes

MOST_ROWS, MOST_COLUMNS = 200_000, 200
_UNITS = ("text", "date", "money", "count", "decimal", "percent", "multiple")
_MOST_DECIMALS, _LONGEST = 6, 200
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(asked: object) -> tuple[bytes, str, str]:
    """Return a file, its type and its name for what a page shows.

    Parameters
    ----------
    asked : dict
        ``format`` (csv or xlsx), ``name``, ``currency``, ``columns`` (label, unit, decimals) and ``rows``.

    Raises
    ------
    UsageError
        Something else was sent.
    """
    if not isinstance(asked, dict) or asked.get("format") not in _TYPES:
        raise _wrong("format", asked.get("format") if isinstance(asked, dict) else asked, "csv or xlsx")
    kind, name, currency = str(asked["format"]), asked.get("name"), asked.get("currency")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST:
        raise _wrong("name", name, f"a text of 1 to {_LONGEST} letters")
    if currency is not None and currency not in CURRENCIES:
        raise _wrong("currency", currency, "an ISO 4217 code")
    views = _views(asked.get("columns"))
    table = _table(views, asked.get("rows"))
    content = csv_bytes(table) if kind == "csv" else table_bytes(table, views, currency, title=name)
    return content, _TYPES[kind], f"{_file_name(name)}.{kind}"


def _views(columns: object) -> list[ColumnView]:
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
        raise _wrong("columns", columns, f"a list of 1 to {MOST_COLUMNS} columns")
    return [_view(place, column) for place, column in enumerate(columns)]


def _view(place: int, column: object) -> ColumnView:
    where = f"columns[{place}]"
    if not isinstance(column, dict):
        raise _wrong(where, column, "label, unit and decimals")
    label, unit, decimals = column.get("label"), column.get("unit"), column.get("decimals", 2)
    if not isinstance(label, str) or len(label) > _LONGEST:
        raise _wrong(f"{where}.label", label, "a text")
    if unit not in _UNITS:
        raise _wrong(f"{where}.unit", unit, ", ".join(_UNITS))
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
        raise _wrong(f"{where}.decimals", decimals, f"0 to {_MOST_DECIMALS}")
    return ColumnView(f"column {place}", label, unit, decimals, "")


def _table(views: list[ColumnView], rows: object) -> pa.Table:
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise _wrong("rows", rows, f"a list of up to {MOST_ROWS:,} rows")
    for row in rows:
        if not isinstance(row, list) or len(row) != len(views):
            raise _wrong("rows", row, f"{len(views)} values a row")
    columns = [
        _column(view, [row[place] for row in rows], f"column {view.label[:40]}") for place, view in enumerate(views)
    ]
    return pa.Table.from_arrays(columns, [view.label for view in views])


def _column(view: ColumnView, values: list[Any], where: str) -> pa.Array:
    """Return a column of one type: numbers, days, or text."""
    if view.unit == "text":
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if view.unit == "date":
        return pa.array([_day(value, where) for value in values], pa.date32())
    for value in values:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise _wrong(where, value, "numbers")
    whole = all(value is None or (value == int(value) and abs(value) < 2**53) for value in values)
    return pa.array(values, pa.int64() if whole else pa.float64(), from_pandas=True)


def _day(value: object, where: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong(where, value, "days such as 2026-11-27") from None


def _file_name(name: str) -> str:
    """Return a name that every system and every header can hold."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "payback"


def _wrong(where: str, got: object, allowed: str) -> UsageError:
    return UsageError("this cannot be exported", where=where, got=repr(got)[:80], allowed=allowed)
