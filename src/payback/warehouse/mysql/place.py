"""Exchange the tables of a database for restored ones: all of them in one statement of the server."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from payback.errors import ConservationError, PaybackError, WarehouseError
from payback.tables import TABLES
from payback.warehouse.mysql.migrating import RIGHTS, grant_pattern, scratch_name
from payback.warehouse.mysql.session import Session
from payback.warehouse.mysql.warehouse import MySQLWarehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from payback.warehouse.base import Warehouse
    from payback.warehouse.mysql.address import Address

_log = logging.getLogger(__name__)

_OLD = "old_"
"""How the names of tables begin that were exchanged; they wait in the scratch database until it is dropped."""


class MySQLPlace:
    """The tables of a MySQL database.

    Parameters
    ----------
    address : Address
        Server and database.
    **options
        As `payback.warehouse.mysql.warehouse.MySQLWarehouse`.

    Raises
    ------
    WarehouseBusyError
        On entering: another run writes into the database.
    """

    def __init__(self, address: Address, **options: Any) -> None:
        self.address = address
        self.name = str(address)
        self.live: Warehouse | None = None
        self._options = options
        self._scratch = scratch_name(address.database)

    def __enter__(self) -> Self:
        live = MySQLWarehouse(self.address, **self._options)
        try:
            live.session.lock()
        except BaseException:
            live.close()
            raise
        self.live = live
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.close()
            self.live = None

    @contextmanager
    def scratch(self) -> Iterator[Warehouse]:
        """Give an empty database of a name of its own on the same server; it is dropped afterwards."""
        server = Session(self.address.without_database())
        try:
            self._create(server)
            target = MySQLWarehouse(replace(self.address, database=self._scratch), **self._options)
            try:
                yield target
            finally:
                target.close()
                # What is left is ours and in nobody's way; the first error is the news.
                with suppress(PaybackError):
                    server.ddl(f"drop database if exists {_named(self._scratch)}")
        finally:
            server.close()

    def swap(self, target: Warehouse, rows: Mapping[str, int]) -> str | None:
        """Exchange all tables in one statement, which the server does wholly or not at all; views stay as they are."""
        target.close()
        live, scratch = self.address.database, self._scratch
        with self._server() as server:
            there = _tables(server, live)
            # A table that somebody dropped has nothing to give way.
            away = [(live, table, scratch, _OLD + table) for table in rows if table in there]
            here = [(scratch, table, live, table) for table in rows]
            server.ddl(_renamed([*away, *here]))
            if self._counts(rows) != dict(rows):
                back = [(target, new, source, old) for source, old, target, new in (*reversed(here), *reversed(away))]
                server.ddl(_renamed(back))
                raise ConservationError("the tables lost rows on their way; the old ones are back", where=self.name)
        return None

    @contextmanager
    def _server(self) -> Iterator[Session]:
        server = Session(self.address.without_database())
        try:
            yield server
        finally:
            server.close()

    def _counts(self, tables: Mapping[str, int]) -> dict[str, int]:
        live = Session(self.address)
        try:
            return {table: int(live.rows(f'select count(*) from "{table}"')[0][0]) for table in tables}
        finally:
            live.close()

    def _create(self, server: Session) -> None:
        """Make the scratch database; what a killed restore left of it goes first, what is not ours stays."""
        rows = server.rows("select table_name from information_schema.tables where table_schema = %s", [self._scratch])
        ours = {*TABLES, "schema_version", *(f"{_OLD}{table}" for table in TABLES)}
        if strange := sorted(str(name) for (name,) in rows if name not in ours and not str(name).startswith("v_")):
            raise WarehouseError(
                f"the database {self._scratch}, which a restore needs for itself, holds tables of somebody else",
                where=self.name,
                got=", ".join(strange),
                hint="rename or drop them",
            )
        try:
            server.ddl(f"drop database if exists {_named(self._scratch)}")
            server.ddl(f"create database {_named(self._scratch)} character set utf8mb4 collate utf8mb4_bin")
        except WarehouseError as error:
            raise WarehouseError(
                "a restore needs a scratch database on the server, and this user may not make it",
                where=self.name,
                got=error.got,
                hint=f"ask an administrator for: grant {', '.join(RIGHTS)} "
                f"on `{grant_pattern(self._scratch)}`.* to your user; payback db grants prints it",
            ) from error


def _tables(server: Session, database: str) -> set[str]:
    rows = server.rows(
        "select table_name from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE'",
        [database],
    )
    return {str(name) for (name,) in rows}


def _renamed(moves: Sequence[tuple[str, str, str, str]]) -> str:
    """Return the statement that moves tables: from database and name to database and name."""
    parts = [f"{_named(a)}.{_named(b)} to {_named(c)}.{_named(d)}" for a, b, c, d in moves]
    return f"rename table {', '.join(parts)}"


def _named(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
