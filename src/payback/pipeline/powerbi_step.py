"""Write the Power BI project: as a step of a run, and when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from payback.errors import PaybackError, UsageError
from payback.pipeline.cleaning_step import QUALITY, has_rows, row_accounts
from payback.tables import CUSTOMER_SEGMENTS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from payback.data_loader import DataLoader
    from payback.pipeline.record import RunRecord
    from payback.publishing.powerbi import ProjectOptions
    from payback.publishing.results import Results

FOLDER = "powerbi"
_TABLES = ("clean_campaigns", "clean_customers", "campaign_traffic")
_NAMED = 5
"""Changed files that a message names."""


@dataclass(frozen=True)
class Written:
    """What was written.

    Parameters
    ----------
    path : Path
        The file to open in Power BI Desktop.
    kept : list of str
        Files that somebody changed; then the definitions were left as they are and only the rows are new.
    options : ProjectOptions
        How it was written.
    data_folder : str
        What the parameter ``DataFolder`` says; empty where the rows come from MySQL.
    """

    path: Path
    kept: list[str]
    options: ProjectOptions
    data_folder: str

    @property
    def warning(self) -> str:
        """What to say about changed files; empty where there are none."""
        if not self.kept:
            return ""
        more = f" and {len(self.kept) - _NAMED} more" if len(self.kept) > _NAMED else ""
        names = ", ".join(self.kept[:_NAMED]) + more
        return (
            f"the Power BI project was changed by somebody, so only its rows are new: {names}; "
            "payback powerbi --force writes it anew and keeps the changed one beside it"
        )


def publish_powerbi(loader: DataLoader, results: Results, record: RunRecord) -> list[dict[str, str]]:
    """Write the project of a run; return name, format and path.

    A project that somebody changed keeps its definitions; its rows are renewed, and the run says so.
    """
    written = write(loader, results, project_options(loader), loader.settings.paths.outputs / FOLDER)
    if written.warning:
        record.warnings.append(written.warning)
    return [{"name": "power bi", "format": "powerbi", "path": str(written.path)}]


def make_project(loader: DataLoader, options: ProjectOptions, folder: Path | None = None) -> Written:
    """Write the project from what the warehouse holds, cleaning it first where something new was loaded.

    Parameters
    ----------
    loader : DataLoader
        The project.
    options : ProjectOptions
        How to write it.
    folder : Path, optional
        Where to; ``powerbi`` in ``paths.outputs`` by default.

    Raises
    ------
    PublishingError
        The folder cannot be written.
    UsageError
        The rows are to come from MySQL, but the warehouse is none.
    """
    from payback.pipeline.questions import ensure_clean

    ensure_clean(loader)
    return write(loader, _results(loader), options, folder or loader.settings.paths.outputs / FOLDER)


def write(loader: DataLoader, results: Results, options: ProjectOptions, folder: Path) -> Written:
    """Write a project, or only its rows where somebody changed it."""
    from payback.publishing.powerbi import changes_of, refresh_rows, write_project
    from payback.publishing.powerbi.project import PROJECT_FILE

    warehouse = loader.warehouse
    if options.source == "mysql" and loader.settings.warehouse.kind != "mysql":
        raise UsageError(
            "Power BI can read from MySQL only where the warehouse is MySQL",
            got=f"warehouse.kind: {loader.settings.warehouse.kind}",
            hint="leave out --source mysql, or keep the tables in MySQL: docs/how-to/use-mysql.md",
        )
    warehouse.expose(*_TABLES)
    given = _with_segments(results)
    kept = [] if options.force else changes_of(folder)
    if kept:
        refresh_rows(warehouse.engine, given, folder)
    else:
        write_project(warehouse.engine, given, folder, options)
    if options.source == "mysql":
        _fill_mysql(loader, given)
    place = "" if options.source == "mysql" else options.with_folder(folder)
    return Written(folder / PROJECT_FILE, kept, options, place)


def _fill_mysql(loader: DataLoader, results: Results) -> None:
    """Make the views and fill the tables that Power BI reads from MySQL."""
    from payback.publishing.powerbi.data import DataWriter
    from payback.publishing.powerbi.mysql import table_statements, view_statements

    session: Any = loader.warehouse.session  # type: ignore[attr-defined]  # the warehouse is MySQL
    for statement in view_statements():
        session.ddl(statement)
    for statement, values in table_statements(DataWriter(loader.warehouse.engine, results)):
        if values:
            with session.transaction():
                session.execute(statement, values)
        else:
            session.ddl(statement)


def project_options(loader: DataLoader, **changes: Any) -> ProjectOptions:
    """Return how the settings want the project; ``changes`` that are not None replace theirs."""
    from payback.publishing.powerbi import ProjectOptions

    chosen = loader.settings.powerbi
    given = {name: value for name, value in changes.items() if value is not None}
    plain = ProjectOptions(chosen.source, chosen.incremental, chosen.dark)
    return replace(plain, **_server(loader), **given)


def _server(loader: DataLoader) -> dict[str, Any]:
    """Return where the MySQL server is, without user and password."""
    address = getattr(loader.warehouse, "address", None)
    if address is None:
        return {}
    port = "" if address.port == 3306 else f":{address.port}"  # noqa: PLR2004 - the port that needs no mention
    return {"server": f"{address.host}{port}", "database": address.database}


def _results(loader: DataLoader) -> Results:
    """Return the verdicts, the segments and the account of rows of the clean tables."""
    from datetime import UTC, datetime

    from payback import __version__
    from payback.pipeline.questions import campaign_roi
    from payback.publishing.results import Results, RowAccount, Summary

    roi, _ = campaign_roi(loader)
    summary = Summary(
        "Payback",
        None,
        None,
        datetime.now(UTC).replace(microsecond=0),
        __version__,
        "",
        [RowAccount(**account) for account in row_accounts(loader)],
    )
    tables = {"roi_by_campaign": roi, QUALITY: loader.warehouse.read(QUALITY)}
    return Results(summary, tables | _segments(loader))


def _segments(loader: DataLoader) -> dict[str, pa.Table]:
    from payback.pipeline.segment_step import segment

    if not has_rows(loader, "clean_customers"):
        return {}
    try:
        segments, profiles, _ = segment(loader)
    except PaybackError:
        return {}  # too few customers must not cost the team its project
    return {"customer_segments": segments, "segment_profiles": profiles}


def _with_segments(results: Results) -> Results:
    """Return the results with a table of segments: those of an earlier run, in the warehouse, are not this run's."""
    import pyarrow as pa

    if CUSTOMER_SEGMENTS.name in results.tables:
        return results
    kinds = {"integer": pa.int64(), "text": pa.string()}
    fields = [pa.field(column.name, kinds[column.type]) for column in CUSTOMER_SEGMENTS.columns]
    empty = pa.schema(fields).empty_table()
    return replace(results, tables={**results.tables, CUSTOMER_SEGMENTS.name: empty})
