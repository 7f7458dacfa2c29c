"""How rows are judged and what is computed from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from payback.config.section import Day, Level, Section, Severity, Size


class Cleaning(Section):
    """How rows are judged."""

    severity: dict[str, Severity] = Field(
        default_factory=dict,
        description="Rule: what happens to a row that breaks it. The rules and what they do by default stand below.",
    )
    channels: Path | None = Field(
        default=None,
        description="CSV file of your own spellings (source,spelling,channel), read before the built-in ones.",
    )
    today: Day | None = Field(
        default=None, description="Days after it are in the future; the day of the run, UTC, where empty."
    )
    outlier_factor: float = Field(
        default=3.0,
        gt=0,
        description="Interquartile ranges beyond the quartiles of the logarithms at which a value is flagged.",
    )


class Roi(Section):
    """What the verdict on a campaign needs."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
    minimum_days: int = Field(default=14, ge=2, description="Fewer days with cost: not enough data for a verdict.")
    minimum_conversions: float = Field(
        default=20, ge=0, description="Fewer conversions: not enough data for a verdict."
    )
    target_roi: float = Field(default=0, gt=-1, description="ROI that counts as paying back; 0 is break-even.")


class Clustering(Section):
    """Customer segments by k-means."""

    n_clusters: Annotated[int, Field(ge=2)] | Literal["auto"] = Field(
        default=3, description="Number of segments; auto chooses the number that is most stable under resampling."
    )
    random_state: int = Field(default=42, ge=0, description="Seed: the same data and seed give the same segments.")


class Model(Section):
    """Models."""

    clustering: Clustering = Clustering()


class EngineSettings(Section):
    """What the computation may use."""

    memory_limit: Size | None = Field(
        default=None,
        description="Memory, such as 8GB. Where empty: 2GB (more on many cores), 300MB for files going to MySQL.",
    )
    threads: int | None = Field(default=None, ge=1, description="Threads; all cores where empty.")
    temp_directory: Path | None = Field(default=None, description="Folder for work that does not fit in memory.")


class Logging(Section):
    """The log file; it is rotated."""

    level: Level = Field(default="INFO", description="Least important message that is kept.")
    file: Path = Field(default=Path("app.log"), description="The log file, relative to the project folder.")
    max_mb: float = Field(default=10, gt=0, description="Size in 10^6 bytes at which a new file begins.")
    backups: int = Field(default=5, ge=0, description="Old log files that are kept.")
