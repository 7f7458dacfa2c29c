"""Turn the columns of a file or a frame into the typed columns of a table, and say which rows cannot be read.

Nothing is dropped here: each row gets its values and, where one cannot be read, the reason. Who calls decides where
rows with a reason go. Reason codes: ``missing_date``, ``bad_date``, ``not_a_number``, ``ambiguous_number``,
``not_a_whole_number``, ``out_of_range``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.currencies import CURRENCIES, SHARED_SIGNS, SIGNS, check_currency
from payback.engine.duckdb import literal, quoted, read_sql
from payback.engine.styles import Style, find_styles
from payback.errors import UnknownCurrencyError
from payback.tables import CUSTOMERS, MONEY_DIGITS, MONEY_SCALE, ORDERS, UNKNOWN_CURRENCY, Column

if TYPE_CHECKING:
    from payback.engine.columns import ColumnMapping, Match
    from payback.engine.duckdb import Engine

MONEY = f"decimal({MONEY_DIGITS}, {MONEY_SCALE})"
_WIDE = "decimal(38, 6)"
SQL_TYPES = {
    "integer": "bigint",
    "decimal": MONEY,
    "number": "double",
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
"""DuckDB's name of each type of `payback.tables`."""

READING_RULES = {
    "summary_row": "a row is one row of the report, not the total of others",
    "missing_date": "every row needs a date",
    "bad_date": "a date that exists, such as 2024-12-31",
    "not_a_number": "a number",
    "ambiguous_number": "a number whose decimal sign is clear",
    "not_a_whole_number": "a whole number",
    "out_of_range": "an amount below 1,000,000,000,000",
}
"""What each reason for which a row cannot be read asks for."""

_IDS = ("external_campaign_id", "external_customer_id", "order_id", "account")
_BAND = r"\d{1,3}\s*[-–]\s*\d{1,3}|\d{1,3}\s*\+|(?i)(under|over|<|>|unter|über)\s*\d{1,3}"
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

    Raises
    ------
    AmbiguousDateError, UnknownCurrencyError
    """
    engine.connection.execute(read_sql("payback.engine", "typed.sql"))
    styles, notes = find_styles(
        engine,
        relation,
        mapping,
        decimal_sign=settings.decimal_sign,
        date_order=settings.date_order,
        decimal_hint=settings.decimal_hint,
        where=where,
    )
    types = {row[0]: row[1] for row in engine.rows(f"describe {quoted(relation)}")}
    reader = _Reader(mapping, styles, types, settings)
    currency, currency_notes = reader.currency(engine, relation, where)
    name = f"typed_{next(_counter)}"
    engine.execute(reader.sql(relation, name, currency, hash_columns), name=f"read {where or 'a frame'}")
    return TypedTable(name, notes + currency_notes)


class _Reader:
    """Writes the SQL that reads one relation."""

    def __init__(
        self, mapping: ColumnMapping, styles: dict[str, Style], types: dict[str, str], settings: ReadSettings
    ) -> None:
        self.mapping = mapping
        self.styles = styles
        self.types = types
        self.settings = settings

    def sql(self, relation: str, target: str, currency: str, hash_columns: tuple[str, ...]) -> str:
        """Return the statement: one pass that parses, one that judges."""
        table = self.mapping.table
        columns = [c for c in table.readable if c.name not in ("campaign_id", "customer_id")]
        parsed = ",\n        ".join(f"{self._value(c, currency)} as {quoted(c.name)}" for c in columns)
        judged = self._summary_fault()
        judged += [part for c in columns if c.name in self.mapping.columns for part in self._faults(c)]
        raws = ", ".join(f"{quoted(m.header)} as {quoted('raw ' + n)}" for n, m in self.mapping.columns.items())
        hashed = ", ".join(f"coalesce({quoted(name)}::varchar, chr(30))" for name in hash_columns)
        final = ", ".join(self._final(c) for c in columns)
        chosen = " ".join(f"when {test} then {position}" for position, (test, _, _) in enumerate(judged))
        fault = f"case {chosen} end" if judged else "null::int"
        reasons = _lookup([literal(reason) for _, reason, _ in judged])
        names = _lookup([literal(name) for _, _, name in judged])
        values = _lookup([f"{quoted('raw ' + name)}::varchar" for _, _, name in judged])
        return f"""
create or replace temp table {target} as
with parsed as (
    select
        row_number,
        line_number,
        {parsed},
        (md5_number_lower(concat_ws(chr(31), {hashed})) >> 1)::bigint as row_hash,
        {raws}
    from {quoted(relation)}
),
judged as (
    select *, {fault} as fault from parsed
)
select row_number, line_number, {final}, row_hash,
    {reasons} as reason, {names} as reason_column, {values} as reason_value
from judged
"""

    def currency(self, engine: Engine, relation: str, where: str) -> tuple[str, list[str]]:
        """Return the SQL expression of a row's currency, and what to tell a person."""
        if "currency" not in self.mapping.table:
            return "null", []
        notes: list[str] = []
        options = []
        if match := self.mapping.columns.get("currency"):
            self._check_codes(engine, relation, match, where)
            column = f"{quoted(match.header)}::varchar"
            options.append(f"case when not is_missing({column}) then upper(trim({column})) end")
        headers = {m.currency for m in self.mapping.columns.values() if m.currency}
        if len(headers) == 1:
            options.append(literal(headers.pop()))
        elif headers:
            raise UnknownCurrencyError(
                "the headers name several currencies",
                where=where,
                got=", ".join(sorted(headers)),
                hint='choose the columns of one currency with --map cost="…"',
            )
        options += self._sign_options(notes)
        options.append(literal(check_currency(self.settings.currency or UNKNOWN_CURRENCY)))
        return f"coalesce({', '.join(options)})", notes

    def _sign_options(self, notes: list[str]) -> list[str]:
        """Return SQL for the currency signs beside amounts; the only one in a file stands for all of its rows."""
        found: dict[str, dict[str, str]] = {}
        for name, style in self.styles.items():
            if self.mapping.table[name].unit == "money":
                known = [sign for sign in style.signs if sign in SIGNS or sign in CURRENCIES]
                found[name] = {sign: self._sign_code(sign, notes) for sign in known}
        codes = {code for signs in found.values() for code in signs.values()}
        if len(codes) == 1:
            return [literal(codes.pop())]
        return [self._sign_case(name, signs) for name, signs in found.items() if signs]

    def _sign_case(self, name: str, signs: dict[str, str]) -> str:
        column = quoted(self.mapping.columns[name].header)
        # Longer signs first: "US$" ends in "$".
        ordered = sorted(signs.items(), key=lambda pair: -len(pair[0]))
        cases = " ".join(f"when contains({column}, {literal(sign)}) then {literal(code)}" for sign, code in ordered)
        return f"case {cases} end"

    def _sign_code(self, sign: str, notes: list[str]) -> str:
        if sign not in SIGNS:
            return check_currency(sign, where="a code beside an amount")
        shared = SHARED_SIGNS.get(sign, frozenset())
        default = self.settings.currency
        code = default if default in shared else SIGNS[sign]
        if shared and code != default:
            notes.append(f"{sign} is read as {code}; set currency if it is another {sign}")
        return str(code)

    def _check_codes(self, engine: Engine, relation: str, match: Match, where: str) -> None:
        column = f"{quoted(match.header)}::varchar"
        found = engine.rows(
            f"select upper(trim({column})) as code, min(coalesce(line_number, row_number)) from {quoted(relation)} "
            f"where not is_missing({column}) group by all order by 2"
        )
        for code, line in found:
            check_currency(code, where=f"{where}, line {line}, column {match.header!r}")

    def _value(self, column: Column, currency: str) -> str:
        """Return the SQL that reads a column; missing ones are null, and technical defaults are filled in."""
        if column.name == "currency":
            return currency
        match = self.mapping.columns.get(column.name)
        value = self._read(column, match) if match else f"null::{SQL_TYPES[column.type]}"
        defaults = {"source": literal(self.settings.source), "account": literal(self.settings.account)}
        return f"coalesce({value}, {defaults[column.name]})" if column.name in defaults else value

    def _read(self, column: Column, match: Match) -> str:
        header = quoted(match.header)
        text = self.types[match.header] == "VARCHAR"
        if column.type in ("integer", "decimal", "number"):
            number = self._number(column.name, header) if text else f"try_cast({header} as {MONEY})"
            if match.scale != 1:
                wide = number.replace(MONEY, _WIDE)
                number = f"({wide} * {match.scale:f}::decimal(19, 9))::{MONEY}"
            return number
        if column.type == "date":
            return self._date(column.name, header) if text else f"try_cast({header} as date)"
        if column.name in _IDS:
            return f"id_text({header})" if text else f"id_text({self._whole(header, match)})"
        return f"nullif(trimmed({header}::varchar), '')"

    def _whole(self, header: str, match: Match) -> str:
        """Ids that a spreadsheet or pandas turned into floats become whole numbers again."""
        floating = self.types[match.header] in ("DOUBLE", "FLOAT")
        return f"coalesce(try_cast({header} as bigint)::varchar, {header}::varchar)" if floating else header

    def _number(self, name: str, header: str) -> str:
        style = self.styles[name]
        parts = f"number_parts({header})"
        digits = {
            ".": f"point_digits({parts}.digits)",
            ",": f"comma_digits({parts}.digits)",
            "mixed": f"case decimal_evidence({parts}.digits) when ',' then comma_digits({parts}.digits) "
            f"when '?' then null else point_digits({parts}.digits) end",
        }[style.decimal_sign]
        slow = f"case when not is_missing({header}) then number_sign({parts}) * try_cast({digits} as {MONEY}) end"
        return f"coalesce(try_cast({header} as {MONEY}), {slow})" if style.decimal_sign == "." else f"({slow})"

    def _date(self, name: str, header: str) -> str:
        order = "day_first" if self.styles[name].date_order == "dmy" else "month_first"
        readings = ("year_first", order, "month_in_words", "spreadsheet_day")
        return "coalesce(" + ", ".join(f"{reading}({header})" for reading in readings) + ")"

    def _summary_fault(self) -> list[tuple[str, str, str]]:
        """Tell the sum line of an export, which names neither day nor campaign, from a row that lacks its date."""
        names = [name for name in ("campaign_name", "external_campaign_id") if name in self.mapping.columns]
        if not names or "date" not in self.mapping.columns:
            return []
        nameless = " and ".join(f"{quoted(name)} is null" for name in names)
        return [(f"is_missing({quoted('raw date')}::varchar) and {nameless}", "summary_row", "date")]

    def _faults(self, column: Column) -> list[tuple[str, str, str]]:
        """Return (test, reason, column) for everything that can be wrong with a column's text."""
        name, raw = quoted(column.name), f"{quoted('raw ' + column.name)}::varchar"
        if column.type == "date":
            return [
                (f"is_missing({raw})", "missing_date", column.name),
                (f"{name} is null", "bad_date", column.name),
            ]
        if column.type not in ("integer", "decimal", "number"):
            return []
        unread = f"{name} is null and not is_missing({raw})"
        if column.name == "age":
            unread += f" and not regexp_full_match(trimmed({raw}), '{_BAND}')"
        faults = []
        style = self.styles.get(column.name)
        if style and style.decimal_sign == "mixed":
            faults.append(
                (f"{unread} and decimal_evidence(number_parts({raw}).digits) = '?'", "ambiguous_number", column.name)
            )
        wide = self._number(column.name, raw) if style else f"try_cast({raw} as {MONEY})"
        faults.append((f"{unread} and {wide.replace(MONEY, _WIDE)} is not null", "out_of_range", column.name))
        faults.append((unread, "not_a_number", column.name))
        if column.type == "integer":
            faults.append((f"{name} <> trunc({name})", "not_a_whole_number", column.name))
        return faults

    def _final(self, column: Column) -> str:
        """Return the column as its table types it; order money and age bands are derived here."""
        name = quoted(column.name)
        if column.type == "integer":
            # An unreadable count keeps the row out, so the cast may not fail on it.
            return f"try_cast(case when {name} = trunc({name}) then {name} end as bigint) as {name}"
        if self.mapping.table.name == ORDERS.name and column.name == "revenue":
            return f"coalesce({name}, try_cast(quantity * unit_price as {MONEY})) as {name}"
        if self.mapping.table.name == CUSTOMERS.name and column.name == "age_band" and "age" in self.mapping.columns:
            raw = f"trimmed({quoted('raw age')}::varchar)"
            return f"coalesce({name}, case when regexp_full_match({raw}, '{_BAND}') then {raw} end) as {name}"
        return name


def _lookup(values: list[str]) -> str:
    """Return SQL that picks a value by the number of the fault."""
    if not values:
        return "null::varchar"
    return "case fault " + " ".join(f"when {number} then {value}" for number, value in enumerate(values)) + " end"
