"""What came back: pages joined to a table of text, and what must be known about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from payback.sources.ga4_api.reports import Report

FLAGS = ("sampled", "thresholded", "other_row", "truncated", "restricted")
"""What an answer may suffer from, besides being provisional."""


@dataclass(frozen=True)
class Quality:
    """What an answer's metadata says about it.

    Parameters
    ----------
    sampled : float, optional
        Share of the events that were read; None where all were.
    thresholded, other_row : bool
        Small rows are left out to protect people; rows are put together as "(other)".
    truncated : tuple of str
        Why earlier days are missing.
    restricted : frozenset of str
        Metrics, by the API's names, that come as zeros because we may not see them.
    currency, time_zone : str
        Of the property.
    """

    sampled: float | None = None
    thresholded: bool = False
    other_row: bool = False
    truncated: tuple[str, ...] = ()
    restricted: frozenset[str] = field(default=frozenset())
    currency: str = ""
    time_zone: str = ""

    @property
    def suffers(self) -> bool:
        """True where asking for less at a time may give more."""
        return self.sampled is not None or self.other_row

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that a slice gets."""
        found = (
            (self.sampled is not None, f"sampled({self.sampled or 0:.3f})"),
            (self.thresholded, "thresholded"),
            (self.other_row, "other_row"),
            (bool(self.truncated), "truncated"),
            (bool(self.restricted), "restricted"),
        )
        return tuple(name for holds, name in found if holds)


@dataclass(frozen=True)
class Answer:
    """A report as it was given: the days it speaks of, its rows, its quality.

    Parameters
    ----------
    report : Report
        What was asked for.
    first, last : date
        Days, both included.
    rows : pyarrow.Table
        A column of text for each field, by our names.
    quality : Quality
        What is to be known.
    """

    report: Report
    first: date
    last: date
    rows: pa.Table
    quality: Quality


def quality_of(metadata: Any) -> Quality:
    """Read the metadata of an answer."""
    samples = [one.samples_read_count / one.sampling_space_size for one in metadata.sampling_metadatas if
               one.sampling_space_size]  # fmt: skip
    restrictions = metadata.schema_restriction_response.active_metric_restrictions
    truncations = getattr(metadata, "data_truncation_reasons", ())
    return Quality(
        min(samples) if samples else None,
        bool(metadata.subject_to_thresholding),
        bool(metadata.data_loss_from_other_row),
        tuple(one.data_truncation_message or "earlier days are not kept" for one in truncations),
        frozenset(one.metric_name for one in restrictions),
        metadata.currency_code,
        metadata.time_zone,
    )


def worst(qualities: Sequence[Quality]) -> Quality:
    """Return what is to be known of several answers together."""
    samples = [one.sampled for one in qualities if one.sampled is not None]
    return Quality(
        min(samples) if samples else None,
        any(one.thresholded for one in qualities),
        any(one.other_row for one in qualities),
        tuple(dict.fromkeys(text for one in qualities for text in one.truncated)),
        frozenset().union(*(one.restricted for one in qualities)),
        next((one.currency for one in qualities if one.currency), ""),
        next((one.time_zone for one in qualities if one.time_zone), ""),
    )


def table_of(pages: Sequence[Any], dimensions: Sequence[str], metrics: Sequence[str]) -> pa.Table:
    """Return the rows of pages as columns of text.

    Raises
    ------
    SourceError
        There are fewer or more rows than the API says, or the columns are not those that were asked for.
    """
    columns: list[list[str]] = [[] for _ in (*dimensions, *metrics)]
    for page in pages:
        if (len(page.dimension_headers), len(page.metric_headers)) != (len(dimensions), len(metrics)):
            raise SourceError("GA4 answered with other columns than were asked for")
        for row in page.rows:
            for column, value in zip(columns, (*row.dimension_values, *row.metric_values), strict=True):
                column.append(value.value)
    found, expected = len(columns[0]) if columns else 0, pages[0].row_count
    if found != expected:
        raise SourceError(
            "GA4 gave other rows than it counts; nothing was written",
            got=f"{found:,} rows",
            allowed=f"{expected:,} rows",
            hint="the report changed while it was read, or the server is at fault; run again",
        )
    return pa.table([pa.array(column, pa.string()) for column in columns], names=[*dimensions, *metrics])
