"""Failures on demand: errors, dropped connections and slow answers, at the n-th request or by chance."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from random import Random
from typing import Literal

import grpc

from payback.errors import UsageError
from payback.testing.refusal import Refusal

FaultKind = Literal[
    "too many requests", "internal", "unavailable", "deadline", "dropped", "slow", "api disabled", "no scope"
]

_API_DISABLED = (
    "Google Analytics Data API has not been used in project 1234567890 before or it is disabled. Enable it by "
    "visiting https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=1234567890 "
    "then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems "
    "and retry."
)
ANSWERS: dict[str, tuple[grpc.StatusCode, str]] = {
    "too many requests": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Resource has been exhausted (e.g. check quota)."),
    "internal": (grpc.StatusCode.INTERNAL, "Internal error encountered."),
    "unavailable": (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."),
    "deadline": (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline expired before operation could complete."),
    "dropped": (grpc.StatusCode.UNAVAILABLE, "Socket closed"),
    "api disabled": (grpc.StatusCode.PERMISSION_DENIED, _API_DISABLED),
    "no scope": (grpc.StatusCode.PERMISSION_DENIED, "Request had insufficient authentication scopes."),
}
"""Status and words of each kind that ends in an error: 429, 500, 503, 504, a connection that breaks, two of 403."""

METHODS = ("RunReport", "BatchRunReports", "GetMetadata", "CheckCompatibility")
"""Methods that are served."""

SERVER_ERRORS = ("internal", "unavailable")
"""Kinds that count against the quota of server errors."""


@dataclass
class Fault:
    """A failure to come.

    Parameters
    ----------
    kind : str
        ``too many requests`` (429), ``internal`` (500), ``unavailable`` (503), ``deadline`` (504), ``dropped`` (the
        report is made and paid for, then the connection breaks), ``slow``, ``api disabled`` or ``no scope`` (403).
    method : str, optional
        Method it befalls, such as ``RunReport``; every one by default.
    after : int
        Requests of that method that go well first.
    times : int, optional
        How often; for ever by default.
    probability : float
        Chance of each request, once ``after`` went well.
    seconds : float
        How long a slow answer takes.
    """

    kind: FaultKind
    method: str | None = None
    after: int = 0
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 0.0


class Faults:
    """The failures to come of a property.

    Parameters
    ----------
    seed : int
        Decides the chances.
    """

    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)  # noqa: S311 - a test needs the same failures again, not secret ones
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a failure to come.

        Raises
        ------
        UsageError
            A kind or a method that there is not, or a chance that is none.
        """
        kinds = (*ANSWERS, "slow")
        if fault.kind not in kinds:
            raise UsageError("no such fault", got=fault.kind, allowed=", ".join(kinds))
        if fault.method not in (None, *METHODS):
            raise UsageError("no such method", got=fault.method, allowed=", ".join(METHODS))
        if not 0 <= fault.probability <= 1:
            raise UsageError("a probability is between 0 and 1", got=str(fault.probability))
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget every failure to come."""
        with self._lock:
            self._faults.clear()

    def next(self, method: str) -> Fault | None:
        """Return what befalls a request of a method, if anything does."""
        with self._lock:
            for fault in self._faults:
                if fault.method in (None, method) and self._strikes(fault):
                    return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.times == 0 or self._rng.random() >= fault.probability:
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


def refusal(fault: Fault) -> Refusal:
    """Return the error that a fault ends in."""
    return Refusal(*ANSWERS[fault.kind])
