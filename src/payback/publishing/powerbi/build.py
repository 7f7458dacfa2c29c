"""The semantic model, built from the entries of dimensions and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.publishing.powerbi import dax, dax_time, queries
from payback.publishing.powerbi.dimensions import DIMENSIONS
from payback.publishing.powerbi.entries import DATE, Dimension, Fact, known_column, rest_column, value_column
from payback.publishing.powerbi.facts import FACTS
from payback.publishing.powerbi.model import Hierarchy, Model, ModelColumn, ModelTable, Partition, Relationship
from payback.publishing.powerbi.options import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from payback.publishing.powerbi.options import ProjectOptions

CALENDAR_FILE = "date"

CALENDAR = (
    ModelColumn(DATE, "dateTime", "Day.", is_key=True, format="yyyy-mm-dd"),
    ModelColumn("Year", "int64", "Calendar year.", format="0"),
    ModelColumn("Quarter", "string", "Quarter of the year.", sort_by="Quarter Number"),
    ModelColumn("Quarter Number", "int64", "Quarter of the year as a number.", hidden=True, format="0"),
    ModelColumn("Year Quarter", "string", "Quarter with its year.", sort_by="Year Quarter Number"),
    ModelColumn("Year Quarter Number", "int64", "Year and quarter as a number.", hidden=True, format="0"),
    ModelColumn("Month", "string", "Month of the year.", sort_by="Month Number"),
    ModelColumn("Month Number", "int64", "Month of the year as a number.", hidden=True, format="0"),
    ModelColumn("Year Month", "string", "Month with its year.", sort_by="Year Month Number"),
    ModelColumn("Year Month Number", "int64", "Year and month as a number.", hidden=True, format="0"),
    ModelColumn("Week Start", "dateTime", "Monday of the week.", format="yyyy-mm-dd"),
    ModelColumn("Weekday", "string", "Day of the week.", sort_by="Weekday Number"),
    ModelColumn("Weekday Number", "int64", "Day of the week as a number; Monday is 1.", hidden=True, format="0"),
    ModelColumn(
        dax_time.HAS_DATA, "boolean", "The day lies between the first and the last day with data.", hidden=True
    ),
)
"""Columns of the calendar, in the order of ``sql/calendar.sql``."""


def build_model(options: ProjectOptions, folder: Path, facts: Sequence[Fact] = FACTS) -> Model:
    """Return the model of a project.

    Parameters
    ----------
    options : ProjectOptions
        Where its rows come from.
    folder : Path
        Folder of the project.
    facts : sequence of Fact
        Its facts; their dimensions follow.
    """
    used = [one for one in DIMENSIONS.values() if any(one.name in fact.dimensions for fact in facts)]
    tables = [
        calendar_table(options),
        *(dimension_table(one, options) for one in used),
        *(fact_table(fact, options) for fact in facts),
    ]
    links = [link for fact in facts for link in _relationships(fact)]
    return Model(NAME, tuple(tables), tuple(links), queries.parameters(options, options.with_folder(folder)))


def calendar_table(options: ProjectOptions) -> ModelTable:
    """Return the calendar: marked as the table of dates, one row a day without gaps."""
    return ModelTable(
        DATE,
        "Calendar: every day of the years in which there is data.",
        CALENDAR,
        _partition(DATE, CALENDAR_FILE, options, CALENDAR),
        dax_time.calendar_measures(),
        (Hierarchy("Calendar", ("Year", "Quarter", "Month", DATE), "From the year down to the day."),),
        is_date=True,
    )


def dimension_table(dimension: Dimension, options: ProjectOptions) -> ModelTable:
    """Return the table of a dimension."""
    key = ModelColumn(
        dimension.key, "int64", f"Key of the {dimension.name.lower()}.", hidden=True, is_key=True, format="0"
    )
    columns = (key, *(attribute.column for attribute in dimension.attributes))
    return ModelTable(
        dimension.name,
        dimension.description,
        columns,
        _partition(dimension.name, dimension.file, options, columns),
        hierarchies=dimension.hierarchies,
    )


def fact_table(fact: Fact, options: ProjectOptions) -> ModelTable:
    """Return the table of a fact with its measures."""
    columns = fact_columns(fact)
    return ModelTable(
        fact.name,
        fact.description,
        columns,
        _partition(fact.name, fact.file, options, columns, dated=bool(fact.day)),
        (*dax.measures(fact), *dax_time.time_measures(fact)),
    )


def fact_columns(fact: Fact) -> tuple[ModelColumn, ...]:
    """Return the columns of a fact: its day, keys, details, and what its measures add up."""
    day = [ModelColumn(DATE, "dateTime", "Day.", hidden=True, format="yyyy-mm-dd")] if fact.day else []
    keys = [
        ModelColumn(DIMENSIONS[name].key, "int64", f"Key of the {name.lower()}.", hidden=True, format="0")
        for name in fact.dimensions
    ]
    return (*day, *keys, *(detail.column for detail in fact.details), *_values(fact))


def _values(fact: Fact) -> list[ModelColumn]:
    found = []
    for part in fact.parts:
        label, exact = fact.label(part), fact.is_exact(part)
        found.append(
            ModelColumn(
                value_column(label),
                "decimal" if exact else "int64",
                f"{label} of the row" + (", to four digits behind the point." if exact else "."),
                hidden=True,
                format="#,0.0000" if exact else "#,0",
            )
        )
        if exact:
            words = f"What four digits leave of {label.lower()}, in millionths."
            found.append(ModelColumn(rest_column(label), "int64", words, hidden=True, format="0"))
        if part in fact.partners:
            found.append(ModelColumn(known_column(label), "boolean", f"{label} of the row is known.", hidden=True))
    return found


def _relationships(fact: Fact) -> list[Relationship]:
    dated = [Relationship(fact.name, DATE, DATE, DATE)] if fact.day else []
    keyed = [Relationship(fact.name, DIMENSIONS[name].key, name, DIMENSIONS[name].key) for name in fact.dimensions]
    return dated + keyed


def _partition(
    name: str, file: str, options: ProjectOptions, columns: Sequence[ModelColumn], *, dated: bool = False
) -> Partition:
    """Return where a table's rows come from; a table with days may be read by months."""
    by_months = options.incremental and dated
    if options.source == "mysql":
        query = queries.view_query(queries.VIEW_PREFIX + file, columns, by_range=by_months)
    else:
        query = queries.months_query(file, columns) if by_months else queries.file_query(file)
    return Partition(name, query, by_months)
