"""The gate before every answer: who may come in, how much may be sent, and the headers that every answer carries."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from payback.publishing.dashboard.pages import door_page, entering_page, login_page

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from payback.publishing.dashboard.access import Access
    from payback.publishing.dashboard.counters import Counters

_log = logging.getLogger(__name__)

OPEN = frozenset({"/healthz", "/login"})
"""What anybody may ask for."""
MOST_BYTES = {"/api/query": 256_000, "/api/export": 20_000_000, "/login": 4_000}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_PLAIN_POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_LONGEST_SECRET = 1_000
_TOO_LARGE = "More was sent than is read."
_LAST = {"Cache-Control": "no-store", "Connection": "close"}


class Gate:
    """Lets in who may come in, and counts.

    Parameters
    ----------
    app : ASGI application
        What stands behind the gate.
    access : Access
        Who may come in.
    counters : Counters
        What is counted.
    """

    def __init__(self, app: ASGIApp, access: Access, counters: Counters) -> None:
        self.app, self.access, self.counters = app, access, counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        path = scope["path"]

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            await send(message)

        try:
            await self._answer(scope, receive, counted)
        finally:
            self.counters.count(path, status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        refusal = self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        limited = _limited(receive, MOST_BYTES.get(scope["path"], 0))
        if scope["path"] == "/login":
            response = await self._login(Request(scope, limited))
            await response(scope, receive, send)
            return
        refusal = None if scope["path"] in OPEN else self._admission(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, limited, send)

    def _refusal(self, request: Request) -> Response | None:
        """Return what is said to a request that was not meant for us, or that another site's page has made."""
        if not self.access.knows_host(request.headers.get("host")):
            return _refused(421, "This server does not go by that name.")
        is_page = request.method == "GET" and not request.url.path.startswith("/api/")
        if not is_page and not self.access.is_own(request.headers):
            return _refused(403, "Requests of other sites are refused.")
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES.get(request.url.path, 0):
            return _too_large()
        return None

    def _admission(self, request: Request) -> Response | None:
        """Return None to who may come in, else what is said to them."""
        access = self.access
        if access.has_session(request.cookies.get(cookie_name(request))):
            return None
        given = access.header_secret(request.headers.get("authorization"))
        token = request.query_params.get("token") if request.url.path == "/" and not access.has_password else None
        if given is None and token is None:
            return self._unknown(request)
        wait = access.must_wait()
        if wait:
            return _wait(wait)
        if not access.is_secret((given if given is not None else token or "")[:_LONGEST_SECRET]):
            access.failed()
            _log.warning("a wrong %s from %s", "password" if access.has_password else "token", _client(request))
            return self._unknown(request)
        if given is not None:
            return None
        # A page of ours must lead on: browsers send a strict cookie with no request that another site has begun.
        return _with_cookie(request, access, entering_page())

    async def _login(self, request: Request) -> Response:
        access = self.access
        if not access.has_password:
            return _refused(404, "There is nothing here.")
        if request.method != "POST":
            return login_page()
        wait = access.must_wait()
        if wait:
            return _wait(wait)
        try:
            content = await request.body()
        except HTTPException:
            return _too_large()
        form = parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True)
        if access.is_secret(form.get("password", [""])[0][:_LONGEST_SECRET]):
            return _with_cookie(request, access, RedirectResponse("./", 303))
        access.failed()
        _log.warning("a wrong password from %s", _client(request))
        return login_page(wrong=True)

    def _unknown(self, request: Request) -> Response:
        if self.access.has_password and request.url.path == "/":
            return RedirectResponse("login", 303)
        if self.access.has_password:
            return PlainTextResponse("Log in first.", 401, {"WWW-Authenticate": 'Basic realm="Payback"'})
        if request.url.path == "/" and "text/html" in request.headers.get("accept", ""):
            return door_page()
        return _refused(401, "Open the address that payback serve printed: it carries the token.")


def cookie_name(request: Request) -> str:
    """Return the name of the cookie: cookies know no ports, and several servers may run on one machine."""
    server = request.scope.get("server")
    return f"payback_{server[1] if server else 0}"


def _with_cookie(request: Request, access: Access, response: Response) -> Response:
    response.set_cookie(
        cookie_name(request), access.open_session(), path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


def _limited(receive: Receive, most: int) -> Receive:
    """Return a receiver that stops reading what is too long, whatever its header said: an error like others inside."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, _TOO_LARGE, _LAST)
        return message

    return limited


def _too_large() -> Response:
    return PlainTextResponse(_TOO_LARGE, 413, _LAST)


def _refused(status: int, text: str) -> Response:
    return PlainTextResponse(text, status, {"Cache-Control": "no-store"})


def _wait(seconds: int) -> Response:
    return PlainTextResponse("Too many wrong tries.", 429, {"Retry-After": str(seconds), "Cache-Control": "no-store"})


def _client(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _missing(there: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of safety that an answer does not have yet."""
    names = {name.lower() for name, _ in there}
    wanted = {**_HEADERS, "Content-Security-Policy": _PLAIN_POLICY}
    return [(k.lower().encode(), v.encode()) for k, v in wanted.items() if k.lower().encode() not in names]
