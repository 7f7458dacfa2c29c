"""A program for the tests: run a command of Payback, and be killed on the way.

``archive_worker.py "before MODULE:NAME" ARGUMENT…`` dies before (or after) the first call of a function.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module


def die() -> None:
    """End at once, as by a power failure: nothing is closed or written any more."""
    if hasattr(os, "fork"):
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(9)


def die_at(point: str) -> None:
    """Die before or after a function is called for the first time."""
    when, _, place = point.partition(" ")
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    run = getattr(owner, name)

    def instead(*arguments, **options):
        if when == "before":
            die()
        run(*arguments, **options)
        die()

    setattr(owner, name, instead)


if __name__ == "__main__":
    if sys.argv[1]:
        die_at(sys.argv[1])
    from payback.cli import main

    main(sys.argv[2:])
