"""What a semantic model consists of, as plain data; `tmdl` writes it down, `checks` judges what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataType = Literal["int64", "decimal", "double", "string", "dateTime", "boolean"]


@dataclass(frozen=True)
class ModelColumn:
    """A column of a table of the model.

    Parameters
    ----------
    name : str
        Name in Power BI and in the Parquet file.
    type : str
        Type of the model; ``decimal`` has 19 digits, four of them behind the point.
    description : str
        One plain sentence; shown beside the column.
    hidden : bool
        Not shown to people: keys, and what measures are made from.
    is_key : bool
        The column of the marked date table that holds its days.
    format : str
        Format string, where it has one.
    sort_by : str
        Column that gives the order of its values.
    category : str
        Data category, such as ``Country``.
    folder : str
        Display folder.
    """

    name: str
    type: DataType
    description: str = ""
    hidden: bool = False
    is_key: bool = False
    format: str = ""
    sort_by: str = ""
    category: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Measure:
    """A measure: its DAX, its format and where people find it."""

    name: str
    dax: str
    description: str
    format: str
    folder: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Hierarchy:
    """A way to drill down: its levels are columns of the same table."""

    name: str
    levels: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class Partition:
    """Where the rows of a table come from: an expression in M, and whether it is refreshed by periods."""

    name: str
    expression: str
    incremental: bool = False


@dataclass(frozen=True)
class ModelTable:
    """A table of the model."""

    name: str
    description: str
    columns: tuple[ModelColumn, ...]
    partition: Partition
    measures: tuple[Measure, ...] = ()
    hierarchies: tuple[Hierarchy, ...] = ()
    is_date: bool = False
    hidden: bool = False

    def column(self, name: str) -> ModelColumn:
        """Return the column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Relationship:
    """Many rows of one table belong to one row of another; filters go from the one to the many."""

    many: str
    many_column: str
    one: str
    one_column: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of the queries, which people may change in Power BI Desktop."""

    name: str
    expression: str
    description: str


@dataclass(frozen=True)
class Model:
    """A semantic model."""

    name: str
    tables: tuple[ModelTable, ...]
    relationships: tuple[Relationship, ...]
    parameters: tuple[Parameter, ...]

    def table(self, name: str) -> ModelTable:
        """Return the table of that name; KeyError where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
