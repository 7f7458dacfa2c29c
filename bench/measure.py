"""Run a command in a process of its own and say what the operating system charged for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

_MB = 10**6


@dataclass(frozen=True)
class Usage:
    """What a process cost, from its start to its end, interpreter and imports included.

    Parameters
    ----------
    cpu : float
        CPU seconds, of all its threads, user and system.
    wall : float
        Seconds by the clock; meaningless on a machine with other work.
    peak_mb : float
        Largest resident memory, in 10^6 bytes.
    """

    cpu: float
    wall: float
    peak_mb: float


class JobFailedError(Exception):
    """The command ended with an error; its output is the message."""


def measure(command: Sequence[str], *, folder: Path | None = None, log: Path | None = None) -> Usage:
    """Run a command to its end and return what it cost.

    Raises
    ------
    JobFailedError
        It ended with an error.
    """
    log = log or Path(os.devnull)
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        code, cpu, peak = _wait(process)
    wall = time.perf_counter() - started
    if code:
        text = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.is_file() else ""
        raise JobFailedError(f"{' '.join(command)} ended with {code}\n{text}")
    return Usage(cpu, wall, peak)


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, float, float]:
    """Return exit code, CPU seconds and peak memory of a process."""
    if hasattr(os, "wait4"):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform == "darwin" else 1024
        return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / _MB
    # Windows keeps the peak itself, and the times can be asked for as long as the process lives.
    watched = psutil.Process(process.pid)
    cpu = peak = 0.0
    while process.poll() is None:
        try:
            times, peak = watched.cpu_times(), watched.memory_info().peak_wset / _MB
            cpu = times.user + times.system
        except psutil.Error:
            break
        time.sleep(0.01)
    return process.wait(), cpu, peak


def middle(usages: Sequence[Usage]) -> Usage:
    """Return the medians of several runs."""
    return Usage(*(median(getattr(usage, name) for usage in usages) for name in ("cpu", "wall", "peak_mb")))
