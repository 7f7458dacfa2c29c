"""What a run did, for the ledgers, for JSON and for people."""

from __future__ import annotations

import secrets
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Status = Literal["running", "done", "unchanged", "skipped", "failed"]
_MB = 10**6


@dataclass
class StepRecord:
    """One step of a run.

    ``rows_in`` is ``rows_out + rows_rejected`` where the step passes rows on; the difference is in ``note``.
    """

    step: str
    status: Status = "running"
    seconds: float = 0.0
    rows_in: int = 0
    rows_out: int = 0
    rows_rejected: int = 0
    peak_memory_mb: float = 0.0
    slowest_query: str = ""
    note: str = ""
    error: str = ""


@dataclass
class RunRecord:
    """One run: its steps, the files it loaded and the files it wrote.

    ``to_dict`` is what ``payback run --json`` prints and what the table ``runs`` keeps.
    """

    run_id: str
    started_at: datetime
    version: str
    status: Status = "running"
    finished_at: datetime | None = None
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    fingerprint: str = ""
    dry_run: bool = False
    steps: list[StepRecord] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def error_rate(self) -> float:
        """Share of the rows that came into the run's gates and were turned away there."""
        came = sum(step.rows_in for step in self.steps if step.step in ("load", "clean"))
        turned_away = sum(step.rows_rejected for step in self.steps if step.step in ("load", "clean"))
        return turned_away / came if came else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON can carry it."""
        values = asdict(self)
        values["started_at"] = self.started_at.isoformat()
        values["finished_at"] = self.finished_at.isoformat() if self.finished_at else None
        values["error_rate"] = round(self.error_rate, 6)
        for step in values["steps"]:
            step["seconds"] = round(step["seconds"], 3)
        values["seconds"] = round(self.seconds, 3)
        return values


def new_run_id(now: datetime) -> str:
    """Return an id that sorts by time and differs even within a second."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def now() -> datetime:
    """Return the time, UTC, in whole microseconds and without a zone, as the ledgers keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


def peak_memory_mb() -> float:
    """Return the largest memory that this process has had, in 10^6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / _MB
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MB if sys.platform == "darwin" else peak * 1024 / _MB
