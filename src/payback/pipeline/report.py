"""Show what the last run kept, as a file or live; the database is not opened."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payback.errors import UsageError
from payback.pipeline.cube_step import FOLDER, report_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import SecretStr

    from payback.config import Settings
    from payback.publishing.cube.folder import Kept
    from payback.publishing.dashboard.live import Live
    from payback.publishing.dashboard.serving import Place

DATA_FILES = ("report_data.json", "cube.bin")
_LOCALE = re.compile(r"([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?")


def looked(settings: Settings, project: Path, **changes: str | None) -> Kept:
    """Return what the last run kept, looking as the settings say now.

    Parameters
    ----------
    settings, project
        Of the project.
    **changes : str, optional
        Parts of `ReportOptions` that replace those of the settings; None leaves them.

    Raises
    ------
    PublishingError
        No run has kept anything yet.
    UsageError
        The currency to show first is not in the data, or the logo or the language tag cannot be used.
    """
    from payback.publishing.cube.folder import kept
    from payback.publishing.cube.report_data import with_options

    found = kept(settings.paths.outputs / FOLDER)
    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    options = replace(report_options(settings, project), **given)
    if not _LOCALE.fullmatch(options.locale):
        raise UsageError("this is no language tag", where="locale", got=options.locale[:40], allowed="such as de-DE")
    wanted, there = options.currency, found.data["currencies"]
    if wanted and there and wanted not in there:
        raise UsageError(
            "there is no money in this currency", where="currency", got=wanted, allowed=", ".join(sorted(there))
        )
    return replace(found, data=with_options(found.data, options))


def make_report(kept: Kept, path: Path, maximum_cells: int) -> Path:
    """Write the report file and return its path.

    Raises
    ------
    PublishingError
        The pages are not built, or the file cannot be written.
    """
    from payback.publishing.html.report_file import write_report

    return write_report(kept, path, maximum_cells=maximum_cells)


def write_data(kept: Kept, folder: Path, maximum_cells: int) -> list[Path]:
    """Write what the pages are given, for who works on them: `DATA_FILES`; return the paths."""
    from payback.publishing.files import Staging
    from payback.publishing.html.report_file import packed_report

    data, packed = packed_report(kept, maximum_cells)
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    with Staging() as staging:
        staging.path(folder / DATA_FILES[0]).write_text(text, encoding="utf-8", newline="\n")
        staging.path(folder / DATA_FILES[1]).write_bytes(packed)
    return [folder / name for name in DATA_FILES]


def open_dashboard(
    settings: Settings,
    project: Path,
    *,
    host: str | None = None,
    port: int | None = None,
    password_file: Path | None = None,
) -> tuple[Live, Place]:
    """Return the data of the dashboard and the place where it listens; what is None is as the settings say.

    Raises
    ------
    PublishingError
        No run has kept anything yet, or the pages are not built.
    UsageError
        The address cannot be listened on, or needs a password.
    """
    from payback.publishing.dashboard.live import Live
    from payback.publishing.dashboard.serving import open_place
    from payback.publishing.html.assets import bundle

    bundle()
    engine, serve, folder = settings.engine, settings.serve, settings.paths.outputs / FOLDER
    password = _password(password_file) if password_file else _revealed(serve.password)
    where = serve.host if host is None else host
    number = serve.port if port is None else port
    place = open_place(where, number, password=password, token=_revealed(serve.token), names=serve.names)
    try:
        live = Live(folder, lambda: looked(settings, project), memory_limit=engine.memory_limit, threads=engine.threads)
    except BaseException:
        place.socket.close()
        raise
    return live, place


def run_server(live: Live, place: Place, started: Callable[[], None]) -> None:
    """Serve until somebody stops it; ``started`` is called once it listens."""
    from payback.publishing.dashboard.serving import server

    try:
        server(live, place, started=started).run(sockets=[place.socket])
    except KeyboardInterrupt:
        pass  # the usual way to stop it, no failure
    finally:
        place.socket.close()
        live.close()


def _password(path: Path) -> str:
    """Return the first line of a file."""
    try:
        first = path.read_text(encoding="utf-8-sig").split("\n", 1)[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text in UTF-8"
        raise UsageError("the password cannot be read", where=str(path), got=reason) from error
    if not first:
        raise UsageError("the file of the password is empty", where=str(path))
    return first


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
