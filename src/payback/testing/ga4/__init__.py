"""A GA4 property that runs here: the Data API over gRPC for the official client, without an account.

`Ga4Property` is one; ``python -m payback.testing.ga4`` serves one until Ctrl+C. The names are resolved when they are
used: Google's client takes a third of a second to load, and is not part of every installation.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from payback.testing.ga4.clock import ManualClock, SystemClock
    from payback.testing.ga4.effects import Effects
    from payback.testing.ga4.faults import Fault
    from payback.testing.ga4.property import Ga4Property
    from payback.testing.ga4.quota import ANALYTICS_360, STANDARD, Limits, Usage
    from payback.testing.ga4.truth import DayTotals

_HOMES = {
    "ANALYTICS_360": "quota",
    "STANDARD": "quota",
    "DayTotals": "truth",
    "Effects": "effects",
    "Fault": "faults",
    "Ga4Property": "property",
    "Limits": "quota",
    "ManualClock": "clock",
    "SystemClock": "clock",
    "Usage": "quota",
}

__all__ = [
    "ANALYTICS_360",
    "STANDARD",
    "DayTotals",
    "Effects",
    "Fault",
    "Ga4Property",
    "Limits",
    "ManualClock",
    "SystemClock",
    "Usage",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        return getattr(import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{error.name} is not installed", hint="pip install 'payback[ga4]'") from error
