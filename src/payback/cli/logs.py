"""Logging as the specification has it: `app.log`, rotated, and the console, in its format."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from payback.config import Settings

FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


def set_up_logging(folder: Path, settings: Settings, *, verbose: bool = False) -> None:
    """Send the log to the project's file and to the console.

    The console shows warnings; with ``verbose`` or where nobody looks at a progress bar (no terminal) it shows all.
    """
    chosen = settings.logging
    path = folder / chosen.file
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.INFO if verbose else logging.ERROR + 1)
    handlers: list[logging.Handler] = [console]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(
                path, maxBytes=int(chosen.max_mb * 10**6), backupCount=chosen.backups, encoding="utf-8", delay=True
            )
        )
    except OSError:
        logging.getLogger(__name__).warning("no log file: %s cannot be written", path)
    logging.basicConfig(level=chosen.level, format=FORMAT, handlers=handlers, force=True)
