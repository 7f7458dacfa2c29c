"""Clean frames: the public functions of the second gate.

Frames of text go through the first gate too, so that a CSV read by pandas needs no preparation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from payback.cleaning.clean_frame import clean_frame, rejected_frame
from payback.cleaning.judged_frame import judge_frame
from payback.cleaning.judging import CleaningSettings, quality_sql
from payback.engine.duckdb import Engine
from payback.engine.frames import eager, from_arrow, kind_of, to_arrow
from payback.tables import CAMPAIGNS, CUSTOMERS, Table


@dataclass(frozen=True)
class CleanedData:
    """What cleaning made of a frame; ``len(clean) + len(rejected)`` is the length of the frame.

    Parameters
    ----------
    clean : frame
        Rows that passed, in their order, of the kind that was given; ``flags`` names the rules that a row broke
        without being rejected. Columns that are none of the table's are as they came.
    rejected : frame
        The other rows, as they came, with ``reason``, ``column_name``, ``value`` and ``rule`` behind.
    quality : frame
        One row a rule that some row broke, for each currency: severity, reason, rule, rows, cost, revenue.
    notes : tuple of str
        What a person should know about the reading of text: decimal signs, orders of dates, currencies.

    Notes
    -----
    A column of the caller that has the name of one of ours is kept as ``given_`` and its name.
    """

    clean: Any
    rejected: Any
    quality: Any
    notes: tuple[str, ...] = ()


def clean_campaign_data(df: Any, *, settings: CleaningSettings | None = None) -> Any:
    """Return the rows of a campaign frame that can be trusted.

    Names and channels are brought to one spelling, text becomes numbers and dates, duplicates and impossible rows are
    left out, doubtful ones are flagged. Nothing is invented, capped or filled in. `split_campaign_data` returns the
    rejected rows too.

    Parameters
    ----------
    df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
        Campaign days; columns as in the table ``campaigns`` or as the ad platforms name them. It is not changed.
    settings : CleaningSettings, optional
        Severities of the rules, channel spellings, the day that counts as today.

    Returns
    -------
    frame
        Of the kind that was given: its columns under our names, ``flags`` behind them.

    Raises
    ------
    InputError
        The object is no frame, has no column of the table, or its dates are ambiguous.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"campaign": ["A", "A"], "channel": ["fb", "FB "], "cost": ["$1,200.50", "3"],
    ...                    "date": ["2024-01-01", "2024-01-02"]})
    >>> float(clean_campaign_data(df)["cost"].sum())
    1203.5
    """
    return split_campaign_data(df, settings=settings).clean


def clean_customer_data(df: Any, *, settings: CleaningSettings | None = None) -> Any:
    """Return the rows of a customer frame that can be trusted; one row a customer.

    Parameters, errors and the kind of the result are those of `clean_campaign_data`, for the table ``customers``.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"customer_id": [1, 1, 2], "gender": ["F", "F", "m"], "revenue": [5.0, 5.0, -1.0]})
    >>> list(clean_customer_data(df)["gender"])
    ['female', 'male']
    """
    return split_customer_data(df, settings=settings).clean


def split_campaign_data(df: Any, *, settings: CleaningSettings | None = None) -> CleanedData:
    """Return the clean rows of a campaign frame, the rejected ones with their reasons, and a count of both."""
    return _split(df, CAMPAIGNS, settings or CleaningSettings())


def split_customer_data(df: Any, *, settings: CleaningSettings | None = None) -> CleanedData:
    """Return the clean rows of a customer frame, the rejected ones with their reasons, and a count of both."""
    return _split(df, CUSTOMERS, settings or CleaningSettings())


def _split(df: Any, table: Table, settings: CleaningSettings) -> CleanedData:
    frame = eager(df)
    rows = to_arrow(frame)
    with Engine() as engine:
        result = judge_frame(engine, rows, table, settings)
        return CleanedData(
            clean_frame(frame, rows, result),
            rejected_frame(frame, result),
            from_arrow(engine.arrow(quality_sql(result.judged)), kind_of(frame)),
            result.notes,
        )
