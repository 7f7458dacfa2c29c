"""Connections to the server: a pool to read, one connection that writes under a named lock, retries where they help."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pymysql
import sqlalchemy
from pymysql.constants import CLIENT
from sqlalchemy.exc import SQLAlchemyError

from payback.errors import (
    ConfigurationError,
    PaybackError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseInterruptedError,
)
from payback.warehouse.mysql.problems import UNREACHABLE, code_of, translated
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payback.warehouse.mysql.address import Address

_LONGEST_LOCK = 64
_SURELY_FITS = 500_000
"""Bytes of text that every server takes: max_allowed_packet is at least a megabyte wherever anything works."""
OLDEST_MYSQL = (8, 0)
OLDEST_MARIADB = (10, 6)
# Names in double quotes, as in the rest of the product; everything that is lax about values is off.
_MODES = (
    "ANSI_QUOTES,STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
_SETTINGS = (
    f"set session sql_mode = '{_MODES}', time_zone = '+00:00', innodb_lock_wait_timeout = 50, lock_wait_timeout = 60, "
    "net_write_timeout = 600, net_read_timeout = 600, wait_timeout = 28800"
)

ERRORS = (pymysql.Error, SQLAlchemyError, OSError)
"""What the driver and SQLAlchemy raise."""


class Session:
    """Connections to one database.

    Parameters
    ----------
    address : Address
        Where it is.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._writer: Any = None
        self._snapshot: Any = None
        self._has_answered = False
        self.in_transaction = False
        self.generation = 0
        """Raised with every new writing connection: what was known under the lock of the one before no longer holds."""
        # The driver gets the password from our address, so SQLAlchemy never holds it.
        self.pool = sqlalchemy.create_engine(
            "mysql+pymysql://", creator=self._connect, pool_size=2, max_overflow=4, pool_pre_ping=True, pool_recycle=900
        )

    @property
    def has_lock(self) -> bool:
        """Tell whether this session is the one that writes."""
        return self._writer is not None

    @property
    def is_fixed(self) -> bool:
        """Tell whether reading must go over one connection: within a transaction or a snapshot."""
        return self.in_transaction or self._snapshot is not None

    @cached_property
    def may_be_plain(self) -> bool:
        """Tell whether rows may be read without encryption: where the address, the server and the user's account do."""
        if not self.address.may_be_plain:
            return False
        try:
            ((wanted,),) = self.rows("select @@global.require_secure_transport")
            ((account,),) = self.rows("show create user current_user()")
        except PaybackError:
            return False
        return not wanted and (" REQUIRE " not in account or " REQUIRE NONE" in account)

    @property
    def writer(self) -> Any:
        """The driver's connection of the transaction that is open."""
        return self._writer

    def close(self) -> None:
        """Close every connection; the lock is free then."""
        self._drop_writer()
        self.pool.dispose()

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn errors of driver and SQLAlchemy into ours."""
        try:
            yield
        except ERRORS as error:
            raise translated(error, self.address) from error

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """Give a connection that sees what is committed, or within a transaction also its own work."""
        with self.translating():
            if self.is_fixed:
                yield self._writer if self.in_transaction else self._snapshot
                return
            borrowed = self.pool.raw_connection()
            try:
                yield borrowed.driver_connection
            except BaseException:
                borrowed.invalidate()
                raise
            finally:
                borrowed.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; outside a transaction it is tried again where the connection broke."""

        def ask() -> list[tuple[Any, ...]]:
            with self.reader() as connection, connection.cursor() as cursor:
                cursor.execute(sql, list(values) or None)
                return list(cursor.fetchall())

        return ask() if self.is_fixed else retried(ask)

    def committed_rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query beside the open transaction, and hold nothing afterwards."""
        if not self.in_transaction:
            return self.rows(sql, values)
        with self.translating():
            borrowed = self.pool.raw_connection()
            try:
                with borrowed.cursor() as cursor:  # type: ignore[attr-defined]
                    cursor.execute(sql, list(values) or None)
                    return list(cursor.fetchall())
            finally:
                borrowed.close()

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement within the transaction and return the number of rows it changed."""
        self._check_size(values)
        with self.translating(), self._writer.cursor() as cursor:
            return int(cursor.execute(sql, list(values) or None))

    def _check_size(self, values: Sequence[object]) -> None:
        """Refuse what no packet holds: the server would close the connection without a word."""
        size = sum(len(value.encode("utf-8")) for value in values if isinstance(value, str))
        if size < _SURELY_FITS:
            return
        ((largest,),) = self.rows("select @@max_allowed_packet")
        if size >= int(largest):
            raise WarehouseError(
                "a row is larger than the server takes; nothing was changed",
                where=str(self.address),
                got=f"{size / 2**20:.1f} MB",
                allowed=f"{int(largest) / 2**20:g} MB",
                hint="raise max_allowed_packet on the server",
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all or nothing, as the only one that writes."""
        connection = retried(self._locked_writer)
        with self.translating():
            connection.begin()
        self.in_transaction = True
        try:
            yield
            with self.translating():
                connection.commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            self.in_transaction = False

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read what was committed at one moment; others may write meanwhile, and nothing waits for anything."""
        with self.translating():
            connection = retried(self._connect)
        try:
            with self.translating():
                connection.query("set session transaction isolation level repeatable read")
                connection.query("start transaction with consistent snapshot, read only")
            self._snapshot = connection
            yield
        finally:
            self._snapshot = None
            with suppress(*ERRORS):
                connection.close()

    def ddl(self, statement: str) -> None:
        """Run a statement that commits by itself, on a connection of its own; it waits a minute for those who read."""
        with self.translating():
            borrowed: Any = self.pool.raw_connection()
            try:
                with borrowed.driver_connection.cursor() as cursor:
                    cursor.execute(statement)
            finally:
                borrowed.invalidate()

    def lock(self) -> None:
        """Take the lock that keeps other writers out; it is held until the session closes.

        Raises
        ------
        WarehouseBusyError
            Another session has it; the message says which.
        """
        retried(self._locked_writer)

    def _roll_back(self) -> None:
        """Undo; where the connection is gone, the server does it by itself."""
        try:
            self._writer.rollback()
        except ERRORS:
            self._drop_writer()

    def _locked_writer(self) -> Any:
        """Return the writing connection, made and locked where there is none that answers."""
        with self.translating():
            if self._writer is not None:
                try:
                    self._writer.ping(reconnect=False)
                except ERRORS:
                    self._drop_writer()
                else:
                    return self._writer
            connection = self._connect()
            try:
                # One writer at a time needs no snapshot; with one, a month made meanwhile would end the transaction.
                connection.query("set session transaction isolation level read committed")
                self._take_lock(connection)
            except BaseException:
                connection.close()
                raise
        self._writer = connection
        self.generation += 1
        return connection

    def _take_lock(self, connection: Any) -> None:
        name = lock_name(self.address.database)
        with connection.cursor() as cursor:
            # A killed session keeps its locks until its statement ends, hence the short wait.
            cursor.execute("select get_lock(%s, 2)", [name])
            if cursor.fetchone()[0] == 1:
                return
            holder = _holder(cursor, name)
        raise WarehouseBusyError(
            "another run of Payback writes into this database",
            where=str(self.address),
            got=holder,
            hint="wait for it to end, and run again",
        )

    def _drop_writer(self) -> None:
        if self._writer is not None:
            with suppress(*ERRORS):
                self._writer.close()
            self._writer = None

    def _connect(self) -> Any:
        try:
            # The flag lets us offer rows; without the option the driver sends no file that a server asks for.
            connection = pymysql.connect(**self.address.driver_options(), client_flag=CLIENT.LOCAL_FILES)
        except ERRORS as error:
            # A server that answered before is restarting; one that never did is not there.
            if self._has_answered and code_of(error) in UNREACHABLE:
                raise WarehouseInterruptedError("the MySQL server is away", where=str(self.address)) from error
            raise translated(error, self.address) from error
        check_version(connection.get_server_info(), self.address)
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS)
        self._has_answered = True
        return connection


def lock_name(database: str) -> str:
    """Return the name of the lock of a database: at most 64 signs."""
    name = f"payback.{database}"
    return name if len(name) <= _LONGEST_LOCK else f"payback.{hashlib.blake2b(database.encode()).hexdigest()[:40]}"


def check_version(version: str, address: Address) -> None:
    """Refuse a server that is too old.

    Raises
    ------
    ConfigurationError
        It is older than MySQL 8.0 or MariaDB 10.6.
    """
    is_mariadb = "mariadb" in version.lower()
    plain = version.lower().removeprefix("5.5.5-").split("-")[0]
    numbers = tuple(int(part) for part in plain.split(".")[:2] if part.isdigit())
    if numbers < (OLDEST_MARIADB if is_mariadb else OLDEST_MYSQL):
        raise ConfigurationError(
            "the server is too old",
            where=str(address),
            got=version,
            allowed="MySQL 8.0 or newer",
            hint="upgrade the server, or use warehouse.kind duckdb",
        )


def _holder(cursor: Any, name: str) -> str:
    """Say who has the lock, as far as this user may know."""
    cursor.execute(
        "select id, user, host, time from information_schema.processlist where id = is_used_lock(%s)", [name]
    )
    row = cursor.fetchone()
    if not row:
        return "a session of another user"
    words = f"session {row[0]} of {row[1]} from {row[2]}"
    with suppress(pymysql.Error):
        cursor.execute(
            "select attr_value from performance_schema.session_account_connect_attrs "
            "where processlist_id = %s and attr_name = '_pid'",
            [row[0]],
        )
        if process := cursor.fetchone():
            words += f", process {process[0]} there"
    return words
