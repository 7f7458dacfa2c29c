"""Comparing campaigns: paired by day, corrected for their number."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.analysis import roi_comparison
from payback.analysis.roi_calculator import ROICalculator
from payback.analysis.roi_comparison import holm
from payback.errors import AnalysisError, MissingColumnError, UsageError
from payback.tables import ROI_COMPARISON

FIRST = date(2024, 1, 1)
FEW = {"minimum_days": 2, "minimum_conversions": 0}


def rows(revenues, costs=None, **columns):
    """Return one row a day for each campaign, cost 1 a day unless given."""
    parts = []
    for name, revenue in revenues.items():
        cost = (costs or {}).get(name, [1.0] * len(revenue))
        days = [FIRST + timedelta(number) for number in range(len(revenue))]
        parts.append(pa.table({"campaign_name": [name] * len(days), "date": days, "cost": cost, "revenue": revenue}))
    table = pa.concat_tables(parts)
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return table


def compared(table, a="a", b="b", **options):
    """Return the comparison of two campaigns as a dictionary; few days are enough."""
    return ROICalculator(**FEW).compare_campaigns(table, a, b, **options).to_pylist()[0]


@pytest.mark.parametrize(
    ("p", "corrected"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.01, 0.02, 0.03], [0.03, 0.04, 0.04]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
    ],
)
def test_holm_by_hand(p, corrected):
    """Smallest times m, the next times m − 1; never less than the one before, never more than 1."""
    assert holm(np.array(p, dtype=float)) == pytest.approx(corrected)


def test_pair_by_hand():
    """Residuals (−1, 0, 1)/3 and (−1, −1, 2)/3 differ by (0, 1, −1)/3: variance 3/2 · 2/9, t −2·√3 with 2 degrees."""
    row = compared(rows({"a": [1.0, 2, 3], "b": [3.0, 3, 6]}))
    t = -2 * math.sqrt(3)
    p = 1 - abs(t) / math.sqrt(2 + t * t)
    assert (row["roas_a"], row["roas_b"], row["difference"]) == (2, 4, -2)
    assert row["p_value"] == row["p_holm"] == pytest.approx(p)
    assert row["probability_a_better"] == pytest.approx(p / 2)
    assert row["difference_high"] == pytest.approx(-2 + 4.302652729911275 / math.sqrt(3))
    assert (row["days"], row["shared_days"], row["verdict"]) == (3, 3, "can't tell yet")


def test_shared_shocks_cancel():
    """Days that lift both campaigns alike do not hide a steady difference, which each interval alone would."""
    random = np.random.default_rng(3)
    shock = random.gamma(2, 2, 30)
    table = rows({"a": shock + 1.2 + random.normal(0, 0.1, 30), "b": shock + 1.0 + random.normal(0, 0.1, 30)})
    row = compared(table)
    assert (row["p_value"] < 0.001, row["verdict"]) == (True, "a pays back more than b")
    first, second = ROICalculator(**FEW).calculate_campaign_roi(table).to_pylist()
    assert first["roi_low"] < second["roi_high"]


def test_order_of_the_two_only_turns_the_sign():
    """B against A is A against B, turned round."""
    table = rows({"a": [1.0, 2, 3], "b": [3.0, 3, 6]})
    there, back = compared(table), compared(table, "b", "a")
    assert back["difference"] == -there["difference"]
    assert back["p_value"] == there["p_value"]
    assert back["probability_a_better"] == pytest.approx(1 - there["probability_a_better"])


def test_equal_campaigns():
    """The same rows under two names: no difference, p 1, even chances."""
    row = compared(rows({"a": [1.0, 5, 3], "b": [1.0, 5, 3]}))
    assert (row["difference"], row["p_value"], row["probability_a_better"]) == (0, 1, 0.5)
    assert row["verdict"] == "can't tell yet"


def test_constant_difference_is_certain():
    """Two campaigns that move exactly alike, one always above: nothing is left to chance."""
    row = compared(rows({"a": [2.0, 6, 4], "b": [1.0, 5, 3]}))
    assert (row["p_value"], row["probability_a_better"], row["verdict"]) == (0, 1, "a pays back more than b")
    assert row["difference_low"] == row["difference_high"] == 1


def test_disjoint_days_are_independent():
    """Campaigns that never ran together: the variances add up, over all their days."""
    late = [FIRST + timedelta(number) for number in (4, 5, 6, 7)]
    table = pa.concat_tables([rows({"a": [1.0, 2, 3, 6]}), rows({"b": [2.0, 2, 5, 7]}).set_column(1, "date", [late])])
    row = compared(table)
    squares = (4 + 1 + 0 + 9) / 16 + (4 + 4 + 1 + 9) / 16
    assert (row["days"], row["shared_days"]) == (8, 0)
    half = 2.3646242510102993 * math.sqrt(8 / 7 * squares)
    assert row["difference_high"] - row["difference"] == pytest.approx(half)


def test_too_few_days_have_no_p_value():
    """Below the least amount of data the pair has a row and no answer, and Holm does not count it."""
    table = rows({"a": [1.0, 2, 3] * 6, "b": [4.0, 5, 6] * 6, "new": [9.0, 9.5]})
    result = {(row["a"], row["b"]): row for row in ROICalculator().compare_all(table).to_pylist()}
    assert result["new", "b"]["p_value"] is None
    assert result["new", "b"]["verdict"] == "can't tell yet"
    assert result["b", "a"]["p_holm"] == result["b", "a"]["p_value"] < 0.001


def test_all_pairs_are_corrected_together():
    """Three campaigns make three pairs, the better one first; Holm works over the three."""
    random = np.random.default_rng(5)
    table = rows({name: base + random.gamma(2, 1, 40) for name, base in (("a", 1), ("b", 1.3), ("c", 2))})
    result = ROICalculator(**FEW).compare_all(table).to_pandas()
    assert result[["a", "b"]].to_numpy().tolist() == [["c", "b"], ["c", "a"], ["b", "a"]]
    assert result["p_holm"].tolist() == pytest.approx(holm(result["p_value"].to_numpy()).tolist())
    assert (result["difference"] >= 0).all()


def test_against_the_best():
    """Only pairs with the best, with the correction for all pairs: the best was picked from the same days."""
    random = np.random.default_rng(5)
    table = rows({name: base + random.gamma(2, 1, 40) for name, base in (("a", 1), ("b", 1.3), ("c", 2))})
    everything = ROICalculator(**FEW).compare_all(table).to_pylist()
    best = ROICalculator(**FEW).compare_all(table, against="best").to_pylist()
    assert len(best) == 2
    # Threads add up doubles in any order: the last digit may differ from call to call.
    assert best == [pytest.approx(row) for row in everything[:2]]


def test_against_the_total():
    """Each campaign with all together: ROAS 2 and 4 against 3."""
    result = ROICalculator(**FEW).compare_all(rows({"a": [1.0, 2, 3], "b": [3.0, 3, 6]}), against="total").to_pylist()
    assert [(row["a"], row["b"], row["roas_b"], row["difference"]) for row in result] == [
        ("b", "total XXX", 3, 1),
        ("a", "total XXX", 3, -1),
    ]


def test_currencies_are_not_paired():
    """Groups of different currencies stand apart, and each is compared with the total of its own."""
    table = rows({"a": [1.0, 2], "b": [3.0, 3], "c": [5.0, 4]}, currency=["EUR"] * 4 + ["USD"] * 2)
    calculator = ROICalculator(**FEW)
    assert [(row["a"], row["b"]) for row in calculator.compare_all(table).to_pylist()] == [("b", "a")]
    totals = {row["a"]: row["b"] for row in calculator.compare_all(table, against="total").to_pylist()}
    assert totals == {"a": "total EUR", "b": "total EUR", "c": "total USD"}


def test_no_cost_cannot_be_compared():
    """A campaign without cost has no return to compare."""
    row = compared(rows({"a": [1.0, 2, 3], "b": [1.0, 1, 1]}, {"b": [0.0, 0, 0]}))
    assert (row["roas_b"], row["difference"], row["p_value"], row["verdict"]) == (None, None, None, "can't tell yet")


def test_groups_are_found_by_name_number_and_columns():
    """A name that fits two campaigns is refused; a dictionary tells them apart."""
    table = rows({"a": [1.0, 2], "b": [3.0, 3]}, campaign_id=[1, 1, 2, 2], channel=["x", "y", "x", "x"])
    with pytest.raises(UsageError, match=r"2 groups fit\n  got: 'a'\n  allowed: a / y; a / x\n  hint: use one of"):
        compared(table)
    assert compared(table, {"campaign_name": "a", "channel": "y"}, 2)["b"] == "b / x"
    assert compared(table, "a / x", "a / y")["shared_days"] == 0


def test_unknown_group():
    """The message names the nearest ones; a group is not compared with itself."""
    table = rows({"Brand": [1.0, 2], "Spring": [3.0, 3]})
    with pytest.raises(UsageError, match=r"no such group\n  got: 'brand'\n  allowed: Brand"):
        compared(table, "brand", "Spring")
    with pytest.raises(UsageError, match="cannot be compared with itself"):
        compared(table, "Brand", "Brand")
    with pytest.raises(MissingColumnError, match="no column 'channel'"):
        compared(table, by="channel")


def test_other_groupings():
    """Channels, and months, can be compared too."""
    days = [date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 1), date(2024, 2, 2)]
    table = pa.table({"channel": ["s", "s", "m", "m"], "date": days, "cost": [1.0] * 4, "revenue": [1.0, 3, 4, 6]})
    assert compared(table, "m", "s", by="channel")["difference"] == 3
    assert compared(table, "2024-02-01", "2024-01-01", by="month")["difference"] == 3


def test_unknown_reference_and_too_many_groups(monkeypatch):
    """What is allowed is told."""
    table = rows({"a": [1.0, 2], "b": [3.0, 3], "c": [1.0, 1]})
    with pytest.raises(UsageError, match=r"against='worst'\n  allowed: each other, best, total"):
        ROICalculator().compare_all(table, against="worst")
    monkeypatch.setattr(roi_comparison, "MOST_GROUPS", 2)
    with pytest.raises(AnalysisError, match=r"3 groups make too many pairs\n  allowed: up to 2 groups"):
        ROICalculator().compare_all(table)


def test_kinds_of_frame_and_columns():
    """The caller's kind comes back, with the columns that `tables.py` describes."""
    table = rows({"a": [1.0, 2, 3], "b": [3.0, 3, 6]})
    calculator = ROICalculator(**FEW)
    arrow = calculator.compare_all(table)
    assert tuple(arrow.column_names) == ROI_COMPARISON.names
    assert calculator.compare_all(pl.from_arrow(table)).to_dicts() == arrow.to_pylist()
    assert isinstance(calculator.compare_campaigns(table.to_pandas(), "a", "b"), pd.DataFrame)


def test_nothing_to_compare():
    """One campaign, or none, makes no pair."""
    one = rows({"a": [1.0, 2, 3]})
    assert ROICalculator().compare_all(one).num_rows == 0
    assert ROICalculator().compare_all(one.slice(0, 0)).num_rows == 0
    assert ROICalculator().compare_all(one.slice(0, 0), against="total").num_rows == 0


def test_false_alarms_are_rare():
    """In 20 markets of 10 equal campaigns about one raises an alarm, though each tests 45 pairs."""
    random, alarms = np.random.default_rng(11), 0
    for _ in range(20):
        table = rows({str(name): random.gamma(4, 1, 30) for name in range(10)})
        alarms += any(row["p_holm"] < 0.05 for row in ROICalculator(**FEW).compare_all(table).to_pylist())
    assert alarms <= 4
