"""Make the table clean_customers."""

from payback.warehouse.mysql.migrations import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table clean_customers."""
    run("r0006_clean_customers.sql")
