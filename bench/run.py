"""Time Payback against plain pandas and scikit-learn, and check that both say the same.

    make bench                                            # 1 million rows, then 10 million; about 20 minutes
    .venv/bin/python bench/run.py --rows 100000           # a quick look
    .venv/bin/python bench/run.py --rows 1000000 --json > figures.json

Each job runs in a process of its own (this one stays small: Linux counts the memory of the parent as the child's until
its own program starts), and what the operating system charged for that process is what counts: start,
imports, reading, computing, writing. Up to a million rows are run three times and the medians shown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from measure import Usage, measure, middle

HERE = Path(__file__).parent
JOBS = {
    "load": "load a CSV file of campaign days",
    "reload": "load the same file again",
    "changed_day": "load it with one day changed",
    "load_customers": "load a CSV file of customers",
    "clean": "clean both tables, as stored",
    "roi": "ROI by campaign, by channel, by day",
    "segments": "segment the customers",
    "clean_frame": "clean a pandas frame of campaign days",
    "run": "the whole run",
}
SPINE = ("load", "clean", "roi")
"""Jobs whose sum the goals are about."""
MANY = 1_000_000
"""Beyond so many rows, once is enough."""
KINDS = ("sqlite", "parquet")


def main() -> None:
    options = arguments()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="payback-bench-"))
    results = []
    try:
        for rows in options.rows:
            say(f"{rows:,} rows: making the files", options)
            work = folder / str(rows)
            measure([sys.executable, str(HERE / "inputs.py"), str(work), str(rows)])
            results.append(race(work, rows, options))
            if not options.json:
                print(table(results[-1]))
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps({"machine": machine(), "results": results}, indent=2))
    else:
        print(machine_in_words())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, help="runs of each job; by default 3 up to a million rows, else 1")
    parser.add_argument("--jobs", nargs="+", choices=list(JOBS), default=list(JOBS))
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=list(KINDS), help="what plain pandas stores into")
    parser.add_argument("--folder", type=Path, help="keep the files here; by default a temporary folder")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def say(text: str, options: argparse.Namespace) -> None:
    print(text, file=sys.stderr if options.json else sys.stdout, flush=True)


def race(work: Path, rows: int, options: argparse.Namespace) -> dict:
    """Run every job on every side, check the results, and return the figures."""
    sides = ["payback", *options.stores]
    seen: dict[str, dict[str, list[Usage]]] = {job: {side: [] for side in sides} for job in options.jobs}
    for number in range(options.runs or (3 if rows <= MANY else 1)):
        for job in options.jobs:
            for side in sides:
                usage = measure(command(work, job, side), log=work / "job.log")
                seen[job][side].append(usage)
                say(f"  run {number + 1}: {JOBS[job]}, {side}: {usage.cpu:.1f} CPU s, {usage.peak_mb:.0f} MB", options)
    used = {job: {side: asdict(middle(usages)) for side, usages in by.items()} for job, by in seen.items()}
    return {"rows": rows, "jobs": used, "equal": check(work, options)}


def command(work: Path, job: str, side: str) -> list[str]:
    """Return the command of a job; the whole run of Payback is its own command line."""
    if side != "payback":
        return [sys.executable, str(HERE / "plain_pandas.py"), job, str(work), side]
    if job != "run":
        return [sys.executable, str(HERE / "with_payback.py"), job, str(work)]
    project = work / "project"
    shutil.rmtree(project, ignore_errors=True)
    raw = project / "data" / "raw"
    raw.mkdir(parents=True)
    for name in ("campaigns.csv", "customers.csv"):
        link(work / "data" / name, raw / name)
    return [sys.executable, "-m", "payback", "--project", str(project), "run", "--json"]


def link(file: Path, target: Path) -> None:
    """Put a file there without copying it where the file system can do that."""
    try:
        target.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, target)


def check(work: Path, options: argparse.Namespace) -> list[str]:
    """Compare the results of the jobs that were run."""
    log = work / "check.log"
    measure([sys.executable, str(HERE / "equal.py"), str(work), *options.stores], log=log)
    said = log.read_text(encoding="utf-8").splitlines()
    for line in said:
        say(f"  equal: {line}", options)
    return said


def table(result: dict) -> str:
    """Return the figures as a Markdown table: CPU seconds and peak memory, and how much less Payback takes."""
    sides = list(next(iter(result["jobs"].values())))
    stores = sides[1:]
    head = ["job", "Payback CPU s", *(f"pandas + {s}" for s in stores), "Payback peak MB"]
    head += [f"pandas + {s} MB" for s in stores]
    lines = [f"\n{result['rows']:,} rows", "| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    rows = {JOBS[job]: used for job, used in result["jobs"].items()}
    if set(SPINE) <= set(result["jobs"]):
        rows["load + clean + ROI"] = {side: _together(result["jobs"], side) for side in sides}
    for name, used in rows.items():
        ours = used["payback"]
        cells = [name, f"{ours['cpu']:.1f}", *(_against(used[s]["cpu"], ours["cpu"], 1) for s in stores)]
        cells += [f"{ours['peak_mb']:.0f}", *(_against(used[s]["peak_mb"], ours["peak_mb"], 0) for s in stores)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _together(jobs: dict, side: str) -> dict[str, float]:
    parts = [jobs[job][side] for job in SPINE]
    return {"cpu": sum(part["cpu"] for part in parts), "peak_mb": max(part["peak_mb"] for part in parts)}


def _against(theirs: float, ours: float, digits: int) -> str:
    return f"{theirs:.{digits}f} ({theirs / ours:.1f}x)"


def machine() -> dict[str, str]:
    packages = ("payback", "duckdb", "pandas", "numpy", "pyarrow", "scikit-learn")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def machine_in_words() -> str:
    found = machine()
    return f"\n{found.pop('date')}, {found.pop('system')}, {found.pop('cores')} cores; " + ", ".join(
        f"{name} {value}" for name, value in found.items()
    )


if __name__ == "__main__":
    main()
