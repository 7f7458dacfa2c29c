"""The semantic model as text: TMDL, in the order in which Microsoft's object model prints it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from payback.publishing.powerbi.identity import tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payback.publishing.powerbi.model import (
        Hierarchy,
        Measure,
        Model,
        ModelColumn,
        ModelTable,
        Parameter,
        Partition,
        Relationship,
    )

COMPATIBILITY = 1601
"""Level of the model: what Power BI Desktop has read since 2023."""
CULTURE = "en-US"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POLICY = {
    "policyType": "basic",
    "rollingWindowGranularity": "year",
    "rollingWindowPeriods": "10",
    "incrementalGranularity": "month",
    "incrementalPeriods": "3",
}
"""Ten years are kept; the last three months are read anew, for sources revise what they said."""


def model_files(model: Model) -> dict[str, str]:
    """Return the files of a model by their paths within the folder ``definition``."""
    files = {
        "database.tmdl": f"database\n\tcompatibilityLevel: {COMPATIBILITY}\n\n",
        "model.tmdl": _model(model),
        "expressions.tmdl": "".join(_expression(one) for one in model.parameters),
        "relationships.tmdl": "".join(_relationship(one) for one in model.relationships),
    }
    return files | {f"tables/{table.name}.tmdl": table_text(table) for table in model.tables}


def quoted_name(name: str) -> str:
    """Return a name as TMDL writes it.

    Examples
    --------
    >>> quoted_name("Cost"), quoted_name("Cost Value"), quoted_name("it's")
    ('Cost', "'Cost Value'", "'it''s'")
    """
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def table_text(table: ModelTable) -> str:
    """Return the file of a table."""
    lines = [*_described(table.description), f"table {quoted_name(table.name)}"]
    if table.hidden:
        lines.append("\tisHidden")
    lines.append(f"\tlineageTag: {tag('table', table.name)}")
    if table.is_date:
        lines.append("\tdataCategory: Time")
    lines.append("")
    if table.partition.incremental:
        lines += _policy(table.partition)
    blocks = [
        *(_measure(table, one) for one in table.measures),
        *(_column(table, one) for one in table.columns),
        *(_hierarchy(table, one) for one in table.hierarchies),
        _partition(table.partition),
    ]
    for block in blocks:
        lines += [*(f"\t{line}" if line else "" for line in block), ""]
    return "\n".join([*lines, "\tannotation PBI_ResultType = Table", "", ""])


def _model(model: Model) -> str:
    order = ", ".join(
        f'"{name}"' for name in [*(one.name for one in model.parameters), *(t.name for t in model.tables)]
    )
    lines = [
        "model Model",
        f"\tculture: {CULTURE}",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        f"\tsourceQueryCulture: {CULTURE}",
        "\tdataAccessOptions",
        "\t\tlegacyRedirects",
        "\t\treturnErrorValuesAsNull",
        "",
        # Power BI must not make a hidden calendar for each date: there is one.
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        f"annotation PBI_QueryOrder = [{order.replace(', ', ',')}]",
        "",
        *(f"ref table {quoted_name(table.name)}" for table in model.tables),
        "",
        "",
    ]
    return "\n".join(lines)


def _expression(parameter: Parameter) -> str:
    lines = [
        *_described(parameter.description),
        f"expression {quoted_name(parameter.name)} = {parameter.expression}",
        f"\tlineageTag: {tag('expression', parameter.name)}",
        "",
        "\tannotation PBI_ResultType = " + ("DateTime" if parameter.name.startswith("Range") else "Text"),
        "",
        "",
    ]
    return "\n".join(lines)


def _relationship(link: Relationship) -> str:
    lines = [f"relationship {tag('relationship', link.many, link.many_column, link.one, link.one_column)}"]
    lines += [
        f"\tfromColumn: {quoted_name(link.many)}.{quoted_name(link.many_column)}",
        f"\ttoColumn: {quoted_name(link.one)}.{quoted_name(link.one_column)}",
        "",
        "",
    ]
    return "\n".join(lines)


def _measure(table: ModelTable, measure: Measure) -> list[str]:
    lines = [*_described(measure.description), *_expressed(f"measure {quoted_name(measure.name)}", measure.dax)]
    lines.append(f"\tformatString: {measure.format}")
    if measure.hidden:
        lines.append("\tisHidden")
    if measure.folder:
        lines.append(f"\tdisplayFolder: {measure.folder}")
    return [*lines, f"\tlineageTag: {tag('measure', table.name, measure.name)}"]


def _column(table: ModelTable, column: ModelColumn) -> list[str]:
    lines = [*_described(column.description), f"column {quoted_name(column.name)}", f"\tdataType: {column.type}"]
    lines += ["\tisHidden"] if column.hidden else []
    lines += ["\tisKey"] if column.is_key else []
    lines += [f"\tformatString: {column.format}"] if column.format else []
    # Excel needs the columns that others are sorted by.
    sorts = any(other.sort_by == column.name for other in table.columns)
    lines += ["\tisAvailableInMdx: false"] if column.hidden and not sorts else []
    lines += [f"\tdisplayFolder: {column.folder}"] if column.folder else []
    lines.append(f"\tlineageTag: {tag('column', table.name, column.name)}")
    lines += [f"\tdataCategory: {column.category}"] if column.category else []
    lines += ["\tsummarizeBy: none", f"\tsourceColumn: {column.name}"]
    lines += [f"\tsortByColumn: {quoted_name(column.sort_by)}"] if column.sort_by else []
    lines += ["", "\tannotation SummarizationSetBy = User"]
    return lines


def _hierarchy(table: ModelTable, hierarchy: Hierarchy) -> list[str]:
    lines = [*_described(hierarchy.description), f"hierarchy {quoted_name(hierarchy.name)}"]
    lines.append(f"\tlineageTag: {tag('hierarchy', table.name, hierarchy.name)}")
    for level in hierarchy.levels:
        lines += [
            "",
            f"\tlevel {quoted_name(level)}",
            f"\t\tlineageTag: {tag('level', table.name, hierarchy.name, level)}",
            f"\t\tcolumn: {quoted_name(level)}",
        ]
    return lines


def _partition(partition: Partition) -> list[str]:
    lines = [f"partition {quoted_name(partition.name)} = m", "\tmode: import", "\tsource ="]
    return lines + [f"\t\t\t{line}" for line in partition.expression.splitlines()]


def _policy(partition: Partition) -> list[str]:
    lines = ["\trefreshPolicy", *(f"\t\t{name}: {value}" for name, value in _POLICY.items()), "\t\tsourceExpression ="]
    return [*lines, *(f"\t\t\t{line}" for line in partition.expression.splitlines()), ""]


def _expressed(head: str, expression: str) -> list[str]:
    """Return an object with its expression: beside it where that is one line, else below, deeper than properties."""
    lines = expression.splitlines()
    if len(lines) == 1:
        return [f"{head} = {expression}"]
    return [f"{head} =", *(f"\t\t{line}" for line in lines)]


def _described(text: str) -> Iterable[str]:
    return [f"/// {line}" for line in text.splitlines()]
