"""Measures in DAX, made from the metrics of `payback.metrics`: the twin of its ``sql``.

A ratio counts the rows in which all its parts are known. Each part has a hidden column that says so (true or false,
which compresses to next to nothing), and a measure adds a column up under filters on those: the engine of Power BI
scans, nothing is decided row by row.

Power BI's exact decimals end four digits behind the point, ours six. The two that are left stand in a column of their
own, as whole millionths; a measure adds both, so that sums are exact.

Amounts of different currencies are never added: where the rows in view have more than one, a measure of money, or a
ratio with money in it, is blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.publishing.powerbi.entries import DATE, known_column, rest_column, value_column
from payback.publishing.powerbi.model import Measure
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from payback.metrics import Metric, Unit
    from payback.publishing.powerbi.entries import Fact

CURRENCY_KEY = "Currency Key"
MILLION = 1_000_000
HIDDEN_FOLDER = "Building blocks"


def measures(fact: Fact) -> tuple[Measure, ...]:
    """Return every measure of a fact but those of time: what they are made of first, then the metrics."""
    metrics = [_measure(fact, metric) for metric in fact.metrics]
    return (*_guard(fact), *_sums(fact), *metrics, *_shares(fact), *_note(fact))


def dax(fact: Fact, metric: Metric) -> str:
    """Return the DAX expression of a metric over the rows of a fact, the twin of `payback.metrics.sql`.

    Parameters
    ----------
    fact : Fact
        Whose rows are added up.
    metric : Metric
        One of its metrics.
    """
    if metric.kind == "additive":
        part = metric.parts[0]
        text = f"[{sum_name(fact, part)}]" if fact.is_money(metric) else _sum(fact, part)
    else:
        numerator = _numerator(fact, metric)
        text = (
            numerator if metric.denominator is None else _divided(numerator, _known(fact, metric, metric.denominator))
        )
    if not fact.is_money(metric):
        return text
    return f"IF ( NOT ISBLANK ( [{currency_name(fact)}] ), {text} )"


def currency_name(fact: Fact) -> str:
    """Return the name of the hidden measure that gives the key of the only currency in view, else blank."""
    return f"Currency of {fact.name}"


def sum_name(fact: Fact, part: str) -> str:
    """Return the name of the measure that adds up a part, whatever the currency."""
    metric = next((one for one in fact.metrics if one.kind == "additive" and one.parts == (part,)), None)
    if metric is not None and not fact.is_money(metric):
        return metric.label
    return f"{fact.label(part)} Sum"


def format_string(unit: Unit, decimals: int) -> str:
    """Return the format string of a unit.

    Money has no sign: its currency is what the filters leave, and the report names it.

    Examples
    --------
    >>> format_string("percent", 1), format_string("multiple", 2), format_string("count", 0)
    ('#,0.0%;-#,0.0%;#,0.0%', '#,0.00', '#,0')
    """
    places = "#,0" + ("." + "0" * decimals if decimals and unit != "count" else "")
    return f"{places}%;-{places}%;{places}%" if unit == "percent" else places


def column(table: str, name: str) -> str:
    """Return the reference to a column."""
    return f"'{table.replace(chr(39), chr(39) * 2)}'[{name.replace(']', ']]')}]"


def _guard(fact: Fact) -> list[Measure]:
    if not any(fact.is_money(metric) for metric in fact.metrics):
        return []
    key = column(fact.name, CURRENCY_KEY)
    text = f"IF ( MIN ( {key} ) = MAX ( {key} ), MIN ( {key} ) )"
    words = f"Key of the only currency among the rows of {fact.name} in view; blank where there are several or none."
    return [Measure(currency_name(fact), text, words, "0", HIDDEN_FOLDER, hidden=True)]


def _sums(fact: Fact) -> list[Measure]:
    """Return the hidden sums of the parts that no visible measure adds up without a guard."""
    labels = {metric.label for metric in fact.metrics}
    return [
        Measure(
            sum_name(fact, part),
            _sum(fact, part),
            f"Sum of {fact.label(part).lower()} of {fact.name}, whatever the currency.",
            format_string("decimal", 2),
            HIDDEN_FOLDER,
            hidden=True,
        )
        for part in fact.parts
        if sum_name(fact, part) not in labels
    ]


def _measure(fact: Fact, metric: Metric) -> Measure:
    folder = next((name for name, members in fact.folders if metric.name in members), fact.name)
    words = f"{metric.definition} {metric.formula[:1].upper()}{metric.formula[1:]}."
    if fact.is_money(metric):
        words += " Blank where several currencies are in view."
    return Measure(metric.label, dax(fact, metric), words, format_string(metric.unit, metric.decimals), folder)


def _note(fact: Fact) -> list[Measure]:
    """Return the measure that names the currency of the amounts, or says why there are none."""
    if not fact.note:
        return []
    key = column("Currency", CURRENCY_KEY)
    lines = [
        f"VAR Chosen = [{currency_name(fact)}]",
        f"VAR Code = LOOKUPVALUE ( {column('Currency', 'Currency')}, {key}, Chosen )",
        "RETURN",
        f"    IF ( ISEMPTY ( '{fact.name}' ), \"No rows in view\",",
        '        IF ( ISBLANK ( Chosen ), "Several currencies: choose one",',
        f'            IF ( Code = "{UNKNOWN_CURRENCY}", "Currency not stated", "Amounts in " & Code ) ) )',
    ]
    return [Measure(fact.note, "\n".join(lines), "Currency of the amounts in view, in words.", "@", "Amounts")]


def _shares(fact: Fact) -> list[Measure]:
    """Return the share of each wanted metric in all members of the fact's dimensions, of the same days and currency."""
    cleared = [f"REMOVEFILTERS ( '{name}' )" for name in fact.dimensions if f"{name} Key" != CURRENCY_KEY]
    return [
        Measure(
            f"{metric.label} Share",
            f"DIVIDE ( [{metric.label}], CALCULATE ( [{metric.label}], {', '.join(cleared)} ) )",
            f"Part of the {metric.label.lower()} of everything, on the same days and in the same currency.",
            format_string("percent", 1),
            "Shares",
        )
        for metric in fact.metrics
        if metric.name in fact.shares
    ]


def _sum(fact: Fact, part: str) -> str:
    label = fact.label(part)
    text = f"SUM ( {column(fact.name, value_column(label))} )"
    if not fact.is_exact(part):
        return text
    return f"{text} + DIVIDE ( SUM ( {column(fact.name, rest_column(label))} ), {MILLION} )"


def _numerator(fact: Fact, metric: Metric) -> str:
    terms = [_term(factor, _known(fact, metric, name, covered=True)) for name, factor in metric.numerator.items()]
    text = " ".join(terms).removeprefix("+ ")
    # Nothing covered is a share of zero, not an unknown one.
    return f"{text} + 0" if metric.covered_by else text


def _term(factor: int, text: str) -> str:
    sign = "-" if factor < 0 else "+"
    return f"{sign} {text}" if abs(factor) == 1 else f"{sign} {abs(factor)} * {text}"


def _known(fact: Fact, metric: Metric, part: str, *, covered: bool = False) -> str:
    """Return the sum of a part over the rows in which the metric's other parts are known; its own says so itself."""
    others = [name for name in metric.parts if name != part]
    others += [metric.covered_by] if covered and metric.covered_by else []
    tests = [f"{column(fact.name, known_column(fact.label(name)))} = TRUE ()" for name in others]
    text = f"[{sum_name(fact, part)}]"
    return f"CALCULATE ( {', '.join([text, *tests])} )" if tests else text


def _divided(numerator: str, denominator: str) -> str:
    return f"DIVIDE ( {numerator}, {denominator} )"


def date_column() -> str:
    """Return the reference to the days of the calendar."""
    return column(DATE, DATE)
