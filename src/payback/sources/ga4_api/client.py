"""The official client, with our way of waiting, trying again and saying what is wrong."""

from __future__ import annotations

import json
import logging
import random
from typing import TYPE_CHECKING, Any

import grpc
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta import types as ga
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport
from google.api_core import exceptions as api
from google.api_core.client_options import ClientOptions

from payback.errors import SourceAccessError, SourceUnavailableError
from payback.sources.ga4_api.problems import ERRORS, TRANSIENT, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from payback.sources.ga4_api.quota import Pacer

_log = logging.getLogger(__name__)

SCOPES = ("https://www.googleapis.com/auth/analytics.readonly",)
ATTEMPTS = 6
"""Tries of a call; the waits between them add up to about a minute."""
_FIRST_WAIT = 2.0
_TIMEOUT_SECONDS, _SHORT_TIMEOUT_SECONDS = 300.0, 60.0
_HOURLY_WAITS = 24
_ANY_SIZE = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


class Ga4Client:
    """Calls of one property.

    Parameters
    ----------
    property_id : str
        Number of the property.
    pacer : Pacer
        Decides when to call.
    credentials : path, optional
        Key file of a service account, or any file that Google's libraries write; by default the credentials of the
        environment (application-default credentials).
    token : str, optional
        OAuth access token instead.
    endpoint : str, optional
        ``host:port`` of a server without encryption and credentials, such as `payback.testing.ga4`.
    attempts : int
        Tries of a call that fails.
    """

    def __init__(
        self,
        property_id: str,
        pacer: Pacer,
        *,
        credentials: Path | None = None,
        token: str | None = None,
        endpoint: str | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.property_id = property_id
        self.attempts = attempts
        self._endpoint = endpoint
        self.pacer = pacer
        # A channel without encryption carries no credentials of its own.
        self._headers = [("authorization", f"Bearer {token}")] if endpoint and token else []
        try:
            self._client: Any = self._open(credentials, token, endpoint)
        except ERRORS as error:
            raise translated(error, property_id) from error

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()

    def batch(self, requests: Sequence[ga.RunReportRequest]) -> list[Any]:
        """Return the answers to up to five reports in order, as plain messages."""
        call = ga.BatchRunReportsRequest(property=self._name, requests=list(requests))

        def work() -> list[Any]:
            self.pacer.before(len(requests))
            answer = self._client.batch_run_reports(call, retry=None, timeout=_TIMEOUT_SECONDS, metadata=self._headers)
            return list(ga.BatchRunReportsResponse.pb(answer).reports)

        answers: list[Any] = self._retried(work)
        self.pacer.after([answer.property_quota for answer in answers])
        return answers

    def metadata(self) -> Any:
        """Return the dimensions and metrics of the property, as a plain message."""
        options = {"retry": None, "timeout": _SHORT_TIMEOUT_SECONDS, "metadata": self._headers}
        name = f"{self._name}/metadata"
        return ga.Metadata.pb(self._retried(lambda: self._client.get_metadata(name=name, **options)))

    def incompatible(self, dimensions: Sequence[str], metrics: Sequence[str]) -> list[str]:
        """Return those of the fields that the API does not give together; it may also refuse the question."""
        request = ga.CheckCompatibilityRequest(
            property=self._name,
            dimensions=[ga.Dimension(name=name) for name in dimensions],
            metrics=[ga.Metric(name=name) for name in metrics],
            compatibility_filter=ga.Compatibility.INCOMPATIBLE,
        )
        options = {"retry": None, "timeout": _SHORT_TIMEOUT_SECONDS, "metadata": self._headers}
        answer = ga.CheckCompatibilityResponse.pb(
            self._retried(lambda: self._client.check_compatibility(request, **options))
        )
        found = [one.dimension_metadata.api_name for one in answer.dimension_compatibilities]
        found += [one.metric_metadata.api_name for one in answer.metric_compatibilities]
        asked = {*dimensions, *metrics}
        return [name for name in found if name in asked]

    @property
    def _name(self) -> str:
        return f"properties/{self.property_id}"

    def _open(self, credentials: Path | None, token: str | None, endpoint: str | None) -> BetaAnalyticsDataClient:
        if endpoint:
            channel = grpc.insecure_channel(endpoint, options=_ANY_SIZE)
            return BetaAnalyticsDataClient(transport=BetaAnalyticsDataGrpcTransport(channel=channel))
        if token:
            from google.oauth2 import credentials as oauth

            bearer: Any = oauth
            return BetaAnalyticsDataClient(credentials=bearer.Credentials(token))
        if credentials:
            return BetaAnalyticsDataClient(credentials=_from_file(credentials))
        return BetaAnalyticsDataClient(client_options=ClientOptions(scopes=list(SCOPES)))

    def _retried(self, work: Callable[[], Any]) -> Any:
        """Do a call, again where trying again helps; wait over an hourly limit, stop at a daily one."""
        failures = hours = 0
        while True:
            try:
                return work()
            except api.ResourceExhausted as error:
                text = str(error).lower()
                if "hour" in text and "24 hours" not in text and hours < _HOURLY_WAITS:
                    hours += 1
                    self.pacer.wait_for_tokens(float("inf"))
                    continue
                if "per day" in text or "24 hours" in text:
                    raise self.pacer.exhausted() from error
                failures = self._wait(failures, error)
            except ERRORS as error:
                if not isinstance(error, TRANSIENT):
                    raise translated(error, self.property_id) from error
                self.pacer.failed()
                failures = self._wait(failures, error)

    def _is_it_on(self, got: str) -> str:
        """Return what else to look at where a server on a machine of our own cannot be reached."""
        away = self._endpoint and "failed to connect" in got
        return f". Is the server of ga4.endpoint on? {self._endpoint}" if away else ""

    def _wait(self, failures: int, error: Exception) -> int:
        """Wait longer after each failure; give up after too many of them."""
        if failures + 1 >= self.attempts:
            problem = translated(error, self.property_id)
            raise SourceUnavailableError(
                f"Google Analytics failed {self.attempts} times in a row" if failures else problem.message,
                where=problem.where,
                got=problem.got,
                hint="what was read is kept; run again later" + self._is_it_on(problem.got or ""),
            ) from error
        wait = _FIRST_WAIT * 2**failures * random.uniform(0.8, 1.2)  # noqa: S311 - only spreads the tries
        _log.warning("GA4 %s: %s; trying again in %.0f s", self.property_id, type(error).__name__, wait)
        self.pacer.clock.sleep(wait)
        return failures + 1


def _wrong_file(error: Exception) -> str:
    """Say what is wrong with a file of credentials, and nothing of what is in it."""
    if isinstance(error, OSError):
        return "no such file" if isinstance(error, FileNotFoundError) else error.strerror or type(error).__name__
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "a file that is no JSON"
    return "JSON of another kind, or not all of it"


def _from_file(path: Path) -> Any:
    """Return the credentials of a file: a key of a service account, or what gcloud wrote for a person."""
    from google.oauth2 import credentials, service_account

    loaders: dict[str, Any] = {
        "service_account": service_account.Credentials.from_service_account_info,
        "authorized_user": credentials.Credentials.from_authorized_user_info,
    }
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        return loaders[info["type"]](info, scopes=list(SCOPES))
    except (OSError, ValueError, KeyError, TypeError, *ERRORS) as error:
        raise SourceAccessError(
            "the credentials file cannot be used",
            where=str(path),
            got=_wrong_file(error),
            allowed="the JSON key of a service account, or a file of gcloud auth application-default login",
            hint="ga4.credentials names it, relative to the project folder; see docs/how-to/connect-ga4.md",
        ) from error
