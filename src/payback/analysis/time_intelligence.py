"""Figures to date, compared with a month and a year earlier, and over the last 28 days: the twin of Power BI's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.analysis.roi_entry import USED, CampaignRows, campaign_rows
from payback.analysis.roi_grouping import DIMENSIONS, Grouping, grouping
from payback.analysis.time_windows import SHIFTS, WINDOWS, DataDays, is_comparable, window_days
from payback.engine.duckdb import Engine, quoted, read_sql
from payback.engine.frames import from_arrow, kind_of, to_arrow
from payback.errors import UsageError
from payback.metrics import ADDITIVE, METRICS, Metric, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = "payback_time_rows"
PERIODS = ("day", "month", "quarter", "year", "total")
CHANGES = {"mom": "previous_month", "yoy": "last_year"}
"""Changes and the windows that they compare with."""
DEFAULT = ("cost", "revenue", "profit", "conversions", "roas", "roi")
"""The metrics that have measures of time in the Power BI project."""


def calculate_time_intelligence(
    df: Any,
    period: str = "month",
    *,
    by: str | Sequence[str] = (),
    metrics: Sequence[str] = DEFAULT,
    data: tuple[date, date] | None = None,
) -> Any:
    """Return metrics of each period beside those to date, a month and a year earlier, and of the last 28 days.

    Parameters
    ----------
    df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
        Clean campaign rows: ``cost``, ``revenue``, ``date``, the other measures and what ``by`` groups by.
    period : {"day", "month", "quarter", "year", "total"}, default "month"
        Calendar period of a row of the result.
    by : str or list of str, optional
        ``campaign``, ``channel``, ``source``, ``account`` or ``country``, or several.
    metrics : sequence of str
        Names of `payback.metrics`.
    data : (date, date), optional
        First and last day with data; those of the rows by default.

    Returns
    -------
    DataFrame of the same kind
        The period's first day (column ``day``, ``month``, ``quarter`` or ``year``), the groups, ``currency``, and for
        each metric, such as cost: ``cost``, ``cost_mtd``, ``cost_ytd``, ``cost_previous_month``, ``cost_last_year``,
        ``cost_28_days``, ``cost_mom``, ``cost_yoy``. Amounts of different currencies are never added.

    Raises
    ------
    UsageError
        An unknown period, grouping or metric.
    MissingColumnError, InputError
        As in `payback.ROICalculator.calculate_campaign_roi`.

    Notes
    -----
    A change is (now - before) / before, null where there was nothing or less than nothing before; for a metric in
    percent it is now - before. It is null where the earlier days do not lie wholly within the data. The days are
    those of `payback.analysis.time_windows`, which says how months of different length are compared.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"date": ["2024-01-31", "2024-02-29"], "cost": [10.0, 15.0], "revenue": [20.0, 45.0]})
    >>> months = calculate_time_intelligence(rows, metrics=["cost"])
    >>> months[["cost", "cost_ytd", "cost_previous_month"]].to_numpy().tolist()[1]
    [15.0, 25.0, 10.0]
    """
    chosen = _checked(period, metrics)
    kind = kind_of(df)
    table = to_arrow(df)
    with Engine() as engine:
        engine.register(ROWS, table.select([name for name in table.column_names if name in USED]))
        return from_arrow(time_intelligence(engine, ROWS, period, by, chosen, data), kind)


def time_intelligence(
    engine: Engine,
    relation: str,
    period: str,
    by: str | Sequence[str],
    metrics: Sequence[Metric],
    data: tuple[date, date] | None = None,
) -> pa.Table:
    """Return what `calculate_time_intelligence` returns, from a relation that an engine can read."""
    rows = campaign_rows(engine, relation)
    groups = grouping(by, rows.types) if by else Grouping((), ("currency",))
    if groups.grain:
        raise UsageError("a period stands in `period`, not in `by`", got=str(by), allowed=", ".join(DIMENSIONS))
    days = DataDays(*data) if data else DataDays(rows.days.first, rows.days.last)
    engine.register("payback_windows", _windows(period, days))
    engine.register("payback_periods", _comparable(period, days))
    return engine.arrow(_statement(rows, groups, period, metrics))


def _checked(period: str, metrics: Sequence[str]) -> list[Metric]:
    if period not in PERIODS:
        raise UsageError("there is no such period", got=repr(period), allowed=", ".join(PERIODS))
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise UsageError("there is no such metric", got=", ".join(map(repr, unknown)), allowed=", ".join(METRICS))
    return [METRICS[name] for name in metrics]


def _statement(rows: CampaignRows, groups: Grouping, period: str, metrics: Sequence[Metric]) -> str:
    keys = ", ".join(map(quoted, groups.keys))
    name = "any_value(campaign_name) as campaign_name," if groups.named else ""
    columns = [*groups.columns, "currency"]
    return read_sql(
        "payback.analysis",
        "time_intelligence.sql",
        entered=rows.entered(groups),
        keys=keys,
        latest_name="arg_max(campaign_name, (date, campaign_name)) as campaign_name," if groups.named else "",
        any_name=name,
        sums=", ".join(f"sum({one}) as {one}" for one in ADDITIVE),
        metrics=", ".join(f"{sql(one)} as {one.name}" for one in metrics),
        windows=", ".join(_column(one, window) for one in metrics for window in WINDOWS),
        period="" if period == "total" else f"first_day as {quoted(period)},",
        columns=", ".join(map(quoted, columns)),
        figures=", ".join(text for one in metrics for text in _figures(one)),
    )


def _column(metric: Metric, window: str) -> str:
    return f"max(case when window_name = '{window}' then {metric.name} end) as {_name(metric, window)}"


def _name(metric: Metric, window: str) -> str:
    return metric.name if window == "now" else f"{metric.name}_{window}"


def _figures(metric: Metric) -> list[str]:
    """Return the SQL of a metric's columns: its windows, then its changes."""
    windows = [quoted(_name(metric, window)) for window in WINDOWS]
    return windows + [f"{_change(metric, window)} as {metric.name}_{word}" for word, window in CHANGES.items()]


def _change(metric: Metric, window: str) -> str:
    now, before = quoted(metric.name), quoted(_name(metric, window))
    if metric.unit == "percent":
        return f"case when {window}_comparable then {now} - {before} end"
    # From nothing, or from less than nothing, no percentage leads anywhere.
    share = f"cast({now} - {before} as double) / cast({before} as double)"
    return f"case when {window}_comparable and {before} > 0 then {share} end"


def _periods(period: str, data: DataDays) -> dict[date, list[date]]:
    """Return the days of each period of the calendar that the data reach into, by its first day."""
    found: dict[date, list[date]] = {}
    for number in range((data.last - data.first).days + 1):
        day = data.first + timedelta(days=number)
        found.setdefault(_first_day(period, day, data), []).append(day)
    return found


def _first_day(period: str, day: date, data: DataDays) -> date:
    quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    firsts = {"day": day, "month": day.replace(day=1), "quarter": quarter, "year": day.replace(month=1, day=1)}
    return firsts.get(period, data.first)


def _windows(period: str, data: DataDays) -> pa.Table:
    """Return each day of each window of each period."""
    rows = [
        (first, window, day)
        for first, days in _periods(period, data).items()
        for window in WINDOWS
        for day in window_days(window, days, data)
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    schema = pa.schema([("first_day", pa.date32()), ("window_name", pa.string()), ("day", pa.date32())])
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)], schema)


def _comparable(period: str, data: DataDays) -> pa.Table:
    """Return whether what each period is compared with lies wholly within the data."""
    periods = _periods(period, data)
    columns: dict[str, pa.Array] = {"first_day": pa.array(periods, pa.date32())}
    for window in SHIFTS:
        found = [is_comparable(window, days, data) for days in periods.values()]
        columns[f"{window}_comparable"] = pa.array(found, pa.bool_())
    return pa.table(columns)
