"""What publishing is given: finished tables and the account of the rows behind them.

Nothing in this room computes a metric. A number that is shown was made by ``analysis``, so a workbook, a page and a
Parquet file cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import pyarrow as pa


@dataclass(frozen=True)
class RowAccount:
    """Where the rows of one table went, and their money.

    A table that holds several currencies has one account for each, because amounts of different currencies are never
    added. Money is None where the table has none or where it could not be read.

    Parameters
    ----------
    table : str
        Name of the table, such as ``campaigns``.
    rows_read : int
        Data rows in the files.
    rows_loaded : int
        Rows that could be read.
    rejected_at_loading : int
        Rows that could not.
    rows_clean : int
        Rows that passed every rule.
    rejected_at_cleaning : int
        Rows that broke one.
    rows_merged : int
        Rows that went into another one, as the order lines of a customer do.
    cost_in, cost_clean, cost_rejected, revenue_in, revenue_clean, revenue_rejected : Decimal, optional
        Exact sums in ``currency``.
    currency : str
        ISO 4217 code; XXX where nobody stated one.
    """

    table: str
    rows_read: int
    rows_loaded: int
    rejected_at_loading: int
    rows_clean: int
    rejected_at_cleaning: int
    rows_merged: int = 0
    cost_in: Decimal | None = None
    cost_clean: Decimal | None = None
    cost_rejected: Decimal | None = None
    revenue_in: Decimal | None = None
    revenue_clean: Decimal | None = None
    revenue_rejected: Decimal | None = None
    currency: str = UNKNOWN_CURRENCY

    @property
    def rows_rejected(self) -> int:
        """Rows turned away at either gate."""
        return self.rejected_at_loading + self.rejected_at_cleaning

    @property
    def rows_missing(self) -> int:
        """Rows in that are neither clean nor rejected nor merged: zero, or something is wrong."""
        return self.rows_read - self.rows_clean - self.rows_rejected - self.rows_merged


@dataclass(frozen=True)
class Summary:
    """What a reader needs beside the tables.

    Parameters
    ----------
    title : str
        Headline of the report.
    first_day, last_day : date, optional
        First and last day with data; None where there is none.
    created_at : datetime
        When the results were made, UTC. The only moment that goes into the files.
    version : str
        Version of Payback.
    run_id : str
        Id of the run.
    rows : sequence of RowAccount
        The account of each loaded table.
    warnings : sequence of str
        What a careful reader should know, one sentence each.
    confidence : float
        Confidence of the intervals, as the ROI tables were computed with.
    target_roi : float
        ROI that counts as paying back, as the verdicts were given with.
    """

    title: str
    first_day: date | None
    last_day: date | None
    created_at: datetime
    version: str
    run_id: str
    rows: Sequence[RowAccount] = ()
    warnings: Sequence[str] = ()
    confidence: float = 0.95
    target_roi: float = 0.0


@dataclass(frozen=True)
class Results:
    """Finished tables by name, and the summary.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Such as ``roi_total``, ``roi_by_campaign``, ``roi_by_channel``, ``roi_by_month``, ``segment_profiles``,
        ``customer_segments``, ``data_quality``. Unknown names and unknown columns are published too.
    summary : Summary
        The account of the run.
    """

    summary: Summary
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table as dictionaries; none where there is no such table."""
        table = self.tables.get(name)
        rows: list[dict[str, Any]] = [] if table is None else table.to_pylist()
        return rows
