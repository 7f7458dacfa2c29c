"""Failures on demand of the Storage Read API: refusals, broken and cut streams."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

import grpc

from payback.errors import UsageError
from payback.testing.refusal import Refusal

FaultKind = Literal["unavailable", "reset", "internal", "permission denied", "api disabled", "not found", "cut short"]
Method = Literal["CreateReadSession", "ReadRows"]

_API_DISABLED = (
    "BigQuery Storage API has not been used in project 1234567890 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/bigquerystorage.googleapis.com/overview?project=1234567890 then "
    "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
)
_NO_SESSIONS = (
    "request failed: the user does not have 'bigquery.readsessions.create' permission for 'projects/1234567890'"
)
ANSWERS: dict[str, tuple[grpc.StatusCode, str]] = {
    "unavailable": (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."),
    "reset": (grpc.StatusCode.INTERNAL, "Received RST_STREAM with error code 2"),
    "internal": (grpc.StatusCode.INTERNAL, "Internal error encountered."),
    "permission denied": (grpc.StatusCode.PERMISSION_DENIED, _NO_SESSIONS),
    "api disabled": (grpc.StatusCode.PERMISSION_DENIED, _API_DISABLED),
    "not found": (grpc.StatusCode.NOT_FOUND, "Requested entity was not found."),
}
"""Status and words of each kind that ends in an error; ``cut short`` ends a stream before its last row, without one."""
METHODS = ("CreateReadSession", "ReadRows")


@dataclass
class Fault:
    """A failure to come.

    Parameters
    ----------
    kind : str
        ``unavailable`` (503) or ``reset`` (an HTTP/2 stream that breaks), after which a client goes on where it was;
        ``internal`` (500), ``permission denied`` and ``api disabled`` (403), ``not found`` (404); ``cut short``: the
        stream ends as if it were complete.
    method : str
        ``CreateReadSession`` or ``ReadRows``.
    after : int
        Sessions, or messages with rows, that go well first.
    times : int, optional
        How often; None for ever.
    when : Event, optional
        It is waited for first. gRPC drops what a reader has not taken yet when a stream breaks; so a reader that must
        have had the messages before the break says when.
    """

    kind: FaultKind
    method: Method = "ReadRows"
    after: int = 0
    times: int | None = 1
    when: threading.Event | None = None

    def __post_init__(self) -> None:
        if self.kind not in (*ANSWERS, "cut short"):
            raise UsageError("no such fault", got=self.kind, allowed=", ".join((*ANSWERS, "cut short")))
        if self.method not in METHODS:
            raise UsageError("no such method", got=self.method, allowed=", ".join(METHODS))


class Faults:
    """The failures to come, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a failure to come."""
        with self._lock:
            self._faults.append(fault)

    def hurry(self) -> None:
        """Let nothing be waited for any more."""
        with self._lock:
            for fault in self._faults:
                if fault.when is not None:
                    fault.when.set()

    def strike(self, method: Method) -> bool:
        """Let befall a method what is due; return whether the stream ends here.

        Raises
        ------
        Refusal
            The method fails.
        """
        with self._lock:
            due = next((one for one in self._faults if one.method == method and _strikes(one)), None)
        if due is not None and due.when is not None:
            due.when.wait()
        if due is not None and due.kind in ANSWERS:
            raise Refusal(*ANSWERS[due.kind])
        return due is not None


def _strikes(fault: Fault) -> bool:
    if fault.after > 0:
        fault.after -= 1
        return False
    if fault.times == 0:
        return False
    if fault.times is not None:
        fault.times -= 1
    return True
