"""The schema on the server: making the database, bringing its tables up to date, saying how it stands."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from payback.errors import SchemaVersionError
from payback.tables import TABLES
from payback.warehouse.mysql.ddl import column_type
from payback.warehouse.mysql.migrations import VERSIONS
from payback.warehouse.mysql.session import Session

if TYPE_CHECKING:
    from payback.warehouse.mysql.address import Address

_log = logging.getLogger(__name__)

_WIDTH = re.compile(r"\b((?:small|medium|big)?int)\(\d+\)")

VERSION_TABLE = "schema_version"

RIGHTS = ("select", "insert", "update", "delete", "create", "alter", "drop", "index", "create view", "show view")
"""What the program's user needs on its database: the first four to load, the others to migrate and to make months."""

_SCRATCH = "_restore"
_LONGEST_NAME = 64

READER_RIGHTS = ("select", "show view")
"""What a user for Power BI needs."""


@dataclass(frozen=True)
class SchemaStatus:
    """How the schema of a database stands.

    Parameters
    ----------
    revision : str or None
        Revision of the tables; None where there are none.
    newest : str
        Revision that this program has.
    pending : list of str
        Revisions to run.
    differences : list of str
        Columns that are missing or have another type than they should, in words.
    """

    revision: str | None
    newest: str
    pending: list[str]
    differences: list[str]


def revisions() -> dict[str, str]:
    """Return the names of all revisions by their number, in order."""
    names = sorted(entry.name for entry in resources.files(VERSIONS).iterdir() if entry.name.endswith(".sql"))
    return {name[1:5]: name[6 : -len(".sql")] for name in names}


def ensure_schema(session: Session) -> None:
    """Make the tables in an empty database; refuse one of another version.

    Raises
    ------
    SchemaVersionError
        The tables are older or newer than the program, or something else stands under their names.
    """
    revision = _revision(session)
    known = revisions()
    newest = max(known)
    if revision == newest:
        return
    where = str(session.address)
    if revision is None:
        if strangers := _foreign_tables(session):
            raise SchemaVersionError(
                "the database has tables of these names that Payback did not make",
                where=where,
                got=", ".join(strangers),
                hint="set mysql.database to an empty database",
            )
        migrate(session)
    elif revision not in known:
        raise SchemaVersionError(
            "this database was written by a newer Payback",
            where=where,
            got=f"revision {revision}",
            allowed=f"up to {newest}",
            hint="upgrade Payback: pip install --upgrade payback",
        )
    else:
        raise SchemaVersionError(
            "the tables are older than this program",
            where=where,
            got=f"revision {revision}",
            allowed=newest,
            hint="payback db migrate",
        )


def migrate(session: Session) -> list[str]:
    """Run the revisions that are missing, under the writers' lock, and return their numbers.

    A revision is one statement that may be repeated, so a migration that was killed is simply run again.
    """
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    session.lock()
    before = _revision(session)
    with resources.as_file(resources.files("payback.warehouse.mysql.migrations")) as folder, session.translating():
        script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])

        def upgrade(revision: Any, _context: Any) -> Any:
            return script._upgrade_revs("head", revision)  # noqa: SLF001 - as Alembic's own cookbook does

        with (
            EnvironmentContext(Config(), script, fn=upgrade) as environment,
            session.pool.connect() as connection,
        ):
            environment.configure(connection=connection, version_table=VERSION_TABLE, transaction_per_migration=True)
            environment.run_migrations()
            connection.commit()
    done = [number for number in revisions() if before is None or number > before]
    _log.info("%s: %d migrations", session.address, len(done))
    return done


def status(session: Session) -> SchemaStatus:
    """Return how the schema of the database stands."""
    revision, known = _revision(session), revisions()
    pending = [number for number in known if revision is None or number > revision]
    return SchemaStatus(revision, max(known), pending, [] if pending else differences(session))


def differences(session: Session) -> list[str]:
    """Return what is missing or of another type than it should be: somebody altered a table by hand."""
    found = {(row[0], row[1]): str(row[2]).lower() for row in session.rows(
        "select table_name, column_name, column_type from information_schema.columns where table_schema = database()"
    )}  # fmt: skip
    wrong = []
    for table in TABLES.values():
        for column in table.columns:
            # MariaDB shows the width of integers.
            kind = _WIDTH.sub(r"\1", found.get((table.name, column.name), "missing"))
            if kind != column_type(table, column):
                wrong.append(f"{table.name}.{column.name} is {kind} instead of {column_type(table, column)}")
    return wrong


def create_database(address: Address) -> None:
    """Create the database where it is not there.

    Raises
    ------
    WarehouseError
        The user may not; `grants` says what to ask an administrator for.
    """
    session = Session(address.without_database())
    try:
        name = address.database.replace("`", "``")
        session.ddl(f"create database if not exists `{name}` character set utf8mb4 collate utf8mb4_bin")
    finally:
        session.close()


def grants(address: Address, *, user: str = "payback", reader: str = "powerbi", host: str = "%") -> list[str]:
    """Return the statements an administrator runs: the database, a user for the program, one that only reads.

    The last one lets the program restore backups, into a scratch database of that name. Passwords are left to the
    administrator.

    Examples
    --------
    >>> from payback.warehouse.mysql.address import Address
    >>> grants(Address(database="shop"))[0]
    'create database if not exists `shop` character set utf8mb4 collate utf8mb4_bin;'
    """
    database, pattern = address.database.replace("`", "``"), grant_pattern(address.database)
    statements = [f"create database if not exists `{database}` character set utf8mb4 collate utf8mb4_bin;"]
    for name, rights in ((user, RIGHTS), (reader, READER_RIGHTS)):
        account = f"'{_escaped(name)}'@'{_escaped(host)}'"
        statements.append(f"create user if not exists {account} identified by '<choose a password>' require ssl;")
        statements.append(f"grant {', '.join(rights)} on `{pattern}`.* to {account};")
    account = f"'{_escaped(user)}'@'{_escaped(host)}'"
    scratch = grant_pattern(scratch_name(address.database))
    return [*statements, f"grant {', '.join(RIGHTS)} on `{scratch}`.* to {account};"]


def scratch_name(database: str) -> str:
    """Return the name of the database into which a restore writes before it exchanges the tables.

    Examples
    --------
    >>> scratch_name("shop")
    'shop_restore'
    """
    return f"{database[: _LONGEST_NAME - len(_SCRATCH)]}{_SCRATCH}"


def grant_pattern(database: str) -> str:
    """Return a database's name for a GRANT, where the signs _ and % stand for any other."""
    return database.replace("`", "``").replace("_", "\\_").replace("%", "\\%")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def _revision(session: Session) -> str | None:
    found = session.rows(
        "select 1 from information_schema.tables where table_schema = database() and table_name = %s", [VERSION_TABLE]
    )
    rows = session.rows(f"select version_num from {VERSION_TABLE}") if found else []
    return str(rows[0][0]) if rows else None


def _foreign_tables(session: Session) -> list[str]:
    """Return our table names that are taken in a database without a version."""
    found = session.rows("select table_name from information_schema.tables where table_schema = database()")
    first = next(iter(revisions().values()))
    # The first migration may have been killed between its statement and the note of it.
    return sorted(name for (name,) in found if name in TABLES and name != first)
