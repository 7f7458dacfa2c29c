"""The doctor: what it looks at and what it says."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from payback.errors import ConfigurationError, WarehouseBusyError
from payback.operations import doctor


@dataclass
class Paths:
    raw_data: Path
    processed_data: Path
    outputs: Path


@dataclass
class Settings:
    paths: Paths


@pytest.fixture
def settings(tmp_path):
    """The settings of a project with one raw file."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "ads.csv").write_text("cost\n1\n", encoding="utf-8")
    return Settings(Paths(tmp_path / "raw", tmp_path / "data" / "clean", tmp_path / "out"))


def by_name(found):
    return {check.name: check for check in found}


def test_sound_project_has_no_failure(settings, tmp_path):
    """On a machine that can run the tests, everything is in order."""
    found = doctor.checks(settings, tmp_path, open_warehouse=lambda: 1)
    assert [check for check in found if check.status == "fail"] == []
    assert by_name(found)["warehouse"].found == "opens, schema version 1"
    assert by_name(found)["raw files"].found.startswith("1 in ")


def test_nothing_is_left_behind(settings, tmp_path):
    """The trial files are gone and no folder was made."""
    before = sorted(tmp_path.rglob("*"))
    doctor.checks(settings, tmp_path, open_warehouse=lambda: 1)
    assert sorted(tmp_path.rglob("*")) == before


def test_broken_configuration_is_a_finding(tmp_path):
    """An error of the settings is reported, and what depends on them is left out."""
    error = ConfigurationError("there is no setting a", where="config/config.yaml:1", hint="did you mean b?")
    found = by_name(doctor.checks(error, tmp_path))
    assert found["configuration"] == doctor.Check(
        "configuration", "fail", "there is no setting a (config/config.yaml:1)", "did you mean b?"
    )
    assert "raw files" not in found


def test_warehouse_that_does_not_open_is_a_finding(settings, tmp_path):
    """Our own error becomes the finding, with its hint."""

    def held():
        raise WarehouseBusyError("another program holds the database", hint="close it")

    check = by_name(doctor.checks(settings, tmp_path, open_warehouse=held))["warehouse"]
    assert (check.status, check.hint) == ("fail", "close it")


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ModuleNotFoundError("No module named 'pymysql'"), "No module named 'pymysql'"),
        (RuntimeError("secret address"), "does not open: RuntimeError"),
    ],
)
def test_defect_of_the_warehouse_is_a_finding(settings, tmp_path, error, found):
    """The other findings are shown all the same."""

    def broken():
        raise error

    check = by_name(doctor.checks(settings, tmp_path, open_warehouse=broken))["warehouse"]
    assert (check.status, check.found) == ("fail", found)


def test_file_in_place_of_a_folder_is_a_failure(settings, tmp_path):
    """Outputs cannot be written into a file."""
    settings.paths.outputs.write_text("", encoding="utf-8")
    check = by_name(doctor.checks(settings, tmp_path))["folder paths.outputs"]
    assert (check.status, check.found) == ("fail", f"{settings.paths.outputs} is a file")


def test_folder_that_refuses_files_is_a_failure(settings, tmp_path, monkeypatch):
    """Writing is tried, not guessed from permission bits."""

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    check = by_name(doctor.checks(settings, tmp_path))["folder project"]
    assert (check.status, check.found) == ("fail", f"{tmp_path}: Permission denied")


@pytest.mark.parametrize("make", [Path.mkdir, lambda _: None])
def test_no_raw_file_is_a_warning(settings, tmp_path, make):
    """A new project is not broken, it is empty."""
    shutil.rmtree(settings.paths.raw_data)
    make(settings.paths.raw_data)
    assert by_name(doctor.checks(settings, tmp_path))["raw files"].status == "warn"


@pytest.mark.parametrize(("free", "status"), [(0.4e9, "fail"), (4e9, "warn"), (6e9, "ok")])
def test_small_disk_is_named(settings, tmp_path, monkeypatch, free, status):
    """Half a GB is needed, five are better."""
    usage = shutil.disk_usage(tmp_path)._replace(free=int(free))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert by_name(doctor.checks(settings, tmp_path))["free disk"].status == status


@pytest.mark.parametrize(("size", "status"), [(None, "warn"), (4 * 10**9, "warn"), (7.5 * 10**9, "ok")])
def test_small_memory_is_a_warning(settings, tmp_path, monkeypatch, size, status):
    """Little memory is slow, not wrong; 8 GB as sold count as 8 GB."""
    monkeypatch.setattr(doctor, "total_memory", lambda: size)
    assert by_name(doctor.checks(settings, tmp_path))["memory"].status == status


def test_memory_is_that_of_the_machine():
    """Another library measures the same."""
    assert doctor.total_memory() == psutil.virtual_memory().total


def test_clock_before_the_release_is_wrong():
    """A machine that lost its time would take every row for a mistake."""
    assert doctor._clock(datetime(2000, 1, 1, tzinfo=UTC)).status == "fail"
    assert doctor._clock(datetime(2030, 1, 1, tzinfo=UTC)).status == "ok"


@pytest.mark.parametrize(
    ("installed", "status", "found"),
    [
        ("2.0.0", "ok", "1 in the versions needed"),
        ("10.0", "ok", "1 in the versions needed"),
        ("1.9.9", "fail", "1.9.9"),
    ],
)
def test_package_versions_are_compared_as_numbers(monkeypatch, installed, status, found):
    """10 is newer than 2, and 2.0.0 is 2."""
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["duckdb>=2"])
    monkeypatch.setattr(doctor.metadata, "version", lambda _: installed)
    check = next(doctor._packages())
    assert (check.status, check.found) == (status, found)


def test_missing_package_and_missing_extra(monkeypatch):
    """What is needed fails, what is optional only says how to get it."""

    def nowhere(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["duckdb>=2.0", "polars>=1.35; extra == 'polars'"])
    monkeypatch.setattr(doctor.metadata, "version", nowhere)
    package, extra = doctor._packages()
    assert (package.name, package.status, package.hint) == ("package duckdb", "fail", "pip install 'duckdb>=2.0'")
    assert (extra.name, extra.status) == ("extra polars", "ok")


def test_an_extra_is_one_line(monkeypatch):
    """Its packages stand together, half of it is a warning, and an old one has a line of its own."""
    versions = {"alembic": "1.16", "pymysql": "1.0"}
    wanted = [f"{name}>={bound}; extra == 'mysql'" for name, bound in (("alembic", "1.16"), ("pymysql[rsa]", "1.2"))]
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: wanted)
    monkeypatch.setattr(doctor, "_installed", versions.get)
    _, extra, old = doctor._packages()
    assert (extra.status, extra.found) == ("ok", "alembic 1.16, pymysql 1.0")
    assert (old.name, old.status) == ("package pymysql", "fail")
    del versions["pymysql"]
    _, extra = doctor._packages()
    assert (extra.status, extra.hint) == ("warn", "pip install 'payback[mysql]'")


def test_package_of_another_system_is_not_missed(monkeypatch):
    """What only Windows needs is no finding elsewhere."""
    other = "darwin" if sys.platform == "win32" else "win32"
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: [f"no-such-package>=7.0; sys_platform == '{other}'"])
    assert [check.status for check in doctor._packages()] == ["ok"]


def test_every_lower_bound_is_understood():
    """No requirement of ours is of a form that the doctor skips."""
    assert all(doctor._REQUIREMENT.match(text) for text in metadata.requires("payback"))
