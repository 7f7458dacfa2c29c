"""A program for the tests: load the export of a project, or be killed after so many statements of the engine.

``export_loader.py FOLDER KILL``: KILL is the number of the statement after which to die, or 0 to live.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from payback import DataLoader
from payback.engine.duckdb import Engine
from payback.pipeline.export_step import load_export


def die() -> None:
    """End at once, as by a power failure: nothing is closed or written any more."""
    if hasattr(os, "fork"):
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(9)


def count_statements(kill: int) -> itertools.count:
    """Count what the engines execute, and die after the statement of this number."""
    numbers, run = itertools.count(1), Engine.execute

    def execute(self, *arguments, **options):
        run(self, *arguments, **options)
        if next(numbers) == kill:
            die()

    Engine.execute = execute
    return numbers


def main(folder: str, kill: str) -> None:
    """Do what the arguments say; print how many statements there were."""
    with DataLoader(Path(folder)) as loader:
        numbers = count_statements(int(kill))
        load_export(loader)
        print(next(numbers) - 1, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
