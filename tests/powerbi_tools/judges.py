"""The judges of a Power BI project, each behind one call that returns its findings."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from powerbi_tools import schemas
from powerbi_tools.worker import Worker

HERE = Path(__file__).parent

ACCEPTED = {}
"""Findings of severity 3 that are accepted, and why."""

M_NAMES = (
    *("#date", "#datetime", "#table"),
    *("Binary.Buffer", "Date.From", "File.Contents", "Folder.Files", "List.Transform", "Number.FromText"),
    *("MySQL.Database", "Parquet.Document", "Table.AddColumn", "Table.Combine", "Table.SelectRows"),
    "Table.TransformColumnTypes",
    *("Text.Middle", "Text.Start", "Currency.Type", "Int64.Type"),
)
"""Names of the language M that our queries use; a further one is looked up in its reference before it is added."""


def python(name):
    """Return a worker that is a Python file beside this one."""
    return Worker([sys.executable, str(HERE / name)])


def node():
    """Return the program that runs Microsoft's JavaScript: from this environment, or from the machine."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("node", path=path) or "node"


class Judges:
    """All judges, each started when it is first asked and kept for the rest of the session."""

    def __init__(self):
        self._tom = python("tom_worker.py")
        self._dax = python("dax_worker.py")
        self._bpa = python("bpa_worker.py")
        self._node = Worker([node(), str(HERE / "judge.mjs"), str(schemas.SCHEMAS)])

    def close(self):
        """Stop what was started."""
        for worker in (self._tom, self._dax, self._bpa, self._node):
            worker.close()

    def tom(self, project):
        """Return Microsoft's object model of a project: ``model``, ``canonical`` files, ``errors``; or ``error``."""
        return self._tom.ask(folder=str(model_folder(project) / "definition"))

    def schemas(self, project):
        """Return what Microsoft's JSON schemas say against a project."""
        return schemas.judge(project)

    def report(self, project):
        """Return what Microsoft's report validator says against a project."""
        answer = self._node.ask(report=str(report_folder(project)))
        return answer["findings"] if "findings" in answer else [failure(answer)]

    def m(self, model):
        """Return what Microsoft's M parser says against the partitions and parameters of a model in TOM's JSON."""
        known = [*M_NAMES, *(m_name(item["name"]) for item in [*model.get("expressions", []), *model["tables"]])]
        return self._node.ask(expressions={"expressions": m_expressions(model), "known": known})["findings"]

    def dax(self, model):
        """Return what the DAX parser says against a model in TOM's JSON."""
        return self._dax.ask(check=model)["findings"]

    def bpa(self, project):
        """Return what the best-practice rules say against a project; field by field that the model lacks too."""
        answer = self._bpa.ask(folder=str(project))
        return answer["findings"] if "findings" in answer else [failure(answer) | {"severity": 3}]

    def values(self, model, files, contexts, measures=()):
        """Return the values of measures, by default all, in every context, from the Parquet file of each table."""
        files = {table: str(path) for table, path in files.items()}
        question = {"model": model, "files": files, "contexts": contexts, "measures": list(measures)}
        return self._dax.ask(values=question)


def failure(answer):
    """Return the finding that a judge could not even read the project."""
    return {"code": "UNREADABLE", "severity": "error", "name": "", "message": answer["error"]}


def model_folder(project):
    """Return the folder of the semantic model."""
    return next(Path(project).glob("*.SemanticModel"))


def report_folder(project):
    """Return the folder of the report."""
    return next(Path(project).glob("*.Report"))


def text_of(expression):
    """Return an expression that TOM's JSON gives as one text or as lines."""
    return expression if isinstance(expression, str) else "\n".join(expression)


def m_name(name):
    """Return a name as M writes it."""
    return name if name.isidentifier() and name.isascii() else f'#"{name}"'


def m_expressions(model):
    """Return every M expression of a model by its place."""
    found = {f"expression {item['name']}": text_of(item["expression"]) for item in model.get("expressions", [])}
    for table in model["tables"]:
        for partition in table.get("partitions", []):
            source = partition["source"]
            found |= {
                f"{table['name']}: {partition['name']}: {key}": text_of(source[key])
                for key in ("expression", "pollingExpression")
                if source["type"] == "m" and key in source
            }
        policy = table.get("refreshPolicy", {})
        found |= {
            f"{table['name']}: refresh policy: {key}": text_of(policy[key])
            for key in ("sourceExpression", "pollingExpression")
            if policy.get(key)
        }
    return found


def verdicts(judges, project):
    """Return every finding that must not be, each with the judge that made it."""
    answer = judges.tom(project)
    findings = [("tom", {"code": "TOM", "message": text}) for text in answer.get("errors", [])]
    if "error" in answer:
        findings.append(("tom", {"code": "TOM", "message": answer["error"]}))
    else:
        findings += [("canonical", item) for item in rewritten(project, answer["canonical"])]
        model = answer["model"]["model"]
        findings += [("m", item) for item in judges.m(model)] + [("dax", item) for item in judges.dax(model)]
    findings += [("schemas", item) for item in judges.schemas(project)]
    findings += [("report", item) for item in judges.report(project)]
    findings += [("bpa", item) for item in blocking(judges.bpa(project))]
    return findings


def blocking(findings):
    """Return the findings of severity 3 that nobody accepted."""
    return [item for item in findings if item["severity"] == 3 and item["code"] not in ACCEPTED]


def rewritten(project, canonical):
    """Return the TMDL files that Microsoft's object model would write in other words."""
    folder = model_folder(project) / "definition"
    written = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in folder.rglob("*.tmdl")}
    return [
        {"code": "TMDL_ORDER", "name": name, "message": first_difference(written.get(name), canonical.get(name))}
        for name in sorted(written.keys() | canonical.keys())
        if written.get(name) != canonical.get(name)
    ]


def first_difference(mine, theirs):
    """Return where two texts part, or that one of them is missing."""
    if mine is None or theirs is None:
        return "not written" if mine is None else "not known to the object model"
    pairs = enumerate(zip([*mine.splitlines(), None], [*theirs.splitlines(), None], strict=False), 1)
    number, (left, right) = next(((n, pair) for n, pair in pairs if pair[0] != pair[1]), (0, ("", "")))
    return f"line {number}: {json.dumps(left)} where the object model writes {json.dumps(right)}"


if __name__ == "__main__":
    judges = Judges()
    for judge, finding in verdicts(judges, sys.argv[1]):
        sys.stdout.write(f"{judge}: {finding}\n")
    judges.close()
