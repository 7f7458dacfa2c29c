"""The command ``db``: the MySQL database of a project."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
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


@db.command()
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="First day to keep, instead of mysql.keep_months.")
@click.option("--yes", is_flag=True, help="Do it; without this the months are only named.")
@_json
@click.pass_obj
def prune(project: Project, before: datetime | None, yes: bool, as_json: bool) -> None:
    """Drop the months that are older than mysql.keep_months: rows, clean rows and what the ledger holds of them."""
    _address(project)
    first = before.date() if before else _first_kept(project.settings.mysql.keep_months)
    with project.loader() as loader:
        dropped = _pruned(loader.warehouse, first, yes=yes)
    if as_json:
        print_json({"before": first, "done": yes, "dropped": dropped})
        return
    for table, months in dropped.items():
        say(f"{table}: {', '.join(months)}")
    words = ("dropped" if yes else "--yes drops them") if dropped else "nothing is that old"
    say(f"before {first}: {words}")


def _first_kept(months: int | None) -> date:
    from payback.warehouse.mysql.partitions import months_back

    if months is None:
        raise UsageError(
            "nothing says how much to keep", where="mysql.keep_months", hint="set it, or give --before 2022-01-01"
        )
    return months_back(datetime.now(UTC).date(), months)


def _pruned(warehouse: object, first: date, *, yes: bool) -> dict[str, list[str]]:
    """Drop the old months, or name them."""
    from payback.tables import TABLES
    from payback.warehouse.mysql.ddl import is_partitioned
    from payback.warehouse.mysql.partitions import old_partitions
    from payback.warehouse.mysql.warehouse import MySQLWarehouse

    if not isinstance(warehouse, MySQLWarehouse):
        raise UsageError("only a MySQL warehouse has months to drop")
    if yes:
        return warehouse.prune(first)
    daily = [name for name, table in TABLES.items() if is_partitioned(table)]
    found = {name: [one.name for one in old_partitions(warehouse.session, name, first)] for name in daily}
    return {name: names for name, names in found.items() if names}


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
