"""Make the table state."""

from payback.warehouse.mysql.migrations import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table state."""
    run("r0010_state.sql")
