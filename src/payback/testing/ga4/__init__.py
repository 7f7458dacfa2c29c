"""A GA4 property that runs here: the Data API over gRPC for the official client, without an account.

`Ga4Property` is one; ``python -m payback.testing.ga4`` serves one until Ctrl+C.
"""

from __future__ import annotations

from payback.testing.ga4.clock import ManualClock, SystemClock
from payback.testing.ga4.effects import Effects
from payback.testing.ga4.faults import Fault
from payback.testing.ga4.property import Ga4Property
from payback.testing.ga4.quota import ANALYTICS_360, STANDARD, Limits, Usage
from payback.testing.ga4.truth import DayTotals

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
