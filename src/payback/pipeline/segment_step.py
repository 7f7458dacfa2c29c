"""Segment the clean customers, matched to the segments of the run before, and keep the model beside the outputs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from payback.errors import PaybackError
from payback.tables import CUSTOMER_SEGMENTS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from payback.analysis.customer_segmentation import CustomerSegmentation
    from payback.data_loader import DataLoader

_log = logging.getLogger(__name__)

MODEL_FILE = "customer_segments.json"


def segment(loader: DataLoader, *, n_clusters: int | str | None = None) -> tuple[pa.Table, pa.Table, Any]:
    """Return the segment of each clean customer, the profiles and the fitted model; nothing is written.

    Parameters
    ----------
    loader : DataLoader
        The project, its clean tables made.
    n_clusters : int or "auto", optional
        Number of segments, instead of the settings'.

    Raises
    ------
    AnalysisError
        There are too few customers, or their revenue is in several currencies.
    """
    from payback.analysis.customer_segmentation import CustomerSegmentation

    clustering = loader.settings.model.clustering
    model = CustomerSegmentation(
        n_clusters=n_clusters or clustering.n_clusters,  # type: ignore[arg-type]  # "auto" comes as str
        random_state=clustering.random_state,
    )
    # A customer has twenty columns, and Arrow holds what is read in memory.
    needed = ("customer_id", "currency", *model.features)
    customers = loader.warehouse.read("clean_customers", columns=needed, order="customer_id")
    segmented = model.segment_customers(customers, previous=_previous(loader, model))
    profiles: pa.Table = model.profiles_
    return segmented.select(list(CUSTOMER_SEGMENTS.names)), profiles, model


def keep_segments(loader: DataLoader, segments: pa.Table, model: CustomerSegmentation) -> Path:
    """Write the segments into the warehouse and the model as JSON; return the path of the model."""
    warehouse, engine = loader.warehouse, loader.warehouse.engine
    engine.register("fresh_segments", segments)
    with warehouse.transaction():
        warehouse.replace_table(CUSTOMER_SEGMENTS.name, "fresh_segments")
    path: Path = loader.settings.paths.outputs / MODEL_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)
    return path


def _previous(loader: DataLoader, model: CustomerSegmentation) -> CustomerSegmentation | None:
    """Return the model of the run before, if it can be compared with."""
    path = loader.settings.paths.outputs / MODEL_FILE
    if not path.exists():
        return None
    try:
        previous = type(model).load(path)
    except PaybackError as error:
        _log.warning("segments start anew: %s", error.message)
        return None
    if model.n_clusters not in ("auto", previous.n_clusters_):
        return None
    return previous
