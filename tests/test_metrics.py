"""Every metric is defined once: names, formulas and SQL."""

from __future__ import annotations

import pytest

from payback.engine.duckdb import Engine
from payback.metrics import ADDITIVE, METRICS, VERDICTS, sql, sql_parts
from payback.tables import CLEAN_CAMPAIGNS

COMPLETE = "(values (10.00, 1000, 50, 5.0, 40.00), (30.00, 3000, 150, 10.0, 60.00))"
NAMES = "(cost, impressions, clicks, conversions, revenue)"


@pytest.fixture(scope="module", name="engine")
def one_engine():
    """Return an engine for all tests of this file."""
    with Engine() as engine:
        yield engine


def computed(engine, name, values):
    """Return a metric over rows of cost, impressions, clicks, conversions, revenue."""
    relation = f"(select {', '.join(f'cast({part} as decimal(18,6)) as {part}' for part in ADDITIVE)} from t)"
    statement = f"with t{NAMES} as (select * from {values}) select {sql(METRICS[name])} from {relation}"
    return engine.row(statement)[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cost", 40),
        ("impressions", 4000),
        ("clicks", 200),
        ("conversions", 15),
        ("revenue", 100),
        ("profit", 60),
        ("roi", 1.5),
        ("roas", 2.5),
        ("cpa", 40 / 15),
        ("cpc", 0.2),
        ("cpm", 10),
        ("ctr", 0.05),
        ("cvr", 0.075),
        ("aov", 100 / 15),
        ("coverage", 1),
    ],
)
def test_value_by_hand(engine, name, expected):
    """Two rows of 10 and 30 cost that brought 40 and 60: a sum over a sum, not a mean of ratios."""
    assert float(computed(engine, name, COMPLETE)) == pytest.approx(expected, rel=1e-15)


def test_every_metric_has_a_value_by_hand():
    """The list above leaves no metric out."""
    marks = test_value_by_hand.pytestmark[0].args[1]
    assert [name for name, _ in marks] == list(METRICS)


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.denominator])
def test_division_by_zero_gives_null(engine, name):
    """A ratio with nothing below the line has no value, and never an infinite one."""
    assert computed(engine, name, "(values (0, 0, 0, 0.0, 0))") is None


def test_row_without_revenue_enters_neither_side_of_roi(engine):
    """Cost whose revenue is unknown would make ROI too low: 10 of 30 is covered and returned 40."""
    rows = "(values (10, 1, 1, 1, 40), (20, 1, 1, 1, null))"
    assert computed(engine, "roi", rows) == 3
    assert computed(engine, "profit", rows) == 30
    assert computed(engine, "coverage", rows) == pytest.approx(1 / 3)
    assert computed(engine, "cost", rows) == 30


def test_nothing_covered_is_a_coverage_of_zero(engine):
    """Cost without any known revenue is covered to 0 %, not to an unknown part."""
    assert computed(engine, "coverage", "(values (10, 1, 1, 1, null))") == 0


def test_refund_makes_profit_smaller(engine):
    """Negative revenue is subtracted: 10 + 10 spent, 30 − 25 earned."""
    rows = "(values (10, 1, 1, 1, 30), (10, 1, 1, 0, -25))"
    assert computed(engine, "profit", rows) == -15
    assert computed(engine, "roi", rows) == -0.75


def test_parts_of_parts_give_the_same(engine):
    """Rows summed into groups of the same known measures give the figures of the rows."""
    rows = "(values (10, 10, 1, 1, 40), (20, 20, 2, null, null), (5, null, 1, 1, 3), (8, 10, 2, 2, 9))"
    sums = ", ".join(f"sum({name}) as {name}" for name in ADDITIVE)
    known = ", ".join(f"{name} is null" for name in ADDITIVE)
    parts = f"(select {sums} from (select * from {rows}) t{NAMES} group by {known})"
    for name in METRICS:
        assert computed(engine, name, rows) == computed(engine, name, parts), name


def test_ratio_is_not_an_integer_division(engine):
    """1 click of 3 impressions is a third, also where both are whole numbers."""
    statement = f"select {sql(METRICS['ctr'])} from (select 1 as clicks, 3 as impressions)"
    assert engine.row(statement)[0] == pytest.approx(1 / 3, rel=1e-15)


def test_sql_parts_of_a_sum_have_no_denominator():
    """Only a ratio has two sums."""
    assert sql_parts(METRICS["cost"]) == ("sum(case when cost is not null then cost end)", "")
    assert sql_parts(METRICS["cpm"])[0].endswith("then 1000 * cost end)")


def test_additive_metrics_are_the_measures_of_clean_campaigns():
    """What can be summed is what the rows hold."""
    assert set(ADDITIVE) == {column.name for column in CLEAN_CAMPAIGNS.measures}


def test_names_and_words():
    """Names are lower case and stable; each metric and each verdict has a sentence."""
    assert all(metric.definition.endswith(".") for metric in METRICS.values())
    assert all(meaning.endswith(".") for meaning in VERDICTS.values())
    assert {metric.better for metric in METRICS.values()} == {"higher", "lower", "neutral"}
