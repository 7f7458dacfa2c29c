"""Calendar periods, chosen days and comparisons with earlier ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from payback.analysis.roi_calculator import ROICalculator
from payback.analysis.roi_periods import Days, previous_days
from payback.errors import AnalysisError, UsageError


def rows(values):
    """Return rows of one channel from a dictionary of days to (cost, revenue)."""
    cost, revenue = zip(*values.values(), strict=True)
    return pa.table({"channel": ["a"] * len(values), "date": [*values], "cost": cost, "revenue": revenue})


def roi(values, by="total", **options):
    """Return the result as a list of dictionaries."""
    return ROICalculator().calculate_campaign_roi(rows(values), by, **options).to_pylist()


def daily(first, last, cost=10, revenue=20):
    """Return the same amounts for each day of a range."""
    days = (last - first).days + 1
    return {first + timedelta(number): (cost, revenue) for number in range(days)}


def test_weeks_begin_on_monday_also_across_new_year():
    """Sunday 29 December 2024 ends a week; Wednesday 1 January 2025 lies in the next, which began in December."""
    result = roi(daily(date(2024, 12, 29), date(2025, 1, 5)), "week")
    assert [(row["week"], row["days"], row["complete"]) for row in result] == [
        (date(2024, 12, 23), 1, False),
        (date(2024, 12, 30), 7, True),
    ]


def test_months_at_the_edges_are_not_complete():
    """Data from 10 January to 15 March holds one whole month."""
    result = roi(daily(date(2024, 1, 10), date(2024, 3, 15)), "month")
    assert [(row["month"].month, row["complete"], row["comparable"]) for row in result] == [
        (1, False, False),
        (2, True, False),
        (3, False, False),
    ]


def test_quarters_and_years():
    """A quarter is named by its first day, and so is a year."""
    values = daily(date(2023, 12, 1), date(2024, 6, 30))
    assert [row["quarter"] for row in roi(values, "quarter")] == [date(2023, 10, 1), date(2024, 1, 1), date(2024, 4, 1)]
    assert [(row["year"], row["complete"]) for row in roi(values, "year")] == [
        (date(2023, 1, 1), False),
        (date(2024, 1, 1), False),
    ]


def test_change_on_the_previous_month():
    """Cost from 10 to 15 is +50 %, revenue from 20 to 15 is −25 %, ROI falls from 1 to 0."""
    first, second = roi({date(2024, 1, 5): (10, 20), date(2024, 2, 5): (15, 15)}, "month")
    assert (first["previous_cost"], first["cost_change"], first["roi_change"]) == (None, None, None)
    assert (second["previous_start"], second["previous_end"]) == (date(2024, 1, 1), date(2024, 1, 31))
    assert (second["previous_cost"], second["previous_revenue"], second["previous_roi"]) == (10, 20, 1)
    assert (second["cost_change"], second["revenue_change"], second["roi_change"]) == (0.5, -0.25, -1)


def test_missing_month_is_not_skipped():
    """March is compared with February, which has no rows, and not with January."""
    _, march = roi({date(2024, 1, 5): (10, 20), date(2024, 3, 5): (15, 15)}, "month")
    assert march["previous_start"] == date(2024, 2, 1)
    assert (march["previous_cost"], march["cost_change"]) == (None, None)


def test_nothing_before_gives_no_percentage():
    """A change from zero, or from negative revenue, has no percentage."""
    _, second = roi({date(2024, 1, 1): (0, -5), date(2024, 1, 2): (10, 20)}, "day")
    assert (second["cost_change"], second["revenue_change"], second["roi_change"]) == (None, None, None)
    assert (second["previous_cost"], second["previous_revenue"]) == (0, -5)


def test_previous_period_of_each_channel():
    """A channel is compared with itself."""
    january, february = date(2024, 1, 1), date(2024, 2, 1)
    table = pa.table(
        {
            "channel": ["a", "b", "a", "b"],
            "date": [january, january, february, february],
            "cost": [10, 100, 20, 50],
            "revenue": [10, 100, 20, 50],
        }
    )
    result = ROICalculator().calculate_campaign_roi(table, ["channel", "month"]).to_pylist()
    assert [(row["channel"], row["month"].month, row["cost_change"]) for row in result] == [
        ("a", 1, None),
        ("b", 1, None),
        ("a", 2, 1.0),
        ("b", 2, -0.5),
    ]
    assert [row["rank"] for row in result] == [1, 2, 1, 2]


def test_start_in_mid_month_still_knows_the_month_before():
    """The days asked for begin with February; January is still there to compare with."""
    values = daily(date(2024, 1, 1), date(2024, 2, 29))
    (february,) = roi(values, "month", start="2024-02-01")
    assert (february["cost"], february["previous_cost"]) == (290, 310)
    assert (february["complete"], february["comparable"]) == (True, True)


def test_month_of_the_year_before():
    """With previous_year a month is compared with the same month a year before."""
    values = {date(2023, 2, 10): (10, 20), date(2024, 1, 10): (30, 30), date(2024, 2, 10): (20, 60)}
    last = roi(values, "month", compare="previous_year")[-1]
    assert (last["previous_start"], last["previous_end"]) == (date(2023, 2, 1), date(2023, 2, 28))
    assert (last["cost_change"], last["revenue_change"], last["roi_change"]) == (1.0, 2.0, 1.0)


def test_week_of_the_year_before_is_52_weeks_back():
    """Weeks keep their weekdays: Monday 1 January 2024 is compared with Monday 2 January 2023."""
    last = roi({date(2023, 1, 4): (1, 1), date(2024, 1, 3): (2, 2)}, "week", compare="previous_year")[-1]
    assert (last["previous_start"], last["cost_change"]) == (date(2023, 1, 2), 1.0)


def test_leap_day_of_the_year_before():
    """29 February 2024 is compared with 28 February 2023, and 28 February 2025 with 28 February 2024 alone."""
    values = {
        date(2023, 2, 28): (1, 1),
        date(2024, 2, 28): (2, 2),
        date(2024, 2, 29): (4, 4),
        date(2025, 2, 28): (8, 8),
    }
    result = roi(values, "day", compare="previous_year")
    assert [row["previous_cost"] for row in result] == [None, 1, 1, 2]


def test_range_against_as_many_days_before():
    """The last ten days against the ten before them; both ranges stand in the row."""
    values = daily(date(2024, 1, 1), date(2024, 1, 10)) | daily(date(2024, 1, 11), date(2024, 1, 20), 20, 20)
    (row,) = roi(values, start="2024-01-11", end="2024-01-20", compare="previous_period")
    assert (row["first_day"], row["last_day"]) == (date(2024, 1, 11), date(2024, 1, 20))
    assert (row["previous_start"], row["previous_end"]) == (date(2024, 1, 1), date(2024, 1, 10))
    assert (row["cost_change"], row["revenue_change"], row["roi_change"], row["comparable"]) == (1, 0, -1, True)


def test_range_before_the_data_is_not_comparable():
    """Where the earlier days lie outside the data, the row says so."""
    (row,) = roi(daily(date(2024, 1, 1), date(2024, 1, 31)), start="2024-01-15", compare="previous_period")
    assert (row["previous_start"], row["previous_end"]) == (date(2023, 12, 29), date(2024, 1, 14))
    assert row["comparable"] is False


@pytest.mark.parametrize(
    ("days", "before"),
    [
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (("2025-02-03", "2025-02-28"), ("2024-02-03", "2024-02-28")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
    ],
)
def test_same_days_a_year_before(days, before):
    """29 February becomes 28; whole months stay whole."""
    asked, wanted = (Days(date.fromisoformat(first), date.fromisoformat(last)) for first, last in (days, before))
    assert previous_days(asked, "previous_year") == wanted


def test_start_and_end_are_both_included():
    """Three of ten days, given as text, date or datetime."""
    values = daily(date(2024, 1, 1), date(2024, 1, 10))
    for start in ("2024-01-03", date(2024, 1, 3), datetime(2024, 1, 3, 12)):
        assert roi(values, start=start, end="2024-01-05")[0]["cost"] == 30


def test_wrong_days():
    """An impossible range is refused with what was given and what the data has."""
    values = daily(date(2024, 1, 1), date(2024, 1, 10))
    with pytest.raises(AnalysisError, match=r"no campaign data in these days\n.*\n  allowed: 2024-01-01 to 2024-01-10"):
        roi(values, start="2025-01-01")
    with pytest.raises(UsageError, match="the end lies before the start"):
        roi(values, start="2024-01-05", end="2024-01-04")
    with pytest.raises(UsageError, match="start is no date\n  got: 'yesterday'"):
        roi(values, start="yesterday")


def test_wrong_comparison():
    """An unknown comparison is refused, and one without a first day."""
    values = daily(date(2024, 1, 1), date(2024, 1, 10))
    with pytest.raises(UsageError, match=r"compare='last_year'\n  allowed: previous_period, previous_year"):
        roi(values, start="2024-01-05", compare="last_year")
    with pytest.raises(UsageError, match=r"needs the first day.*\n.*\n  hint: give start= and end="):
        roi(values, compare="previous_period")
