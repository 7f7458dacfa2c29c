"""The values of the measures, computed by a DAX engine from the written files, against plain Python."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from payback.engine.duckdb import Engine
from payback.metrics import METRICS, sql
from payback.tables import CLEAN_CAMPAIGNS
from powerbi_tools import expected, projects
from powerbi_tools.contexts import CONTEXTS, as_filters
from powerbi_tools.oracle import metric_value

MONEY = {"cost", "revenue"}
LAST_DIGIT = Fraction(1, 10**6)


def same(found, wanted):
    """Tell whether a value is the one worked out: sums to the last of six digits, ratios to twelve."""
    if found is None or wanted is None:
        return found is wanted
    if isinstance(wanted, dt.date):
        return found == f"{wanted} 00:00:00"
    if isinstance(wanted, str):
        return isinstance(found, int)  # the key of a currency
    return abs(Fraction(found) - wanted) < max(LAST_DIGIT / 2, abs(wanted) / 10**12)


def differences(found, wanted):
    """Return the measures whose value is not the one worked out; every measure must have been."""
    assert found.keys() == wanted.keys() & found.keys(), "there are measures that nobody worked out"
    return {name: (found[name], wanted[name]) for name in found if not same(found[name], wanted[name])}


def measured(judges, folder, contexts=CONTEXTS):
    """Return what the engine makes of a project, read back from Microsoft's object model."""
    model = judges.tom(folder)["model"]["model"]
    assert judges.dax(model) == []  # the engine takes an expression that it cannot read for a blank
    answer = judges.values(
        model, projects.files(folder, model), {name: as_filters(context) for name, context in contexts.items()}
    )
    assert answer["faults"] == {}
    return answer["values"]


@pytest.mark.powerbi
def test_dax_values_are_python_values(judges, tmp_path):
    """Every measure in every context: what is not known is blank, never zero, and never another number."""
    found = measured(judges, projects.build(tmp_path))
    dates = expected.calendar()

    assert {
        name: wrong
        for name, context in CONTEXTS.items()
        if (wrong := differences(found[name], expected.all_values(context, dates)))
    } == {}


def test_sql_values_are_python_values():
    """The SQL of the metrics, which every other output uses, says the same as plain Python in every context."""
    engine = Engine()
    rows = expected.rows_of(expected.FACTS[0])
    for name, context in CONTEXTS.items():
        seen = context.rows(rows)
        engine.register("seen", projects.arrow(CLEAN_CAMPAIGNS, seen))
        columns = ", ".join(f"{sql(metric)} as {metric.name}" for metric in METRICS.values())
        found = dict(zip(METRICS, engine.row(f"select {columns} from seen"), strict=True))
        wanted = {metric.name: metric_value(metric, seen, set()) for metric in METRICS.values()}
        assert differences(found, wanted) == {}, name
    engine.close()
