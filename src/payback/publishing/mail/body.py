"""Say the results in a mail: what happened, the figures with their change, the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from payback.metrics import METRICS
from payback.publishing import formats, story
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payback.publishing.results import Results

    Record = dict[str, Any]

CARDS = ("cost", "revenue", "profit", "roi", "roas", "cpa")
COLUMNS = ("cost", "revenue", "profit", "roi")
_CHANNELS = 12
"""Channels of the table; mail clients clip long messages."""


@dataclass(frozen=True)
class MailBody:
    """Subject, plain text and HTML of a mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Card:
    """One figure: its name, its value, its change in words, and whether that is good, bad or neither."""

    label: str
    value: str
    change: str
    tone: str


def mail_body(results: Results, *, images: Mapping[str, str] | None = None, link: str = "") -> MailBody:
    """Return the mail that tells results.

    Parameters
    ----------
    results : Results
        Uses ``roi_total`` and ``roi_by_channel``, with their changes where they were compared, and ``roi_before``, the
        totals of the days before.
    images : mapping of str to str, optional
        Names of images that go with the mail, and what each shows.
    link : str
        Address of the whole report, where there is one.
    """
    told = [(name, [story.plain(one) for one in sentences]) for name, sentences in story.headline(results)]
    values: Mapping[str, Any] = {
        "title": results.summary.title,
        "period": _period(results),
        "told": told,
        "blocks": [_block(results, currency) for currency in story.currencies(results)],
        "columns": [METRICS[name].label for name in COLUMNS],
        "images": images or {},
        "link": link,
        "created": f"{results.summary.created_at:%Y-%m-%d %H:%M} UTC",
        "version": results.summary.version,
        "warnings": list(results.summary.warnings)[:5],
    }
    first = told[0][1][0] if told and told[0][1] else ""
    subject = f"{results.summary.title}: {first}" if first else results.summary.title
    return MailBody(_short(subject), _render("mail.txt", values), _render("mail.html", values))


def _render(name: str, values: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("payback.publishing.mail", "."),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(values)


def _period(results: Results) -> str:
    """Return the days of the figures, and those that their changes speak of."""
    told = story.period(results.summary)
    for row in results.records("roi_total"):
        if row.get("comparable") and row.get("previous_start") and row.get("previous_end"):
            return f"{told}, changes against {formats.day(row['previous_start'])} to {formats.day(row['previous_end'])}"
    return told


def _block(results: Results, currency: str) -> dict[str, Any]:
    total, rows = _of(currency, results, "roi_total")[0], _of(currency, results, "roi_by_channel")
    before = next(iter(_of(currency, results, "roi_before")), {})
    rows.sort(key=lambda row: -(row.get("cost") or 0))
    return {
        "name": story.currency_name(currency),
        "cards": [_card(name, total, before, currency) for name in CARDS if total.get(name) is not None],
        "channels": [
            {
                "name": row.get("channel") or story.NO_NAME,
                "values": [_value(name, row, currency) for name in COLUMNS],
                "verdict": row.get("verdict") or "",
            }
            for row in rows[:_CHANNELS]
        ],
        "more": max(0, len(rows) - _CHANNELS),
    }


def _of(currency: str, results: Results, table: str) -> list[Record]:
    return [row for row in results.records(table) if (row.get("currency") or UNKNOWN_CURRENCY) == currency]


def _card(name: str, total: Record, before: Record, currency: str) -> Card:
    metric = METRICS[name]
    change, text = _change(name, total, before, currency)
    tone = "neutral" if change is None else _tone(change, metric.better)
    return Card(metric.label, _value(name, total, currency), "" if change is None else _arrow(change, text), tone)


def _change(name: str, total: Record, before: Record, currency: str) -> tuple[float | None, str]:
    """Return a change and how it is told: points of ROI, a share, or money where the earlier amount is no base."""
    if name == "roi":
        points = total.get("roi_change")
        return points, "" if points is None else f"{abs(points) * 100:.1f} points"
    share, now, earlier = total.get(f"{name}_change"), total[name], before.get(name)
    if share is None and earlier is not None and earlier > 0 and now >= 0:
        share = float(now) / float(earlier) - 1
    if share is not None:
        return share, formats.percent(abs(share))
    if earlier is None or METRICS[name].unit != "money":
        return None, ""
    return float(now) - float(earlier), formats.short_money(abs(float(now) - float(earlier)), currency)


def _arrow(change: float, text: str) -> str:
    return "unchanged" if not change else f"▲ up {text}" if change > 0 else f"▼ down {text}"


def _tone(change: float, better: str) -> str:
    if not change or better == "neutral":
        return "neutral"
    return "good" if (change > 0) == (better == "higher") else "bad"


def _value(name: str, row: Record, currency: str) -> str:
    unit, decimals, value = METRICS[name].unit, METRICS[name].decimals, row.get(name)
    if unit == "money":
        return formats.short_money(value, currency)
    write = {"percent": formats.percent, "multiple": formats.multiple}.get(unit, formats.short_number)
    return write(value, decimals)


def _short(subject: str) -> str:
    return subject if len(subject) <= 120 else f"{subject[:119].rstrip()}…"  # noqa: PLR2004 - a subject is one line
