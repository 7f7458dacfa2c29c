"""The reports that are asked of GA4: `reports.yaml`, read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

MOST_DIMENSIONS, MOST_METRICS, MOST_ROWS, MOST_REPORTS = 9, 10, 250_000, 5
"""What the API allows: dimensions and metrics of a request, rows of a page, reports of a call."""

SOURCE, CAMPAIGN_DAYS = "ga4", "campaign_days"
"""Names of the source and of its report in the tables."""

REVENUE = {"purchase": "purchaseRevenue", "total": "totalRevenue"}
"""Setting ``ga4.revenue`` -> metric."""


@dataclass(frozen=True)
class Report:
    """A report to ask for.

    Parameters
    ----------
    name : str
        Its name.
    dimensions, metrics : dict of str to str
        Our name -> the API's name. There may be more than a request takes: then several are made.
    split_by : str, optional
        Our name of the dimension by which a day that has too many rows is asked for in parts.
    droppable : tuple of str
        Dimensions that are left out where the API does not give them together with the others.
    optional : bool
        True where the property may have no such data.
    """

    name: str
    dimensions: dict[str, str]
    metrics: dict[str, str]
    split_by: str | None = None
    droppable: tuple[str, ...] = field(default=())
    optional: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Our names of all fields, dimensions first."""
        return (*self.dimensions, *self.metrics)

    def without(self, *names: str) -> Report:
        """Return the report without some fields, by our names."""
        dimensions, metrics = (
            {name: api for name, api in fields.items() if name not in names}
            for fields in (self.dimensions, self.metrics)
        )
        return replace(self, dimensions=dimensions, metrics=metrics)

    def renamed(self, names: dict[str, str]) -> Report:
        """Return the report with other names of the API."""
        dimensions, metrics = (
            {name: names.get(api, api) for name, api in fields.items()} for fields in (self.dimensions, self.metrics)
        )
        return replace(self, dimensions=dimensions, metrics=metrics)


@cache
def reports(revenue: str = "purchase") -> dict[str, Report]:
    """Return the reports by name.

    Parameters
    ----------
    revenue : {"purchase", "total"}
        Revenue of purchases (refunds subtracted), or all revenue with subscriptions and advertising on the site.

    Examples
    --------
    >>> reports()["day_totals"].metrics["revenue"]
    'purchaseRevenue'
    """
    text = resources.files("payback.sources.ga4_api").joinpath("reports.yaml").read_text(encoding="utf-8")
    return {name: _report(name, entry, REVENUE[revenue]) for name, entry in yaml.safe_load(text).items()}


def definition_hash(*of: Report, also: str = "") -> str:
    """Return a hash of what reports ask for: rows that were asked for otherwise are other rows."""
    text = json.dumps([[one.name, one.dimensions, one.metrics] for one in of]) + also
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _report(name: str, entry: dict[str, Any], revenue: str) -> Report:
    metrics = {ours: api.format(revenue=revenue) for ours, api in entry["metrics"].items()}
    return Report(
        name,
        entry["dimensions"],
        metrics,
        entry.get("split_by"),
        tuple(entry.get("droppable", ())),
        entry.get("optional", False),
    )
