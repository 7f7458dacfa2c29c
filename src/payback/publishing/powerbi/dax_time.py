"""Measures of time, in DAX. `payback.analysis.time_intelligence` follows the same rules in Python; tests compare both.

All of them look at the selected days that lie within the data. So a month that has begun is compared with the same
days of the month or the year before, not with all of it, and a total reaches to the last day with data. A change is
blank where the earlier days do not lie wholly within the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.publishing.powerbi.dax import HIDDEN_FOLDER, column, currency_name, date_column, format_string
from payback.publishing.powerbi.entries import DATE
from payback.publishing.powerbi.model import Measure

if TYPE_CHECKING:
    from payback.metrics import Metric
    from payback.publishing.powerbi.entries import Fact

HAS_DATA = "Has Data"
FIRST_DAY, LAST_DAY = "First Day", "Last Day"
ROLLING_DAYS = 28


@dataclass(frozen=True)
class Window:
    """A set of days made from the selected ones.

    Parameters
    ----------
    ending : str
        What the measure is called after the metric.
    days : str
        DAX of the days, made from the days of the calendar.
    words : str
        What it is, for the description.
    """

    ending: str
    days: str
    words: str


def _within_data(days: str) -> str:
    return f"CALCULATETABLE ( {days}, {column(DATE, HAS_DATA)} = TRUE () )"


WINDOWS = {
    "mtd": Window("MTD", _within_data(f"DATESMTD ( {date_column()} )"), "from the first of the month to the last day"),
    "ytd": Window("YTD", _within_data(f"DATESYTD ( {date_column()} )"), "from 1 January to the last day"),
    "previous_month": Window(
        "Previous Month", _within_data(f"DATEADD ( {date_column()}, -1, MONTH )"), "a month earlier"
    ),
    "last_year": Window("Last Year", _within_data(f"SAMEPERIODLASTYEAR ( {date_column()} )"), "a year earlier"),
    "28_days": Window(
        "28 Days",
        f"DATESINPERIOD ( {date_column()}, [{LAST_DAY}], -{ROLLING_DAYS}, DAY )",
        f"in the {ROLLING_DAYS} days up to the last day",
    ),
}
"""The windows, by the name that they have in Python."""

CHANGES = {"mom": ("MoM", "previous_month", 1, "a month earlier"), "yoy": ("YoY", "last_year", 12, "a year earlier")}
"""Changes: what they are called, the window compared with, its distance in months, and in words."""


def calendar_measures() -> tuple[Measure, ...]:
    """Return the measures of the calendar that the others are made of."""
    days = column(DATE, DATE)
    test = f"KEEPFILTERS ( {column(DATE, HAS_DATA)} = TRUE () )"
    return tuple(
        Measure(
            name,
            f"CALCULATE ( {function} ( {days} ), {test} )",
            f"{words} of the selected days that lies within the data.",
            "yyyy-mm-dd",
            HIDDEN_FOLDER,
        )
        for name, function, words in ((FIRST_DAY, "MIN", "First"), (LAST_DAY, "MAX", "Last"))
    )


def time_measures(fact: Fact) -> tuple[Measure, ...]:
    """Return the measures of time of a fact."""
    metrics = [metric for metric in fact.metrics if metric.name in fact.over_time]
    return tuple(measure for metric in metrics for measure in (*_windows(metric), *_changes(fact, metric)))


def _windows(metric: Metric) -> list[Measure]:
    return [
        Measure(
            f"{metric.label} {window.ending}",
            _window_dax(metric, name),
            f"{metric.label} {window.words} of the selected days that lie within the data.",
            format_string(metric.unit, metric.decimals),
            f"Time\\{metric.label}",
        )
        for name, window in WINDOWS.items()
    ]


def _window_dax(metric: Metric, name: str) -> str:
    text = f"CALCULATE ( [{metric.label}], {WINDOWS[name].days} )"
    return f"IF ( NOT ISBLANK ( [{LAST_DAY}] ), {text} )" if name == "28_days" else text


def change_name(metric: Metric, word: str) -> str:
    """Return the name of a change: a ratio in percent changes by points, everything else by a share."""
    return f"{metric.label} {CHANGES[word][0]} {'Points' if metric.unit == 'percent' else '%'}"


def _changes(fact: Fact, metric: Metric) -> list[Measure]:
    return [
        Measure(
            change_name(metric, word),
            _change_dax(fact, metric, word),
            f"{metric.label} of the selected days compared with the same days {words}, as a "
            + ("difference" if metric.unit == "percent" else "share of it")
            + ". Blank where those lie outside the data.",
            format_string("percent", 1),
            f"Time\\{metric.label}",
        )
        for word, (_, _, _, words) in CHANGES.items()
    ]


def _change_dax(fact: Fact, metric: Metric, word: str) -> str:
    _, window, months, _ = CHANGES[word]
    before = f"{metric.label} {WINDOWS[window].ending}"
    first = f"CALCULATE ( [{FIRST_DAY}], REMOVEFILTERS ( '{DATE}' ) )"
    tests = [f"EDATE ( [{FIRST_DAY}], -{months} ) >= {first}"]
    # From nothing, or from less than nothing, no percentage leads anywhere.
    tests.append("NOT ISBLANK ( Before )" if metric.unit == "percent" else "Before > 0")
    if fact.is_money(metric):
        key = f"[{currency_name(fact)}]"
        tests.append(f"{key} = CALCULATE ( {key}, {WINDOWS[window].days} )")
    result = "Now - Before" if metric.unit == "percent" else "DIVIDE ( Now - Before, Before )"
    lines = [
        f"VAR Now = [{metric.label}]",
        f"VAR Before = [{before}]",
        "RETURN",
        # One within the other: where there is nothing now there is no first day, of which EDATE would make an error.
        "    IF ( NOT ISBLANK ( Now ),",
        f"        IF ( {' && '.join(tests)}, {result} ) )",
    ]
    return "\n".join(lines)
