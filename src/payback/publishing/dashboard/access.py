"""Who may ask: the token of a server on this machine, or the password of one that others reach.

What each check is against:

- a page of another site that makes the reader's browser ask for us: the ``Origin`` of a request must be our own;
- a name that its owner lets point at this machine (DNS rebinding): the ``Host`` must be one of ours;
- guessing: comparisons take the same time whatever they find, and failures are counted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION_HOURS = 12
MOST_SESSIONS = 1_000
FAILURES, WITHIN_SECONDS = 10, 60.0
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("::1")
    (True, True, False, True)
    """
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass
class Access:
    """The doors of one server.

    Parameters
    ----------
    secret : str
        The token, or the password where ``has_password``.
    has_password : bool
        Whether people log in with a password.
    hosts : frozenset of str
        Names by which the server may be called, lower case. Addresses of digits are always allowed beyond loopback:
        nobody can let them point elsewhere.
    loopback : bool
        Whether the server is reached from this machine only.
    """

    secret: str
    has_password: bool = False
    hosts: frozenset[str] = _LOOPBACK_NAMES
    loopback: bool = True
    _sessions: dict[str, float] = field(default_factory=dict)
    _failures: deque[float] = field(default_factory=deque)

    def knows_host(self, host: str | None) -> bool:
        """Whether a request was meant for us: the name in its ``Host`` is ours."""
        name = _host_name(host)
        if name is None:
            return False
        if name in self.hosts:
            return True
        return is_loopback(name) if self.loopback else _is_address(name)

    def is_own(self, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from our own pages or from no page at all."""
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() == headers.get("host", "").lower()

    def is_secret(self, given: str) -> bool:
        """Whether it is the token or the password; takes the same time for any answer."""
        return hmac.compare_digest(_digest(given), _digest(self.secret))

    def must_wait(self) -> int:
        """Return for how many seconds nobody may try, because too many have failed; 0 if anybody may."""
        now = time.monotonic()
        while self._failures and self._failures[0] < now - WITHIN_SECONDS:
            self._failures.popleft()
        if len(self._failures) < FAILURES:
            return 0
        return int(self._failures[0] + WITHIN_SECONDS - now) + 1

    def failed(self) -> None:
        """Count a failure."""
        self._failures.append(time.monotonic())

    def open_session(self) -> str:
        """Return the key of a new session, for a cookie."""
        now = time.monotonic()
        self._sessions = {key: until for key, until in self._sessions.items() if until > now}
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        key = secrets.token_urlsafe(32)
        self._sessions[key] = now + SESSION_HOURS * 3600
        return key

    def has_session(self, key: str | None) -> bool:
        """Whether a cookie's key is one of ours and still good."""
        return key is not None and self._sessions.get(key, 0.0) > time.monotonic()

    def header_secret(self, authorization: str | None) -> str | None:
        """Return the secret of an ``Authorization`` header, for scripts: Bearer, or Basic with any user name."""
        kind, _, value = (authorization or "").partition(" ")
        if kind.lower() == "bearer":
            return value.strip()
        if kind.lower() != "basic":
            return None
        try:
            return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _host_name(host: str | None) -> str | None:
    """Return the name of a ``Host`` header in lower case, without its port; None where it is none."""
    if not host or "@" in host:
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    return parts.hostname


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
