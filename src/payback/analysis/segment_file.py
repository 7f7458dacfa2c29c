"""The file of a fitted segmentation: JSON, which can be read, compared and reviewed.

Never pickle: loading one would run whatever code it carries, and it would not outlive a version of scikit-learn.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from pydantic import BaseModel, Field, ValidationError

from payback.analysis.segment_model import STRICT, SegmentModel, Transformation
from payback.analysis.segment_profiles import profile_schema
from payback.errors import InputError, PublishingError, UnreadableFileError

if TYPE_CHECKING:
    from payback.analysis.customer_segmentation import CustomerSegmentation

FORMAT: Literal["payback-segments"] = "payback-segments"
VERSION: Literal[1] = 1
LIBRARIES = ("payback", "scikit-learn", "numpy", "scipy")


class Parameters(BaseModel):
    """The parameters of ``CustomerSegmentation``; a random state that is no number is not kept."""

    model_config = STRICT

    n_clusters: int | Literal["auto"]
    features: tuple[str, ...]
    transformation: Transformation
    standardise: bool
    random_state: int | None
    n_init: int
    max_fit_rows: int
    clip_quantile: float | None
    candidates: tuple[int, ...]
    names: dict[int, str] | None
    max_moved_share: float


class SegmentFile(BaseModel):
    """All that is kept of a fitted segmentation: the model and where it came from.

    Parameters
    ----------
    made_with : dict of str to str
        Versions of the libraries that computed it.
    window : str, optional
        Days of the data, in words.
    parameters : Parameters
        How it was fitted.
    on_customers : bool
        Whether the features are columns of customers, not of a matrix without names.
    rows, rows_fitted, rows_without_segment : int
        Customers, how many of them k-means saw, and how many lacked a feature.
    inertia : float
        Sum of squared distances to the nearest centroid over the fitted rows.
    model : SegmentModel
        The segments.
    profiles, choice : list of dict, optional
        Rows of ``profiles_`` and ``choice_``.
    """

    model_config = STRICT

    format: Literal["payback-segments"] = FORMAT
    version: Literal[1] = VERSION
    made_with: dict[str, str] = Field(default_factory=lambda: {name: version(name) for name in LIBRARIES})
    window: str | None
    parameters: Parameters
    on_customers: bool
    rows: int
    rows_fitted: int
    rows_without_segment: int
    inertia: float
    model: SegmentModel
    profiles: list[dict[str, Any]] | None
    choice: list[dict[str, Any]] | None

    def profile_table(self) -> pa.Table | None:
        """Return the profiles as the table they were; InputError where they are damaged."""
        if self.profiles is None:
            return None
        try:
            rows = [{**row, "revenue": _decimal(row.get("revenue"))} for row in self.profiles]
            return pa.Table.from_pylist(rows, schema=profile_schema(self.parameters.features))
        except (pa.ArrowException, InvalidOperation, TypeError, ValueError) as error:
            raise _unusable("the segment model is damaged", None, f"profiles: {error}") from error

    def to_json(self) -> str:
        """Return the file's text; the same model gives the same bytes."""
        return json.dumps(self.model_dump(), indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"

    @classmethod
    def from_json(cls, text: str, *, where: str | None = None) -> SegmentFile:
        """Read a file's text.

        Raises
        ------
        InputError
            The text is damaged, is no segment model or was written by a newer version.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _unusable("the segment model is damaged: it is not JSON", where, str(error)) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            got = f"format {content.get('format')!r}" if isinstance(content, dict) else f"a {type(content).__name__}"
            raise _unusable("this is not a segment model", where, got)
        if content.get("version") != VERSION:
            raise _unusable("the segment model has another format version", where, f"{content.get('version')!r}")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _unusable("the segment model is damaged", where, _first_problem(error)) from error


def file_of(fitted: CustomerSegmentation, window: str | None) -> SegmentFile:
    """Return what is kept of a fitted segmentation."""
    given = fitted.get_params(deep=False)
    seed = given["random_state"] if isinstance(given["random_state"], int) else None
    names = dict(given["names"]) if given["names"] else None
    lists = {name: tuple(given[name]) for name in ("features", "candidates")}
    return SegmentFile(
        window=window or fitted.window_,
        parameters=Parameters(**{**given, **lists, "random_state": seed, "names": names}),
        on_customers=fitted.profiles_ is not None,
        rows=fitted.n_rows_,
        rows_fitted=fitted.n_fitted_,
        rows_without_segment=fitted.n_unsegmented_,
        inertia=fitted.inertia_,
        model=fitted.model_,
        profiles=None if fitted.profiles_ is None else fitted.profiles_.to_pylist(),
        choice=fitted.choice_,
    )


def read_text(path: str | Path) -> str:
    """Return the text of a model's file.

    Raises
    ------
    UnreadableFileError
        The file is missing, a folder, protected or no text.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            "the segment model cannot be read",
            where=str(path),
            got=getattr(error, "strerror", None) or "no UTF-8 text",
            hint="give the path of a file written by CustomerSegmentation.save",
        ) from error


def write_text(path: str | Path, text: str) -> None:
    """Write a model's file whole or not at all.

    Raises
    ------
    PublishingError
        The file cannot be written.
    """
    target = Path(path)
    part = target.with_name(target.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(target)
    except OSError as error:
        raise PublishingError(
            "the segment model cannot be written", where=str(path), got=error.strerror, hint="make the folder first"
        ) from error


def _decimal(text: Any) -> Decimal | None:
    """Exact decimals travel as text: JSON's numbers would round them."""
    return None if text is None else Decimal(text)


def _unusable(message: str, where: str | None, got: str) -> InputError:
    return InputError(
        message,
        where=where,
        got=" ".join(got.split())[:200],
        allowed=f'"format": "{FORMAT}", "version": {VERSION}',
        hint="give a file written by CustomerSegmentation.save, or fit again",
    )


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
