"""Open GA4 properties by the settings of a project."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from payback.errors import ConfigurationError, PaybackError
from payback.sources.ga4_api.quota import TOKENS_A_REPORT, Pacer, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from payback.config.reading import GA4
    from payback.sources.ga4_api.property import Connection, Ga4Property
    from payback.sources.ga4_api.quota import Clock


class PropertyLook(NamedTuple):
    """What was found when a property was opened: ``ok``, ``warn`` or ``fail``, what there is, and what to do."""

    name: str
    status: str
    found: str
    hint: str


def open_property(
    settings: GA4,
    project: Path,
    number: str,
    *,
    clock: Clock | None = None,
    tokens_a_report: float = TOKENS_A_REPORT,
    say: Callable[[str], None] | None = None,
    resting: Callable[[], AbstractContextManager[None]] = nullcontext,
    attempts: int | None = None,
) -> Ga4Property:
    """Open a property; it spends a few tokens.

    Parameters
    ----------
    settings : GA4
        Section ``ga4`` of the settings.
    project : Path
        Folder of the project, from which the credentials file is found.
    number : str
        Number of the property.
    clock : Clock, optional
        Tells the time and waits; that of the machine by default.
    tokens_a_report : float
        What a report cost last time.
    say : callable, optional
        Told before a long wait.
    resting : callable, optional
        Gives what is entered during a wait for quota.
    attempts : int, optional
        Tries of a call that fails.

    Raises
    ------
    ConfigurationError
        Google's client is not installed.
    SourceError
        See `payback.sources.ga4_api.property.Ga4Property`.
    """
    _check_installed()
    from payback.sources.ga4_api.property import Ga4Property

    return Ga4Property(
        number,
        _connection(settings, project, attempts),
        Pacer(settings.quota_left, clock or SystemClock(), tokens_a_report, say, resting),
        page_size=settings.page_size,
        revenue=settings.revenue,
        currency=settings.currency,
        cost=settings.cost,
    )


def _check_installed() -> None:
    try:
        import payback.sources.ga4_api.client  # noqa: F401 - to see whether what it needs is there
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is not installed", where="ga4", hint="pip install 'payback[ga4]'"
        ) from error


def _connection(settings: GA4, project: Path, attempts: int | None) -> Connection:
    from payback.sources.ga4_api.property import Connection

    given = Connection(
        project / settings.credentials if settings.credentials else None,
        settings.token.get_secret_value() if settings.token else None,
        settings.endpoint,
    )
    return replace(given, attempts=attempts) if attempts else given


def look_at_properties(settings: GA4, project: Path) -> list[PropertyLook]:
    """Open each property once and return what was found; nothing is raised.

    Parameters
    ----------
    settings, project
        As for `open_property`.
    """
    return [_look(settings, project, number) for number in settings.numbers()]


def _look(settings: GA4, project: Path, number: str) -> PropertyLook:
    name = f"GA4 property {number}"
    try:
        with open_property(settings, project, number, attempts=1) as of:
            hidden = of.restricted([])
            found = f"answers; time zone {of.time_zone}, currency {of.currency}"
            if hidden:
                return PropertyLook(
                    name,
                    "warn",
                    f"{found}; not visible: {', '.join(sorted(hidden))}",
                    "in Admin > Property access management lift the data restrictions of the account",
                )
            return PropertyLook(name, "ok", "; ".join([found, *of.notes]), "")
    except PaybackError as error:
        return PropertyLook(name, "fail", error.message, error.hint or "")
