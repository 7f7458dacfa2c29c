"""What goes wrong between a platform and a folder of files, planted in a known number so that it can be found again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from payback.sources.demo.campaign_days import CampaignDay

PLANTED: dict[str, dict[str, int]] = {
    "google_ads.csv": {"bad_number": 3, "future_date": 1, "clicks_above_impressions": 2, "other_spelling": 0},
    "meta_ads.csv": {"duplicate_row": 12, "negative_count": 2, "future_date": 1, "other_spelling": 90},
    "microsoft_ads.csv": {"duplicate_row": 2, "bad_date": 1, "missing_revenue": 3},
    "linkedin_ads.csv": {"clicks_above_impressions": 1, "bad_number": 1},
    "tiktok_ads.xlsx": {"duplicate_row": 3, "negative_count": 1},
    "email_and_affiliate.csv": {
        "bad_number": 2,
        "bad_date": 1,
        "future_date": 1,
        "duplicate_row": 4,
        "negative_count": 1,
        "missing_revenue": 10,
        "other_spelling": 40,
    },
}
"""Faults by file and kind. ``other_spelling`` changes how the campaign's name is written and harms nothing else."""

LARGEST_SHARE = 0.2
"""Of a file's rows; a small file gets fewer faults, in proportion."""


@dataclass(frozen=True)
class Line:
    """A row on its way into a file.

    Parameters
    ----------
    row : CampaignDay
        What it says, mistakes included.
    name, channel : str
        How the campaign and its channel are written here.
    fault : str
        Kind of the fault; empty for a good row.
    broken : mapping of str to str
        Cells, by their meaning, that hold a text which is no number or no date.
    """

    row: CampaignDay
    name: str
    channel: str
    fault: str = ""
    broken: Mapping[str, str] = field(default_factory=dict)


def plant_faults(lines: Sequence[Line], file: str, rng: Random) -> list[Line]:
    """Return the lines of a file with its faults in them.

    No row gets two. A campaign's first day stays as it is, so that its right spelling comes first.

    Parameters
    ----------
    lines : sequence of Line
        Good lines.
    file : str
        Name of the file; key of `PLANTED`.
    rng : random.Random
        Where chance comes from.
    """
    wanted = _affordable(PLANTED[file], len(lines))
    first = {line.row.campaign: number for number, line in reversed(list(enumerate(lines)))}
    later = [number for number, line in enumerate(lines) if number != first[line.row.campaign]]
    chosen = iter(rng.sample(later, sum(wanted.values())))
    planted = {next(chosen): kind for kind, count in wanted.items() for _ in range(count)}
    result: list[Line] = []
    for number, line in enumerate(lines):
        result += _KINDS[planted[number]](line, rng) if number in planted else [line]
    return result


def _affordable(counts: Mapping[str, int], rows: int) -> dict[str, int]:
    """Return the counts, cut in proportion where the file is too small for them."""
    factor = min(1.0, rows * LARGEST_SHARE / max(sum(counts.values()), 1))
    return {kind: int(count * factor) for kind, count in counts.items()}


def count_faults(lines: Sequence[Line], kinds: Sequence[str]) -> dict[str, int]:
    """Return how many lines have each kind of fault, kinds without any left out."""
    counts = Counter(line.fault for line in lines)
    return {kind: counts[kind] for kind in kinds if counts[kind]}


def _bad_number(line: Line, rng: Random) -> list[Line]:
    """Put a letter O for a zero, or a word where money should be."""
    text = rng.choice(("1O4.5O", "see invoice", "twelve"))
    return [replace(line, fault="bad_number", broken={"cost": text})]


def _bad_date(line: Line, rng: Random) -> list[Line]:
    """Name a day that no month has, or none at all."""
    return [replace(line, fault="bad_date", broken={"day": rng.choice(("tomorrow", "31/31/2025", "week 45"))})]


def _future_date(line: Line, rng: Random) -> list[Line]:
    """Slip on the keyboard: 2052 for 2025."""
    day = line.row.day.replace(year=2052, day=rng.randint(1, 28))
    return [replace(line, fault="future_date", row=replace(line.row, day=day))]


def _negative_count(line: Line, rng: Random) -> list[Line]:
    """Take back clicks on another day than they were counted."""
    return [replace(line, fault="negative_count", row=replace(line.row, clicks=-rng.randint(1, 40)))]


def _clicks_above_impressions(line: Line, _: Random) -> list[Line]:
    """Count impressions before midnight and clicks after it."""
    row = replace(line.row, impressions=line.row.clicks, clicks=line.row.clicks * 2 + 1)
    return [replace(line, fault="clicks_above_impressions", row=row)]


def _missing_revenue(line: Line, _: Random) -> list[Line]:
    """Lose a value on the way."""
    return [replace(line, fault="missing_revenue", row=replace(line.row, revenue=None))]


def _duplicate_row(line: Line, _: Random) -> list[Line]:
    """Paste a row twice."""
    return [line, replace(line, fault="duplicate_row")]


def _other_spelling(line: Line, rng: Random) -> list[Line]:
    """Write the name in capitals, in small letters or with blanks too many."""
    spellings = (line.name.upper(), line.name.lower(), f"{line.name} ", f" {line.name}", line.name.replace(" ", "  "))
    return [replace(line, fault="other_spelling", name=rng.choice(spellings))]


_KINDS: dict[str, Callable[[Line, Random], list[Line]]] = {
    "bad_number": _bad_number,
    "bad_date": _bad_date,
    "future_date": _future_date,
    "negative_count": _negative_count,
    "clicks_above_impressions": _clicks_above_impressions,
    "missing_revenue": _missing_revenue,
    "duplicate_row": _duplicate_row,
    "other_spelling": _other_spelling,
}
