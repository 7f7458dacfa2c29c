"""Make the view v_customers."""

from payback.warehouse.mysql.migrations import run

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the view v_customers."""
    run("r0020_v_customers.sql")
