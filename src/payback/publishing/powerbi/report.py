"""The report as text: PBIR, a JSON file for each page and each visual."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from payback.publishing.powerbi.identity import object_id
from payback.publishing.powerbi.options import NAME
from payback.publishing.powerbi.pages.spec import HEIGHT, WIDTH
from payback.publishing.powerbi.theme import BASE, base_text, theme_file, theme_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.publishing.powerbi.pages.spec import Field, Page, Visual

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/"
_VERSIONS = {
    "report": "report/3.3.0",
    "version": "versionMetadata/1.0.0",
    "pages": "pagesMetadata/1.1.0",
    "page": "page/2.1.0",
    "visual": "visualContainer/2.9.0",
}
"""The newest published versions of Microsoft's schemas; they go together."""
_AT_IMPORT = {"visual": "2.9.0", "report": "3.3.0", "page": "2.1.0"}
RESOURCES, SHARED = "StaticResources/RegisteredResources", "StaticResources/SharedResources"
_BASE_PATH = f"BaseThemes/{BASE}.json"


def report_files(pages: Sequence[Page], *, dark: bool) -> dict[str, str]:
    """Return the files of a report by their paths within its folder."""
    files = {
        "definition/version.json": _text(_headed("version", {"version": "2.0.0"})),
        "definition/report.json": _text(_report(dark=dark)),
        "definition/pages/pages.json": _text(
            _headed("pages", {"pageOrder": [page_id(one) for one in pages], "activePageName": page_id(pages[0])})
        ),
        f"{SHARED}/{_BASE_PATH}": base_text(dark=dark),
        f"{RESOURCES}/{theme_file(dark=dark)}": theme_text(dark=dark),
    }
    for page in pages:
        folder = f"definition/pages/{page_id(page)}"
        files[f"{folder}/page.json"] = _text(_page(page))
        for order, visual in enumerate(page.visuals):
            name = visual_id(page, visual)
            files[f"{folder}/visuals/{name}/visual.json"] = _text(_visual(page, visual, order))
    return files


def page_id(page: Page) -> str:
    """Return the id of a page."""
    return object_id("page", page.name)


def visual_id(page: Page, visual: Visual) -> str:
    """Return the id of a visual."""
    return object_id("page", page.name, "visual", visual.name)


def _report(*, dark: bool) -> dict[str, Any]:
    """Return the report's own file: a base of ours, for Power BI has a new one each month, and our theme upon it."""
    name = theme_file(dark=dark)
    return _headed(
        "report",
        {
            "themeCollection": {
                "baseTheme": {"name": BASE, "reportVersionAtImport": _AT_IMPORT, "type": "SharedResources"},
                "customTheme": {"name": name, "reportVersionAtImport": _AT_IMPORT, "type": "RegisteredResources"},
            },
            "resourcePackages": [
                _package("SharedResources", {"name": BASE, "path": _BASE_PATH, "type": "BaseTheme"}),
                _package("RegisteredResources", {"name": name, "path": name, "type": "CustomTheme"}),
            ],
            "settings": {
                "useStylableVisualContainerHeader": True,
                "defaultDrillFilterOtherVisuals": True,
                "allowChangeFilterTypes": True,
                "useEnhancedTooltips": True,
            },
        },
    )


def _package(kind: str, item: dict[str, str]) -> dict[str, Any]:
    return {"name": kind, "type": kind, "items": [item]}


def _page(page: Page) -> dict[str, Any]:
    content: dict[str, Any] = {
        "name": page_id(page),
        "displayName": page.name,
        "displayOption": "FitToPage",
        "height": HEIGHT,
        "width": WIDTH,
    }
    if page.drill is not None:
        name = object_id("drill", page.name, page.drill.table, page.drill.name)
        content["pageBinding"] = {
            "name": name,
            "type": "Drillthrough",
            "parameters": [{"name": f"Param_{name}", "boundFilter": name, "fieldExpr": _expression(page.drill)}],
        }
        content["filterConfig"] = {
            "filters": [
                {"name": name, "field": _expression(page.drill), "type": "Categorical", "howCreated": "Drillthrough"}
            ]
        }
    return _headed("page", content)


def _visual(page: Page, visual: Visual, order: int) -> dict[str, Any]:
    place = visual.place
    content: dict[str, Any] = {"visualType": visual.kind}
    if visual.roles:
        content["query"] = {"queryState": {role: _projections(fields) for role, fields in visual.roles.items()}}
        if visual.sort is not None:
            content["query"]["sortDefinition"] = {
                "sort": [{"field": _expression(visual.sort), "direction": "Descending"}],
                "isDefaultSort": False,
            }
    objects = _objects(visual)
    content |= {"objects": objects} if objects else {}
    content["visualContainerObjects"] = _container(visual)
    if visual.shared:
        content["syncGroup"] = {"groupName": visual.name, "fieldChanges": True, "filterChanges": True}
    content["drillFilterOtherVisuals"] = True
    return _headed(
        "visual",
        {
            "name": visual_id(page, visual),
            "position": {
                "x": place.x,
                "y": place.y,
                "z": order * 1000,
                "height": place.height,
                "width": place.width,
                "tabOrder": order * 1000,
            },
            "visual": content,
        },
    )


def _projections(fields: Sequence[Field]) -> dict[str, Any]:
    return {"projections": [_projection(one) for one in fields]}


def _projection(one: Field) -> dict[str, Any]:
    content: dict[str, Any] = {
        "field": _expression(one),
        "queryRef": f"{one.table}.{one.name}",
        "nativeQueryRef": one.label or one.name,
    }
    content |= {"displayName": one.label} if one.label else {}
    content |= {} if one.is_measure else {"active": True}
    return content


def _expression(one: Field) -> dict[str, Any]:
    kind = "Measure" if one.is_measure else "Column"
    return {kind: {"Expression": {"SourceRef": {"Entity": one.table}}, "Property": one.name}}


def _objects(visual: Visual) -> dict[str, Any]:
    """Return what a visual needs besides the theme."""
    if visual.kind == "textbox":
        return {"general": [{"properties": {"paragraphs": [_paragraph(visual, line) for line in visual.lines]}}]}
    if visual.kind == "slicer":
        objects: dict[str, Any] = {"data": [_properties(mode="'Between'" if visual.range else "'Dropdown'")]}
        objects["header"] = [_properties(show="false")]
        # One is always chosen: the first, until somebody chooses another.
        return objects | ({"selection": [_properties(strictSingleSelect="true")]} if visual.single else {})
    if visual.kind == "cardVisual" and not visual.title:
        # A card that is one line of text.
        return {"label": [_of_all(show="false")], "value": [_of_all(fontSize="11D", horizontalAlignment="'left'")]}
    if visual.kind in ("tableEx", "pivotTable"):
        return {"columnHeaders": [_properties(autoSizeColumnWidth="true", columnAdjustment="'growToFit'")]}
    return {}


def _paragraph(visual: Visual, line: str) -> dict[str, Any]:
    """Return a paragraph of a text box; one alone is a heading."""
    style = {"textStyle": {"fontSize": "18pt", "fontWeight": "bold"}} if len(visual.lines) == 1 else {}
    return {"textRuns": [{"value": line, **style}]}


def _container(visual: Visual) -> dict[str, Any]:
    shown = {"show": "true", "text": literal(visual.title)} if visual.title else {"show": "false"}
    return {"title": [_properties(**shown)], "general": [_properties(altText=literal(visual.alt))]}


def _of_all(**values: str) -> dict[str, Any]:
    """Return properties of every figure of a card."""
    return {**_properties(**values), "selector": {"id": "default"}}


def _properties(**values: str) -> dict[str, Any]:
    return {"properties": {name: {"expr": {"Literal": {"Value": value}}} for name, value in values.items()}}


def literal(text: str) -> str:
    """Return a text as the report writes it: in single quotes, those within doubled.

    Examples
    --------
    >>> literal("What's new")
    "'What''s new'"
    """
    return "'" + text.replace("'", "''") + "'"


def item_files(kind: str, extra: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the files that make a folder an item of Fabric: its platform file and its definition file."""
    platform = {
        "$schema": "https://developer.microsoft.com/json-schemas/fabric/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": NAME},
        "config": {"version": "2.0", "logicalId": _logical(kind)},
    }
    return {".platform": _text(platform)} | {name: _text(content) for name, content in extra.items()}


def _logical(kind: str) -> str:
    from payback.publishing.powerbi.identity import tag

    return tag("item", kind)


def _headed(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": f"{SCHEMAS}{_VERSIONS[kind]}/schema.json", **content}


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
