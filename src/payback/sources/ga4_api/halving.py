"""Ask again for less at a time where an answer is sampled or has rows under "(other)".

Days are halved first; a single day is then asked for in two parts by a dimension that the report has anyway, one part
"these values" and the other "all but these", so that the parts are disjoint and nothing is between them. Where that
does not help either, the whole answer stands and is flagged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from payback.sources.ga4_api.answers import Answer, worst
from payback.sources.ga4_api.reading import Only, Query

if TYPE_CHECKING:
    from payback.sources.ga4_api.reading import Reader

_DEEPEST = 3
"""A day is asked for in at most eight parts: each part costs tokens."""
_OTHER = "(other)"


def read_in_halves(reader: Reader, query: Query, answer: Answer) -> list[Answer]:
    """Return answers that together are the query, as little sampled or rolled up as the API gives them.

    Parameters
    ----------
    reader : Reader
        Where to ask again.
    query : Query
        What was asked.
    answer : Answer
        What came.
    """
    if not answer.quality.suffers:
        return [answer]
    if query.first < query.last:
        middle = query.first + (query.last - query.first) // 2
        halves = [replace(query, last=middle), replace(query, first=middle + timedelta(days=1))]
        answers = reader.read(halves)
        return [one for half, whole in zip(halves, answers, strict=True) for one in read_in_halves(reader, half, whole)]
    better = _in_parts(reader, query, answer, 0)
    return [better or answer]


def _in_parts(reader: Reader, query: Query, answer: Answer, depth: int) -> Answer | None:
    """Return a day from its parts; None where a part still suffers and cannot be parted."""
    filters = _two_filters(query, answer) if depth < _DEEPEST else None
    if filters is None:
        return None
    queries = [replace(query, only=(*query.only, one)) for one in filters]
    found: list[Answer] = []
    answers = reader.read(queries)
    if all(one.quality.suffers for one in answers):
        return None  # parting changes nothing: what is rolled up is rolled up before it is filtered
    for part, given in zip(queries, answers, strict=True):
        better = _in_parts(reader, part, given, depth + 1) if given.quality.suffers else given
        if better is None:
            return None
        found.append(better)
    rows = pa.concat_tables([one.rows for one in found])
    return Answer(answer.report, answer.first, answer.last, rows, worst([one.quality for one in found]))


def _two_filters(query: Query, answer: Answer) -> tuple[Only, Only] | None:
    """Return filters that part the rows of an answer about in half; None where they have a single value."""
    name = query.report.split_by
    if name is None or name not in query.report.dimensions:
        return None
    counts = pc.value_counts(answer.rows[name]).to_pylist()
    counts = sorted((one for one in counts if one["values"] != _OTHER), key=lambda one: (-one["counts"], one["values"]))
    if len(counts) < 2:  # noqa: PLR2004 - two parts need two values
        return None
    chosen, rows, half = [], 0, sum(one["counts"] for one in counts) / 2
    for one in counts[:-1]:
        chosen.append(str(one["values"]))
        rows += one["counts"]
        if rows >= half:
            break
    api = query.report.dimensions[name]
    return Only(api, tuple(chosen)), Only(api, tuple(chosen), but=True)
