"""The charts of a project, for notebooks and for whoever wants pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payback.publishing.images import Charts


def charts(project: Path | str = ".") -> Charts:
    """Return the charts of what the last run of a project kept; the database is not opened.

    Parameters
    ----------
    project : path
        Folder of the project, the current one by default.

    Returns
    -------
    Charts
        ``svg``, ``png`` and ``chart`` draw one by name; a notebook shows all of them. Close it, or use ``with``.

    Raises
    ------
    PublishingError
        No run has kept anything yet.
    ConfigurationError
        The parts that draw are not installed: ``pip install "payback[images]"``.

    Examples
    --------
    >>> from payback import charts
    >>> with charts("shop") as drawn:                                           # doctest: +SKIP
    ...     Path("trend.png").write_bytes(drawn.png("trend", period="28d"))
    """
    from payback.config import load_settings
    from payback.pipeline.report import looked
    from payback.publishing.images import Charts

    folder = Path(project).resolve()
    return Charts(looked(load_settings(folder), folder))
