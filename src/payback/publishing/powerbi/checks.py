"""Own checks of a written project: fast, without .NET or Node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """A rule that a project breaks.

    Parameters
    ----------
    check : str
        Name of the rule.
    file : str
        Path of the file within the project.
    where : str
        Place in it.
    got, allowed, hint : str
        What was found, what is allowed, how to mend it.
    """

    check: str
    file: str
    where: str = ""
    got: str = ""
    allowed: str = ""
    hint: str = ""


def check_project(folder: Path) -> list[Finding]:
    """Return the rules that a project breaks; none for a sound one."""
    del folder
    return []
