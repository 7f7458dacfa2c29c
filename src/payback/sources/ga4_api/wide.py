"""Reports that are wider than a request: more than 10 metrics, more than 9 dimensions.

Metrics are asked for in several requests of the same dimensions and joined on those. A request leaves out rows whose
metrics are all zero, so the join keeps the rows of every part, and what a part does not have is zero.

Dimensions cannot be joined that way: nobody knows which country goes with which device. So the day is taken out of the
dimensions first, each day being asked for alone; of more dimensions those beyond the ninth are asked for first, and for
each of their values the others, filtered by it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from payback.sources.ga4_api.reports import MOST_DIMENSIONS, MOST_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from payback.sources.ga4_api.reports import Report

_ZERO = "0"


def narrow(report: Report) -> Iterator[Report]:
    """Yield reports of the same dimensions and as many metrics as a request takes."""
    metrics = iter(report.metrics.items())
    while some := dict(islice(metrics, MOST_METRICS)):
        yield replace(report, metrics=some)


def parted(report: Report) -> tuple[Report, Report]:
    """Return the report of as many dimensions as a request takes, and that of the dimensions beyond."""
    names = list(report.dimensions)
    return report.without(*names[MOST_DIMENSIONS:]), report.without(*names[:MOST_DIMENSIONS])


def joined(tables: Sequence[pa.Table], dimensions: Sequence[str]) -> pa.Table:
    """Return tables of the same dimensions side by side; no row of any is lost."""
    found = tables[0]
    for table in tables[1:]:
        if not dimensions:
            found = pa.table([*found.columns, *table.columns], names=[*found.column_names, *table.column_names])
            continue
        found = found.join(table, keys=list(dimensions), join_type="full outer")
    if len(tables) == 1:
        return found
    filled = [found[name] if name in dimensions else found[name].fill_null(_ZERO) for name in found.column_names]
    return pa.table(filled, names=found.column_names)


def with_values(pieces: Sequence[tuple[pa.Table, Mapping[str, str]]], columns: Sequence[str]) -> pa.Table:
    """Return tables one below the other, each with the values of the dimensions it was filtered by."""
    tables = []
    for table, values in pieces:
        given = table
        for name, value in values.items():
            given = given.append_column(name, pa.array([value] * table.num_rows, pa.string()))
        tables.append(given.select(list(columns)))
    return pa.concat_tables(tables) if tables else pa.table({name: pa.array([], pa.string()) for name in columns})
