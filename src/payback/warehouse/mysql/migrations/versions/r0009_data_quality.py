"""Make the table data_quality."""

from payback.warehouse.mysql.migrations import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table data_quality."""
    run("r0009_data_quality.sql")
