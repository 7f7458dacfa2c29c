"""What Google answers when it does not answer, in our words and with the way out."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from google.api_core import exceptions as api
from google.auth import exceptions as auth

from payback.errors import SourceAccessError, SourceError, SourceFieldError, SourceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

ERRORS = (api.GoogleAPICallError, api.RetryError, auth.GoogleAuthError)
"""What the client raises."""

TRANSIENT = (
    api.InternalServerError,
    api.ServiceUnavailable,
    api.GatewayTimeout,
    api.Aborted,
    api.Unknown,
    auth.TransportError,
)
"""Failures after which trying again helps; too many requests at once besides."""

_HOW = "docs/how-to/connect-ga4.md"
_FIELD = re.compile(r"(?:Field |field )'?\"?([A-Za-z0-9_:\[\]]+)'?\"? is not a valid")


def translated(error: Exception, property_id: str) -> SourceError:
    """Return our error for one of the client's.

    Parameters
    ----------
    error : Exception
        One of `ERRORS`.
    property_id : str
        The property that was asked.
    """
    where = f"GA4 property {property_id}"
    got = _text(error)
    if isinstance(error, auth.GoogleAuthError):
        return _credentials(error, where, got)
    if isinstance(error, api.Unauthenticated):
        return SourceAccessError(
            "Google does not accept the credentials",
            where=where,
            got=got,
            hint=f"a token lasts an hour: make a new one, or use a service account (ga4.credentials), see {_HOW}",
        )
    if isinstance(error, api.Forbidden):
        return _forbidden(where, got, property_id)
    if isinstance(error, api.NotFound):
        return SourceAccessError(
            "there is no such property",
            where=where,
            got=got,
            hint="ga4.property is the number in Admin > Property settings, not the measurement id G-...",
        )
    if isinstance(error, api.BadRequest):
        return _bad_request(where, got)
    return SourceUnavailableError(
        "Google Analytics does not answer", where=where, got=got, hint="nothing is lost; run again later"
    )


def unknown_field(name: str, known: Iterable[str], where: str) -> SourceFieldError:
    """Return the error of a field that the property does not have."""
    near = difflib.get_close_matches(name, list(known), 3)
    return SourceFieldError(
        "GA4 does not know a field",
        where=where,
        got=name,
        allowed=f"such as {', '.join(near)}" if near else None,
        hint="a newer Payback may know its new name: pip install --upgrade payback",
    )


def incompatible(names: Iterable[str], report: str, where: str) -> SourceFieldError:
    """Return the error of fields that GA4 does not give together."""
    return SourceFieldError(
        "GA4 does not give these fields together",
        where=f"{where}, report {report}",
        got=", ".join(names),
        hint="the property's data model differs from what Payback asks for; please report it",
    )


def _credentials(error: auth.GoogleAuthError, where: str, got: str) -> SourceError:
    if isinstance(error, auth.DefaultCredentialsError):
        return SourceAccessError(
            "there are no credentials for Google",
            where=where,
            hint=f"set ga4.credentials to the file of a service account, or run: gcloud auth application-default login "
            f"(see {_HOW})",
        )
    if isinstance(error, auth.RefreshError):
        return SourceAccessError(
            "the credentials have expired or were revoked",
            where=where,
            got=got,
            hint="make a new key of the service account, or log in again: gcloud auth application-default login",
        )
    if isinstance(error, auth.TransportError):
        return SourceUnavailableError(
            "Google's login service does not answer", where=where, got=got, hint="is there a connection to the network?"
        )
    return SourceAccessError("the credentials cannot be used", where=where, got=got, hint=f"see {_HOW}")


def _forbidden(where: str, got: str, property_id: str) -> SourceAccessError:
    if "has not been used in project" in got or "SERVICE_DISABLED" in got or "is disabled" in got:
        return SourceAccessError(
            "the Google Analytics Data API is not enabled in the project of the credentials",
            where=where,
            got=got,
            hint="enable it: https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com, wait a minute",
        )
    if "scope" in got.lower():
        return SourceAccessError(
            "the token may not read Google Analytics",
            where=where,
            got=got,
            hint="it needs the scope https://www.googleapis.com/auth/analytics.readonly",
        )
    return SourceAccessError(
        "the credentials have no access to the property, or there is no such property",
        where=where,
        got=got,
        hint=f"in Admin > Property access management of {property_id} add the e-mail address of the service account "
        "as Viewer; ga4.property is the number in Admin > Property settings",
    )


def _bad_request(where: str, got: str) -> SourceError:
    if found := _FIELD.search(got):
        return SourceFieldError("GA4 does not know a field", where=where, got=found[1], hint=got)
    if "incompatible" in got:
        return SourceFieldError("GA4 does not give these fields together", where=where, got=got)
    if "property" in got.lower():
        return SourceAccessError(
            "GA4 does not know the property",
            where=where,
            got=got,
            hint="ga4.property is the number in Admin > Property settings, not the measurement id G-...",
        )
    return SourceError("GA4 refuses the request", where=where, got=got)


def _text(error: Exception) -> str:
    """Return what an error says, in one line of bounded length."""
    text = getattr(error, "message", None) or str(error)
    return " ".join(str(text).split())[:400]
