"""Make the table rejected_rows."""

from payback.warehouse.mysql.migrations import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table rejected_rows."""
    run("r0008_rejected_rows.sql")
