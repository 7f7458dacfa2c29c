"""The command ``ga4``: read Google Analytics 4 by its Data API, and see what that takes and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from payback.cli.printing import print_json, print_table, progress, say, say_error
from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from payback.cli.main import Project
    from payback.data_loader import DataLoader
    from payback.data_loader.ga4_check import Difference
    from payback.data_loader.ga4_load import Ga4Load, PropertyReport
    from payback.data_loader.ga4_plan import Plan

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_day = click.DateTime(formats=["%Y-%m-%d"])
_first = click.option("--from", "first", type=_day, metavar="DAY", help="First day, such as 2026-05-01.")
_last = click.option("--to", "last", type=_day, metavar="DAY", help="Last day; yesterday where left out.")


@click.group()
def ga4() -> None:
    """Read Google Analytics 4: plan it, fetch days, check them, see what was revised.

    Set ga4.property first; docs/how-to/connect-ga4.md says how Google lets you in.
    """


@ga4.command()
@_json
@click.pass_obj
def plan(project: Project, as_json: bool) -> None:
    """Say what the next fetch will take: requests, tokens of the quota, time. Nothing is asked of Google."""
    with project.loader() as loader:
        plans = _load(project, loader).plan()
    if as_json:
        print_json({"properties": [one.to_dict() for one in plans]})
        return
    columns = {
        "property_id": "Property",
        "days": ">Days",
        "new_days": ">New",
        "calls": ">Calls",
        "reports": ">Reports",
        "tokens": ">Tokens",
        "seconds": ">Seconds",
    }
    print_table("What the next fetch takes", columns, [one.__dict__ for one in plans], show=_text)
    for one in plans:
        say(_plan_words(one))


@ga4.command()
@_first
@_last
@_json
@click.pass_context
def fetch(ctx: click.Context, first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Read what is due: new days, days that still change. With --from exactly those days.

    Each request's days are written at once, so a stop at any moment loses nothing. Where the day's quota is spent it
    stops and says when to go on.
    """
    project: Project = ctx.obj
    days = _days(first, last)
    with progress(quiet=as_json) as tell, project.loader() as loader:
        reports = _load(project, loader, tell).fetch(*days)
    if as_json:
        print_json({"properties": [one.to_dict() for one in reports]})
    else:
        _show_reports(reports)
    for one in reports:
        if one.error:
            say_error(one.error)
    ctx.exit(1 if any(one.status == "failed" for one in reports) else 0)


@ga4.command()
@_first
@_last
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 366), help="Last days to compare.")
@click.option("--all", "show_all", is_flag=True, help="Show equal figures too.")
@_json
@click.pass_context
def check(
    ctx: click.Context, first: datetime | None, last: datetime | None, days: int, show_all: bool, as_json: bool
) -> None:
    """Compare the sums of the warehouse with GA4's own totals of now, day by day.

    Exit code 1 where a difference has no explanation.
    """
    project: Project = ctx.obj
    start, end = _days(first, last)
    with progress(quiet=as_json) as tell, project.loader() as loader:
        found = _load(project, loader, tell).check(start, end, days)
    unexplained = [one for one in found if one.is_unexplained]
    if as_json:
        print_json(
            {"compared": len(found), "unexplained": len(unexplained), "differences": _differing(found, show_all)}
        )
    else:
        _show_check(found, unexplained, show_all=show_all)
    ctx.exit(1 if unexplained else 0)


@ga4.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="Newest revisions to show.")
@_json
@click.pass_obj
def revisions(project: Project, limit: int, as_json: bool) -> None:
    """Show which days GA4 revised, by how much, and how complete a day is after how many days."""
    from payback.data_loader.ga4_revisions import revision_report

    with project.loader() as loader:
        rows, curve = revision_report(loader.warehouse, project.settings.ga4, limit)
    if as_json:
        print_json({"revisions": rows, "maturity": [one.__dict__ for one in curve]})
        return
    _show_revisions(rows)
    if curve:
        columns = {
            "age_days": ">Days after",
            "days": ">Final days seen",
            "sessions": ">Sessions",
            "conversions": ">Conversions",
            "revenue": ">Revenue",
        }
        print_table("Part of the final value that was there", columns, [one.__dict__ for one in curve], show=_share)


def _load(project: Project, loader: DataLoader, tell: Callable[[str], None] | None = None) -> Ga4Load:
    from payback.data_loader.ga4_load import Ga4Load

    return Ga4Load(loader.warehouse, project.settings.ga4, project.folder, say=tell)


def _days(first: datetime | None, last: datetime | None) -> tuple[date | None, date | None]:
    """Return the days that were asked for."""
    if last and not first:
        raise UsageError("a last day needs a first one", where="--to", hint="give --from too")
    if first and last and last < first:
        raise UsageError("the last day lies before the first", where="--to", got=f"{last:%Y-%m-%d}")
    return (first.date() if first else None), (last.date() if last else None)


def _plan_words(one: Plan) -> str:
    if not one.days:
        return f"{one.property_id}: nothing is due."
    words = f"{one.property_id}: {one.first_day} to {one.last_day}. "
    if one.quota_days > 1:
        words += f"The daily quota makes {one.quota_days} days of it: run it each day, it goes on where it stopped."
    elif one.hours > 1:
        words += f"The hourly quota makes {one.hours} hours of it; the program waits by itself."
    else:
        words += "It fits into one hour's quota."
    return words + ("" if one.measured else " The figures are guesses until the property was read once.")


def _show_reports(reports: list[PropertyReport]) -> None:
    from payback.pipeline.extract_step import warnings_of

    columns = {
        "property_id": "Property",
        "status": "Status",
        "days_read": ">Days",
        "days_changed": ">New or revised",
        "rows": ">Rows",
        "calls": ">Calls",
        "tokens": ">Tokens",
        "seconds": ">Seconds",
    }
    print_table("GA4", columns, [one.__dict__ for one in reports], show=_text, spare=("calls",))
    for one in reports:
        for warning in warnings_of(one):
            say(f"note: {warning}")


def _show_check(found: list[Difference], unexplained: list[Difference], *, show_all: bool) -> None:
    rows = _differing(found, show_all)
    if rows:
        columns = {
            "account": "Property",
            "day": "Day",
            "measure": "Figure",
            "warehouse_value": ">Here",
            "independent_value": ">In GA4",
            "difference": ">Difference",
            "explained_by": "Explained by",
        }
        print_table("Warehouse and GA4", columns, rows, show=_text, spare=("account",))
    equal = len([one for one in found if one.difference == 0])
    say(f"{len(found)} figures compared, {equal} equal, {len(unexplained)} differ without an explanation.")
    if unexplained:
        first = min(one.day for one in unexplained)
        say(f"GA4 may have changed these days since they were read: payback ga4 fetch --from {first}")


def _differing(found: list[Difference], show_all: bool) -> list[dict[str, Any]]:
    chosen = [one for one in found if show_all or one.explained_by or one.difference]
    return [{**one.__dict__, "difference": one.difference} for one in chosen]


def _show_revisions(rows: list[dict[str, Any]]) -> None:
    if not rows:
        say("Nothing was revised yet.")
        return
    columns = {
        "account": "Property",
        "day": "Day",
        "age_days": ">Days after",
        "sessions": ">Sessions",
        "conversions": ">Conversions",
        "revenue": ">Revenue",
    }
    lines = [
        {
            **row,
            **{name: (row[f"{name}_before"], row[f"{name}_after"]) for name in ("sessions", "conversions", "revenue")},
        }
        for row in rows
    ]
    print_table("What was revised last", columns, lines, show=_text)


def _text(key: str, value: Any, _row: Mapping[str, Any]) -> str:
    if isinstance(value, tuple):
        before, after = (_number(key, one) for one in value)
        return before if before == after else f"{before} → {after}"
    if value is None:
        return "–"
    if key in ("seconds", "warehouse_value", "independent_value", "difference"):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _number(key: str, value: Any) -> str:
    """Return a figure as people read it: money with two decimals, the others with as many as they have."""
    if value is None:
        return "–"
    return f"{value:,.2f}" if key == "revenue" else f"{value:,.6f}".rstrip("0").rstrip(".")


def _share(key: str, value: Any, _row: Mapping[str, Any]) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if key in ("age_days", "days") else f"{value:.1%}"
