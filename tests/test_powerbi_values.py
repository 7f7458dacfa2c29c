"""The values of the measures, computed by a DAX engine from the written files, against plain Python."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import shutil
from fractions import Fraction

import pyarrow.parquet as pq
import pytest

from payback.analysis.time_intelligence import calculate_time_intelligence
from payback.engine.duckdb import Engine
from payback.metrics import METRICS, sql
from payback.publishing.powerbi.facts import CAMPAIGN_PERFORMANCE
from payback.tables import CLEAN_CAMPAIGNS
from powerbi_tools import expected, projects
from powerbi_tools.contexts import CONTEXTS, as_filters
from powerbi_tools.judges import verdicts
from powerbi_tools.mutants_of_values import MUTANTS
from powerbi_tools.oracle import ONE_DAY, Context, metric_value, moved_day, span

MONEY = {"cost", "revenue"}
LAST_DIGIT = Fraction(1, 10**6)


def same(found, wanted):
    """Tell whether a value is the one worked out: sums to the last of six digits, ratios to twelve."""
    if found is None or wanted is None:
        return found is wanted
    if isinstance(wanted, dt.date):
        return found == f"{wanted} 00:00:00"
    if isinstance(wanted, str):
        return found == wanted
    if wanted is True:
        return isinstance(found, int)  # some key
    return abs(Fraction(found) - wanted) < max(LAST_DIGIT / 2, abs(wanted) / 10**12)


def differences(found, wanted):
    """Return the measures whose value is not the one worked out; every measure must have been."""
    assert found.keys() == wanted.keys() & found.keys(), "there are measures that nobody worked out"
    return {name: (found[name], wanted[name]) for name in found if not same(found[name], wanted[name])}


@functools.cache
def wanted(name):
    """Return the value of every measure in a context, worked out in plain Python."""
    return expected.all_values(CONTEXTS[name], expected.calendar())


def measured(judges, folder, contexts, measures=()):
    """Return what the engine makes of a project whose model is read back from Microsoft's object model."""
    model = judges.tom(folder)["model"]["model"]
    assert judges.dax(model) == []  # the engine takes an expression that it cannot read for a blank
    answer = judges.values(model, projects.files(folder, model), contexts, measures)
    assert answer["faults"] == {}
    return answer["values"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Return the sample's project with its rows."""
    return projects.build(tmp_path_factory.mktemp("sample"))


@pytest.mark.powerbi
def test_dax_values_are_python_values(judges, sample):
    """Every measure in every context: what is not known is blank, never zero, and never another number."""
    contexts = {name: as_filters(context) for name, context in CONTEXTS.items()}
    found = measured(judges, sample, contexts)
    dates = expected.calendar()

    assert {
        name: wrong
        for name, context in CONTEXTS.items()
        if (wrong := differences(found[name], expected.all_values(context, dates)))
    } == {}


@pytest.mark.powerbi
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_wrong_number_is_caught(judges, sample, tmp_path, mutant):
    """A measure that parses and loads, but computes something else, differs from plain Python in some context."""
    folder = shutil.copytree(sample, tmp_path / "project")
    mutant.damage(folder)
    measure = mutant.pattern.removeprefix("(?i)").strip("^$")
    found = measured(judges, folder, {name: as_filters(CONTEXTS[name]) for name in TELLING}, [measure])

    assert any(differences(found[name], wanted(name)) for name in TELLING)


TELLING = (
    "nothing chosen",
    "a currency",
    "a channel",
    "a campaign without revenue",
    "a leap February",
    "the February after",
    "a month that has begun",
    "the first month",
    "a year",
)
"""Contexts that tell right from wrong measures."""


def test_sql_values_are_python_values():
    """The SQL of the metrics, which every other output uses, says the same as plain Python in every context."""
    engine = Engine()
    rows = expected.rows_of(CAMPAIGN_PERFORMANCE)
    for name, context in CONTEXTS.items():
        seen = context.rows(rows)
        engine.register("seen", projects.arrow(CLEAN_CAMPAIGNS, seen))
        columns = ", ".join(f"{sql(metric)} as {metric.name}" for metric in METRICS.values())
        found = dict(zip(METRICS, engine.row(f"select {columns} from seen"), strict=True))
        wanted = {metric.name: metric_value(metric, seen, set()) for metric in METRICS.values()}
        assert differences(found, wanted) == {}, name
    engine.close()


@pytest.mark.parametrize(
    ("period", "by"), [("month", []), ("month", ["channel"]), ("day", []), ("year", []), ("total", [])]
)
def test_figures_of_time_in_python_are_those_of_power_bi(period, by):
    """The product's own rules of time give what the second route gives, which the DAX engine agrees with."""
    rows, dates = expected.rows_of(CAMPAIGN_PERFORMANCE), expected.calendar()
    table = projects.arrow(CLEAN_CAMPAIGNS, rows)
    found = calculate_time_intelligence(table, period, by=by, data=(dates.first, dates.last)).to_pylist()
    for row in filter(lambda row: row.get(period) in (None, *TELLING_DAYS), found):
        values = {name: [row[name]] for name in [*by, "currency"]}
        context = Context(values, None if period == "total" else frozenset(days_of(period, row[period])))
        for metric in METRICS.values():
            if metric.name in CAMPAIGN_PERFORMANCE.over_time:
                figures = expected.over_time(metric, rows, MONEY, dates, context)
                named = dict(zip(figures, (row[f"{metric.name}_{ending}"] for ending in ENDINGS), strict=True))
                assert differences(named, figures) == {}, (row, metric.name)

    assert len({(row.get(period), *(row[name] for name in [*by, "currency"])) for row in found}) == len(found) > 0


TELLING_DAYS = [
    *(dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 2, 29), dt.date(2024, 3, 31), dt.date(2024, 12, 31)),
    *(dt.date(2025, 1, 1), dt.date(2025, 2, 1), dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2025, 3, 20)),
]
"""Days, and first days of months and years, on which rules of time part."""
ENDINGS = ("mtd", "ytd", "previous_month", "last_year", "28_days", "mom", "yoy")
"""What figures of time are called in Python, in the order of the measures."""


def days_of(period, first):
    """Return the days of a period by its first one."""
    if period == "day":
        return [first]
    last = first.replace(month=12, day=31) if period == "year" else moved_day(first, 1) - ONE_DAY
    return span(first, last)


@pytest.mark.powerbi
def test_campaigns_of_hostile_names_keep_their_sums(judges, tmp_path):
    """Quotes, brackets, other directions, names that differ in case alone: each campaign shows its own cost."""
    folder = projects.build(tmp_path, clean_campaigns=projects.hostile())
    names = pq.read_table(folder / "data" / "campaign.parquet").column("Campaign").to_pylist()
    contexts = {name: {"Campaign.Campaign": [name]} for name in names}
    found = measured(judges, folder, contexts, ["Cost Sum"])

    assert len(names) == len(projects.HOSTILE)
    assert sorted(one["Cost Sum"] for one in found.values()) == list(range(len(names)))


@pytest.mark.powerbi
def test_totals_of_a_real_set_are_those_of_its_file(judges, shop, shared_data):
    """Channel by channel, sums in Power BI are those of the CSV files that the project was loaded from."""
    source = shared_data / "federico-daily-mit"
    for name in ("campaigns.csv", "daily_performance.csv"):
        shop.write(f"data/raw/{name}", (source / name).read_bytes())
    assert shop.run("run").code == 0
    project = shop.folder / "outputs" / "powerbi"
    channels = pq.read_table(project / "data" / "channel.parquet").column("Channel").to_pylist()
    contexts = {channel: {"Channel.Channel": [channel]} for channel in channels}
    found = measured(judges, project, contexts, LABELS.values()).values()

    for label, sums in sums_of_channels(source).items():
        for value, total in zip(sorted(one[label] for one in found), sorted(sums), strict=True):
            assert same(value, total)


@pytest.mark.powerbi
def test_the_demo_says_the_same_in_power_bi_as_in_its_tables(judges, shop):
    """Nobody has anything against its project, and the totals are those that the run published as CSV."""
    assert shop.run("demo", "demo", "--events", "10000").code == 0
    outputs = shop.folder / "demo" / "outputs"
    with (outputs / "tables" / "roi_total.csv").open(encoding="utf-8-sig", newline="") as file:
        totals = {row["currency"]: row for row in csv.DictReader(file)}
    contexts = {currency: {"Currency.Currency": [currency]} for currency in totals}
    found = measured(judges, outputs / "powerbi", contexts, [metric.label for metric in METRICS.values()])

    assert verdicts(judges, outputs / "powerbi") == []
    for currency, row in totals.items():
        published = {one.label: Fraction(row[name]) if row[name] else None for name, one in METRICS.items()}
        assert differences(found[currency], published) == {}


LABELS = {"spend": "Cost", "revenue": "Revenue", "impressions": "Impressions", "clicks": "Clicks"}
"""Columns of the real set, and the measures that add them up."""


def sums_of_channels(folder):
    """Return the sums of all channels by measure, with nothing but csv and exact numbers."""
    with (folder / "campaigns.csv").open(encoding="utf-8", newline="") as file:
        channels = {row["campaign_id"]: row["channel"] for row in csv.DictReader(file)}
    sums = {label: dict.fromkeys(channels.values(), Fraction()) for label in LABELS.values()}
    with (folder / "daily_performance.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, label in LABELS.items():
                sums[label][channels[row["campaign_id"]]] += Fraction(row[column])
    return {label: totals.values() for label, totals in sums.items()}
