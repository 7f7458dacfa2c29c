"""Make the table runs."""

from payback.warehouse.mysql.migrations import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table runs."""
    run("r0013_runs.sql")
