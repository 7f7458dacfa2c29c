"""Commands that reach people: alerts, and the lines that start a run at a time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payback.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from payback.cli.main import Project
    from payback.operations.schedule import Schedule

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def alerts() -> None:
    """Tell people what needs an eye: rules are in the settings, under alerts."""


@alerts.command("check")
@click.option("--send", is_flag=True, help="Send those that were not sent before.")
@_json
@click.pass_context
def check_alerts(ctx: click.Context, send: bool, as_json: bool) -> None:
    """Show which rules are broken now; with --send tell those who should know, each alert once."""
    from payback.pipeline.alert_step import broken_rules, tell

    project: Project = ctx.obj
    with project.loader() as loader:
        found = broken_rules(loader)
        sent = tell(loader, found) if send else []
    rows = [
        {"rule": one.rule, "about": one.about, "alert": one.text, "day": one.day, "sent": one in sent} for one in found
    ]
    if as_json:
        print_json({"alerts": [{**row, "day": str(row["day"])} for row in rows]})
        return
    if not rows:
        say("No rule is broken." if project.settings.alerts.rules else "There are no rules: set alerts.rules.")
        return
    print_table("Alerts", {"rule": "Rule", "alert": "Alert", "day": "Day"}, rows, show=lambda _, value, __: str(value))
    if send:
        say(f"{len(sent)} sent, {len(found) - len(sent)} sent before")


@alerts.command("test")
@click.pass_context
def test_alerts(ctx: click.Context) -> None:
    """Send a test message to every address."""
    from payback.operations.alerts import notify

    project: Project = ctx.obj
    urls = [url.get_secret_value() for url in project.settings.alerts.urls]
    notify(urls, "Payback: test", "This is a test: alerts of Payback arrive here.")
    say(f"sent to {len(urls)} address{'es' if len(urls) != 1 else ''}")


@click.group()
def schedule() -> None:
    """Start runs at a time, with the scheduler that the machine has."""


@schedule.command("print")
@click.option("--at", default="06:00", show_default=True, help="Time of day, local: HH:MM.")
@click.option("--on", "days", multiple=True, help="Day of the week, such as Mon; repeat it. Every day without.")
@click.option("--name", default="payback", show_default=True, help="Name of the unit or the task.")
@click.option("--mail", is_flag=True, help="Mail the report after the run.")
@_json
@click.pass_context
def print_schedule(ctx: click.Context, at: str, days: tuple[str, ...], name: str, mail: bool, as_json: bool) -> None:
    """Print a cron line, a systemd timer and a Windows task that run this project; nothing is installed."""
    from payback.operations.schedule import schedule as plan

    project: Project = ctx.obj
    start = [_program(), "--project", str(project.folder)]
    commands = [[*start, "run"], *([[*start, "report", "--email"]] if mail else [])]
    made = plan(commands, at, days, name)
    if as_json:
        print_json({"cron": made.cron(), "systemd": made.systemd(), "windows": made.windows()})
        return
    _print_parts(made)


def _print_parts(made: Schedule) -> None:
    units = [f"# systemd: ~/.config/systemd/user/{name}\n{text}" for name, text in made.systemd().items()]
    enable = f"# then: systemctl --user daemon-reload && systemctl --user enable --now {made.name}.timer"
    click.echo(
        "\n".join(["# cron: crontab -e", f"{made.cron()}\n", *units, f"{enable}\n", "# Windows", made.windows()])
    )


def _program() -> str:
    """Return the whole path of the command that runs now."""
    beside = Path(sys.executable).with_name("payback.exe" if sys.platform == "win32" else "payback")
    return str(beside if beside.exists() else Path(sys.argv[0]).resolve())
