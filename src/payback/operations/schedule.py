"""Lines for the programs that start others at a time: cron, systemd and the Windows task scheduler.

Payback keeps no daemon of its own: a run that finds nothing new ends at once, so it may be started as often as one
likes.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from payback.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SERVICE = """\
[Unit]
Description=Payback: load what is new and publish

[Service]
Type=oneshot
{commands}
"""
_TIMER = """\
[Unit]
Description=Payback

[Timer]
OnCalendar={when}
Persistent=true

[Install]
WantedBy=timers.target
"""
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Schedule:
    """Commands and when they are to be run one after another, every day or on some days of the week, local time.

    Parameters
    ----------
    commands : sequence of sequence of str
        Program and arguments of each; one that fails keeps the later ones back.
    hour, minute : int
        When.
    days : sequence of str
        Of `DAYS`; empty for every day.
    name : str
        Name of the unit or the task.
    """

    commands: Sequence[Sequence[str]]
    hour: int
    minute: int
    days: Sequence[str] = ()
    name: str = "payback"

    def cron(self) -> str:
        """Return the line for ``crontab -e``."""
        days = ",".join(str((DAYS.index(day) + 1) % 7) for day in self.days) or "*"
        command = " && ".join(map(shlex.join, self.commands))
        # In a crontab a percent sign ends the command.
        return f"{self.minute} {self.hour} * * {days} {command}".replace("%", r"\%")

    def systemd(self) -> dict[str, str]:
        """Return the unit files by name, for ``~/.config/systemd/user``; a time missed while off is made up for."""
        days = f"{','.join(self.days)} " if self.days else ""
        when = f"{days}*-*-* {self.hour:02}:{self.minute:02}:00"
        commands = "\n".join(f"ExecStart={' '.join(map(_systemd_word, words))}" for words in self.commands)
        return {
            f"{self.name}.service": _SERVICE.format(commands=commands),
            f"{self.name}.timer": _TIMER.format(when=when),
        }

    def windows(self) -> str:
        """Return the command that enters the task on Windows."""
        days = f"WEEKLY /D {','.join(day.upper() for day in self.days)}" if self.days else "DAILY"
        lines = [" ".join(map(_windows_word, words)) for words in self.commands]
        line = lines[0] if len(lines) == 1 else f"cmd /c {' && '.join(lines)}"
        return f'schtasks /Create /TN {self.name} /SC {days} /ST {self.hour:02}:{self.minute:02} /TR "{line}"'


def schedule(commands: Sequence[Sequence[str]], at: str, days: Sequence[str] = (), name: str = "payback") -> Schedule:
    """Return a schedule, its time and days checked.

    Parameters
    ----------
    commands : sequence of sequence of str
        Program and arguments; programs by their whole path, because schedulers know no environment.
    at : str
        ``HH:MM``, local time.
    days : sequence of str
        Days of the week, by their first three letters or more; empty for every day.
    name : str
        Name of the unit or the task: letters, digits, ``-`` and ``_``.

    Raises
    ------
    UsageError
        Time, day, name or program is none.
    """
    time = _TIME.fullmatch(at.strip())
    if not time:
        raise UsageError("this is no time of day", where="--at", got=at, allowed="HH:MM, such as 06:30")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise UsageError("this is no name of a task", where="--name", got=name, allowed="letters, digits, - and _")
    for program in (words[0] for words in commands):
        if not (Path(program).is_absolute() or PureWindowsPath(program).is_absolute()):
            raise UsageError("a scheduler needs the whole path of the program", got=program)
    return Schedule(commands, int(time[1]), int(time[2]), tuple(map(_day, days)), name)


def _day(text: str) -> str:
    for day in DAYS:
        if text.strip()[:3].casefold() == day.casefold():
            return day
    raise UsageError("this is no day of the week", where="--on", got=text, allowed=", ".join(DAYS))


def _windows_word(word: str) -> str:
    return f'\\"{word}\\"' if re.search(r"[\s&()]", word) else word


def _systemd_word(word: str) -> str:
    r"""Return a word as a unit file wants it: quoted, with ``%`` and ``$`` that stand for themselves."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s;\"'\\]", word) else escaped
