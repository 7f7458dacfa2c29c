"""Make the view v_channel_performance."""

from payback.warehouse.mysql.migrations import run

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the view v_channel_performance."""
    run("r0018_v_channel_performance.sql")
