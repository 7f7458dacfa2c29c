"""The export of users: a table a day with those who changed on it, each with the figures of his whole life.

``pseudonymous_users_20250131`` has browsers and devices, ``users_20250131`` the shop's own ids of those who signed in.
Neither names the other, so only one of them can say who the customers are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import literal, read_sql
from payback.errors import EmptyFileError, MissingColumnError, UnreadableFileError, WarehouseError
from payback.sources.ga4_export.columns import flat_name, nested_values, relation
from payback.sources.ga4_export.parts import files_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from payback.engine.duckdb import Engine
    from payback.sources.ga4_export.options import Identity
    from payback.sources.ga4_export.parts import Form

TABLES: dict[Identity, tuple[str, str]] = {
    "user_pseudo_id": ("pseudonymous_users_", "pseudo_user_id"),
    "user_id": ("users_", "user_id"),
}
"""What makes a customer -> how the tables are called, and their column of ids."""
_PATHS = {
    "country": ("geo.country", "varchar"),
    "sessions": ("user_ltv.sessions", "bigint"),
    "duration_us": ("user_ltv.session_duration_micros", "bigint"),
    "engagement_ms": ("user_ltv.engagement_time_millis", "bigint"),
    "purchases": ("user_ltv.purchases", "bigint"),
    "revenue_usd": ("user_ltv.revenue_in_usd", "double"),
    "revenue": ("user_ltv.revenue", "double"),
    "currency": ("user_ltv.currency", "varchar"),
    "active_us": ("user_info.last_active_timestamp_micros", "bigint"),
    "updated": ("last_updated_date", "varchar"),
}
_LIFE = (
    "sessions bigint, session_duration_micros bigint, engagement_time_millis bigint, purchases bigint, "
    "revenue_in_usd double, revenue double, currency varchar"
)
_JSON_COLUMNS = {
    "geo": "struct(country varchar)",
    "user_ltv": f"struct({_LIFE})",
    "user_info": "struct(last_active_timestamp_micros bigint)",
    "last_updated_date": "varchar",
}
_ROOM = "payback.sources.ga4_export"
_DAY = re.compile(r"(?<=users_)\d{8}")
_ROWS = "user_rows"


@dataclass(frozen=True)
class UserReport:
    """What an export of users held.

    Parameters
    ----------
    files, rows : int
        Files and their rows.
    customers : int
        People: one a user.
    earlier : int
        Rows of users whom a later table, or another row of the same one, has too.
    without_id : int
        Rows that name no user.
    """

    files: int
    rows: int
    customers: int
    earlier: int
    without_id: int


def user_paths(identity: Identity) -> list[str]:
    """Return the path of every column that is read."""
    return [TABLES[identity][1], *(path for path, _ in _PATHS.values())]


def find_users(path: Path, identity: Identity, first_day: date | None = None) -> list[tuple[Path, Form]]:
    """Return the files with users, and how they are written.

    Parameters
    ----------
    path : path
        The export, see `payback.sources.ga4_export.parts.find_parts`; of a file or a pattern the folder it lies in.
    identity : {"user_pseudo_id", "user_id"}
        What makes a customer.
    first_day : date, optional
        Tables of earlier days are left out.

    Raises
    ------
    EmptyFileError
        There are none.
    """
    beginning = TABLES[identity][0]
    folder = path
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    first = f"{first_day:%Y%m%d}" if first_day else ""
    found = [(file, form) for file, form in files_of(folder) if file.name.startswith(beginning)]
    found = [(file, form) for file, form in found if (_table_day(file) or first) >= first]
    if not found:
        raise EmptyFileError(
            "the export holds no tables of users",
            where=str(folder),
            allowed=f"files such as {beginning}20250131.parquet or {beginning}20250131.json.gz",
            hint="switch the export of user data on in GA4 (BigQuery links), or set ga4_export.customers to events",
        )
    return found


def read_users(engine: Engine, files: Sequence[tuple[Path, Form]], identity: Identity) -> tuple[str, UserReport]:
    """Read tables of users.

    Parameters
    ----------
    engine : Engine
        That of the store: its variable ``currency`` is the currency of amounts that state none.
    files : sequence of (Path, str)
        See `find_users`.
    identity : {"user_pseudo_id", "user_id"}
        What makes a customer.

    Returns
    -------
    sql : str
        The query of one row a user, as `payback.sources.ga4_export.rows.write_customer_rows` takes it.
    report : UserReport
        What was found; rows = customers + earlier + without_id.

    Raises
    ------
    InputError
        A file is damaged, or has no users. Without it some would be missing, or be those of an earlier day.
    """
    engine.execute(f"drop table if exists temp.{_ROWS}")
    for place, (file, form) in enumerate(files):
        start = f"insert into {_ROWS} by name" if place else f"create temp table {_ROWS} as"
        try:
            engine.execute(f"{start} {_query(engine, file, form, identity)}", name=f"read {file.name}")
        except WarehouseError as error:
            if error.retryable or type(error) is not WarehouseError:
                raise
            raise _damaged(file, error) from error
    rows, named, people = engine.row(f"select count(*), count(person), count(distinct person) from {_ROWS}")
    report = UserReport(len(files), int(rows), int(people), int(named - people), int(rows - named))
    return read_sql(_ROOM, "users.sql", rows=_ROWS), report


def _query(engine: Engine, file: Path, form: Form, identity: Identity) -> str:
    """Return the query of a file's rows."""
    id_column = TABLES[identity][1]
    source = relation([file], form, {id_column: "varchar"} | _JSON_COLUMNS)
    found: pa.Schema = engine.arrow(f"select * from {source} limit 0").schema
    missing = [id_column] if id_column not in found.names else []
    if missing or not {"user_ltv", flat_name("user_ltv.sessions")} & set(found.names):
        raise MissingColumnError(
            f"no users of GA4: there is no column {(*missing, 'user_ltv')[0]}",
            where=file.name,
            got=", ".join(found.names[:12]),
            hint=f"export the tables {TABLES[identity][0]}… as they are, all columns, nested",
        )
    values = nested_values(found, {"id": (id_column, "varchar")} | _PATHS)
    day = _table_day(file)
    return read_sql(_ROOM, "user_rows.sql", relation=source, table_day=literal(day) if day else "null", **values)


def _table_day(file: Path) -> str | None:
    match = _DAY.search(file.name)
    return match[0] if match else None


def _damaged(file: Path, error: WarehouseError) -> UnreadableFileError:
    return UnreadableFileError(
        f"{file.name} is damaged or half-written; the customers were left as they were",
        where=str(file),
        got=error.got,
        hint="export this table again, or wait until it is written, and run again",
    )
