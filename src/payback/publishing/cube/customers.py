"""What the page on customers shows: segments, how revenue is concentrated, who the customers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import quoted, read_sql
from payback.publishing.cube.health import PACKAGE, plain
from payback.publishing.cube.relations import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.engine.duckdb import Engine
    from payback.publishing.results import Results

Record = dict[str, Any]
CUSTOMERS = "clean_customers"
MOST_GROUPS = 30
CURVE_POINTS = 50


def customers(engine: Engine, results: Results) -> Record | None:
    """Return who the customers are; None where there are none."""
    if not columns_of(engine, CUSTOMERS):
        return None
    count, currencies, currency = engine.row(
        f"select count(*), count(distinct currency) filter (revenue is not null), any_value(currency) from {CUSTOMERS}"
    )
    if not count:
        return None
    # Amounts of different currencies are never added: without one currency there is no revenue of a group.
    revenue = "revenue" if currencies <= 1 else "null::decimal(18, 6)"
    profiles = results.records("segment_profiles")
    features = [name.removeprefix("mean_") for name in (profiles[0] if profiles else {}) if name.startswith("mean_")]
    return {
        "count": count,
        "segments": [_segment(row, features, _spread(engine, features)) for row in profiles],
        "concentration": _concentration(engine, revenue),
        "by_country": _groups(engine, "country", revenue),
        "by_age": _groups(engine, "age_band", revenue),
        "by_gender": _groups(engine, "gender", revenue),
        "currency": currency if currencies <= 1 else None,
        "model": _model(profiles, features),
    }


def _segment(row: Record, features: Sequence[str], spread: Mapping[str, tuple[Any, Any]]) -> Record:
    means = {name: plain(row[f"mean_{name}"]) for name in features}
    return {
        "segment": row["segment"] or 0,
        "name": row["segment_name"],
        "customers": row["customers"],
        "share_of_customers": row["share_of_customers"],
        "share_of_revenue": row["share_of_revenue"],
        "means": means,
        "z": {name: _standardised(means[name], *spread[name]) for name in features},
        "description": row["sentence"],
    }


def _standardised(value: float | None, mean: float | None, deviation: float | None) -> float | None:
    if value is None or mean is None or not deviation:
        return None
    return round((value - mean) / deviation, 4)


def _spread(engine: Engine, features: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return mean and standard deviation of each feature over all customers."""
    there = columns_of(engine, CUSTOMERS)
    found: dict[str, tuple[Any, Any]] = dict.fromkeys(features, (None, None))
    for name in features:
        if name in there:
            column = f"cast({quoted(name)} as double)"
            found[name] = engine.row(f"select avg({column}), stddev_pop({column}) from {CUSTOMERS}")
    return found


def _groups(engine: Engine, column: str, revenue: str) -> list[Record]:
    """Return the largest groups; the others together as the last."""
    sql = read_sql(PACKAGE, "customer_groups.sql", column=quoted(column), revenue=revenue)
    return [{name: plain(value) for name, value in row.items()} for row in engine.records(sql, {"most": MOST_GROUPS})]


def _concentration(engine: Engine, revenue: str) -> list[list[float]]:
    """Return points of the curve: so large a share of the customers, best first, brings so much of the revenue."""
    sql = read_sql(PACKAGE, "concentration.sql", revenue=revenue)
    points = [[float(share), float(part)] for share, part in engine.rows(sql, {"points": CURVE_POINTS})]
    return [[0.0, 0.0], *points] if points else []


def _model(profiles: Sequence[Record], features: Sequence[str]) -> Record:
    if not profiles:
        return {}
    segmented = sum(row["segment"] is not None for row in profiles)
    return {"segments": segmented, "features": ", ".join(name.replace("_", " ") for name in features)}
