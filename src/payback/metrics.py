"""Every metric, defined once.

A metric is data. The SQL expressions of every engine, the DAX measures, the formats of the workbook, the labels of
the report and the reference page are made from it, so a number is the same wherever it is read.

Three rules hold for all of them:

- A ratio is a sum divided by a sum, never a mean of ratios: with falling returns the mean of daily ROAS lies far above
  the ROAS of the month. Division by zero gives null.
- A ratio is taken over the rows in which all its parts are known. A row whose revenue nobody knows says nothing about
  ROI, so neither its revenue (missing) nor its cost enters it; ``coverage`` says how much of the cost that leaves.
- A distinct count is never summed.

The expressions may be taken in two steps: rows summed into groups in which each measure is known throughout or
nowhere give the same figures as the rows themselves. ``analysis/campaign_roi.sql`` does so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["additive", "difference", "ratio"]
Unit = Literal["money", "count", "decimal", "percent", "multiple"]
Better = Literal["higher", "lower", "neutral"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Parameters
    ----------
    name, label, definition : str
        Name in code, name on a page, and what it means in one plain sentence.
    kind : str
        ``additive`` (a sum), ``difference`` (sums added with signs) or ``ratio`` (a sum over a sum).
    numerator : dict of str to int
        Columns of ``clean_campaigns`` and their signs or factors.
    denominator : str, optional
        Column; None where the metric is no ratio.
    unit : str
        ``money``, ``count``, ``decimal``, ``percent`` or ``multiple``; decides the format everywhere.
    decimals : int
        Digits behind the point for people.
    better : str
        Which way is good news.
    formula : str
        The formula in words, as the field writes it.
    covered_by : str, optional
        Column that must be known too for a row to count in the numerator: makes the ratio a coverage.
    """

    name: str
    label: str
    definition: str
    kind: Kind
    numerator: dict[str, int]
    unit: Unit
    formula: str
    denominator: str | None = None
    decimals: int = 2
    better: Better = "higher"
    synonyms: tuple[str, ...] = field(default=())
    covered_by: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns that must be known for a row to count; ``covered_by`` narrows the numerator alone."""
        names = [*self.numerator] + ([self.denominator] if self.denominator else [])
        return tuple(dict.fromkeys(names))


def _additive(name: str, label: str, definition: str, unit: Unit, better: Better) -> Metric:
    decimals = 0 if unit == "count" else 2
    return Metric(name, label, definition, "additive", {name: 1}, unit, f"sum of {name}", None, decimals, better)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _additive("cost", "Cost", "Money spent.", "money", "neutral"),
        _additive("impressions", "Impressions", "Times an advertisement was shown.", "count", "neutral"),
        _additive("clicks", "Clicks", "Clicks on an advertisement.", "count", "higher"),
        _additive("conversions", "Conversions", "Conversions that the sources report.", "decimal", "higher"),
        _additive("revenue", "Revenue", "Revenue that the sources report, refunds subtracted.", "money", "higher"),
        Metric(
            "profit",
            "Profit",
            "What is left of the revenue after the cost of the campaigns; other costs of the goods are not in it.",
            "difference",
            {"revenue": 1, "cost": -1},
            "money",
            "revenue − cost",
        ),
        Metric(
            "roi",
            "ROI",
            "Profit for each unit of money spent: 0% is break-even, 100% doubles the money.",
            "ratio",
            {"revenue": 1, "cost": -1},
            "percent",
            "(revenue − cost) / cost",
            "cost",
            1,
        ),
        Metric(
            "roas",
            "ROAS",
            "Revenue for each unit of money spent: 1 is break-even.",
            "ratio",
            {"revenue": 1},
            "multiple",
            "revenue / cost",
            "cost",
        ),
        Metric(
            "cpa",
            "CPA",
            "What a conversion costs.",
            "ratio",
            {"cost": 1},
            "money",
            "cost / conversions",
            "conversions",
            2,
            "lower",
        ),
        Metric(
            "cpc",
            "CPC",
            "What a click costs.",
            "ratio",
            {"cost": 1},
            "money",
            "cost / clicks",
            "clicks",
            2,
            "lower",
        ),
        Metric(
            "cpm",
            "CPM",
            "What a thousand impressions cost.",
            "ratio",
            {"cost": 1000},
            "money",
            "1000 · cost / impressions",
            "impressions",
            2,
            "lower",
        ),
        Metric(
            "ctr",
            "CTR",
            "Share of impressions that were clicked.",
            "ratio",
            {"clicks": 1},
            "percent",
            "clicks / impressions",
            "impressions",
            2,
        ),
        Metric(
            "cvr",
            "CVR",
            "Conversions for each click; above 100% where views convert without a click.",
            "ratio",
            {"conversions": 1},
            "percent",
            "conversions / clicks",
            "clicks",
            2,
        ),
        Metric(
            "aov",
            "AOV",
            "Revenue of a conversion.",
            "ratio",
            {"revenue": 1},
            "money",
            "revenue / conversions",
            "conversions",
            2,
        ),
        Metric(
            "coverage",
            "Coverage",
            "Share of the cost whose revenue is known: ROI, ROAS and profit speak of this part only.",
            "ratio",
            {"cost": 1},
            "percent",
            "cost with known revenue / cost",
            "cost",
            1,
            covered_by="revenue",
        ),
    )
}
"""Every metric by name, in the order in which people read them."""

ADDITIVE = tuple(name for name, metric in METRICS.items() if metric.kind == "additive")
"""Names of the metrics that are plain sums: the measures of ``clean_campaigns``."""

VERDICTS: dict[str, str] = {
    "pays back": "The whole interval of ROI lies above the target.",
    "loses": "The whole interval of ROI lies below the target.",
    "can't tell yet": "The interval reaches across the target, or there is not enough data for one.",
    "no cost": "No money was spent, so there is no return on it.",
    "revenue unknown": "Money was spent, but the revenue of none of it is known.",
}
"""What can be said about a campaign, and what it means."""


def sql_parts(metric: Metric) -> tuple[str, str]:
    """Return the SQL sums of a metric's numerator and denominator; the second is empty where it is no ratio.

    The text is plain SQL that DuckDB, MySQL and Spark read alike: a sum over the rows in which every part is known.
    """
    known = " and ".join(f"{part} is not null" for part in metric.parts)
    terms = " + ".join(_term(name, factor) for name, factor in metric.numerator.items())
    denominator = f"sum(case when {known} then {metric.denominator} end)" if metric.denominator else ""
    if metric.covered_by:
        # Nothing covered is a share of zero, not an unknown one.
        return f"coalesce(sum(case when {known} and {metric.covered_by} is not null then {terms} end), 0)", denominator
    return f"sum(case when {known} then {terms} end)", denominator


def sql(metric: Metric) -> str:
    """Return the SQL select expression of a metric over the rows of ``clean_campaigns``.

    Sums stay exact decimals. A ratio divides doubles: ``/`` between decimals keeps four digits in MySQL and two in
    other engines, without a warning.

    Examples
    --------
    >>> sql(METRICS["cost"])
    'sum(cost)'
    >>> sql(METRICS["ctr"]).startswith("cast(sum(case when clicks is not null and impressions is not null")
    True
    """
    numerator, denominator = sql_parts(metric)
    if metric.kind == "additive":
        return f"sum({metric.name})"
    if metric.kind == "difference":
        return numerator
    return f"cast({numerator} as double) / nullif(cast({denominator} as double), 0)"


def _term(name: str, factor: int) -> str:
    if factor == 1:
        return name
    return f"-{name}" if factor == -1 else f"{factor} * {name}"
