"""What the doctor looks at on a MySQL server: version, encryption, rights, settings, clock, room, schema."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from payback.errors import PaybackError
from payback.warehouse.mysql import migrating
from payback.warehouse.mysql.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from payback.warehouse.mysql.address import Address

CLOCKS_APART_SECONDS = 120
SMALLEST_PACKET = 16 * 2**20
_GB = 10**9
_SHOWN = 3


class Finding(NamedTuple):
    """One finding: what was looked at, ``ok``, ``warn`` or ``fail``, what is there, and what to do about it."""

    name: str
    status: str
    found: str
    hint: str = ""


def findings(address: Address) -> list[Finding]:
    """Look over a server and return what was found; nothing is changed and nothing raised.

    Parameters
    ----------
    address : Address
        Server and database.
    """
    session = Session(address)
    try:
        ((version,),) = session.rows("select version()")
        return [Finding("MySQL server", "ok", f"{version} at {address}"), *_each(session)]
    except PaybackError as error:
        got = f": {error.got}" if error.got else ""
        return [Finding("MySQL server", "fail", f"{error.message}{got} ({address})", error.hint or "")]
    finally:
        session.close()


def _each(session: Session) -> list[Finding]:
    checks: tuple[Callable[[Session], Finding], ...] = (
        _encryption,
        _rights,
        _local_infile,
        _packets,
        _strictness,
        _clock,
        _room,
        _schema,
    )
    found = []
    for check in checks:
        try:
            found.append(check(session))
        except PaybackError as error:
            found.append(Finding("MySQL" + check.__name__.replace("_", " "), "warn", error.message, error.hint or ""))
    return found


def _encryption(session: Session) -> Finding:
    ((_, cipher),) = session.rows("show session status like 'Ssl_cipher'")
    if cipher or session.address.is_local:
        return Finding("MySQL encryption", "ok", str(cipher) or "none, on this machine")
    return Finding("MySQL encryption", "warn", "none", "set mysql.tls to required")


def _rights(session: Session) -> Finding:
    text = " ".join(row[0].lower() for row in session.rows("show grants"))
    missing = [right for right in migrating.RIGHTS if right not in text and "all privileges" not in text]
    if missing:
        hint = "payback db grants shows what to grant"
        return Finding("MySQL rights", "fail", f"missing: {', '.join(missing)}", hint)
    if session.address.user == "root":
        return Finding("MySQL rights", "warn", "the user is root", "payback db grants shows a user with less")
    return Finding("MySQL rights", "ok", "enough to load and to migrate")


def _local_infile(session: Session) -> Finding:
    ((value,),) = session.rows("select @@global.local_infile")
    if value:
        return Finding("MySQL local_infile", "ok", "on")
    hint = "loading works by INSERT, several times slower; SET PERSIST local_infile = ON makes it fast"
    return Finding("MySQL local_infile", "warn", "off", hint)


def _packets(session: Session) -> Finding:
    ((size,),) = session.rows("select @@global.max_allowed_packet")
    found = f"{size / 2**20:.0f} MB"
    if size < SMALLEST_PACKET:
        return Finding("MySQL max_allowed_packet", "warn", found, "16 MB or more keep long texts from failing")
    return Finding("MySQL max_allowed_packet", "ok", found)


def _strictness(session: Session) -> Finding:
    ((mode, zone),) = session.rows("select @@global.sql_mode, @@global.time_zone")
    if "STRICT" in str(mode):
        return Finding("MySQL sql_mode", "ok", f"strict, time zone {zone}; Payback sets its own for itself")
    hint = "Payback is strict by itself; other programs that write there are not"
    return Finding("MySQL sql_mode", "warn", "not strict", hint)


def _clock(session: Session) -> Finding:
    ((now,),) = session.rows("select utc_timestamp(6)")
    apart = abs((now - datetime.now(UTC).replace(tzinfo=None)).total_seconds())
    if apart > CLOCKS_APART_SECONDS:
        return Finding("MySQL clock", "warn", f"{apart:.0f} seconds apart from here", "set both clocks by the network")
    return Finding("MySQL clock", "ok", f"{apart:.1f} seconds apart from here")


def _room(session: Session) -> Finding:
    """MySQL tells no one how full its disk is; the size of the database is what there is to see."""
    ((size,),) = session.rows(
        "select coalesce(sum(data_length + index_length), 0) from information_schema.tables "
        "where table_schema = database()"
    )
    with suppress(PaybackError):
        ((read_only,),) = session.rows("select @@global.read_only")
        if read_only:
            return Finding("MySQL disk", "fail", "the server is read-only", "write to the primary server")
    return Finding("MySQL disk", "ok", f"{float(size) / _GB:.2f} GB used by the database")


def _schema(session: Session) -> Finding:
    status = migrating.status(session)
    if status.differences:
        shown = "; ".join(status.differences[:_SHOWN])
        return Finding("MySQL schema", "fail", shown, "undo the change by hand, or load into an empty database")
    if status.revision is None:
        return Finding("MySQL schema", "ok", "no tables yet; the first load makes them")
    if status.pending:
        return Finding("MySQL schema", "fail", f"revision {status.revision} of {status.newest}", "payback db migrate")
    return Finding("MySQL schema", "ok", f"revision {status.revision}")
