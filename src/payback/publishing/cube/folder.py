"""Where a run keeps the cube: a folder whose one JSON file names the others that belong to it.

The cube's file is named after its content and is written first; the JSON file that names it is replaced last. So a
reader that follows the JSON never meets the cube of one run beside the data of another, and a file that was removed
under its hands means only that a newer one is there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import literal
from payback.errors import PublishingError
from payback.publishing.files import Staging

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from payback.engine.duckdb import Engine

DATA = "report_data.json"
_PATTERNS = ("cube-*.parquet", "static-*.html")
_GRACE_SECONDS = 300
"""Files of an older run stay so long: somebody may be reading them."""
_ATTEMPTS = 5


@dataclass(frozen=True)
class Kept:
    """What a run kept for the report.

    Parameters
    ----------
    data : dict
        `ReportData` of the contract.
    cube : Path
        Parquet file of the cube.
    static : str
        The page without scripts, as HTML.
    version : str
        Changes whenever one of them does.
    """

    data: dict[str, Any]
    cube: Path
    static: str
    version: str


def keep(engine: Engine, folder: Path, data: Mapping[str, Any], static: str, *, cube: str = "cube") -> list[Path]:
    """Write cube, page without scripts and data into a folder, readable together at any moment.

    Parameters
    ----------
    engine : Engine
        Holds the cube.
    folder : Path
        The folder; made where it is missing.
    data : mapping
        `ReportData`.
    static : str
        The page without scripts.
    cube : str
        Name of the cube.

    Returns
    -------
    list of Path
        The files: data, cube, static page.

    Raises
    ------
    PublishingError
        A file cannot be written; what stood there before is still whole.
    """
    cube_name = _keep_cube(engine, folder, cube)
    page = static.encode("utf-8")
    page_name = f"static-{_digest(page)}.html"
    whole = {**data, "files": {"cube": cube_name, "static": page_name}}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    with Staging() as staging:  # files appear in this order
        staging.path(folder / page_name).write_bytes(page)
        staging.path(folder / DATA).write_text(text, encoding="utf-8", newline="\n")
    _sweep(folder, {cube_name, page_name})
    return [folder / DATA, folder / cube_name, folder / page_name]


def kept(folder: Path) -> Kept:
    """Return what the last run kept.

    Raises
    ------
    PublishingError
        No run has kept anything here, or it cannot be read.
    """
    path = folder / DATA
    for _ in range(_ATTEMPTS):
        try:
            content = path.read_bytes()
            data = json.loads(content)
            files = data.pop("files")
            cube = folder / str(files["cube"])
            static = (folder / str(files["static"])).read_text(encoding="utf-8")
            if cube.exists():
                return Kept(data, cube, static, _digest(content))
        except FileNotFoundError:
            if not path.exists():
                break
        except (ValueError, KeyError, TypeError) as error:
            raise PublishingError(
                "the data of the report is damaged", where=str(path), hint="make it anew: payback run --force"
            ) from error
        time.sleep(0.05)
    raise PublishingError("there is no data for a report yet", where=str(path), hint="make it first: payback run")


def _keep_cube(engine: Engine, folder: Path, cube: str) -> str:
    """Write the cube under the name of its content, which nothing else has; return the name."""
    with Staging() as staging:
        fresh = staging.path(folder / "cube.parquet")
        engine.execute(f"copy (from {cube}) to {literal(str(fresh))} (format parquet, compression zstd)")
        with fresh.open("rb") as file:
            name = f"cube-{hashlib.file_digest(file, _hash).hexdigest()}.parquet"
        staging.rename(folder / "cube.parquet", folder / name)
    return name


def _digest(content: bytes) -> str:
    return _hash(content).hexdigest()


def _hash(content: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(content, digest_size=8)


def _sweep(folder: Path, wanted: set[str]) -> None:
    """Remove the files of older runs, but those that somebody may still be reading."""
    for pattern in _PATTERNS:
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):
                if path.name not in wanted and time.time() - path.stat().st_mtime > _GRACE_SECONDS:
                    path.unlink()
