"""What the server says when it does not answer: Google's status codes and, where they are known, its words."""

from __future__ import annotations

import grpc

from payback.testing.refusal import Refusal, invalid

SCHEMA = "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"
EXPLORER = "https://ga-dev-tools.web.app/ga4/dimensions-metrics-explorer/"
QUOTAS = "https://developers.google.com/analytics/devguides/reporting/data/v1/quotas"
PROPERTY_ID = "https://developers.google.com/analytics/devguides/reporting/data/v1/property-id"


def incompatible(advice: str) -> Refusal:
    """Return the refusal of fields that don't go together; ``advice`` is such as "remove country"."""
    return invalid(
        f"Please {advice} to make the request compatible for example. "
        f"The request's dimensions & metrics are incompatible. To learn more, see {EXPLORER}"
    )


def exhausted(message: str) -> Refusal:
    """Return the refusal of a request for which no quota is left."""
    return Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, message)
