"""Write a Power BI project: definitions and rows together, in one move, and never over somebody's work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from payback.errors import PublishingError
from payback.publishing.powerbi.build import build_model
from payback.publishing.powerbi.checks import check_project
from payback.publishing.powerbi.data import DataWriter
from payback.publishing.powerbi.manifest import MANIFEST, changed_files, manifest_text, plain_lines, read_manifest
from payback.publishing.powerbi.options import NAME, ProjectOptions
from payback.publishing.powerbi.pages import PAGES
from payback.publishing.powerbi.report import item_files, report_files
from payback.publishing.powerbi.swap import Swap
from payback.publishing.powerbi.tmdl import model_files

if TYPE_CHECKING:
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.publishing.results import Results

PROJECT_FILE, MODEL_FOLDER, REPORT_FOLDER = f"{NAME}.pbip", f"{NAME}.SemanticModel", f"{NAME}.Report"
DATA = "data"
ITEMS = (PROJECT_FILE, MODEL_FOLDER, REPORT_FOLDER, ".gitignore")
"""Files and folders with definitions."""
_NAMED = 5
"""Changed files that a message names."""
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/"
_IGNORED = """# What Power BI Desktop keeps for itself, and the rows, which are made anew.
**/.pbi/localSettings.json
**/.pbi/cache.abf
data/
"""


def write_project(engine: Engine, results: Results, folder: Path, options: ProjectOptions | None = None) -> Path:
    """Write a Power BI project, its definitions and its rows, and check it.

    The same data and options give the same files, byte by byte. A failure leaves what stood there.

    Parameters
    ----------
    engine : Engine
        Reads ``clean_campaigns``, ``clean_customers``, ``customer_segments``, ``data_quality`` and
        ``campaign_traffic``; one that is not there counts as empty.
    results : Results
        Verdicts, profiles of segments, the account of rows.
    folder : Path
        Folder of the project.
    options : ProjectOptions, optional
        Where Power BI reads the rows, colours, whether to write over changes.

    Returns
    -------
    Path
        The file to open, ``Payback.pbip``.

    Raises
    ------
    PublishingError
        Somebody changed the project; or it cannot be written; or it breaks a rule, which is a defect of ours.
    """
    chosen = options or ProjectOptions()
    changed = changed_files(folder, ITEMS)
    if changed and not chosen.force:
        raise _changed_error(folder, changed)
    files = definition_files(folder, chosen)
    with Swap(folder) as swap:
        _write(swap.fresh, files)
        if chosen.source == "parquet":
            _write_rows(engine, results, swap.fresh, by_months=chosen.incremental)
        _refuse_faulty(swap.fresh)
        same = not changed and all(_same(folder / name, text) for name, text in files.items())
        rows = [DATA] if chosen.source == "parquet" else []
        swap.commit(rows if same else [*ITEMS, MANIFEST, *rows], keep=_place_to_keep(folder) if changed else None)
    return folder / PROJECT_FILE


def refresh_rows(engine: Engine, results: Results, folder: Path) -> list[str]:
    """Write the rows of a project anew and leave its definitions, whoever changed them.

    Parameters
    ----------
    engine, results, folder
        As in `write_project`.

    Returns
    -------
    list of str
        Files that somebody changed.
    """
    written_for: dict[str, Any] = (read_manifest(folder) or {}).get("written_for", {})
    if written_for.get("source", "parquet") == "parquet":
        with Swap(folder) as swap:
            _write_rows(engine, results, swap.fresh, by_months=bool(written_for.get("incremental")))
            swap.commit([DATA])
    return changed_files(folder, ITEMS)


def changes_of(folder: Path) -> list[str]:
    """Return the files of a project that somebody changed, added or removed since it was written."""
    return changed_files(folder, ITEMS)


def definition_files(folder: Path, options: ProjectOptions) -> dict[str, str]:
    """Return every file of a project but the rows, by its path within the project."""
    definitions = model_files(build_model(options, folder))
    model = item_files("SemanticModel", {"definition.pbism": _MODEL_ITEM})
    model |= {f"definition/{name}": text for name, text in definitions.items()}
    report = item_files("Report", {"definition.pbir": _REPORT_ITEM}) | report_files(PAGES, dark=options.dark)
    files = {PROJECT_FILE: json.dumps(_PROJECT, indent=2) + "\n", ".gitignore": _IGNORED}
    files |= {f"{MODEL_FOLDER}/{name}": text for name, text in model.items()}
    files |= {f"{REPORT_FOLDER}/{name}": text for name, text in report.items()}
    written_for = {"source": options.source, "incremental": options.incremental}
    return {**files, MANIFEST: manifest_text(files, written_for)}


_PROJECT = {
    "$schema": f"{_SCHEMAS}pbip/pbipProperties/1.0.0/schema.json",
    "version": "1.0",
    "artifacts": [{"report": {"path": REPORT_FOLDER}}],
    "settings": {"enableAutoRecovery": True},
}
_MODEL_ITEM = {
    "$schema": f"{_SCHEMAS}item/semanticModel/definitionProperties/1.0.0/schema.json",
    "version": "4.2",
    "settings": {},
}
_REPORT_ITEM = {
    "$schema": f"{_SCHEMAS}item/report/definitionProperties/2.0.0/schema.json",
    "version": "4.0",
    "datasetReference": {"byPath": {"path": f"../{MODEL_FOLDER}"}},
}


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _write_rows(engine: Engine, results: Results, folder: Path, *, by_months: bool) -> None:
    rows = folder / DATA
    rows.mkdir()
    DataWriter(engine, results).write(rows, by_months=by_months)


def _same(path: Path, text: str) -> bool:
    return path.is_file() and plain_lines(path.read_bytes()) == text.encode()


def _place_to_keep(folder: Path) -> Path:
    """Return a folder that is not there yet."""
    number = 1
    while (place := folder / f"changed-{number}").exists():
        number += 1
    return place


def _refuse_faulty(folder: Path) -> None:
    """Refuse to publish a project that breaks a rule."""
    findings = check_project(folder)
    if findings:
        first = findings[0]
        more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
        raise PublishingError(
            f"the Power BI project breaks the rule {first.check}{more}; nothing was written",
            where=f"{first.file}: {first.where}",
            got=first.got,
            allowed=first.allowed,
            hint=first.hint,
        )


def _changed_error(folder: Path, changed: list[str]) -> PublishingError:
    named = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else "")
    return PublishingError(
        "somebody changed this Power BI project, so it is not written over",
        where=str(folder),
        got=named,
        hint="--force writes it anew and keeps the changed one beside it; --to names another folder",
    )
