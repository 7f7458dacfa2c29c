"""What each segment is: its size, its money, its typical customer, and a sentence that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.analysis.segment_frames import NOT_SEGMENTED, register_segmented
from payback.analysis.segment_model import exact_sql
from payback.analysis.segment_names import stands_out
from payback.engine.duckdb import quoted, read_sql
from payback.errors import ConservationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from payback.analysis.segment_model import SegmentModel
    from payback.engine.duckdb import Engine

MONEY = pa.decimal128(38, 6)


def profile_schema(features: Sequence[str]) -> pa.Schema:
    """Return the columns of ``segment_profiles``.

    ``segment`` is null in the row of the customers without a segment. ``share_of_customers`` and ``share_of_revenue``
    are fractions; the second is null where the total revenue is not above zero. ``currency`` is null where unknown.
    ``stands_out`` names the two features that differ most from the average customer, in standard deviations.
    """
    statistics = [pa.field(f"{kind}_{name}", pa.float64()) for name in features for kind in ("median", "mean")]
    fields = [
        pa.field("segment", pa.int64()),
        pa.field("segment_name", pa.string()),
        pa.field("customers", pa.int64()),
        pa.field("share_of_customers", pa.float64()),
        pa.field("revenue", MONEY),
        pa.field("share_of_revenue", pa.float64()),
        pa.field("currency", pa.string()),
        *statistics,
        pa.field("stands_out", pa.string()),
        pa.field("sentence", pa.string()),
    ]
    return pa.schema(fields)


def measured(
    engine: Engine, table: pa.Table, labels: npt.NDArray[np.int32], features: Sequence[str]
) -> list[dict[str, Any]]:
    """Return size, money and typical values of each segment, and of the customers without one, as dictionaries.

    Raises
    ------
    ConservationError
        The segments together do not hold all customers and all revenue.
    """
    register_segmented(engine, table, labels)
    numbers = ", ".join(_exact(name, table.column_names) for name in dict.fromkeys([*features, "revenue"]))
    statistics = [_statistics(name) for name in features]
    sql = read_sql(
        "payback.analysis",
        "segment_profiles.sql",
        numbers=numbers,
        statistics=", ".join(statistics),
        names=", ".join(f"{quoted('median_' + name)}, {quoted('mean_' + name)}" for name in features),
    )
    rows = engine.records(sql)
    _check_conserved(rows, engine.row(f"select count(*), sum(revenue) from (select {numbers} from segmented)"))
    return rows


def medians_of(rows: Sequence[Mapping[str, Any]], features: Sequence[str]) -> list[dict[str, float | None]]:
    """Return the medians of the features of each segment, without the row of the customers who have none."""
    return [{name: row[f"median_{name}"] for name in features} for row in rows if row["segment"] is not None]


def profile_table(
    rows: Sequence[Mapping[str, Any]], model: SegmentModel, features: Sequence[str], currency: str | None
) -> pa.Table:
    """Return measured segments as the table ``segment_profiles``, with names and sentences."""
    finished = []
    for row in rows:
        place = None if row["segment"] is None else row["segment"] - 1
        words = {
            "segment_name": NOT_SEGMENTED if place is None else model.names[place],
            "currency": currency,
            "stands_out": None if place is None else stands_out(model, place),
            "sentence": sentence(row, model.features, currency),
        }
        finished.append({**row, **words})
    return pa.Table.from_pylist(finished, schema=profile_schema(features))


def _exact(name: str, there: Sequence[str]) -> str:
    """Return SQL of a column as an exact decimal; null where it is absent or no finite number."""
    if name not in there:
        return f"cast(null as decimal(38, 6)) as {quoted(name)}"
    return f"{exact_sql(name)} as {quoted(name)}"


def _statistics(name: str) -> str:
    column = quoted(name)
    return (
        f"median(cast({column} as double)) as {quoted('median_' + name)}, "
        f"cast(sum({column}) as double) / nullif(count({column}), 0) as {quoted('mean_' + name)}"
    )


def _check_conserved(rows: Sequence[Mapping[str, Any]], total: tuple[Any, ...]) -> None:
    customers = sum(row["customers"] for row in rows)
    revenue = sum(row["revenue"] for row in rows if row["revenue"] is not None)
    if (customers, revenue) != (total[0], total[1] or 0):
        raise ConservationError(
            "the segments do not hold all customers and all revenue",
            got=f"{customers} customers with revenue {revenue}",
            allowed=f"{total[0]} customers with revenue {total[1]}",
        )


def sentence(row: Mapping[str, Any], features: Sequence[str], currency: str | None = None) -> str:
    """Return one sentence about a segment.

    Parameters
    ----------
    row : dict
        A measured segment.
    features : sequence of str
        Features that the segments were learned from.
    currency : str, optional
        ISO 4217 code that is put before money.

    Examples
    --------
    >>> row = {"segment": 1, "share_of_customers": 0.12, "share_of_revenue": 0.48,
    ...        "median_transactions": 6.0, "median_revenue": 310.0}
    >>> sentence(row, ("transactions", "revenue"), "EUR")
    '12% of customers bring 48% of revenue: they buy 6 times and spend EUR 310 each (median).'
    """
    size = f"{_percent(row['share_of_customers'], start=True)} of customers"
    if row["segment"] is None:
        lack = " or ".join(features) if len(features) < 2 else f"{', '.join(features[:-1])} or {features[-1]}"  # noqa: PLR2004
        return f"{size} lack a value in {lack}, so they stay without a segment{_brought(row, ' and')}."
    typical = _habits(row, features, currency)
    ending = f": they {' and '.join(typical)} (median)." if typical else "."
    return f"{size}{_brought(row, '') or ' form this segment'}{ending}"


def _brought(row: Mapping[str, Any], joint: str) -> str:
    """Say what a segment adds to the revenue, where a share of it can be told."""
    share = row["share_of_revenue"]
    if share is None:
        return ""
    if share < 0:
        return f"{joint} take back {_percent(-share)} of revenue"
    return f"{joint} bring {'no' if share == 0 else _percent(share) + ' of'} revenue"


def _habits(row: Mapping[str, Any], features: Sequence[str], currency: str | None) -> list[str]:
    """Say what the typical customer of a segment does: buying if that, otherwise visiting."""
    known = {name: row[f"median_{name}"] for name in features if row.get(f"median_{name}") is not None}
    orders, spent = known.get("transactions"), known.get("revenue")
    habits = [f"buy {_times(orders)}"] if orders else []
    if spent and spent > 0:
        habits.append(f"spend {currency + ' ' if currency else ''}{_amount(spent)} each")
    if habits:
        return habits
    habits = [f"come {_times(known['sessions'])}"] if "sessions" in known else []
    if "pages_per_session" in known:
        habits.append(f"see {_number(known['pages_per_session'])} pages a session")
    others = (f"have {_number(value)} {name.replace('_', ' ')}" for name, value in known.items())
    return habits or list(others)[:2]


def _percent(share: float, *, start: bool = False) -> str:
    """Write whole percent for people; never "0%" or "100%" for what is not."""
    percent = 100 * share
    if 0 < percent < 1:
        return "Under 1%" if start else "under 1%"
    if 99 < percent < 100:  # noqa: PLR2004 - see the docstring
        return "Over 99%" if start else "over 99%"
    return f"{percent:.0f}%"


def _times(count: float) -> str:
    return {1.0: "once", 2.0: "twice"}.get(count, f"{_number(count)} times")


def _number(value: float) -> str:
    """Write a plain number: one digit behind the point where it has any."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"  # noqa: PLR2004


def _amount(value: float) -> str:
    """Write money: cents matter below a hundred."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.2f}"  # noqa: PLR2004
