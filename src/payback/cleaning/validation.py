"""Assert that a frame keeps the rules, as the specification's ``validate_data`` does, with every broken rule listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.cleaning.judged_frame import judge_frame
from payback.cleaning.judging import CleaningSettings, Judged
from payback.cleaning.rules import CAMPAIGN_RULES, CUSTOMER_RULES, UNUSUAL, Rule
from payback.engine.columns import match_columns
from payback.engine.duckdb import Engine, literal
from payback.engine.frames import eager, to_arrow
from payback.engine.typed import READING_RULES
from payback.errors import UsageError, ValidationError
from payback.tables import CAMPAIGNS, CUSTOMERS, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

EXAMPLES = 3
"""Rows that a message names for each broken rule."""


def validate_data(df: Any, *, table: str | None = None, allow: Collection[str] = ()) -> None:
    """Raise if rows of a frame break the rules of their table; the message lists every broken rule.

    The rules are those of cleaning, on the frame as it is: revenue is not negative, clicks are at most impressions, no
    row twice, no future day and so on. What is merely missing or unusual passes.

    Parameters
    ----------
    df : frame
        pandas, Polars or PyArrow; it is not changed.
    table : {"campaigns", "customers"}, optional
        By default the columns decide.
    allow : collection of str
        Rules that may be broken: ``allow=["negative_revenue"]`` where refunds are netted.

    Raises
    ------
    ValidationError
        Some rule is broken; ``error.broken`` maps each to its number of rows.
    UsageError
        The table or a rule to allow is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> validate_data(pd.DataFrame({"cost": [1.0], "revenue": [2.0], "clicks": [1], "impressions": [9]}))
    """
    frame = to_arrow(eager(df))
    chosen = _table(frame.column_names, table)
    rules = {rule.name: rule for rule in (CAMPAIGN_RULES if chosen is CAMPAIGNS else CUSTOMER_RULES)}
    if unknown := set(allow) - set(rules):
        raise UsageError("no such rule to allow", got=", ".join(sorted(unknown)), allowed=", ".join(rules))
    off = UNUSUAL | set(allow)
    severity = {name: "off" if name in off else "flag" for name, rule in rules.items() if rule.severity != "note"}
    with Engine() as engine:
        judged = judge_frame(engine, frame, chosen, CleaningSettings(severity=severity)).judged
        broken = _broken(engine, judged, [rule for rule in judged.rules if rule.severity == "flag"])
    if broken:
        raise _error(chosen, broken, frame.num_rows)


def _table(names: list[str], table: str | None) -> Table:
    known = {CAMPAIGNS.name: CAMPAIGNS, CUSTOMERS.name: CUSTOMERS}
    if table is not None:
        if table not in known:
            raise UsageError("no such table to validate", got=table, allowed=", ".join(known))
        return known[table]
    fits = {name: len(match_columns(names, kind, keep_ids=True).columns) for name, kind in known.items()}
    return known[max(fits, key=lambda name: fits[name])]


def _broken(engine: Engine, judged: Judged, rules: Sequence[Rule]) -> list[tuple[str, str, int, list[str]]]:
    """Return (rule, words, rows, examples) of each broken rule; a row counts for every rule it breaks."""
    asked = [(name, words, f"unread = {literal(name)}", "reason_value") for name, words in READING_RULES.items()]
    asked += [(rule.name, rule.words, _breaks(rule), f"{rule.column}::varchar") for rule in rules]
    found = []
    for name, words, test, value in asked:
        shown = value if "customer" not in value and value != "row_hash::varchar" else "null"
        rows = engine.rows(
            f"select count(*) over (), row_id, {shown} from {judged.relation} where {test} "
            f"order by row_id limit {EXAMPLES}"
        )
        if rows:
            examples = [f"row {number}" + (f" ({text})" if text else "") for _, number, text in rows]
            found.append((name, words, rows[0][0], examples))
    return found


def _breaks(rule: Rule) -> str:
    """Return a test: a value that could not be read breaks the rule of reading alone, not also that it is missing."""
    flagged = f"list_contains(string_split(flags, ','), {literal(rule.name)})"
    return f"{flagged} and reason_column is distinct from {literal(rule.column)}"


def _error(table: Table, broken: list[tuple[str, str, int, list[str]]], rows: int) -> ValidationError:
    lines = [
        f"  {name}: {count} row{'s' if count > 1 else ''}; {words}; {', '.join(examples)}"
        for name, words, count, examples in broken
    ]
    kept = [rule.name for rule in (*CAMPAIGN_RULES, *CUSTOMER_RULES) if rule.severity == "flag"]
    names = sorted({name for name, *_ in broken} & set(kept))
    advice = f"cleaning keeps some of these and flags them: allow={names} lets them pass" if names else ""
    error = ValidationError(
        f"{table.name} break {len(broken)} rule{'s' if len(broken) > 1 else ''}:\n" + "\n".join(lines),
        got=f"{rows} rows",
        hint=advice or "clean_campaign_data and clean_customer_data sort such rows out; allow=[…] lets a rule pass",
    )
    error.broken = {name: count for name, _, count, _ in broken}
    return error
