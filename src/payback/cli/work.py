"""Commands that work: load, run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payback.cli.printing import print_json, print_table, progress, say, say_error
from payback.errors import ConfigurationError, InputError, PaybackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.cli.main import Project
    from payback.data_loader import DataLoader, LoadReport
    from payback.pipeline import RunRecord

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_dry = click.option("--dry-run", is_flag=True, help="Read and check, write nothing.")
TABLES = ("campaigns", "customers", "orders", "campaign_details")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--table", type=click.Choice(TABLES), help="Table to fill; by default the headers decide.")
@click.option("--source", help="Name of the source; by default the ad platform, or the file's name, without dates.")
@click.option("--map", "maps", multiple=True, metavar="COLUMN=HEADER", help="Our column = header, or header / 1000000.")
@click.option("--currency", help="ISO 4217 code of amounts whose currency the file does not say.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="Order of dates such as 03/04/2024.")
@click.option("--decimal-sign", type=click.Choice([".", ","]), help="Sign before the decimals.")
@click.option("--encoding", help="Text encoding, such as utf-8 or cp1252.")
@click.option("--delimiter", help="Sign between the fields; tab for a tabulator.")
@click.option("--sheet", help="Sheet of the workbook.")
@click.option("--header-line", type=click.IntRange(0), help="Line of the column names; 0 where there are none.")
@_dry
@_json
@click.pass_context
def load(
    ctx: click.RichContext,
    /,
    files: tuple[Path, ...],
    maps: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Load files into the database: CSV, TSV, Excel, Parquet, in any common dialect.

    A file that was loaded before changes nothing; a revised one replaces its days whole.
    """
    project: Project = ctx.obj
    reading = {name: options.pop(name) for name in ("encoding", "delimiter", "sheet", "header_line")}
    if reading["delimiter"] in ("tab", "\\t"):
        reading["delimiter"] = "\t"
    options["reading"] = {name: value for name, value in reading.items() if value is not None}
    options["columns"] = _maps(maps)
    with progress(quiet=as_json) as tell, project.loader() as loader:
        results = []
        for file in files:
            tell(f"loading {file}")
            results.append(_load_one(loader, file, dry_run=dry_run, **options))
    if as_json:
        entries = [one if isinstance(one, dict) else one.to_dict() for one in results]
        print_json({"dry_run": dry_run, "files": entries})
    else:
        _show_loads([one for one in results if not isinstance(one, dict)])
    failed = [one for one in results if isinstance(one, dict)]
    for one in failed:
        say_error(one["error"])
    ctx.exit(max((int(one["exit_code"]) for one in failed), default=0))


def _load_one(loader: DataLoader, file: Path, **options: Any) -> LoadReport | dict[str, Any]:
    """Load a file; a file that cannot be loaded does not keep the others out."""
    try:
        return loader.import_file(file, **options)
    except (InputError, ConfigurationError) as error:
        return {
            "path": str(file),
            "status": "failed",
            "error": str(error) if not error.where or file.name in str(error) else f"{error}\n  file: {file}",
            "reason": type(error).__name__,
            "exit_code": error.exit_code,
        }


def _maps(maps: tuple[str, ...]) -> dict[str, str] | None:
    found = {}
    for text in maps:
        column, equals, header = text.partition("=")
        if not equals or not column.strip():
            raise UsageError(
                "a mapping names a column and a header", where="--map", got=text, allowed='--map cost="Amount spent"'
            )
        found[column.strip()] = header.strip()
    return found or None


def _show_loads(reports: list[LoadReport]) -> None:
    if not reports:
        return
    columns = {
        "path": "File",
        "table": "Table",
        "source": "Source",
        "status": "Status",
        "rows_read": ">Read",
        "rows_loaded": ">Loaded",
        "rows_rejected": ">Rejected",
        "cost": ">Cost",
        "revenue": ">Revenue",
        "currency": "Currency",
    }
    rows = [{**one.__dict__, **_amounts(one), "path": Path(one.path).name} for one in reports]
    print_table("Loaded", columns, rows, show=_count_or_text, spare=("source", "table"))
    for one in reports:
        say(f"{Path(one.path).name}: " + ", ".join(f"{name} ← {header}" for name, header in one.mapping.items()))
        if one.unused:
            say(f"  not used: {', '.join(one.unused)}")
        if one.rejected:
            say("  rejected: " + ", ".join(f"{count} {reason}" for reason, count in one.rejected.items()))
        for warning in one.warnings:
            say(f"  note: {warning}")


def _amounts(report: LoadReport) -> dict[str, Any]:
    """Return what a file's money adds up to; amounts in several currencies add up to nothing."""
    codes = report.currencies
    return {**(report.sums if len(codes) <= 1 else {}), "currency": ", ".join(codes) or None}


def _count_or_text(key: str, value: Any, _row: Mapping[str, Any]) -> str:
    if value is None:
        return "–"
    if key in ("cost", "revenue"):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@click.command()
@_dry
@click.option("--force", is_flag=True, help="Work even where nothing is new.")
@_json
@click.pass_context
def run(ctx: click.Context, dry_run: bool, force: bool, as_json: bool) -> None:
    """Load what is new in the raw folder, clean, analyse, publish.

    A second run with nothing new changes nothing and says so. A step that fails leaves what the others made.
    """
    from payback.pipeline import Run

    project: Project = ctx.obj
    with progress(quiet=as_json) as tell, project.loader() as loader:
        pipeline = Run(loader, progress=tell)
        try:
            record = pipeline.plan() if dry_run else pipeline.execute(force=force)
        except PaybackError as error:
            if as_json:
                print_json(pipeline.record.to_dict())
            say_error(str(error))
            if pipeline.record.steps:
                say_error("what the other steps made is kept; mend the cause and run again: payback run")
            ctx.exit(error.exit_code)
    if as_json:
        print_json(record.to_dict())
    else:
        show_run(record)
    _say_failures(record)
    ctx.exit(1 if record.status == "failed" else 0)


def _say_failures(record: RunRecord) -> None:
    failed = [one for one in record.files if one["status"] == "failed"]
    for one in failed:
        say_error(one["error"])
    if failed:
        say_error("the other files were used; mend or remove the file and run again: payback run")


def show_run(record: RunRecord) -> None:
    """Print what a run did: its steps, its warnings, where the outputs lie."""
    columns = {
        "step": "Step",
        "status": "Status",
        "seconds": ">Seconds",
        "rows_in": ">Rows in",
        "rows_out": ">Out",
        "rows_rejected": ">Rejected",
        "peak_memory_mb": ">Peak MB",
        "note": "",
    }
    print_table(
        f"Run {record.run_id}",
        columns,
        [step.__dict__ for step in record.steps],
        show=step_text,
        spare=("peak_memory_mb",),
    )
    for warning in record.warnings:
        say(f"note: {warning}")
    if record.status == "unchanged":
        say("Nothing new since the last run: its outputs stand.")
    for output in record.outputs:
        if output["format"] in ("html", "excel", "powerbi"):
            say(f"{output['name']:<9} {output['path']}")
    tables = [output for output in record.outputs if output["format"] in ("parquet", "csv")]
    if tables:
        say(f"tables    {Path(tables[0]['path']).parent} ({len(tables)} files for other tools)")


def step_text(key: str, value: Any, row: Mapping[str, Any]) -> str:
    """Return a value of a run or a step as people read it."""
    if key == "rows_in" and not value and row.get("rows_out"):
        return ""  # the step reads tables, no rows of its own
    if key == "seconds":
        return f"{value:.2f}"
    if key == "peak_memory_mb":
        return f"{value:,.0f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:,}" if isinstance(value, int) else str(value or "")
