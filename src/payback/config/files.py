"""Reads configuration files: YAML in, settings with file and line out.

The files are composed, not constructed: every plain value stays the text it is until its setting's type reads it. So
``off`` is no boolean, ``0123`` keeps its zero, ``NO`` is no truth value, and a Python tag has nothing to run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Key = tuple[str, ...]

_TAG = "tag:yaml.org,2002:"


class Leaf(NamedTuple):
    """One value and where it was written."""

    value: object
    origin: str
    from_file: bool = False


class _Loader(yaml.SafeLoader):
    """Types nothing but null, and refuses aliases: ten lines of them can stand for a billion values."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {  # noqa: RUF012 - PyYAML's own shape
        first: [(f"{_TAG}null", re.compile(r"(~|null|Null|NULL)?$"))] for first in ("~", "n", "N", "")
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="text that begins with * must stand in quotes", problem_mark=mark)
        return super().compose_node(parent, index)


def read_file(path: Path, name: str) -> dict[Key, Leaf]:
    """Return the values of a configuration file, each with its line.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        What messages call it: its path below the project folder.

    Raises
    ------
    ConfigurationError
        It cannot be read, is not UTF-8, is not YAML, or sets a key twice.
    """
    leaves: dict[Key, Leaf] = {}
    node = _composed(_text(path, name), name)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _refused("a configuration file is a list of `section:` lines", name, node)
    for key, value, line in _walk(node, (), name):
        leaves[key] = Leaf(value, f"{name}:{line}", from_file=True)
    return leaves


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            "a configuration file is not UTF-8 text",
            where=name,
            got=f"byte 0x{error.object[error.start]:02x} at position {error.start}",
            hint="save it as UTF-8",
        ) from None
    except OSError as error:
        raise ConfigurationError("a configuration file cannot be read", where=name, got=error.strerror) from error


def _composed(text: str, name: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except RecursionError:
        raise ConfigurationError("a configuration file is nested too deep", where=name) from None
    except yaml.MarkedYAMLError as error:
        raise _broken(error, name) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        raise ConfigurationError(
            "a configuration file is not YAML",
            where=f"{name}, line {line}, column {column}",
            got="a sign that text cannot hold",
        ) from None
    return node


def _broken(error: yaml.MarkedYAMLError, name: str) -> ConfigurationError:
    """Say where YAML breaks; words of the file are left out, for they may be a password."""
    mark = error.problem_mark or error.context_mark
    problem = re.sub(r"'(?!<)[^']{2,}'", "'…'", error.problem or "")
    where = f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name
    hint = "put text with one of : # * & ! % @ ` { [ in quotes, and indent with blanks, not tabs"
    return ConfigurationError("a configuration file is not YAML", where=where, got=problem, hint=hint)


def _walk(node: yaml.MappingNode, above: Key, name: str) -> Iterator[tuple[Key, object, int]]:
    """Yield key, value and line of each leaf."""
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refused("the name of a setting must be a word", name, key_node)
        line = key_node.start_mark.line + 1
        if key_node.value in seen:
            raise ConfigurationError(
                f"{dotted((*above, key_node.value))} is set twice",
                where=f"{name}:{line}",
                got=f"first set in line {seen[key_node.value]}",
                hint="keep one of the two",
            )
        seen[key_node.value] = line
        key = (*above, key_node.value)
        if isinstance(value_node, yaml.MappingNode) and value_node.value:
            _check_tag(value_node, name)
            yield from _walk(value_node, key, name)
        else:
            yield key, _value(value_node, name), line


def _value(node: yaml.Node, name: str) -> object:
    _check_tag(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        if node.value:
            raise _refused("a list holds plain values, not `name: value` lines", name, node)
        return {}
    return None if node.tag == f"{_TAG}null" else node.value


def _check_tag(node: yaml.Node, name: str) -> None:
    if node.tag not in {f"{_TAG}{kind}" for kind in ("map", "seq", "str", "null")}:
        raise _refused("tags (!) have no meaning in a configuration file", name, node)


def _refused(message: str, name: str, node: yaml.Node) -> ConfigurationError:
    mark = node.start_mark
    return ConfigurationError(
        message,
        where=f"{name}, line {mark.line + 1}, column {mark.column + 1}",
        hint="`payback init` writes a commented example; docs/reference/configuration.md lists every setting",
    )


def dotted(key: Key) -> str:
    """Return a key as people write it: parts that are no plain word stand in quotes.

    Examples
    --------
    >>> dotted(("files", "meta/*.csv", "source"))
    'files."meta/*.csv".source'
    """
    return ".".join(part if re.fullmatch(r"[\w-]+", part) else f'"{part}"' for part in key)


def parts(name: str) -> Key:
    """Return the parts of a dotted key; the opposite of `dotted`."""
    return tuple(quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^."]+)', name))
