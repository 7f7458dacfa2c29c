"""What the configuration and the caller say about one file."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from payback.sources.files import FileSettings
from payback.sources.reading import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from payback.config import Settings


def file_settings(settings: Settings, project: Path, file: Path, given: dict[str, Any]) -> FileSettings:
    """Return how a file is read: what was given wins over the patterns that fit it, later ones over earlier ones.

    Parameters
    ----------
    settings : Settings
        Of the project.
    project : Path
        Its folder, from which patterns count.
    file : Path
        The file.
    given : dict
        What the caller says; names of `payback.sources.files.FileSettings` and of its reading options.
    """
    load = settings.load
    values: dict[str, Any] = {
        "date_order": load.date_order,
        "decimal_sign": load.decimal_sign,
        "currency": settings.currency,
    }
    for pattern, rule in settings.files.items():
        if _matches(file, pattern, project):
            values |= {name: value for name, value in rule.model_dump().items() if value not in (None, {})}
    values |= given
    options = {n: values.pop(n) for n in ("encoding", "delimiter", "sheet", "header_line") if n in values}
    engine = settings.engine
    return FileSettings(
        **values,
        maximum_rejected_share=load.maximum_rejected_share,
        options=ReadOptions(
            maximum_ragged_share=load.maximum_ragged_share, temp_directory=engine.temp_directory, **options
        ),
    )


def _matches(file: Path, pattern: str, project: Path) -> bool:
    """Tell whether a pattern such as ``meta/*.csv`` names a file, by its name or its path in the project."""
    resolved = file.resolve()
    names = [file.name, resolved.as_posix()]
    if resolved.is_relative_to(project):
        names.append(resolved.relative_to(project).as_posix())
    return any(fnmatch.fnmatch(name, form) for name in names for form in (pattern, f"*/{pattern}"))
