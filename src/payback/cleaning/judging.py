"""The second gate: judge loaded rows by the rules. Clean rows and rejected rows together are what came in."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from payback.cleaning.rules import CAMPAIGN_RULES, CUSTOMER_RULES, Rule, applicable, with_severities
from payback.cleaning.spellings import register_spellings
from payback.engine.duckdb import literal, quoted, read_sql
from payback.engine.typed import READING_RULES
from payback.errors import ConfigurationError, ConservationError
from payback.tables import AGE_BANDS, ANALYTICS_SOURCES, CAMPAIGNS, CUSTOMERS, UNKNOWN_CURRENCY, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from payback.engine.duckdb import Engine

_ABOUT_OTHERS = (
    "is_duplicate",
    "is_superseded",
    "is_elsewhere",
    "is_other_currency",
    "is_outlier_cost",
    "is_outlier_revenue",
    "is_unknown_channel",
)
"""Tests that look beyond the row; they are asked of the rows that the others let pass."""
_STEPS = {
    CAMPAIGNS.name: ("campaign_names.sql", "campaign_twins.sql", "campaign_verdicts.sql", "campaigns.sql"),
    CUSTOMERS.name: ("customer_names.sql", "customer_verdicts.sql", "customers.sql"),
}
"""Statements of the judgement of each table, in their order."""
MINIMUM_GROUP = 20
"""Rows that a group needs before one of them can be called unusual."""

_counter = itertools.count(1)


@dataclass(frozen=True)
class CleaningSettings:
    """What the user says about cleaning.

    Parameters
    ----------
    severity : mapping of str to str
        Rule -> ``reject``, ``flag``, ``note`` or ``off``.
    channels : Path, optional
        CSV of spellings (``source,spelling,channel``) that goes before the built-in one.
    today : date, optional
        Days after it lie in the future; by default today, UTC.
    outlier_factor : float
        Interquartile ranges beyond the quartiles, of the logarithms in a channel, at which a value is unusual.
    """

    severity: Mapping[str, str] | None = None
    channels: Path | None = None
    today: date | None = None
    outlier_factor: float = 3.0


@dataclass(frozen=True)
class Judged:
    """Rows of a table with the verdict on each.

    Parameters
    ----------
    relation : str
        Temporary view: the columns of the input, standardised, ``reason`` (null where the row is clean), ``flags``
        and ``notes``. It joins the rows with what is said about few of them, so to ask for those few costs little.
    rules : tuple of Rule
        The rules that were asked.
    totals : dict
        ``rows``, ``clean``, ``rejected``, and the sums ``cost`` and ``revenue``, with ``_clean`` and ``_rejected``:
        what came in and what is turned away are counted, and the difference must come out, see `check_conserved`.
    """

    relation: str
    table: Table
    rules: tuple[Rule, ...]
    totals: dict[str, Any]


def judge(engine: Engine, relation: str, table: Table, columns: set[str], settings: CleaningSettings) -> Judged:
    """Standardise and judge the rows of a relation.

    Parameters
    ----------
    engine, relation
        Where the rows are: ``row_id``, every column of the table, and ``unread`` (reason why a row could not be read,
        or null) with ``reason_column`` and ``reason_value``.
    table : Table
        CAMPAIGNS or CUSTOMERS.
    columns : set of str
        Columns that the caller really has; rules about others say nothing.
    settings : CleaningSettings
        Severities, spellings, today.

    Raises
    ------
    ConfigurationError
        A setting names no rule, no severity, or no useful factor.
    """
    if not 0 < settings.outlier_factor < math.inf:
        raise ConfigurationError(
            "values cannot be told from outliers by this factor",
            where="cleaning.outlier_factor",
            got=str(settings.outlier_factor),
            allowed="a number above 0, such as 3",
        )
    campaigns = table is CAMPAIGNS
    severities = with_severities(CAMPAIGN_RULES if campaigns else CUSTOMER_RULES, settings.severity or {})
    rules = applicable(severities, columns)
    target = f"judged_{next(_counter)}"
    engine.execute(read_sql("payback.engine", "typed.sql"), name="define macros")
    today = settings.today or datetime.now(UTC).date()
    parts = {
        "target": target,
        "relation": quoted(relation),
        "value_reason": _reason([rule for rule in rules if rule.test not in _ABOUT_OTHERS], today),
        "relation_reason": _reason([rule for rule in rules if rule.test in _ABOUT_OTHERS], today),
        "drops_superseded": _rejects(rules, "is_superseded"),
        "drops_duplicates": _rejects(rules, "is_duplicate"),
        "flags": _names(rules, "flag", today),
        "notes": _names(rules, "note", today),
        "revenue_bounds": _bounds("revenue", rules, settings.outlier_factor),
    }
    if campaigns:
        parts |= {
            "channels": register_spellings(engine, "channels", settings.channels),
            "same_spelling": _same_spelling(columns),
            "analytics": ", ".join(map(literal, ANALYTICS_SOURCES)),
            "cost_bounds": _bounds("cost", rules, settings.outlier_factor),
        }
    else:
        parts |= {
            "genders": register_spellings(engine, "genders"),
            "countries": register_spellings(engine, "countries"),
            "age_band": _age_band("l.age"),
            "drops_currencies": _rejects(rules, "is_other_currency"),
        }
    for step in _STEPS[table.name]:
        engine.execute(read_sql("payback.cleaning", step, **parts), name=f"clean {table.name}: {step}")
    return Judged(target, table, rules, _totals(engine, relation, target, table))


def _same_spelling(columns: set[str]) -> str:
    """Return SQL that joins a row with its spelling; columns that nobody has are the same everywhere."""
    names = ("source", "account", "campaign_id", "external_campaign_id", "campaign_name", "channel")
    return " and ".join(f"s.{name} is not distinct from l.{name}" for name in names if name in columns) or "true"


def _reason(rules: Sequence[Rule], today: date) -> str:
    cases = " ".join(
        f"when {_test(rule, today)} then {literal(rule.name)}" for rule in rules if rule.severity == "reject"
    )
    return f"case {cases} end" if cases else "null"


def _rejects(rules: Sequence[Rule], test: str) -> str:
    return str(any(rule.test == test and rule.severity == "reject" for rule in rules)).lower()


def _names(rules: Sequence[Rule], severity: str, today: date) -> str:
    """Return SQL of the names of the rules that a row breaks, or null; nearly all rows break none."""
    tests = {rule.name: _test(rule, today) for rule in rules if rule.severity == severity}
    names = ", ".join(f"case when {test} then {literal(name)} end" for name, test in tests.items())
    return f"case when {' or '.join(tests.values())} then concat_ws(',', {names}) end" if tests else "null::varchar"


def _test(rule: Rule, today: date) -> str:
    return rule.test.replace("$today", literal(today.isoformat()))


def _bounds(column: str, rules: tuple[Rule, ...], factor: float) -> str:
    """Return SQL for the logarithms between which a value is usual: Tukey's fences with a wide factor.

    Cost and revenue of campaigns are near a log-normal, so the fences stand on logarithms; on plain values the largest
    campaigns would all be outliers.
    """
    if f"outlier_{column}" not in {rule.name for rule in rules}:
        return "null::double[]"
    positive = f"filter (where {column} > 0)"
    quartiles = f"quantile_cont(ln({column}::double), [0.25, 0.75]) {positive}"
    # A group whose values are nearly all the same has no spread to measure by: half a unit of ln is a factor of 1.6.
    spread = f"greatest(({quartiles})[2] - ({quartiles})[1], 0.5) * {float(factor)!r}"
    fences = f"[({quartiles})[1] - {spread}, ({quartiles})[2] + {spread}]"
    return f"case when count(*) {positive} >= {MINIMUM_GROUP} then {fences} end"


def _age_band(column: str) -> str:
    cases = " ".join(
        f"when {column} between {low} and {high} then '{f'{low}-{high}' if high < AGE_BANDS[-1][1] else f'{low}+'}'"
        for low, high in AGE_BANDS
    )
    return f"case when {column} between 0 and {AGE_BANDS[0][0] - 1} then 'under {AGE_BANDS[0][0]}' {cases} end"


def _totals(engine: Engine, before: str, after: str, table: Table) -> dict[str, Any]:
    """Count and add up what came in and what is turned away; the rest is what must come out."""
    money = [name for name in ("cost", "revenue") if name in table]
    sums = "".join(f", sum({name}) as {name}" for name in money)
    came = engine.records(f"select count(*) as rows{sums} from {quoted(before)}")[0]
    gone = engine.records(f"select count(*) as rows{sums} from {after} where reason is not null")[0]
    totals = {**came, "clean": came["rows"] - gone["rows"], "rejected": gone["rows"]}
    for name in money:
        totals[f"{name}_rejected"] = gone[name]
        totals[f"{name}_clean"] = None if came[name] is None else came[name] - (gone[name] or 0)
    return totals


def check_conserved(judged: Judged, rows: int, sums: Mapping[str, Decimal | None]) -> None:
    """Refuse to go on if the clean rows are not those that came in and were not turned away.

    Parameters
    ----------
    judged : Judged
        What the rules said.
    rows : int
        Number of the clean rows where they have arrived.
    sums : mapping of str to Decimal
        Their sums of cost and revenue, None where no amount is known.

    Raises
    ------
    ConservationError
        Rows or money were lost, or came from nowhere: a defect.
    """
    wanted = {"rows": judged.totals["clean"]} | {name: judged.totals[f"{name}_clean"] for name in sums}
    for name, found in {"rows": rows, **sums}.items():
        if (found or 0) != (wanted[name] or 0):
            raise ConservationError(
                f"{name} changed while cleaning {judged.table.name}",
                got=str(found),
                allowed=str(wanted[name]),
                hint="this is a defect of Payback: please report it",
            )


def rejected_sql(judged: Judged, original: str, report: str = "report", load_id: str = "load_id") -> str:
    """Return the query of the rejected rows, as the table ``rejected_rows`` has them."""
    # A row that occurs twice has no column at fault, and its hash says nothing to a person.
    words = {rule.name: rule for rule in judged.rules if rule.column != "row_hash"}
    rule = _words(judged)
    column = f"coalesce(reason_column, {_case('reason', {n: literal(r.column) for n, r in words.items()})})"
    found = _case("reason", {name: f"{quoted(rule.column)}::varchar" for name, rule in words.items()})
    value = f"coalesce(reason_value, {found})"
    money = ", ".join(
        f"{name if name in judged.table else 'null::decimal(18, 6)'} as {name}" for name in ("cost", "revenue")
    )
    return (
        f"select {literal(judged.table.name)} as table_name, 'cleaning' as gate, source, {report} as report, "
        f"{load_id} as load_id, row_number, null::bigint as line_number, reason, {column} as column_name, "
        f"{value} as value, {rule} as rule, currency, {money}, {original} as original, null::varchar as run_id "
        f"from {judged.relation} where reason is not null"
    )


def _words(judged: Judged) -> str:
    """Return SQL for a reason in words, of both gates."""
    asked = READING_RULES | {rule.name: rule.words for rule in judged.rules}
    return _case("reason", {name: literal(words) for name, words in asked.items()})


def _case(column: str, values: dict[str, str]) -> str:
    if not values:
        return "null::varchar"
    return f"case {column} " + " ".join(f"when {literal(key)} then {value}" for key, value in values.items()) + " end"


def quality_sql(judged: Judged) -> str:
    """Return the query that counts the rows of each rule and adds up their money, a row for each currency."""
    money = ", ".join(
        f"sum({name if name in judged.table else 'null::decimal(18, 6)'})::decimal(38, 6) as {name}"
        for name in ("cost", "revenue")
    )
    pieces = [
        f"select '{severity}' as severity, {names} as reason, * exclude (reason) from {judged.relation} where {test}"
        for severity, names, test in (
            ("reject", "reason", "reason is not null"),
            ("flag", "unnest(string_split(flags, ','))", "reason is null and flags is not null"),
            ("note", "unnest(string_split(notes, ','))", "reason is null and notes is not null"),
        )
    ]
    words = _words(judged)
    return (
        f"select {literal(judged.table.name)} as table_name, 'cleaning' as gate, severity, reason, "
        f"coalesce(currency, {literal(UNKNOWN_CURRENCY)}) as currency, {words} as rule, "
        f"count(*) as rows, {money} from ({' union all by name '.join(pieces)}) "
        "group by all order by severity desc, rows desc, reason, currency"
    )
