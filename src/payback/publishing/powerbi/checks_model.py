"""Checks of the model's structure: names, keys, sources, relationships. Microsoft's object model lets these pass."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from payback.publishing.powerbi.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.publishing.powerbi.reading import ReadModel, TmdlObject

_GUID_LIKE = re.compile(r"[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_END = re.compile(r"('(?:[^']|'')*'|[^.']+)\.('(?:[^']|'')*'|.+)")


def measure_names(model: ReadModel) -> Iterator[Finding]:
    """Check that a measure's name is told once in the whole model, whatever its case."""
    yield from _repeated(
        [one for _, one in model.all_of("measure")],
        "measure-name-unique",
        "a name that no other measure of the model has",
    )


def measures_and_columns(model: ReadModel) -> Iterator[Finding]:
    """Check that a measure is not named like a column of its table."""
    for table, measure in model.all_of("measure"):
        if measure.name.lower() in {column.name.lower() for column in table.of("column")}:
            yield _finding("measure-not-named-like-column", measure, measure.name, "a name that no column has")


def column_names(model: ReadModel) -> Iterator[Finding]:
    """Check that a column's name is told once in its table, whatever its case."""
    for table in model.of("table"):
        yield from _repeated(table.of("column"), "column-name-unique", "a name that no other column has")


def table_names(model: ReadModel) -> Iterator[Finding]:
    """Check that a table's name is told once."""
    yield from _repeated(model.of("table"), "table-name-unique", "a name that no other table has")


def partitions(model: ReadModel) -> Iterator[Finding]:
    """Check that every table has a partition with a query."""
    for table in model.of("table"):
        if not any(one.expression for one in table.of("partition")):
            yield _finding("table-has-partition", table, "no partition", "a partition with a query in M")


def lineage_tags(model: ReadModel) -> Iterator[Finding]:
    """Check that no two objects share a lineage tag."""
    tagged = [one for one in _all(model.objects) if "lineageTag" in one.properties]
    counts = Counter(one.properties["lineageTag"] for one in tagged)
    for one in tagged:
        if counts[one.properties["lineageTag"]] > 1:
            yield _finding("lineage-tag-unique", one, one.properties["lineageTag"], "a tag of its own")


def expression_names(model: ReadModel) -> Iterator[Finding]:
    """Check that a parameter is not named like a table."""
    tables = {name.lower() for name in model.tables}
    for one in model.of("expression"):
        if one.name.lower() in tables:
            yield _finding("parameter-name-not-a-table", one, one.name, "a name that no table has")


def relationships(model: ReadModel) -> Iterator[Finding]:
    """Check that relationships join columns that exist, of one type, in one direction, one for each pair of tables."""
    pairs = Counter(_pair(one) for one in model.of("relationship") if one.properties.get("isActive") != "false")
    for one in model.of("relationship"):
        if _GUID_LIKE.fullmatch(one.name) and not _GUID.fullmatch(one.name):
            yield _finding("relationship-guid", one, one.name, "hexadecimal digits in a relationship's GUID")
        if pairs[_pair(one)] > 1:
            yield _finding("relationship-one-for-a-pair", one, str(_pair(one)), "one active relationship of two tables")
        if one.properties.get("crossFilteringBehavior", "oneDirection") != "oneDirection":
            yield _finding("relationship-direction", one, "both directions", "one direction, from the one to the many")
        yield from _ends(model, one)


def sorting_and_levels(model: ReadModel) -> Iterator[Finding]:
    """Check that columns that others are sorted by, and levels of hierarchies, exist."""
    for table, column in model.all_of("column"):
        names = {one.name for one in table.of("column")}
        by = _bare(column.properties.get("sortByColumn", ""))
        if by and by not in names:
            yield _finding("sort-column-exists", column, by, "a column of the table")
        if not column.properties.get("sourceColumn") and not column.expression:
            yield _finding("source-column-given", column, "no sourceColumn", "the column of the source")
    for table, hierarchy in model.all_of("hierarchy"):
        names = {one.name for one in table.of("column")}
        for level in hierarchy.of("level"):
            if _bare(level.properties.get("column", "")) not in names:
                yield _finding(
                    "level-column-exists", level, level.properties.get("column", ""), "a column of the table"
                )


def shown_objects(model: ReadModel) -> Iterator[Finding]:
    """Check that what people see is described; a measure has a format; a number is never added up by itself."""
    for table in model.of("table"):
        seen = [table, *table.of("measure"), *table.of("column"), *table.of("hierarchy")]
        for one in seen:
            if "isHidden" not in one.properties and not one.described:
                yield _finding("description-given", one, "no description", "a line with /// above it")
    for _, measure in model.all_of("measure"):
        if "formatString" not in measure.properties:
            yield _finding("format-given", measure, "no formatString", "a format string")
    for _, column in model.all_of("column"):
        if column.properties.get("summarizeBy", "none") != "none":
            yield _finding("summarize-by-none", column, column.properties["summarizeBy"], "none")


def date_table(model: ReadModel) -> Iterator[Finding]:
    """Check that one table is marked as the table of dates, with a key of days."""
    marked = [one for one in model.of("table") if one.properties.get("dataCategory") == "Time"]
    for table in marked:
        keys = [one for one in table.of("column") if "isKey" in one.properties]
        if len(keys) != 1 or keys[0].properties.get("dataType") != "dateTime":
            yield _finding("date-table-key", table, f"{len(keys)} key columns", "one key column of type dateTime")
    if len(marked) != 1 and model.objects:
        yield Finding("date-table-marked", "", "model", f"{len(marked)} tables", "one table with dataCategory: Time")


CHECKS = (
    measure_names,
    measures_and_columns,
    column_names,
    table_names,
    partitions,
    lineage_tags,
    expression_names,
    relationships,
    sorting_and_levels,
    shown_objects,
    date_table,
)


def _finding(check: str, one: TmdlObject, got: str, allowed: str) -> Finding:
    return Finding(check, one.file, one.where, got, allowed, "write the project anew: payback powerbi --force")


def _repeated(objects: list[TmdlObject], check: str, allowed: str) -> Iterator[Finding]:
    counts = Counter(one.name.lower() for one in objects)
    for one in objects:
        if counts[one.name.lower()] > 1:
            yield _finding(check, one, f"{one.name} {counts[one.name.lower()]} times", allowed)


def _all(objects: list[TmdlObject]) -> Iterator[TmdlObject]:
    for one in objects:
        yield one
        yield from _all(one.children)


def _bare(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _end(one: TmdlObject, side: str) -> tuple[str, str]:
    match = _END.fullmatch(one.properties.get(side, ""))
    return (_bare(match[1]), _bare(match[2])) if match else ("", "")


def _pair(one: TmdlObject) -> tuple[str, str]:
    return _end(one, "fromColumn")[0], _end(one, "toColumn")[0]


def _ends(model: ReadModel, link: TmdlObject) -> Iterator[Finding]:
    kinds = []
    for side in ("fromColumn", "toColumn"):
        table, name = _end(link, side)
        found = model.tables.get(table)
        columns = {one.name: one for one in found.of("column")} if found else {}
        if name not in columns:
            yield _finding("relationship-columns-exist", link, link.properties.get(side, side), "a column of the model")
        else:
            kinds.append(columns[name].properties.get("dataType"))
    if len(set(kinds)) > 1:
        yield _finding("relationship-types-equal", link, " and ".join(map(str, kinds)), "one type on both sides")
