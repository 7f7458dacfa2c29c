"""What decides how an export is read, beside the export itself."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Literal

from payback.tables import UNKNOWN_CURRENCY

SOURCE = "ga4_export"
Identity = Literal["user_pseudo_id", "user_id"]


@dataclass(frozen=True)
class ExportOptions:
    """How events become sessions, campaign days and customers.

    Parameters
    ----------
    account : str
        The property, where there are several.
    currency : str
        ISO 4217 code of sessions and of amounts whose event states none.
    lookback_days : int
        A direct session takes the last source of the same visitor that is no older.
    key_events : tuple of str
        Events that count as conversions beside purchases.
    identity : {"user_pseudo_id", "user_id"}
        What makes a customer: a browser or device, or the shop's own id where the visitor was signed in once.
    """

    account: str = ""
    currency: str = UNKNOWN_CURRENCY
    lookback_days: int = 90
    key_events: tuple[str, ...] = ()
    identity: Identity = "user_pseudo_id"

    @property
    def reading_hash(self) -> str:
        """What decides how a day's events are summed up."""
        return _hash([VERSION, self.key_events])

    @property
    def joining_hash(self) -> str:
        """What decides how days are put together."""
        return _hash([VERSION, asdict(self)])


VERSION = 1
"""Raised when the same events would give other rows, so that everything is worked out anew."""


def _hash(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=8).hexdigest()
