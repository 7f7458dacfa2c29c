"""The segment model: where the segments lie, as numbers and as one SQL expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from payback.engine.duckdb import quoted
from payback.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

Transformation = Literal["log1p", "signed_log1p", "none"]
TRANSFORMATIONS: tuple[Transformation, ...] = ("log1p", "signed_log1p", "none")
Dialect = Literal["duckdb", "mysql"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "mysql")

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class SegmentModel(BaseModel):
    """Where the segments lie and how a customer is assigned to one.

    A value x of a feature becomes t = ln(1 + max(x, 0)) (``log1p``) or t = sign(x) · ln(1 + abs(x))
    (``signed_log1p``) or stays x (``none``), then z = (t - mean) / sd. The customer belongs to the segment whose
    centroid c is nearest, that is, which has the smallest c·c / 2 - c·z: half the squared Euclidean distance without
    z·z / 2, which is the same for all segments. Of equally near segments the one with the lower number wins.

    Parameters
    ----------
    features : tuple of str
        Column names.
    transformation : {"log1p", "signed_log1p", "none"}
        What is done to each value first.
    standardise : bool
        Whether z is scaled by mean and sd; otherwise z is t.
    means, sds : tuple of float
        Mean and population standard deviation of t over the customers the model was fitted on; 1 where all are equal.
    limits : tuple of float, optional
        Values above are taken as this before anything else.
    centroids : tuple of tuple of float
        One a segment, in the order of the segments, in units of z.
    names : tuple of str
        One a segment.
    """

    model_config = STRICT

    features: tuple[str, ...] = Field(min_length=1)
    transformation: Transformation
    standardise: bool
    means: tuple[float, ...]
    sds: tuple[float, ...]
    limits: tuple[float, ...] | None = None
    centroids: tuple[tuple[float, ...], ...] = Field(min_length=1)
    names: tuple[str, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        width = len(self.features)
        lists = [self.means, self.sds, *self.centroids, *([] if self.limits is None else [self.limits])]
        if any(len(values) != width for values in lists):
            raise ValueError(f"means, sds, limits and each centroid need {width} numbers, one a feature")
        if len(set(self.features)) != width:
            raise ValueError("two features have the same name")
        if any(sd <= 0 for sd in self.sds):
            raise ValueError("a standard deviation is not above 0")
        if len(self.names) != len(self.centroids) or len(set(self.names)) != len(self.names):
            raise ValueError(f"{len(self.centroids)} segments need as many different names")
        return self

    def reordered(self, order: list[int]) -> SegmentModel:
        """Return the model with its centroids in another order; names stay with the number."""
        return self.model_copy(update={"centroids": tuple(self.centroids[place] for place in order)})

    def renamed(self, names: tuple[str, ...]) -> SegmentModel:
        """Return the model with other names."""
        return self.model_copy(update={"names": names})

    @property
    def means_of_transformed(self) -> Matrix:
        """Centroids as means of the transformed values, segments by features."""
        centroids = np.array(self.centroids)
        return centroids * np.array(self.sds) + np.array(self.means) if self.standardise else centroids

    @property
    def differences(self) -> Matrix:
        """How far each segment lies from the average customer, in standard deviations, segments by features."""
        found: Matrix = (self.means_of_transformed - np.array(self.means)) / np.array(self.sds)
        return found

    @property
    def centres(self) -> Matrix:
        """Centroids in the units of the features (customers or money), segments by features."""
        values = self.means_of_transformed
        if self.transformation == "none":
            return values
        back: Matrix = np.sign(values) * np.expm1(np.abs(values))
        return back

    def scaled(self, values: Matrix) -> Matrix:
        """Return transformed values, such as another model's centroids, in units of z."""
        return (values - np.array(self.means)) / np.array(self.sds) if self.standardise else values

    def assignment_sql(self, dialect: Dialect = "duckdb") -> str:
        """Return one SQL expression that gives a row's segment number from its feature columns.

        Parameters
        ----------
        dialect : {"duckdb", "mysql"}
            Decides the quoting of names. In DuckDB a value that is not a finite number counts as missing; MySQL has
            no such values.

        Returns
        -------
        str
            The number is null where a feature is null.

        Raises
        ------
        UsageError
            Unknown dialect.

        Examples
        --------
        >>> model = SegmentModel(
        ...     features=("revenue",), transformation="none", standardise=False, means=(5.0,), sds=(1.0,),
        ...     centroids=((8.0,), (2.0,)), names=("High", "Low"),
        ... )
        >>> model.assignment_sql("mysql").startswith("case least((3.2")
        True
        """
        if dialect not in DIALECTS:
            raise UsageError("unknown SQL dialect", got=repr(dialect), allowed=", ".join(DIALECTS))
        z = [self._z(place, dialect) for place in range(len(self.features))]
        scores = [_score(centroid, z) for centroid in self.centroids]
        # `else` is left out on purpose: with a missing feature no score is known, and least() of nulls equals none.
        cases = "\n".join(f"    when {score} then {number}" for number, score in enumerate(scores, 1))
        compared = ", ".join(scores if len(scores) > 1 else scores * 2)  # MySQL's least() takes two or more
        return f"case least({compared})\n{cases}\nend"

    def _z(self, place: int, dialect: Dialect) -> str:
        """Return SQL of one feature, transformed and scaled."""
        value = number_sql(self.features[place], dialect)
        if self.limits is not None:
            # DuckDB's least() skips nulls where MySQL's does not: case keeps a missing value missing in both.
            limit = sql_float(self.limits[place])
            value = f"case when {value} > {limit} then {limit} else {value} end"
        if self.transformation == "log1p":
            value = f"ln(1e0 + case when {value} < 0e0 then 0e0 else {value} end)"
        elif self.transformation == "signed_log1p":
            value = f"sign({value}) * ln(1e0 + abs({value}))"
        if self.standardise:
            return f"(({value}) - {sql_float(self.means[place])}) / {sql_float(self.sds[place])}"
        return value


def number_sql(column: str, dialect: Dialect = "duckdb") -> str:
    """Return SQL that reads a column as a double, null where it is no finite number."""
    if dialect == "mysql":
        return f"cast(`{column.replace('`', '``')}` as double)"
    return f"case when isfinite(cast({quoted(column)} as double)) then cast({quoted(column)} as double) end"


def exact_sql(column: str) -> str:
    """Return SQL that reads a column as an exact decimal, null where it is no finite number."""
    return f"cast(case when {number_sql(column)} is not null then {quoted(column)} end as decimal(38, 6))"


def sql_float(value: float) -> str:
    """Return an SQL double that is exactly this number; without an exponent it would be read as a decimal."""
    return f"({value:.16e})" if value < 0 else f"{value:.16e}"


def _score(centroid: tuple[float, ...], z: list[str]) -> str:
    """Return SQL of half the squared distance to a centroid, less the part that is equal for all centroids."""
    half_square = sum(value * value for value in centroid) / 2
    terms = (f" - {sql_float(value)} * ({scaled})" for value, scaled in zip(centroid, z, strict=True))
    return f"({sql_float(half_square)}{''.join(terms)})"
