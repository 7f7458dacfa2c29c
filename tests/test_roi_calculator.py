"""Campaign ROI: values worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.analysis.roi_calculator import ROICalculator
from payback.engine.duckdb import Engine
from payback.errors import DuplicateColumnError, InputError, MissingColumnError, UsageError
from payback.metrics import METRICS, VERDICTS
from payback.tables import CAMPAIGN_ROI

D1, D2, D3 = date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)
HEADER = (
    "campaign_id",
    "campaign_name",
    "channel",
    "cost",
    "impressions",
    "clicks",
    "conversions",
    "revenue",
    "date",
)
SIX_ROWS = [
    (1, "Brand", "Search", 10.0, 1000, 50, 5, 40.0, D1),
    (1, "Brand", "Search", 30.0, 3000, 150, 10, 60.0, D2),
    (1, "Brand", "Search", 20.0, 1000, 50, 0, None, D3),
    (2, "Spring", "Social", 50.0, 20000, 200, 4, 45.0, D1),
    (2, "Spring", "Social", 50.0, 20000, 300, 6, 55.0, D2),
    (3, "Letter", "Email", 0.0, None, 100, 2, 20.0, D1),
]


def table(rows=SIX_ROWS, **columns):
    """Return rows as Arrow, with more columns if wanted."""
    values = dict(zip(HEADER, ([*column] for column in zip(*rows, strict=True)), strict=True))
    return pa.table({**values, **columns})


def roi(rows=None, by="campaign", calculator=None, **options):
    """Return the result as a list of dictionaries."""
    rows = table() if rows is None else rows
    return (calculator or ROICalculator()).calculate_campaign_roi(rows, by, **options).to_pylist()


@pytest.mark.parametrize(
    ("campaign", "expected"),
    [
        (
            "Brand",
            {
                "cost": 60,
                "impressions": 5000,
                "clicks": 250,
                "conversions": 15,
                "revenue": 100,
                "profit": 60,
                "roi": 1.5,
                "roas": 2.5,
                "cpa": 4,
                "cpc": 0.24,
                "cpm": 12,
                "ctr": 0.05,
                "cvr": 0.06,
                "aov": 100 / 15,
                "coverage": 40 / 60,
            },
        ),
        (
            "Spring",
            {
                "cost": 100,
                "impressions": 40000,
                "clicks": 500,
                "conversions": 10,
                "revenue": 100,
                "profit": 0,
                "roi": 0,
                "roas": 1,
                "cpa": 10,
                "cpc": 0.2,
                "cpm": 2.5,
                "ctr": 0.0125,
                "cvr": 0.02,
                "aov": 10,
                "coverage": 1,
            },
        ),
        (
            "Letter",
            {
                "cost": 0,
                "impressions": None,
                "clicks": 100,
                "conversions": 2,
                "revenue": 20,
                "profit": 20,
                "roi": None,
                "roas": None,
                "cpa": 0,
                "cpc": 0,
                "cpm": None,
                "ctr": None,
                "cvr": 0.02,
                "aov": 10,
                "coverage": None,
            },
        ),
    ],
)
def test_all_metrics_by_hand(campaign, expected):
    """Six rows: one without revenue, one without cost and impressions."""
    row = next(row for row in roi() if row["campaign_name"] == campaign)
    assert list(expected) == list(METRICS)
    assert {name for name in METRICS if row[name] is None} == {name for name in METRICS if expected[name] is None}
    known = {name: value for name, value in expected.items() if value is not None}
    assert {name: float(row[name]) for name in known} == pytest.approx(known, rel=1e-12)


def test_description_of_a_group():
    """A group tells its days and rows, and its place in the whole."""
    brand, spring, letter = roi()
    assert (brand["first_day"], brand["last_day"], brand["days"], brand["rows"]) == (D1, D3, 3, 3)
    assert [row["share_of_cost"] for row in (brand, spring, letter)] == [0.375, 0.625, 0]
    assert [row["share_of_revenue"] for row in (brand, spring, letter)] == pytest.approx([5 / 11, 5 / 11, 1 / 11])
    assert [row["rank"] for row in (brand, spring, letter)] == [1, 2, 3]
    assert [row["rank_in_channel"] for row in (brand, spring, letter)] == [1, 1, 1]


def test_total_is_taken_over_rows_not_over_ratios():
    """All six rows: 160 cost, 220 revenue; 20 of the cost has no known revenue."""
    total = ROICalculator().calculate_total(table()).to_pylist()
    assert len(total) == 1
    assert (total[0]["cost"], total[0]["revenue"], total[0]["profit"]) == (160, 220, 80)
    assert total[0]["roi"] == pytest.approx(80 / 140)
    assert total[0]["coverage"] == pytest.approx(140 / 160)
    assert total[0]["share_of_cost"] == 1


def test_sums_are_exact_decimals():
    """Ten times 0.1 is 1, and a million micro-amounts add up to the last digit."""
    rows = pa.table({"channel": ["a"] * 10, "cost": [0.1] * 10, "revenue": [1e-6] * 10, "date": [D1] * 10})
    (row,) = roi(rows, "channel")
    assert row["cost"] == Decimal("1.000000")
    assert row["revenue"] == Decimal("0.000010")


def test_specification_columns_in_pandas():
    """The nine columns of the specification are enough, and pandas gets floats and dates it can compute with."""
    frame = pd.DataFrame(SIX_ROWS, columns=HEADER)
    result = ROICalculator().calculate_campaign_roi(frame)
    assert isinstance(result, pd.DataFrame)
    assert result["roi"].tolist()[:2] == [1.5, 0.0]
    assert result["cost"].dtype == "float64"
    assert str(result["first_day"].dtype).startswith("datetime64")


def test_three_kinds_of_frame_give_the_same():
    """pandas, Polars and Arrow give equal values, and each gives its own kind back."""
    arrow = ROICalculator().calculate_campaign_roi(table())
    polars = ROICalculator().calculate_campaign_roi(pl.from_arrow(table()))
    lazy = ROICalculator().calculate_campaign_roi(pl.from_arrow(table()).lazy())
    pandas = ROICalculator().calculate_campaign_roi(table().to_pandas())
    assert polars.to_dicts() == lazy.to_dicts() == arrow.to_pylist()
    for name in METRICS:
        expected = [None if value is None else float(value) for value in arrow[name].to_pylist()]
        assert [None if pd.isna(value) else value for value in pandas[name]] == expected


def test_input_is_not_changed():
    """A caller's frame is as it was, text dates and all."""
    frame = pd.DataFrame({"channel": ["a"], "cost": ["1.5"], "revenue": [Decimal(3)], "date": ["2024-01-01"]})
    before = frame.copy(deep=True)
    assert ROICalculator().calculate_campaign_roi(frame, "channel")["roi"].tolist() == [1.0]
    pd.testing.assert_frame_equal(frame, before)


def test_smallest_frame():
    """Cost, revenue, date and a column to group by are enough; other metrics are empty."""
    rows = pa.table({"channel": ["a", "b"], "cost": [1, 2], "revenue": [3, 4], "date": ["2024-01-01", "2024-01-02"]})
    first, second = roi(rows, "channel")
    assert (first["channel"], first["roi"], second["roi"]) == ("a", 2.0, 1.0)
    assert {first[name] for name in ("impressions", "clicks", "conversions", "cpa", "cpc", "ctr")} == {None}


def test_nan_is_missing():
    """A number that is none says as little as an empty cell."""
    rows = pl.DataFrame({"channel": ["a", "a"], "cost": [1.0, 5.0], "revenue": [3.0, float("nan")], "date": [D1, D2]})
    (row,) = ROICalculator().calculate_campaign_roi(rows, "channel").to_dicts()
    assert (row["revenue"], row["roi"]) == (3, 2.0)
    assert row["coverage"] == pytest.approx(1 / 6)


def test_empty_frame_gives_an_empty_result():
    """No rows in, no rows out, the same columns."""
    result = ROICalculator().calculate_campaign_roi(table().slice(0, 0), start=D1)
    assert result.num_rows == 0
    assert result.column_names == ROICalculator().calculate_campaign_roi(table()).column_names


def test_currencies_are_never_added():
    """A campaign in two currencies has two rows, each with its own share and rank."""
    rows = table(currency=["EUR", "EUR", "EUR", "EUR", "USD", "USD"])
    result = roi(rows)
    assert [(row["campaign_name"], row["currency"], row["cost"], row["rank"]) for row in result] == [
        ("Brand", "EUR", 60, 1),
        ("Spring", "EUR", 50, 2),
        ("Spring", "USD", 50, 1),
        ("Letter", "USD", 0, 2),
    ]
    assert [row["share_of_cost"] for row in result] == pytest.approx([60 / 110, 50 / 110, 1, 0])
    assert [(row["currency"], row["cost"]) for row in roi(rows, "total")] == [("EUR", 110), ("USD", 50)]


def test_missing_currency_is_its_own():
    """Amounts without a currency are not taken for any."""
    rows = table(currency=["EUR", None, "", "EUR", "EUR", "EUR"])
    assert {row["currency"]: row["cost"] for row in roi(rows, "total")} == {"EUR": 110, "XXX": 50}


def test_renamed_campaign_is_one_campaign():
    """Its number holds it together, and it goes by its latest name."""
    rows = table([(7, "Old", "Search", 1.0, 1, 1, 1, 2.0, D1), (7, "New", "Search", 1.0, 1, 1, 1, 4.0, D2)])
    (row,) = roi(rows)
    assert (row["campaign_name"], row["campaign_id"], row["roi"]) == ("New", 7, 2.0)


def test_campaigns_without_a_number_are_told_by_name():
    """Two nameless numbers are not one campaign."""
    rows = table([(None, "A", "x", 1.0, 1, 1, 1, 2.0, D1), (None, "B", "x", 1.0, 1, 1, 1, 5.0, D1), SIX_ROWS[0]])
    assert [(row["campaign_id"], row["campaign_name"]) for row in roi(rows)] == [(None, "B"), (1, "Brand"), (None, "A")]
    assert [row["campaign_name"] for row in roi(rows.drop_columns("campaign_id"))] == ["B", "Brand", "A"]


def test_same_name_in_two_sources_is_two_campaigns():
    """Source and account belong to the campaign where the rows have them."""
    rows = table(source=["google", "meta"] * 3, account=["1"] * 6)
    assert len(roi(rows)) == 5
    assert {"source", "account"} < set(roi(rows)[0])


def test_ties_are_broken_by_profit_then_name():
    """Equal ROI: the larger profit first; equal profit: by name. No ROI comes last."""
    names = ["c", "b", "a", "none"]
    rows = pa.table({"channel": names, "cost": [10, 10, 20, 0], "revenue": [20, 20, 40, 5], "date": [D1] * 4})
    assert [row["channel"] for row in roi(rows, "channel")] == ["a", "b", "c", "none"]


def test_missing_name_is_a_group():
    """Cost that belongs to no channel is still cost."""
    rows = pa.table({"channel": ["a", None], "cost": [1, 2], "revenue": [2, 2], "date": [D1, D1]})
    assert [(row["channel"], row["cost"]) for row in roi(rows, "channel")] == [("a", 1), (None, 2)]


@pytest.mark.parametrize(
    ("by", "columns"),
    [
        ("campaign", ["campaign_id", "campaign_name", "channel", "source", "account"]),
        ("channel", ["channel"]),
        ("source", ["source"]),
        ("account", ["account"]),
        ("country", ["country"]),
        ("day", ["day"]),
        ("week", ["week"]),
        ("month", ["month"]),
        ("quarter", ["quarter"]),
        ("year", ["year"]),
        ("total", []),
        (["channel", "month"], ["channel", "month"]),
        (["channel", "channel"], ["channel"]),
    ],
)
def test_every_grouping_reconciles_and_is_described(by, columns):
    """Each grouping has its columns first, adds up to all rows, and every column stands in `tables.py`."""
    rows = table(source=["s"] * 6, account=["a"] * 6, country=["DE", "FR"] * 3)
    result = ROICalculator().calculate_campaign_roi(rows, by)
    assert result.column_names[: len(columns) + 1] == [*columns, "currency"]
    assert sum(result["cost"].to_pylist()) == 160
    assert sum(value or 0 for value in result["revenue"].to_pylist()) == 220
    assert sum(result["share_of_cost"].to_pylist()) == pytest.approx(1)
    assert set(result.column_names) <= set(CAMPAIGN_ROI.names)


def test_types_are_those_of_the_table():
    """Whole numbers are whole, amounts are decimals, days are dates."""
    schema = ROICalculator().calculate_campaign_roi(table(), ["campaign", "month"]).schema
    wanted = {"integer": "int", "decimal": "decimal128(38, 6)", "number": "double", "date": "date32", "boolean": "bool"}
    for field in schema:
        assert str(field.type).startswith(wanted.get(CAMPAIGN_ROI[field.name].type, "string")), field


def test_verdicts():
    """Above break-even, below, across; and where nothing can be said."""
    days = [date(2024, 1, day) for day in range(1, 31)]
    wobble = [1 if day.day % 2 else -1 for day in days]
    groups = {"good": (10, [20 + x for x in wobble]), "bad": (10, [5 + x for x in wobble])}
    groups |= {"open": (10, [10 + 5 * x for x in wobble]), "free": (0, [1] * 30), "blind": (10, [None] * 30)}
    rows = [
        (None, name, "x", cost, 1, 1, 1, value, day)
        for name, (cost, values) in groups.items()
        for day, value in zip(days, values, strict=True)
    ]
    got = {row["campaign_name"]: row["verdict"] for row in roi(table(rows))}
    assert got == {
        "good": "pays back",
        "bad": "loses",
        "open": "can't tell yet",
        "free": "no cost",
        "blind": "revenue unknown",
    }
    assert set(got.values()) == set(VERDICTS)


def test_target_moves_the_verdict():
    """A campaign that doubles its money does not pay back when tripling is the target."""
    days = [date(2024, 1, day) for day in range(1, 31)]
    rows = table([(1, "a", "x", 10.0, 1, 1, 1, 20.0 + day.day % 3, day) for day in days])
    assert roi(rows)[0]["verdict"] == "pays back"
    assert roi(rows, calculator=ROICalculator(target_roi=2))[0]["verdict"] == "loses"


def test_unknown_grouping():
    """The message lists what is allowed and the nearest word."""
    with pytest.raises(UsageError, match=r"'chanel'\n  allowed: campaign, channel.*\n  hint: did you mean 'channel'"):
        roi(by="chanel")
    with pytest.raises(UsageError, match="one calendar period only"):
        roi(by=["week", "month"])
    with pytest.raises(UsageError, match="'total' stands alone"):
        roi(by=["total", "channel"])
    with pytest.raises(UsageError, match="at least one grouping"):
        roi(by=[])


def test_missing_column():
    """A grouping needs its column, and ROI needs cost, revenue and date."""
    with pytest.raises(MissingColumnError, match="no column 'country', so they cannot be grouped by country"):
        roi(by="country")
    with pytest.raises(MissingColumnError, match="campaign ROI needs the column 'revenue'"):
        roi(table().drop_columns("revenue"))


def test_unusable_values():
    """A text that is no amount, an amount without end and a row without a date are told, with an example."""
    with pytest.raises(InputError, match=r"column 'cost' has 1 values that are no amounts.*\n  got: 'ten'"):
        roi(pa.table({"channel": ["a", "b"], "cost": ["ten", "1"], "revenue": [1, 1], "date": [D1, D1]}), "channel")
    with pytest.raises(InputError, match="column 'revenue' has 1 values"):
        roi(pa.table({"channel": ["a"], "cost": [1], "revenue": [float("inf")], "date": [D1]}), "channel")
    with pytest.raises(InputError, match="column 'date' has 1 values that are no dates"):
        roi(pa.table({"channel": ["a"], "cost": [1], "revenue": [1], "date": ["soon"]}), "channel")
    with pytest.raises(InputError, match="1 of 2 rows have no date"):
        roi(pa.table({"channel": ["a", "b"], "cost": [1, 1], "revenue": [1, 1], "date": [D1, None]}), "channel")


def test_no_frame():
    """Anything but a table is refused, and so is a frame with a column twice."""
    with pytest.raises(InputError, match="no table that Payback can read"):
        roi([1, 2])
    twice = pd.DataFrame([[1, 2, 3, D1]], columns=["cost", "cost", "revenue", "date"])
    with pytest.raises(DuplicateColumnError, match="two columns of one name"):
        roi(twice, "total")


def test_an_engine_of_the_caller_is_used_and_left_open():
    """A memory limit is the caller's to set."""
    with Engine() as engine:
        assert roi(calculator=ROICalculator(engine=engine))[0]["roi"] == 1.5
        assert engine.row("select 1") == (1,)
        assert len(engine.timings) > 1
