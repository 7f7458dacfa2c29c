"""The pages of the server: the shell of the dashboard, the way in, the form for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.responses import HTMLResponse

from payback.publishing.html.assets import Bundle, content_hash
from payback.publishing.html.static import period_of, static_style, template, template_text

if TYPE_CHECKING:
    from payback.publishing.dashboard.live import Snapshot

_PRIVATE = "private, no-cache"


def shell(snapshot: Snapshot, built: Bundle, asset_version: str) -> tuple[str, str]:
    """Return the page of the dashboard and its content policy."""
    text = template("dashboard.html").render(
        title=snapshot.title or "Marketing ROI",
        period=period_of(snapshot.kept.data),
        static=Markup(snapshot.static),  # noqa: S704 - every value was escaped when it was made
        static_style=Markup(static_style()),  # noqa: S704 - our file
        version=asset_version,
    )
    del built
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' {content_hash(static_style())}; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def entering_page() -> HTMLResponse:
    """Return the page that takes a reader who brought the token to the dashboard."""
    text = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Payback</title>'
    text += (
        '<meta http-equiv="refresh" content="0; url=./"></head><body><a href="./">Open the dashboard</a></body></html>'
    )
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


def door_page() -> HTMLResponse:
    """Return the page for a reader who came without the token: where it is."""
    return _entrance("door.html", 401)


def login_page(*, wrong: bool = False) -> HTMLResponse:
    """Return the form that asks for the password."""
    answer = _entrance("login.html", 403 if wrong else 200, "form-action 'self'; ", wrong=wrong)
    # A form of a page without referrer says that it comes from nowhere, and such forms are refused.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _entrance(name: str, status: int, may: str = "", **values: object) -> HTMLResponse:
    """Return a page that stands before the dashboard; ``may`` is what its policy allows beside its style."""
    style = template_text("login.css")
    text = template(name).render(style=Markup(style), **values)  # noqa: S704 - our file
    policy = f"default-src 'none'; style-src {content_hash(style)}; base-uri 'none'; {may}frame-ancestors 'none'"
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Content-Security-Policy": policy})
