"""What Google refuses, said with the way out; and the kinds of credentials that are taken."""

from __future__ import annotations

import json

import pytest
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from payback.errors import SourceAccessError, SourceError, SourceFieldError, SourceUnavailableError
from payback.sources.ga4_api.client import SCOPES, Ga4Client, _from_file
from payback.sources.ga4_api.problems import translated
from payback.sources.ga4_api.quota import Pacer

DISABLED = (
    "Google Analytics Data API has not been used in project 42 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=42 then retry."
)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (api.Forbidden(DISABLED), SourceAccessError, "hint: enable it: https://console.cloud.google.com"),
        (api.Forbidden("Request had insufficient authentication scopes."), SourceAccessError, "analytics.readonly"),
        (api.Forbidden("User does not have sufficient permissions for this property."), SourceAccessError, "as Viewer"),
        (api.Unauthenticated("Request had invalid authentication credentials."), SourceAccessError, "lasts an hour"),
        (api.NotFound("Requested entity was not found."), SourceAccessError, "not the measurement id"),
        (api.InvalidArgument("Invalid property ID: abc."), SourceAccessError, "Admin > Property settings"),
        (api.InvalidArgument("Field foo is not a valid metric. For a list"), SourceFieldError, "got: foo"),
        (api.InvalidArgument("Please remove country to make it incompatible."), SourceFieldError, "together"),
        (api.InvalidArgument("Something else."), SourceError, "Something else."),
        (api.ServiceUnavailable("Try later."), SourceUnavailableError, "run again later"),
        (api.GatewayTimeout("Deadline."), SourceUnavailableError, "does not answer"),
        (auth.RefreshError("invalid_grant: Token has been expired or revoked."), SourceAccessError, "expired"),
        (
            auth.DefaultCredentialsError("Your default credentials were not found."),
            SourceAccessError,
            "ga4.credentials",
        ),
        (auth.TransportError("No route to host."), SourceUnavailableError, "login service"),
        (auth.GoogleAuthError("odd"), SourceAccessError, "connect-ga4.md"),
    ],
)
def test_refusal_says_what_to_do(error, kind, words):
    """Each refusal has our class, the property and a way out."""
    found = translated(error, "123")
    assert type(found) is kind
    assert "GA4 property 123" in str(found)
    assert words in str(found)


def test_access_and_fields_are_questions_of_the_settings():
    """Exit code 2 for what a person must set right, 1 for what the service did; only the latter may be tried again."""
    assert translated(api.Forbidden("no"), "1").exit_code == 2
    assert translated(api.InvalidArgument("Field foo is not a valid metric"), "1").exit_code == 2
    failed = translated(api.ServiceUnavailable("no"), "1")
    assert (failed.exit_code, failed.retryable) == (1, True)


def test_long_messages_are_cut():
    """One line of bounded length, whatever the server says."""
    text = str(translated(api.ServiceUnavailable("word " * 500), "1"))
    assert len(text) < 700
    assert len(text.splitlines()) == 4


@pytest.fixture(scope="module")
def key():
    """Return a private key as the file of a service account holds it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def test_key_of_a_service_account_is_read(tmp_path, key):
    """It may only read Analytics."""
    path = tmp_path / "key.json"
    content = {
        "type": "service_account",
        "client_email": "a@b.iam",
        "token_uri": "https://localhost",
        "private_key": key,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    found = _from_file(path)
    assert (found.service_account_email, tuple(found.scopes)) == ("a@b.iam", SCOPES)
    client = Ga4Client("1", Pacer(), credentials=path)
    client.close()


def test_login_of_a_person_is_read(tmp_path):
    """What gcloud writes for application-default login."""
    path = tmp_path / "adc.json"
    content = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert _from_file(path).client_id == "c"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"type": "service_account"}', '{"type": "other"}', "\ufeff{"])
def test_other_files_are_refused(tmp_path, content):
    """The message names the file and the two kinds that are good; never what is in it."""
    path = tmp_path / "key.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(
        SourceAccessError, match=r"credentials file cannot be used(.|\n)*key\.json(.|\n)*service account"
    ):
        _from_file(path)


def test_token_is_never_shown():
    """Neither in what is printed of a connection nor in the settings."""
    from payback.config import Settings
    from payback.sources.ga4_api.property import Connection

    assert "hush" not in repr(Connection(token="hush"))  # noqa: S106 - a test's
    assert "hush" not in repr(Settings(ga4={"token": "hush"}))
