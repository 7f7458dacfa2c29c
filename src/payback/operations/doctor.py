"""Looks over an installation and a project, and says of each thing whether it is in order.

A check never raises and changes nothing but a trial file that it takes away again.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Literal, Protocol

from payback.errors import PaybackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Status = Literal["ok", "warn", "fail"]

OLDEST_PYTHON = (3, 11)
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock that shows an earlier time is wrong."""

MEMORY_WANTED_GB = 8
"""What the specification asks for; below it large files spill to disk."""

DISK_WANTED_GB = 5
DISK_NEEDED_GB = 0.5
_GB = 10**9
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*>=\s*([0-9.]+)(?:.*extra == ['\"]([^'\"]+)['\"])?")
_PLATFORM = re.compile(r"sys_platform == ['\"]([^'\"]+)['\"]")


@dataclass(frozen=True)
class Check:
    """What one check found.

    Parameters
    ----------
    name : str
        What was looked at.
    status : str
        ``ok``, ``warn`` (works, but could surprise) or ``fail`` (will not work).
    found : str
        What is there.
    hint : str
        What to do about it; empty where it is in order.
    """

    name: str
    status: Status
    found: str
    hint: str = ""


class _Paths(Protocol):
    @property
    def raw_data(self) -> Path: ...
    @property
    def processed_data(self) -> Path: ...
    @property
    def outputs(self) -> Path: ...


class ProjectSettings(Protocol):
    """The part of the settings that the doctor looks at; ``payback.config.Settings`` has it."""

    @property
    def paths(self) -> _Paths:
        """Folders."""
        ...


def checks(
    settings: ProjectSettings | PaybackError,
    project: Path,
    *,
    open_warehouse: Callable[[], object] | None = None,
) -> list[Check]:
    """Look over the installation and a project.

    Parameters
    ----------
    settings : Settings or PaybackError
        The settings, or the error that reading them raised: then what depends on them is left out.
    project : pathlib.Path
        The project folder.
    open_warehouse : callable, optional
        Opens the warehouse, closes it and returns its schema version; a `PaybackError` it raises is what was found.

    Returns
    -------
    list of Check
        Python, packages, extras, memory, disk, clock, then configuration, folders, raw files and warehouse.

    Examples
    --------
    >>> from pathlib import Path
    >>> checks(PaybackError("no configuration"), Path())[0].name
    'Python'
    """
    found = [_python(), *_packages(), _memory(), _disk(project), _clock(), _time_zones()]
    if isinstance(settings, PaybackError):
        return [*found, _failed("configuration", settings)]
    found.append(Check("configuration", "ok", "readable"))
    found += [_folder(name, path) for name, path in _written(settings, project)]
    found.append(_raw_files(settings.paths.raw_data))
    return [*found, _warehouse(open_warehouse)] if open_warehouse else found


def _failed(name: str, error: PaybackError) -> Check:
    place = f" ({error.where})" if error.where else ""
    return Check(name, "fail", error.message + place, error.hint or "")


def _python() -> Check:
    version = platform.python_version()
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("Python", "fail", version, "install Python 3.11 or newer")
    if sys.maxsize < 2**32:
        return Check("Python", "fail", f"{version}, 32 bit", "install the 64-bit Python: DuckDB needs it")
    return Check("Python", "ok", f"{version} on {platform.system()} {platform.machine()}")


def _packages() -> Iterator[Check]:
    """Compare what is installed with the lower bounds of Payback's own metadata."""
    try:
        requirements = metadata.requires("payback") or []
    except metadata.PackageNotFoundError:
        yield Check("packages", "warn", "Payback runs without being installed", "pip install payback")
        return
    here = [text for text in requirements if set(_PLATFORM.findall(text)) <= {sys.platform}]
    bounds = [match.groups() for text in here if (match := _REQUIREMENT.match(text))]
    wrong = [check for name, bound, extra in bounds if not extra and (check := _package(name, bound))]
    yield from wrong or [Check("packages", "ok", f"{sum(not extra for *_, extra in bounds)} in the versions needed")]
    for extra in dict.fromkeys(extra for *_, extra in bounds if extra):
        yield from _extra(extra, {name: bound for name, bound, of in bounds if of == extra})


def _package(name: str, bound: str) -> Check | None:
    installed = _installed(name)
    if installed is None:
        return Check(f"package {name}", "fail", "not installed", f"pip install '{name}>={bound}'")
    if _numbers(installed) < _numbers(bound):
        return Check(f"package {name}", "fail", installed, f"pip install --upgrade '{name}>={bound}'")
    return None


def _extra(extra: str, bounds: dict[str, str]) -> Iterator[Check]:
    """Tell of an extra in one line, and of each of its packages that is too old."""
    name, install = f"extra {extra}", f"pip install 'payback[{extra}]'"
    installed = {package: version for package in bounds if (version := _installed(package))}
    missing = ", ".join(package for package in bounds if package not in installed)
    if not installed:
        yield Check(name, "ok", f"not installed; {install} adds {missing}")
    elif missing:
        yield Check(name, "warn", f"{missing} not installed", install)
    else:
        yield Check(name, "ok", ", ".join(f"{package} {version}" for package, version in installed.items()))
    yield from (check for package in installed if (check := _package(package, bounds[package])))


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, without closing zeros: 2.0 is 2."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _memory() -> Check:
    size = total_memory()
    if size is None:
        return Check("memory", "warn", "unknown", "")
    found = f"{size / _GB:.1f} GB"
    # A machine sold with 8 GB shows less: firmware and graphics take their part.
    if size < 0.9 * MEMORY_WANTED_GB * _GB:
        hint = f"{MEMORY_WANTED_GB} GB are better; set engine.memory_limit and engine.temp_directory for large files"
        return Check("memory", "warn", found, hint)
    return Check("memory", "ok", found)


def total_memory() -> int | None:
    """Return the memory of the machine in bytes; None where the system does not tell.

    Examples
    --------
    >>> total_memory() > 0
    True
    """
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _windows_memory() -> int | None:
    import ctypes

    # MEMORYSTATUSEX: two 32-bit numbers, then seven of 64 bits; the first of those is the memory of the machine.
    status = (ctypes.c_uint64 * 8)()
    ctypes.cast(status, ctypes.POINTER(ctypes.c_uint32))[0] = ctypes.sizeof(status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute is there on Windows alone
    return int(status[1]) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _disk(project: Path) -> Check:
    try:
        free = shutil.disk_usage(_nearest_folder(project)).free / _GB
    except OSError as error:
        return Check("free disk", "warn", error.strerror or "unknown", "")
    found = f"{free:.1f} GB free"
    if free < DISK_NEEDED_GB:
        return Check("free disk", "fail", found, "free some space, or put the project on another disk")
    if free < DISK_WANTED_GB:
        return Check("free disk", "warn", found, f"{DISK_WANTED_GB} GB are better for large files")
    return Check("free disk", "ok", found)


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())


def _clock(now: datetime | None = None) -> Check:
    now = now or datetime.now(UTC)
    local = now.astimezone()
    found = f"{local:%Y-%m-%d %H:%M} {local.tzname()} (UTC{local:%z})"
    if now < RELEASED:
        return Check("clock", "fail", found, "the clock is wrong: set it, for days after today are taken as mistakes")
    return Check("clock", "ok", found)


def _time_zones() -> Check:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return Check("time zones", "fail", "no data", "pip install tzdata")
    return Check("time zones", "ok", "data is there")


def _written(settings: ProjectSettings, project: Path) -> list[tuple[str, Path]]:
    paths = settings.paths
    return [("project", project), ("paths.processed_data", paths.processed_data), ("paths.outputs", paths.outputs)]


def _folder(name: str, path: Path) -> Check:
    """Try to write: permission bits tell little on network drives and on Windows."""
    name = f"folder {name}"
    if path.exists() and not path.is_dir():
        return Check(name, "fail", f"{path} is a file", "move it away, or name another folder")
    try:
        with tempfile.TemporaryFile(dir=_nearest_folder(path)):
            pass
    except OSError as error:
        return Check(name, "fail", f"{path}: {error.strerror}", "allow writing there, or name another folder")
    return Check(name, "ok", str(path.absolute()) + ("" if path.is_dir() else " (will be made)"))


def _raw_files(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("raw files", "warn", f"{folder} is not there", "make it and put your exports into it")
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    if not files:
        return Check("raw files", "warn", f"{folder} is empty", "put your exports into it, or try `payback demo`")
    return Check("raw files", "ok", f"{len(files)} in {folder}")


def _warehouse(open_warehouse: Callable[[], object]) -> Check:
    try:
        version = open_warehouse()
    except PaybackError as error:
        return _failed("warehouse", error)
    except ImportError as error:
        return Check("warehouse", "fail", str(error), "install the missing package")
    except Exception as error:  # noqa: BLE001 - a doctor that falls ill helps nobody; the text may hold an address
        return Check("warehouse", "fail", f"does not open: {type(error).__name__}", "payback --verbose run shows more")
    return Check("warehouse", "ok", f"opens, schema version {version}")
