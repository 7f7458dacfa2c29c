"""Make the view v_campaign_performance."""

from payback.warehouse.mysql.migrations import run

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the view v_campaign_performance."""
    run("r0017_v_campaign_performance.sql")
