"""Ask the data whether any rule of the settings is broken, and tell those who should know, once."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import read_sql
from payback.operations.alerts import Alert, Limit, limit_alerts, notify
from payback.pipeline.questions import ensure_clean, evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.config.publishing import AlertRule
    from payback.data_loader import DataLoader
    from payback.pipeline.record import RunRecord

_GROUPS = {"total": "", "channel": "channel", "campaign": "campaign_name", "source": "source"}
"""What a rule is about and the column that names it."""


def broken_rules(loader: DataLoader, *, today: date | None = None) -> list[Alert]:
    """Return every alert that the rules of the settings ask for now.

    Parameters
    ----------
    loader : DataLoader
        The project.
    today : date, optional
        Day from which old data is told; today by default.
    """
    ensure_clean(loader)
    loader.warehouse.expose("clean_campaigns")
    last = loader.warehouse.engine.row("select max(date) from clean_campaigns")[0]
    if last is None:
        return []
    alerts = []
    for name, rule in loader.settings.alerts.rules.items():
        if rule.metric is not None:
            alerts += _limits(loader, name, rule, last)
        if rule.monthly_budget is not None:
            alerts += _budget(loader, name, rule, last)
        if rule.stale_days is not None:
            alerts += _stale(loader, name, rule.stale_days, today or date.today())  # noqa: DTZ011 - the user's day
    return alerts


def tell(loader: DataLoader, alerts: Sequence[Alert]) -> list[Alert]:
    """Send the alerts that were not sent before; return those that were sent now.

    Raises
    ------
    ConfigurationError, DeliveryError
        They cannot be sent; the next run tries again.
    """
    warehouse = loader.warehouse
    fresh = [alert for alert in alerts if not warehouse.records("state", {"name": alert.key})]
    if not fresh:
        return []
    title = f"Payback: {len(fresh)} alert{'s' if len(fresh) > 1 else ''}"
    notify(addresses(loader), title, "\n".join(f"{alert.rule}: {alert.text}" for alert in fresh))
    with warehouse.transaction():
        for alert in fresh:
            warehouse.replace_rows("state", {"name": alert.key}, [{"name": alert.key, "value": alert.text}])
    return fresh


def failed_run(loader: DataLoader, record: RunRecord) -> list[Alert]:
    """Return the alert of a run that failed, if there is one to tell; the same failure is told once a day."""
    if record.status != "failed" or not loader.settings.alerts.failed_run:
        return []
    reason = record.error.splitlines()[0] if record.error else "no reason is known"
    return [Alert("failed run", reason, f"the run {record.run_id} failed: {reason}", record.started_at.date())]


def addresses(loader: DataLoader) -> list[str]:
    """Return where alerts go."""
    return [url.get_secret_value() for url in loader.settings.alerts.urls]


def _limits(loader: DataLoader, name: str, rule: AlertRule, last: date) -> list[Alert]:
    limit = Limit(str(rule.metric), rule.below, rule.above, rule.falls_by, rule.rises_by)
    start = last - timedelta(days=rule.days - 1)
    now = [row for row in _roi(loader, rule.by, start, last) if float(row["cost"] or 0) >= rule.minimum_cost]
    before = (
        _roi(loader, rule.by, start - timedelta(days=rule.days), start - timedelta(days=1)) if limit.compares else []
    )
    return limit_alerts(name, limit, now, before, _GROUPS[rule.by], last)


def _roi(loader: DataLoader, by: str, start: date, end: date) -> list[dict[str, Any]]:
    from payback.analysis.campaign_roi import campaign_roi

    engine = loader.warehouse.engine
    rows: list[dict[str, Any]] = campaign_roi(
        engine, "clean_campaigns", by, evidence=evidence(loader), start=start, end=end
    ).to_pylist()
    return rows


def _budget(loader: DataLoader, name: str, rule: AlertRule, last: date) -> list[Alert]:
    """Compare the cost of the month so far with the part of the budget that its days stand for."""
    days = calendar.monthrange(last.year, last.month)[1]
    expected = float(rule.monthly_budget or 0) * last.day / days
    alerts = []
    for row in _roi(loader, "total", last.replace(day=1), last):
        pace = float(row["cost"] or 0) / expected - 1
        if abs(pace) > rule.pace:
            side = "above" if pace > 0 else "below"
            text = (
                f"{row['cost']:,.2f} {row['currency']} spent in {last.day} of {days} days of {last:%Y-%m}, "
                f"{abs(pace):.0%} {side} the pace of the budget of {rule.monthly_budget:,.2f}"
            )
            alerts.append(Alert(name, str(row["currency"]), text, last))
    return alerts


def _stale(loader: DataLoader, name: str, limit: int, today: date) -> list[Alert]:
    sources = loader.warehouse.engine.rows(read_sql("payback.pipeline", "last_days.sql"))
    return [
        Alert(name, source, f"{source} has no day after {last}, which was {(today - last).days} days ago", last)
        for source, last in sources
        if (today - last).days > limit
    ]
