"""Commands to start with: demo, init, doctor, config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import rich_click as click

from payback.cli.main import Project
from payback.cli.printing import print_json, print_table, progress, say
from payback.cli.work import show_run
from payback.errors import PaybackError

if TYPE_CHECKING:
    from payback.config import Settings
    from payback.operations.doctor import Check, Status

_DEMO_SETTINGS = (
    ("currency: null", "currency: EUR"),
    ("  # path: data/ga4_events ", "  path: data/ga4_events   "),
    ("  # annotations:\n  #   2026-11-27: Black Friday", "  annotations:\n    2025-11-28: Black Friday"),
)
"""Lines of the starter files, and what they say in the demo."""

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"))
@click.option(
    "--events",
    type=click.IntRange(10_000, 100_000_000),
    default=200_000,
    show_default=True,
    help="Size of the shop, in GA4 events.",
)
@click.option("--seed", type=int, default=42, show_default=True, help="Another seed, another shop.")
@_json
@click.pass_obj
def demo(project: Project, folder: Path, events: int, seed: int, as_json: bool) -> None:
    """Make a shop with GA4 and ad data, and run everything on it.

    Nothing leaves the machine and no account is needed. The same seed makes the same shop.
    """
    from payback.pipeline import Run
    from payback.sources.demo import generate_demo

    place = Project((project.folder / folder).resolve(), project.verbose)
    place.folder.mkdir(parents=True, exist_ok=True)
    _write_starter(place.folder, demo=True)
    with progress(quiet=as_json) as tell:
        tell("making a shop")
        generate_demo(
            place.settings.paths.raw_data,
            events_directory=place.folder / "data" / "ga4_events",
            events=events,
            seed=seed,
        )
        with place.loader() as loader:
            record = Run(loader, progress=tell).execute()
    if as_json:
        print_json(record.to_dict())
        return
    show_run(record)
    say(f"Look further:  payback --project {folder} roi --by channel    payback --project {folder} serve --open")


@click.command()
@click.option("--force", is_flag=True, help="Write over files that are there.")
@_json
@click.pass_obj
def init(project: Project, force: bool, as_json: bool) -> None:
    """Write a starter configuration into the project folder."""
    project.folder.mkdir(parents=True, exist_ok=True)
    written, kept = _write_starter(project.folder, force=force)
    if as_json:
        print_json({"project": project.folder, "written": written, "kept": kept})
        return
    for name in written:
        say(f"wrote  {name}")
    for name in kept:
        say(f"kept   {name} (--force writes over it)")
    say("Next: put files into data/raw, then run: payback run")


def _write_starter(folder: Path, *, force: bool = False, demo: bool = False) -> tuple[list[str], list[str]]:
    from payback.config import starter_files

    written, kept = [], []
    for name, text in starter_files().items():
        path = folder / name
        if path.exists() and not force:
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text
        for default, own in _DEMO_SETTINGS if demo else ():
            content = content.replace(default, own)
        path.write_text(content, encoding="utf-8", newline="\n")
        written.append(name)
    (folder / "data" / "raw").mkdir(parents=True, exist_ok=True)
    return written, kept


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command("show")
@_json
@click.pass_obj
def config_show(project: Project, as_json: bool) -> None:
    """Print each setting, its value and where it came from; secrets as ***."""
    from payback.config import settings_with_origins

    rows = [row._asdict() for row in settings_with_origins(project.folder, project.overrides)]
    if as_json:
        print_json({"settings": rows})
        return
    print_table("Settings", {"key": "Setting", "value": "Value", "origin": "From"}, rows)


@config.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from payback.config import settings_schema

    print_json(settings_schema())


def _mysql_checks(settings: Settings, folder: Path) -> list[Check]:
    """Return what is found on the MySQL server."""
    from payback.data_loader import server_settings
    from payback.operations.doctor import Check

    try:
        from payback.warehouse.mysql.address import Address
        from payback.warehouse.mysql.checking import findings
    except ModuleNotFoundError as error:
        return [Check("MySQL driver", "fail", f"{error.name} is not installed", "pip install 'payback[mysql]'")]
    try:
        address = Address.from_parts(**server_settings(settings, folder))
    except PaybackError as error:
        return [Check("MySQL address", "fail", error.message, error.hint or "")]
    return [Check(one.name, cast("Status", one.status), one.found, one.hint) for one in findings(address)]


def _ga4_checks(settings: Settings, folder: Path) -> list[Check]:
    """Return what GA4 says when its properties are opened; that takes a few tokens of their quota."""
    from payback.data_loader.ga4_open import look_at_properties
    from payback.operations.doctor import Check

    looks = look_at_properties(settings.ga4, folder)
    return [Check(one.name, cast("Status", one.status), one.found, one.hint) for one in looks]


def _is_new(folder: Path, settings: Settings) -> bool:
    """Tell whether the project has an embedded database that the first load will make."""
    return settings.warehouse.kind == "duckdb" and not (folder / settings.warehouse.path).exists()


@click.command()
@_json
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check the installation and the project, and say what to do."""
    from payback.operations.doctor import Check, checks

    project: Project = ctx.obj
    try:
        settings: Settings | PaybackError = project.settings
    except PaybackError as error:
        settings = error

    def open_warehouse() -> object:
        with project.loader() as loader:
            return loader.warehouse.schema_version()

    # Looking must not make a database: one that is not there yet is in order, and a server is looked at apart.
    on_server = not isinstance(settings, PaybackError) and settings.warehouse.kind == "mysql"
    missing = not isinstance(settings, PaybackError) and _is_new(project.folder, settings)
    found = checks(settings, project.folder, open_warehouse=None if missing or on_server else open_warehouse)
    if not isinstance(settings, PaybackError) and missing:
        made = f"DuckDB, {settings.warehouse.path}: made by the first load"
        found.append(Check("warehouse", "ok", f"{made} (MySQL is used where warehouse.kind is mysql)"))
    if not isinstance(settings, PaybackError) and on_server:
        found += _mysql_checks(settings, project.folder)
    if not isinstance(settings, PaybackError) and settings.ga4.numbers():
        found += _ga4_checks(settings, project.folder)
    failed = any(check.status == "fail" for check in found)
    if as_json:
        print_json({"ok": not failed, "checks": [check.__dict__ for check in found]})
    else:
        columns = {"status": "", "name": "Check", "found": "Found", "hint": "Do"}
        print_table("Doctor", columns, [check.__dict__ for check in found])
    ctx.exit(1 if failed else 0)
