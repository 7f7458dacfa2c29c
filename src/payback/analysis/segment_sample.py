"""Which customers a segmentation is learned from: a sample that the order of the rows cannot change.

K-means on 100,000 of 10 million customers finds the same centroids as on all of them at a small part of the cost
(bench/), and assigning the others is arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from payback.analysis.segment_kmeans import canonical
from payback.analysis.segment_model import number_sql
from payback.engine.duckdb import quoted, read_sql

if TYPE_CHECKING:
    import numpy.typing as npt

    from payback.analysis.segment_model import Matrix
    from payback.engine.duckdb import Engine

CUSTOMER_ID = "customer_id"


def sampled(engine: Engine, table: pa.Table, features: tuple[str, ...], most: int) -> Matrix:
    """Return the features of at most ``most`` customers who have them all, sorted by their values.

    Parameters
    ----------
    engine : Engine
        Its table ``customers`` is read.
    table : pyarrow.Table
        That table, for the types of its columns.
    features : tuple of str
        Columns.
    most : int
        Customers.
    """
    with_id = CUSTOMER_ID in table.column_names and pa.types.is_integer(table.schema.field(CUSTOMER_ID).type)
    _create_complete(engine, features, with_id=with_id)
    count, ids = engine.row(f"select count(*), {f'count({CUSTOMER_ID})' if with_id else '0'} from complete")
    chosen = None
    if count > most and ids == count:
        chosen = _by_id(engine, most)
    if chosen is None:
        chosen = _evenly(engine, features, most)
    return canonical(_matrix(chosen, features))


def _create_complete(engine: Engine, features: tuple[str, ...], *, with_id: bool) -> None:
    """Make the view of customers who have every feature."""
    columns = [f"{number_sql(name)} as {quoted(name)}" for name in features]
    columns += [f"{CUSTOMER_ID}"] if with_id and CUSTOMER_ID not in features else []
    known = " and ".join(f"{quoted(name)} is not null" for name in features)
    engine.execute(
        f"create temp view complete as with numbers as (select {', '.join(columns)} from customers) "
        f"select * from numbers where {known}"
    )


def _by_id(engine: Engine, most: int) -> pa.Table | None:
    """Return the customers with the smallest hashes of their numbers; None where a number is there twice."""
    hashes = _mixed(engine.arrow(f"select {CUSTOMER_ID} from complete").column(0).to_numpy())
    limit = np.partition(hashes, most - 1)[most - 1]
    kept = []
    for batch in engine.batches("select * from complete"):
        within = _mixed(batch.column(CUSTOMER_ID).to_numpy(zero_copy_only=False)) <= limit
        kept.append(batch.filter(pa.array(within)))
    chosen = pa.Table.from_batches(kept)
    return chosen if chosen.num_rows == most else None


def _evenly(engine: Engine, features: tuple[str, ...], most: int) -> pa.Table:
    """Return customers evenly spaced in the order of their values."""
    names = ", ".join(quoted(name) for name in features)
    sql = read_sql("payback.analysis", "segment_even_sample.sql", features=names)
    return engine.arrow(sql, {"most": most})


def _matrix(table: pa.Table, features: tuple[str, ...]) -> Matrix:
    return np.column_stack([table.column(name).to_numpy() for name in features])


def _mixed(ids: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """Spread whole numbers over 64 bits; different numbers stay different.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014), which is the same in every version and on every machine,
    as the hash functions of engines are not.
    """
    z = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
