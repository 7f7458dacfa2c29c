"""Write the SQL that reads the rows of a relation: their values, and what is wrong with each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.engine.duckdb import literal, quoted, read_sql
from payback.engine.stored import MONEY, NUMBERS, SQL_TYPES, StoredColumn
from payback.engine.styles import Style
from payback.tables import CUSTOMERS, ORDERS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.engine.columns import ColumnMapping
    from payback.engine.row_currency import RowCurrency

IDS = ("external_campaign_id", "external_customer_id", "order_id", "account")
_BAND = r"\d{1,3}\s*[-–]\s*\d{1,3}|\d{1,3}\s*\+|(?i)(under|over|<|>|unter|über)\s*\d{1,3}"
_WIDE = "decimal(24, 6)"
"""Counts, and numbers that a factor of nine decimals may be applied to without leaving 38 digits."""


class RowReader:
    """Writes the SQL that reads one relation.

    Parameters
    ----------
    mapping : ColumnMapping
        Which header is which column.
    stored, styles
        How each column is stored, and how the text ones write numbers and dates.
    currency : RowCurrency
        Where the currency of a row stands.
    defaults : dict of str to str
        Values of columns, such as ``source``, where a row states none.

    Notes
    -----
    The columns of the steps are ``raw x`` (the value as it came), ``plain x`` (text that a cast can read),
    ``rest x`` (other text) and ``parts x`` (that text taken apart). No name of ours has a blank in it, so none can
    collide.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        stored: dict[str, StoredColumn],
        styles: dict[str, Style],
        currency: RowCurrency,
        defaults: dict[str, str],
    ) -> None:
        self.mapping = mapping
        self.stored = stored
        self.styles = styles
        self.currency = currency
        self.defaults = defaults
        self.columns = [c for c in mapping.table.readable if c.name not in ("campaign_id", "customer_id")]
        texts = [name for name, column in stored.items() if column.stock == "text"]
        self.dates = [n for n in texts if n == "last day" or mapping.table[n].type == "date"]
        self.numbers = [n for n in texts if n not in self.dates and mapping.table[n].type in NUMBERS]

    def sql(self, relation: str, target: str, row_hash: str, keep: Sequence[str]) -> str:
        """Return the statement."""
        kept = "".join(f", {quoted(name)}" for name in keep)
        judged = self._fault_of_totals()
        judged += [part for c in self.columns if c.name in self.mapping.columns for part in self._faults(c)]
        judged += self._faults_of_money()
        texts = [*self.numbers, *self.dates]
        chosen = " ".join(f"when {test} then {position}" for position, (test, _, _) in enumerate(judged))
        return read_sql(
            "payback.engine",
            "read_rows.sql",
            target=target,
            relation=quoted(relation),
            keep=kept,
            row_hash=row_hash,
            raw="".join(f", {c.sql} as {_raw(name)}" for name, c in self.stored.items()),
            plain="".join(f", {self._plain(name)} as {quoted('plain ' + name)}" for name in texts),
            rest="".join(f", {self._rest(name)} as {quoted('rest ' + name)}" for name in texts),
            parts="".join(
                f", {self._parts(name)} as {quoted('parts ' + name)}" for name in texts if not self._is_plain(name)
            ),
            values="".join(f", {self._value(c)} as {quoted(c.name)}" for c in self.columns),
            fault=f"case {chosen} end" if judged else "null::int",
            final=", ".join(self._final(c) for c in self.columns),
            reasons=_lookup([literal(reason) for _, reason, _ in judged]),
            names=_lookup([literal(name) for _, _, name in judged]),
            found=_lookup([f"{_raw(name)}::varchar" for _, _, name in judged]),
        )

    def _plain(self, name: str) -> str:
        """Return SQL that reads plain text, and none whose point may part thousands."""
        raw = _raw(name)
        width = "date" if name in self.dates else self._width(name)
        if self._is_plain(name):
            return f"try_cast({raw} as {width})"
        if name in self.dates:
            return f"case when is_plain_date({raw}) then try_cast({raw} as date) end"
        test = "is_plain" if self.styles[name].decimal_sign == "." else "is_plain_whole"
        return f"case when {test}({raw}) then try_cast({raw} as {width}) end"

    def _is_plain(self, name: str) -> bool:
        """Tell whether every value of a column of text is plain, so that a cast is all that it takes."""
        return name in self.styles and self.styles[name].plain

    def _rest(self, name: str) -> str:
        """Return SQL of the text that is neither plain nor missing.

        Whatever follows is worked out on this column, which is null nearly everywhere: an expression that occurs
        twice is worked out for every row, whether a case asks for it or not.
        """
        raw, unread = _raw(name), f"{quoted('plain ' + name)} is null"
        if self._is_plain(name):
            return f"case when {unread} then {raw} end"
        return f"case when {unread} and not is_missing({raw}) then {raw} end"

    def _parts(self, name: str) -> str:
        taken_apart = "date_parts" if name in self.dates else "number_parts"
        return f"{taken_apart}({quoted('rest ' + name)})"

    def _width(self, name: str) -> str:
        """Return the type in which a column's numbers are read, before a factor is applied."""
        if self._is_whole(name):
            return "bigint"
        is_money = self.mapping.table[name].type == "decimal" and self.mapping.columns[name].scale == 1
        return MONEY if is_money else _WIDE

    def _is_whole(self, name: str) -> bool:
        """Tell whether a column of counts holds digits alone."""
        is_count = self.mapping.table[name].type == "integer" and self.mapping.columns[name].scale == 1
        return is_count and name in self.styles and self.styles[name].plain and self.styles[name].whole

    def _value(self, column: Column) -> str:
        """Return the SQL that reads a column; missing ones are null, and technical defaults are filled in."""
        if column.name == "currency":
            return self.currency.sql()
        value = self._read(column) if column.name in self.mapping.columns else f"null::{SQL_TYPES[column.type]}"
        default = self.defaults.get(column.name)
        return value if default is None else f"coalesce({value}, {literal(default)})"

    def _read(self, column: Column) -> str:
        raw = _raw(column.name)
        if column.type in NUMBERS:
            return self._scaled(column, self._number(column))
        if column.type == "date":
            return self._date(column.name)
        stored = self.stored[column.name]
        text = raw if stored.stock == "text" else f"{raw}::varchar"
        return f"id_text({text})" if column.name in IDS else f"nullif(trimmed({text}), '')"

    def _number(self, column: Column) -> str:
        name, raw = column.name, _raw(column.name)
        stock = self.stored[name].stock
        if stock == "whole" and column.type == "integer":
            return f"try_cast({raw} as bigint)"
        if stock != "text":
            return f"try_cast({raw} as {self._width(name)})"
        if self._is_plain(name):
            return quoted("plain " + name)
        slow = self._taken_apart(name, self._width(name))
        if column.unit == "seconds":
            slow = f"coalesce({slow}, clock_seconds({quoted('rest ' + name)}))"
        return f"coalesce({quoted('plain ' + name)}, ({slow})::{self._width(name)})"

    def _taken_apart(self, name: str, width: str) -> str:
        """Return SQL that reads the parts of a text as its column writes numbers."""
        parts = quoted("parts " + name)
        digits = f"number_digits({parts})"
        chosen = {
            ".": f"point_digits({digits})",
            ",": f"comma_digits({digits})",
            "mixed": f"case decimal_evidence({digits}) when ',' then comma_digits({digits}) when '?' then null "
            f"else point_digits({digits}) end",
        }[self.styles[name].decimal_sign]
        return f"number_sign({parts}) * try_cast({chosen} as {width})"

    def _scaled(self, column: Column, number: str) -> str:
        scale = self.mapping.columns[column.name].scale
        return number if scale == 1 else f"try_cast({number} * {scale:f}::decimal(19, 9) as {MONEY})"

    def _date(self, name: str) -> str:
        if self.stored[name].stock == "day":
            return f"try_cast({_raw(name)} as date)"
        if self._is_plain(name):
            return quoted("plain " + name)
        style = self.styles.get("date" if name == "last day" else name, Style())
        parts, rest = quoted("parts " + name), quoted("rest " + name)
        orders = {"dmy": ("second", "first"), "mdy": ("first", "second")}
        order, dots = (
            f"day_of({parts}.year, {parts}.{month}, {parts}.{day})"
            for month, day in (orders[style.date_order], orders[style.dot_order])
        )
        last = order if order == dots else f"case when {parts}.sign = '.' then {dots} else {order} end"
        return (
            f"coalesce({quoted('plain ' + name)}, year_first({rest}), {last}, month_in_words({rest}), "
            f"spreadsheet_day({rest}), local_day({rest}))"
        )

    def _fault_of_totals(self) -> list[tuple[str, str, str]]:
        """Tell the sum line of an export, which names neither day nor campaign, from a row that lacks its date."""
        names = [name for name in ("campaign_name", "external_campaign_id") if name in self.mapping.columns]
        if not names or "date" not in self.mapping.columns:
            return []
        nameless = " and ".join(f"{quoted(name)} is null" for name in names)
        return [(f"{self._missing('date')} and {nameless}", "summary_row", "date")]

    def _faults(self, column: Column) -> list[tuple[str, str, str]]:
        """Return (test, reason, column) for everything that can be wrong with a column's value."""
        name, raw = quoted(column.name), _raw(column.name)
        missing = self._missing(column.name)
        if column.type == "date":
            faults = [
                (f"{name} is null and {missing}", "missing_date", column.name),
                (
                    f"{name} is null or {name} not between date '1000-01-01' and date '9999-12-30'",
                    "bad_date",
                    column.name,
                ),
            ]
            if self.mapping.last_day and "last day" in self.stored:
                last = self._date("last day")
                faults.append((f"{name} <> {last}", "several_days", column.name))
            return faults
        if column.type not in NUMBERS:
            return []
        unread = f"{name} is null and not {missing}"
        if column.name == "age":
            unread += f" and not regexp_full_match(trimmed({raw}::varchar), '{_BAND}')"
        return [
            *self._faults_of_text(column.name, unread),
            (f"{unread} and {self._wide(column.name)} is not null", "out_of_range", column.name),
            (unread, "not_a_number", column.name),
            *([(f"{name} <> trunc({name})", "not_a_whole_number", column.name)] if self._may_break(column) else []),
        ]

    def _faults_of_text(self, name: str, unread: str) -> list[tuple[str, str, str]]:
        if name not in self.numbers or self.styles[name].decimal_sign != "mixed":
            return []
        doubt = f"decimal_evidence(number_digits({quoted('parts ' + name)})) = '?'"
        return [(f"{unread} and {doubt}", "ambiguous_number", name)]

    def _faults_of_money(self) -> list[tuple[str, str, str]]:
        unknown = [
            (test, "unknown_currency" if name in self.currency.money else "not_a_number", name)
            for test, name in self.currency.unknown()
        ]
        return unknown + [(test, "several_currencies", name) for test, name in self.currency.contradictions()]

    def _missing(self, name: str) -> str:
        """Return a test that is true, among values that could not be read, where nothing is stated."""
        raw, stock = _raw(name), self.stored[name].stock
        if stock == "float":
            return f"({raw} is null or isnan({raw}))"
        if name in (*self.numbers, *self.dates):
            return f"({quoted('plain ' + name)} is null and {quoted('rest ' + name)} is null)"
        return f"{raw} is null"

    def _wide(self, name: str) -> str:
        """Return SQL of a number that was too large for its column."""
        wide = "decimal(38, 6)"
        if name in self.numbers:
            plain = f"case when is_plain({_raw(name)}) then try_cast({_raw(name)} as {wide}) end"
            return plain if self._is_plain(name) else f"coalesce({plain}, {self._taken_apart(name, wide)})"
        return f"try_cast({_raw(name)} as {wide})"

    def _may_break(self, column: Column) -> bool:
        is_whole = self.stored[column.name].stock == "whole" or self._is_whole(column.name)
        return column.type == "integer" and not is_whole

    def _final(self, column: Column) -> str:
        """Return the column as its table types it; order money and age bands are derived here."""
        name = quoted(column.name)
        if column.type == "integer" and column.name in self.mapping.columns and self._may_break(column):
            # An unreadable count keeps the row out, so the cast may not fail on it.
            return f"try_cast(case when {name} = trunc({name}) then {name} end as bigint) as {name}"
        if column.type == "date":
            return f"case when {name} between date '1000-01-01' and date '9999-12-30' then {name} end as {name}"
        if self.mapping.table.name == ORDERS.name and column.name == "revenue":
            return f"coalesce({name}, try_cast(quantity * unit_price as {MONEY})) as {name}"
        if self.mapping.table.name == CUSTOMERS.name and column.name == "age_band" and "age" in self.mapping.columns:
            raw = f"trimmed({_raw('age')}::varchar)"
            return f"coalesce({name}, case when regexp_full_match({raw}, '{_BAND}') then {raw} end) as {name}"
        return name


def _raw(name: str) -> str:
    return quoted("raw " + name)


def _lookup(values: list[str]) -> str:
    """Return SQL that picks a value by the number of the fault."""
    if not values:
        return "null::varchar"
    return "case fault " + " ".join(f"when {number} then {value}" for number, value in enumerate(values)) + " end"
