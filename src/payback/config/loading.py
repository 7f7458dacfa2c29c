"""Turns what was set into typed settings, and says of each where it came from."""

from __future__ import annotations

import logging
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr, ValidationError

from payback.config.files import Key, Leaf, dotted
from payback.config.layers import Leaves, merged
from payback.config.schema import allowed, has_format, known, names_in, nearest, setting
from payback.config.section import READABLE_COLUMNS
from payback.config.settings import Settings
from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

PLACEHOLDER = "yourpassword"
"""The password of the specification's example: it means that nobody has set one yet."""

_NOTHING: Mapping[str, object] = MappingProxyType({})
_MORE = 5


class SettingOrigin(NamedTuple):
    """A setting as `payback config show` prints it: dotted key, value (secrets as ``***``) and where it came from."""

    key: str
    value: str
    origin: str


def load_settings(project: Path, overrides: Mapping[str, object] = _NOTHING) -> Settings:
    """Read the settings of a project.

    The strongest source wins: option, environment (``PAYBACK_PATHS__RAW_DATA``), ``config/local/*.yaml``,
    ``config/config.yaml`` and ``config/database_config.yaml``, default.

    Parameters
    ----------
    project : pathlib.Path
        The project folder; paths of the settings are relative to it and come out absolute.
    overrides : mapping of str to object, optional
        Options of the command line by dotted key, such as ``{"model.clustering.n_clusters": 5}``; None means that
        the option was not given. Messages call an option after the last part of its key: ``--n-clusters``.

    Returns
    -------
    Settings

    Raises
    ------
    ConfigurationError
        A file is not YAML, a name is unknown, a value is of a wrong type or outside its range, or a variable that
        a file names is not set.

    Examples
    --------
    >>> load_settings(Path(), {"roi.confidence": 0.9}).roi.confidence
    0.9
    """
    return _loaded(project, overrides)[0]


def settings_with_origins(project: Path, overrides: Mapping[str, object] = _NOTHING) -> list[SettingOrigin]:
    """Return every setting with its value and its origin.

    Parameters
    ----------
    project, overrides
        As for `load_settings`.

    Returns
    -------
    list of SettingOrigin
        In the order of the reference page. An origin reads ``config/config.yaml:12``, ``environment PAYBACK_CURRENCY``,
        ``option --n-clusters`` or ``default``.

    Examples
    --------
    >>> settings_with_origins(Path(), {"roi.confidence": 0.9})[0].key
    'paths.raw_data'
    """
    _, leaves = _loaded(project, overrides)
    defaults = Settings()
    rows = []
    for key in known():
        set_here = [other for other in leaves if other[: len(key)] == key]
        if not set_here:
            rows.append(SettingOrigin(dotted(key), _shown(key, _default(defaults, key)), "default"))
        rows += [SettingOrigin(dotted(one), _shown(one, leaves[one].value), leaves[one].origin) for one in set_here]
    return rows


def _loaded(project: Path, overrides: Mapping[str, object]) -> tuple[Settings, Leaves]:
    if not project.is_dir():
        raise ConfigurationError(
            "the project folder is not there",
            where=str(project),
            hint=f"make one with `payback --project {project} init`",
        )
    leaves = merged(project, overrides)
    _warn_of_passwords(leaves)
    usable = {**_default_paths(project), **{key: _usable(project, key, leaf) for key, leaf in leaves.items()}}
    try:
        settings = Settings(**_nested(usable))
    except ValidationError as error:
        raise _translated(error, leaves) from None
    _check_password(settings, leaves)
    return settings, leaves


def _usable(project: Path, key: Key, leaf: Leaf) -> object:
    """Return a value as the model wants it: paths absolute, the example's password as none."""
    if has_format(key, "path") and isinstance(leaf.value, str | Path):
        return project.absolute() / Path(leaf.value).expanduser()
    return None if has_format(key, "password") and leaf.value == PLACEHOLDER else leaf.value


def _default_paths(project: Path) -> dict[Key, object]:
    defaults = Settings()
    paths = {key: _default(defaults, key) for key in known() if has_format(key, "path")}
    return {key: project.absolute() / str(path) for key, path in paths.items() if path is not None}


def _nested(values: Mapping[Key, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        section = nested
        for name in key[:-1]:
            below = section.get(name)
            section[name] = section = below if isinstance(below, dict) else {}
        section[key[-1]] = value
    return nested


def _warn_of_passwords(leaves: Leaves) -> None:
    for key, leaf in leaves.items():
        if leaf.from_file and has_format(key, "password") and leaf.value not in (None, PLACEHOLDER):
            variable = "_".join(key).upper()
            logger.warning(
                "%s is written in plain text in %s; write ${%s} there and set that variable, or set PAYBACK_%s",
                dotted(key),
                leaf.origin,
                variable,
                "__".join(key).upper(),
            )


def _check_password(settings: Settings, leaves: Leaves) -> None:
    """Refuse the example's password where one is needed."""
    leaf = leaves.get(("mysql", "password"))
    if leaf and leaf.value == PLACEHOLDER and settings.warehouse.kind == "mysql" and not settings.mysql.url:
        raise ConfigurationError(
            "mysql.password is still the placeholder of the example",
            where=leaf.origin,
            hint="set the environment variable PAYBACK_MYSQL__PASSWORD, or write ${MYSQL_PASSWORD} there",
        )


def _translated(error: ValidationError, leaves: Leaves) -> ConfigurationError:
    """Say what is wrong with the first value in our words, and name the others."""
    wrong: dict[Key, Any] = {}
    for detail in error.errors(include_url=False):
        key = _key(tuple(str(part) for part in detail["loc"]), detail["type"])
        wrong.setdefault(key, detail)
    first, *others = wrong
    more = [f"{dotted(key)} ({_origin(key, leaves)})" for key in others[:_MORE]]
    also = f"also wrong: {', '.join(more)}" + (" and more" if len(others) > _MORE else "") if more else ""
    if wrong[first]["type"] == "extra_forbidden":
        return _unknown(first, leaves, also)
    return _wrong(first, wrong[first], leaves, also)


def _key(loc: Key, kind: str) -> Key:
    """Return the setting that pydantic means; beyond it, loc names a choice of a union or an item of a list."""
    if kind == "extra_forbidden":
        return loc
    return next(loc[:length] for length in range(len(loc), -1, -1) if setting(loc[:length]) is not None)


def _unknown(key: Key, leaves: Leaves, also: str) -> ConfigurationError:
    near = nearest(key)
    meant = f"did you mean {near}?" if near else "docs/reference/configuration.md lists every setting"
    return ConfigurationError(
        f"there is no setting {dotted(key)}",
        where=_origin(key, leaves),
        allowed=", ".join(names_in(key[:-1])),
        hint="; ".join(part for part in (meant, also) if part),
    )


def _wrong(key: Key, detail: Mapping[str, Any], leaves: Leaves, also: str) -> ConfigurationError:
    said = detail["msg"].removeprefix("Value error, ") if detail["type"] == "value_error" else "has a wrong value"
    is_column = detail["loc"][-1] == "[key]"
    return ConfigurationError(
        f"{dotted(key)} {said}",
        where=_origin(key, leaves),
        got=None if is_column else _shown(key, detail["input"]),
        allowed=", ".join(READABLE_COLUMNS) if is_column else allowed(setting(key) or {}),
        hint=also or None,
    )


def _origin(key: Key, leaves: Leaves) -> str:
    """Return where a key, the first one below it or the nearest one above it was set."""
    below = [leaf.origin for other, leaf in leaves.items() if other[: len(key)] == key]
    above = [leaf.origin for other, leaf in leaves.items() if key[: len(other)] == other]
    return next(iter(below + above), "default")


def _default(defaults: Settings, key: Key) -> object:
    value: Any = defaults
    for name in key:
        value = getattr(value, name)
    return value


def _shown(key: Key, value: object) -> str:
    """Return a value as YAML writes it; a secret as ``***``."""
    if value is None or value == {}:
        return "null" if value is None else "{}"
    if isinstance(value, SecretStr) or has_format(key, "password"):
        return "***"
    if isinstance(value, list | tuple):
        return f"[{', '.join(str(item) for item in value)}]"
    if isinstance(value, dict):
        return "a list of `name: value` lines"
    return value.as_posix() if isinstance(value, Path) else str(value)
