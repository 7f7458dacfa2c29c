"""The arithmetic of the second gate: what came in and was not turned away must come out."""

from decimal import Decimal

import pytest

from payback.cleaning.judging import Judged, check_conserved
from payback.errors import ConservationError
from payback.tables import CAMPAIGNS

TOTALS = {
    "rows": 10, "clean": 7, "rejected": 3,
    "cost": Decimal(100), "cost_clean": Decimal(60), "cost_rejected": Decimal(40),
    "revenue": None, "revenue_clean": None, "revenue_rejected": None,
}  # fmt: skip


def test_rows_and_money_that_come_out_are_those_that_should():
    """Seven of ten rows and sixty of a hundred are what is left; no revenue known is no revenue lost."""
    judged = Judged("rows", CAMPAIGNS, (), TOTALS)

    check_conserved(judged, 7, {"cost": Decimal("60.000000"), "revenue": None})


@pytest.mark.parametrize(
    ("rows", "cost", "message"),
    [(6, "60", "rows changed"), (8, "60", "rows changed"), (7, "59.99", "cost changed"), (7, None, "cost changed")],
)
def test_a_row_or_a_cent_that_is_lost_or_comes_from_nowhere_is_a_defect(rows, cost, message):
    """Nothing is written where the numbers do not agree."""
    judged = Judged("rows", CAMPAIGNS, (), TOTALS)

    with pytest.raises(ConservationError, match=f"{message} while cleaning campaigns"):
        check_conserved(judged, rows, {"cost": None if cost is None else Decimal(cost), "revenue": None})
