"""The repository kit: locked requirements, version, one list of commands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", *(f"requirements/{name}.txt" for name in ("build", "test", "check", "lowest")))
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ;(.*?))?(?: \\)?$", re.MULTILINE)


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name):
    return {(package, marker): version for package, version, marker in PIN.findall(text(name))}


@pytest.mark.parametrize("name", LOCKS)
def test_locked_requirements_hold_hashes_and_no_address(name):
    """A requirement is known by its hash, wherever it is fetched from."""
    blocks = re.split(r"\n(?=[a-z])", text(name))
    assert not re.search(r"https?:|file:|--index|--find-links|/", re.sub(r"#.*", "", text(name)))
    assert [block.splitlines()[0] for block in blocks[1:] if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements/test.txt"])
def test_locked_requirements_agree(name):
    """A test runs with the versions that a user gets."""
    larger = {(package, version) for (package, _), version in pins("requirements/check.txt").items()}
    assert {(package, version) for (package, _), version in pins(name).items()} - larger == set()


def test_every_dependency_is_locked_at_or_above_its_bound():
    """pyproject.toml and the lock name the same packages, and the lowest set is the bounds themselves."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    bounds = dict(re.match(r"([a-z0-9-]+)>=([0-9.]+)", text).groups() for text in project["dependencies"])
    assert set(bounds) <= {package for package, _ in pins("requirements.txt")}
    lowest = {package: version for (package, _), version in reversed(pins("requirements/lowest.txt").items())}
    assert [name for name, bound in bounds.items() if not (lowest[name] + ".").startswith(bound + ".")] == []


def test_make_has_the_commands_that_are_documented():
    """What the pages tell people to type is there."""
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    told = {word for page in ("README.md", "CONTRIBUTING.md") for word in re.findall(r"`make ([a-z-]+)", text(page))}
    assert {"demo", "test", "check", "bench", "lock", "clean"} <= targets
    assert told <= targets


def built(target, folder):
    """Return the archive that the build backend makes of the checkout."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = folder.iterdir()
    return archive


def files_of_the_package():
    """Return the files below ``src`` that belong to the package, the built pages among them."""
    files = [path for path in (ROOT / "src" / "payback").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(ROOT / "src").as_posix() for path in files}


def bundled_libraries():
    """Return the libraries of other people that the built pages hold."""
    packages = json.loads(text("frontend/package-lock.json"))["packages"]
    return {name.removeprefix("node_modules/") for name, entry in packages.items() if name and not entry.get("dev")}


def test_wheel_holds_every_file_of_the_package(tmp_path):
    """SQL, lists of spellings, templates, starter files and licences travel with the Python files."""
    with zipfile.ZipFile(built("wheel", tmp_path)) as wheel:
        names = wheel.namelist()
    assert {name for name in names if name.startswith("payback/")} == files_of_the_package()
    licences = {name.rsplit("/", 1)[1].removesuffix(".txt") for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", *bundled_libraries()}


def test_reports_name_the_libraries_they_hold():
    """Whoever passes a report on passes these libraries on: the script says at its head whose they are."""
    built = text("src/payback/publishing/html/assets/payback.js")
    notice = built[: built.index("*/")].casefold()
    assert [name for name in bundled_libraries() if name not in notice] == []


def test_source_archive_holds_the_built_pages(tmp_path):
    """A wheel that a tool builds from the source archive has pages, though they are not committed."""
    with tarfile.open(built("sdist", tmp_path)) as archive:
        names = {name.partition("/src/")[2] for name in archive.getnames()}
    assert files_of_the_package() <= names
