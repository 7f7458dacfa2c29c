"""Serve a GA4 property until Ctrl+C: ``python -m payback.testing.ga4 --port 8089``."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from payback.errors import PaybackError
from payback.testing import ga4

if TYPE_CHECKING:
    from payback.testing.ga4 import Ga4Property

GREETING = """\
The GA4 property {number} runs on {endpoint} with {days} days until {end}.

Point Payback at it, in config/config.yaml:

  ga4:
    property: "{number}"
    endpoint: {endpoint}

Stop it with Ctrl+C."""


def parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    options = argparse.ArgumentParser(
        prog="python -m payback.testing.ga4",
        description="Serve a GA4 property with generated data on this machine, for trials without a Google account.",
    )
    options.add_argument("--port", type=int, default=8089, help="port (default 8089; 0 takes a free one)")
    options.add_argument("--days", type=int, default=90, help="days with data (default 90)")
    options.add_argument("--end", type=date.fromisoformat, help="last complete day (default yesterday)")
    options.add_argument("--sessions-a-day", type=int, default=2_000, help="mean of sessions (default 2000)")
    options.add_argument("--seed", type=int, default=1, help="same seed, same numbers (default 1)")
    options.add_argument("--property", default="123456789", help="number of the property (default 123456789)")
    options.add_argument("--currency", default="EUR", help="currency of its money (default EUR)")
    options.add_argument("--threshold", type=int, metavar="USERS", help="leave out small rows of age and gender")
    options.add_argument("--most-rows", type=int, metavar="ROWS", help='put rows beyond so many under "(other)"')
    options.add_argument("--sample-above", type=int, metavar="EVENTS", help="sample date ranges with more events")
    options.add_argument("--no-cost", action="store_true", help="show cost as zeros, as to people without the right")
    options.add_argument("--tokens-an-hour", type=int, default=14_000, help="quota of the project (default 14000)")
    options.add_argument("--failing", type=float, default=0.0, metavar="SHARE", help="share of requests that fail")
    return options


def open_property(arguments: argparse.Namespace) -> Ga4Property:
    """Return the property that the options describe."""
    served = ga4.Ga4Property(
        days=arguments.days,
        end=arguments.end or datetime.now(UTC).date() - timedelta(days=1),
        sessions_a_day=arguments.sessions_a_day,
        seed=arguments.seed,
        number=arguments.property,
        currency=arguments.currency,
        port=arguments.port,
        clock=ga4.SystemClock(),
        effects=ga4.Effects(
            threshold_users=arguments.threshold,
            most_combinations=arguments.most_rows,
            sample_above=arguments.sample_above,
            restricted={"COST_DATA"} if arguments.no_cost else set(),
        ),
        limits=ga4.Limits(tokens_per_project_per_hour=arguments.tokens_an_hour),
    )
    if arguments.failing:
        served.fail("unavailable", times=None, probability=arguments.failing)
    return served


def main(words: list[str] | None = None) -> int:
    """Serve until Ctrl+C and return the exit code."""
    arguments = parser().parse_args(words)
    try:
        served = open_property(arguments)
    except PaybackError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    with served:
        greeting = GREETING.format(number=served.number, endpoint=served.endpoint, days=served.days, end=served.end)
        sys.stdout.write(greeting + "\n")
        sys.stdout.flush()
        _until_interrupted()
    return 0


def _until_interrupted() -> None:
    """Sleep in short pieces: on Windows a longer wait would not hear Ctrl+C."""
    try:
        while True:
            time.sleep(0.5)
    except KeyboardInterrupt:
        sys.stdout.write("\nThe property is closed.\n")


if __name__ == "__main__":
    sys.exit(main())
