"""Answer questions about the warehouse, cleaning it first where something new was loaded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from payback.errors import WarehouseBusyError
from payback.pipeline.cleaning_step import clean_tables, cleaning_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa

    from payback.analysis.roi_intervals import Evidence
    from payback.data_loader import DataLoader

CLEAN_STATE = "clean tables"


def clean_state(loader: DataLoader) -> str:
    """Return a hash of everything that decides the clean tables: what was loaded, the rules, their settings."""
    from payback import __version__

    ledger = loader.warehouse.ledger_state()
    settings = cleaning_settings(loader)
    spellings = settings.channels.read_bytes() if settings.channels and settings.channels.exists() else b""
    text = f"{__version__} {ledger} {settings!r} {hashlib.blake2b(spellings).hexdigest()}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def is_clean(loader: DataLoader, state: str) -> bool:
    """Tell whether the clean tables were made from what is loaded now."""
    return any(row["value"] == state for row in loader.warehouse.records("state", {"name": CLEAN_STATE}))


def ensure_clean(loader: DataLoader) -> None:
    """Clean the warehouse unless its clean tables are those of what is loaded now.

    Beside a run that waits nothing can be written: the answer is of what was cleaned last, and a note says so.

    Raises
    ------
    WarehouseBusyError
        Beside a run that waits, and nothing was ever cleaned.
    """
    state = clean_state(loader)
    if is_clean(loader, state):
        return
    if _is_cleaned(loader, state):
        return
    if loader.warehouse.records("state", {"name": CLEAN_STATE}):
        loader.notes.append(f"{loader.held_by} is loading: these are the figures of before, without what it has loaded")
    else:
        raise WarehouseBusyError(
            "another program is loading, and there are no figures of before",
            got=loader.held_by,
            hint="wait for it to end, and ask again",
        )


def _is_cleaned(loader: DataLoader, state: str) -> bool:
    """Clean the warehouse; return False where who only looks cannot, because somebody else has the right to write."""
    if loader.held_by is not None:
        return False
    try:
        clean_tables(loader)
        remember_clean(loader, state)
    except WarehouseBusyError as error:
        if not loader.only_look:
            raise
        loader.held_by = error.got or "another program"
        return False
    return True


def remember_clean(loader: DataLoader, state: str) -> None:
    """Write down what the clean tables were made from."""
    loader.warehouse.replace_rows("state", {"name": CLEAN_STATE}, [{"name": CLEAN_STATE, "value": state}])


def evidence(loader: DataLoader) -> Evidence:
    """Return what a verdict needs, as the project's settings say."""
    from payback.analysis.roi_intervals import Evidence

    roi = loader.settings.roi
    return Evidence(
        confidence=roi.confidence,
        minimum_days=roi.minimum_days,
        minimum_conversions=roi.minimum_conversions,
        target_roi=roi.target_roi,
    )


def campaign_roi(
    loader: DataLoader,
    by: str | Sequence[str] = "campaign",
    *,
    start: date | None = None,
    end: date | None = None,
    compare: str | None = None,
) -> tuple[pa.Table, pa.Table]:
    """Return the ROI of groups and of everything, one row of total for each currency.

    Parameters
    ----------
    loader : DataLoader
        The project.
    by, start, end, compare
        See `payback.analysis.roi_calculator.ROICalculator.calculate_campaign_roi`.

    Raises
    ------
    UsageError
        A name to group by is unknown.
    """
    from payback.analysis.campaign_roi import campaign_roi as answer

    ensure_clean(loader)
    loader.warehouse.expose("clean_campaigns")
    options: dict[str, Any] = {"evidence": evidence(loader), "start": start, "end": end, "compare": compare}
    engine = loader.warehouse.engine
    return answer(engine, "clean_campaigns", by, **options), answer(engine, "clean_campaigns", "total", **options)


def segment_profiles(loader: DataLoader, *, n_clusters: int | str | None = None) -> tuple[pa.Table, pa.Table, Any]:
    """Segment the customers and return (segment of each customer, profiles, model).

    Raises
    ------
    AnalysisError
        There are too few customers.
    """
    from payback.pipeline.segment_step import segment

    ensure_clean(loader)
    return segment(loader, n_clusters=n_clusters)
