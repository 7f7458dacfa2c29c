"""Read a model back from its TMDL files, for the checks: objects, properties, expressions; no judgement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OBJECT = re.compile(r"(?P<kind>[A-Za-z]+)(?:\s+(?P<name>'(?:[^']|'')*'|[^\s=:']+))?\s*(?:=\s*(?P<value>.*))?")
_PROPERTY = re.compile(r"(?P<name>[A-Za-z]\w*)\s*(?:(?P<sign>[:=])\s*(?P<value>.*))?")
_OBJECTS = frozenset(
    {"table", "measure", "column", "hierarchy", "level", "partition", "relationship", "expression", "annotation",
     "model", "database", "ref", "refreshPolicy", "role", "cultureInfo", "perspective", "function"}
)  # fmt: skip


@dataclass
class TmdlObject:
    """An object of a TMDL file.

    Parameters
    ----------
    kind, name : str
        Such as ``measure`` and its name without quotes.
    file : str
        Path of the file within the project.
    line : int
        Line of the file, from 1.
    indent : int
        Tabs before it.
    properties : dict of str to str
        Its properties; one without value is ``true``.
    expression : str
        What stands after the equals sign.
    described : bool
        A description stands above it.
    children : list of TmdlObject
        Objects within it.
    """

    kind: str
    name: str
    file: str
    line: int
    indent: int
    properties: dict[str, str] = field(default_factory=dict)
    expression: str = ""
    described: bool = False
    children: list[TmdlObject] = field(default_factory=list)

    def of(self, kind: str) -> list[TmdlObject]:
        """Return the objects of a kind within it."""
        return [one for one in self.children if one.kind == kind]

    @property
    def where(self) -> str:
        """Line, kind and name, for a message."""
        return f"line {self.line}: {self.kind} {self.name}"


@dataclass
class ReadModel:
    """The objects of all TMDL files of a model."""

    objects: list[TmdlObject]

    def of(self, kind: str) -> list[TmdlObject]:
        """Return the outermost objects of a kind."""
        return [one for one in self.objects if one.kind == kind]

    @property
    def tables(self) -> dict[str, TmdlObject]:
        """The tables by name."""
        return {one.name: one for one in self.of("table")}

    def all_of(self, kind: str) -> Iterator[tuple[TmdlObject, TmdlObject]]:
        """Yield each table with each of its objects of a kind."""
        for table in self.of("table"):
            for one in table.of(kind):
                yield table, one


def read_model(folder: Path, project: Path) -> ReadModel:
    """Read the TMDL files of a folder; ``project`` is what paths are told from."""
    objects: list[TmdlObject] = []
    for path in sorted(folder.rglob("*.tmdl")):
        name = path.relative_to(project).as_posix()
        objects += read_objects(path.read_text(encoding="utf-8", errors="replace"), name)
    return ReadModel(objects)


def read_objects(text: str, file: str) -> list[TmdlObject]:
    """Return the outermost objects of a TMDL text."""
    roots: list[TmdlObject] = []
    stack: list[TmdlObject] = []
    described = open_expression = False
    for number, line in enumerate(text.split("\n"), 1):
        content = line.strip()
        if not content:
            continue
        indent = len(line) - len(line.lstrip("\t"))
        if content.startswith("///"):
            described = True
            continue
        if stack and open_expression and indent >= stack[-1].indent + 2:
            stack[-1].expression += ("\n" if stack[-1].expression else "") + content
            continue
        while stack and stack[-1].indent >= indent:
            stack.pop()
        found = _object(content, file, number, indent)
        if found is not None:
            found.described, described = described, False
            (stack[-1].children if stack else roots).append(found)
            stack.append(found)
            open_expression = content.endswith("=")
        elif stack:
            open_expression = _property(stack[-1], content)
    return roots


def _object(content: str, file: str, line: int, indent: int) -> TmdlObject | None:
    match = _OBJECT.match(content)
    if match is None or match["kind"] not in _OBJECTS:
        return None
    rest = content[len(match["kind"]) :]
    if rest.startswith(":"):
        return None  # a property of that name, such as column: of a level
    name = match["name"] or ""
    plain = name[1:-1].replace("''", "'") if name.startswith("'") else name
    # What follows the equals sign of a partition is its kind.
    expression = "" if match["kind"] == "partition" else (match["value"] or "").strip()
    return TmdlObject(match["kind"], plain, file, line, indent, expression=expression)


def _property(owner: TmdlObject, content: str) -> bool:
    """Enter a property into its object; return whether its value stands on the lines below."""
    match = _PROPERTY.fullmatch(content)
    if match is None:
        return False
    if match["sign"] == "=" and not match["value"]:
        return True
    if match["sign"] == "=":
        owner.expression = match["value"]
    else:
        owner.properties[match["name"]] = (match["value"] or "true").strip() if match["sign"] else "true"
    return False
