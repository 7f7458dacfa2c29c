"""Make the table customer_segments."""

from payback.warehouse.mysql.migrations import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table customer_segments."""
    run("r0007_customer_segments.sql")
