"""Planted defects: what is damaged, and which judge must say so.

A judge is ``ours`` (`check_project`, which runs after each export), ``schemas``, ``tom``, ``report``, ``m``, ``dax`` or
``bpa``. The pattern must match the code or the message of one of its findings.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from powerbi_tools import damage as d

if TYPE_CHECKING:
    from collections.abc import Callable

MEASURE = r"^\tmeasure Cost = (.*)$"
COLUMN = r"^\tcolumn 'Cost Value'$"


@dataclass(frozen=True)
class Mutant:
    """One planted defect."""

    name: str
    judge: str
    pattern: str
    damage: Callable[[Any], None]


def in_table(pattern, replacement, name="Campaign Performance"):
    """Return a change of the text of a table."""
    return lambda project: d.swap(d.tmdl(project, name), pattern, replacement)


def in_links(pattern, replacement):
    """Return a change of the relationships."""
    return lambda project: d.swap(d.model(project) / "relationships.tmdl", pattern, replacement)


def in_expressions(pattern, replacement):
    """Return a change of the parameters."""
    return lambda project: d.swap(d.model(project) / "expressions.tmdl", pattern, replacement)


def in_report(name, change):
    """Return a change of a JSON file of the report."""
    return lambda project: d.edit(d.report(project) / name, change)


def in_visual(fits, change):
    """Return a change of the first visual that fits."""
    return lambda project: d.edit(d.visual_of(project, fits), change)


def without(name):
    """Return the removal of a file of the report."""
    return lambda project: (d.report(project) / name).unlink()


def other_dax(text):
    """Return another expression for the measure Cost."""
    return in_table(MEASURE, rf"\tmeasure Cost = {text}")


ANY = d.with_field("Measure")

MODEL = (
    Mutant("a property that does not exist", "tom", "flavour", in_table(MEASURE, r"\g<0>\n\t\tflavour: 1")),
    Mutant("a property too deep", "tom", "(?i)indent|unexpected", in_table(COLUMN, r"\g<0>\n\t\t\t\t\tisHidden")),
    Mutant("a type that does not exist", "tom", "(?i)int65|dataType", in_table("dataType: int64", "dataType: int65")),
    Mutant("a name without its quotes", "tom", "(?i)name|unexpected|pars", in_table(COLUMN, "\tcolumn Cost Value")),
    Mutant("a relationship to no column", "tom", "Lost", in_links(r"toColumn: (\w+)\.(.*)$", r"toColumn: \1.Lost")),
    Mutant("a relationship to no table", "tom", "Lost", in_links(r"toColumn: \w+\.", "toColumn: Lost.")),
    Mutant("sorted by no column", "tom", "Lost", in_table(r"sortByColumn: .*$", "sortByColumn: Lost", "Date")),
    Mutant("a level of no column", "tom", "Lost", in_table(r"^\t\t\tcolumn: .*$", "\t\t\tcolumn: Lost", "Date")),
    Mutant("a property twice", "tom", "(?i)formatString|dupl", in_table(r"^\t\tformatString: .*$", r"\g<0>\n\g<0>")),
    Mutant(
        "a level below its features",
        "tom",
        "(?i)compat",
        lambda p: d.swap(d.model(p) / "database.tmdl", r"\d+", "1450"),
    ),
    Mutant("a table twice", "tom", "(?i)Date", lambda p: shutil.copy(d.tmdl(p, "Date"), d.tmdl(p, "Zdate"))),
    Mutant(
        "a column twice",
        "tom",
        "(?i)cost",
        in_table(COLUMN, "\t/// Again.\n\tcolumn 'Cost Value'\n\t\tdataType: int64\n\n\\g<0>"),
    ),
    Mutant("a measure twice", "tom", "(?i)cost", in_table(MEASURE, "\t/// Again.\n\tmeasure Cost = 1\n\n\\g<0>")),
    Mutant(
        "properties in another order",
        "canonical",
        "TMDL_ORDER",
        in_table(r"^(\t\tsummarizeBy: none\n)(\t\tsourceColumn: .*\n)", r"\2\1"),
    ),
    Mutant(
        "a measure name in two tables",
        "ours",
        "(?i)measure",
        in_table(r"^\tcolumn Year$", "\tmeasure Cost = 1\n\t\tformatString: 0\n\n\\g<0>", "Date"),
    ),
    Mutant("a measure named like a column", "ours", "(?i)column", in_table(MEASURE, "\tmeasure 'Cost Value' = \\1")),
    Mutant(
        "a table without a source",
        "ours",
        "(?i)partition",
        in_table(r"^\tpartition [\s\S]*?(?=^\tannotation)", "", "Channel"),
    ),
    Mutant("a tag twice", "ours", "(?i)tag", in_table(r"(lineageTag: )(.*)([\s\S]*?lineageTag: ).*", r"\1\2\3\2")),
    Mutant(
        "a parameter named like a table",
        "ours",
        "(?i)name",
        in_expressions("^expression DataFolder", "expression Channel"),
    ),
    Mutant(
        "two relationships of one pair",
        "ours",
        "(?i)relationship",
        in_links(r"^relationship \S+\n((?:\t.*\n)+)", "\\g<0>\nrelationship 0a0a0a0a-0000-4000-8000-000000000000\n\\1"),
    ),
    Mutant(
        "a relationship with half a GUID",
        "ours",
        "(?i)relationship",
        in_links(r"^relationship \S+", "relationship zzzzzzzz-0000-4000-8000-000000000000"),
    ),
    Mutant(
        "a measure beside a filtered column",
        "ours",
        "(?i)filter|measure",
        other_dax("CALCULATE ( [Clicks], 'Date'[Year] = [Clicks] )"),
    ),
    Mutant("spaces between tabs", "ours", "(?i)tab|space|indent", in_table(COLUMN, "\t    column 'Cost Value'")),
    Mutant(
        "filters in both directions",
        "ours",
        "(?i)direction",
        in_links(r"^relationship \S+$", "\\g<0>\n\tcrossFilteringBehavior: bothDirections"),
    ),
)
"""Defects of the semantic model."""

MEASURES = (
    Mutant("DAX with a bracket missing", "dax", "DAX_SYNTAX", other_dax("SUM ( 'Campaign Performance'[Cost Value]")),
    Mutant("DAX with an unknown column", "dax", "Lost", other_dax("SUM ( 'Campaign Performance'[Lost] )")),
    Mutant("DAX with an unknown table", "dax", "Lost", other_dax("SUM ( 'Lost'[Cost Value] )")),
    Mutant("DAX with an unknown measure", "dax", "Lost", other_dax("[Lost] + 1")),
    Mutant("DAX with too few arguments", "dax", "(?i)arity", other_dax("DIVIDE ( [Clicks] )")),
    Mutant("DAX with an unknown function", "dax", "SUMM", other_dax("SUMM ( 'Campaign Performance'[Cost Value] )")),
    Mutant("a measure of itself", "ours", "(?i)itself|circ|cycle", other_dax("[Cost] + 1")),
    Mutant("a measure without a format", "bpa", "FORMAT_STRING", in_table(r"^\t\tformatString: .*\n", "")),
    Mutant("a column without its table", "bpa", "(?i)qualified", other_dax("SUM ( [Cost Value] )")),
    Mutant(
        "a key of another type",
        "bpa",
        "(?i)type",
        in_table(r"(column 'Channel Key'\n\t\tdataType: )int64", r"\1string", "Channel"),
    ),
)
"""Defects of measures and what they stand on."""

QUERIES = (
    Mutant(
        "M with a bracket missing",
        "m",
        "M_SYNTAX",
        in_table(r"Parquet\.Document\((.*)\)$", r"Parquet.Document(\1", "Channel"),
    ),
    Mutant("M with a comma missing", "m", "M_SYNTAX", in_table(r"^(\t+in\n\t+)Source", r"\1Source Lost", "Channel")),
    Mutant("M with an unknown step", "m", "Lost", in_table(r"^(\t+in\n\t+)Source", r"\1Lost", "Channel")),
    Mutant("a parameter without a quote", "m", "M_SYNTAX", in_expressions(r'= "(.*?)" meta', r'= "\1 meta')),
)
"""Defects of the queries."""


def _rename_role(content: Any) -> None:
    state = content["visual"]["query"]["queryState"]
    state["Lost"] = state.pop(next(iter(state)))


def _column_as_measure(content: Any) -> None:
    for _, item in d.fields(content):
        if "Measure" in item["field"]:
            item["field"] = {"Column": {"Expression": {"SourceRef": {"Entity": "Date"}}, "Property": "Date"}}
            return


def _lose(kind: str, part: str) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        field = d.first_field(content, kind)
        if part == "table":
            field["Expression"]["SourceRef"]["Entity"] = "Lost"
        else:
            field["Property"] = "Lost"

    return change


def _move_home(content: Any) -> None:
    field = d.first_field(content, "Measure")["Expression"]["SourceRef"]
    field["Entity"] = "Date" if field["Entity"] != "Date" else "Channel"


def _without_native_name(content: Any) -> None:
    for _, item in d.fields(content):
        item.pop("nativeQueryRef", None)


def _title(content: Any) -> Any:
    return content["visual"]["visualContainerObjects"]["title"][0]["properties"]


def _unquote(content: Any) -> None:
    literal = _title(content)["text"]["expr"]["Literal"]
    literal["Value"] = literal["Value"].strip("'")


def _titled(content: Any) -> bool:
    try:
        return "Literal" in _title(content)["text"]["expr"]
    except (KeyError, IndexError):
        return False


def _theme(project: Any) -> Any:
    return next((d.report(project) / "StaticResources/RegisteredResources").glob("*.json"))


def _connection(path: str) -> Callable[[Any], None]:
    return in_report("definition.pbir", lambda c: c["datasetReference"]["byPath"].update(path=path))


def _page(project: Any) -> Any:
    return d.visuals(project)[0].parents[2] / "page.json"


def _start(project: Any) -> Any:
    return next(project.glob("*.pbip"))


REPORT = (
    Mutant("a property no visual has", "schemas", "flavour", in_visual(ANY, lambda c: c.update(flavour=1))),
    Mutant(
        "a theme without its version",
        "schemas",
        "reportVersionAtImport",
        in_report("definition/report.json", lambda c: c["themeCollection"]["baseTheme"].pop("reportVersionAtImport")),
    ),
    Mutant(
        "a sort order in the wrong place",
        "schemas",
        "sortDefinition",
        in_visual(ANY, lambda c: c.update(sortDefinition={"sort": []})),
    ),
    Mutant(
        "a schema nobody published",
        "schemas",
        "SCHEMA_UNKNOWN",
        in_visual(ANY, lambda c: c.update({"$schema": c["$schema"].replace("/2.9.0/", "/2.99.0/")})),
    ),
    Mutant(
        "a schema nobody can reach",
        "report",
        "SCHEMA_UNREACHABLE",
        in_visual(ANY, lambda c: c.update({"$schema": c["$schema"].replace("/2.9.0/", "/2.99.0/")})),
    ),
    Mutant("a file that names no schema", "schemas", "SCHEMA_NOT_NAMED", in_visual(ANY, lambda c: c.pop("$schema"))),
    Mutant(
        "JSON that breaks off",
        "schemas",
        "JSON_SYNTAX",
        lambda p: d.swap(d.report(p) / "definition/version.json", r"\}\s*\Z", ""),
    ),
    Mutant(
        "a data set in the project file",
        "schemas",
        "dataset",
        lambda p: d.edit(_start(p), lambda c: c["artifacts"].append({"dataset": {"path": "x"}})),
    ),
    Mutant(
        "no path to the model",
        "schemas",
        "byPath|path",
        in_report("definition.pbir", lambda c: c["datasetReference"]["byPath"].update(path=None)),
    ),
    Mutant(
        "a mark at the start of JSON",
        "ours",
        "(?i)mark|BOM|JSON",
        lambda p: (d.report(p) / "definition/version.json").write_bytes(
            b"\xef\xbb\xbf" + (d.report(p) / "definition/version.json").read_bytes()
        ),
    ),
    Mutant("a role no visual has", "report", "ROLE", in_visual(ANY, _rename_role)),
    Mutant(
        "a column where a measure stands",
        "report",
        "ROLE_KIND",
        in_visual(d.with_field("Measure", "lineChart", "clusteredBarChart", "funnel"), _column_as_measure),
    ),
    Mutant(
        "a page twice in the order",
        "report",
        "PAGE_ORDER",
        in_report("definition/pages/pages.json", lambda c: c["pageOrder"].append(c["pageOrder"][0])),
    ),
    Mutant(
        "a page that is not there",
        "report",
        "PAGE",
        in_report("definition/pages/pages.json", lambda c: c["pageOrder"].append("0" * 20)),
    ),
    Mutant(
        "a page outside the order",
        "report",
        "NOT_IN_ORDER",
        in_report("definition/pages/pages.json", lambda c: c["pageOrder"].pop()),
    ),
    Mutant("a theme that is not there", "report", "THEME", lambda p: _theme(p).unlink()),
    Mutant("no name card", "report", "PLATFORM", without(".platform")),
    Mutant("no version", "report", "VERSION", without("definition/version.json")),
    Mutant("no report file", "report", "REPORT_JSON", without("definition/report.json")),
    Mutant(
        "a tag that is no GUID",
        "report",
        "LOGICAL_ID",
        in_report(".platform", lambda c: c["config"].update(logicalId="abc")),
    ),
    Mutant("a visual off the page", "report", "LAYOUT", in_visual(ANY, lambda c: c["position"].update(x=5000))),
    Mutant(
        "a visual nobody knows",
        "report",
        "VISUAL_TYPE",
        in_visual(ANY, lambda c: c["visual"].update(visualType="pieOfCake")),
    ),
    Mutant(
        "an old kind of visual", "report", "DEPRECATED", in_visual(ANY, lambda c: c["visual"].update(visualType="card"))
    ),
    Mutant("a field without its own name", "report", "NATIVE_QUERY_REF", in_visual(ANY, _without_native_name)),
    Mutant(
        "a formatting object nobody knows",
        "report",
        "FORMATTING",
        in_visual(
            ANY,
            lambda c: (
                c["visual"]
                .setdefault("objects", {})
                .update(flavour=[{"properties": {"show": {"expr": {"Literal": {"Value": "true"}}}}}])
            ),
        ),
    ),
    Mutant(
        "a frame property nobody knows",
        "report",
        "VCO",
        in_visual(_titled, lambda c: _title(c).update(flavour={"expr": {"Literal": {"Value": "true"}}})),
    ),
    Mutant(
        "a colour that is none",
        "report",
        "THEME",
        lambda p: d.edit(_theme(p), lambda c: c["dataColors"].append("reddish")),
    ),
    Mutant(
        "a page of another name",
        "report",
        "PAGE_NAME_MISMATCH",
        lambda p: d.edit(_page(p), lambda c: c.update(name="0" * 20)),
    ),
    Mutant("a measure the model lacks", "bpa", "MISSING_FIELDS", in_visual(ANY, _lose("Measure", "name"))),
    Mutant("a table the model lacks", "bpa", "MISSING_FIELDS", in_visual(ANY, _lose("Measure", "table"))),
    Mutant(
        "a column the model lacks", "bpa", "MISSING_FIELDS", in_visual(d.with_field("Column"), _lose("Column", "name"))
    ),
    Mutant("a report of no model", "ours", "(?i)model|path", _connection("../Lost.SemanticModel")),
    Mutant(
        "a project of no report",
        "ours",
        "(?i)report",
        lambda p: d.edit(_start(p), lambda c: c["artifacts"][0]["report"].update(path="Lost.Report")),
    ),
    Mutant("a text without its quotes", "ours", "(?i)quote|text|literal", in_visual(_titled, _unquote)),
    Mutant(
        "a visual in another folder",
        "ours",
        "(?i)folder|name",
        lambda p: d.rename_folder(d.visual_of(p, ANY), "0" * 20),
    ),
    Mutant("a measure at another table", "ours", "(?i)home|table|measure", in_visual(ANY, _move_home)),
    Mutant(
        "a theme of another name", "ours", "(?i)theme", lambda p: d.edit(_theme(p), lambda c: c.update(name="Other"))
    ),
)
"""Defects of the report."""

MUTANTS = (*MODEL, *MEASURES, *QUERIES, *REPORT)
"""Every planted defect."""
