"""Every measure of the model by name, with the value that it must have in a context."""

from __future__ import annotations

from dataclasses import replace

from payback.publishing.powerbi.facts import FACTS
from powerbi_tools import projects
from powerbi_tools.oracle import Calendar, Context, change, metric_value, total

WINDOWS = ("MTD", "YTD", "Previous Month", "Last Year", "28 Days")
CHANGES = {"MoM": "Previous Month", "YoY": "Last Year"}
COLUMN_OF = {"Channel": "channel", "Campaign": "campaign_name", "Country": "country", "Currency": "currency"}
"""Dimensions that contexts choose from, and the columns of the rows."""


ROWS = {}
"""Rows of each fact, made once."""


def rows_of(fact):
    """Return the rows behind a fact."""
    if fact.name not in ROWS:
        ROWS[fact.name] = made_rows(fact)
    return ROWS[fact.name]


def made_rows(fact):
    """Return the rows behind a fact, with totals instead of means for customers."""
    if fact.name == "Customer Facts":
        named = {row["customer_id"]: row["segment"] for row in projects.segments()}
        return [totals(row) | {"segment": named.get(row["customer_id"])} for row in projects.customers()]
    if fact.name == "Row Account":
        return [vars(account) for account in projects.accounts()]
    rows = next(make for table, make in projects.TABLES.items() if table.name == fact.table.name)()
    return [dict.fromkeys(fact.table.names) | row for row in rows]


def totals(customer):
    """Return a customer with what means and sessions multiply to."""
    sessions = customer["sessions"]
    return customer | {
        "customers": 1,
        "session_seconds": sessions * customer["avg_session_duration"],
        "page_views": sessions * customer["pages_per_session"],
    }


def calendar():
    """Return the calendar of the sample: from the first day of any fact to the last."""
    days = [row[fact.day] for fact in FACTS if fact.day for row in rows_of(fact)]
    return Calendar(min(days), max(days))


def narrowed(fact, context):
    """Return the part of a context that reaches a fact."""
    reached = {COLUMN_OF.get(name) for name in fact.dimensions}
    values = {name: allowed for name, allowed in context.values.items() if name in reached}
    return Context(values, context.days if fact.day else None)


def values(fact, context, dates):
    """Return the value of every measure of a fact by its name."""
    rows, context = rows_of(fact), narrowed(fact, context)
    money = {column.name for column in fact.table.columns if column.unit == "money"}
    found = currencies(fact, context.rows(rows)) if money & set(fact.parts) else {}
    for metric in fact.metrics:
        found[metric.label] = metric_value(metric, context.rows(rows), money)
        if metric.name in fact.over_time:
            found |= over_time(metric, rows, money, dates, context)
        if metric.name in fact.shares:
            found[f"{metric.label} Share"] = share(metric, rows, money, context)
    return found | sums(fact, context.rows(rows))


def currencies(fact, rows):
    """Return whether there is a key of the only currency in view, and what the report says about it."""
    codes = {row["currency"] for row in rows}
    found = {f"Currency of {fact.name}": True if len(codes) == 1 else None}
    if not fact.note:
        return found
    words = f"Amounts in {min(codes)}" if len(codes) == 1 else "Several currencies: choose one"
    return found | {fact.note: words if codes else "No rows in view"}


def over_time(metric, rows, money, dates, context):
    """Return the measures of time of a metric."""
    found = {
        f"{metric.label} {name}": metric_value(metric, context.rows(rows, dates.window(name, context)), money)
        for name in WINDOWS
    }
    unit = "Points" if metric.unit == "percent" else "%"
    changes = {
        f"{metric.label} {word} {unit}": change(metric, rows, money, dates, context, window)
        for word, window in CHANGES.items()
    }
    return found | changes


def share(metric, rows, money, context):
    """Return the part of a metric in everything of the same days and currency."""
    currency = {name: allowed for name, allowed in context.values.items() if name == "currency"}
    part = metric_value(metric, context.rows(rows), money)
    whole = metric_value(metric, replace(context, values=currency).rows(rows), money)
    return None if part is None or not whole else part / whole


def sums(fact, rows):
    """Return the sums that other measures are made of."""
    found = {}
    for part in fact.parts:
        known = [row[part] for row in rows if row[part] is not None]
        found[f"{fact.label(part)} Sum"] = total(known) if known else None
    return found


def all_values(context, dates):
    """Return the value of every measure of every fact."""
    found = {name: value for fact in FACTS for name, value in values(fact, context, dates).items()}
    chosen = dates.chosen(context)
    return found | {"First Day": min(chosen, default=None), "Last Day": max(chosen, default=None)}
