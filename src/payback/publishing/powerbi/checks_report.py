"""Checks of the report: pages, visuals, and the fields of the model that they show."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from payback.publishing.powerbi.checks_files import read
from payback.publishing.powerbi.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from payback.publishing.powerbi.reading import ReadModel

VISUALS_OF_A_PAGE = 10
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL = re.compile(r"'(?:[^']|'')*'|-?\d+L|-?\d+(\.\d+)?D|-?\d+(\.\d+)?M|true|false|null|datetime'[^']*'")


class ReadReport:
    """The pages and visuals of a report as they stand on disk."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.pages = {path.parent.name: read(path) for path in sorted(folder.glob("definition/pages/*/page.json"))}
        self.visuals = {path: read(path) for path in sorted(folder.glob("definition/pages/*/visuals/*/visual.json"))}

    def name(self, path: Path) -> str:
        """Return the path of a file within the project."""
        return path.relative_to(self.project).as_posix()

    def of_page(self, page: str) -> dict[Path, dict[str, Any]]:
        """Return the visuals of a page."""
        return {path: content for path, content in self.visuals.items() if path.parents[2].name == page}


def names(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that a page and a visual are named like their folders, in letters that Power BI Desktop does not skip."""
    pages = {report.folder / "definition/pages" / name / "page.json": content for name, content in report.pages.items()}
    for path, content in (pages | report.visuals).items():
        found, folder = str(content.get("name", "")), path.parent.name
        if found != folder or not _NAME.fullmatch(folder):
            yield Finding(
                "folder-is-name", report.name(path), "name", f"{found} in folder {folder}", "one name for both"
            )


def page_order(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that the order of pages names each page once, and the page that opens is one of them."""
    path = report.folder / "definition/pages/pages.json"
    content = read(path)
    order = content.get("pageOrder", [])
    if sorted(order) != sorted(report.pages):
        yield Finding("page-order-complete", report.name(path), "pageOrder", ", ".join(order), "every page once")
    if content.get("activePageName") not in report.pages:
        yield Finding(
            "active-page-exists", report.name(path), "activePageName", str(content.get("activePageName")), "a page"
        )


def theme(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that the theme that the report names is a registered file, and the file says the same name."""
    path = report.folder / "definition/report.json"
    content = read(path)
    themes = [one for one in content.get("themeCollection", {}).values() if isinstance(one, dict)]
    items = {
        item.get("name"): f"{package.get('type')}/{item.get('path')}"
        for package in content.get("resourcePackages", [])
        for item in package.get("items", [])
    }
    for one in themes:
        name = one.get("name", "")
        file = report.folder / "StaticResources" / items.get(name, "")
        if name not in items or not file.is_file() or read(file).get("name") != name:
            yield Finding(
                "theme-file-agrees", report.name(path), "themeCollection", name, "a registered file of that name"
            )


def crowded(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that a page has at most ten visuals, all within it, reached by the keyboard in an order without ties."""
    for page, content in report.pages.items():
        visuals = report.of_page(page)
        file = report.name(report.folder / "definition/pages" / page / "page.json")
        if len(visuals) > VISUALS_OF_A_PAGE:
            yield Finding("at-most-ten-visuals", file, page, str(len(visuals)), str(VISUALS_OF_A_PAGE))
        tabs = Counter(one.get("position", {}).get("tabOrder") for one in visuals.values())
        if any(count > 1 for count in tabs.values()) or None in tabs:
            yield Finding("tab-order-given", file, page, str(dict(tabs)), "a place of its own for each visual")
        for path, visual in visuals.items():
            place = visual.get("position", {})
            right, bottom = place.get("x", 0) + place.get("width", 0), place.get("y", 0) + place.get("height", 0)
            if right > content.get("width", 0) or bottom > content.get("height", 0):
                yield Finding(
                    "visual-within-page", report.name(path), "position", f"{right} x {bottom}", "the page's size"
                )


def fields(report: ReadReport, model: ReadModel) -> Iterator[Finding]:
    """Check that a visual shows columns and measures that the model has, each at its own table."""
    columns = {(table.name, one.name) for table, one in model.all_of("column")}
    measures = {(table.name, one.name) for table, one in model.all_of("measure")}
    known = {"Column": columns, "Measure": measures}
    pages = {report.folder / "definition/pages" / name / "page.json": page for name, page in report.pages.items()}
    for path, content in (report.visuals | pages).items():
        for kind, table, name in _fields(content):
            if (table, name) not in known[kind]:
                what = f"a {kind.lower()} of the model at its home table"
                yield Finding("field-exists", report.name(path), kind, f"{table}[{name}]", what)
        for one in _projections(content):
            expected = [f"{table}.{name}" for _, table, name in _fields(one.get("field", {}))]
            if expected and one.get("queryRef") not in expected:
                yield Finding(
                    "query-reference-agrees", report.name(path), "queryRef", str(one.get("queryRef")), expected[0]
                )
            if not one.get("nativeQueryRef"):
                yield Finding(
                    "native-reference-given", report.name(path), "nativeQueryRef", "missing", "the field's name"
                )


def literals(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that a literal text stands in single quotes; a number says what it is."""
    for path, content in report.visuals.items():
        for value in _values(content, "Literal"):
            text = value.get("Value", "") if isinstance(value, dict) else ""
            if not _LITERAL.fullmatch(str(text).replace("\n", " ")):
                hint = "a text in single quotes, 10L, 1.5D, true or false"
                yield Finding("literal-quoted", report.name(path), "Literal", str(text)[:80], hint)


def accessible(report: ReadReport, _: ReadModel) -> Iterator[Finding]:
    """Check that every visual has a text for a screen reader."""
    for path, content in report.visuals.items():
        general = content.get("visual", {}).get("visualContainerObjects", {}).get("general", [])
        if not any("altText" in one.get("properties", {}) for one in general):
            yield Finding("alt-text-given", report.name(path), "general.altText", "missing", "what the visual shows")


CHECKS = (names, page_order, theme, crowded, fields, literals, accessible)


def _values(content: Any, key: str) -> Iterator[Any]:
    """Yield every value of a key, however deep."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name == key:
                yield value
            yield from _values(value, key)
    elif isinstance(content, list):
        for value in content:
            yield from _values(value, key)


def _fields(content: Any) -> Iterator[tuple[str, str, str]]:
    for kind in ("Column", "Measure"):
        for value in _values(content, kind):
            if isinstance(value, dict) and "Property" in value:
                yield kind, value.get("Expression", {}).get("SourceRef", {}).get("Entity", ""), value["Property"]


def _projections(content: Any) -> Iterator[dict[str, Any]]:
    for projections in _values(content, "projections"):
        yield from projections
