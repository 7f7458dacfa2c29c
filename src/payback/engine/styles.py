"""Find out how a column of text writes its numbers and dates, from the whole column.

One value such as ``1,234`` or ``03/04/2024`` says nothing; a column nearly always holds a value that does. Where none
does, the counts of the same file settle numbers (they have no fractions), and dates are refused until a setting
decides: a guess would move money between months without a trace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from payback.engine.duckdb import quoted, read_sql
from payback.engine.stored import NUMBERS, stored_columns
from payback.errors import AmbiguousDateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine

DecimalSign = Literal[".", ",", "mixed"]
DateOrder = Literal["dmy", "mdy"]


@dataclass(frozen=True)
class Style:
    """How one text column is read.

    Parameters
    ----------
    decimal_sign : {".", ",", "mixed"}
        ``mixed``: each value by its own form, and those that could be either are not read.
    date_order : {"dmy", "mdy"}
        Order of day and month between slashes and hyphens.
    dot_order : {"dmy", "mdy"}
        The same between dots, where the day stands first nearly everywhere.
    signs : tuple of str
        Signs and codes of money in it, in capitals.
    plain, whole : bool
        Every value in it is one that a cast reads as it is meant; every one is digits alone.
    """

    decimal_sign: DecimalSign = "."
    date_order: DateOrder = "dmy"
    dot_order: DateOrder = "dmy"
    signs: tuple[str, ...] = ()
    plain: bool = False
    whole: bool = False


def find_styles(
    engine: Engine,
    relation: str,
    mapping: ColumnMapping,
    *,
    decimal_sign: str = "auto",
    date_order: str = "auto",
    decimal_hint: str = ".",
    where: str = "",
) -> tuple[dict[str, Style], list[str]]:
    """Return the style of each mapped text column, and what a person should know about the decisions.

    Parameters
    ----------
    engine, relation
        Where the rows are.
    mapping : ColumnMapping
        Which header is which column.
    decimal_sign : {"auto", ".", ","}
        Decimal sign of every column; by default each column decides.
    date_order : {"auto", "dmy", "mdy"}
        Order of dates such as 03/04/2024; by default each column decides.
    decimal_hint : {".", ","}
        Decimal sign where the whole file holds no evidence; a comma for files separated by semicolons.
    where : str
        File name for messages.

    Raises
    ------
    AmbiguousDateError
        Day and month cannot be told apart.
    """
    stored = stored_columns(engine, relation, mapping)
    text = {name: column.sql for name, column in stored.items() if column.stock == "text" and name in mapping.columns}
    numbers = {name: sql for name, sql in text.items() if mapping.table[name].type in NUMBERS}
    dates = {name: sql for name, sql in text.items() if mapping.table[name].type == "date"}
    styles: dict[str, Style] = {}
    notes: list[str] = []
    facts = {name: _number_facts(engine, relation, sql) for name, sql in numbers.items()}
    whole = {name for name in numbers if mapping.table[name].type == "integer"}
    fallback = _fallback(facts, whole) or decimal_hint
    for name, seen in facts.items():
        sign = _decide_sign(seen, decimal_sign, fallback, whole=name in whole)
        notes += _number_notes(name, seen, sign, decimal_sign, whole=name in whole)
        plain = not seen["others"] and (sign == "." or not seen["point"] + seen["point_groups"])
        digits = not seen["others"] + seen["point"] + seen["point_groups"] and seen["wholes"] == seen["bare"]
        styles[name] = Style(sign, signs=seen["signs"], plain=plain, whole=digits)
    for name, sql in dates.items():
        header = mapping.columns[name].header
        place = f"{where}, column {header!r}" if where else f"column {header!r}"
        seen = _look(engine, relation, sql, "date_facts.sql")
        style, note = _decide_order(seen, date_order, header, place)
        styles[name] = replace(style, plain=not seen["others"])
        notes += note
    return styles, notes


def _look(engine: Engine, relation: str, column: str, name: str) -> dict[str, Any]:
    """Count, in one pass, what the values of a column prove."""
    return engine.records(read_sql("payback.engine", name, column=column, relation=quoted(relation)))[0]


def _number_facts(engine: Engine, relation: str, column: str) -> dict[str, Any]:
    """Return what the plain and the other numbers of a column prove, added up."""
    plain = _look(engine, relation, column, "plain_numbers.sql")
    facts = {"comma": 0, "comma_groups": 0, "signs": (), **plain}
    if plain["others"]:
        others = _look(engine, relation, column, "other_numbers.sql")
        facts |= {name: facts[name] + count for name, count in others.items() if name not in ("example", "signs")}
        facts |= {"example": plain["example"] or others["example"], "signs": tuple(others["signs"] or ())}
    return facts


def _proven(facts: Mapping[str, Any]) -> DecimalSign | None:
    """Return the decimal sign that a column proves: ``.``, ``,``, ``mixed`` or None."""
    if facts["point"] and facts["comma"]:
        return "mixed"
    if facts["comma"]:
        return ","
    return "." if facts["point"] else None


def _grouped(facts: Mapping[str, Any]) -> DecimalSign | None:
    """Return the decimal sign of a column of whole numbers that prove none: what parts them parts thousands.

    Unless every single value ends in the same three noughts: ``5.000`` is then a five with three decimals, since
    a count below a thousand would have stood there without them.
    """
    groups = {".": facts["comma_groups"], ",": facts["point_groups"]}
    found = [sign for sign, count in groups.items() if count]
    if len(found) != 1:
        return "mixed" if found else None
    every = facts["round_groups"] == groups[found[0]] and not facts["bare"] and facts["round_groups"] > 1
    if every:
        return "," if found[0] == "." else "."
    return "," if found[0] == "," else "."


def _fallback(facts: Mapping[str, Mapping[str, Any]], whole: set[str]) -> DecimalSign | None:
    """Return the decimal sign that the rest of the file shows, for columns that show none."""
    proven = {sign for seen in facts.values() if (sign := _proven(seen)) in (".", ",")}
    if not proven:
        proven = {sign for name in whole if (sign := _grouped(facts[name])) in (".", ",")}
    return proven.pop() if len(proven) == 1 else None


def _decide_sign(facts: Mapping[str, Any], setting: str, fallback: str, *, whole: bool) -> DecimalSign:
    if setting in (".", ","):
        return "," if setting == "," else "."
    sign = _proven(facts) or (_grouped(facts) if whole else None) or fallback
    return "mixed" if sign == "mixed" else "," if sign == "," else "."


def _number_notes(name: str, facts: Mapping[str, Any], sign: str, setting: str, *, whole: bool) -> list[str]:
    either = facts["point_groups"] + facts["comma_groups"]
    if sign == "mixed":
        note = (
            f"{name} mixes decimal points ({facts['point']}) and decimal commas ({facts['comma']}): each is read"
            f" by its own form, and {either} that could be either are rejected; decimal_sign decides them"
        )
        return [note]
    if either and _proven(facts) is None and setting == "auto" and not (whole and facts["bare"]):
        meaning = "a decimal sign" if str(facts["example"]).count(sign) else "a thousands sign"
        note = (
            f"{name} holds {either} values such as {str(facts['example']).strip()!r}, read with {meaning}; "
            "set decimal_sign if that is wrong"
        )
        return [note]
    return []


def _decide_order(facts: Mapping[str, Any], setting: str, header: str, place: str) -> tuple[Style, list[str]]:
    if setting in ("dmy", "mdy"):
        order: DateOrder = "mdy" if setting == "mdy" else "dmy"
        return Style(date_order=order, dot_order=order), []
    dots: DateOrder = "mdy" if facts["dot_month_first"] and not facts["dot_day_first"] else "dmy"
    day, month, unclear = facts["day_first"], facts["month_first"], facts["unclear"]
    if _maybe_year_first(facts) or (day and month) or (unclear and not day and not month):
        raise _ambiguous(facts, place)
    proof = f"values of {header!r} prove it"
    notes = [f"dates are month.day.year: {facts['dot_month_first']} {proof}"] if dots == "mdy" else []
    if month:
        return Style(date_order="mdy", dot_order=dots), [*notes, f"dates are month/day/year: {month} {proof}"]
    return Style(dot_order=dots), [*notes, f"dates are day/month/year: {day} {proof}"] if day else notes


def _maybe_year_first(facts: Mapping[str, Any]) -> bool:
    """Tell whether ``24-01-05`` may be the fifth of January: its last part changes as days do, its first hardly."""
    if not facts["short_years"] or facts["short_years"] > facts["short_years_like_days"]:
        return False
    few_days = facts["first_parts"] <= 2 and facts["short_years_hyphened"] == facts["short_years"]  # noqa: PLR2004
    return bool(few_days or facts["last_parts"] > facts["first_parts"])


def _ambiguous(facts: Mapping[str, Any], place: str) -> AmbiguousDateError:
    day, month, unclear = facts["day_first"], facts["month_first"], facts["unclear"]
    got = f"{unclear} values such as {facts['example']!r} that could be either"
    if day or month:
        got += f", {day} that start with the day and {month} that start with the month"
    if _maybe_year_first(facts):
        got = f"{facts['short_years']} values such as {facts['example']!r} whose year could stand first or last"
    return AmbiguousDateError(
        "day and month cannot be told apart",
        where=place,
        got=got,
        allowed="a column that proves its order, or a setting that states it",
        hint="state it: --date-order dmy (31/12/2024) or --date-order mdy (12/31/2024)",
    )
