"""Whether one campaign pays back more than another, or only seems to.

Two campaigns live through the same days: the same holiday, the same outage. So they are compared day by day. With
R = Σ revenue / Σ cost and the residual of a day e = (revenue − R · cost) / Σ cost, the difference D = R_a − R_b has

    var(D) = n / (n − 1) · Σ (e_a − e_b)²

over the n days on which either has known cost and revenue (a day on which one has none adds nothing for it). What
moves both alike cancels. D / √var(D) is compared with the t distribution with n − 1 degrees of freedom.

Who compares many pairs finds a difference by chance. Holm's step-down correction (S. Holm, 1979, *Scandinavian Journal
of Statistics* 6, 65-70) keeps the chance of even one false difference below 1 − confidence, whatever the pairs share.

As everywhere here: this is about the differences between days, not about who caused the revenue.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse, special

from payback.analysis.campaign_roi import PACKAGE, Question, answer, ask, same_keys
from payback.engine.duckdb import quoted, read_sql
from payback.errors import AnalysisError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from payback.engine.duckdb import Engine

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

GROUPS = "payback_roi_groups"
AGAINST = ("each other", "best", "total")
MOST_GROUPS = 1000
"""Groups beyond which nobody reads all pairs: half a million of them."""

TOTAL = "total"
_ROUNDING = 1e-12


@dataclass(frozen=True)
class DailyResults:
    """Groups and their residuals, ready to be paired.

    Parameters
    ----------
    groups : list of dict
        Rows of the report.
    labels : list of str
        What people call each group; no two alike.
    residuals : scipy.sparse.csr_array
        Residual of each day (row) and group (column).
    seen : scipy.sparse.csr_array
        One where the group has known cost and revenue on the day.
    """

    groups: list[dict[str, Any]]
    labels: list[str]
    residuals: sparse.csr_array
    seen: sparse.csr_array

    def column(self, name: str) -> NDArray[Any]:
        """Return a number of each group; NaN where it is missing."""
        return np.array([np.nan if row[name] is None else float(row[name]) for row in self.groups])

    def with_totals(self, totals: DailyResults) -> DailyResults:
        """Return these groups followed by the totals of their currencies."""
        labels = [f"{TOTAL} {row['currency']}" for row in totals.groups]
        return DailyResults(
            self.groups + totals.groups,
            self.labels + labels,
            sparse.hstack([self.residuals, totals.residuals], format="csr"),
            sparse.hstack([self.seen, totals.seen], format="csr"),
        )


def compare_groups(engine: Engine, question: Question, against: str = "each other") -> pa.Table:
    """Return the comparison of groups of the same currency with each other, with the best, or with the total.

    Parameters
    ----------
    engine : Engine
        Where the rows can be read.
    question : Question
        Groups, days and evidence, as `payback.analysis.campaign_roi.ask` makes it.
    against : {"each other", "best", "total"}
        ``best`` gives the pairs with the group of the highest ROI, corrected for all pairs, because which one is best
        was learned from the same days. ``total`` compares each group with all of them together.

    Returns
    -------
    pyarrow.Table
        Table ``roi_comparison`` of `payback.tables`; ``a`` is the better of two groups.

    Raises
    ------
    UsageError
        An unknown ``against``.
    AnalysisError
        More than 1,000 groups to pair with each other.
    """
    if against not in AGAINST:
        raise UsageError("unknown comparison", got=f"against={against!r}", allowed=", ".join(AGAINST))
    daily = daily_results(engine, question)
    if against == "total":
        whole = daily_results(engine, _of_total(engine, question))
        first, second = _with_total(daily, whole)
        return paired(daily.with_totals(whole), first, second, question.evidence.confidence)
    first, second = _within_currency(daily)
    table = paired(daily, first, second, question.evidence.confidence)
    if against == "each other":
        return table
    leader = _leaders(daily)[first]
    return table.filter((leader == first) | (leader == second))


def compare_two(engine: Engine, question: Question, a: object, b: object) -> pa.Table:
    """Return the comparison of two groups, told by name, by number or by a mapping of columns to values.

    Raises
    ------
    UsageError
        No group, or several, fit ``a`` or ``b``; or both are the same.
    """
    daily = daily_results(engine, question)
    first, second = _found(daily, a), _found(daily, b)
    if first == second:
        raise UsageError("a group cannot be compared with itself", got=daily.labels[first])
    return paired(daily, np.array([first]), np.array([second]), question.evidence.confidence)


def daily_results(engine: Engine, question: Question) -> DailyResults:
    """Return the groups of a question and their residuals day by day."""
    import pyarrow as pa

    report = answer(engine, question)
    engine.register(GROUPS, report.append_column("position", pa.array(range(len(report)), pa.int64())))
    days = question.days
    long = engine.arrow(_residuals_sql(question), {"from_day": days.first, "to_day": days.last})
    position, day, residual = (long[name].to_numpy() for name in ("position", "day_number", "residual"))
    shape = (days.count, len(report))
    groups = report.to_pylist()
    return DailyResults(
        groups,
        _labels(groups, question),
        sparse.csr_array((residual, (day, position)), shape=shape),
        sparse.csr_array((np.ones(len(day)), (day, position)), shape=shape),
    )


def paired(daily: DailyResults, first: Indices, second: Indices, confidence: float) -> pa.Table:
    """Return the comparison of pairs of groups, given by their positions."""
    import pyarrow as pa

    roas = daily.column("roas")
    tested = ~np.isnan(daily.column("roas_low"))
    enough = tested[first] & tested[second]
    days, shared, error = _errors(daily, first, second)
    difference = roas[first] - roas[second]
    p, half, better = _tests(difference, error, days, confidence)
    p_holm = np.full(len(first), np.nan)
    p_holm[enough] = holm(p[enough])
    numbers = {
        "roas_a": roas[first],
        "roas_b": roas[second],
        "difference": difference,
        "difference_low": np.where(enough, difference - half, np.nan),
        "difference_high": np.where(enough, difference + half, np.nan),
        "p_value": np.where(enough, p, np.nan),
        "p_holm": p_holm,
        "probability_a_better": np.where(enough, better, np.nan),
    }
    a, b = ([daily.labels[index] for index in side] for side in (first, second))
    clear = p_holm < 1 - confidence
    return pa.table(
        {
            "a": pa.array(a, pa.string()),
            "b": pa.array(b, pa.string()),
            "currency": pa.array([daily.groups[index]["currency"] for index in first], pa.string()),
            "days": days.astype(np.int64),
            "shared_days": shared.astype(np.int64),
            **{name: pa.array(values, from_pandas=True) for name, values in numbers.items()},
            "verdict": pa.array(_verdicts(a, b, difference, clear), pa.string()),
        }
    )


def holm(p: Floats) -> Floats:
    """Return p values corrected for their number by Holm's step-down procedure.

    The smallest is multiplied by m, the next by m − 1, and so on; none becomes smaller than the one before it, and
    none larger than 1.

    Examples
    --------
    >>> [round(float(value), 2) for value in holm(np.array([0.01, 0.04, 0.03]))]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    steps = p[order] * (len(p) - np.arange(len(p)))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected


def _errors(daily: DailyResults, first: Indices, second: Indices) -> tuple[Floats, Floats, Floats]:
    """Return days, shared days and standard error of the difference for each pair."""
    each_days, each_squares = daily.seen.sum(axis=0), daily.residuals.power(2).sum(axis=0)
    shared = _products(daily.seen, first, second)
    days = each_days[first] + each_days[second] - shared
    apart = each_squares[first] + each_squares[second]
    squares = apart - 2 * _products(daily.residuals, first, second)
    # What is left below 10^-12 of the terms is rounding: the two moved exactly alike.
    squares[squares <= _ROUNDING * apart] = 0
    return days, shared, np.sqrt(squares * days / np.maximum(days - 1, 1))


def _products(matrix: sparse.csr_array, first: Indices, second: Indices) -> Floats:
    """Return the sum over days of the products of two columns, for each pair."""
    if len(first) <= matrix.shape[1]:
        few: Floats = matrix[:, first].multiply(matrix[:, second]).sum(axis=0)
        return few
    # All pairs at once: one product of full matrices is a hundred times faster than of sparse ones.
    full: Floats = matrix.toarray()
    products: Floats = (full.T @ full)[first, second]
    return products


def _tests(difference: Floats, error: Floats, days: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Return p value, half width of the interval and the probability that the first is better."""
    freedom = np.maximum(days - 1, 1)
    certain = np.where(np.abs(difference) <= _ROUNDING, 0.0, np.copysign(np.inf, difference))
    t = np.where(error > 0, difference / np.where(error > 0, error, 1), certain)
    half = special.stdtrit(freedom, (1 + confidence) / 2) * error
    return 2 * special.stdtr(freedom, -np.abs(t)), half, special.stdtr(freedom, t)


def _verdicts(a: list[str], b: list[str], difference: Floats, clear: NDArray[np.bool_]) -> list[str]:
    texts = []
    for one, other, gap, sure in zip(a, b, difference, clear, strict=True):
        better, worse = (one, other) if gap > 0 else (other, one)
        texts.append(f"{better} pays back more than {worse}" if sure else "can't tell yet")
    return texts


def _within_currency(daily: DailyResults) -> tuple[Indices, Indices]:
    """Return all pairs of groups of the same currency, the better first."""
    if len(daily.groups) > MOST_GROUPS:
        raise AnalysisError(
            f"{len(daily.groups)} groups make too many pairs",
            allowed=f"up to {MOST_GROUPS} groups",
            hint="compare channels, keep the campaigns that matter, or compare against='total'",
        )
    best_first = np.argsort(-daily.column("roas"), kind="stable")
    one, other = np.triu_indices(len(daily.groups), 1)
    first, second = best_first[one], best_first[other]
    currency = np.array([row["currency"] for row in daily.groups], dtype=object)
    same = currency[first] == currency[second]
    return first[same], second[same]


def _with_total(daily: DailyResults, totals: DailyResults) -> tuple[Indices, Indices]:
    """Return the pairs of each group with the total of its currency, which stands behind the groups."""
    behind = {row["currency"]: len(daily.groups) + index for index, row in enumerate(totals.groups)}
    second = [behind[row["currency"]] for row in daily.groups]
    return np.arange(len(daily.groups)), np.array(second, dtype=np.intp)


def _leaders(daily: DailyResults) -> Indices:
    """Return for each group the best one of its currency that has enough data; -1 where none has."""
    best: dict[str, int] = {}
    for index in np.argsort(-daily.column("roas"), kind="stable"):
        if daily.groups[index]["roas_low"] is not None:
            best.setdefault(daily.groups[index]["currency"], int(index))
    return np.array([best.get(row["currency"], -1) for row in daily.groups], dtype=np.intp)


def _of_total(engine: Engine, question: Question) -> Question:
    period = (question.days.first, question.days.last)
    return ask(engine, question.rows.relation, TOTAL, question.evidence, period)


def _residuals_sql(question: Question) -> str:
    groups = question.grouping
    unnumbered = "case when groups_of_report.campaign_id is null then groups_of_report.campaign_name end"
    visible = [key for key in groups.keys if key in (*groups.columns, "currency")]
    same_groups = same_keys(visible, "residuals", "groups_of_report")
    for key in groups.keys:
        if key not in visible:
            same_groups += f" and residuals.{quoted(key)} is not distinct from {unnumbered}"
    return read_sql(
        PACKAGE,
        "roi_residuals.sql",
        entered=question.rows.entered(groups),
        keys=", ".join(quoted(key) for key in groups.keys),
        same_keys=same_keys(groups.keys, "by_day", "totals"),
        groups=GROUPS,
        same_groups=same_groups,
    )


def _labels(groups: Sequence[Mapping[str, Any]], question: Question) -> list[str]:
    """Return a name for each group: no longer than it takes to tell them apart."""
    columns = sorted(question.grouping.columns, key=lambda column: column == "campaign_id")
    if len({row["currency"] for row in groups}) > 1:
        columns.append("currency")
    least = 1 if question.grouping.has_campaign else len(columns)
    labels: list[str] = []
    for depth in range(least, len(columns) + 1):
        labels = [_joined(row, columns[:depth]) for row in groups]
        if len(set(labels)) == len(labels):
            break
    return labels or [TOTAL] * len(groups)


def _joined(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    parts = [str(row[column]) for column in columns if row[column] is not None]
    return " / ".join(parts) or "(no name)"


def _found(daily: DailyResults, wanted: object) -> int:
    """Return the position of the one group that fits."""
    fitting = [index for index in range(len(daily.groups)) if _fits(daily, index, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(
            f"{len(fitting)} groups fit",
            got=repr(wanted),
            allowed="; ".join(daily.labels[index] for index in fitting[:5]),
            hint="use one of these names, or a dictionary such as {'campaign_name': 'Brand', 'channel': 'Search'}",
        )
    near = difflib.get_close_matches(str(wanted), daily.labels, 3, 0.3)
    raise UsageError("there is no such group", got=repr(wanted), allowed=", ".join(near or daily.labels[:5]))


def _fits(daily: DailyResults, index: int, wanted: object) -> bool:
    row = daily.groups[index]
    if isinstance(wanted, dict):
        return all(row.get(column) == value for column, value in wanted.items())
    if wanted == daily.labels[index]:
        return True
    columns = [column for column in ("campaign_id", "campaign_name") if column in row]
    return any(row[column] == wanted for column in columns)
