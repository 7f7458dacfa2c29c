"""Say that something needs a person's eye, where people look: Slack, Teams, mail and a hundred others, by Apprise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.errors import ConfigurationError, DeliveryError
from payback.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date


@dataclass(frozen=True)
class Alert:
    """One thing that needs an eye.

    Parameters
    ----------
    rule : str
        Name of the rule that it breaks.
    about : str
        Group that it is about, such as a campaign; empty where it is about everything.
    text : str
        What is the matter, one sentence with the figures.
    day : date
        Last day of the data that it was told from: of one rule, group and day there is one alert.
    """

    rule: str
    about: str
    text: str
    day: date

    @property
    def key(self) -> str:
        """What tells this alert from others."""
        return f"alert {self.rule} {self.about} {self.day}"


@dataclass(frozen=True)
class Limit:
    """Bounds of a metric over the last days, or of its change against the days before.

    Parameters
    ----------
    metric : str
        Name of a metric of `payback.metrics`.
    below, above : float, optional
        Values beyond which there is an alert.
    falls_by, rises_by : float, optional
        The same of the change against the days before: 0.2 is 20 %.
    """

    metric: str
    below: float | None = None
    above: float | None = None
    falls_by: float | None = None
    rises_by: float | None = None

    @property
    def compares(self) -> bool:
        """Whether the days before are needed."""
        return self.falls_by is not None or self.rises_by is not None

    def broken(self, now: float | None, before: float | None) -> str:
        """Return what is broken, in words; empty where nothing is, or where the figure is not known."""
        if now is None:
            return ""
        label, shown = METRICS[self.metric].label, _shown(self.metric, now)
        if self.below is not None and now < self.below:
            return f"{label} is {shown}, below {_shown(self.metric, self.below)}"
        if self.above is not None and now > self.above:
            return f"{label} is {shown}, above {_shown(self.metric, self.above)}"
        return self._change(now, before, label, shown)

    def _change(self, now: float, before: float | None, label: str, shown: str) -> str:
        if not before:
            return ""
        change = (now - before) / abs(before)
        was = f"to {shown} from {_shown(self.metric, before)}"
        if self.falls_by is not None and change < -self.falls_by:
            return f"{label} fell by {-change:.0%}, {was}"
        if self.rises_by is not None and change > self.rises_by:
            return f"{label} rose by {change:.0%}, {was}"
        return ""


def _shown(metric: str, value: float) -> str:
    unit = METRICS[metric].unit
    return f"{value:.1%}" if unit == "percent" else f"{value:,.2f}" if unit != "count" else f"{value:,.0f}"


def limit_alerts(
    rule: str,
    limit: Limit,
    now: Iterable[Mapping[str, Any]],
    before: Iterable[Mapping[str, Any]],
    group: str,
    day: date,
) -> list[Alert]:
    """Return the alerts of one limit.

    Parameters
    ----------
    rule : str
        Name of the rule.
    limit : Limit
        Its bounds.
    now, before : iterable of dict
        One record a group and currency, with its metrics: the last days and those before.
    group : str
        Column that names the group; empty for everything.
    day : date
        Last day with data.
    """
    earlier = {_name(row, group): row for row in before}
    alerts = []
    for row in now:
        name = _name(row, group)
        old = earlier.get(name)
        text = limit.broken(_number(row, limit.metric), _number(old, limit.metric) if old else None)
        if text:
            alerts.append(Alert(rule, name, f"{name}: {text}", day))
    return alerts


def _name(row: Mapping[str, Any], group: str) -> str:
    name = str(row.get(group) or "(no name)") if group else "all campaigns"
    return f"{name} ({row['currency']})" if row.get("currency") else name


def _number(row: Mapping[str, Any], metric: str) -> float | None:
    value = row.get(metric)
    return None if value is None else float(value)


def notify(urls: Sequence[str], title: str, text: str) -> None:
    """Send a message to every address.

    Parameters
    ----------
    urls : sequence of str
        Addresses as Apprise reads them, such as ``slack://...`` or ``mailtos://...``; they hold secrets and are shown
        nowhere.
    title, text : str
        The message.

    Raises
    ------
    ConfigurationError
        There is no address, Apprise is not installed or does not understand an address.
    DeliveryError
        A service did not take the message.
    """
    if not urls:
        raise ConfigurationError("there is nowhere to send alerts to", hint="set alerts.urls")
    try:
        import apprise
    except ImportError as error:
        raise ConfigurationError(
            "alerts need Apprise, which is not installed", hint='pip install "payback[alerts]"'
        ) from error
    failed = []
    for place, url in enumerate(urls, 1):
        service = apprise.Apprise()
        if not service.add(url):
            raise ConfigurationError(
                "Apprise does not understand an address",
                where=f"alerts.urls, number {place}",
                allowed="such as slack://token or mailtos://user:password@example.com",
                hint="the addresses are described in Apprise's documentation",
            )
        if not service.notify(body=text, title=title):
            failed.append(f"number {place} ({url.split(':', 1)[0]})")
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(urls)} services did not take the alert",
            where="alerts.urls",
            got=", ".join(failed),
            hint="check the address and the network; payback alerts test tries again",
        )
