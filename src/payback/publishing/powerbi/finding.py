"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass


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
        Place in it: a line, an object, a key.
    got, allowed, hint : str
        What was found, what is allowed, how to mend it.
    """

    check: str
    file: str
    where: str = ""
    got: str = ""
    allowed: str = ""
    hint: str = ""
