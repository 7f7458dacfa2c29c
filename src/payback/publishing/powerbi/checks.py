"""Own checks of a written project: run after each export, without .NET or Node, in a fraction of a second.

Microsoft's parsers, which judge a project in the tests, let some mistakes pass that Power BI Desktop or its engine
refuses; those, and whether the files fit together, are checked here. Each rule has a name, see `Finding`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.publishing.powerbi import checks_expressions, checks_files, checks_model, checks_report
from payback.publishing.powerbi.finding import Finding
from payback.publishing.powerbi.reading import ReadModel, read_model

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Finding", "check_project"]


def check_project(folder: Path) -> list[Finding]:
    """Return the rules that a project breaks.

    Parameters
    ----------
    folder : Path
        Folder of the project: where the ``.pbip`` file lies.

    Returns
    -------
    list of Finding
        Empty for a sound project.
    """
    findings = [one for check in checks_files.CHECKS for one in check(folder)]
    models = [read_model(path / "definition", folder) for path in sorted(folder.glob("*.SemanticModel"))]
    for model in models:
        findings += [one for check in (*checks_model.CHECKS, *checks_expressions.CHECKS) for one in check(model)]
    for path in sorted(folder.glob("*.Report")):
        report = checks_report.ReadReport(folder, path)
        of_model = models[0] if models else ReadModel([])
        findings += [one for check in checks_report.CHECKS for one in check(report, of_model)]
    return findings
