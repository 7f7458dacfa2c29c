"""Read reports completely: ordered, page by page up to the last row, wide ones in parts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from google.analytics.data_v1beta import types as ga

from payback.errors import SourceError
from payback.sources.ga4_api.answers import Answer, quality_of, table_of, worst
from payback.sources.ga4_api.reports import MOST_DIMENSIONS, MOST_REPORTS, MOST_ROWS
from payback.sources.ga4_api.wide import joined, narrow, parted, with_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from payback.sources.ga4_api.answers import Quality
    from payback.sources.ga4_api.client import Ga4Client
    from payback.sources.ga4_api.reports import Report

_TRIES = 3
"""A report that changes between its pages is read anew; a property that always changes is given up."""


@dataclass(frozen=True)
class Only:
    """A filter: values of a dimension, by the API's name of it; or all values but those."""

    dimension: str
    values: tuple[str, ...]
    but: bool = False


@dataclass(frozen=True)
class Query:
    """A report of some days, perhaps of some of its rows."""

    report: Report
    first: date
    last: date
    only: tuple[Only, ...] = ()


@dataclass
class _Part:
    """One request's worth of a query: its fields, and the pages that came."""

    query: Query
    report: Report
    pages: list[Any] = field(default_factory=list)

    @property
    def missing(self) -> bool:
        return not self.pages or self.read < self.pages[0].row_count

    @property
    def read(self) -> int:
        return sum(len(page.rows) for page in self.pages)

    @property
    def changed(self) -> bool:
        """True where the report is not the same on all pages, or ends before its last row."""
        if not self.pages:
            return False
        counts = {page.row_count for page in self.pages}
        ends_early = self.missing and not self.pages[-1].rows
        return len(counts) > 1 or ends_early or (not self.missing and self._repeats)

    @property
    def _repeats(self) -> bool:
        """True where a row came on two pages, so that another came on none."""
        if len(self.pages) == 1:
            return False
        keys = {tuple(value.value for value in row.dimension_values) for page in self.pages for row in page.rows}
        return len(keys) < self.read


class Reader:
    """Reads reports of a property.

    Parameters
    ----------
    client : Ga4Client
        The property.
    page_size : int
        Rows of a page.
    currency : str, optional
        ISO 4217 code of the currency that GA4 converts amounts into; that of the property by default.
    """

    def __init__(self, client: Ga4Client, *, page_size: int = MOST_ROWS, currency: str | None = None) -> None:
        self.client = client
        self.page_size = page_size
        self.currency = currency

    def read(self, queries: Sequence[Query]) -> list[Answer]:
        """Return the answers in order; together they take as few calls as possible."""
        parts = [[_Part(query, part) for part in narrow(query.report)] if _fits(query) else [] for query in queries]
        self._fetch([part for own in parts for part in own])
        return [
            _answer(query, own) if own else self._in_parts(query) for query, own in zip(queries, parts, strict=True)
        ]

    def _fetch(self, parts: list[_Part]) -> None:
        for _ in range(_TRIES):
            while todo := [part for part in parts if part.missing and not part.changed]:
                some = todo[:MOST_REPORTS]
                answers = self.client.batch([self._request(part) for part in some])
                for part, answer in zip(some, answers, strict=True):
                    part.pages.append(answer)
            changed = [part for part in parts if part.changed]
            if not changed:
                return
            for part in changed:
                part.pages.clear()
        raise SourceError(
            "a report of GA4 changes while it is read",
            where=f"GA4 property {self.client.property_id}, {changed[0].report.name}, {changed[0].query.first}",
            hint="run again in some minutes",
        )

    def _request(self, part: _Part) -> ga.RunReportRequest:
        dimensions = part.report.dimensions.values()
        return ga.RunReportRequest(
            dimensions=[ga.Dimension(name=name) for name in dimensions],
            metrics=[ga.Metric(name=name) for name in part.report.metrics.values()],
            date_ranges=[ga.DateRange(start_date=f"{part.query.first}", end_date=f"{part.query.last}")],
            dimension_filter=_filter(part.query),
            # Without an order over every dimension a row may come on two pages, and another on none.
            order_bys=[ga.OrderBy(dimension=ga.OrderBy.DimensionOrderBy(dimension_name=name)) for name in dimensions],
            offset=part.read,
            limit=self.page_size,
            currency_code=self.currency or "",
            return_property_quota=True,
        )

    def _in_parts(self, query: Query) -> Answer:
        """Return a report of more dimensions than a request takes: one of the others for each value of those beyond."""
        if "date" in query.report.dimensions.values():
            return self._day_by_day(query)
        inner, beyond = parted(query.report)
        (found,) = self.read([replace(query, report=beyond)])
        keys = found.rows.select(list(beyond.dimensions)).to_pylist()
        names = beyond.dimensions
        filters = [tuple(Only(names[name], (value,)) for name, value in key.items()) for key in keys]
        pieces = self.read([replace(query, report=inner, only=(*query.only, *each)) for each in filters])
        return _together(query, pieces, keys, found.quality)

    def _day_by_day(self, query: Query) -> Answer:
        """Return a report whose day stands in the request instead of among the dimensions."""
        (name,) = (name for name, api in query.report.dimensions.items() if api == "date")
        days = [query.first + timedelta(days=number) for number in range((query.last - query.first).days + 1)]
        inner = query.report.without(name)
        pieces = self.read([replace(query, report=inner, first=day, last=day) for day in days])
        return _together(query, pieces, [{name: f"{day:%Y%m%d}"} for day in days])


def _together(query: Query, pieces: Sequence[Answer], values: Sequence[dict[str, str]], *qualities: Quality) -> Answer:
    """Return one answer from the answers for some values."""
    rows = with_values([(piece.rows, each) for piece, each in zip(pieces, values, strict=True)], query.report.columns)
    quality = worst([*qualities, *(piece.quality for piece in pieces)])
    return Answer(query.report, query.first, query.last, rows, quality)


def _fits(query: Query) -> bool:
    return len(query.report.dimensions) <= MOST_DIMENSIONS


def _answer(query: Query, parts: Sequence[_Part]) -> Answer:
    tables = [table_of(part.pages, [*part.report.dimensions], [*part.report.metrics]) for part in parts]
    quality = worst([quality_of(page.metadata) for part in parts for page in part.pages])
    return Answer(query.report, query.first, query.last, joined(tables, [*query.report.dimensions]), quality)


def _filter(query: Query) -> ga.FilterExpression | None:
    if not query.only:
        return None
    tests = [_test(one) for one in query.only]
    return ga.FilterExpression(and_group=ga.FilterExpressionList(expressions=tests))


def _test(only: Only) -> ga.FilterExpression:
    values = ga.Filter.InListFilter(values=list(only.values), case_sensitive=True)
    within = ga.FilterExpression(filter=ga.Filter(field_name=only.dimension, in_list_filter=values))
    return ga.FilterExpression(not_expression=within) if only.but else within
