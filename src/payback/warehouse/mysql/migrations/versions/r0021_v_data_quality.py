"""Make the view v_data_quality."""

from payback.warehouse.mysql.migrations import run

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the view v_data_quality."""
    run("r0021_v_data_quality.sql")
