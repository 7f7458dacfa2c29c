"""The first gate: a file becomes the typed rows of a table and the rows that cannot be read, none lost between."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payback.engine.columns import guess_table, known_headers, match_columns, require_columns
from payback.engine.duckdb import literal, quoted, read_sql
from payback.engine.typed import READING_RULES, ReadSettings, type_columns
from payback.errors import ConservationError, MissingColumnError, PaybackError, TooManyRejectedRowsError, UsageError
from payback.sources.platforms import find_source, slug
from payback.sources.reading import RawTable, ReadOptions, read_file
from payback.tables import CAMPAIGNS, CUSTOMERS, LOADED_TABLES, ORDERS, Table

if TYPE_CHECKING:
    from pathlib import Path

    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine

_counter = itertools.count(1)
_DAYS_HINT = "export the report again with a row for each day"
_NUMBERS_HINT = 'state --decimal-sign "," or ".", or name the right column with --map'
_HINTS = {
    "bad_date": 'name the column of days with --map date="…", or export it as 2024-12-31',
    "missing_date": _DAYS_HINT,
    "several_days": _DAYS_HINT,
    "not_a_number": _NUMBERS_HINT,
    "ambiguous_number": _NUMBERS_HINT,
    "not_a_whole_number": _NUMBERS_HINT,
}
_OTHER_HINT = "check delimiter and mapping"


@dataclass(frozen=True)
class FileSettings:
    """What the user says about a file; everything has a default that lets the file speak.

    Parameters
    ----------
    table : str, optional
        ``campaigns``, ``customers``, ``orders`` or ``campaign_details``; by default the headers decide.
    source : str, optional
        Name of the source; by default the ad platform that is recognised, else the name of the file.
    columns : dict of str to str
        Our column -> header, or ``"header / 1000000"``.
    account : str, optional
        Account of the source, where the file names none.
    currency : str, optional
        ISO 4217 code of the amounts whose currency the file does not say.
    decimal_sign : {"auto", ".", ","}
    date_order : {"auto", "dmy", "mdy"}
    maximum_rejected_share : float
        Above it the file, not its rows, is taken to be wrong.
    options : ReadOptions
        Encoding, delimiter, sheet, header line.
    """

    table: str | None = None
    source: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    account: str | None = None
    currency: str | None = None
    decimal_sign: str = "auto"
    date_order: str = "auto"
    maximum_rejected_share: float = 0.5
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class TypedFile:
    """A file as typed rows in an engine.

    Parameters
    ----------
    table : Table
        The table its rows are for.
    source, report : str
        Identity of its slices, with account and day.
    rows : str
        Relation of the readable rows: the table's readable columns, ``report``, ``row_number``, ``row_hash``.
    rejects : str
        Relation of the others, as ``rejected_rows`` has them.
    rows_read, rows_rejected : int
        Data rows of the file, and those among ``rejects``.
    mapping : dict of str to str
        Our column -> header.
    unused : tuple of str
        Headers that no column took.
    dialect : dict
        How the file was read.
    warnings : list of str
        What a person should know.
    """

    table: Table
    source: str
    report: str
    rows: str
    rejects: str
    rows_read: int
    rows_rejected: int
    mapping: dict[str, str]
    unused: tuple[str, ...]
    dialect: dict[str, object]
    warnings: list[str]

    @property
    def rows_loaded(self) -> int:
        """Rows that could be read."""
        return self.rows_read - self.rows_rejected


def read_typed_file(engine: Engine, path: Path, settings: FileSettings) -> TypedFile:
    """Read a file into typed rows and rejected rows.

    Parameters
    ----------
    engine : Engine
        Where the relations are made.
    path : Path
        CSV, TSV, Excel, Parquet; see `payback.sources.reading.read_file`.
    settings : FileSettings
        What the user says about the file.

    Raises
    ------
    InputError
        The file cannot be used; nothing was kept of it.
    """
    try:
        return _read(engine, path, settings)
    except PaybackError as error:
        # Whatever went wrong below, the message names the file.
        if path.name not in str(error):
            error.where = f"{path.name}, {error.where}" if error.where else path.name
        raise


def _read(engine: Engine, path: Path, settings: FileSettings) -> TypedFile:
    raw = read_file(engine, path, known_headers=known_headers(), options=settings.options)
    table = _table(settings, raw, path)
    mapping = match_columns(raw.columns, table, overrides=settings.columns, duplicates=raw.duplicate_columns)
    require_columns(mapping, raw.columns, path.name)
    source = settings.source or find_source(_stem(path), raw.columns)
    how = _how_to_read(settings, raw, source)
    typed = type_columns(engine, raw.relation, mapping, how, hash_columns=raw.columns, where=path.name)
    report = slug(_stem(path))
    rejects = _write_rejects(engine, raw, typed.relation, table, source, report)
    rows = _view_rows(engine, typed.relation, table, report)
    rejected = int(engine.row(f"select count(*) from {rejects}")[0])
    _check(engine, rows, rejects, raw.rows, rejected, settings, path)
    return TypedFile(
        table=table,
        source=source,
        report=report,
        rows=rows,
        rejects=rejects,
        rows_read=raw.rows,
        rows_rejected=rejected,
        mapping=mapping.described(),
        unused=mapping.unused,
        dialect={"format": raw.file_format, **raw.dialect},
        warnings=list(dict.fromkeys([*raw.notes, *mapping.notes, *typed.notes, *_gaps(mapping)])),
    )


def _how_to_read(settings: FileSettings, raw: RawTable, source: str) -> ReadSettings:
    return ReadSettings(
        currency=settings.currency,
        decimal_sign=settings.decimal_sign,
        date_order=settings.date_order,
        decimal_hint="," if raw.dialect.get("delimiter") == ";" else ".",
        source=source,
        account=settings.account or "",
    )


def _table(settings: FileSettings, raw: RawTable, path: Path) -> Table:
    """Return the table to fill: the one that was named, or the one the headers fit."""
    name = settings.table
    if name is None:
        return guess_table(raw.columns, where=path.name, overrides=settings.columns)
    known = {table.name: table for table in LOADED_TABLES}
    if name not in known:
        raise UsageError("no such table to load into", got=name, allowed=", ".join(known))
    if name == CUSTOMERS.name and _is_orders(raw):
        # Order lines are a usual form in which customers come: they are kept as orders and summed up by cleaning.
        return ORDERS
    return known[name]


def _is_orders(raw: RawTable) -> bool:
    try:
        return guess_table(raw.columns, where="") is ORDERS
    except MissingColumnError:
        return False


def _stem(path: Path) -> str:
    """Return the file name without its endings: ``a.csv.gz`` is ``a``."""
    name = path.name
    while "." in name.strip(".") and len(name.rsplit(".", 1)[1]) <= len("parquet"):
        name = name.rsplit(".", 1)[0]
    return name


def _view_rows(engine: Engine, typed: str, table: Table, report: str) -> str:
    name = f"rows_{next(_counter)}"
    columns = [c.name for c in table.readable if c.name not in ("campaign_id", "customer_id")]
    engine.execute(
        f"create or replace temp view {name} as select {', '.join(map(quoted, columns))}, {literal(report)} as report, "
        f"row_number, row_hash from {typed} where reason is null"
    )
    return name


def _write_rejects(engine: Engine, raw: RawTable, typed: str, table: Table, source: str, report: str) -> str:
    name = f"rejects_{next(_counter)}"
    money = {column: column if column in table else "null::decimal(18, 6)" for column in ("cost", "revenue")}
    currency = "currency" if "currency" in table else "null::varchar"
    original = ", ".join(f"coalesce({quoted(column)}::varchar, '')" for column in raw.columns)
    sql = read_sql(
        "payback.sources",
        "rejects.sql",
        target=name,
        structural=quoted(raw.rejects),
        typed=typed,
        raw=quoted(raw.relation),
        original=original,
        rules=", ".join(f"({literal(reason)}, {literal(words)})" for reason, words in READING_RULES.items()),
        currency=currency,
        **money,
    )
    engine.execute(sql, {"table_name": table.name, "source": source, "report": report}, name="collect rejected rows")
    return name


def _check(
    engine: Engine, rows: str, rejects: str, read: int, rejected: int, settings: FileSettings, path: Path
) -> None:
    """Raise if rows were lost on the way, or if so many are unusable that the file is."""
    accepted = int(engine.row(f"select count(*) from {rows}")[0])
    if accepted + rejected != read:
        raise ConservationError(
            "rows were lost while reading", where=path.name, got=f"{accepted} + {rejected}", allowed=f"{read} rows"
        )
    if rejected == 0 or rejected / read <= settings.maximum_rejected_share:
        return
    first = engine.records(f"select * from {rejects} order by row_number limit 1")[0]
    place = f"line {first['line_number']}" if first["line_number"] else f"row {first['row_number']}"
    column = f", column {first['column_name']}" if first["column_name"] else ""
    raise TooManyRejectedRowsError(
        f"{rejected} of {read} rows cannot be read, so nothing was loaded",
        where=f"{path.name}, first at {place}{column}",
        got=f"{first['reason']}: {first['value']!r}" if first["value"] else first["reason"],
        allowed=f"{first['rule']}; at most {settings.maximum_rejected_share:.0%} of the rows may break this"
        " (load.maximum_rejected_share)",
        hint=f"{_HINTS.get(first['reason'], _OTHER_HINT)}; see what is read with --dry-run",
    )


def _gaps(mapping: ColumnMapping) -> list[str]:
    """Return a warning for each measure that the file does not have and people will miss."""
    wanted = {
        CAMPAIGNS.name: {"revenue": "ROI is not known for these rows", "conversions": "CPA is not known"},
        CUSTOMERS.name: {"revenue": "segments know no revenue", "sessions": "segments know no sessions"},
    }.get(mapping.table.name, {})
    return [f"no column for {name}: {effect}" for name, effect in wanted.items() if name not in mapping.columns]
