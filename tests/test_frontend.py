"""The pages' own checks, run from here: types, unit tests, build."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

FRONTEND = Path(__file__).parents[1] / "frontend"
LARGEST_SCRIPT = 800_000


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """Return the program that builds the pages, with the locked packages installed."""
    spec = importlib.util.spec_from_file_location("build_assets", FRONTEND / "build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.install(module.find_node()[1])
    return module


def run(builder: ModuleType, *command: str) -> str:
    """Run a program of Node in the folder of the pages and return what it wrote."""
    node, _ = builder.find_node()
    answer = subprocess.run(
        [*node, *command], cwd=FRONTEND, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
    return answer.stdout


@pytest.mark.xdist_group("frontend")
def test_types_hold(builder: ModuleType) -> None:
    """The strict type check finds nothing."""
    run(builder, "node_modules/typescript/bin/tsc", "--noEmit")


@pytest.mark.xdist_group("frontend")
def test_units_do_what_they_say(builder: ModuleType, tmp_path: Path) -> None:
    """The unit tests of cube, sums, periods, address, words, exports and charts pass."""
    told = run(builder, "build.mjs", "--tests", "--out", str(tmp_path))

    assert "fail 0" in told


@pytest.mark.xdist_group("frontend")
def test_bundle_is_one_small_script(builder: ModuleType, tmp_path: Path) -> None:
    """The build gives one classic script within its budget, and a style sheet that asks for no other file."""
    run(builder, "build.mjs", "--out", str(tmp_path))
    script = (tmp_path / "payback.js").read_text(encoding="utf-8")
    style = (tmp_path / "payback.css").read_text(encoding="utf-8")

    assert len(script.encode()) + len(style.encode()) < LARGEST_SCRIPT
    assert "import(" not in script
    assert "url(" not in style


def test_lock_names_no_registry() -> None:
    """The lock file holds hashes of every package and no address, so any registry will do."""
    lock = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') >= lock.count("node_modules/") - 1


def test_names_reach_the_page_as_text_only() -> None:
    """No source of the pages writes markup from text."""
    sources = [path.read_text(encoding="utf-8") for path in (FRONTEND / "src").rglob("*.ts*")]

    assert len(sources) > 50
    assert not [
        text for text in sources for word in (".innerHTML", "insertAdjacentHTML", "dangerouslySet") if word in text
    ]
