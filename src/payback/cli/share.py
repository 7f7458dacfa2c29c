"""Commands that show the results to people: report, serve."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payback.cli.printing import print_json, progress, say
from payback.errors import UsageError

if TYPE_CHECKING:
    from payback.cli.main import Project

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.command()
@click.option("--output", type=click.Path(path_type=Path), help="The file; outputs/report.html by default.")
@click.option("--title", help="Headline.")
@click.option("--logo", type=click.Path(path_type=Path), help="Picture for the head of the page.")
@click.option("--locale", help="Language tag for numbers, days and money, such as de-DE; the reader's by default.")
@click.option("--currency", help="Currency to show first, where there are several.")
@click.option("--theme", type=click.Choice(["auto", "light", "dark"]), help="Colours at first sight.")
@click.option(
    "--data-only",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write what the pages are given, as JSON and packed cube, instead of the report.",
)
@click.option("--email", "by_mail", is_flag=True, help="Mail it to the recipients of the settings.")
@click.option(
    "--to", "recipients", multiple=True, metavar="ADDRESS", help="Mail it to others; several times if need be."
)
@click.option("--days", type=click.IntRange(1), help="Days that the mail is about; 28 by default.")
@click.option("--link", default="", help="Address of the report, for the mail.")
@_json
@click.pass_obj
def report(  # noqa: PLR0913, PLR0917 - an option each
    project: Project,
    output: Path | None,
    title: str | None,
    logo: Path | None,
    locale: str | None,
    currency: str | None,
    theme: str | None,
    data_only: Path | None,
    by_mail: bool,
    recipients: tuple[str, ...],
    days: int | None,
    link: str,
    as_json: bool,
) -> None:
    """Write the report of the last run: one HTML file that works offline and can be mailed.

    It filters, compares and sorts in the browser, and asks nothing of any server.
    """
    from payback.pipeline.report import looked, make_report, write_data
    from payback.publishing.html.logo import logo_address

    if data_only and (by_mail or recipients):
        raise UsageError("what is mailed is the report", where="--data-only", hint="leave out --data-only or --email")
    settings = project.settings
    changes = {
        "title": title,
        "logo": logo_address(logo) if logo else None,
        "locale": locale,
        "currency": currency.upper() if currency else None,
        "theme": theme,
    }
    with progress(quiet=as_json) as tell:
        tell("writing the report")
        kept = looked(settings, project.folder, **changes)
        cells = settings.report.maximum_cells
        target = output or settings.paths.outputs / "report.html"
        paths = write_data(kept, data_only, cells) if data_only else [make_report(kept, target, cells)]
        mailed = _mail(project, paths[0], recipients, days, link) if by_mail or recipients else ""
    if as_json:
        files = [{"path": str(path), "bytes": path.stat().st_size} for path in paths]
        print_json(
            {"run_id": kept.data["run_id"], "created_at": kept.data["created_at"], "files": files, "mailed_to": mailed}
        )
        return
    for path in paths:
        say(f"wrote  {path}  ({path.stat().st_size / 1000:,.0f} kB, data of {kept.data['created_at']})")
    if mailed:
        say(f"mailed to {mailed}")


def _mail(project: Project, report_file: Path, recipients: tuple[str, ...], days: int | None, link: str) -> str:
    """Send the report and return to whom."""
    from payback.pipeline.mail_step import DAYS, mail_report

    with project.loader() as loader:
        message = mail_report(loader, report_file, recipients=recipients, days=days or DAYS, link=link)
    return str(message["To"])


@click.command()
@click.option("--host", help="Address to listen on; one that others can reach needs a password.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the password in its first line; else PAYBACK_SERVE__PASSWORD.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in a browser.")
@_json
@click.pass_obj
def serve(
    project: Project, host: str | None, port: int | None, password_file: Path | None, open_browser: bool, as_json: bool
) -> None:
    """Serve the report's pages live, on the data of the last run.

    It reads what a run keeps beside its outputs and never the database, so a run is never kept out; when a run has
    ended, the pages show its data. Control-C stops it.
    """
    from payback.pipeline.report import open_dashboard, run_server

    settings = project.settings
    live, place = open_dashboard(settings, project.folder, host=host, port=port, password_file=password_file)

    def started() -> None:
        if as_json:
            print_json({"url": place.url})
        else:
            say(f"serving  {place.url}")
            say("         Control-C stops it")
        sys.stdout.flush()
        if open_browser:
            import webbrowser

            webbrowser.open(place.url)

    run_server(live, place, started)
