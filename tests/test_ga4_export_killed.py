"""Loading an export that is killed, anywhere, and run again gives what an uninterrupted run gives."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ga4_events import event, write
from payback import DataLoader

LOADER = Path(__file__).with_name("export_loader.py")
TABLES = ("campaign_traffic", "campaigns", "customers")
PLACES = 5
"""Places at which a run is killed, each in a part of its own of the run."""
KEEP = {"load_id", "loaded_at"}
DAYS = range(1, 6)


def events(day, shift=0):
    """Return the events of a day: three visitors, one of them over midnight, an order and a refund."""
    at = f"2025-01-{day:02}"
    name = f"v{day}"
    return [
        event("page_view", f"{at} 10:00", user=name, utm=("a", "email", "c")),
        event("purchase", f"{at} 10:01", user=name, order=(f"T{day}", 10.0 * day + shift)),
        event("page_view", f"{at} 12:00", user="back", session=day),
        event("page_view", f"{at} 23:59", user="late", session=day // 2),
        event("refund", f"{at} 13:00", user=name, session=2, refund=(f"T{max(day - 1, 1)}", 1.5)),
    ]


def make(folder):
    """Make a project whose export has five days."""
    write(folder / "export", [row for day in DAYS for row in events(day)])
    (folder / "config").mkdir()
    text = "currency: EUR\nga4_export: {path: export, customers: events, campaigns: true}\n"
    (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
    return folder


def revise(folder):
    """Change two days of the export and add one."""
    write(folder / "export", [row for day in (2, 5, 6) for row in events(day, shift=3)])


def start(folder, kill=0):
    """Start a load in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(LOADER.parent), *sys.path])}
    command = [sys.executable, str(LOADER), str(folder), str(kill)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)


def load(folder):
    """Load to the end; return the number of statements."""
    process = start(folder)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return int(out)


def contents(folder):
    """Return the rows of each table, without the numbers that every load counts up."""
    with DataLoader(folder) as loader:
        return {
            name: sorted(
                repr([value for column, value in row.items() if column not in KEEP])
                for row in loader.warehouse.records(name)
            )
            for name in TABLES
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the tables after an uninterrupted load and a second one of the revised export, and their statements."""
    folder = make(tmp_path_factory.mktemp("whole"))
    first = load(folder)
    revise(folder)
    second = load(folder)
    return contents(folder), first, second


@pytest.mark.parametrize("place", range(PLACES))
def test_a_load_killed_after_any_statement_goes_on(whole, tmp_path, place):
    """Of the first load and of the second, in every part of them."""
    expected, *counts = whole
    folder, chance = make(tmp_path / "shop"), random.Random(place)
    for number, statements in enumerate(counts):
        if number:
            revise(folder)
        process = start(
            folder, kill=chance.randint(place * statements // PLACES + 1, (place + 1) * statements // PLACES)
        )
        process.communicate(timeout=120)
        assert process.returncode != 0
        load(folder)

    assert contents(folder) == expected


def test_a_load_killed_at_a_moment_by_the_clock_goes_on(whole, tmp_path):
    """Three times from outside, in the middle of whatever it does."""
    folder = make(tmp_path / "shop")
    for number in range(2):
        if number:
            revise(folder)
        process = start(folder)
        time.sleep(random.Random().uniform(0.3, 2.0))
        process.kill()
        process.communicate(timeout=120)
    load(folder)

    assert contents(folder) == whole[0]
    load(folder)
    assert contents(folder) == whole[0]
