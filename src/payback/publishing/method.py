"""How the figures are made and what they do not say: the words that every output carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.publishing import formats

if TYPE_CHECKING:
    from payback.publishing.results import Summary

INTERVAL_LEAVES_OUT = (
    "The interval does not cover attribution: whether a campaign caused the revenue that a source credits to it. "
    "Conversions that arrive late, are never tracked or would have come anyway are outside it too. Only an experiment "
    "answers that."
)
RULES = (
    "A ratio is a sum divided by a sum, never a mean of ratios. Where the denominator is zero there is no figure.",
    "A ratio uses the rows in which all its parts are known; coverage says how much of the cost that leaves.",
    "Amounts of different currencies are never added. Where nobody stated a currency, amounts carry no sign.",
    "Missing cost or revenue is never filled in. Refunds are subtracted from revenue.",
    "Rows that could not be read or broke a rule are kept apart with the reason, and counted with their money.",
)


def interval_covers(summary: Summary) -> str:
    """Return what the interval says, with the confidence and the target that the tables were computed with."""
    target = "break-even" if summary.target_roi == 0 else f"the target of {formats.percent(summary.target_roi)}"
    return (
        f"The {formats.percent(summary.confidence, 0)} interval of ROI and ROAS covers day-to-day variation: it takes "
        "the days of the period as a sample of such days and asks how far the ratio of the two sums would move if "
        "other days had come (delta method over days, t quantile). A campaign pays back when its whole interval lies "
        f"above {target}, it loses when its whole interval lies below, and otherwise nobody can tell yet."
    )


def sentences(summary: Summary) -> tuple[str, ...]:
    """Return everything a reader should know about the method, one item a paragraph."""
    return (interval_covers(summary), INTERVAL_LEAVES_OUT, *RULES)
