"""Customer segments by k-means: the same customers always get the same numbers and names.

::

    segmentation = CustomerSegmentation(n_clusters=3, random_state=42)
    segmented = segmentation.segment_customers(customers)     # + segment, segment_name
    segmentation.profiles_                                    # one row and one sentence a segment
    segmentation.save("segments.json")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from payback.analysis import segment_frames as frames
from payback.analysis import segment_profiles as profiling
from payback.analysis.segment_file import SegmentFile, file_of, read_text, write_text
from payback.analysis.segment_fit import fit_customers, fit_matrix, warn_unsegmented
from payback.analysis.segment_learning import Settings, check_settings
from payback.engine.duckdb import Engine
from payback.engine.frames import from_arrow, kind_of
from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt
    import pyarrow as pa

    from payback.analysis.segment_model import Dialect, SegmentModel, Transformation

FEATURES = ("sessions", "pages_per_session", "transactions", "revenue")
"""What the customers are compared by, unless another choice is made."""


class CustomerSegmentation(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Group customers who behave alike, by k-means, as a scikit-learn estimator.

    Each feature x becomes ln(1 + max(x, 0)) and is standardised with the mean and the population standard
    deviation; k-means (Lloyd 1982; k-means++ starts, Arthur and Vassilvitskii 2007) then looks for the segments with
    the smallest sum of squared distances. Counts of customers are heavy-tailed and mostly zero: without the logarithm
    a few heavy buyers decide everything, and scaling by quartiles divides by zero.

    Parameters
    ----------
    n_clusters : int or "auto", default 3
        Number of segments. ``"auto"`` takes the largest stable one of ``candidates``; ``choice_`` shows why.
    features : tuple of str, default ("sessions", "pages_per_session", "transactions", "revenue")
        Columns that customers are compared by. One that no customer has a value in is left out with a warning. A
        matrix is used with all its columns.
    transformation : {"log1p", "signed_log1p", "none"}, default "log1p"
        The logarithm above; sign(x) · ln(1 + abs(x)), which is mirrored below zero; or the values as they are. By
        default who got back more than he paid is compared as one who spent nothing: mirrored, a few such customers lie
        so far from all others that they take up a segment. Sums of revenue keep their refunds in any case. (Not called
        ``transform``: scikit-learn takes an estimator with that attribute for a transformer.)
    standardise : bool, default True
        Whether to give each feature mean 0 and standard deviation 1.
    random_state : int, RandomState instance or None, default 42
        Seed of the starts.
    n_init : int, default 10
        Starts of k-means; the best counts. One start is not enough for a reproducible answer.
    max_fit_rows : int, default 100_000
        Customers that k-means sees; all are then assigned. They are chosen by a hash of ``customer_id`` or, without
        one, evenly by value, so the order of the rows does not matter.
    clip_quantile : float, optional
        Values above this quantile of the fitted customers, such as 0.999, count as that value. Off by default: the
        logarithm already tames the tail, and the best customers are the ones people ask about.
    candidates : tuple of int, default (2, 3, 4, 5, 6, 7, 8)
        Numbers of segments that ``"auto"`` tries.
    names : dict of int to str, optional
        An analyst's own names by segment number; they replace those made from the data.
    max_moved_share : float, default 0.2
        Share of customers above which a fit with ``previous`` warns that segments no longer mean what they did.

    Attributes
    ----------
    labels_ : ndarray of int32
        Segment - 1 of each customer; -1 for one who lacks a feature. Label 0 has the highest mean revenue.
    n_clusters_ : int
        Number of segments.
    features_ : tuple of str
        Features in use.
    segment_names_ : dict of int to str
        Names by segment number.
    profiles_ : pyarrow.Table or None
        A row for each segment: size, money, medians, means, a sentence. None after fitting a matrix.
    choice_ : list of dict or None
        With ``"auto"``, a row for each candidate.
    cluster_centers_ : ndarray
        Centroids in the units of the features.
    inertia_ : float
        Sum of squared distances to the nearest centroid over the fitted customers, in scaled units.
    n_rows_, n_fitted_, n_unsegmented_ : int
        Customers, how many of them k-means saw, how many lack a feature.
    moved_share_ : float or None
        With ``previous``, share of customers whose segment changed; None where the segments could not be matched.
    centroid_shift_ : tuple of float or None
        With ``previous``, how far each centroid moved, in standard deviations.
    model_ : SegmentModel
        All of this that assigning needs.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    Segments are numbered by mean revenue (sums are exact), ties by transactions, sessions, then centroid; those of a
    matrix by centroid, the last column first. K-means runs on rows sorted by value and on one thread, so the order of
    the rows and the number of processors cannot change a bit on a machine; other processors may round the last digit
    differently. A missing value is never invented: a customer who lacks a feature gets no segment.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"transactions": [9, 8, 1, 0, 0], "revenue": [900.0, 750.0, 20.0, 0.0, 0.0]})
    >>> segmentation = CustomerSegmentation(n_clusters=2, features=("transactions", "revenue"))
    >>> segmentation.segment_customers(customers)["segment"].tolist()
    [1, 1, 2, 2, 2]
    >>> segmentation.profiles_["sentence"][0].as_py()
    '40% of customers bring 99% of revenue: they buy 8.5 times and spend 825 each (median).'
    """

    def __init__(  # noqa: PLR0913 - scikit-learn: every setting is a parameter of the constructor
        self,
        n_clusters: int | Literal["auto"] = 3,
        *,
        features: tuple[str, ...] = FEATURES,
        transformation: Transformation = "log1p",
        standardise: bool = True,
        random_state: Any = 42,
        n_init: int = 10,
        max_fit_rows: int = 100_000,
        clip_quantile: float | None = None,
        candidates: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8),
        names: Mapping[int, str] | None = None,
        max_moved_share: float = 0.2,
    ) -> None:
        self.n_clusters = n_clusters
        self.features = features
        self.transformation = transformation
        self.standardise = standardise
        self.random_state = random_state
        self.n_init = n_init
        self.max_fit_rows = max_fit_rows
        self.clip_quantile = clip_quantile
        self.candidates = candidates
        self.names = names
        self.max_moved_share = max_moved_share

    def fit(self, X: Any, y: object = None, *, previous: CustomerSegmentation | None = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's signature
        """Learn segments.

        Parameters
        ----------
        X : pandas or Polars DataFrame, pyarrow.Table, or array of shape (customers, features)
            Of a frame of customers the columns ``features`` are used; of anything else all columns.
        y : ignored
            scikit-learn's convention.
        previous : CustomerSegmentation, optional
            Fitted before on the same features: the new segments keep the numbers and names of the nearest old ones.
            Where the features or the number of segments differ they start anew, with a warning.

        Raises
        ------
        UsageError
            A parameter cannot be used.
        MissingColumnError
            No feature has a value.
        AnalysisError
            Fewer different customers than segments, or revenue in several currencies.
        """
        return self._fit(X, customers=frames.is_customers(X, self.features), previous=previous)

    def predict(self, X: Any) -> npt.NDArray[np.int32]:  # noqa: N803 - scikit-learn's name
        """Return the label (segment - 1) of each customer, -1 where one lacks a feature; nothing is learned.

        Parameters
        ----------
        X : frame or array
            As in `fit`; a frame of customers needs the columns ``features_``.
        """
        check_is_fitted(self, "model_")
        table = self._table(X, customers=frames.is_customers(X, self.features), reset=False)
        with Engine() as engine:
            engine.register("customers", table)
            return frames.labels_of(engine, self.model_.assignment_sql())

    def segment_customers(self, df: Any, *, refit: bool = True, previous: CustomerSegmentation | None = None) -> Any:
        """Return the customers with their segment's number and name.

        Parameters
        ----------
        df : pandas or Polars DataFrame, or pyarrow.Table
            Customers with at least one of ``features``.
        refit : bool, default True
            Learn the segments from these customers. False assigns them to segments learned or loaded before.
        previous : CustomerSegmentation, optional
            As in `fit`.

        Returns
        -------
        Same kind of frame
            Its rows and columns in their order, and ``segment`` (whole number, 1 has the highest mean revenue; null for
            a customer who lacks a feature) and ``segment_name`` (text; "not segmented" for such a customer).

        Raises
        ------
        UsageError
            ``refit=False`` before any fit.
        MissingColumnError, AnalysisError
            As in `fit`.
        """
        frame = frames.collected(df)
        if refit:
            self._fit(frame, customers=True, previous=previous)
            return frames.with_segments(frame, self.labels_, self.model_.names)
        if not hasattr(self, "model_"):
            raise UsageError("there are no segments yet to assign customers to", hint="leave out refit=False, or load")
        labels = self.predict(frame)
        warn_unsegmented(labels, self.features_)
        return frames.with_segments(frame, labels, self.model_.names)

    def refit(self, df: Any) -> CustomerSegmentation:
        """Return a new segmentation learned from these customers, which keeps the numbers and names of this one."""
        check_is_fitted(self, "model_")
        fresh: CustomerSegmentation = clone(self)
        return fresh.fit(df, previous=self)

    def profile(self, df: Any) -> Any:
        """Return the table ``segment_profiles`` for other customers, as the kind of frame that was given.

        The columns are those of ``profiles_``; see `payback.analysis.segment_profiles.profile_schema`. The customers
        and the revenue of all rows together are exactly those of ``df``.
        """
        check_is_fitted(self, "model_")
        frame = frames.collected(df)
        frames.check_features(frame, self.features_)
        table = frames.read_columns(frame, (*self.features, *self.features_))
        with Engine() as engine:
            engine.register("customers", table)
            labels = frames.labels_of(engine, self.model_.assignment_sql())
            rows = profiling.measured(engine, table, labels, self.features)
            currency = frames.currency_of(engine, table)
        return from_arrow(profiling.profile_table(rows, self.model_, self.features, currency), kind_of(frame))

    def assignment_sql(self, dialect: Dialect = "duckdb") -> str:
        """Return one SQL expression that gives a customer's segment number from the columns ``features_``.

        New customers get their segment in the database, without Python and without learning anew. Null where a feature
        is null. See `SegmentModel.assignment_sql`.
        """
        check_is_fitted(self, "model_")
        return self.model_.assignment_sql(dialect)

    def to_json(self, *, window: str | None = None) -> str:
        """Return the fitted segmentation as JSON text, without the labels.

        Parameters
        ----------
        window : str, optional
            Days of the data in words, such as "2026-01-01 to 2026-03-31"; kept for the reader.
        """
        check_is_fitted(self, "model_")
        return file_of(self, window).to_json()

    def save(self, path: str | Path, *, window: str | None = None) -> None:
        """Write `to_json` to a file, whole or not at all; PublishingError where that fails."""
        write_text(path, self.to_json(window=window))

    @classmethod
    def from_json(cls, text: str, *, where: str | None = None) -> CustomerSegmentation:
        """Return the segmentation that `to_json` wrote.

        Raises
        ------
        InputError
            The text is damaged, is no segment model or was written by a newer version.
        """
        file = SegmentFile.from_json(text, where=where)
        found = cls(**dict(file.parameters))
        found.n_features_in_ = len(file.model.features)
        found.profiles_ = file.profile_table()
        found.choice_, found.inertia_, found.window_ = file.choice, file.inertia, file.window
        found.n_rows_, found.n_fitted_ = file.rows, file.rows_fitted
        found.n_unsegmented_ = file.rows_without_segment
        found.moved_share_ = found.centroid_shift_ = None
        found._remember(file.model, named=file.on_customers)
        return found

    @classmethod
    def load(cls, path: str | Path) -> CustomerSegmentation:
        """Read a file that `save` wrote; `segment_customers` with ``refit=False`` then assigns customers to it.

        Raises UnreadableFileError where the file is missing, protected or no text, and InputError as `from_json`.
        """
        return cls.from_json(read_text(path), where=str(path))

    def _fit(self, data: Any, *, customers: bool, previous: CustomerSegmentation | None) -> Self:
        """Fit to customers or to a matrix, and keep what was found."""
        settings = Settings(**self.get_params(deep=False))
        check_settings(settings)
        if previous is not None:
            check_is_fitted(previous, "model_")
        table = self._table(data, customers=customers, reset=True)
        fit_table = fit_customers if customers else fit_matrix
        fitted = fit_table(table, settings, None if previous is None else previous.model_)
        self.labels_, self.profiles_, self.choice_ = fitted.labels, fitted.profiles, fitted.choice
        self.moved_share_, self.centroid_shift_ = fitted.moved_share, fitted.centroid_shift
        self.inertia_ = fitted.inertia
        self.window_: str | None = None
        self.n_rows_, self.n_fitted_ = table.num_rows, fitted.rows_fitted
        self.n_unsegmented_ = int(np.count_nonzero(fitted.labels < 0))
        self._remember(fitted.model, named=customers)
        return self

    def _table(self, data: Any, *, customers: bool, reset: bool) -> pa.Table:
        """Return customers or a matrix as an Arrow table of what is needed."""
        if customers:
            frame = frames.collected(data)
            if not reset:
                frames.check_features(frame, self.features_)
            return frames.read_columns(frame, self.features if reset else self.features_)
        # Two customers are the fewest that can be told apart; scikit-learn words the refusal.
        least = 2 if reset else 1
        matrix = validate_data(
            self, data, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=least
        )
        names = getattr(self, "feature_names_in_", None)
        return frames.matrix_table(
            matrix, [f"x{place}" for place in range(matrix.shape[1])] if names is None else names
        )

    def _remember(self, model: SegmentModel, *, named: bool) -> None:
        """Keep a model and what follows from it."""
        self.model_ = model
        self.features_ = model.features
        self.n_clusters_ = len(model.centroids)
        self.cluster_centers_ = model.centres
        self.segment_names_ = dict(enumerate(model.names, 1))
        if named:
            self.n_features_in_ = len(model.features)
            self.feature_names_in_ = np.array(model.features, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
