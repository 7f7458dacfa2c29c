"""What the command line costs: help, a second run with nothing new, and the demo of the README.

.venv/bin/python bench/cli.py [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from measure import Usage, measure, middle

RUNS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="payback-bench-") as folder:
        figures = time_commands(Path(folder))
    if options.json:
        print(json.dumps({name: asdict(usage) for name, usage in figures.items()}, indent=2))
        return
    for name, usage in figures.items():
        print(f"{name:42} {usage.cpu:6.2f} CPU s {usage.peak_mb:6.0f} MB")


def time_commands(folder: Path) -> dict[str, Usage]:
    """Return the cost of each command, in the order in which a newcomer types them."""
    payback = [sys.executable, "-m", "payback"]
    shop = ["--project", "demo"]
    log = folder / "command.log"

    def median_of(*command: str, runs: int = RUNS) -> Usage:
        return middle([measure([*payback, *command], folder=folder, log=log) for _ in range(runs)])

    return {
        "python -c pass": middle([measure([sys.executable, "-c", "pass"]) for _ in range(RUNS)]),
        "payback --help": median_of("--help"),
        "payback demo": median_of("demo", runs=1),
        "payback run, nothing new": median_of(*shop, "run"),
        "payback roi --by channel": median_of(*shop, "roi", "--by", "channel"),
        "payback segments": median_of(*shop, "segments"),
    }


if __name__ == "__main__":
    main()
