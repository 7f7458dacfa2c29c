"""Where a MySQL server is and how to log in: from a URL or from parts, with TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from payback.errors import ConfigurationError

Tls = Literal["preferred", "required", "verify_ca", "verify_identity", "disabled"]
TLS_MODES: tuple[Tls, ...] = get_args(Tls)

_LOCAL = ("localhost", "127.0.0.1", "::1")
_QUERY = {
    "tls": "tls",
    "ssl_mode": "tls",
    "ssl-mode": "tls",
    "tls_ca": "tls_ca",
    "ssl_ca": "tls_ca",
    "tls_cert": "tls_cert",
    "ssl_cert": "tls_cert",
    "tls_key": "tls_key",
    "ssl_key": "tls_key",
    "unix_socket": "socket",
    "connect_timeout": "connect_timeout",
    "timeout": "timeout",
    "charset": "",
}
"""Words that a URL may carry behind its question mark, and the field each fills."""


@dataclass(frozen=True)
class Address:
    """Where a server is and how to log in.

    Parameters
    ----------
    host, port, user, password, database
        As MySQL names them. Neither ``str()`` nor ``repr()`` shows the password.
    socket : Path, optional
        Unix socket instead of host and port.
    tls : {"preferred", "required", "verify_ca", "verify_identity", "disabled"}
        ``preferred`` encrypts where the server can and checks no certificate; ``required`` refuses a server that
        cannot; the last two also check who the server is.
    tls_ca, tls_cert, tls_key : Path, optional
        Certificates as PEM files: whom to trust, and who we are.
    connect_timeout, timeout : float
        Seconds to wait for a connection, and for an answer. A server whose disk is full does not answer.

    Examples
    --------
    >>> str(Address.from_url("mysql+pymysql://ana:secret@db.example.com/shop"))
    'ana@db.example.com:3306/shop'
    """

    host: str = "localhost"
    port: int = 3306
    user: str = "root"
    password: str = field(default="", repr=False)
    database: str = "marketing_db"
    socket: Path | None = None
    tls: Tls = "preferred"
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    connect_timeout: float = 10
    timeout: float = 900

    def __post_init__(self) -> None:
        if self.tls not in TLS_MODES:
            raise ConfigurationError(
                "unknown TLS mode", where="mysql.tls", got=repr(self.tls), allowed=", ".join(TLS_MODES)
            )
        if self.tls in ("verify_ca", "verify_identity") and self.tls_ca and not Path(self.tls_ca).is_file():
            raise ConfigurationError("the certificate file is not there", where="mysql.tls_ca", got=str(self.tls_ca))

    @classmethod
    def from_url(cls, url: str, **others: Any) -> Self:
        """Return the address that a URL names, such as ``mysql+pymysql://user:password@host:3306/database?tls=required``.

        Raises
        ------
        ConfigurationError
            It is no MySQL address, or names an option that is not known; the message shows no password.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"):
            raise ConfigurationError(
                "this is no address of a MySQL database",
                where="mysql.url",
                got=f"{parts.scheme or 'no'} scheme",
                allowed="mysql+pymysql://user@host:3306/database",
            )
        values: dict[str, Any] = {
            "host": parts.hostname,
            "port": _port(parts),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "database": unquote(parts.path.strip("/")),
        }
        return cls(**others | {name: value for name, value in values.items() if value} | _options(parts.query))

    @classmethod
    def from_parts(cls, *, url: str | None = None, **parts: Any) -> Self:
        """Return the address of settings by their names; a URL wins over the parts that it names."""
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in parts.items() if value is not None and name in known}
        return cls.from_url(url, **given) if url else cls(**given)

    def __str__(self) -> str:
        place = str(self.socket) if self.socket else f"{self.host}:{self.port}"
        return f"{self.user}@{place}/{self.database}"

    @property
    def is_local(self) -> bool:
        """Tell whether what is said to the server stays on this machine."""
        return self.socket is not None or self.host in _LOCAL

    @property
    def may_be_plain(self) -> bool:
        """Tell whether rows may be read without encryption."""
        return self.socket is None and (self.tls == "disabled" or (self.tls == "preferred" and self.is_local))

    def without_database(self) -> Self:
        """Return the server alone."""
        return replace(self, database="")

    def driver_options(self) -> dict[str, Any]:
        """Return what the driver's ``connect`` takes."""
        options: dict[str, Any] = {
            "user": self.user,
            # The driver would encode text as Latin-1.
            "password": self.password.encode("utf-8"),
            "database": self.database or None,
            "connect_timeout": self.connect_timeout,
            "read_timeout": self.timeout,
            "write_timeout": self.timeout,
            "charset": "utf8mb4",
            "program_name": "payback",
            "autocommit": True,
        }
        options |= {"unix_socket": str(self.socket)} if self.socket else {"host": self.host, "port": self.port}
        if self.tls == "disabled":
            return options | {"ssl_disabled": True}
        return options if self.tls == "preferred" else options | {"ssl": self._context()}

    def plain_url(self) -> str:
        """Return the address for a reader that knows no TLS; it carries the password."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"mysql://{login}@{self.host}:{self.port}/{quote(self.database, safe='')}"

    def _context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=str(self.tls_ca) if self.tls_ca else None)
            if self.tls_cert:
                context.load_cert_chain(str(self.tls_cert), str(self.tls_key) if self.tls_key else None)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError("a certificate cannot be used", where="mysql.tls_ca", got=str(error)) from error
        # Python 3.13 is stricter than the certificates that MySQL makes for itself.
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        context.check_hostname = self.tls == "verify_identity"
        context.verify_mode = ssl.CERT_NONE if self.tls == "required" else ssl.CERT_REQUIRED
        return context


def _port(parts: Any) -> int | None:
    try:
        port: int | None = parts.port
    except ValueError as error:
        raise ConfigurationError("the address has no valid port", where="mysql.url", allowed="1 to 65535") from error
    return port


def _options(query: str) -> dict[str, Any]:
    """Return the fields that the options of a URL fill."""
    found: dict[str, Any] = {}
    for word, value in parse_qsl(query):
        if word not in _QUERY:
            known = sorted(name for name, target in _QUERY.items() if target)
            raise ConfigurationError(
                "the address has an option that is not known", where="mysql.url", got=word, allowed=", ".join(known)
            )
        name = _QUERY[word]
        if name == "tls":
            found[name] = value.lower()
        elif name.endswith("timeout"):
            found[name] = float(value)
        elif name:
            found[name] = Path(value)
    return found
