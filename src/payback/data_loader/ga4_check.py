"""Compare the rows of the warehouse with what GA4 says its totals are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payback.data_loader.ga4_days import PROVISIONAL, known_days
from payback.sources.ga4_api.reports import CAMPAIGN_DAYS, SOURCE
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS
from payback.warehouse.base import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payback.sources.ga4_api.property import DaysRead, Ga4Property
    from payback.warehouse.base import Warehouse

MEASURES = ("sessions", "conversions", "revenue", "cost")
"""What is compared: sums. Users are none; those of two days are not the users of both, so they are never added."""
_MONEY = ("revenue", "cost")
_SOURCES = {
    "sessions": CAMPAIGN_TRAFFIC,
    "conversions": CAMPAIGN_TRAFFIC,
    "revenue": CAMPAIGN_TRAFFIC,
    "cost": CAMPAIGNS,
}

ESTIMATE = Decimal("0.0325")
"""Largest share that Google's own way of counting explains.

GA4 counts sessions by HyperLogLog++ of precision 12, whose standard error is 1.04 / sqrt(2**12) = 1.6 %; two of it.
(https://developers.google.com/analytics/blog/2022/hll)
"""
_ROUNDING = Decimal("0.005")
_UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Difference:
    """One line of the reconciliation, see the table ``reconciliation``."""

    account: str
    day: date
    measure: str
    currency: str | None
    warehouse_value: Decimal | None
    independent_value: Decimal | None
    explained_by: str

    @property
    def difference(self) -> Decimal | None:
        """Warehouse less independent; None where one of them is not known."""
        if self.warehouse_value is None or self.independent_value is None:
            return None
        return self.warehouse_value - self.independent_value

    @property
    def is_unexplained(self) -> bool:
        """True where nothing explains that the two differ."""
        return self.explained_by == _UNEXPLAINED


def reconcile(warehouse: Warehouse, of: Ga4Property, read: DaysRead, run_id: str | None) -> list[Difference]:
    """Compare days with totals that were asked for independently, and keep the result. Within a transaction.

    Parameters
    ----------
    warehouse : Warehouse
        Whose rows are compared.
    of : Ga4Property
        The property.
    read : DaysRead
        The totals.
    run_id : str, optional
        The run, for the ledger.
    """
    hidden = of.restricted([*read.traffic, *read.cost, *read.totals, *read.cost_totals])
    own = _warehouse_sums(warehouse, of.property_id, read.days)
    totals = _totals(read)
    flags = {day: one.flags for day, one in known_days(warehouse, of.property_id).items()}
    measures = [name for name in MEASURES if name != "cost" or read.cost_totals]
    found = []
    for day in (day for day in read.days if day in flags):
        # Totals that came with the rows must equal them; a day that was read while it still changed may have changed.
        reasons = [flag for flag in flags[day].split(",") if flag and not (read.traffic and PROVISIONAL in flag)]
        for name in measures:
            theirs = None if name in hidden else totals.get((day, name), Decimal(0))
            ours = own.get((day, name), None if theirs is None else Decimal(0))
            why = "restricted" if name in hidden else _explained(name, ours, theirs, reasons)
            found.append(
                Difference(of.property_id, day, name, of.currency if name in _MONEY else None, ours, theirs, why)
            )
    _keep(warehouse, of, found, run_id)
    return found


def _explained(measure: str, ours: Decimal | None, theirs: Decimal | None, reasons: Sequence[str]) -> str:
    """Return what explains a difference; empty where there is none."""
    if ours is None or theirs is None:
        return ",".join(reasons) or _UNEXPLAINED
    gap = abs(ours - theirs)
    if gap == 0:
        return ""
    if measure in _MONEY and gap < _ROUNDING:
        return "rounding"
    if not reasons and measure == "sessions" and gap <= ESTIMATE * theirs:
        return "estimated"
    return ",".join(reasons) or _UNEXPLAINED


def _totals(read: DaysRead) -> dict[tuple[date, str], Decimal]:
    """Return GA4's own totals by day and measure."""
    found: dict[tuple[date, str], Decimal] = {}
    for answer in (*read.totals, *read.cost_totals):
        for row in answer.rows.to_pylist():
            day = datetime.strptime(row["date"], "%Y%m%d").replace(tzinfo=UTC).date()
            for name in answer.report.metrics:
                key = (day, name)
                found[key] = found.get(key, Decimal(0)) + Decimal(row[name]).quantize(Decimal("0.000001"))
    return found


def _warehouse_sums(
    warehouse: Warehouse, property_id: str, days: Sequence[date]
) -> Mapping[tuple[date, str], Decimal | None]:
    """Return the sums of the rows by day and measure."""
    slices = [Slice(SOURCE, property_id, CAMPAIGN_DAYS, day, 0, None, None, "") for day in days]
    found: dict[tuple[date, str], Decimal | None] = {}
    for table in (CAMPAIGN_TRAFFIC, CAMPAIGNS):
        names = [name for name, home in _SOURCES.items() if home is table]
        for row in warehouse.slice_sums(table.name, slices, names):
            found |= {
                (row[3], name): None if value is None else Decimal(value)
                for name, value in zip(names, row[4:], strict=True)
            }
    return found


def _keep(warehouse: Warehouse, of: Ga4Property, found: Sequence[Difference], run_id: str | None) -> None:
    at = of.pacer.clock.now().replace(tzinfo=None)
    for day in dict.fromkeys(one.day for one in found):
        rows: list[dict[str, Any]] = [
            {
                "source": SOURCE,
                "account": of.property_id,
                "day": day,
                "measure": one.measure,
                "currency": one.currency,
                "warehouse_value": one.warehouse_value,
                "independent_value": one.independent_value,
                "difference": one.difference,
                "explained_by": one.explained_by,
                "checked_at": at,
                "run_id": run_id,
            }
            for one in found
            if one.day == day
        ]
        warehouse.replace_rows("reconciliation", {"source": SOURCE, "account": of.property_id, "day": day}, rows)
