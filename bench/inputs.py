"""The files that both sides read, made once: a big campaign table, a big customer table, and a revised copy."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from payback.sources.demo import generate_campaign_days, generate_customers

SEED = 42


def make(place: Path, rows: int) -> None:
    """Write the files of so many rows into a folder, where they are not there yet."""
    campaigns, customers, revised = (
        place / name for name in ("data/campaigns.csv", "data/customers.csv", "revised/campaigns.csv")
    )
    for path in (campaigns, revised):
        path.parent.mkdir(parents=True, exist_ok=True)
    if not campaigns.exists():
        generate_campaign_days(campaigns, rows, SEED)
    if not customers.exists():
        generate_customers(customers, rows, SEED)
    if not revised.exists():
        revise(campaigns, revised)


def revise(original: Path, target: Path) -> None:
    """Write a copy in which the amounts of the last day have changed: what an ad platform does overnight."""
    draft = target.with_suffix(".part")
    last_day = _last_day(original)
    with original.open("rb") as lines, draft.open("wb") as out:
        header = next(lines)
        out.write(header)
        cost = header.rstrip().split(b",").index(b"cost")
        for line in lines:
            out.write(_doubled(line, cost) if line.rstrip().endswith(last_day) else line)
    draft.replace(target)


def _last_day(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-200, os.SEEK_END)
        return file.read().split()[-1].rsplit(b",", 1)[1]


def _doubled(line: bytes, cost: int) -> bytes:
    cells = line.split(b",")
    cents = 2 * int(cells[cost].replace(b".", b""))
    cells[cost] = b"%d.%02d" % divmod(cents, 100)
    return b",".join(cells)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
