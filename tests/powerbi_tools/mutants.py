"""What a planted defect is: how a project is damaged, and which judge must say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One planted defect.

    Parameters
    ----------
    name : str
        What is wrong.
    judge : str
        ``ours`` (`check_project`, which runs after each export), ``tom``, ``canonical``, ``schemas``, ``report``,
        ``m``, ``dax`` or ``bpa``.
    pattern : str
        What the code or the message of one of its findings must match.
    damage : callable
        Damages a project in a folder.
    """

    name: str
    judge: str
    pattern: str
    damage: Callable[[Path], None]


class Mutants(list):
    """Planted defects, collected from the functions that plant them; the name of a function says what is wrong."""

    def caught_by(self, judge, pattern):
        """Return a decorator that adds the defect."""

        def add(damage):
            self.append(Mutant(damage.__name__.replace("_", " "), judge, f"(?i){pattern}", damage))
            return damage

        return add
