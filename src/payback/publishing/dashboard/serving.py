"""Open the socket and serve until somebody stops it."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from payback.errors import UsageError
from payback.publishing.dashboard.access import Access, is_loopback
from payback.publishing.dashboard.app import Dashboard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from payback.publishing.dashboard.live import Live

SHORTEST_PASSWORD = 8
_ANY = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True)
class Place:
    """Where a server listens.

    Parameters
    ----------
    socket : socket.socket
        Bound and listening.
    url : str
        What to open in a browser, the token included where there is one.
    access : Access
        Who may come in.
    """

    socket: socket.socket
    url: str
    access: Access


def open_place(
    host: str, port: int, *, password: str | None = None, token: str | None = None, names: Sequence[str] = ()
) -> Place:
    """Listen, and decide who may come in.

    Parameters
    ----------
    host : str
        Address to listen on; beyond loopback a password is needed.
    port : int
        Port; 0 takes a free one.
    password : str, optional
        What readers log in with.
    token : str, optional
        Token of a server without password; a new one by default.
    names : sequence of str
        Further names by which the server is called, such as that of a proxy before it.

    Raises
    ------
    UsageError
        The address cannot be listened on, or it can be reached by others and there is no password.
    """
    loopback = is_loopback(host)
    if not loopback and not password:
        raise UsageError(
            "others can reach this address, so it needs a password",
            where="--host",
            got=host or "every address",
            hint="give a file that holds one (--password-file), or set PAYBACK_SERVE__PASSWORD",
        )
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise UsageError("the password is too short", allowed=f"{SHORTEST_PASSWORD} letters or more")
    listening = _listen(host, port)
    secret = password or token or secrets.token_urlsafe(24)
    known = {"localhost", "127.0.0.1", "::1", host.lower(), *(name.lower() for name in names)}
    if not loopback:
        known.add(socket.gethostname().lower())
    access = Access(secret, has_password=password is not None, hosts=frozenset(known - set(_ANY)), loopback=loopback)
    return Place(listening, _url(host, listening, None if password else secret), access)


class Server(uvicorn.Server):
    """A server that says when it listens.

    Parameters
    ----------
    config : uvicorn.Config
        How it serves.
    started : callable, optional
        Called once it listens.
    """

    def __init__(self, config: uvicorn.Config, started: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets=sockets)
        if self._tell is not None:
            self._tell()


def server(live: Live, place: Place, *, started: Callable[[], None] | None = None) -> Server:
    """Return the server; its ``run(sockets=[place.socket])`` serves until it is told to stop."""
    config = uvicorn.Config(
        Dashboard(live).app(place.access),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=32_768,
        limit_concurrency=200,
    )
    return Server(config, started)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # On Windows the same option lets a second program take the port.
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(
            "this address cannot be listened on",
            where=f"{host}:{port}",
            got=getattr(error, "strerror", None) or str(error),
            hint="another program may have the port: choose one with --port, or --port 0 for any free one",
        ) from error
    return listening


def _url(host: str, listening: socket.socket, token: str | None) -> str:
    name = socket.gethostname() if host in _ANY else f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}/"
    return f"{address}?token={token}" if token else address
