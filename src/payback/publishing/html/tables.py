"""Tables of the page: cells with their text and their look, from rows of the results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.publishing import formats, story
from payback.publishing.columns import ColumnView, views_of
from payback.publishing.html.charts import share_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    Record = dict[str, Any]

INTERVAL = "interval"
"""A column that is no column of the table: the two ends of ROI's interval in one cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it says, whether it is text, the length of its bar, its tone."""

    text: str
    is_text: bool = False
    bar: str = ""
    tone: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Head:
    """A header cell, with the meaning of the column."""

    label: str
    is_text: bool
    meaning: str = ""


@dataclass(frozen=True)
class TableView:
    """A table with its caption; the first cell of each row names it."""

    caption: str
    heads: tuple[Head, ...]
    rows: list[list[Cell]]
    foot: list[list[Cell]]


def table_view(
    caption: str,
    table: pa.Table,
    names: Sequence[str],
    records: Sequence[Record],
    *,
    total: Record | None = None,
    bar: str | None = None,
    interval: str = "Interval",
) -> TableView:
    """Return some columns of some rows of a table.

    Parameters
    ----------
    caption : str
        What the table shows.
    table : pyarrow.Table
        Gives names, units and decimals.
    names : sequence of str
        Columns to show; those that the table lacks are left out.
    records : sequence of dict
        Rows of the table, in the order wanted.
    total : dict, optional
        The finished total, shown below.
    bar : str, optional
        Column that is also drawn as a bar.
    interval : str
        What the interval of ROI is called.
    """
    present = {view.name: view for view in views_of(table)}
    if {"roi_low", "roi_high"} <= present.keys():
        present[INTERVAL] = ColumnView(INTERVAL, interval, "decimal", 0, "Ends of the interval of ROI.")
    views = [present[name] for name in names if name in present]
    largest = max((float(row[bar] or 0) for row in records), default=0.0) if bar else 0.0
    rows = [[cell(view, row, largest if view.name == bar else 0.0) for view in views] for row in records]
    heads = tuple(Head(view.label, not view.is_number, view.description) for view in views)
    return TableView(caption, heads, rows, [_total_cells(views, total)] if total else [])


def cell(view: ColumnView, row: Record, largest: float = 0.0) -> Cell:
    """Return the cell of a column in a row."""
    if view.name == INTERVAL:
        return Cell(story.interval(row) or formats.MISSING)
    value = row.get(view.name)
    if view.name == "verdict":
        return Cell(str(value or formats.MISSING), is_text=True, tone=story.tone_of(value) if value else "")
    text = named(value) if view.unit == "text" else _text(view, value, row)
    bar = share_bar(float(value), largest) if value is not None and largest else ""
    return Cell(text, not view.is_number, bar, is_bad=view.name in {"profit", "roi"} and (value or 0) < 0)


def named(value: object) -> str:
    """Return a name, or what stands for one that is empty."""
    return formats.MISSING if value is None or value == "" else str(value)


def _text(view: ColumnView, value: Any, row: Record) -> str:
    if value is not None and view.unit == "date":
        return formats.month(value) if view.name == "month" else formats.day(value)
    if value is not None and view.unit == "timestamp":
        return f"{value:%Y-%m-%d %H:%M}"
    return view.text(value, row.get("currency"))


def _total_cells(views: Sequence[ColumnView], total: Record) -> list[Cell]:
    cells = [Cell("Total", is_text=True)]
    for view in views[1:]:
        missing = view.name != INTERVAL and total.get(view.name) is None
        cells.append(Cell("", not view.is_number) if missing else cell(view, total))
    return cells
