"""The settings as a JSON Schema, and what can be read off it: sections, allowed values, the nearest known name."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, Any

from payback.config.files import dotted
from payback.config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.config.files import Key

_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "null": "null",
    "object": "a list of `name: value` lines",
}


@cache
def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration: editors complete and check YAML files with it.

    Examples
    --------
    >>> settings_schema()["properties"]["currency"]["default"] is None
    True
    """
    return Settings.model_json_schema()


def setting(key: Key) -> dict[str, Any] | None:
    """Return the schema of a setting or section; None where there is none of that name."""
    node: Any = settings_schema()
    for name in key:
        node = _resolved(node)
        below = node.get("additionalProperties")
        node = node.get("properties", {}).get(name, below or None)
        if not isinstance(node, dict):
            return None
    return _resolved(node)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to the definition; what stands beside the reference wins."""
    if "$ref" not in node:
        return node
    definition = settings_schema()["$defs"][node["$ref"].rpartition("/")[2]]
    return {**definition, **{name: value for name, value in node.items() if name != "$ref"}}


def is_section(key: Key) -> bool:
    """Tell whether a key is a group of settings rather than a value."""
    node = setting(key)
    return node is not None and (node.get("type") == "object")


def has_format(key: Key, name: str) -> bool:
    """Tell whether a setting is of a format: ``path`` or ``password``."""
    node = setting(key) or {}
    return any(choice.get("format") == name for choice in (node, *node.get("anyOf", ())))


def known(above: Key = ()) -> Iterator[Key]:
    """Yield the key of every setting, in the order of the reference page; maps of free names count as one."""
    for name, node in (setting(above) or {}).get("properties", {}).items():
        if "properties" in _resolved(node):
            yield from known((*above, name))
        else:
            yield (*above, name)


def names_in(above: Key) -> list[str]:
    """Return the names that a section knows."""
    return list((setting(above) or {}).get("properties", {}))


def nearest(key: Key) -> str | None:
    """Return the known setting that is most likely meant, as people write it."""
    elsewhere = {other[-1]: other for other in known()}
    siblings = difflib.get_close_matches(key[-1], names_in(key[:-1]), 1, 0.5)
    if siblings and key[-1] not in elsewhere:
        return dotted((*key[:-1], siblings[0]))
    found = difflib.get_close_matches(key[-1], elsewhere, 1, 0.85)
    return dotted(elsewhere[found[0]]) if found else None


def allowed(node: dict[str, Any]) -> str:
    """Say in words which values a setting takes.

    Examples
    --------
    >>> allowed({"type": "integer", "minimum": 2})
    'a whole number of at least 2'
    """
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(allowed(_resolved(choice)) for choice in node["anyOf"]))
    if "const" in node or "enum" in node:
        return ", ".join(_sign(value) for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return f"a list of {allowed(_resolved(node['items']))}"
    return _named(node) + _bounds(node)


def _sign(value: object) -> str:
    return f'"{value}"' if value in {",", "."} else str(value)


def _named(node: dict[str, Any]) -> str:
    special = {"date": "a day such as 2026-01-31", "path": "a path", "password": "text"}.get(node.get("format", ""))
    if special:
        return special
    examples = node.get("examples")
    return f"text such as {examples[0]}" if examples else _KINDS[node.get("type", "string")]


def _bounds(node: dict[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if node.get("minLength") == node.get("maxLength") == 1:
        return " of one sign"
    if low is not None and high is not None:
        return f" from {low} to {high}"
    terms = [
        f"of at least {low}" if low is not None else "",
        f"above {above}" if above is not None else "",
        f"below {below}" if below is not None else "",
    ]
    text = " and ".join(term for term in terms if term)
    return f" {text}" if text else ""
