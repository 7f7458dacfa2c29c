"""What must hold for campaign ROI whatever the rows are."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.analysis.roi_calculator import ROICalculator
from payback.engine.duckdb import Engine
from payback.metrics import METRICS

MONEY = st.none() | st.decimals(-1000, 10**9, places=6)
COUNT = st.none() | st.integers(0, 10**6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.none() | st.integers(1, 4),
            "campaign_name": st.none() | st.sampled_from(["Brand", "Spring", "Ümlaut ' \" name"]),
            "channel": st.none() | st.sampled_from(["Search", "Social"]),
            "currency": st.none() | st.sampled_from(["EUR", "USD"]),
            "cost": MONEY,
            "impressions": COUNT,
            "clicks": COUNT,
            "conversions": st.none() | st.decimals(0, 1000, places=2),
            "revenue": MONEY,
            "date": st.dates(date(2023, 11, 20), date(2024, 3, 10)),
        }
    ),
    min_size=1,
    max_size=30,
)
BY = st.sampled_from(["campaign", "channel", "day", "week", "month", "quarter", "year", "total"])
SCHEMA = pa.schema(
    [
        ("campaign_id", pa.int64()),
        ("campaign_name", pa.string()),
        ("channel", pa.string()),
        ("currency", pa.string()),
        ("cost", pa.decimal128(18, 6)),
        ("impressions", pa.int64()),
        ("clicks", pa.int64()),
        ("conversions", pa.decimal128(18, 6)),
        ("revenue", pa.decimal128(18, 6)),
        ("date", pa.date32()),
    ]
)
FEW = {"minimum_days": 2, "minimum_conversions": 0}


@pytest.fixture(scope="module", name="engine")
def one_engine():
    """Return an engine for all examples: opening one for each costs more than the work."""
    with Engine(threads=1) as engine:
        yield engine


several = settings(max_examples=15)


def result(engine, rows, by="campaign", **options):
    """Return the result over a list of dictionaries."""
    table = pa.Table.from_pylist(rows, SCHEMA)
    return ROICalculator(engine=engine, **FEW).calculate_campaign_roi(table, by, **options).to_pylist()


def close(one, other):
    """Tell whether two results agree: sums exactly, doubles to the ninth digit."""
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        for name, value in left.items():
            assert right[name] == (pytest.approx(value, rel=1e-9, abs=3e-9) if isinstance(value, float) else value), (
                name
            )


def sums(rows, name):
    """Return the sum of a measure for each currency, by exact arithmetic."""
    found = defaultdict(Decimal)
    for row in rows:
        found[row["currency"] or "XXX"] += row[name] or 0
    return dict(found)


@several
@given(rows=ROWS, by=BY)
def test_groups_add_up_to_the_rows(engine, rows, by):
    """Nothing is lost and nothing counted twice, to the last digit and in each currency."""
    groups = result(engine, rows, by)
    for name in ("cost", "impressions", "clicks", "conversions", "revenue"):
        assert sums(groups, name) == sums(rows, name)
    assert sum(group["rows"] for group in groups) == len(rows)


@several
@given(rows=ROWS, by=BY)
def test_shares_sum_to_one_and_ranks_count(engine, rows, by):
    """In each currency the shares make one, and the ranks are 1, 2, 3."""
    groups = result(engine, rows, by)
    for currency in {group["currency"] for group in groups}:
        own = [group for group in groups if group["currency"] == currency]
        assert sorted(group["rank"] for group in own) == [*range(1, len(own) + 1)]
        shares = [group["share_of_cost"] for group in own if group["share_of_cost"] is not None]
        total = sum(group["cost"] or 0 for group in own)
        if shares:
            scale = sum(abs(share) for share in shares)
            assert total != 0
            assert sum(shares) == pytest.approx(1, abs=1e-12 * max(scale, 1))


@several
@given(rows=ROWS, by=BY, random=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(engine, rows, by, random):
    """Shuffled rows give the same result in the same order."""
    shuffled = list(rows)
    random.shuffle(shuffled)
    close(result(engine, rows, by), result(engine, shuffled, by))


@several
@given(rows=ROWS, by=BY)
def test_scale_of_money_does_not_change_ratios(engine, rows, by):
    """In thousandths of the currency every amount is a thousand times larger, and no ROI differs."""
    small = [{**row, "cost": _part(row["cost"], 1000), "revenue": _part(row["revenue"], 1000)} for row in rows]
    large = [{**row, "cost": _part(row["cost"], 1), "revenue": _part(row["revenue"], 1)} for row in rows]
    for one, other in zip(result(engine, small, by), result(engine, large, by), strict=True):
        for name in ("roi", "roas", "roi_low", "roi_high", "coverage", "share_of_cost", "verdict", "rank"):
            value = one[name]
            assert other[name] == (pytest.approx(value, rel=1e-9, abs=3e-9) if isinstance(value, float) else value)
        assert other["cost"] == (None if one["cost"] is None else one["cost"] * 1000)


def _part(value, divisor):
    """Return whole thousands divided, so that both scales are exact."""
    return None if value is None else Decimal(int(value)) / divisor


@several
@given(rows=ROWS, by=BY)
def test_a_row_in_two_halves_is_the_same(engine, rows, by):
    """A source that reports by device has two rows for one; only the number of rows differs."""
    even = [
        {name: value * 2 if name in METRICS and value is not None else value for name, value in row.items()}
        for row in ([{**row, "cost": _part(row["cost"], 1), "revenue": _part(row["revenue"], 1)} for row in rows])
    ]
    halves = [
        {
            name: value / 2 if name in ("cost", "conversions", "revenue") and value is not None else value
            for name, value in row.items()
        }
        for row in even
    ]
    for row in halves:
        row.update({name: row[name] // 2 for name in ("impressions", "clicks") if row[name] is not None})
    whole, split = result(engine, even, by), result(engine, halves + halves, by)
    for group in (*whole, *split):
        group.pop("rows")
    close(whole, split)


@several
@given(rows=ROWS, days=st.integers(0, 100))
def test_ranges_of_days_add_up(engine, rows, days):
    """Up to a day and after it make the whole."""
    first, last = min(row["date"] for row in rows), max(row["date"] for row in rows)
    border = min(first + timedelta(days), last - timedelta(1))
    if border < first:
        return
    parts = result(engine, rows, "total", end=border) + result(engine, rows, "total", start=border + timedelta(1))
    for name in ("cost", "revenue", "clicks"):
        assert sums(parts, name) == sums(rows, name)


@several
@given(rows=ROWS)
def test_kinds_of_frame_agree(engine, rows):
    """pandas and Polars give what Arrow gives."""
    import polars as pl

    table = pa.Table.from_pylist(rows, SCHEMA)
    calculator = ROICalculator(engine=engine, **FEW)
    arrow = calculator.calculate_campaign_roi(table)
    assert calculator.calculate_campaign_roi(pl.from_arrow(table)).to_dicts() == arrow.to_pylist()
    pandas = calculator.calculate_campaign_roi(table.to_pandas())
    assert pandas["verdict"].tolist() == arrow["verdict"].to_pylist()
    for name in METRICS:
        expected = [float("nan") if value is None else float(value) for value in arrow[name].to_pylist()]
        assert pandas[name].astype("float64").tolist() == pytest.approx(expected, rel=1e-15, nan_ok=True)


@several
@given(rows=ROWS)
def test_comparisons_are_probabilities(engine, rows):
    """P values and probabilities lie between 0 and 1, the correction only raises them, and each pair comes once."""
    table = pa.Table.from_pylist(rows, SCHEMA)
    pairs = ROICalculator(engine=engine, **FEW).compare_all(table).to_pylist()
    assert len({frozenset((row["a"], row["b"], row["currency"])) for row in pairs}) == len(pairs)
    for row in pairs:
        if row["p_value"] is not None:
            assert 0 <= row["p_value"] <= row["p_holm"] <= 1
            assert 0.5 <= row["probability_a_better"] <= 1
            assert row["difference_low"] <= row["difference"] <= row["difference_high"]
