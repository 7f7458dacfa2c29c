"""Before the first token is spent: whether the property knows the fields, shows them, and gives them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.errors import SourceFieldError
from payback.sources.ga4_api.problems import incompatible, unknown_field
from payback.sources.ga4_api.reports import MOST_DIMENSIONS, MOST_METRICS

if TYPE_CHECKING:
    from payback.sources.ga4_api.client import Ga4Client
    from payback.sources.ga4_api.reports import Report


@dataclass(frozen=True)
class Schema:
    """What a property has to offer.

    Parameters
    ----------
    dimensions, metrics : set of str
        Names of the API.
    renamed : dict of str to str
        Old name -> the name it has now.
    blocked : set of str
        Metrics that we may not see: the API gives zeros instead of them.
    """

    dimensions: frozenset[str]
    metrics: frozenset[str]
    renamed: dict[str, str]
    blocked: frozenset[str]

    @classmethod
    def of(cls, metadata: Any) -> Schema:
        """Read the answer of ``getMetadata``."""
        every = [*metadata.dimensions, *metadata.metrics]
        return cls(
            frozenset(one.api_name for one in metadata.dimensions),
            frozenset(one.api_name for one in metadata.metrics),
            {old: one.api_name for one in every for old in one.deprecated_api_names},
            frozenset(one.api_name for one in metadata.metrics if one.blocked_reasons),
        )


@dataclass
class Checked:
    """A report whose fields were checked.

    Parameters
    ----------
    report : Report or None
        With the names that the property has now; None where it has no such data.
    notes : list of str
        What a person should know.
    """

    report: Report | None
    notes: list[str] = field(default_factory=list)


def check_report(client: Ga4Client, report: Report, schema: Schema) -> Checked:
    """Check the fields of a report; leave out what may be left out.

    Raises
    ------
    SourceFieldError
        The property does not know a field, or does not give the fields together.
    """
    where = f"GA4 property {client.property_id}"
    report, notes = _renamed(report, schema)
    for api, known in (*_pairs(report.dimensions, schema.dimensions), *_pairs(report.metrics, schema.metrics)):
        if api not in known:
            if report.optional:
                return Checked(None, [f"{report.name}: the property has no {api}"])
            raise unknown_field(api, known, where)
    wrong = _incompatible(client, report)
    dropped = [name for name in report.droppable if name in report.dimensions]
    if wrong and dropped:
        report = report.without(*dropped)
        notes.append(f"{report.name}: not given by {', '.join(dropped)}")
        wrong = _incompatible(client, report)
    if not wrong:
        return Checked(report, notes)
    if report.optional:
        return Checked(None, [f"{report.name}: not given by the property ({', '.join(wrong)})"])
    raise incompatible(wrong, report.name, where)


def _pairs(fields: dict[str, str], known: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    return [(api, known) for api in fields.values()]


def _renamed(report: Report, schema: Schema) -> tuple[Report, list[str]]:
    """Return the report with today's names, and a note for each that is old."""
    known = schema.dimensions | schema.metrics
    names = [*report.dimensions.values(), *report.metrics.values()]
    old = {name: schema.renamed[name] for name in names if name not in known and name in schema.renamed}
    return report.renamed(old), [f"{report.name}: {name} is now called {new}" for name, new in old.items()]


def _incompatible(client: Ga4Client, report: Report) -> list[str]:
    """Return the fields that do not go together; a report that takes several requests is asked for one by one."""
    dimensions, metrics = list(report.dimensions.values()), list(report.metrics.values())
    wrong: list[str] = []
    for first in range(0, len(metrics), MOST_METRICS):
        some = metrics[first : first + MOST_METRICS]
        try:
            wrong += client.incompatible(dimensions[:MOST_DIMENSIONS], some)
        except SourceFieldError as error:
            # Google refuses the question itself where its answer is no, and may name what to leave out.
            asked, said = [*dimensions[:MOST_DIMENSIONS], *some], (error.got or "").split()
            wrong += [name for name in asked if name in said] or asked
    return list(dict.fromkeys(wrong))
