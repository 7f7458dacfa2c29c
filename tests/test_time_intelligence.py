"""Figures to date, compared with earlier ones, and over the last 28 days: the twin of Power BI's measures of time."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from payback import calculate_time_intelligence
from payback.analysis.time_windows import DataDays, is_comparable, shifted, shifted_day, window_days
from payback.errors import UsageError

YEARS = DataDays(date(2023, 1, 1), date(2025, 12, 31))


def days(first, last):
    """Return the days from one to another, both included, given as ISO texts."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


@pytest.mark.parametrize(
    ("selected", "months", "expected"),
    [
        (("2025-02-01", "2025-02-28"), -12, ("2024-02-01", "2024-02-29")),
        (("2024-02-01", "2024-02-29"), -12, ("2023-02-01", "2023-02-28")),
        (("2024-02-29", "2024-02-29"), -12, ("2023-02-28", "2023-02-28")),
        (("2025-02-28", "2025-02-28"), -12, ("2024-02-28", "2024-02-28")),
        (("2024-04-30", "2024-04-30"), -1, ("2024-03-30", "2024-03-30")),
        (("2024-04-29", "2024-04-30"), -1, ("2024-03-29", "2024-03-31")),
        (("2024-04-30", "2024-05-02"), -1, ("2024-03-30", "2024-04-02")),
        (("2024-03-31", "2024-03-31"), -1, ("2024-02-29", "2024-02-29")),
        (("2024-11-01", "2024-11-22"), -1, ("2024-10-01", "2024-10-22")),
    ],
)
def test_a_run_of_days_moves_as_a_whole(selected, months, expected):
    """Ends of months land on ends of months, single days keep their number: as Power BI Desktop moves them."""
    assert shifted(days(*selected), months) == days(*expected)


def test_runs_with_a_gap_move_apart():
    """Two quarters a year apart do not become the time between them."""
    moved = shifted(days("2024-01-01", "2024-03-31") | days("2025-01-01", "2025-03-31"), -3)

    assert moved == days("2023-10-01", "2023-12-31") | days("2024-10-01", "2024-12-31")


def test_to_date_ends_with_the_last_day_that_has_data():
    """A month that has begun counts up to today, not up to its end."""
    data = DataDays(date(2024, 1, 1), date(2025, 11, 22))
    month = days("2025-11-01", "2025-11-30")

    assert window_days("mtd", month, data) == days("2025-11-01", "2025-11-22")
    assert window_days("ytd", month, data) == days("2025-01-01", "2025-11-22")
    assert window_days("28_days", month, data) == days("2025-10-26", "2025-11-22")
    assert window_days("previous_month", month, data) == days("2025-10-01", "2025-10-22")


def test_days_without_data_have_no_windows():
    """What lies in the future is compared with nothing."""
    assert window_days("ytd", days("2026-01-01", "2026-01-31"), YEARS) == set()
    assert not is_comparable("last_year", days("2026-01-01", "2026-01-31"), YEARS)


def test_a_comparison_needs_all_the_earlier_days():
    """Data that begin in the middle of a year are not compared with by a whole one."""
    data = DataDays(date(2024, 3, 5), date(2025, 12, 31))

    assert not is_comparable("last_year", days("2025-01-01", "2025-12-31"), data)
    assert is_comparable("last_year", days("2025-04-01", "2025-04-30"), data)


def test_every_day_of_a_leap_year_has_one_a_month_earlier():
    """Over all single days: the number stays or is cut to the month."""
    for day in days("2024-01-01", "2024-12-31"):
        earlier = shifted_day(day, -1)
        assert (earlier.day == day.day) or (earlier.day < day.day and (earlier + timedelta(days=1)).day == 1)


ROWS = pd.DataFrame(
    {
        "date": ["2024-02-29", "2024-03-01", "2025-02-28", "2025-02-01", "2025-03-01"],
        "cost": [4.0, 10.0, 6.0, 5.0, None],
        "revenue": [8.0, 30.0, 33.0, None, 7.0],
    }
)


def test_a_month_stands_beside_the_year_before():
    """February 2025: 11 spent, against 4 on 29 February 2024; 5 of it without known revenue, so ROI is of 6 and 33."""
    table = calculate_time_intelligence(
        ROWS, metrics=["cost", "roi"], data=(date(2024, 1, 1), date(2025, 3, 31))
    ).set_index("month")
    february = table.loc[pd.Timestamp("2025-02-01")]

    assert (february["cost"], february["cost_last_year"], february["cost_yoy"]) == (11.0, 4.0, (11 - 4) / 4)
    assert (february["roi"], february["roi_last_year"], february["roi_yoy"]) == (4.5, 1.0, 3.5)
    assert february["cost_ytd"] == february["cost_mtd"] == 11.0


def test_nothing_known_before_gives_no_change():
    """March 2025 has no cost of its own: neither a change nor a zero is made up."""
    table = calculate_time_intelligence(ROWS, metrics=["cost"], data=(date(2024, 1, 1), date(2025, 3, 31)))
    march = table[table["month"] == pd.Timestamp("2025-03-01")].iloc[0]

    assert pd.isna(march["cost"])
    assert pd.isna(march["cost_yoy"])
    assert (march["cost_previous_month"], march["cost_last_year"]) == (11.0, 10.0)


def test_currencies_are_never_added():
    """Each currency has its own row, and its own year before."""
    rows = pd.concat([ROWS.assign(currency="EUR"), ROWS.assign(currency="USD", cost=ROWS["cost"] * 100)])

    table = calculate_time_intelligence(rows, "year", metrics=["cost"])

    assert table.groupby("currency")["cost"].apply(list).to_dict() == {"EUR": [14.0, 11.0], "USD": [1400.0, 1100.0]}


def test_groups_and_frames_stay_what_they_are():
    """By channel, from Arrow: Arrow comes back, sums are exact decimals."""
    table = pa.table(
        {
            "date": pa.array([date(2024, 1, 31), date(2024, 2, 29)]),
            "channel": ["Search", "Search"],
            "cost": pa.array(["0.10", "0.20"]).cast(pa.decimal128(18, 6)),
            "revenue": pa.array([None, None], pa.decimal128(18, 6)),
        }
    )
    answer = calculate_time_intelligence(table, by="channel", metrics=["cost"])

    assert [str(value) for value in answer["cost_ytd"].to_pylist()] == ["0.100000", "0.300000"]
    assert answer["channel"].to_pylist() == ["Search", "Search"]


@pytest.mark.parametrize("wrong", [{"period": "week"}, {"metrics": ["reach"]}, {"by": "month"}])
def test_a_wrong_question_is_refused(wrong):
    """The message names what is allowed."""
    with pytest.raises(UsageError, match="allowed"):
        calculate_time_intelligence(ROWS, **wrong)
