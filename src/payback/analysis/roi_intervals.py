"""How sure a ROI is: an interval from the differences between days.

ROAS of a group is R = Σ revenue / Σ cost. With r and c for revenue and cost of a day (campaigns of the group added up
first) and n days,

    var(R) = n / (n − 1) · (Σr² − 2R·Σrc + R²·Σc²) / (Σc)²

is the delta method's variance of a ratio of sums (Cochran, *Sampling Techniques*, 3rd edition, section 6.4), and
R ± t · √var(R), with the t quantile for n − 1 degrees of freedom, its interval. ROI is ROAS − 1, and so are its ends.
Six sums are enough (n, Σr, Σc, Σr², Σc², Σrc), so SQL and DAX give the same; ``roi_interval.sql`` is the one place.

What it covers: how much the days differ. Simulated, a nominal 90 % interval covered the truth in 85 to 89 % of cases
with independent days, as a day bootstrap does, and in 69 to 83 % where good and bad days come in runs (lag-1
correlation 0.6). Intervals from counts alone (Poisson) covered 33 to 69 %. With heavier tails (lognormal days, σ 0.8) a
nominal 95 % interval covered 87 % at 14 days, 89 % at 28, 92 % at 60 and at 90; with good and bad days in runs 65 to
71 %. So read 95 % as "about nine in ten, less where results come in waves".

What it does not cover: attribution. Whether the revenue came because of the campaign is another question, and no
amount of days answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from scipy import special

from payback.engine.duckdb import read_sql
from payback.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Evidence:
    """What it takes to say that a campaign pays back.

    Parameters
    ----------
    confidence : float
        Share of such intervals that should hold the true value, between 0 and 1.
    minimum_days : int
        Days with known cost and revenue below which there is no interval; at least 2.
    minimum_conversions : float
        Conversions below which there is no interval; 0 asks for none. Not asked for where conversions are unknown.
    target_roi : float
        ROI that counts as paying back: 0 is break-even, 0.25 wants 25 % on top of the cost.

    Raises
    ------
    UsageError
        A value outside its range.
    """

    confidence: float = 0.95
    minimum_days: int = 14
    minimum_conversions: float = 20
    target_roi: float = 0.0

    def __post_init__(self) -> None:
        ranges = {
            "confidence": (0 < self.confidence < 1, "between 0 and 1, such as 0.95"),
            "minimum_days": (self.minimum_days >= 2, "2 or more: one day cannot differ from itself"),  # noqa: PLR2004
            "minimum_conversions": (self.minimum_conversions >= 0, "0 or more"),
            "target_roi": (-1 <= self.target_roi < float("inf"), "-1 or more; 0 is break-even"),
        }
        for name, (fits, allowed) in ranges.items():
            if not fits:
                raise UsageError(f"{name} is out of range", got=str(getattr(self, name)), allowed=allowed)

    def parameters(self) -> dict[str, float]:
        """Return the parameters that ``campaign_roi.sql`` asks for; a whole number is written as one."""
        conversions = self.minimum_conversions
        return {
            "minimum_days": self.minimum_days,
            "minimum_conversions": int(conversions) if conversions == int(conversions) else conversions,
            "target_roi": self.target_roi,
        }


def interval_sql(sums: str) -> str:
    """Return the SQL that adds ROAS, ``roas_error``, ``roas_low`` and ``roas_high`` to a relation of sums.

    Parameters
    ----------
    sums : str
        Name of a relation with ``days``, ``revenue``, ``cost``, ``revenue_squared``, ``cost_squared``,
        ``revenue_by_cost`` (doubles) and ``t``.

    Returns
    -------
    str
        Plain SQL for DuckDB, MySQL 8 and Spark.
    """
    return read_sql("payback.analysis", "roi_interval.sql", sums=sums)


def t_quantiles(confidence: float, most_days: int) -> pa.Table:
    """Return the two-sided t quantile for each number of days.

    Parameters
    ----------
    confidence : float
        Such as 0.95.
    most_days : int
        Largest number of days to give it for.

    Returns
    -------
    pyarrow.Table
        ``days`` from 2, and ``t`` for that many days (days − 1 degrees of freedom).

    Examples
    --------
    >>> round(t_quantiles(0.95, 14)["t"][12].as_py(), 3)
    2.16
    """
    # Rounded up to whole years, so that a calculation for each group of a report finds the table made.
    return _t_quantiles(confidence, -(-max(most_days, 2) // 366) * 366)


@lru_cache(maxsize=8)
def _t_quantiles(confidence: float, most_days: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    days = np.arange(2, most_days + 1)
    return pa.table({"days": days, "t": special.stdtrit(days - 1, (1 + confidence) / 2)})
