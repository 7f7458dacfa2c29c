"""How complete a recent day is: what the revisions of earlier days say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted, read_sql
from payback.tables import CAMPAIGN_TRAFFIC

if TYPE_CHECKING:
    from datetime import date

    from payback.engine.duckdb import Engine


@dataclass(frozen=True)
class Maturity:
    """How complete days are at an age.

    Parameters
    ----------
    age_days : int
        Days after the day.
    days : int
        Final days that the shares are taken over: those whose value at that age is known.
    sessions, conversions, revenue : float or None
        Value at that age divided by the final value, both summed over those days; None where the final sum is zero. It
        may exceed 1: refunds come later than sales.
    """

    age_days: int
    days: int
    sessions: float | None
    conversions: float | None
    revenue: float | None


def maturity_curve(
    engine: Engine,
    source: str,
    *,
    final_before: date,
    account: str | None = None,
    longest: int = 14,
) -> list[Maturity]:
    """Return how much of its final value a day has reached after 1, 2, … days.

    The share of an age is a sum over a sum: what the warehouse held of final days when they were that old, by the
    revision log, over what it holds of them now. A day that was first read later does not count there. Where the source
    is read daily this is the source's own lag.

    Parameters
    ----------
    engine : Engine
        With the tables ``campaign_traffic``, ``revisions`` and ``loads``.
    source : str
        Source of the rows, such as ``ga4``.
    final_before : date
        Days from here on may still change and are left out.
    account : str, optional
        One account; all by default.
    longest : int
        Largest age to tell of.

    Examples
    --------
    >>> maturity_curve(engine, "ga4", final_before=date(2026, 5, 1))          # doctest: +SKIP
    [Maturity(age_days=1, days=60, sessions=0.97, conversions=0.61, revenue=0.58), ...]
    """
    sql = read_sql("payback.analysis", "maturity.sql", rows=quoted(CAMPAIGN_TRAFFIC.name))
    rows = engine.rows(sql, [source, account, CAMPAIGN_TRAFFIC.name, longest, final_before])
    return [Maturity(*row) for row in rows]
