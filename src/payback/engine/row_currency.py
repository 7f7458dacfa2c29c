"""Find the currency of each row: its own column says it, or a header, or the signs beside the amounts, or a setting.

Where two of these speak and contradict each other, the row cannot be read: an amount in dollars under a header that
says euros is worth neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.currencies import CURRENCIES, SHARED_SIGNS, SIGNS, check_currency
from payback.engine.duckdb import literal, quoted
from payback.errors import UnknownCurrencyError
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine
    from payback.engine.styles import Style


class RowCurrency:
    """SQL of a row's currency and of what contradicts it.

    Parameters
    ----------
    mapping : ColumnMapping
        Which header is which column.
    styles : mapping of str to Style
        With the signs that stand beside the amounts of each text column.
    default : str, optional
        Currency of amounts that name none.
    """

    def __init__(self, mapping: ColumnMapping, styles: Mapping[str, Style], default: str | None) -> None:
        self.mapping = mapping
        self.styles = styles
        self.default = default
        self.notes: list[str] = []
        self.money = [name for name in mapping.columns if mapping.table[name].unit == "money"]
        self.signs = {name: self._codes(styles[name].signs) for name in self.money if name in styles}

    def check(self, engine: Engine, relation: str, where: str) -> None:
        """Raise UnknownCurrencyError for a code in the currency column, or in the headers, that cannot be used."""
        if match := self.mapping.columns.get("currency"):
            column = f"{quoted(match.column)}::varchar"
            found = engine.rows(
                f"select {_code(column)} as code, min(coalesce(line_number, row_number)) from {quoted(relation)} "
                f"where not is_missing({column}) group by all order by 2"
            )
            for code, line in found:
                if code not in SIGNS:
                    check_currency(code, where=f"{where}, line {line}, column {match.header!r}".removeprefix(", "))
        headers = sorted({self._named(name) for name in self.money} - {None})  # type: ignore[type-var]
        if len(headers) > 1:
            raise UnknownCurrencyError(
                "the headers name several currencies",
                where=where or None,
                got=", ".join(map(str, headers)),
                hint='choose the columns of one currency with --map cost="…"',
            )

    def sql(self) -> str:
        """Return the expression of a row's currency; ``parts`` and ``raw`` columns stand beside it."""
        if "currency" not in self.mapping.table:
            return "null"
        headers = [self._named(name) for name in self.money]
        named = [literal(code) for code in dict.fromkeys(headers) if code]
        column = [_listed(quoted("raw currency"), self.default)] if "currency" in self.mapping.columns else []
        # A currency column may be the account's while all amounts say in their headers that they are converted.
        options = [*named, *column] if named and None not in headers else [*column, *named]
        last = literal(check_currency(self.default or UNKNOWN_CURRENCY))
        return f"coalesce({', '.join([*options, *self._beside(), last])})"

    def contradictions(self) -> list[tuple[str, str]]:
        """Return (test, column) of rows whose money is in two currencies, or in one that nobody knows."""
        found = [(self._differs(name), name) for name, codes in self.signs.items() if codes]
        named = ((name, self._named(name)) for name in self.money)
        found += [(f"{quoted(name)} is not null and currency <> {literal(code)}", name) for name, code in named if code]
        return found

    def unknown(self) -> list[tuple[str, str]]:
        """Return (test, column) of rows whose amount has a word beside it that is no currency."""
        found = []
        for name, style in self.styles.items():
            words = style.signs if name not in self.money else [sign for sign in style.signs if _is_no_code(sign)]
            if words:
                listed = ", ".join(map(literal, words))
                found.append((f"number_unit({quoted('parts ' + name)}) in ({listed})", name))
        return found

    def _codes(self, signs: tuple[str, ...]) -> dict[str, str]:
        """Return sign -> code of the signs that name a currency."""
        codes = {}
        for sign in signs:
            if sign in CURRENCIES:
                codes[sign] = sign
            elif sign in SIGNS:
                codes[sign] = self._sign_code(sign)
            elif not _is_no_code(sign):
                self._note(f"{sign} names no single currency; set currency if these amounts have one")
        return codes

    def _sign_code(self, sign: str) -> str:
        shared = SHARED_SIGNS.get(sign, frozenset())
        if self.default in shared:
            return str(self.default)
        if shared:
            self._note(f"{sign} is read as {SIGNS[sign]}; set currency if it is another {sign}")
        return SIGNS[sign]

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _named(self, name: str) -> str | None:
        """Return the code that the header of a column names."""
        word = self.mapping.columns[name].currency
        return self._sign_code(word) if word in SIGNS else word

    def _beside(self) -> list[str]:
        """Return SQL for the signs beside amounts; the only one in a file stands for all of its rows."""
        codes = {code for signs in self.signs.values() for code in signs.values()}
        if len(codes) == 1:
            return [literal(codes.pop())]
        return [_case(f"number_unit({quoted('parts ' + name)})", signs) for name, signs in self.signs.items() if signs]

    def _differs(self, name: str) -> str:
        """Return a test that is true where the sign beside an amount is not one of the row's currency."""
        allowed = {sign: sorted(SHARED_SIGNS.get(sign, frozenset({code}))) for sign, code in self.signs[name].items()}
        cases = " ".join(
            f"when {literal(sign)} then currency not in ({', '.join(map(literal, codes))})"
            for sign, codes in allowed.items()
        )
        return f"case number_unit({quoted('parts ' + name)}) {cases} else false end"


def _code(column: str) -> str:
    return f"upper(trimmed({column}))"


def _listed(column: str, default: str | None) -> str:
    """Return SQL of the code in a currency column, which may write signs; a stated "none" is none."""
    code = _code(f"{column}::varchar")
    signs = {sign: default if default in SHARED_SIGNS.get(sign, ()) else name for sign, name in SIGNS.items()}
    known = f"coalesce({_case(code, {sign: str(name) for sign, name in signs.items()})}, {code})"
    return f"case when not is_missing({column}::varchar) then nullif({known}, {literal(UNKNOWN_CURRENCY)}) end"


def _case(value: str, names: Mapping[str, str]) -> str:
    return f"case {value} " + " ".join(f"when {literal(k)} then {literal(v)}" for k, v in names.items()) + " end"


def _is_no_code(sign: str) -> bool:
    """Tell whether three letters look like a code and are none."""
    return len(sign) == 3 and sign.isalpha() and sign.isascii() and sign not in CURRENCIES and sign not in SIGNS  # noqa: PLR2004
