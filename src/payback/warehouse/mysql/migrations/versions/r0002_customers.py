"""Make the table customers."""

from payback.warehouse.mysql.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table customers."""
    run("r0002_customers.sql")
