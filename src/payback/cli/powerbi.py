"""The command powerbi."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payback.cli.printing import print_json, progress, say

if TYPE_CHECKING:
    from payback.cli.main import Project
    from payback.pipeline.powerbi_step import Written


@click.command()
@click.option(
    "--source",
    type=click.Choice(["parquet", "mysql"]),
    help="Where Power BI reads the rows: the folder data beside the project, or the MySQL database.",
)
@click.option("--incremental", is_flag=True, default=None, help="Refresh the facts by months.")
@click.option("--dark", is_flag=True, default=None, help="Dark colours.")
@click.option("--force", is_flag=True, help="Write it anew even where somebody changed it; the changed one is kept.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder; outputs/powerbi by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
@click.pass_obj
def powerbi(
    project: Project,
    source: str | None,
    incremental: bool | None,
    dark: bool | None,
    force: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Write the Power BI project: open Payback.pbip in Power BI Desktop and press Refresh.

    A project that somebody changed keeps its definitions; only its rows are renewed.
    """
    from payback.pipeline.powerbi_step import make_project, project_options

    with progress(quiet=as_json) as tell, project.loader() as loader:
        tell("writing the Power BI project")
        options = project_options(loader, source=source, incremental=incremental, dark=dark, force=force)
        written = make_project(loader, options, folder.resolve() if folder else None)
    if as_json:
        print_json(_as_json(written))
    else:
        _show(written)


def _as_json(written: Written) -> dict[str, object]:
    options = written.options
    return {
        "path": written.path,
        "source": options.source,
        "incremental": options.incremental,
        "dark": options.dark,
        "data_folder": written.data_folder or None,
        "definitions": "kept" if written.kept else "written",
        "changed_files": written.kept,
    }


def _show(written: Written) -> None:
    say(f"Power BI project  {written.path}")
    if written.data_folder:
        say(f"rows              {written.data_folder}")
    if written.warning:
        say(f"note: {written.warning}")
    say("First opening: open the file in Power BI Desktop and press Refresh; it comes without rows.")
    if written.data_folder:
        say("On another computer: Transform data, Edit parameters, DataFolder = where the folder data lies there.")
    else:
        say("Power BI asks for user and password; it needs MySQL Connector/NET of Oracle on that computer.")
