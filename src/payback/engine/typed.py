"""Turn the columns of a file or a frame into the typed columns of a table, and say which rows cannot be read.

Nothing is dropped here: each row gets its values and, where one cannot be read, the reason. Who calls decides where
rows with a reason go. Reason codes: see `READING_RULES`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql
from payback.engine.row_currency import RowCurrency
from payback.engine.row_reader import IDS, RowReader
from payback.engine.stored import stored_columns
from payback.engine.styles import find_styles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine
    from payback.engine.stored import StoredColumn

READING_RULES = {
    "summary_row": "a row is one row of the report, not the total of others",
    "missing_date": "every row needs a date",
    "bad_date": "a date that exists, such as 2024-12-31",
    "several_days": "a row is one day: export the report by day",
    "not_a_number": "a number",
    "ambiguous_number": "a number whose decimal sign is clear",
    "not_a_whole_number": "a whole number",
    "out_of_range": "a number that fits: amounts are below 1,000,000,000,000",
    "unknown_currency": "a currency sign, or an ISO 4217 code, beside the amount",
    "several_currencies": "the amounts of a row are in one currency",
}
"""What each reason for which a row cannot be read asks for."""

_counter = itertools.count(1)


@dataclass(frozen=True)
class TypedTable:
    """Typed rows in an engine.

    Parameters
    ----------
    relation : str
        Temporary table: ``row_number``, ``line_number``, the readable columns of the table, ``row_hash``, ``reason``,
        ``reason_column``, ``reason_value``.
    notes : list of str
        What a person should know: decimal signs, date orders, currencies.
    """

    relation: str
    notes: list[str]


@dataclass(frozen=True)
class ReadSettings:
    """What the user says about a file: ``auto`` lets the file speak, ``currency`` is for amounts that name none."""

    currency: str | None = None
    decimal_sign: str = "auto"
    date_order: str = "auto"
    decimal_hint: str = "."
    source: str = ""
    account: str = ""


def type_columns(
    engine: Engine,
    relation: str,
    mapping: ColumnMapping,
    settings: ReadSettings,
    *,
    hash_columns: tuple[str, ...],
    where: str = "",
    keep: Sequence[str] = (),
    lasting: bool = True,
) -> TypedTable:
    """Write the typed rows of a relation into a temporary table.

    Parameters
    ----------
    engine : Engine
        Where the relation is; it has the columns ``row_number`` and ``line_number`` and those of the mapping.
    relation : str
        Name of the relation.
    mapping : ColumnMapping
        Which header is which column.
    settings : ReadSettings
        Currency, decimal sign and date order.
    hash_columns : tuple of str
        Columns whose text makes up ``row_hash``: all of the file.
    where : str
        File name for messages.
    keep : sequence of str
        Columns of the relation that the typed table has too, as they are.
    lasting : bool
        ``row_hash`` is kept in a warehouse, so it is the same in every version of the engine. A hash for the moment
        takes a twentieth of the time.

    Raises
    ------
    AmbiguousDateError, UnknownCurrencyError
    """
    engine.execute(read_sql("payback.engine", "typed.sql"), name="define macros")
    stored = stored_columns(engine, relation, mapping)
    styles, notes = find_styles(
        engine,
        relation,
        mapping,
        decimal_sign=settings.decimal_sign,
        date_order=settings.date_order,
        decimal_hint=settings.decimal_hint,
        where=where,
    )
    currency = RowCurrency(mapping, styles, settings.currency)
    currency.check(engine, relation, where)
    defaults = {"source": settings.source, "account": settings.account}
    reader = RowReader(mapping, stored, styles, currency, defaults)
    name = f"typed_{next(_counter)}"
    row_hash = (lasting_hash if lasting else _passing_hash)(hash_columns)
    engine.execute(reader.sql(relation, name, row_hash, keep), name=f"read {where or 'a frame'}")
    notes += [*_rounded_ids(engine, relation, mapping, stored), *_broken_names(engine, relation, stored)]
    return TypedTable(name, notes + currency.notes)


def _rounded_ids(
    engine: Engine, relation: str, mapping: ColumnMapping, stored: Mapping[str, StoredColumn]
) -> list[str]:
    """Say which columns of ids hold some that a spreadsheet has rounded."""
    texts = {name: stored[name].sql for name in IDS if name in stored and stored[name].stock == "text"}
    if not texts:
        return []
    counts = ", ".join(f"count(*) filter (where is_rounded_id({sql}))" for sql in texts.values())
    found = zip(texts, engine.row(f"select {counts} from {quoted(relation)}"), strict=True)
    return [
        f"{count} values of {mapping.columns[name].header!r} lost their last digits in a spreadsheet (1.2E+16) and are "
        "not used: one of them could be many; load the file as it was downloaded"
        for name, count in found
        if count
    ]


def _broken_names(engine: Engine, relation: str, stored: Mapping[str, StoredColumn]) -> list[str]:
    """Say whether names of campaigns were encoded twice, by whatever wrote the file."""
    name = stored.get("campaign_name")
    if name is None or name.stock != "text":
        return []
    count, example = engine.row(
        f"select count(*), min({name.sql}) from {quoted(relation)} where is_twice_encoded({name.sql})"
    )
    if not count:
        return []
    return [f"{count} names such as {example!r} were encoded twice before they came here; export them again as UTF-8"]


def lasting_hash(columns: Sequence[str]) -> str:
    """Return SQL of a hash of columns' text that is the same in every version of the engine, for ``row_hash``."""
    texts = ", ".join(f"coalesce({quoted(name)}::varchar, chr(30))" for name in columns)
    # Its own md5_number_lower takes twice as long as these 63 bits of the same sum.
    return f"(md5_number(concat_ws(chr(31), {texts})) & {2**63 - 1})::bigint"


def _passing_hash(columns: Sequence[str]) -> str:
    return f"(hash({', '.join(map(quoted, columns))}) >> 1)::bigint"
