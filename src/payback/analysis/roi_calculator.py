"""What each campaign pays back: the door for frames.

ROI = (revenue − cost) / cost, a sum divided by a sum, never a mean of daily ratios (`payback.metrics` holds every
formula). Its interval comes from the differences between days (`payback.analysis.roi_intervals` has formula, source
and measured coverage).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import narwhals as nw

from payback.analysis.campaign_roi import ask, campaign_roi
from payback.analysis.roi_comparison import compare_groups, compare_two
from payback.analysis.roi_entry import USED
from payback.analysis.roi_intervals import Evidence
from payback.engine.duckdb import Engine
from payback.engine.frames import from_arrow, kind_of, to_arrow
from payback.errors import DuplicateColumnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

ROWS = "payback_campaign_rows"


class ROICalculator:
    """Computes what campaigns pay back, and how sure that is.

    Parameters
    ----------
    confidence : float, default 0.95
        Share of intervals that should hold the true value.
    minimum_days : int, default 14
        Days with known cost and revenue below which there is no interval and no verdict.
    minimum_conversions : float, default 20
        Conversions below which there is no interval and no verdict. Not asked for where no conversions are known.
    target_roi : float, default 0.0
        ROI that counts as paying back: 0 is break-even, 0.25 wants 25 % on top of the cost. With a margin m on
        revenue, break-even is 1 / m − 1.
    engine : Engine, optional
        Engine to compute with, such as one with a memory limit; by default one is opened for each call.

    Notes
    -----
    The interval of ROI says how much the result moves with good and bad days. It does not say that the campaign
    caused the revenue: that is attribution, and the revenue is the one the sources report. `payback.metrics.VERDICTS`
    says what each verdict means.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {
    ...         "campaign_name": ["Brand", "Brand", "Social"],
    ...         "channel": ["Search", "Search", "Social"],
    ...         "date": ["2024-01-01", "2024-01-02", "2024-01-01"],
    ...         "cost": [10.0, 30.0, 50.0],
    ...         "revenue": [30.0, 50.0, 40.0],
    ...     }
    ... )
    >>> roi = ROICalculator().calculate_campaign_roi(rows)
    >>> roi[["campaign_name", "profit", "roi", "rank", "verdict"]].to_dict("records")[0]
    {'campaign_name': 'Brand', 'profit': 40.0, 'roi': 1.0, 'rank': 1, 'verdict': "can't tell yet"}
    """

    def __init__(
        self,
        *,
        confidence: float = 0.95,
        minimum_days: int = 14,
        minimum_conversions: float = 20,
        target_roi: float = 0.0,
        engine: Engine | None = None,
    ) -> None:
        self.confidence = confidence
        self.minimum_days = minimum_days
        self.minimum_conversions = minimum_conversions
        self.target_roi = target_roi
        self.engine = engine

    @property
    def evidence(self) -> Evidence:
        """The parameters that decide on interval and verdict, checked."""
        return Evidence(self.confidence, self.minimum_days, self.minimum_conversions, self.target_roi)

    def calculate_campaign_roi(
        self,
        df: Any,
        by: str | Sequence[str] = "campaign",
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        compare: str | None = None,
    ) -> Any:
        """Return all metrics of each group, with interval, shares, rank, verdict and change.

        Parameters
        ----------
        df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
            Clean campaign rows. Needed are ``cost``, ``revenue``, ``date`` and what ``by`` groups by; measures that
            are missing give null metrics. Never changed.
        by : str or list of str, default "campaign"
            ``campaign``, ``channel``, ``source``, ``account``, ``country``, ``day``, ``week`` (from Monday), ``month``,
            ``quarter``, ``year`` or ``total``; or several, at most one of them a calendar period. A campaign is told
            by its number within channel, source and account, and shown under its latest name; without a number it
            is told by its name.
        start, end : date or str, optional
            First and last day, both included; by default all days of the data.
        compare : {"previous_period", "previous_year"}, optional
            Compare ``start`` to ``end`` with as many days right before, or with the same days a year before. Calendar
            periods are compared with the one before them by themselves, and with ``"previous_year"`` with the same
            one a year before (weeks: 52 weeks before).

        Returns
        -------
        DataFrame of the same kind
            The columns of table ``campaign_roi`` in `payback.tables`. Amounts are exact decimals in Polars and Arrow
            and floats in pandas. Rows of different currencies are never added: each currency has its own groups,
            ranks and shares. Ordered by period, currency and rank.

        Raises
        ------
        UsageError
            An unknown grouping or comparison, or a parameter out of range.
        MissingColumnError
            A needed column is not there.
        InputError
            No frame, a value that is no number or date, or a row without a date.
        AnalysisError
            No row lies between ``start`` and ``end``.

        Notes
        -----
        ``rank`` orders by ROI, then profit, then name, within the currency (and within the period, where a calendar
        period is combined with another grouping). Shares are of all reported rows of the currency. ``complete`` is
        false where a calendar period reaches beyond the data, ``comparable`` where one of two compared periods does.
        A change is relative for cost and revenue and null where there was nothing before; for ROI it is a difference.
        """
        evidence = self.evidence
        with self._registered(df) as engine:
            table = campaign_roi(engine, ROWS, by, evidence=evidence, start=start, end=end, compare=compare)
        return from_arrow(table, kind_of(df))

    def calculate_total(
        self, df: Any, *, start: date | str | None = None, end: date | str | None = None, compare: str | None = None
    ) -> Any:
        """Return one row a currency for all rows together: ``calculate_campaign_roi(df, by="total")``."""
        return self.calculate_campaign_roi(df, "total", start=start, end=end, compare=compare)

    def compare_campaigns(
        self,
        df: Any,
        a: object,
        b: object,
        *,
        by: str | Sequence[str] = "campaign",
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> Any:
        """Return whether campaign ``a`` pays back more than campaign ``b``, paired by day.

        Parameters
        ----------
        df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
            Clean campaign rows, as for `calculate_campaign_roi`.
        a, b : str, int or dict
            Name or number of a campaign, or columns and values such as ``{"campaign_name": "Brand", "channel":
            "Search"}`` where a name alone fits several.
        by : str or list of str, default "campaign"
            Compare groups of another kind, such as two channels.
        start, end : date or str, optional
            First and last day, both included.

        Returns
        -------
        DataFrame of the same kind
            One row of table ``roi_comparison`` in `payback.tables`.

        Raises
        ------
        UsageError
            No group, or more than one, fits ``a`` or ``b``.
        InputError
            As in `calculate_campaign_roi`.
        """
        with self._registered(df) as engine:
            question = ask(engine, ROWS, by, self.evidence, (start, end))
            return from_arrow(compare_two(engine, question, a, b), kind_of(df))

    def compare_all(
        self,
        df: Any,
        by: str | Sequence[str] = "campaign",
        *,
        against: str = "each other",
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> Any:
        """Return the comparison of all groups, corrected for the number of comparisons.

        Parameters
        ----------
        df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
            Clean campaign rows, as for `calculate_campaign_roi`.
        by : str or list of str, default "campaign"
            Groups to compare.
        against : {"each other", "best", "total"}, default "each other"
            All pairs; only those with the best group (still corrected for all pairs, since the best was picked from
            the same days); or each group with all of them together.
        start, end : date or str, optional
            First and last day, both included.

        Returns
        -------
        DataFrame of the same kind
            Table ``roi_comparison`` in `payback.tables`. Groups of different currencies are not paired. Groups
            without enough data have a row but no p value, and do not count for the correction.

        Raises
        ------
        UsageError
            An unknown ``against`` or grouping.
        AnalysisError
            More than 3,000 groups.
        InputError
            As in `calculate_campaign_roi`.
        """
        with self._registered(df) as engine:
            question = ask(engine, ROWS, by, self.evidence, (start, end))
            return from_arrow(compare_groups(engine, question, against), kind_of(df))

    @contextmanager
    def _registered(self, df: Any) -> Iterator[Engine]:
        """Make the columns that matter readable under `ROWS`."""
        rows = to_arrow(_used_columns(df))
        if self.engine is not None:
            self.engine.register(ROWS, rows)
            yield self.engine
            return
        with Engine() as engine:
            engine.register(ROWS, rows)
            yield engine


def _used_columns(df: Any) -> Any:
    """Return the frame without the columns that ROI does not use: text columns are costly to carry over."""
    try:
        kind_of(df)
    except nw.exceptions.DuplicateError as error:
        raise DuplicateColumnError("the frame has a column twice", got=str(error), hint="rename one of them") from error
    frame = nw.from_native(df)
    names = frame.collect_schema().names()
    return frame.select([name for name in names if name in USED]).to_native()
