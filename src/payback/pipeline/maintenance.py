"""``payback maintain``: clear away what is old or left over, and put the database in order."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from payback.operations.leftovers import Leftover, drafts, old_logs, size_of, spill_folders
from payback.pipeline.record import now
from payback.warehouse.archive.keeping import dead_drafts, remove, superfluous
from payback.warehouse.duckdb_place import leftovers
from payback.warehouse.opening import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from payback.pipeline.keeping import Keeper
    from payback.warehouse.base import Warehouse

_log = logging.getLogger(__name__)


@dataclass
class MaintenanceReport:
    """What was cleared away, or would be.

    Parameters
    ----------
    removed : list of Leftover
        Files and folders.
    kept : list of Leftover
        Those that the system did not let go.
    runs : int
        Run records that were deleted.
    months : dict of str to list of str
        Months that were dropped, by table; only on a MySQL server and only with ``mysql.keep_months``.
    database : dict
        Of a DuckDB file its bytes ``before`` and ``after``, those that were ``empty``, and whether it was
        ``rewritten``; of a server the number of tables ``analyzed``.
    """

    removed: list[Leftover] = field(default_factory=list)
    kept: list[Leftover] = field(default_factory=list)
    runs: int = 0
    months: dict[str, list[str]] = field(default_factory=dict)
    database: dict[str, Any] = field(default_factory=dict)


def maintain(keeper: Keeper, *, dry_run: bool = False) -> MaintenanceReport:
    """Clear away what is old or left over, and put the database in order. Files of people are never touched.

    Parameters
    ----------
    keeper : Keeper
        The project and its database.
    dry_run : bool
        Only say what would go.

    Raises
    ------
    WarehouseBusyError
        Another program holds the database; the files are cleared then already.
    """
    report = MaintenanceReport()
    keeper.say("clearing files")
    for kind, path in _files(keeper):
        found = Leftover(kind, str(path), size_of(path))
        (report.removed if dry_run or remove(path) else report.kept).append(found)
    if keeper.kind == "duckdb" and not keeper.path.exists():
        return report
    keeper.say("putting the database in order")
    with closing(_opened(keeper, dry_run=dry_run)) as warehouse:
        report.runs = _clear_runs(warehouse, keeper.settings.maintenance.keep_run_days, dry_run=dry_run)
        if keeper.kind != "duckdb":
            _tidy_server(keeper, warehouse, report, dry_run=dry_run)
    if keeper.kind == "duckdb":
        report.database = _compact(keeper, dry_run=dry_run)
    return report


def _files(keeper: Keeper) -> list[tuple[str, Path]]:
    """Return what may go, by kind."""
    settings, project = keeper.settings, keeper.project
    outputs = [project / settings.paths.outputs, project / settings.paths.processed_data]
    old = superfluous(keeper.archives(), keeper.database, settings.backup.keep)
    found = [("log", path) for path in old_logs(project / settings.logging.file, settings.logging.backups)]
    found += [("draft", path) for path in (*drafts(outputs), *dead_drafts(keeper.folder))]
    found += [("temporary folder", path) for path in spill_folders([None, settings.engine.temp_directory])]
    found += [("backup", one.path) for one in old]
    if keeper.kind == "duckdb":
        found += [("draft", path) for path in leftovers(keeper.path)]
    return found


def _opened(keeper: Keeper, *, dry_run: bool) -> Warehouse:
    options = keeper.options()
    if keeper.kind == "duckdb":
        options["read_only"] = dry_run
    return open_warehouse(keeper.kind, keeper.path, **options)


def _clear_runs(warehouse: Warehouse, days: int | None, *, dry_run: bool) -> int:
    """Delete the records of old runs; the last one that ended well stays: the next run compares itself with it."""
    if days is None:
        return 0
    rows = warehouse.records("runs")
    last = max((str(row["run_id"]) for row in rows if row["status"] == "done"), default="")
    first = now() - timedelta(days=days)
    old = [
        str(row["run_id"])
        for row in rows
        if row["started_at"] < first and row["status"] != "running" and row["run_id"] != last
    ]
    if old and not dry_run:
        with warehouse.transaction():
            for run_id in old:
                warehouse.delete("run_steps", {"run_id": run_id})
                warehouse.delete("runs", {"run_id": run_id})
    return len(old)


def _compact(keeper: Keeper, *, dry_run: bool) -> dict[str, Any]:
    from payback.warehouse.duckdb_compact import compact

    share = keeper.settings.maintenance.compact_at
    return {**compact(keeper.path, share=share, dry_run=dry_run, **keeper.options()).__dict__}


def _tidy_server(keeper: Keeper, warehouse: Any, report: MaintenanceReport, *, dry_run: bool) -> None:
    """Drop a scratch database that was left, months that are too old, and let the server count its indexes."""
    from payback.warehouse.mysql.partitions import months_back
    from payback.warehouse.mysql.tidying import analyze, drop_scratch, left_scratch, old_months

    if name := left_scratch(warehouse):
        report.removed.append(Leftover("scratch database", name))
        if not dry_run:
            drop_scratch(warehouse, name)
    if months := keeper.settings.mysql.keep_months:
        first = months_back(now().date(), months)
        report.months = old_months(warehouse, first) if dry_run else warehouse.prune(first)
    if not dry_run:
        report.database = {"analyzed": analyze(warehouse)}
