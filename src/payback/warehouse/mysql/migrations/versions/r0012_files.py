"""Make the table files."""

from payback.warehouse.mysql.migrations import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table files."""
    run("r0012_files.sql")
