"""What a page of the report is, as plain data; `report` writes it down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WIDTH, HEIGHT = 1280, 720
Kind = Literal[
    "cardVisual",
    "lineChart",
    "clusteredBarChart",
    "clusteredColumnChart",
    "scatterChart",
    "tableEx",
    "pivotTable",
    "slicer",
    "textbox",
]


@dataclass(frozen=True)
class Field:
    """A column or a measure of the model, shown by a visual.

    Parameters
    ----------
    table, name : str
        Where it stands in the model, and its name.
    is_measure : bool
        Whether it is a measure.
    label : str
        What it is called in the visual; its own name where empty.
    """

    table: str
    name: str
    is_measure: bool = True
    label: str = ""


@dataclass(frozen=True)
class Place:
    """Where a visual stands on the page, in points from the upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Visual:
    """A visual of a page.

    Parameters
    ----------
    name : str
        Name within the page; its id is made from it.
    kind : str
        Type of visual, as Power BI names it.
    place : Place
        Where it stands.
    title : str
        What stands above it; empty for none.
    alt : str
        What a screen reader says.
    roles : dict of str to tuple of Field
        Fields by the role that they have in this kind of visual.
    sort : Field, optional
        By what the rows are sorted, largest first.
    lines : tuple of str
        Paragraphs of a text box.
    single : bool
        A slicer that chooses one value at most.
    range : bool
        A slicer of a range of days.
    shared : bool
        A slicer whose choice holds on every page that has it.
    """

    name: str
    kind: Kind
    place: Place
    title: str
    alt: str
    roles: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    sort: Field | None = None
    lines: tuple[str, ...] = ()
    single: bool = False
    range: bool = False
    shared: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """All its fields."""
        return tuple(one for fields in self.roles.values() for one in fields)


@dataclass(frozen=True)
class Page:
    """A page of the report.

    Parameters
    ----------
    name : str
        Name, also on its tab.
    visuals : tuple of Visual
        At most ten, in the order in which the keyboard reaches them.
    drill : Field, optional
        Column by which other pages drill through to this one.
    """

    name: str
    visuals: tuple[Visual, ...]
    drill: Field | None = None


def measure(name: str, table: str = "Campaign Performance", label: str = "") -> Field:
    """Return a measure as a field."""
    return Field(table, name, is_measure=True, label=label)


def column(table: str, name: str, label: str = "") -> Field:
    """Return a column as a field."""
    return Field(table, name, is_measure=False, label=label)
