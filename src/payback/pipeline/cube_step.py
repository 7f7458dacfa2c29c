"""Keep the cube and the data of the report: what the report file and the dashboard are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from payback.config import Settings
    from payback.data_loader import DataLoader
    from payback.publishing.cube.report_data import ReportOptions
    from payback.publishing.results import Results

FOLDER = "cube"
_USED = ("clean_campaigns", "clean_customers", "loads", "revisions", "campaign_traffic")
"""Tables that the data of the report is made from, where the warehouse has them."""


def keep_cube(loader: DataLoader, results: Results) -> list[dict[str, str]]:
    """Write cube, data and the page without scripts; return name, format and path of each.

    Parameters
    ----------
    loader : DataLoader
        The project, its clean tables made.
    results : Results
        The finished tables and the summary.
    """
    from payback.publishing.cube.building import build_cube
    from payback.publishing.cube.folder import keep
    from payback.publishing.cube.report_data import report_data
    from payback.publishing.html.static import render_static

    warehouse, settings = loader.warehouse, loader.settings
    warehouse.expose(*(name for name in _USED if name in TABLES))
    build_cube(warehouse.engine)
    data = report_data(warehouse.engine, results, report_options(settings, loader.project))
    paths = keep(warehouse.engine, settings.paths.outputs / FOLDER, data, render_static(results))
    warehouse.engine.execute("drop table if exists temp.cube")
    kinds = {".json": "json", ".parquet": "parquet cube", ".html": "html part"}
    return [{"name": "report data", "format": kinds[path.suffix], "path": str(path)} for path in paths]


def report_options(settings: Settings, project: Path) -> ReportOptions:
    """Return how the report looks, as the settings say."""
    from payback.publishing.cube.report_data import ReportOptions
    from payback.publishing.html.logo import logo_address

    report = settings.report
    return ReportOptions(
        title=report.title,
        locale=report.locale,
        currency=report.currency,
        theme=report.theme,
        logo=logo_address(project / report.logo) if report.logo else None,
        annotations=[(str(day), text) for day, text in sorted(report.annotations.items())],
    )
