"""Every rule of the second gate, as data.

A rule has a severity: ``reject`` turns the row away, ``flag`` keeps it and writes the rule's name beside it, ``note``
only counts it, ``off`` does not look. Settings may change it. Real data breaks naive rules: refunds are negative
revenue, conversions after a mere view exceed clicks, and the largest campaigns are genuine outliers; so these are
flagged, and nothing is ever changed to fit a rule.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["reject", "flag", "note", "off"]
SEVERITIES: tuple[Severity, ...] = ("reject", "flag", "note", "off")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    name : str
        Name; the reason code of the rows it rejects.
    severity : {"reject", "flag", "note", "off"}
        What happens to a row that breaks it.
    words : str
        What the rule asks for, as a person would say it.
    test : str
        SQL that is true for a row that breaks it.
    column : str
        Column at fault.
    needs : tuple of str
        Columns without which the rule says nothing.
    """

    name: str
    severity: Severity
    words: str
    test: str
    column: str
    needs: tuple[str, ...] = ()


CAMPAIGN_RULES: tuple[Rule, ...] = (
    Rule("missing_date", "reject", "every row needs a date", "date is null", "date", ("date",)),
    Rule("future_date", "reject", "no day lies in the future", "date > $today::date + 1", "date", ("date",)),
    Rule("date_too_old", "reject", "no day lies before 1990", "date < date '1990-01-01'", "date", ("date",)),
    Rule("negative_impressions", "reject", "impressions are not negative", "impressions < 0", "impressions",
         ("impressions",)),
    Rule("negative_clicks", "reject", "clicks are not negative", "clicks < 0", "clicks", ("clicks",)),
    Rule("duplicate_row", "reject", "no row occurs twice, letter for letter", "is_duplicate", "row_hash"),
    Rule("superseded", "reject", "a campaign's day that a later file reports again counts once", "is_superseded",
         "report", ("report", "load_id", "campaign_id")),
    Rule("counted_elsewhere", "reject", "web analytics does not add what an ad platform reports too",
         "is_elsewhere", "source", ("source", "campaign_name")),
    Rule("missing_cost", "flag", "the cost is known", "cost is null", "cost", ("cost",)),
    Rule("missing_revenue", "flag", "the revenue is known", "revenue is null", "revenue", ("revenue",)),
    Rule("negative_cost", "flag", "cost is not negative (credits are)", "cost < 0", "cost", ("cost",)),
    Rule("negative_revenue", "flag", "revenue is not negative (refunds are)", "revenue < 0", "revenue", ("revenue",)),
    Rule("negative_conversions", "flag", "conversions are not negative (retractions are)", "conversions < 0",
         "conversions", ("conversions",)),
    Rule("clicks_above_impressions", "flag", "clicks are at most impressions", "clicks > impressions", "clicks",
         ("clicks", "impressions")),
    Rule("conversions_above_clicks", "flag", "conversions are at most clicks (conversions after a view are not)",
         "conversions > clicks", "conversions", ("conversions", "clicks")),
    Rule("outlier_cost", "flag", "the cost is usual for its channel", "is_outlier_cost", "cost", ("cost",)),
    Rule("outlier_revenue", "flag", "the revenue is usual for its channel", "is_outlier_revenue", "revenue",
         ("revenue",)),
    Rule("unknown_channel", "note", "the channel is one that channels.csv knows", "is_unknown_channel", "channel",
         ("channel",)),
)  # fmt: skip
"""Rules of campaign rows, in the order in which they are asked: the first that rejects gives the reason."""

CUSTOMER_RULES: tuple[Rule, ...] = (
    Rule("missing_customer", "reject", "every row names its customer", "external_customer_id is null",
         "external_customer_id", ("external_customer_id",)),
    Rule("negative_sessions", "reject", "sessions are not negative", "sessions < 0", "sessions", ("sessions",)),
    Rule("negative_transactions", "reject", "transactions are not negative", "transactions < 0", "transactions",
         ("transactions",)),
    Rule("duplicate_row", "reject", "no row occurs twice, letter for letter", "is_duplicate", "row_hash"),
    Rule("duplicate_customer", "reject", "a customer has one row; the last one counts", "is_superseded",
         "external_customer_id"),
    Rule("other_currency", "reject", "a customer's money is in one currency: that of their row, else of most orders",
         "is_other_currency", "currency", ("currency",)),
    Rule("negative_revenue", "flag", "revenue is not negative (refunds are)", "revenue < 0", "revenue", ("revenue",)),
    Rule("negative_pages_per_session", "flag", "pages per session are not negative", "pages_per_session < 0",
         "pages_per_session", ("pages_per_session",)),
    Rule("negative_duration", "flag", "a session does not last less than nothing", "avg_session_duration < 0",
         "avg_session_duration", ("avg_session_duration",)),
    Rule("unlikely_age", "flag", "an age lies between 0 and 120", "age not between 0 and 120", "age", ("age",)),
    Rule("transactions_without_sessions", "note", "who bought had a session", "transactions > 0 and sessions = 0",
         "transactions", ("transactions", "sessions")),
    Rule("missing_revenue", "flag", "the revenue is known", "revenue is null", "revenue", ("revenue",)),
    Rule("outlier_revenue", "flag", "the revenue is usual", "is_outlier_revenue", "revenue", ("revenue",)),
)  # fmt: skip
"""Rules of customer rows, in the order in which they are asked."""


UNUSUAL = frozenset(
    {
        "missing_cost",
        "missing_revenue",
        "negative_conversions",
        "conversions_above_clicks",
        "outlier_cost",
        "outlier_revenue",
    }
)
"""Flags on what is missing or unusual but not wrong: `validate_data` lets them pass."""


def with_severities(rules: tuple[Rule, ...], severity: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rules with the severities that the settings give.

    Raises
    ------
    ConfigurationError
        A name is no rule, or a severity is none.
    """
    known = {rule.name for rule in (*CAMPAIGN_RULES, *CUSTOMER_RULES)}
    for name, value in severity.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise ConfigurationError(
                "there is no such cleaning rule",
                where="cleaning.severity",
                got=name,
                allowed=", ".join(sorted(known)),
                hint=f"did you mean {near[0]}?" if near else None,
            )
        if value not in SEVERITIES:
            raise ConfigurationError(
                "this is no severity",
                where=f"cleaning.severity.{name}",
                got=repr(value),
                allowed=", ".join(SEVERITIES),
            )
    return tuple(replace(rule, severity=severity.get(rule.name, rule.severity)) for rule in rules)  # type: ignore[arg-type]


def applicable(rules: tuple[Rule, ...], columns: set[str]) -> tuple[Rule, ...]:
    """Return the rules that can be asked of these columns and are not off."""
    return tuple(rule for rule in rules if rule.severity != "off" and set(rule.needs) <= columns)
