"""One connection with an open transaction: everything that is written goes through one of these."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pymysql
from sqlalchemy.exc import SQLAlchemyError

from payback.errors import WarehouseError
from payback.warehouse.mysql.problems import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payback.warehouse.mysql.address import Address

ERRORS = (pymysql.Error, SQLAlchemyError, OSError)
"""What the driver and SQLAlchemy raise."""

_SURELY_FITS = 500_000
"""Bytes of text that every server takes: max_allowed_packet is at least a megabyte wherever anything works."""


class Writer:
    """A connection in a transaction.

    Parameters
    ----------
    connection : pymysql.Connection
        Open, and no transaction begun.
    address : Address
        Where it leads, for messages.
    """

    def __init__(self, connection: Any, address: Address) -> None:
        self.connection = connection
        self.address = address

    def begin(self) -> None:
        """Begin the transaction."""
        with translating(self.address):
            self.connection.begin()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query, which sees what this transaction wrote, and return its rows."""
        with translating(self.address), self.connection.cursor() as cursor:
            cursor.execute(sql, list(values) or None)
            return list(cursor.fetchall())

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement and return the number of rows it changed."""
        self._check_size(values)
        with translating(self.address), self.connection.cursor() as cursor:
            return int(cursor.execute(sql, list(values) or None))

    def execute_each(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for each row of values; an INSERT takes many of them at once."""
        with translating(self.address), self.connection.cursor() as cursor:
            cursor.executemany(sql, rows)

    def check(self) -> None:
        """Raise where the connection is gone."""
        with translating(self.address):
            self.connection.ping(reconnect=False)

    def commit(self) -> None:
        """Commit the transaction."""
        with translating(self.address):
            self.connection.commit()

    def give_up(self) -> None:
        """Undo the transaction and close; where the connection is gone, the server does it by itself."""
        with suppress(*ERRORS):
            self.connection.rollback()
        self.close()

    def close(self) -> None:
        """Close the connection."""
        with suppress(*ERRORS):
            self.connection.close()

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
def translating(address: Address) -> Iterator[None]:
    """Turn errors of driver and SQLAlchemy into ours."""
    try:
        yield
    except ERRORS as error:
        raise translated(error, address) from error
