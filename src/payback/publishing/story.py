"""The results in plain sentences: what was spent, what came back, and whether that is more than chance.

Every figure is taken from the tables. The words around it say no more than the figure does: nothing is called a
success before the interval says so, and amounts of different currencies are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.publishing import formats
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from payback.publishing.results import Results, Summary

    Record = dict[str, Any]
    Amount = Callable[[Any, str | None], str]

NO_DATA = "There is no campaign data in this period, so nothing can be said about what it paid back."
NO_NAME = "(no name)"


@dataclass(frozen=True)
class Words:
    """A piece of a sentence; strong pieces carry the message."""

    text: str
    strong: bool = False


Sentence = tuple[Words, ...]


def tone_of(verdict: object) -> str:
    """Return how a verdict is coloured: good, bad, or open for anything but a clear gain or a clear loss.

    Examples
    --------
    >>> tone_of("pays back"), tone_of("loses"), tone_of("can't tell yet")
    ('good', 'bad', 'open')
    """
    text = str(verdict or "").lower()
    return "good" if text.startswith("pays") else "bad" if text.startswith("loses") else "open"


def period(summary: Summary) -> str:
    """Return the period in words."""
    return days_in_words(summary.first_day, summary.last_day)


def days_in_words(first: date | None, last: date | None) -> str:
    """Return a first and a last day in words, with their number."""
    if first is None or last is None:
        return "no days with data"
    days = (last - first).days + 1
    unit = "day" if days == 1 else "days"
    return f"{formats.day(first)} to {formats.day(last)} ({days:,} {unit})"


def currencies(results: Results) -> list[str]:
    """Return the currencies of the totals, the largest number of rows first."""
    totals: list[Record] = sorted(
        results.records("roi_total"), key=lambda row: (-(row.get("rows") or 0), _currency(row))
    )
    return list(dict.fromkeys(_currency(row) for row in totals))


def headline(results: Results, *, short: bool = True) -> list[tuple[str, list[Sentence]]]:
    """Return what the results say: a few sentences for each currency, in the order of `currencies`.

    Parameters
    ----------
    results : Results
        Uses ``roi_total`` and ``roi_by_channel``.
    short : bool, default True
        Write amounts as ``€2.58m``; False writes them in full.

    Returns
    -------
    list of (str, list of Sentence)
        The currency's name, empty where there is only one, and its sentences.
    """
    amount = formats.short_money if short else formats.money
    totals = {_currency(row): row for row in results.records("roi_total")}
    name = interval_name(results.summary)
    told = []
    for currency in currencies(results):
        total, channels = totals[currency], _channels(results, currency)
        sentences = (_money(total, amount), _judgement(total, name), _best_and_worst(channels, amount))
        told.append((currency_name(currency) if len(totals) > 1 else "", [one for one in sentences if one]))
    return told or [("", [(Words(NO_DATA),)])]


def currency_name(currency: str) -> str:
    """Return a currency for a heading."""
    return "No stated currency" if currency == UNKNOWN_CURRENCY else currency


def plain(sentence: Iterable[Words]) -> str:
    """Return a sentence as text."""
    return "".join(words.text for words in sentence)


def interval_name(summary: Summary) -> str:
    """Return what the interval is called, such as ``95% interval``."""
    return f"{formats.percent(summary.confidence, 0)} interval"


def interval(row: Record, metric: str = "roi") -> str:
    """Return the interval of a ratio, empty where there is none.

    Examples
    --------
    >>> interval({"roi_low": 0.5, "roi_high": 1.25})
    '50.0% to 125.0%'
    """
    low, high = row.get(f"{metric}_low"), row.get(f"{metric}_high")
    if low is None or high is None:
        return ""
    write = formats.multiple if metric == "roas" else formats.percent
    return f"{write(low)} to {write(high)}"


def _money(total: Record, amount: Amount) -> Sentence:
    """Say what was spent and what came back."""
    currency = _currency(total)
    cost, revenue, profit = total.get("cost"), total.get("revenue"), total.get("profit")
    if cost is None and revenue is None:
        return (Words("Neither cost nor revenue is known."),)
    if revenue is None:
        return (Words(amount(cost, currency), strong=True), Words(" was spent; what came back is not known."))
    if not cost:
        return (Words(amount(revenue, currency), strong=True), Words(" came back; no cost is recorded beside it."))
    spent = (Words(amount(cost, currency), strong=True), Words(" was spent and "))
    back = (Words(amount(revenue, currency), strong=True), Words(" came back"))
    return (*spent, *back, *_profit(profit, currency, amount), Words("."))


def _profit(profit: Decimal | None, currency: str, amount: Amount) -> Sentence:
    if profit is None:
        return ()
    kind = "loss" if profit < 0 else "profit"
    return (Words(f": a {kind} of "), Words(amount(abs(profit), currency), strong=True))


def _judgement(total: Record, name: str) -> Sentence:
    """Say ROI, its interval, the verdict, and how much of the cost it covers."""
    if total.get("roi") is None:
        return (Words("ROI cannot be computed: it needs both cost and revenue."),)
    between, note = interval(total), total.get("interval_note")
    words = [Words("ROI is "), Words(formats.percent(total["roi"]), strong=True)]
    words.append(Words(f" ({name} {between})" if between else f" (no interval: {note})" if note else ""))
    if total.get("verdict"):
        words += [Words(". Verdict: "), Words(str(total["verdict"]), strong=True)]
    coverage = total.get("coverage")
    if coverage is not None and coverage < 1:
        words.append(Words(f". It covers {formats.percent(coverage)} of the cost; the revenue of the rest is unknown"))
    return (*words, Words("."))


def _best_and_worst(channels: Sequence[Record], amount: Amount) -> Sentence:
    known = sorted((row for row in channels if row.get("profit") is not None), key=lambda row: row["profit"])
    if len(known) < 2:  # noqa: PLR2004 - a best and a worst need two
        return ()
    worst, best = known[0], known[-1]
    words: list[Words] = []
    if best["profit"] > 0:
        words += [Words(_name(best), strong=True), Words(f" brings the most profit ({_profit_of(best, amount)})")]
    if worst["profit"] < 0:
        words += [Words("; " if words else ""), Words(_name(worst), strong=True)]
        words += [Words(f" loses the most ({_profit_of(worst, amount)})")]
    elif words:
        words += [Words("; no channel loses money")]
    return (*words, Words(".")) if words else (Words("No channel brings a profit and none loses money."),)


def _profit_of(row: Record, amount: Amount) -> str:
    return amount(row["profit"], _currency(row))


def _channels(results: Results, currency: str) -> list[Record]:
    return [row for row in results.records("roi_by_channel") if _currency(row) == currency]


def _name(row: Record) -> str:
    return str(row.get("channel") or NO_NAME)


def _currency(row: Record) -> str:
    return str(row.get("currency") or UNKNOWN_CURRENCY)
