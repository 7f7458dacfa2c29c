"""Put the finished tables together and write every output."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from payback.pipeline.cleaning_step import QUALITY, row_accounts
from payback.pipeline.cube_step import FOLDER, keep_cube
from payback.pipeline.powerbi_step import publish_powerbi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from payback.data_loader import DataLoader
    from payback.pipeline.record import RunRecord
    from payback.publishing.results import Results

ROI_TABLES = {
    "roi_total": "total",
    "roi_by_channel": "channel",
    "roi_by_campaign": "campaign",
    "roi_by_source": "source",
    "roi_by_month": "month",
    "roi_by_week": "week",
    "roi_by_day": "day",
}
"""Result tables of campaign ROI and what each is grouped by."""

WORKBOOK = "payback.xlsx"
ROWS_OF_WORKBOOK = 100_000
"""A longer table is published as Parquet or CSV only, if one of them is."""
REPORT = "report.html"


def roi_tables(loader: DataLoader) -> dict[str, pa.Table]:
    """Return every ROI table."""
    from payback.analysis.campaign_roi import campaign_roi
    from payback.pipeline.questions import evidence

    loader.warehouse.expose("clean_campaigns")
    wanted = evidence(loader)
    return {
        name: campaign_roi(loader.warehouse.engine, "clean_campaigns", by, evidence=wanted)
        for name, by in ROI_TABLES.items()
    }


def publish(loader: DataLoader, tables: Mapping[str, pa.Table], record: RunRecord) -> list[dict[str, str]]:
    """Write the outputs that the settings ask for; return name, format and path of each."""
    from payback.publishing.excel import write_workbook
    from payback.publishing.parquet import publish_tables
    from payback.publishing.results import Results

    quality = loader.warehouse.read(QUALITY)
    results = Results(_summary(loader, tables, record), {**tables, QUALITY: quality})
    outputs: Path = loader.settings.paths.outputs
    formats = loader.settings.publishing.formats
    written: list[dict[str, str]] = []
    plain = [kind for kind in formats if kind in ("parquet", "csv")]
    for name, paths in publish_tables(results, outputs / "tables", plain).items():
        written += [{"name": name, "format": kind, "path": str(path)} for kind, path in paths.items()]
    if "excel" in formats:
        path = write_workbook(_for_workbook(results, plain), outputs / WORKBOOK)
        written.append({"name": "workbook", "format": "excel", "path": str(path)})
    written += keep_cube(loader, results)
    if "html" in formats:
        written.append({"name": "report", "format": "html", "path": str(_write_report(loader, record))})
    if "powerbi" in formats:
        # The last: a project that is open in Power BI Desktop cannot be moved, and the others are written then.
        written += publish_powerbi(loader, results, record)
    return written


def _write_report(loader: DataLoader, record: RunRecord) -> Path:
    """Write the report; a checkout whose front end is not built gets the page without scripts, and a warning."""
    from payback.publishing.cube.folder import kept
    from payback.publishing.html.assets import has_bundle
    from payback.publishing.html.report_file import write_report

    settings = loader.settings
    outputs: Path = settings.paths.outputs
    if not has_bundle():
        record.warnings.append("the report has no filters: its pages have not been built (make frontend)")
    data = kept(outputs / FOLDER)
    cells = settings.report.maximum_cells
    return write_report(data, outputs / REPORT, maximum_cells=cells, scripts=has_bundle())


def _for_workbook(results: Results, kinds: Sequence[str]) -> Results:
    """Leave out tables that nobody scrolls through; the summary sheet says where they are.

    A million rows take a spreadsheet twenty seconds to write and a minute to open.
    """
    long = {name for name, table in results.tables.items() if table.num_rows > ROWS_OF_WORKBOOK}
    if not long or not kinds:
        return results
    sizes = {name: results.tables[name].num_rows for name in sorted(long)}
    warnings = [
        f"{name} has {rows:,} rows, too many for a workbook: see tables/{name}.{kinds[0]}"
        for name, rows in sizes.items()
    ]
    summary = replace(results.summary, warnings=[*results.summary.warnings, *warnings])
    return replace(
        results, summary=summary, tables={name: table for name, table in results.tables.items() if name not in long}
    )


def _summary(loader: DataLoader, tables: Mapping[str, pa.Table], record: RunRecord) -> Any:
    from payback.publishing.results import RowAccount, Summary

    total = tables["roi_total"].to_pylist() if "roi_total" in tables else []
    days = [(row["first_day"], row["last_day"]) for row in total if row["first_day"]]
    accounts = row_accounts(loader)
    record.rows = [{name: _json(value) for name, value in account.items()} for account in accounts]
    roi = loader.settings.roi
    return Summary(
        title="What the campaigns paid back",
        first_day=min((first for first, _ in days), default=None),
        last_day=max((last for _, last in days), default=None),
        created_at=datetime.now(UTC).replace(microsecond=0),
        version=record.version,
        run_id=record.run_id,
        rows=[RowAccount(**account) for account in accounts],
        warnings=record.warnings,
        confidence=roi.confidence,
        target_roi=roi.target_roi,
    )


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
