"""The lock of a database: one run of Payback writes at a time."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pymysql

from payback.errors import WarehouseBusyError, WarehouseInterruptedError

if TYPE_CHECKING:
    from payback.warehouse.mysql.address import Address

_LONGEST = 64


def lock_name(database: str) -> str:
    """Return the name of the lock of a database: at most 64 signs."""
    name = f"payback.{database}"
    return name if len(name) <= _LONGEST else f"payback.{hashlib.blake2b(database.encode()).hexdigest()[:40]}"


def take_lock(connection: Any, address: Address, former: int | None = None) -> None:
    """Take the lock of a database for a connection.

    Parameters
    ----------
    connection : pymysql.Connection
        Holds it until it closes.
    address : Address
        Server and database.
    former : int, optional
        Number of a session of our own whose connection broke.

    Raises
    ------
    WarehouseBusyError
        Another session has it; the message says which.
    WarehouseInterruptedError
        It is the former one: the server is still undoing what it did.
    """
    name = lock_name(address.database)
    with connection.cursor() as cursor:
        # A killed session keeps its locks until its statement ends, hence the short wait.
        cursor.execute("select get_lock(%s, 2)", [name])
        if cursor.fetchone()[0] == 1:
            return
        cursor.execute("select is_used_lock(%s)", [name])
        (number,) = cursor.fetchone()
        if number is None or number == former:
            raise WarehouseInterruptedError("the server is still undoing what was interrupted", where=str(address))
        holder = _holder(cursor, number)
    raise WarehouseBusyError(
        "another run of Payback writes into this database",
        where=str(address),
        got=holder,
        hint="wait for it to end, and run again",
    )


def _holder(cursor: Any, number: int) -> str:
    """Say who has the lock, as far as this user may know."""
    cursor.execute("select id, user, host, time from information_schema.processlist where id = %s", [number])
    row = cursor.fetchone()
    if not row:
        return "a session of another user"
    words = f"session {row[0]} of {row[1]} from {row[2]}"
    with suppress(pymysql.Error):
        cursor.execute(
            "select attr_value from performance_schema.session_account_connect_attrs "
            "where processlist_id = %s and attr_name = '_pid'",
            [number],
        )
        if process := cursor.fetchone():
            words += f", process {process[0]} there"
    return words
