"""What the server answers."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from payback.errors import PaybackError, UsageError
from payback.publishing.cube.query import query_of
from payback.publishing.dashboard.counters import Counters
from payback.publishing.dashboard.gate import Gate
from payback.publishing.dashboard.pages import shell
from payback.publishing.html.assets import SCRIPT, STYLE, bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from payback.publishing.dashboard.access import Access
    from payback.publishing.dashboard.live import Live

WORKERS = 4
"""Queries that run beside each other; further ones wait."""
_SMALL = 2_000
_TYPES = {SCRIPT: "text/javascript; charset=utf-8", STYLE: "text/css; charset=utf-8"}
_JSON = "application/json"


class Dashboard:
    """The answers, over one `Live`.

    Parameters
    ----------
    live : Live
        The data.
    """

    def __init__(self, live: Live) -> None:
        self.live = live
        self.counters = Counters()
        built = bundle()
        self.assets = {SCRIPT: built.script.encode("utf-8"), STYLE: built.style.encode("utf-8")}
        self.zipped = {name: gzip.compress(content, 6, mtime=0) for name, content in self.assets.items()}
        self.version = _tag(b"".join(self.assets.values()))
        self.built = built
        self._workers: anyio.CapacityLimiter | None = None

    def app(self, access: Access) -> ASGIApp:
        """Return the application, behind its gate."""
        routes = [
            Route("/", self.page, methods=["GET"]),
            Route("/api/data", self.data, methods=["GET"]),
            Route("/api/query", self.query, methods=["POST"]),
            Route("/api/export", self.export, methods=["POST"]),
            Route("/assets/{name}", self.asset, methods=["GET"]),
            Route("/healthz", self.health, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]
        handlers: Any = {HTTPException: _http_problem, PaybackError: _problem}
        return Gate(Starlette(routes=routes, exception_handlers=handlers), access, self.counters)

    async def page(self, request: Request) -> Response:
        """Return the page."""
        snapshot = await self._in_thread(self.live.current)
        text, policy = shell(snapshot, self.built, self.version)
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
        return _tagged(request, text.encode("utf-8", "replace"), headers)

    async def asset(self, request: Request) -> Response:
        """Return the script or the style."""
        name = request.path_params["name"]
        if name not in self.assets:
            raise HTTPException(404)
        headers = {"Content-Type": _TYPES[name], "ETag": f'"{self.version}"', "Vary": "Accept-Encoding"}
        headers["Cache-Control"] = "private, max-age=31536000, immutable"
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.zipped[name], headers={**headers, "Content-Encoding": "gzip"})
        return Response(self.assets[name], headers=headers)

    async def data(self, request: Request) -> Response:
        """Return everything but the cube."""
        snapshot = await self._in_thread(self.live.current)
        headers = {"X-Payback-Version": snapshot.version, "Content-Type": _JSON}
        return _tagged(request, snapshot.data, headers)

    async def query(self, request: Request) -> Response:
        """Return the answer to a query."""
        query = query_of(await _json(request))
        snapshot = await self._in_thread(self.live.current)
        answer = await self._in_thread(partial(self.live.answer, snapshot, query))
        headers = {"X-Payback-Version": snapshot.version, "Cache-Control": "no-store", "Content-Type": _JSON}
        packed: Response = await self._in_thread(partial(_zipped, request, answer, headers))
        return packed

    async def export(self, request: Request) -> Response:
        """Return what a page shows, as a file."""
        from payback.publishing.dashboard.exports import export

        asked = await _json(request)
        content, kind, name = await self._in_thread(partial(export, asked))
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    async def health(self, request: Request) -> Response:
        """Say that the server is up and has data."""
        del request
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def metrics(self, request: Request) -> Response:
        """Return what the server has done."""
        del request
        text = self.counters.text(self.live)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        if self._workers is None:
            self._workers = anyio.CapacityLimiter(WORKERS)
        return await anyio.to_thread.run_sync(work, limiter=self._workers)


async def _json(request: Request) -> object:
    if request.headers.get("content-type", "").partition(";")[0].strip() != _JSON:
        raise HTTPException(415, "Send JSON.")
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(400, "This is no JSON.") from None


def _tagged(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """Return an answer with a tag, and nothing but the tag to a browser that has it already."""
    tag = f'"{_tag(content)}"'
    headers = {**headers, "ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if k != "Content-Type"})
    return _zipped(request, content, headers)


def _zipped(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """Return an answer, packed for who reads it from another machine: on this one packing only takes time."""
    local = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    headers = {**headers, "Vary": "Accept-Encoding"}
    wants = "gzip" in request.headers.get("accept-encoding", "")
    if not wants or len(content) < _SMALL or (local and "x-forwarded-for" not in request.headers):
        return Response(content, headers=headers)
    return Response(gzip.compress(content, 1, mtime=0), headers={**headers, "Content-Encoding": "gzip"})


def _tag(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


async def _problem(request: Request, error: Exception) -> Response:
    """Say what was wrong with what was asked; what is wrong here is for the log."""
    del request
    if isinstance(error, UsageError):
        return PlainTextResponse(str(error), 400)
    raise error


async def _http_problem(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, HTTPException):
        return PlainTextResponse("", 500)
    return PlainTextResponse(error.detail, error.status_code, error.headers)
