"""Make the table customer_keys."""

from payback.warehouse.mysql.migrations import run

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table customer_keys."""
    run("r0016_customer_keys.sql")
