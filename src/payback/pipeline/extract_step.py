"""The step ``extract``: read what is due from services, before the files."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from payback.errors import PaybackError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from payback.data_loader import DataLoader
    from payback.data_loader.ga4_load import PropertyReport
    from payback.pipeline.record import RunRecord, StepRecord

_log = logging.getLogger(__name__)

_WORDS = {
    "sampled": "are estimated from a sample",
    "thresholded": "lack small rows that GA4 hides to protect people",
    "other_row": 'have rows that GA4 put together as "(other)"',
    "truncated": "are older than what GA4 keeps",
    "restricted": "lack figures that the credentials may not see",
}
"""Flag -> what a person is told."""


def has_services(loader: DataLoader) -> bool:
    """Tell whether there is anything to read from."""
    return bool(loader.settings.ga4.numbers())


def extract(loader: DataLoader, step: StepRecord, record: RunRecord, say: Callable[[str], None]) -> list[str]:
    """Read every GA4 property; return a message for each that could not be read.

    Parameters
    ----------
    loader : DataLoader
        The project and its warehouse.
    step, record
        Where it is written down.
    say : callable
        Told before each piece of work.

    Raises
    ------
    WarehouseError
        The database cannot be written, or another program keeps it open after a wait.
    """
    from payback.data_loader.ga4_load import Ga4Load

    load = Ga4Load(loader.warehouse, loader.settings.ga4, loader.project, run_id=loader.run_id, say=say)
    try:
        reports = load.fetch()
    except WarehouseError:
        # The other steps need the same database.
        raise
    except PaybackError as error:
        # What the files hold is published all the same.
        _log.error("%s", error)
        step.status, step.error = "failed", error.message
        record.warnings.append(f"GA4: {error.message}")
        return [f"GA4: {error.message}"]
    failures = []
    for one in reports:
        step.rows_in += one.rows
        step.rows_out += one.rows
        record.warnings += warnings_of(one)
        if one.status == "failed":
            step.status, step.error = "failed", one.error.splitlines()[0]
            failures.append(f"GA4 property {one.property_id}: {step.error}")
    read, changed = sum(one.days_read for one in reports), sum(one.days_changed for one in reports)
    step.note = f"{read} days read, {changed} new or revised"
    if step.status == "running" and not changed:
        step.status = "unchanged"
    return failures


def warnings_of(report: PropertyReport) -> list[str]:
    """Return what a person should know of a property that was read."""
    name = f"GA4 property {report.property_id}"
    found = [f"{name}: {text}" for text in report.warnings]
    found += [
        f"{name}: {days} of {report.days_read} days {_WORDS[flag]}"
        for flag, days in report.flags.items()
        if flag in _WORDS
    ]
    if report.status == "stopped":
        found.append(f"{name}: {report.error.splitlines()[0]}; {report.days_left} days are left")
    if report.unexplained:
        measures = ", ".join(dict.fromkeys(one.measure for one in report.unexplained))
        found.append(f"{name}: {measures} differ from GA4's own totals: payback ga4 check")
    return found
