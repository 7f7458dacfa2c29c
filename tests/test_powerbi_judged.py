"""Power BI projects before Microsoft's own parsers, and planted defects that each judge must see."""

from __future__ import annotations

import inspect
import json
import re
import shutil

import pytest

from payback.publishing.powerbi import checks_expressions, checks_files, checks_model, checks_report
from payback.publishing.powerbi.checks import check_project
from powerbi_tools import mutants_of_model, mutants_of_report, projects
from powerbi_tools.damage import visuals
from powerbi_tools.judges import blocking, rewritten, verdicts
from powerbi_tools.projects import VARIANTS

pytestmark = pytest.mark.powerbi

MUTANTS = mutants_of_model.MUTANTS + mutants_of_report.MUTANTS


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a project without its rows."""
    folder = projects.build(tmp_path_factory.mktemp("sound"))
    shutil.rmtree(folder / "data")
    return folder


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_project_passes_every_judge(judges, tmp_path, variant):
    """Whatever it is made for and from, nobody has anything against it, nor would Microsoft write it otherwise."""
    folder = VARIANTS[variant](tmp_path)

    assert verdicts(judges, folder) == []
    assert check_project(folder) == []


def test_visuals_are_of_kinds_that_stay(sound):
    """Power BI keeps old cards, tables and maps for old reports; ours uses those that took their place."""
    kinds = {json.loads(path.read_text(encoding="utf-8"))["visual"]["visualType"] for path in visuals(sound)}

    assert kinds & {"card", "multiRowCard", "table", "matrix", "map", "filledMap", "kpi"} == set()
    assert {"cardVisual", "lineChart", "tableEx", "pivotTable", "slicer"} <= kinds


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.judge}: {mutant.name}")
def test_a_planted_defect_is_caught(judges, sound, tmp_path, mutant):
    """The judge that is named for it says so, in words that fit."""
    folder = shutil.copytree(sound, tmp_path / "project")
    mutant.damage(folder)
    findings = FINDINGS[mutant.judge](judges, folder)

    assert any(re.search(mutant.pattern, text) for text in findings), findings[:5]


def test_enough_defects_are_planted():
    """At least forty different ones, and each of our own checks has one that it must see."""
    sources = [inspect.getsource(module) for module in (checks_expressions, checks_files, checks_model, checks_report)]
    checks = set(re.findall(r'Finding\(\s*"([a-z0-9-]+)"|_finding\(\s*"([a-z0-9-]+)"', "".join(sources)))
    seen = {mutant.pattern.removeprefix("(?i)") for mutant in MUTANTS if mutant.judge == "ours"}

    assert len({mutant.name for mutant in MUTANTS}) >= 40
    assert {one or other for one, other in checks} - seen == set()


def of_tom(judges, folder):
    """Return what the object model says."""
    answer = judges.tom(folder)
    return [*answer.get("errors", []), *([answer["error"]] if "error" in answer else [])]


def of_model(judge):
    """Return a judge of the model in TOM's JSON."""
    return lambda judges, folder: map(str, getattr(judges, judge)(judges.tom(folder)["model"]["model"]))


def texts(findings):
    """Return findings as texts."""
    return [str(finding) for finding in findings]


FINDINGS = {
    "tom": of_tom,
    "canonical": lambda judges, folder: texts(rewritten(folder, judges.tom(folder)["canonical"])),
    "m": lambda judges, folder: list(of_model("m")(judges, folder)),
    "dax": lambda judges, folder: list(of_model("dax")(judges, folder)),
    "schemas": lambda judges, folder: texts(judges.schemas(folder)),
    "report": lambda judges, folder: texts(judges.report(folder)),
    "bpa": lambda judges, folder: texts(blocking(judges.bpa(folder))),
    "ours": lambda judges, folder: texts(check_project(folder)),
}
"""How each judge is asked, and what it says as texts."""
