"""Find out how a column of text writes its numbers and dates, from the whole column.

One value such as ``1,234`` or ``03/04/2024`` says nothing; a column nearly always holds a value that does. Where none
does, an integer column settles numbers (it has no fractions), and dates are refused until a setting decides: a guess
would move money between months without a trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from payback.engine.duckdb import quoted
from payback.errors import AmbiguousDateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine

DecimalSign = Literal[".", ",", "mixed"]
DateOrder = Literal["dmy", "mdy"]


@dataclass(frozen=True)
class Style:
    """How one text column is read: its decimal sign or its order of day and month, and the signs of money in it."""

    decimal_sign: DecimalSign = "."
    date_order: DateOrder = "dmy"
    signs: tuple[str, ...] = ()


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
    text = _text_columns(engine, relation, mapping)
    numbers = {n: h for n, h in text.items() if mapping.table[n].type in ("integer", "decimal", "number")}
    dates = {n: h for n, h in text.items() if mapping.table[n].type == "date"}
    if not numbers and not dates:
        return {}, []
    facts = _profile(engine, relation, numbers, dates)
    styles: dict[str, Style] = {}
    notes: list[str] = []
    proven = [sign for name in numbers if (sign := _proven(facts[name])) in (".", ",")]
    fallback = proven[0] if len(set(proven)) == 1 else decimal_hint
    for name in numbers:
        whole = mapping.table[name].type == "integer"
        sign = _decide_sign(facts[name], decimal_sign, fallback, whole=whole)
        notes += _number_notes(name, facts[name], sign, decimal_sign, whole=whole)
        styles[name] = Style(sign, signs=tuple(facts[name]["signs"] or ()))
    for name, header in dates.items():
        order, note = _decide_order(facts[name], date_order, header, where)
        notes += note
        styles[name] = Style(date_order=order)
    return styles, notes


def _text_columns(engine: Engine, relation: str, mapping: ColumnMapping) -> dict[str, str]:
    """Return our column -> header of the mapped columns that hold text."""
    types = {row[0]: row[1] for row in engine.rows(f"describe {quoted(relation)}")}
    return {n: m.header for n, m in mapping.columns.items() if types[m.header] == "VARCHAR"}


def _profile(
    engine: Engine, relation: str, numbers: Mapping[str, str], dates: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Count, in one pass, what the values of each column prove."""
    facts = {name: _number_facts(header) for name, header in numbers.items()}
    facts |= {name: _date_facts(header) for name, header in dates.items()}
    labels = [(name, fact) for name, sql in facts.items() for fact in sql]
    select = ", ".join(sql for group in facts.values() for sql in group.values())
    values = engine.row(f"select {select} from {quoted(relation)}")
    found: dict[str, dict[str, Any]] = {name: {} for name in facts}
    for (name, fact), value in zip(labels, values, strict=True):
        found[name][fact] = value
    return found


def _number_facts(header: str) -> dict[str, str]:
    column = quoted(header)
    digits = f"number_parts({column}).digits"
    # Plain numbers are the rule: the regular expressions run only on what a cast refuses or may misread.
    odd = f"try_cast({column} as decimal(18, 6)) is null and not is_missing({column})"
    doubtful = f"regexp_full_match(trim({column}), '-?[1-9]\\d{{0,2}}\\.\\d{{3}}')"
    evidence = f"case when {odd} then decimal_evidence({digits}) end"
    point = f"not ({odd}) and contains({column}, '.') and not {doubtful}"
    return {
        "point": f"count(*) filter (where {evidence} = '.' or ({point}))",
        "comma": f"count(*) filter (where {evidence} = ',')",
        "either": f"count(*) filter (where {evidence} = '?' or {doubtful})",
        "dot_groups": f"count(*) filter (where {doubtful})",
        "example": f"any_value({column}) filter (where {evidence} = '?' or {doubtful})",
        "signs": f"list(distinct regexp_extract({column}, '[A-Z]{{0,3}}\\p{{Sc}}|[A-Z]{{3}}|Kč|zł|Rp'))"
        f" filter (where {odd} and regexp_matches({column}, '\\p{{Sc}}|[A-Z]{{3}}|Kč|zł|Rp'))",
    }


def _date_facts(header: str) -> dict[str, str]:
    column = f"date_text({quoted(header)})"
    parts = f"regexp_extract({column}, '^(\\d{{1,2}})[/-](\\d{{1,2}})[/-](\\d{{4}}|\\d{{2}})$', ['a', 'b', 'y'])"
    first, second = f"try_cast({parts}.a as int)", f"try_cast({parts}.b as int)"
    return {
        "day_first": f"count(*) filter (where {first} > 12 and {second} <= 12)",
        "month_first": f"count(*) filter (where {second} > 12 and {first} <= 12)",
        "unclear": f"count(*) filter (where {first} <= 12 and {second} <= 12 and {first} <> {second})",
        "example": f"any_value({quoted(header)}) filter (where {first} <= 12 and {second} <= 12)",
    }


def _proven(facts: Mapping[str, Any]) -> str | None:
    """Return the decimal sign that a column proves: ``.``, ``,``, ``mixed`` or None."""
    if facts["point"] and facts["comma"]:
        return "mixed"
    if facts["comma"]:
        return ","
    return "." if facts["point"] else None


def _decide_sign(facts: Mapping[str, Any], setting: str, fallback: str, *, whole: bool) -> DecimalSign:
    if setting in (".", ","):
        return "," if setting == "," else "."
    proven = _proven(facts)
    if whole:
        # A count has no fraction, so a point or a comma in it parts thousands.
        return "," if facts["dot_groups"] or (facts["comma"] and not facts["either"]) else "."
    sign = proven or fallback
    return "mixed" if sign == "mixed" else "," if sign == "," else "."


def _number_notes(name: str, facts: Mapping[str, Any], sign: str, setting: str, *, whole: bool) -> list[str]:
    if sign == "mixed":
        note = (
            f"{name} mixes decimal points ({facts['point']}) and decimal commas ({facts['comma']}): each is read"
            f" by its own form, and {facts['either']} that could be either are rejected; decimal_sign decides them"
        )
        return [note]
    if facts["either"] and _proven(facts) is None and setting == "auto" and not whole:
        meaning = "a decimal sign" if str(facts["example"]).count(sign) else "a thousands sign"
        note = (
            f"{name} holds {facts['either']} values such as {str(facts['example']).strip()!r}, read with {meaning}; "
            "set decimal_sign if that is wrong"
        )
        return [note]
    return []


def _decide_order(facts: Mapping[str, Any], setting: str, header: str, where: str) -> tuple[DateOrder, list[str]]:
    if setting in ("dmy", "mdy"):
        return ("mdy" if setting == "mdy" else "dmy"), []
    day, month, unclear = facts["day_first"], facts["month_first"], facts["unclear"]
    if day and not month:
        return "dmy", [f"dates are day/month/year: {day} values of {header!r} prove it"]
    if month and not day:
        return "mdy", [f"dates are month/day/year: {month} values of {header!r} prove it"]
    if not unclear and not day:
        return "dmy", []
    raise AmbiguousDateError(
        "day and month cannot be told apart",
        where=f"{where}, column {header!r}" if where else f"column {header!r}",
        got=f"{unclear} values such as {facts['example']!r} that could be either"
        + (f", {day} that start with the day and {month} that start with the month" if day else ""),
        allowed="a column that proves its order, or a setting that states it",
        hint="state it: --date-order dmy (31/12/2024) or --date-order mdy (12/31/2024)",
    )
