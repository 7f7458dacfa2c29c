"""Ways to damage a project on purpose; each says so if it found nothing to damage."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path


def tmdl(project, name="Campaign Performance"):
    """Return the file of a table."""
    return model(project) / "tables" / f"{name}.tmdl"


def model(project):
    """Return the folder of the semantic model's definition."""
    return next(Path(project).glob("*.SemanticModel")) / "definition"


def report(project):
    """Return the folder of the report."""
    return next(Path(project).glob("*.Report"))


def visuals(project):
    """Return the files of all visuals, in the order of their pages."""
    order = json.loads((report(project) / "definition/pages/pages.json").read_text(encoding="utf-8"))["pageOrder"]
    pages = [report(project) / "definition/pages" / name for name in order]
    return [path for page in pages for path in sorted(page.glob("visuals/*/visual.json"))]


def write(path, text):
    """Write a text as the product does."""
    path.write_text(text, encoding="utf-8", newline="\n")


def swap(path, pattern, replacement):
    """Replace the first match of a pattern."""
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert changed != text, f"nothing in {path.name} matches {pattern}"
    write(path, changed)


def edit(path, change):
    """Change the content of a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    before = json.dumps(content)
    change(content)
    assert json.dumps(content) != before, f"nothing changed in {path.name}"
    write(path, json.dumps(content, indent=2, ensure_ascii=False))


def fields(content):
    """Yield every projection of a visual with the role it has."""
    roles = content.get("visual", {}).get("query", {}).get("queryState", {})
    for role, state in roles.items():
        for projection in state["projections"]:
            yield role, projection


def visual_of(project, fits):
    """Return the file of the first visual whose content fits."""
    return next(path for path in visuals(project) if fits(json.loads(path.read_text(encoding="utf-8"))))


def with_field(kind, *types):
    """Return a test for visuals that show a field of a kind (``Measure`` or ``Column``)."""

    def fits(content):
        shown = content.get("visual", {}).get("visualType")
        return (not types or shown in types) and any(kind in item["field"] for _, item in fields(content))

    return fits


def first_field(content, kind):
    """Return the first field of a kind."""
    return next(item["field"][kind] for _, item in fields(content) if kind in item["field"])


def rename_folder(path, name):
    """Give the folder of a file another name."""
    shutil.move(path.parent, path.parent.with_name(name))
