"""Asks a DAX parser and a DAX engine about a model in TOM's JSON: one JSON line in, one JSON line out.

The parser (sidemantic-dax) finds syntax errors, wrong argument counts and unknown tables, columns and measures; the
list of functions that Power BI knows comes from the engine (pbix-mcp), which computes the values.
Runs in a process of its own: the parser's licence (AGPL) suits a tool beside the tests, not a part of them.
"""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
import json
import sys

import pyarrow.parquet
import sidemantic_dax as dax
from pbix_mcp.dax import engine
from pbix_mcp.dax.function_catalog import FUNCTION_CATALOG

INTERVALS = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
"""Words of the functions of time, which the parser takes for variables."""
FUNCTIONS = {name.upper() for name, _ in FUNCTION_CATALOG}


def text_of(expression):
    """Return an expression that TOM's JSON gives as one text or as lines."""
    return expression if isinstance(expression, str) else "\n".join(expression or [])


def expressions(model):
    """Yield place and text of every DAX expression: measures, their format strings, calculated columns and tables."""
    for table in model["tables"]:
        for measure in table.get("measures", []):
            yield f"{table['name']}[{measure['name']}]", text_of(measure["expression"])
            if "formatStringDefinition" in measure:
                yield (
                    f"{table['name']}[{measure['name']}] format",
                    text_of(measure["formatStringDefinition"]["expression"]),
                )
        for column in table.get("columns", []):
            if column.get("type") == "calculated":
                yield f"{table['name']}[{column['name']}]", text_of(column["expression"])
        for partition in table.get("partitions", []):
            if partition["source"]["type"] == "calculated":
                yield table["name"], text_of(partition["source"]["expression"])


def metadata(model):
    """Return what the parser wants to know of a model."""
    return dax.ModelMetadata(
        [
            dax.ModelTable(
                table["name"],
                [column["name"] for column in table.get("columns", [])],
                [measure["name"] for measure in table.get("measures", [])],
            )
            for table in model["tables"]
        ]
    )


def functions_of(text):
    """Return the names that stand before an opening bracket, as the lexer sees them."""
    tokens = [token for token in dax.lex_raw(text) if token]
    return {name.upper() for name in called(tokens)}


def called(tokens):
    """Yield identifiers followed by an opening bracket."""
    kinds = [token["kind"] for token in tokens]
    for this, following in itertools.pairwise(kinds):
        if isinstance(this, dict) and "Ident" in this and following == "LParen":
            yield this["Ident"]


def is_interval(issue):
    """Tell whether the parser takes an interval of a function of time for something unknown."""
    return issue.code.value == "UnknownIdentifier" and issue.message.split("`")[1].upper() in INTERVALS


def check(model):
    """Return what is wrong with the DAX of a model."""
    known = metadata(model)
    findings = []
    for place, text in expressions(model):
        try:
            dax.parse_expression(text)
        except Exception as error:  # noqa: BLE001 - a foreign tool may raise anything; it is the answer
            findings.append({"code": "DAX_SYNTAX", "name": place, "message": str(error)})
            continue
        issues = [*dax.validate_expression(text), *dax.validate_expression_against_model(text, known)]
        findings += [
            {"code": f"DAX_{issue.code.value}", "name": place, "message": issue.message}
            for issue in issues
            if not is_interval(issue)
        ]
        for name in sorted(functions_of(text) - FUNCTIONS):
            findings.append({"code": "DAX_FUNCTION", "name": place, "message": f"Power BI has no function {name}"})
    return findings


def value_of(cell):
    """Return a cell as the engine holds it: moments for days, doubles for numbers behind a point."""
    if isinstance(cell, decimal.Decimal):
        return float(cell)
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime(cell.year, cell.month, cell.day)
    return cell


def loaded(table, file):
    """Return a table of the model with the rows of its Parquet file, columns found by their source column."""
    columns = [column for column in table["columns"] if "sourceColumn" in column]
    content = pyarrow.parquet.read_table(file, columns=[column["sourceColumn"] for column in columns])
    cells = [[value_of(cell) for cell in content.column(column["sourceColumn"]).to_pylist()] for column in columns]
    return {"columns": [column["name"] for column in columns], "rows": [list(row) for row in zip(*cells, strict=True)]}


def relationships(model):
    """Return the relationships of a model in the words of the engine."""
    return [
        {
            "FromTable": relation["fromTable"],
            "FromColumn": relation["fromColumn"],
            "ToTable": relation["toTable"],
            "ToColumn": relation["toColumn"],
            "IsActive": relation.get("isActive", True),
            "CrossFilteringBehavior": 2 if relation.get("crossFilteringBehavior") == "bothDirections" else 1,
            "FromCardinality": 1 if relation.get("fromCardinality") == "one" else 2,
            "ToCardinality": 2 if relation.get("toCardinality") == "many" else 1,
        }
        for relation in model.get("relationships", [])
    ]


def date_tables(model):
    """Return the marked date tables and their key columns."""
    return {
        table["name"]: next(column["name"] for column in table["columns"] if column.get("isKey"))
        for table in model["tables"]
        if table.get("dataCategory") == "Time"
    }


def filters_of(context):
    """Return a filter context in the words of the engine: days arrive as text."""
    return {
        column: [dt.datetime.fromisoformat(value["day"]) if isinstance(value, dict) else value for value in values]
        for column, values in context.items()
    }


def values(question):
    """Return each wanted measure's value in each filter context, and what the engine could not compute."""
    model, files = question["model"], question["files"]
    tables = {table["name"]: loaded(table, files[table["name"]]) for table in model["tables"] if table["name"] in files}
    money = {
        table["name"]: [column["name"] for column in table["columns"] if column["dataType"] == "decimal"]
        for table in model["tables"]
    }
    engine.mark_currency_columns(tables, money)
    measures = {m["name"]: text_of(m["expression"]) for table in model["tables"] for m in table.get("measures", [])}
    homes = {m["name"]: table["name"] for table in model["tables"] for m in table.get("measures", [])}
    marked = date_tables(model)
    run, links = engine._engine, relationships(model)
    answers, faults = {}, {}
    for name, context in question["contexts"].items():
        run.eval_errors.clear()
        answers[name] = engine.evaluate_measures_smart(
            question.get("measures") or list(measures),
            tables,
            measures,
            filters_of(context),
            *next(iter(marked.items()), (None, None)),
            links,
            simulate_row_context=False,
            measure_tables=homes,
            model_columns={table: content["columns"] for table, content in tables.items()},
            date_tables=marked,
        )
        faults |= {f"{name}: {measure}": message for measure, message in run.eval_errors.items()}
    faults |= dict.fromkeys(run.unsupported_functions, "not supported by the engine")
    faults |= dict.fromkeys(run.timed_out, "took too long")
    return {"values": answers, "faults": faults}


def main():
    """Answer until there are no more questions."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        (kind, subject), *_ = json.loads(line).items()
        answer = {"findings": check(subject)} if kind == "check" else values(subject)
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
