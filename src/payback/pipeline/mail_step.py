"""Mail the results: the last days against the days before, with the report as a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from payback.errors import AnalysisError, ConfigurationError, PublishingError
from payback.pipeline.cube_step import FOLDER
from payback.pipeline.questions import ensure_clean, evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage
    from pathlib import Path

    from payback.data_loader import DataLoader
    from payback.operations.mail import Mailbox
    from payback.publishing.results import Results

DAYS = 28
_CHARTS = ("trend", "bridge")
_WIDTH = 592
"""Pixels of a picture: what is left of a mail's 640 between its margins."""
_TABLES = {"roi_total": "total", "roi_by_channel": "channel"}


def mail_report(
    loader: DataLoader, report: Path | None, *, recipients: Sequence[str] = (), days: int = DAYS, link: str = ""
) -> EmailMessage:
    """Send the results to the recipients of the settings, or to others.

    Parameters
    ----------
    loader : DataLoader
        The project.
    report : Path, optional
        Report file to attach, where ``email.attach`` is on.
    recipients : sequence of str
        Addresses; those of the settings where empty.
    days : int
        Days up to the last one with data, compared with as many before.
    link : str
        Address of the report, for the mail.

    Returns
    -------
    EmailMessage
        What was sent.

    Raises
    ------
    ConfigurationError
        No mail server, sender or recipient is set.
    AnalysisError
        There is nothing to tell.
    DeliveryError
        The mail server did not take the mail.
    """
    from payback.operations.mail import compose, send
    from payback.publishing.images import CHARTS
    from payback.publishing.mail import mail_body

    box = mailbox(loader)
    results = last_days(loader, days)
    images = _images(loader, results)
    body = mail_body(results, images={name: CHARTS[name] for name in images}, link=link)
    attach = report is not None and loader.settings.email.attach
    message = compose(
        box,
        list(recipients) or loader.settings.email.recipients,
        body.subject,
        body.text,
        body.html,
        images=images,
        attachments={report.name: report.read_bytes()} if attach and report else None,
    )
    send(box, message)
    return message


def _images(loader: DataLoader, results: Results) -> dict[str, bytes]:
    """Return the charts of a mail; none where the parts that draw are not installed, or a run has kept nothing."""
    from payback.publishing.cube.folder import kept
    from payback.publishing.images import Charts, can_draw

    first, last = results.summary.first_day, results.summary.last_day
    if not can_draw() or first is None or last is None:
        return {}
    try:
        found = kept(loader.settings.paths.outputs / FOLDER)
    except PublishingError:
        return {}
    with Charts(found) as charts:
        drawn = {name: charts.png(name, period=(first, last), width=_WIDTH) for name in _CHARTS}
    return {name: png for name, png in drawn.items() if png}


def mailbox(loader: DataLoader) -> Mailbox:
    """Return where mail is handed in, as the settings say."""
    from payback.operations.mail import Mailbox

    email = loader.settings.email
    for name in ("host", "sender"):
        if not getattr(email, name):
            raise ConfigurationError(
                f"mail needs the setting email.{name}", hint=f"set email.{name} in config/config.yaml"
            )
    return Mailbox(
        host=str(email.host),
        port=email.port,
        user=email.user,
        password=email.password.get_secret_value() if email.password else None,
        sender=email.sender,
        security=email.security,
        timeout=email.timeout,
        certificates=loader.project / email.certificates if email.certificates else None,
    )


def last_days(loader: DataLoader, days: int) -> Results:
    """Return the ROI of the last days with data, in all and by channel, against as many days before."""
    from payback import __version__
    from payback.analysis.campaign_roi import campaign_roi
    from payback.publishing.results import Results, Summary

    ensure_clean(loader)
    loader.warehouse.expose("clean_campaigns")
    engine = loader.warehouse.engine
    last = engine.row("select max(date) from clean_campaigns")[0]
    if last is None:
        raise AnalysisError("there is nothing to mail: no campaign days are loaded", hint="payback run loads them")
    period: dict[str, Any] = {"start": last - timedelta(days=days - 1), "end": last, "compare": "previous_period"}
    tables = {
        name: campaign_roi(engine, "clean_campaigns", by, evidence=evidence(loader), **period)
        for name, by in _TABLES.items()
    }
    if any(row["comparable"] for row in tables["roi_total"].to_pylist()):
        earlier = {"start": period["start"] - timedelta(days=days), "end": period["start"] - timedelta(days=1)}
        tables["roi_before"] = campaign_roi(engine, "clean_campaigns", "total", evidence=evidence(loader), **earlier)
    runs = loader.warehouse.records("runs")
    run_id = max((str(row["run_id"]) for row in runs), default="")
    roi = loader.settings.roi
    summary = Summary(
        title=loader.settings.report.title or "What the campaigns paid back",
        first_day=period["start"],
        last_day=last,
        created_at=datetime.now(UTC).replace(microsecond=0),
        version=__version__,
        run_id=run_id,
        confidence=roi.confidence,
        target_roi=roi.target_roi,
    )
    return Results(summary, tables)
