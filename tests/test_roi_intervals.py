"""The interval of ROI: by hand, exactly, against a bootstrap, and how often it holds the truth."""

from __future__ import annotations

import math
import sqlite3
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from payback.analysis.roi_calculator import ROICalculator
from payback.analysis.roi_intervals import Evidence, interval_sql, t_quantiles
from payback.errors import UsageError

FIRST = date(2024, 1, 1)
T_3 = 3.182446305284263
"""Two-sided 95 % quantile of t with 3 degrees of freedom, from a printed table: 3.182."""


def rows(cost, revenue, **columns):
    """Return one row a day."""
    days = [FIRST + timedelta(number) for number in range(len(cost))]
    return pa.table({"cost": cost, "revenue": revenue, "date": days, **columns})


def total(table, **parameters):
    """Return the total's row; a few days are enough unless the test asks for more."""
    options = {"minimum_days": 2, "minimum_conversions": 0, **parameters}
    return ROICalculator(**options).calculate_total(table).to_pylist()[0]


def test_by_hand():
    """Cost 10 a day, revenue 10, 20, 30, 40: R 2.5, residuals −15, −5, 5, 15, variance 4/3 · 500 / 40²."""
    half = T_3 * math.sqrt(4 / 3 * 500 / 1600)
    row = total(rows([10] * 4, [10, 20, 30, 40]))
    assert (row["roas_low"], row["roas_high"]) == pytest.approx((2.5 - half, 2.5 + half), abs=1e-9)
    assert (row["roi_low"], row["roi_high"]) == pytest.approx((1.5 - half, 1.5 + half), abs=1e-9)


def test_the_day_is_the_unit():
    """Two campaigns on the same days are first added up a day; four rows are two observations."""
    day = [FIRST, FIRST, FIRST + timedelta(1), FIRST + timedelta(1)]
    parted = pa.table({"cost": [4, 6, 5, 5], "revenue": [2, 8, 15, 5], "date": day})
    assert total(parted)["roi_low"] == total(rows([10, 10], [10, 20]))["roi_low"]


def test_only_days_with_known_cost_and_revenue_count():
    """A day without revenue is no day without success."""
    known = total(rows([10] * 4, [10, 20, 30, 40]))
    with_unknown = total(rows([10] * 5, [10, 20, 30, 40, None]))
    assert with_unknown["roi_low"] == known["roi_low"]
    assert with_unknown["days"] == 5


def test_confidence_widens_the_interval():
    """More confidence needs a wider interval."""
    table = rows([10] * 4, [10, 20, 30, 40])
    assert total(table, confidence=0.99)["roi_low"] < total(table)["roi_low"] < total(table, confidence=0.5)["roi_low"]


@pytest.mark.parametrize(
    ("days", "conversions", "note"),
    [
        (14, 2, None),
        (13, 2, "not enough data: 13 of 14 days"),
        (14, 1, "not enough data: 14 of 20 conversions"),
        (9, 2.2, "not enough data: 9 of 14 days, 19 of 20 conversions"),
    ],
)
def test_not_enough_data(days, conversions, note):
    """Below 14 days or 20 conversions there is no interval and no verdict, and the note says what is missing."""
    table = rows([10] * days, [100 + day for day in range(days)], conversions=[float(conversions)] * days)
    row = ROICalculator().calculate_total(table).to_pylist()[0]
    assert row["interval_note"] == note
    assert (row["roi_low"] is None) == (note is not None)
    assert row["verdict"] == ("can't tell yet" if note else "pays back")


def test_unknown_conversions_are_not_asked_for():
    """Where nobody counts conversions, days decide alone."""
    assert total(rows([10] * 14, list(range(100, 114))), minimum_conversions=20)["verdict"] == "pays back"


def test_no_difference_between_days():
    """Days that are all alike give an interval of no width, and a note: it rests on nothing that varies."""
    row = total(rows([10.1, 20.2, 30.3], [11.11, 22.22, 33.33]))
    assert row["roi_low"] == row["roi_high"] == pytest.approx(0.1)
    assert (row["interval_note"], row["verdict"]) == ("no difference between days", "pays back")


def test_no_cost_and_no_revenue_have_no_interval():
    """Nothing can be divided by nothing, and unknown revenue is not zero."""
    free, blind = total(rows([0] * 4, [1, 2, 3, 4])), total(rows([1, 2, 3, 4], [None] * 4))
    assert (free["roi_low"], free["interval_note"]) == (None, "no cost")
    assert (blind["roi_low"], blind["interval_note"]) == (None, "revenue unknown")
    assert (blind["coverage"], blind["roi"]) == (0, None)


def test_interval_is_exact_for_huge_amounts():
    """A year of Rupiah, 10^11 a day and differences of one in 10^5: doubles agree with fractions."""
    random = np.random.default_rng(1)
    cost = [int(value) for value in random.integers(9 * 10**10, 10**11, 365)]
    revenue = [value * 3 + int(random.integers(-(10**6), 10**6)) for value in cost]
    ratio = Fraction(sum(revenue), sum(cost))
    squares = sum((r - ratio * c) ** 2 for r, c in zip(revenue, cost, strict=True))
    error = math.sqrt(Fraction(365, 364) * squares / sum(cost) ** 2)
    row = total(rows(cost, revenue))
    half = t_quantiles(0.95, 365)["t"][363].as_py() * error
    assert row["roas_high"] - row["roas_low"] == pytest.approx(2 * half, rel=0.01, abs=2e-9)
    assert half < 1e-6


def test_scale_of_money_does_not_matter():
    """Rupiah or Dollar, the same campaign has the same interval."""
    cost, revenue = [10, 12, 9, 14], [15, 11, 22, 30]
    small, large = (total(rows([k * x for x in cost], [k * x for x in revenue])) for k in (0.01, 10**9))
    assert large["roi_low"] == pytest.approx(small["roi_low"], rel=1e-9)


def test_coverage_of_independent_days():
    """Of 1,000 campaigns with heavy-tailed days, a nominal 95 % interval holds the truth in about 92 %."""
    random, days, campaigns = np.random.default_rng(42), 60, 1000
    size = days * campaigns
    cost = random.gamma(4, 25, size)
    revenue = 2 * cost * random.lognormal(-0.32, 0.8, size)
    table = pa.table(
        {
            "campaign_name": np.repeat(np.arange(campaigns), days).astype(str),
            "date": np.tile(np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]"), campaigns),
            "cost": cost,
            "revenue": revenue,
        }
    )
    result = ROICalculator().calculate_campaign_roi(table).to_pandas()
    covered = ((result["roi_low"] < 1) & (result["roi_high"] > 1)).mean()
    assert 0.89 < covered < 0.95


def test_agrees_with_a_bootstrap_of_days():
    """Days drawn with replacement spread as widely as the formula says."""
    random = np.random.default_rng(7)
    cost, revenue = random.gamma(9, 10, 120), random.gamma(4, 50, 120)
    drawn = random.integers(0, 120, (4000, 120))
    spread = (revenue[drawn].sum(axis=1) / cost[drawn].sum(axis=1)).std()
    row = total(rows(cost, revenue))
    half = (row["roas_high"] - row["roas_low"]) / 2
    assert half / t_quantiles(0.95, 120)["t"][118].as_py() == pytest.approx(spread, rel=0.05)


def test_interval_is_plain_sql():
    """The statement runs on another database as it is: SQLite gives what was worked out by hand."""
    database = sqlite3.connect(":memory:")
    database.create_function("sqrt", 1, lambda value: None if value is None else math.sqrt(value))
    names = "days, revenue, cost, revenue_squared, cost_squared, revenue_by_cost, t"
    database.execute(f"create table six ({names})")
    database.execute("insert into six values (4, 100.0, 40.0, 3000.0, 400.0, 1000.0, ?)", [T_3])
    database.execute("insert into six values (4, 100.0, 0.0, 3000.0, 0.0, 0.0, ?)", [T_3])
    half = T_3 * math.sqrt(4 / 3 * 500 / 1600)
    found = database.execute(f"select roas, roas_low, roas_high from ({interval_sql('six')})").fetchall()
    database.close()
    assert found[0] == pytest.approx((2.5, 2.5 - half, 2.5 + half))
    assert found[1] == (None, None, None)


def test_t_quantiles():
    """As a printed table has them: 12.706 for 2 days, 2.160 for 14, 1.96 for very many."""
    table = t_quantiles(0.95, 10_000)
    found = dict(zip(table["days"].to_pylist(), table["t"].to_pylist(), strict=True))
    assert [round(found[days], 3) for days in (2, 14, 10_000)] == [12.706, 2.16, 1.96]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"confidence": 1.0}, "confidence is out of range\n  got: 1.0\n  allowed: between 0 and 1"),
        ({"confidence": 95}, "confidence is out of range"),
        ({"minimum_days": 1}, "minimum_days is out of range\n  got: 1\n  allowed: 2 or more"),
        ({"minimum_conversions": -1}, "minimum_conversions is out of range"),
        ({"target_roi": float("nan")}, "target_roi is out of range"),
    ],
)
def test_parameters_out_of_range(parameters, message):
    """A wrong parameter is told with its range."""
    with pytest.raises(UsageError, match=message):
        Evidence(**parameters)
