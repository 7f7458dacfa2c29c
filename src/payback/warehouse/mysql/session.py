"""Connections to the server: a pool to read, one connection that writes under a named lock, retries where they help."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pymysql
import sqlalchemy
from pymysql.constants import CLIENT

from payback.errors import (
    ConfigurationError,
    PaybackError,
    WarehouseInterruptedError,
)
from payback.warehouse.mysql.locking import take_lock
from payback.warehouse.mysql.problems import UNREACHABLE, code_of, translated
from payback.warehouse.mysql.writer import ERRORS, Writer, translating
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payback.warehouse.mysql.address import Address

_log = logging.getLogger(__name__)

OLDEST_MYSQL = (8, 0)
OLDEST_MARIADB = (10, 6)
# Names in double quotes, as in the rest of the product; everything that is lax about values is off.
_MODES = (
    "ANSI_QUOTES,STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
_PATIENCE_SECONDS = 60
_SETTINGS = (
    f"set session sql_mode = '{_MODES}', time_zone = '+00:00', innodb_lock_wait_timeout = 50, "
    f"lock_wait_timeout = {_PATIENCE_SECONDS}, net_write_timeout = 600, net_read_timeout = 600, wait_timeout = 28800"
)

# One writer at a time needs no snapshot; with one, a month made meanwhile would end the transaction.
_READ_COMMITTED = "set session transaction isolation level read committed"

_ENOUGH_CONNECTIONS = 8


class Session:
    """Connections to one database.

    Parameters
    ----------
    address : Address
        Where it is.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._locked: Any = None
        self._former: int | None = None
        self._snapshot: Any = None
        self._has_answered = False
        self.writers: list[Writer] = []
        """Connections of the open transaction in the order in which they commit; what is written goes to the last."""
        self.generation = 0
        """Raised with every new writing connection: what was known under the lock of the one before no longer holds."""
        # The driver gets the password from our address, so SQLAlchemy never holds it.
        self.pool = sqlalchemy.create_engine(
            "mysql+pymysql://", creator=self._connect, pool_size=2, max_overflow=4, pool_pre_ping=True, pool_recycle=900
        )

    @property
    def has_lock(self) -> bool:
        """Tell whether this session is the one that writes."""
        return self._locked is not None

    @property
    def in_transaction(self) -> bool:
        """Tell whether a transaction is open."""
        return bool(self.writers)

    @property
    def is_fixed(self) -> bool:
        """Tell whether reading must go over one connection: within a transaction or a snapshot."""
        return self.in_transaction or self._snapshot is not None

    @cached_property
    def may_be_plain(self) -> bool:
        """Tell whether rows may be read without encryption: where the address, the server and the user's account do.

        The reader that does it opens connections of its own, and waits half a minute where it gets none.
        """
        if not self.address.may_be_plain:
            return False
        try:
            ((wanted, most),) = self.rows("select @@global.require_secure_transport, @@max_user_connections")
            if 0 < int(most) < _ENOUGH_CONNECTIONS:
                return False
            ((account,),) = self.rows("show create user current_user()")
        except PaybackError:
            return False
        return not wanted and (" REQUIRE " not in account or " REQUIRE NONE" in account)

    @property
    def writer(self) -> Writer:
        """Where the open transaction writes."""
        return self.writers[-1]

    def close(self) -> None:
        """Close every connection; the lock is free then."""
        self._drop_writer()
        self.pool.dispose()

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn errors of driver and SQLAlchemy into ours."""
        with translating(self.address):
            yield

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """Give a connection that sees what is committed, or within a transaction also its own work."""
        with self.translating():
            if self.is_fixed:
                yield self.writer.connection if self.in_transaction else self._snapshot
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
        return self.writer.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all or nothing, as the only one that writes; with `add_writers`, one connection after the other."""
        writer = Writer(retried(self._locked_writer), self.address)
        writer.begin()
        self.writers = [writer]
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            for further in self.writers[1:]:
                further.close()
            self.writers = []

    def add_writers(self, number: int) -> int:
        """Open further connections for the open transaction, each in one of its own; return how many came about.

        What is written from now on goes to the last one.
        """
        for added in range(number):
            try:
                self.writers.append(self._further_writer())
            except PaybackError as error:
                _log.info("no further connection, so rows travel over %d: %s", added + 1, error)
                return added
        return number

    def _further_writer(self) -> Writer:
        writer = Writer(self._connect(), self.address)
        try:
            writer.execute(_READ_COMMITTED)
            writer.begin()
        except BaseException:
            writer.close()
            raise
        return writer

    def _commit(self) -> None:
        """Commit one connection after the other; before the first, make sure that the others are still there."""
        for further in self.writers[1:]:
            further.check()
        for done, writer in enumerate(self.writers):
            try:
                writer.commit()
            except PaybackError as error:
                if not done:
                    raise
                raise WarehouseInterruptedError(
                    "a part of the slices is written, the rest is not",
                    where=error.where,
                    got=error.got,
                    hint="run again: what is there stays, and the rest follows",
                ) from error

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

    def ddl(self, statement: str, *, patience_seconds: int = _PATIENCE_SECONDS) -> None:
        """Run a statement that commits by itself, on a connection of its own; so long it waits for those who read."""
        with self.translating():
            borrowed: Any = self.pool.raw_connection()
            try:
                with borrowed.driver_connection.cursor() as cursor:
                    cursor.execute(f"set session lock_wait_timeout = {int(patience_seconds)}")
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
        for further in self.writers[1:]:
            further.give_up()
        try:
            self.writers[0].connection.rollback()
        except ERRORS:
            self._drop_writer()

    def _locked_writer(self) -> Any:
        """Return the writing connection, made and locked where there is none that answers."""
        with self.translating():
            if self._locked is not None:
                try:
                    self._locked.ping(reconnect=False)
                except ERRORS:
                    self._drop_writer()
                else:
                    return self._locked
            connection = self._connect()
            try:
                connection.query(_READ_COMMITTED)
                take_lock(connection, self.address, self._former)
            except BaseException:
                connection.close()
                raise
        self._locked = connection
        self.generation += 1
        return connection

    def _drop_writer(self) -> None:
        if self._locked is not None:
            self._former = self._locked.thread_id()
            with suppress(*ERRORS):
                self._locked.close()
            self._locked = None

    def _connect(self) -> Any:
        try:
            # The flag lets us offer rows; without the option the driver sends no file that a server asks for.
            connection = pymysql.connect(**self.address.driver_options(), client_flag=CLIENT.LOCAL_FILES)
        except ERRORS as error:
            # A server that answered before is restarting; one that never did is not there.
            if self._has_answered and code_of(error) in UNREACHABLE:
                raise WarehouseInterruptedError("the MySQL server is away", where=str(self.address)) from error
            raise translated(error, self.address) from error
        try:
            check_version(connection.get_server_info(), self.address)
            connection.query(_SETTINGS)
        except BaseException:
            connection.close()
            raise
        self._has_answered = True
        return connection


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
            allowed=f"MySQL {_dotted(OLDEST_MYSQL)} or newer, MariaDB {_dotted(OLDEST_MARIADB)} or newer",
            hint="upgrade the server, or use warehouse.kind duckdb",
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
