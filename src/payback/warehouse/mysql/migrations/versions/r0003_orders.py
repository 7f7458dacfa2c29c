"""Make the table orders."""

from payback.warehouse.mysql.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table orders."""
    run("r0003_orders.sql")
