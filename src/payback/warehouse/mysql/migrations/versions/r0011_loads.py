"""Make the table loads."""

from payback.warehouse.mysql.migrations import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table loads."""
    run("r0011_loads.sql")
