"""The command ``db``: the MySQL database of a project."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rich_click as click

from payback.cli.printing import print_json, say
from payback.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from payback.cli.main import Project
    from payback.warehouse.mysql.address import Address

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.group()
def db() -> None:
    """Make, update and look at the MySQL database of the project."""


@db.command()
@_json
@click.pass_obj
def create(project: Project, as_json: bool) -> None:
    """Create the database and its tables where they are not there.

    The user of the settings needs the right to create the database; payback db grants prints what an administrator
    can run instead.
    """
    address = _address(project)
    from payback.warehouse.mysql.migrating import create_database

    create_database(address)
    _migrate(address, as_json=as_json)


@db.command()
@_json
@click.pass_obj
def migrate(project: Project, as_json: bool) -> None:
    """Bring the tables to the version of this program; a migration that broke off goes on."""
    _migrate(_address(project), as_json=as_json)


@db.command()
@_json
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Show the version of the tables, what is to be migrated, and columns that were altered by hand.

    Exit code 1 where something is to be done.
    """
    address = _address(ctx.obj)
    from payback.warehouse.mysql.migrating import status as schema_status
    from payback.warehouse.mysql.session import Session

    session = Session(address)
    try:
        ((version,),) = session.rows("select version()")
        found = schema_status(session)
    finally:
        session.close()
    in_order = not found.pending and not found.differences
    if as_json:
        print_json({"ok": in_order, "database": str(address), "server": version, **found.__dict__})
    else:
        say(f"{address}, server {version}")
        say(f"tables: revision {found.revision or 'none'} of {found.newest}")
        for difference in found.differences:
            say(f"differs: {difference}")
        if found.pending:
            say(f"{len(found.pending)} to migrate: payback db migrate")
    ctx.exit(0 if in_order else 1)


@db.command()
@click.option("--user", default="payback", show_default=True, help="User of the program.")
@click.option("--reader", default="powerbi", show_default=True, help="User that only reads, for Power BI.")
@click.option("--host", default="%", show_default=True, help="Where they may come from.")
@click.pass_obj
def grants(project: Project, user: str, reader: str, host: str) -> None:
    """Print the statements with which an administrator makes the database and two users with few rights."""
    address = _address(project)
    from payback.warehouse.mysql.migrating import grants as statements

    sys.stdout.write("\n".join(statements(address, user=user, reader=reader, host=host)) + "\n")


def _migrate(address: Address, *, as_json: bool) -> None:
    from payback.warehouse.mysql.migrating import migrate as run_migrations
    from payback.warehouse.mysql.session import Session

    session = Session(address)
    try:
        done = run_migrations(session)
    finally:
        session.close()
    if as_json:
        print_json({"database": str(address), "migrated": done})
        return
    say(f"{address}: {f'{len(done)} migrations done' if done else 'up to date'}")


def _address(project: Project) -> Address:
    """Return the address of the settings.

    Raises
    ------
    UsageError
        The project keeps its tables in a file.
    """
    from payback.data_loader import server_settings

    settings = project.settings
    if settings.warehouse.kind != "mysql":
        raise UsageError(
            "this project keeps its tables in a DuckDB file, which needs no care",
            where="warehouse.kind",
            got=settings.warehouse.kind,
            hint="set warehouse.kind to mysql in config/config.yaml",
        )
    try:
        from payback.warehouse.mysql.address import Address
        from payback.warehouse.mysql.session import Session
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{error.name} is not installed", hint="pip install 'payback[mysql]'") from error
    del Session
    return Address.from_parts(**server_settings(settings, project.folder))
