"""Checks of files: encoding, JSON, and paths from one file to another."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from payback.publishing.powerbi.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEXTS = ("*.tmdl", "*.json", "*.pbip", "*.pbism", "*.pbir", ".platform")
_MIXED = re.compile(r"^\t* +\t*\S")
_BOM = b"\xef\xbb\xbf"
_NEEDED = ("definition.pbir", ".platform", "definition/version.json", "definition/report.json",
           "definition/pages/pages.json")  # fmt: skip
_NEEDED_OF_MODEL = ("definition.pbism", ".platform", "definition/database.tmdl", "definition/model.tmdl")


def encoding(project: Path) -> Iterator[Finding]:
    """Check that text is UTF-8 without a byte order mark, its lines end with a line feed, TMDL is indented by tabs."""
    for path in _files(project):
        content, name = path.read_bytes(), path.relative_to(project).as_posix()
        if content.startswith(_BOM):
            yield Finding("text-without-bom", name, "first bytes", "a byte order mark", "UTF-8 without one")
        if b"\r" in content:
            yield Finding("text-line-feeds", name, "", "carriage returns", "line feeds only")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Finding("text-utf-8", name, f"byte {error.start}", "no UTF-8", "UTF-8")
            continue
        if path.suffix == ".tmdl":
            yield from _indentation(text, name)


def json_files(project: Path) -> Iterator[Finding]:
    """Check that JSON is well formed and names its schema."""
    for path in _files(project):
        if path.suffix == ".tmdl":
            continue
        name = path.relative_to(project).as_posix()
        try:
            content = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        except json.JSONDecodeError as error:
            yield Finding("json-well-formed", name, f"line {error.lineno}", error.msg, "JSON")
            continue
        if "StaticResources" not in path.parts and not (isinstance(content, dict) and content.get("$schema")):
            yield Finding("json-names-schema", name, "$schema", "missing", "the address of Microsoft's schema")


def paths(project: Path) -> Iterator[Finding]:
    """Check that the project leads to its report, the report to its model, and both have the files that they need."""
    files = list(project.glob("*.pbip"))
    if len(files) != 1:
        yield Finding("project-file-given", "", "", f"{len(files)} files *.pbip", "one")
    for path in files:
        for item in read(path).get("artifacts", []):
            target = item.get("report", {}).get("path", "")
            if not target or not (project / target).is_dir():
                yield Finding("report-path-exists", path.name, "artifacts", target, "the folder of the report")
    for report in project.glob("*.Report"):
        yield from _missing(project, report, _NEEDED)
        target = read(report / "definition.pbir").get("datasetReference", {}).get("byPath", {}).get("path", "")
        if not target or not (report / target).is_dir():
            file = f"{report.name}/definition.pbir"
            yield Finding("model-path-exists", file, "datasetReference.byPath", target, "the folder of the model")
    for model in project.glob("*.SemanticModel"):
        yield from _missing(project, model, _NEEDED_OF_MODEL)


def nothing_private(project: Path) -> Iterator[Finding]:
    """Check that no settings of another machine and no password travel with the project."""
    for path in project.glob("*/.pbi"):
        yield Finding("no-pbi-folder", path.relative_to(project).as_posix(), "", "a folder .pbi", "none")
    for path in project.rglob("expressions.tmdl"):
        if re.search(r"(?i)\b(password|pwd|user ?id|uid)\b\s*=", path.read_text(encoding="utf-8", errors="replace")):
            name = path.relative_to(project).as_posix()
            yield Finding("no-credentials", name, "", "something like a password", "Power BI asks for credentials")


CHECKS = (encoding, json_files, paths, nothing_private)


def read(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file; nothing where there is none or it is broken, which another check says."""
    try:
        content = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def _files(project: Path) -> list[Path]:
    """Return the text files of the items of a project; other files beside them are not ours."""
    found = [*project.glob("*.pbip")]
    for item in (*project.glob("*.SemanticModel"), *project.glob("*.Report")):
        found += [path for pattern in _TEXTS for path in item.rglob(pattern) if path.is_file()]
    return sorted(path for path in found if ".pbi" not in path.parts)


def _indentation(text: str, name: str) -> Iterator[Finding]:
    body = 0
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip("\t"))
        # Within an expression spaces are a matter of taste: it stands deeper than what it belongs to.
        if line.strip() and _MIXED.match(line) and (depth < body or not body):
            yield Finding("tmdl-indented-by-tabs", name, f"line {number}", "spaces between tabs", "tabs only")
        if line.rstrip().endswith("="):
            body = depth + 1
        elif body and line.strip() and depth < body:
            body = 0


def _missing(project: Path, item: Path, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        if not (item / name).is_file():
            file = (item / name).relative_to(project).as_posix()
            yield Finding("item-file-given", file, "", "missing", "a file that Power BI Desktop needs to open the item")
