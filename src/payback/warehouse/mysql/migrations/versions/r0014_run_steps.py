"""Make the table run_steps."""

from payback.warehouse.mysql.migrations import run

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table run_steps."""
    run("r0014_run_steps.sql")
