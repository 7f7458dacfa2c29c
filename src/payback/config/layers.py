"""Lays the sources of settings over one another: option, environment, files. Each value keeps its origin."""

from __future__ import annotations

import json
import logging
import os
import re
from typing import TYPE_CHECKING, Any

from pydantic_settings import EnvSettingsSource

from payback.config.files import Key, Leaf, dotted, parts, read_file
from payback.config.schema import is_section, nearest
from payback.config.settings import Settings
from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo

Leaves = dict[Key, Leaf]

logger = logging.getLogger(__name__)

PREFIX = "PAYBACK_"
FILES = ("config.yaml", "database_config.yaml")
_VARIABLE = re.compile(r"\$(\$\{)|\$\{([^}]*)(\}?)")


def merged(project: Path, overrides: Mapping[str, object]) -> Leaves:
    """Return every value that is set anywhere, the strongest source winning, ``${VAR}`` filled in."""
    leaves: Leaves = {}
    for layer in (*file_layers(project), environment_layer(), option_layer(overrides)):
        for key, leaf in layer.items():
            for other in [other for other in leaves if other[: len(key)] == key or key[: len(other)] == other]:
                del leaves[other]
            leaves[key] = leaf
    return {key: _filled(key, leaf) for key, leaf in leaves.items()}


def file_layers(project: Path) -> list[Leaves]:
    """Return the values of the configuration files and, above them, those of ``config/local``."""
    folder = project / "config"
    shared = [folder / name for name in FILES if (folder / name).exists()]
    for stray in sorted([*folder.glob("*.yml"), *folder.glob("local/*.yml")]):
        logger.warning(
            "%s is not read: use %s, or local/*.yaml", stray.relative_to(project).as_posix(), " and ".join(FILES)
        )
    local = sorted((folder / "local").glob("*.yaml"))
    return [_joined(project, shared), _joined(project, local)]


def _joined(project: Path, paths: Iterable[Path]) -> Leaves:
    """Join files of equal rank; what two of them set is refused, for either could be meant."""
    joined: Leaves = {}
    for path in paths:
        for key, leaf in read_file(path, path.relative_to(project).as_posix()).items():
            if key in joined and not _empty(key, leaf):
                raise ConfigurationError(
                    f"{dotted(key)} is set in two files",
                    where=leaf.origin,
                    got=f"also set in {joined[key].origin}",
                    hint="keep one of the two; a value for this machine alone belongs in config/local/",
                )
            if not _empty(key, leaf):
                joined[key] = leaf
    return joined


def _empty(key: Key, leaf: Leaf) -> bool:
    """Tell whether this is a section of which every line is commented out."""
    return leaf.value in (None, {}) and is_section(key)


def environment_layer() -> Leaves:
    """Return the values of the environment variables that begin with PAYBACK_."""
    _check_variables()
    return {key: Leaf(value, f"environment {_variable(key)}") for key, value in _flat(_Environment(Settings)())}


class _Environment(EnvSettingsSource):
    """Reads the environment; text that is no JSON stays text, so that ``csv,excel`` is a list without brackets."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ARG002 - inherited
        try:
            return json.loads(value)
        except ValueError:
            return value


def _check_variables() -> None:
    """Refuse a variable that sets nothing: a misspelt one would be ignored without a word."""
    for name in sorted(os.environ):
        section, sign, rest = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and section not in Settings.model_fields:
            near = nearest((section,))
            meant = PREFIX + f"{near}{sign}{rest}".upper().replace(".", "__")
            if near or sign:
                raise ConfigurationError(
                    f"the environment variable {name} sets nothing",
                    allowed=", ".join(f"{PREFIX}{field.upper()}" for field in Settings.model_fields),
                    hint=f"did you mean {meant}?" if near else None,
                )


def _variable(key: Key) -> str:
    """Return the name of the variable that set a key: the longest that is there."""
    names = {name.upper(): name for name in os.environ}
    wanted = [PREFIX + "__".join(key[:length]).upper() for length in range(len(key), 0, -1)]
    return next((names[name] for name in wanted if name in names), wanted[-1])


def _flat(values: Mapping[str, object], above: Key = ()) -> Iterable[tuple[Key, object]]:
    for name, value in values.items():
        key = (*above, str(name))
        if isinstance(value, dict) and value:
            yield from _flat(value, key)
        elif not is_section(key) or value not in (None, {}):
            yield key, value


def option_layer(overrides: Mapping[str, object]) -> Leaves:
    """Return the values given on the command line; None means that the option was not given."""
    given = {parts(name): value for name, value in overrides.items() if value is not None}
    return {key: Leaf(value, f"option --{key[-1].replace('_', '-')}") for key, value in given.items()}


def _filled(key: Key, leaf: Leaf) -> Leaf:
    """Fill in ``${VAR}`` and ``${VAR:-default}`` in a value that comes from a file."""
    if not leaf.from_file:
        return leaf
    names: list[str] = []
    value = leaf.value
    if isinstance(value, str):
        value = _interpolated(key, leaf, value, names)
    elif isinstance(value, list):
        value = [_interpolated(key, leaf, item, names) if isinstance(item, str) else item for item in value]
    if not names:
        return leaf._replace(value=value)
    return Leaf(value, ", ".join([leaf.origin, *(f"environment {name}" for name in names)]))


def _interpolated(key: Key, leaf: Leaf, text: str, names: list[str]) -> str | None:
    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        name, sign, default = match[2].partition(":-")
        if not match[3] or not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ConfigurationError(
                f"{dotted(key)} holds a ${{ that is no variable",
                where=leaf.origin,
                allowed="${NAME}, ${NAME:-default}, or $${ for the signs themselves",
            )
        if os.environ.get(name):
            names.append(name)
            return os.environ[name]
        if not sign:
            raise ConfigurationError(
                f"the environment variable {name} is not set, and {dotted(key)} needs it",
                where=leaf.origin,
                hint=f"set {name}, or write ${{{name}:-default}}",
            )
        return default

    return _VARIABLE.sub(replaced, text) or None
