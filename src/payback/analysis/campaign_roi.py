"""Campaign ROI of rows that an engine can read: one SQL statement, put together from the files beside this one.

`ROICalculator` is the door for frames; the pipeline calls `campaign_roi` with a table of its warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.analysis.roi_entry import CampaignRows, campaign_rows, unreadable_value
from payback.analysis.roi_grouping import GRAINS, Grouping, grouping
from payback.analysis.roi_intervals import Evidence, interval_sql, t_quantiles
from payback.analysis.roi_periods import Compare, Days, checked_compare, chosen_days, previous_days
from payback.engine.duckdb import quoted, read_sql
from payback.errors import UsageError, WarehouseError
from payback.metrics import ADDITIVE, METRICS, Metric, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pyarrow as pa

    from payback.engine.duckdb import Engine

PACKAGE = "payback.analysis"
QUANTILES = "payback_t_quantiles"
CHANGE_COLUMNS = (
    "previous_start",
    "previous_end",
    "comparable",
    "previous_cost",
    "previous_revenue",
    "previous_roi",
    "cost_change",
    "revenue_change",
    "roi_change",
)


@dataclass(frozen=True)
class Question:
    """What is asked of campaign rows.

    Parameters
    ----------
    rows : CampaignRows
        The rows.
    grouping : Grouping
        The groups.
    days : Days
        Days to report on.
    compare : str, optional
        What to compare with; a calendar period is compared with the one before it unless asked otherwise.
    evidence : Evidence
        When there is an interval, and what it must show.
    """

    rows: CampaignRows
    grouping: Grouping
    days: Days
    compare: Compare | None
    evidence: Evidence

    @property
    def compares(self) -> bool:
        """Whether there is an earlier period to compare with."""
        return self.compare is not None or self.grouping.grain is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the answer, in order."""
        has_channel = self.grouping.has_campaign and "channel" in self.grouping.columns
        return (
            *self.grouping.columns,
            *("currency", "first_day", "last_day", "days", "rows"),
            *(["complete"] if self.grouping.grain else []),
            *METRICS,
            *("share_of_cost", "share_of_revenue", "rank"),
            *(["rank_in_channel"] if has_channel else []),
            *("roi_low", "roi_high", "roas_low", "roas_high", "interval_note", "verdict"),
            *(CHANGE_COLUMNS if self.compares else []),
        )


def campaign_roi(
    engine: Engine,
    relation: str,
    by: str | Sequence[str] = "campaign",
    *,
    evidence: Evidence | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    compare: str | None = None,
) -> pa.Table:
    """Return the ROI of campaigns, one row a group.

    Parameters
    ----------
    engine : Engine
        Where the rows can be read.
    relation : str
        Name of a table, a view or a registered frame with the columns of ``clean_campaigns``, or other SQL that can
        stand after ``from``. Trusted: never text from outside.
    by, start, end, compare
        As in `ROICalculator.calculate_campaign_roi`.
    evidence : Evidence, optional
        Confidence, least amount of data, and target.

    Returns
    -------
    pyarrow.Table
        The table ``campaign_roi`` of `payback.tables`.

    Raises
    ------
    UsageError, MissingColumnError, InputError, AnalysisError
        As in `ROICalculator.calculate_campaign_roi`.
    """
    return answer(engine, ask(engine, relation, by, evidence or Evidence(), (start, end), compare))


def ask(
    engine: Engine,
    relation: str,
    by: str | Sequence[str],
    evidence: Evidence,
    period: tuple[date | str | None, date | str | None] = (None, None),
    compare: str | None = None,
) -> Question:
    """Return the question, checked against the rows; ``period`` is its first and last day."""
    rows = campaign_rows(engine, relation)
    groups = grouping(by, rows.types)
    checked = checked_compare(compare)
    if checked and groups.grain is None and period[0] is None:
        raise UsageError(
            "a comparison needs the first day of the period", got=f"compare={compare!r}", hint="give start= and end="
        )
    if rows.unnumbered:
        groups = groups.with_unnumbered()
    days = rows.days if rows.empty else chosen_days(rows.days, *period)
    return Question(rows, groups, days, checked, evidence)


def answer(engine: Engine, question: Question) -> pa.Table:
    """Return the table that answers the question."""
    engine.register(QUANTILES, t_quantiles(question.evidence.confidence, question.rows.days.count))
    try:
        return engine.arrow(roi_sql(question), _parameters(question))
    except WarehouseError as error:
        raise unreadable_value(engine, question.rows, error) from error


def roi_sql(question: Question) -> str:
    """Return the statement that answers a question; its parameters are days and the limits of the evidence."""
    text = _changes(question, _report(question)) if question.compares else _report(question)
    order = ", ".join(f"{quoted(column)} nulls last" for column in question.grouping.order)
    return f"select {_list(question.columns)} from ({text}) as report order by {order}"


def _report(question: Question) -> str:
    groups = question.grouping
    hidden = [key for key in groups.keys if key not in (*groups.columns, "currency")]
    best_first = ["roi desc nulls last", "profit desc nulls last"]
    best_first += [f"{quoted(column)} nulls last" for column in (*_names_first(groups.columns), *hidden)]
    scope, order = _list(groups.scope), ", ".join(best_first)
    return read_sql(
        PACKAGE,
        "campaign_roi.sql",
        entered=question.rows.entered(groups),
        keys=_list(groups.keys),
        group_columns=_list(groups.group_columns),
        latest_name="arg_max(campaign_name, (last_day, campaign_name)) as campaign_name," if groups.named else "",
        sums=_sums(ADDITIVE),
        metrics=_metrics(METRICS.values()),
        metric_names=_list(METRICS),
        interval=interval_sql("quantiled"),
        quantiles=QUANTILES,
        same_keys=same_keys(groups.keys, "measured", "intervals"),
        columns=_list((*groups.columns, "currency")),
        complete=f"{_complete(groups)} as complete," if groups.grain else "",
        scope=scope,
        best_first=order,
        rank_in_channel=f"row_number() over (partition by {scope}, channel order by {order}) as rank_in_channel,"
        if "rank_in_channel" in question.columns
        else "",
        hidden_keys="".join(f", {quoted(key)}" for key in hidden),
    )


def _changes(question: Question, report: str) -> str:
    groups, names = question.grouping, ("cost", "revenue", "roi")
    same = same_keys([key for key in groups.keys if key != groups.grain], "aligned", "previous")
    if groups.grain:
        same += f" and previous.{groups.grain} = aligned.previous_start"
    first, last = _previous_period(question)
    return read_sql(
        PACKAGE,
        "roi_change.sql",
        report=report,
        entered=question.rows.entered(groups),
        keys=_list(groups.keys),
        sums=_sums(("cost", "revenue")),
        metrics=_metrics(METRICS[name] for name in names),
        previous_first=first,
        previous_last=last,
        comparable="complete and previous_start >= $data_first" if groups.grain else "$comparable",
        same_keys=same,
    )


def _previous_period(question: Question) -> tuple[str, str]:
    """Return the SQL of the first and the last day of the period that a row is compared with."""
    grain = question.grouping.grain
    if grain is None:
        return "cast($previous_start as date)", "cast($previous_end as date)"
    back = GRAINS[grain]
    if question.compare == "previous_year":
        back = "364 days" if grain == "week" else "1 year"
    first = f"cast({grain} - interval '{back}' as date)"
    return first, f"cast({first} + interval '{GRAINS[grain]}' - interval '1 day' as date)"


def _parameters(question: Question) -> dict[str, object]:
    days, data = question.days, question.rows.days
    values: dict[str, object] = {"from_day": days.first, "to_day": days.last, **question.evidence.parameters()}
    if question.grouping.grain:
        covered = Days(max(days.first, data.first), min(days.last, data.last))
        values |= {"covered_first": covered.first, "covered_last": covered.last, "data_first": data.first}
        values |= {"previous_start": data.first, "previous_end": days.last}
    elif question.compare:
        before = previous_days(days, question.compare)
        values |= {"previous_start": before.first, "previous_end": before.last}
        values["comparable"] = before.first >= data.first and days.last <= data.last
    return values


def _complete(groups: Grouping) -> str:
    """Return the SQL that tells whether a calendar period lies wholly inside the data and the days asked for."""
    grain = groups.grain
    end = f"cast({grain} + interval '{GRAINS[grain]}' - interval '1 day' as date)" if grain else ""
    return f"({grain} >= $covered_first and {end} <= $covered_last)"


def _sums(names: Iterable[str]) -> str:
    return ", ".join(f"sum({name}) as {name}" for name in names)


def _metrics(metrics: Iterable[Metric]) -> str:
    """Return the metrics' expressions; sums of whole numbers stay whole numbers."""
    texts = [(metric.name, sql(metric), metric.unit == "count") for metric in metrics]
    return ", ".join(
        f"cast({text} as bigint) as {name}" if whole else f"{text} as {name}" for name, text, whole in texts
    )


def same_keys(keys: Iterable[str], left: str, right: str) -> str:
    """Return the SQL condition of equal keys; a name that is missing equals a name that is missing."""
    return " and ".join(f"{left}.{quoted(key)} is not distinct from {right}.{quoted(key)}" for key in keys) or "true"


def _names_first(columns: Sequence[str]) -> list[str]:
    """Return the columns, the campaign's name before its number, as people sort."""
    return sorted(columns, key=lambda column: column == "campaign_id")


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)
