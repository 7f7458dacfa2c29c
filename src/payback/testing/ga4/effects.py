"""What GA4 does to the numbers before they are shown: late data, thresholds, "(other)", sampling, restrictions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, get_args

from payback.errors import UsageError
from payback.testing.ga4.fields import Restriction

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from payback.testing.ga4.requests import ReportPlan


@dataclass(frozen=True)
class Effects:
    """What the reports of a property suffer from; nothing by default but late data.

    Parameters
    ----------
    late_data : bool, default True
        Past days are revised: sessions arrive up to 3 days late and move to their source within 4, key events and
        purchases are credited within 12 days, some sessions are taken out, clicks are paid back.
    threshold_users : int, optional
        Fewest users of a row in reports that could tell who somebody is (age, gender).
    signals : bool, default False
        Google signals: the threshold holds for every report.
    most_combinations : int, optional
        Most rows of a report; the small ones beyond go under "(other)".
    sample_above : int, optional
        Most events that a date range reads; beyond, a sample is multiplied up.
    restricted : set of str
        ``COST_DATA`` and ``REVENUE_DATA`` are shown as zeros.
    kept_days : int, optional
        Days that the property keeps; earlier ones are cut off.
    kept_ad_days : int, optional
        Days for which Google Ads gives cost; Google's are 36 months.
    """

    late_data: bool = True
    threshold_users: int | None = None
    signals: bool = False
    most_combinations: int | None = None
    sample_above: int | None = None
    restricted: AbstractSet[Restriction] = frozenset()
    kept_days: int | None = None
    kept_ad_days: int | None = None

    def __post_init__(self) -> None:
        # A plain set or list is as good.
        object.__setattr__(self, "restricted", frozenset(self.restricted))
        known = get_args(Restriction)
        if not self.restricted <= set(known):
            raise UsageError("no such restriction", got=", ".join(sorted(self.restricted)), allowed=", ".join(known))

    def thresholds(self, plan: ReportPlan) -> bool:
        """Tell whether small rows are taken out of a report."""
        return self.threshold_users is not None and (self.signals or plan.demographic)

    def first_kept_day(self, today: date, *, of_ads: bool = False) -> date:
        """Return the first day whose data, or whose advertising, is still there."""
        days = self.kept_ad_days if of_ads else self.kept_days
        return date.min if days is None else today - timedelta(days=days)


USUAL = Effects()
"""What every property suffers from."""
