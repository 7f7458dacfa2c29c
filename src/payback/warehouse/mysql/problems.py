"""What the server's errors mean, in our words: host, database, cause and hint, never a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.errors import (
    ConfigurationError,
    DiskFullError,
    PaybackError,
    SchemaVersionError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseInterruptedError,
)

if TYPE_CHECKING:
    from payback.warehouse.mysql.address import Address

LOST = frozenset({2006, 2013, 2014, 2055, 1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1927, 4031, 0})
"""The connection broke or the server went down."""

_CROWDED = frozenset({1040, 1203, 1226})
"""The server, or its account for us, has as many connections as it may."""

UNREACHABLE = frozenset({2002, 2003, 2005}) | _CROWDED
"""No connection came about."""

LOCAL_OFF = frozenset({3948, 4166, 1148, 2068})
"""The server takes no rows by LOAD DATA LOCAL."""

_DEADLOCK = 1213
_CHANGED = 1412
"""A table was altered while a snapshot of it was read: a month was made, say."""

_PASSING = {
    _DEADLOCK: "the server ended the transaction to resolve a deadlock",
    _CHANGED: "a table was altered while it was read",
}

_KNOWN: dict[int, tuple[type[PaybackError], str, str]] = {
    1045: (ConfigurationError, "the server refuses this user or password", "check mysql.user and the password"),
    1698: (ConfigurationError, "the server refuses this user or password", "check mysql.user and the password"),
    1049: (ConfigurationError, "there is no such database on the server", "payback db create"),
    1044: (WarehouseError, "this user may not use the database", "payback db grants shows what to grant"),
    1142: (WarehouseError, "this user lacks a right", "payback db grants shows what to grant"),
    1143: (WarehouseError, "this user lacks a right", "payback db grants shows what to grant"),
    1227: (WarehouseError, "this user lacks a right", "payback db grants shows what to grant"),
    1370: (WarehouseError, "this user lacks a right", "payback db grants shows what to grant"),
    1290: (WarehouseError, "the server runs in a mode that forbids this", "is it a replica, or set read-only?"),
    1836: (WarehouseError, "the server is read-only", "write to the primary server"),
    1205: (WarehouseBusyError, "another session holds rows or a table that are needed", "run again when it is done"),
    1021: (DiskFullError, "the server's disk is full; nothing was changed", "free some space there and run again"),
    1114: (DiskFullError, "the server has no room in the table", "free some space there and run again"),
    1041: (DiskFullError, "the server is out of memory", "give it more, or load smaller files"),
    1153: (WarehouseError, "a row is larger than the server takes", "raise max_allowed_packet on the server"),
    1146: (SchemaVersionError, "a table is missing", "payback db migrate"),
    1054: (SchemaVersionError, "a column is missing: was the table altered by hand?", "payback db status"),
    1526: (WarehouseError, "the table has no partition for a date", "payback db migrate"),
    1064: (WarehouseError, "the server does not understand a statement", "is it MySQL 8.0 or newer?"),
    2026: (ConfigurationError, "no encrypted connection comes about", "check mysql.tls and mysql.tls_ca"),
    3159: (ConfigurationError, "the server wants an encrypted connection", "set mysql.tls to required"),
}


def code_of(error: BaseException) -> int | None:
    """Return the server's or the driver's number of an error, also where SQLAlchemy wraps it."""
    inner = getattr(error, "orig", None) or error
    first = inner.args[0] if inner.args else None
    return first if isinstance(first, int) else None


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection broke."""
    code = code_of(error)
    return code in LOST if code is not None else isinstance(error, OSError)


def translated(error: BaseException, address: Address) -> PaybackError:
    """Return our error for one of the driver's or SQLAlchemy's."""
    if isinstance(error, PaybackError):
        return error
    code, got, where = code_of(error), _words(error, address), str(address)
    if found := _broken(error, code, got, address):
        return found
    if code in _KNOWN:
        kind, message, hint = _KNOWN[code]
        return kind(message, where=where, got=got, hint=hint)
    return WarehouseError("the MySQL server refused a statement", where=where, got=got)


def _broken(error: BaseException, code: int | None, got: str, address: Address) -> PaybackError | None:
    """Return our error where there is no connection, or none any more."""
    where = str(address)
    if "timed out" in got and (code in LOST or isinstance(error, OSError)):
        return WarehouseError(
            "the server did not answer in time",
            where=where,
            got=got,
            hint=f"is its disk full? A server then waits; mysql.timeout is {address.timeout:g} seconds",
        )
    if code in _PASSING or is_lost(error):
        cause = _PASSING.get(code or 0, "the connection broke")
        return WarehouseInterruptedError(
            f"{cause}; nothing was changed", where=where, got=got, hint="run again; what is loaded stays"
        )
    if code in UNREACHABLE and "SSL" in got:
        return ConfigurationError(
            "no trusted encrypted connection comes about",
            where=where,
            got=got,
            hint="check mysql.tls and mysql.tls_ca, the file of the certificate that signed the server's",
        )
    if code in _CROWDED:
        return WarehouseError(
            "the server has no connection left for us",
            where=where,
            got=got,
            hint="end other sessions, or raise max_connections on the server, or max_user_connections of this user",
        )
    if code in UNREACHABLE:
        return WarehouseError(
            "the MySQL server does not answer",
            where=where,
            got=got,
            hint="is it running, and are mysql.host and mysql.port right?",
        )
    return None


def _words(error: BaseException, address: Address) -> str:
    """Return the server's own words, shortened and without the password."""
    inner = getattr(error, "orig", None) or error
    text = " ".join(str(part) for part in inner.args) if inner.args else type(inner).__name__
    if address.password:
        text = text.replace(address.password, "***")
    return " ".join(text.split())[:300]
