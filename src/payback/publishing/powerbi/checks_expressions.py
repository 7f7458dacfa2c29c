"""Checks of expressions: what DAX and M refer to exists, and no measure is made of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from payback.publishing.powerbi.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.publishing.powerbi.reading import ReadModel, TmdlObject

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_COMMENT = re.compile(r"//[^\n]*|--[^\n]*|/\*.*?\*/", re.DOTALL)
_TABLE = r"(?:'(?P<quoted>(?:[^']|'')*)'|(?<![\w.'])(?P<plain>[A-Za-z_]\w*))"
_COLUMN = re.compile(_TABLE + r"\[(?P<column>(?:[^\]]|\]\])*)\]")
_MEASURE = re.compile(r"(?<![\w'\])])\s*\[(?P<name>(?:[^\]]|\]\])*)\]")
_LONE_TABLE = re.compile(r"'(?P<name>(?:[^']|'')*)'(?!\s*\[)")
_COMPARED = re.compile(r"'\[(?:[^\]]|\]\])*\]\s*(?:=|<>|<=|>=|<|>)\s*\[")
_M_WORD = re.compile(r"(?<![\w.#])[A-Za-z_][\w.]*")
_M_STEP = re.compile(r"(?:^|,|let)\s*([A-Za-z_]\w*)\s*=(?![=>])", re.MULTILINE)
_M_KNOWN = frozenset(
    (
        "let",
        "in",
        "each",
        "if",
        "then",
        "else",
        "and",
        "or",
        "not",
        "is",
        "as",
        "meta",
        "type",
        "table",
        "null",
        "true",
        "false",
        "error",
        "try",
        "otherwise",
        "section",
        "shared",
        "number",
        "text",
        "date",
        "logical",
        "datetime",
        "datetimezone",
        "duration",
        "time",
        "any",
        "binary",
        "list",
        "record",
        "function",
        "_",
        "nullable",
    )
)


def dax_references(model: ReadModel) -> Iterator[Finding]:
    """Check that tables, columns and measures that a measure speaks of exist; its brackets match."""
    columns = {(table.name.lower(), one.name.lower()) for table, one in model.all_of("column")}
    tables = {name.lower() for name in model.tables}
    measures = {one.name.lower() for _, one in model.all_of("measure")}
    for _, measure in model.all_of("measure"):
        text = _plain(measure.expression)
        if not text:
            yield _finding("dax-given", measure, "no expression", "an expression in DAX")
        if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
            yield _finding("dax-brackets-match", measure, text[:80], "as many closing brackets as opening ones")
        for table, column in _columns(text):
            if (table.lower(), column.lower()) not in columns:
                yield _finding("dax-column-exists", measure, f"'{table}'[{column}]", "a column of the model")
        for name in _measures(text):
            if name.lower() not in measures:
                yield _finding("dax-measure-exists", measure, f"[{name}]", "a measure of the model")
        for match in _LONE_TABLE.finditer(_COLUMN.sub(" ", text)):
            if match["name"].replace("''", "'").lower() not in tables:
                yield _finding("dax-table-exists", measure, f"'{match['name']}'", "a table of the model")


def dax_filters(model: ReadModel) -> Iterator[Finding]:
    """Check that a filter does not compare a column with a measure: the engine refuses that."""
    for _, measure in model.all_of("measure"):
        match = _COMPARED.search(_plain(measure.expression))
        if match:
            text = "a value or a variable beside the column"
            yield _finding("dax-filter-without-measure", measure, match[0].strip("' "), text)


def dax_cycles(model: ReadModel) -> Iterator[Finding]:
    """Check that no measure is made of itself, over however many others."""
    parts = {
        one.name.lower(): {name.lower() for name in _measures(_plain(one.expression))}
        for _, one in model.all_of("measure")
    }
    for _, measure in model.all_of("measure"):
        if measure.name.lower() in _reached(measure.name.lower(), parts):
            yield _finding("dax-no-cycle", measure, f"[{measure.name}] is made of itself", "no circle of measures")


def m_names(model: ReadModel) -> Iterator[Finding]:
    """Check that steps and parameters that a query speaks of exist."""
    known = {one.name for one in model.of("expression")} | set(model.tables)
    for _, partition in model.all_of("partition"):
        text = _TEXT.sub('""', re.sub(r'#"(?:[^"]|"")*"', "", _COMMENT.sub("", partition.expression)))
        text = re.sub(r"\[[^\[\]]*\]", lambda match: "" if "=" not in match[0] else match[0], text)
        steps = set(_M_STEP.findall(text)) | set(re.findall(r"[\[,]\s*([A-Za-z_]\w*)\s*=", text))
        for word in dict.fromkeys(_M_WORD.findall(text)):
            if "." not in word and word not in _M_KNOWN and word not in steps and word not in known:
                yield _finding("m-name-exists", partition, word, "a step of the query or a parameter of the model")


CHECKS = (dax_references, dax_filters, dax_cycles, m_names)


def _plain(expression: str) -> str:
    """Return an expression without texts and comments."""
    return _COMMENT.sub(" ", _TEXT.sub('""', expression)).strip("`\n ")


def _columns(text: str) -> Iterator[tuple[str, str]]:
    for match in _COLUMN.finditer(text):
        table = match["plain"] if match["quoted"] is None else match["quoted"].replace("''", "'")
        yield table, match["column"].replace("]]", "]")


def _measures(text: str) -> set[str]:
    """Return the names in brackets that no table stands before."""
    return {match["name"].replace("]]", "]") for match in _MEASURE.finditer(_COLUMN.sub(" ", text))}


def _reached(start: str, parts: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(parts.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += parts.get(name, ())
    return found


def _finding(check: str, one: TmdlObject, got: str, allowed: str) -> Finding:
    return Finding(check, one.file, one.where, got, allowed, "write the project anew: payback powerbi --force")
