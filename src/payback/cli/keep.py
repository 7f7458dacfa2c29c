"""The commands that keep a project in order: backup, restore, maintain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payback.cli.printing import print_json, print_table, progress, say

if TYPE_CHECKING:
    from payback.cli.main import Project
    from payback.pipeline.keeping import BackupReport, Keeper, RestoreReport
    from payback.pipeline.maintenance import MaintenanceReport
    from payback.warehouse.archive.keeping import KeptArchive
    from payback.warehouse.archive.manifest import Manifest

_MB = 10**6
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_folder = click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the archives, instead of backup.folder.",
)


@click.group(invoke_without_command=True)
@_folder
@click.option("--keep", type=click.IntRange(min=1), help="Newest archives that stay, instead of backup.keep.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and deleted; write and delete nothing.")
@_json
@click.pass_context
def backup(ctx: click.Context, folder: Path | None, keep: int | None, dry_run: bool, as_json: bool) -> None:
    """Write every table of the database into one archive, as of one moment.

    The archive is read back and compared before it gets its name and before older ones go. It is a ZIP of Parquet files
    with a checksum of every byte. Outputs, segment models, settings and raw files are not in it.
    """
    ctx.meta["payback.folder"] = folder
    if ctx.invoked_subcommand:
        return
    with progress(quiet=as_json) as tell:
        report = _keeper(ctx.obj, folder, tell).back_up(keep=keep, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, **report.__dict__, "seconds": round(report.seconds, 3)})
        return
    _say_backup(report, dry_run=dry_run)


@backup.command("list")
@_folder
@_json
@click.pass_context
def list_(ctx: click.Context, folder: Path | None, as_json: bool) -> None:
    """Show the archives of the folder, the newest first."""
    keeper = _keeper(ctx.obj, folder or ctx.meta.get("payback.folder"))
    found = keeper.archives()
    own = keeper.database
    if as_json:
        print_json({"folder": keeper.folder, "archives": [_described(one, own) for one in found]})
        return
    if not found:
        say(f"no archives in {keeper.folder}: payback backup makes one")
        return
    columns = {"archive": "archive", "created_at": "made, UTC", "rows": ">rows", "mb": ">MB", "database": "database"}
    rows = [
        {
            "archive": one.path.name,
            "created_at": _minute(one.manifest) if one.manifest else "",
            "rows": f"{one.manifest.rows:,}" if one.manifest else "",
            "mb": f"{one.size / _MB:,.1f}",
            "database": "this one" if one.manifest and one.manifest.database == own else _other(one),
        }
        for one in found
    ]
    print_table(f"Archives in {keeper.folder}", columns, rows)


@backup.command()
@click.argument("archive", type=click.Path(path_type=Path))
@_folder
@_json
@click.pass_context
def check(ctx: click.Context, archive: Path, folder: Path | None, as_json: bool) -> None:
    """Read all of an archive and compare checksums, rows and sums; `latest` is the newest of this database.

    payback restore --dry-run does more: it also loads it into a scratch database.
    """
    from payback.warehouse.archive.reading import check_archive

    path = _chosen(_keeper(ctx.obj, folder or ctx.meta.get("payback.folder")), archive)
    manifest = check_archive(path)
    if as_json:
        print_json({"ok": True, "path": path, **_of_manifest(manifest)})
        return
    say(f"{path}: whole, {manifest.rows:,} rows of {len(manifest.tables)} tables, made {_minute(manifest)} UTC")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--verify", is_flag=True, help="Compare every row before the exchange. Always done: the word is optional."
)
@click.option("--dry-run", is_flag=True, help="Rehearse: load into a scratch database, compare, exchange nothing.")
@click.option("--no-backup", is_flag=True, help="Do not first back up what is there.")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the archives, instead of backup.folder.",
)
@_json
@click.pass_obj
def restore(
    project: Project, archive: Path, verify: bool, dry_run: bool, no_backup: bool, folder: Path | None, as_json: bool
) -> None:
    """Put an archive in the place of the database; `latest` is the newest of this database.

    The archive is loaded into a scratch database, every row is compared, and only then the two are exchanged in one
    step. What is there is backed up first, so that a restore can be undone. An archive of DuckDB can be restored into
    MySQL and the other way round.
    """
    del verify
    with progress(quiet=as_json) as tell:
        keeper = _keeper(project, folder, tell)
        report = keeper.restore(_chosen(keeper, archive), dry_run=dry_run, safety=not no_backup)
    if as_json:
        values = {**report.__dict__, "manifest": _of_manifest(report.manifest), "seconds": round(report.seconds, 3)}
        print_json({"dry_run": dry_run, **values})
        return
    _say_restore(report)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@_json
@click.pass_obj
def maintain(project: Project, dry_run: bool, as_json: bool) -> None:
    """Clear away old logs, old backups, old run records and what killed runs left; put the database in order.

    A DuckDB file with much empty room is written anew; on a MySQL server months older than mysql.keep_months go and
    the statistics of the indexes are made anew. Your own files are never touched.
    """
    from payback.pipeline.maintenance import maintain as clear

    with progress(quiet=as_json) as tell:
        report = clear(_keeper(project, None, tell), dry_run=dry_run)
    if as_json:
        freed = sum(one.size for one in report.removed)
        files = {name: [one.__dict__ for one in getattr(report, name)] for name in ("removed", "kept")}
        others = {"runs": report.runs, "months": report.months, "database": report.database}
        print_json({"dry_run": dry_run, "bytes": freed, **files, **others})
        return
    _say_maintenance(report, dry_run=dry_run)


def _keeper(project: Project, folder: Path | None, tell: Any = lambda _: None) -> Keeper:
    from payback.pipeline.keeping import Keeper

    settings = project.settings
    return Keeper(project.folder, settings, folder=folder.resolve() if folder else None, say=tell)


def _chosen(keeper: Keeper, archive: Path) -> Path:
    """Return the archive that a word means: `latest`, a path, or a name in the folder of the archives."""
    if str(archive) == "latest":
        return keeper.latest()
    inside = keeper.folder / archive
    return inside if not archive.exists() and inside.exists() else archive


def _say_backup(report: BackupReport, *, dry_run: bool) -> None:
    if dry_run:
        say(f"would write {report.rows:,} rows of {len(report.tables)} tables into {report.path}")
    else:
        say(f"{report.path}")
        say(f"{report.rows:,} rows of {len(report.tables)} tables, {report.size / _MB:,.1f} MB, read back and compared")
    for path in report.deleted:
        say(f"{'would delete' if dry_run else 'deleted'} {path.name}")


def _say_restore(report: RestoreReport) -> None:
    manifest = report.manifest
    say(f"{manifest.rows:,} rows of {len(manifest.tables)} tables, made {_minute(manifest)} UTC: every row compared")
    if not report.swapped:
        say("a rehearsal: the database is as it was")
        return
    if report.safety:
        say(f"what was there before: {report.safety}")
    if report.set_aside:
        say(f"the database that could not be read: {report.set_aside}")
    say("restored; payback run makes the outputs anew")


def _say_maintenance(report: MaintenanceReport, *, dry_run: bool) -> None:
    gone = "would delete" if dry_run else "deleted"
    for one in report.removed:
        say(f"{gone} {one.kind} {one.name}" + (f" ({one.size / _MB:,.1f} MB)" if one.size else ""))
    for one in report.kept:
        say(f"cannot delete {one.kind} {one.name}")
    if report.runs:
        say(f"{gone} {report.runs:,} run records")
    for table, months in report.months.items():
        say(f"{gone} from {table}: {', '.join(months)}")
    if "before" in report.database:
        say(_size_of_database(report.database, dry_run=dry_run))
    elif report.database:
        say(f"statistics of {report.database['analyzed']} tables made anew")
    if not report.removed and not report.runs and not report.months:
        say("nothing to clear away")


def _size_of_database(database: dict[str, Any], *, dry_run: bool) -> str:
    before, after, empty = (f"{database[name] / _MB:,.1f} MB" for name in ("before", "after", "empty"))
    if not database["rewritten"]:
        return f"the database has {after}, {empty} of it empty"
    return (
        f"would write the database anew: {empty} of {before} are empty" if dry_run else f"database: {before} -> {after}"
    )


def _described(one: KeptArchive, own: str) -> dict[str, Any]:
    values: dict[str, Any] = {"path": one.path, "size": one.size, "problem": one.problem}
    if one.manifest:
        values |= {"of_this_database": one.manifest.database == own, **_of_manifest(one.manifest)}
    return values


def _of_manifest(manifest: Manifest) -> dict[str, Any]:
    names = ("created_at", "version", "schema_version", "kind", "database", "rows")
    tables = {
        table.name: {"rows": table.rows, **{name: value for name, value in table.sums.items() if value is not None}}
        for table in manifest.tables
    }
    return {**{name: getattr(manifest, name) for name in names}, "tables": tables}


def _minute(manifest: Manifest) -> str:
    return manifest.created_at[:16].replace("T", " ")


def _other(one: KeptArchive) -> str:
    return one.manifest.database if one.manifest else f"unusable: {one.problem}"
