"""Do work again where trying again helps: a broken connection, a deadlock. Nothing else."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, TypeVar

from payback.errors import WarehouseError, WarehouseInterruptedError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

ATTEMPTS = 7
"""Tries of a piece of work; the waits between them add up to about 13 seconds, two restarts of a server."""

_FIRST_WAIT = 0.2


def retried(work: Callable[[], _Result], *, attempts: int = ATTEMPTS) -> _Result:
    """Do a piece of work, and again after a growing wait where a connection broke or a deadlock ended it.

    Parameters
    ----------
    work : callable
        A whole transaction, or a question outside of one: half of a transaction cannot be done again.
    attempts : int
        Tries altogether.

    Raises
    ------
    WarehouseError
        Every try was interrupted. What else the work raises comes out at once: a wrong statement stays wrong.

    Examples
    --------
    >>> retried(lambda: 42)
    42
    """
    for attempt in range(1, attempts):
        try:
            return work()
        except WarehouseInterruptedError as error:
            wait = _FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - only spreads the tries
            _log.warning("%s; trying again in %.1f s", error.message, wait)
            time.sleep(wait)
    try:
        return work()
    except WarehouseInterruptedError as error:
        # Not retryable any more: work around this work shall not try all of it again.
        raise WarehouseError(
            f"{error.message}, {attempts} times", where=error.where, got=error.got, hint="is the server in order?"
        ) from error
