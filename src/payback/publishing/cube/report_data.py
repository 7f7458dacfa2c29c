"""Everything a report shows that is not in the cube: the ``ReportData`` of ``frontend/src/data/contract.ts``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.metrics import ADDITIVE, METRICS, VERDICTS
from payback.publishing import method
from payback.publishing.cube.customers import customers
from payback.publishing.cube.health import feeds, revisions, row_accounts, rules
from payback.publishing.cube.listing import campaign_names, lists_of, outlier_days
from payback.publishing.cube.traffic import traffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.engine.duckdb import Engine
    from payback.metrics import Metric
    from payback.publishing.results import Results

Record = dict[str, Any]
SCHEMA = 1


@dataclass(frozen=True)
class ReportOptions:
    """How a report looks.

    Parameters
    ----------
    title : str, optional
        Headline; that of the results by default.
    locale : str
        BCP 47 tag such as ``de-DE``, which decides how numbers, days and money are written; empty: the browser's.
    currency : str, optional
        Currency that is shown first.
    theme : {"auto", "light", "dark"}
        Colours that a reader finds at first.
    logo : str, optional
        Picture as a ``data:`` address.
    annotations : sequence of (str, str)
        ISO day and what happened on it.
    """

    title: str | None = None
    locale: str = ""
    currency: str | None = None
    theme: str = "auto"
    logo: str | None = None
    annotations: Sequence[tuple[str, str]] = field(default=())


def report_data(
    engine: Engine, results: Results, options: ReportOptions | None = None, *, cube: str = "cube"
) -> Record:
    """Return the data of the report but its cube, as JSON can carry it.

    Parameters
    ----------
    engine : Engine
        Holds the cube and ``clean_campaigns``; ``loads``, ``revisions``, ``clean_customers`` and
        ``campaign_traffic`` are used where it has them.
    results : Results
        The finished tables and the summary.
    options : ReportOptions, optional
        How the report looks.
    cube : str
        Name of the cube.
    """
    summary, chosen = results.summary, options or ReportOptions()
    loaded, notes = feeds(engine, summary.created_at.date())
    return {
        "schema": SCHEMA,
        "created_at": f"{summary.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "version": summary.version,
        "run_id": summary.run_id,
        "metrics": [_metric(metric) for metric in METRICS.values()],
        "measures": list(ADDITIVE),
        **lists_of(engine, cube),
        "campaigns": _campaigns(engine, results, cube),
        "confidence": summary.confidence,
        "target_roi": summary.target_roi,
        "warnings": [*summary.warnings, *notes],
        "verdicts": dict(VERDICTS),
        "method": _method(results),
        "rows": row_accounts(summary.rows),
        "rules": rules(results.records("data_quality")),
        "feeds": loaded,
        "revisions": revisions(engine),
        "customers": customers(engine, results),
        "traffic": traffic(engine),
        **_looks(chosen, summary.title),
    }


def with_options(data: Mapping[str, Any], options: ReportOptions) -> Record:
    """Return the data of a report with another look; what the options leave out stays."""
    currencies = sorted(data["currencies"], key=lambda code: code != options.currency)
    looks = _looks(options, str(data["title"]))
    kept = {name: value for name, value in looks.items() if value or name not in data}
    return {**data, **kept, "currencies": currencies}


def _looks(options: ReportOptions, title: str) -> Record:
    return {
        "title": options.title or title,
        "locale": options.locale,
        "theme": options.theme,
        "logo": options.logo,
        "annotations": [{"day": str(day), "text": text} for day, text in options.annotations],
    }


def _metric(metric: Metric) -> Record:
    names = ("name", "label", "definition", "formula", "kind", "unit", "decimals", "better")
    values = {name: getattr(metric, name) for name in names}
    return {
        **values,
        "numerator": dict(metric.numerator),
        "denominator": metric.denominator,
        "covered_by": metric.covered_by,
    }


def _campaigns(engine: Engine, results: Results, cube: str) -> list[Record]:
    """Return each campaign with what is known of its ROI over all days."""
    judged: dict[tuple[Any, ...], list[Record]] = {}
    for row in results.records("roi_by_campaign"):
        key = (row.get("campaign_id") or 0, row.get("source") or "", row.get("account") or "")
        judged.setdefault(key, []).append(row)
    unusual, found = outlier_days(engine, cube), []
    for name in campaign_names(engine):
        key = (name["campaign_id"], name["source"], name["account"])
        found.append({**_campaign(name, judged.get(key, [])), "outlier_days": unusual.get(key, [])})
    return found


def _campaign(name: Record, rows: Sequence[Record]) -> Record:
    # A campaign that changed its channel has a row for each: the one with the most cost speaks.
    largest_first = sorted(rows, key=lambda row: -(row.get("cost") or 0))
    intervals: dict[str, Record] = {}
    for row in largest_first:
        intervals.setdefault(row["currency"], {"roi_low": row.get("roi_low"), "roi_high": row.get("roi_high")})
    return {
        "id": str(name["campaign_id"]),  # JavaScript's numbers would lose its last digits
        "name": name["name"],
        "channel": name["channel"],
        "source": name["source"],
        "account": name["account"],
        "first_day": str(name["first_day"]),
        "last_day": str(name["last_day"]),
        "verdict": str(largest_first[0].get("verdict") or "") if largest_first else "",
        "intervals": intervals,
    }


def _method(results: Results) -> list[Record]:
    return [
        {"heading": "What the interval says", "text": method.interval_covers(results.summary)},
        {"heading": "What it leaves out", "text": method.INTERVAL_LEAVES_OUT},
        *({"heading": "Rule", "text": rule} for rule in method.RULES),
    ]
