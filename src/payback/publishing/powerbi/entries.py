"""What an entry of the star schema is: a dimension, a fact, and the links between them.

A further fact is one more entry in `facts`; columns, keys, measures, relationships and files follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.publishing.powerbi.model import DataType, Hierarchy, ModelColumn

if TYPE_CHECKING:
    from payback.metrics import Metric
    from payback.tables import Table

NO_KEY = 0
"""Key of the member that stands for a missing name."""
DATE = "Date"


@dataclass(frozen=True)
class Attribute:
    """A column of a dimension: its name in the query of the dimension, and how people see it."""

    source: str
    name: str
    type: DataType
    description: str
    format: str = ""
    sort_by: str = ""
    category: str = ""
    hidden: bool = False

    @property
    def column(self) -> ModelColumn:
        """The column of the model."""
        return ModelColumn(
            self.name, self.type, self.description, self.hidden, False, self.format, self.sort_by, self.category
        )


@dataclass(frozen=True)
class Dimension:
    """A table of members that facts point at.

    Parameters
    ----------
    name : str
        Name of the table.
    description : str
        What a row is.
    natural : tuple of str
        Columns by which a fact names a member, all of a table of `payback.tables`.
    attributes : tuple of Attribute
        Its columns besides the key.
    query : str
        SQL file that gives the attributes of ``members``, the distinct natural columns of all facts.
    numbered : bool
        The natural column is a number already and serves as the key; else the key is made from the text.
    """

    name: str
    description: str
    natural: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    query: str
    numbered: bool = False
    hierarchies: tuple[Hierarchy, ...] = ()

    @property
    def key(self) -> str:
        """Name of the key column, here and in facts."""
        return f"{self.name} Key"

    @property
    def file(self) -> str:
        """Name of its Parquet file, without ending."""
        return file_name(self.name)


@dataclass(frozen=True)
class Fact:
    """A table of rows that are added up.

    Parameters
    ----------
    name : str
        Name of the table.
    description : str
        What a row is.
    table : Table
        Table of `payback.tables` that its rows come from.
    dimensions : tuple of str
        Names of the dimensions it points at.
    metrics : tuple of Metric
        What is computed from it. Their parts are its columns.
    day : str
        Column of the day; empty where rows have none.
    details : tuple of Attribute
        Further columns that are shown as they are.
    over_time : tuple of str
        Names of the metrics that get measures of time.
    summed : bool
        Rows that agree in everything but the amounts are one row.
    query : str
        SQL file that gives the rows, where they are not those of the table as it is.
    folders : tuple
        Display folders and the names of their metrics; others stand in a folder named after the fact.
    shares : tuple of str
        Names of the metrics that get a measure of their share.
    note : str
        Name of the measure that says in words which currency the amounts are in.
    """

    name: str
    description: str
    table: Table
    dimensions: tuple[str, ...]
    metrics: tuple[Metric, ...]
    day: str = ""
    details: tuple[Attribute, ...] = ()
    over_time: tuple[str, ...] = ()
    summed: bool = True
    query: str = ""
    folders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shares: tuple[str, ...] = ()
    note: str = ""

    @property
    def file(self) -> str:
        """Name of its Parquet file or folder."""
        return file_name(self.name)

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns of the table that its metrics are made from, in their order there."""
        wanted = {part for metric in self.metrics for part in (*metric.parts, *filter(None, [metric.covered_by]))}
        return tuple(name for name in self.table.names if name in wanted)

    @property
    def partners(self) -> tuple[str, ...]:
        """Parts that stand beside another one in some metric: it matters whether they are known."""
        found: set[str] = set()
        for metric in self.metrics:
            together = {*metric.parts, *filter(None, [metric.covered_by])}
            found |= together if len(together) > 1 else set()
        return tuple(name for name in self.parts if name in found)

    def label(self, part: str) -> str:
        """Return the words of a part: the label of the metric that adds it up, or its name."""
        for metric in self.metrics:
            if metric.kind == "additive" and metric.parts == (part,):
                return metric.label
        return part.replace("_", " ").capitalize()

    def is_exact(self, part: str) -> bool:
        """Tell whether a part has more digits behind the point than Power BI's decimals hold."""
        return self.table[part].type == "decimal"

    def is_money(self, metric: Metric) -> bool:
        """Tell whether a metric adds amounts of money, which must be of one currency."""
        return any(self.table[part].unit == "money" for part in metric.parts)


def file_name(name: str) -> str:
    """Return the file name of a table.

    Examples
    --------
    >>> file_name("Campaign Performance")
    'campaign_performance'
    """
    return name.lower().replace(" ", "_")


def value_column(label: str) -> str:
    """Return the name of the hidden column that a measure adds up."""
    return f"{label} Value"


def rest_column(label: str) -> str:
    """Return the name of the hidden column of what does not fit into four digits behind the point."""
    return f"{label} Millionths"


def known_column(label: str) -> str:
    """Return the name of the hidden column that tells whether the value is known."""
    return f"{label} Known"
