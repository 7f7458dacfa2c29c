"""Asks trailsbi for Microsoft's best-practice rules and for fields the model lacks: one JSON line in, one out."""

from __future__ import annotations

import json
import sys

from trailsbi.graph import build_graph, downstream_counts
from trailsbi.health import health
from trailsbi.model import Model, load_model_dir
from trailsbi.project import resolve_project
from trailsbi.report import load_report_dir


def read(project):
    """Return the model and the report of a project as trailsbi's graph wants them."""
    model = Model()
    kind = load_model_dir(project.model_dir, model)
    label, key = project.label(project.model_dir)
    models = [{"key": key, "name": label, "rel": key, "model": model, "format": kind, "dir": project.model_dir}]
    report = load_report_dir(project.report_dir)
    label, place = project.label(project.report_dir)
    report |= {
        "key": place,
        "name": label,
        "rel": place,
        "dir": project.report_dir,
        "model": key,
        "external": project.external_model,
    }
    return models, [report]


def judge(folder):
    """Return the findings of every rule."""
    project = resolve_project(folder)
    if project.model_dir is None:
        return {
            "findings": [{"code": "MODEL_MISSING", "severity": 3, "name": "", "message": "the report names no model"}]
        }
    models, reports = read(project)
    graph, _ = build_graph(models, reports)
    downstream_counts(graph)
    return {
        "findings": [
            {
                "code": rule["id"],
                "severity": rule["severity"],
                "name": f"{item['table']}[{item['label']}]" if item.get("table") else item["label"],
                "message": rule["name"],
            }
            for rule in health(graph, models, reports)
            for item in rule["items"]
        ]
    }


def main():
    """Answer until there are no more questions."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        try:
            answer = judge(json.loads(line)["folder"])
        except Exception as error:  # noqa: BLE001 - a foreign tool may raise anything; it is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
