"""Checks every JSON file of a project against Microsoft's schema that the file itself names."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

SCHEMAS = Path(__file__).parents[3] / "shared" / "powerbi" / "schemas"
"""Microsoft's published schemas beside the checkout."""

PREFIX = "https://developer.microsoft.com/json-schemas/"
THEME = "reportThemeSchema-2.152.json"
"""Schema of the themes, which need not name one."""
JSON_NAMES = (".json", ".pbip", ".pbism", ".pbir", ".platform")
"""Endings of the files of a project that are JSON."""


def schema_file(address):
    """Return the file of a schema by its published address; by path, as some files carry another file's $id."""
    if "reportThemeSchema" in address:
        return SCHEMAS / "reportTheme" / address.rpartition("/")[2]
    return SCHEMAS / address.removeprefix(PREFIX)


def retrieve(address):
    """Return a schema for a reference, known under the address it was asked by."""
    content = json.loads(schema_file(address).read_text(encoding="utf-8"))
    return DRAFT7.create_resource(content | {"$id": address})


@functools.cache
def validator(address):
    """Return the validator of a published schema."""
    return Draft7Validator(retrieve(address).contents, registry=Registry(retrieve=retrieve))


def judge_file(path):
    """Yield what is wrong with one JSON file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        yield "JSON_SYNTAX", str(error)
        return
    address = content.get("$schema", "") or (THEME if "StaticResources" in path.parts else "")
    if not address:
        yield "SCHEMA_NOT_NAMED", "the file names no schema"
    elif not schema_file(address).is_file():
        yield "SCHEMA_UNKNOWN", address
    else:
        for error in validator(address).iter_errors(content):
            yield "SCHEMA", f"{error.json_path}: {error.message[:300]}"


def judge(folder):
    """Return the findings about every JSON file below a folder."""
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.name.endswith(JSON_NAMES))
    return [
        {"code": code, "name": path.relative_to(folder).as_posix(), "message": message}
        for path in files
        for code, message in judge_file(path)
    ]
