"""Commands that look: roi, segments, rejected, runs."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import rich_click as click

from payback.cli.printing import print_json, print_table, progress, say
from payback.errors import UsageError
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payback.cli.main import Project

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_day = click.DateTime(formats=["%Y-%m-%d"])
FEWEST = 2
"""Segments that a segmentation has at least."""
_SPARE = ("cpa", "cost_change", "revenue_change", "roas", "channel", "profit", "interval")
"""Columns of ROI that a narrow window does without."""
_PERIODS = {"month": "%Y-%m", "year": "%Y"}
_FORMS = dict.fromkeys(("cost", "revenue", "profit", "cpa", "roas"), "{:,.2f}") | {
    "roi": "{:+.1%}",
    "cost_change": "{:+.1%}",
    "revenue_change": "{:+.1%}",
    "roi_change": "{:+,.1f} pts",
}
_CHANGES = {"cost_change": ">Cost moved", "revenue_change": ">Revenue moved", "roi_change": ">ROI moved"}


@click.command()
@click.option(
    "--by",
    default="campaign",
    show_default=True,
    help="campaign, channel, source, country, day, week, month, quarter, year; several with commas.",
)
@click.option("--start", type=_day, help="First day.")
@click.option("--end", type=_day, help="Last day.")
@click.option(
    "--compare", type=click.Choice(["previous_period", "previous_year"]), help="Compare with an earlier period."
)
@_json
@click.pass_obj
def roi(
    project: Project, by: str, start: datetime | None, end: datetime | None, compare: str | None, as_json: bool
) -> None:
    """Show what campaigns pay back, with intervals and a verdict.

    The interval says how much the result moves with good and bad days. It does not say that the campaign caused the
    revenue: that is attribution.
    """
    from payback.pipeline import campaign_roi

    groups = [name.strip() for name in by.split(",") if name.strip()]
    days = {"start": start.date() if start else None, "end": end.date() if end else None}
    with progress(quiet=as_json) as tell, project.looking() as loader:
        tell("computing campaign ROI")
        table, total = campaign_roi(loader, groups[0] if len(groups) == 1 else groups, compare=compare, **days)
    rows, totals = table.to_pylist(), total.to_pylist()
    if as_json:
        print_json({"by": groups, "rows": rows, "total": totals[0] if len(totals) == 1 else None, "totals": totals})
        return
    _show_roi(rows, totals, table.column_names, project.settings.roi.confidence)


def _show_roi(rows: list[dict[str, Any]], totals: list[dict[str, Any]], names: list[str], confidence: float) -> None:
    if not rows:
        say("No campaign rows yet. Load files: payback load FILE…, or put them into data/raw and: payback run")
        return
    groups = [name for name in names[: names.index("currency")] if name not in ("campaign_id", "account", "source")]
    groups = groups or [names[0]]
    columns = {name: name.replace("_name", "").capitalize() for name in groups}
    spare = [name for name in _SPARE if name not in groups or "campaign_name" in groups]
    if len(totals) > 1:
        columns["currency"] = "Currency"
    columns |= {
        "cost": ">Cost",
        "revenue": ">Revenue",
        "profit": ">Profit",
        "roi": ">ROI",
        "interval": f">{100 * confidence:.3g}% interval",
        "roas": ">ROAS",
        "cpa": ">CPA",
        **(_CHANGES if "roi_change" in names else {}),
        "verdict": "Verdict",
    }
    title = _title(totals)
    if len(totals) == 1:
        totals[0][groups[0]] = "total"
        print_table(title, columns, rows, show=_roi_text, total=totals[0], spare=spare)
        code = totals[0]["currency"]
        stated = code not in (None, UNKNOWN_CURRENCY)
        say(f"Money in {code}." if stated else "No currency stated: set currency in config/config.yaml.")
    else:
        print_table(title, columns, rows, show=_roi_text, spare=spare)
        totaled = {"currency": "Currency", **{key: name for key, name in columns.items() if key not in groups}}
        print_table("Totals, one for each currency", totaled, totals, show=_roi_text, spare=spare)
        if UNKNOWN_CURRENCY in (total["currency"] for total in totals):
            say(f"{UNKNOWN_CURRENCY} is money whose currency no file states: set currency in config/config.yaml.")
    for total in totals:
        if total["coverage"] and total["coverage"] < 1:
            code = "" if len(totals) == 1 else f" in {total['currency']}"
            known = f"Revenue is known for {total['coverage']:.1%} of the cost{code}"
            say(f"{known}; profit, ROI, ROAS and verdict are of that part.")


def _title(totals: list[dict[str, Any]]) -> str:
    """Return the headline: the days of the figures, and those that they are compared with."""
    title = "Campaign ROI"
    if days := _days(totals, "first_day", "last_day"):
        title += f", {days}"
    if earlier := _days(totals, "previous_start", "previous_end"):
        title += f", compared with {earlier}"
    return title


def _days(totals: list[dict[str, Any]], first: str, last: str) -> str:
    starts, ends = ([total[name] for total in totals if total.get(name)] for name in (first, last))
    return f"{min(starts)} to {max(ends)}" if starts and ends else ""


def _roi_text(key: str, value: Any, row: Mapping[str, Any]) -> str:
    if key == "interval":
        low, high = row.get("roi_low"), row.get("roi_high")
        return "" if low is None or high is None else f"{low:+.0%} to {high:+.0%}"
    if value is None:
        return "–"
    if key in _PERIODS and isinstance(value, date):
        return f"{value:{_PERIODS[key]}}"
    return _FORMS.get(key, "{}").format(100 * value if key == "roi_change" else value)


@click.command()
@click.option("--n-clusters", help="Number of segments, or auto; by default the setting's.")
@_json
@click.pass_obj
def segments(project: Project, n_clusters: str | None, as_json: bool) -> None:
    """Show the customer segments: size, share of revenue, one sentence each."""
    from payback.pipeline import segment_profiles

    number: int | str | None = int(n_clusters) if n_clusters and n_clusters.isdigit() else n_clusters
    if number is not None and number != "auto" and (isinstance(number, str) or number < FEWEST):
        raise UsageError(
            "this is no number of segments", where="--n-clusters", got=n_clusters, allowed="2 or more, or auto"
        )
    with progress(quiet=as_json) as tell, project.looking() as loader:
        tell("segmenting customers")
        _, profiles, model = segment_profiles(loader, n_clusters=number)
    rows, choice = profiles.to_pylist(), model.choice_
    if as_json:
        print_json({"n_clusters": model.n_clusters_, "segments": rows, "choice": choice})
        return
    columns = {
        "segment": "",
        "segment_name": "Segment",
        "customers": ">Customers",
        "share_of_customers": ">Share",
        "revenue": ">Revenue",
        "share_of_revenue": ">Of revenue",
    }
    print_table("Customer segments", columns, rows, show=_segment_text, spare=("share_of_customers",))
    for row in rows:
        say(f"{row['segment_name']}: {row['sentence']}")
    if choice:
        print_table("Numbers of segments that were tried", {key: key for key in choice[0]}, choice, show=_choice_text)


def _segment_text(key: str, value: Any, _row: Mapping[str, Any]) -> str:
    if value is None:
        return "–"
    if key.startswith("share_of"):
        return f"{value:.1%}"
    if key == "revenue":
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _choice_text(_key: str, value: Any, _row: Mapping[str, Any]) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Rows to show.")
@_json
@click.pass_obj
def rejected(project: Project, limit: int, as_json: bool) -> None:
    """Show the rows that were turned away, with the reason and their place in the file."""
    with project.looking() as loader:
        from payback.pipeline.questions import ensure_clean

        ensure_clean(loader)
        loader.warehouse.expose("rejected_rows", "data_quality")
        engine = loader.warehouse.engine
        reasons = engine.records(
            "select * from data_quality order by table_name, gate desc, rows desc, reason, currency"
        )
        rows = engine.records(
            "select table_name, gate, report, row_number, line_number, reason, column_name, value, rule, original "
            "from rejected_rows order by table_name, gate desc, report, row_number limit ?",
            [limit],
        )
    if as_json:
        print_json({"reasons": reasons, "rows": rows})
        return
    if not reasons:
        say("No row was rejected or flagged.")
        return
    print_table(
        "Rows by reason",
        {
            "table_name": "Table",
            "gate": "Gate",
            "severity": "Severity",
            "reason": "Reason",
            "rows": ">Rows",
            "currency": "Currency",
            "cost": ">Cost",
            "revenue": ">Revenue",
            "rule": "Rule",
        },
        reasons,
        show=_reason_text,
        spare=("rule", "gate", "severity"),
    )
    print_table(
        f"First {limit} rejected rows",
        {
            "table_name": "Table",
            "report": "Report",
            "row_number": ">Row",
            "reason": "Reason",
            "column_name": "Column",
            "value": "Value",
        },
        rows,
    )


def _reason_text(key: str, value: Any, _row: Mapping[str, Any]) -> str:
    if value is None:
        return "–" if key in ("cost", "revenue") else ""
    if key == "currency" and value == UNKNOWN_CURRENCY:
        return "not stated"
    if key in ("cost", "revenue"):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@click.command()
@click.argument("run_id", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Runs to show.")
@_json
@click.pass_obj
def runs(project: Project, run_id: str | None, limit: int, as_json: bool) -> None:
    """Show the last runs, or one run with its steps."""
    from payback.cli.work import step_text

    with project.looking() as loader:
        found = sorted(loader.warehouse.records("runs"), key=lambda row: str(row["run_id"]), reverse=True)
        steps = loader.warehouse.records("run_steps", {"run_id": run_id}) if run_id else []
    if run_id:
        found = [row for row in found if row["run_id"] == run_id]
        if not found:
            raise UsageError("there is no such run", got=run_id, hint="payback runs lists them")
        if as_json:
            print_json(json.loads(found[0]["record"]))
            return
    if as_json:
        print_json({"runs": [{**json.loads(row.pop("record")), **row} for row in found[:limit]]})
        return
    if not found:
        say("No run yet. Put files into data/raw, then: payback run")
        return
    columns = {
        "run_id": "Run",
        "started_at": "Started (UTC)",
        "status": "Status",
        "seconds": ">Seconds",
        "peak_memory_mb": ">Peak MB",
        "error": "Error",
    }
    print_table("Runs", columns, found[:limit], show=step_text, spare=("peak_memory_mb",))
    if steps:
        steps.sort(key=lambda row: row["position"])
        columns = {
            "step": "Step",
            "status": "Status",
            "seconds": ">Seconds",
            "rows_in": ">In",
            "rows_out": ">Out",
            "rows_rejected": ">Rejected",
            "peak_memory_mb": ">Peak MB",
            "slowest_query": "Slowest query",
        }
        print_table("Steps", columns, steps, show=step_text, spare=("slowest_query", "peak_memory_mb"))
