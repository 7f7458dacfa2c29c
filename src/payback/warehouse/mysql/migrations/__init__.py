"""The migrations of the MySQL tables, one statement each.

MySQL commits every change of a table at once, so a migration of several statements can break off in the middle, and
then neither going on nor starting again works. Hence each revision here is one statement that may be repeated: ``create
… if not exists``, ``create or replace view``. A change of a table in `payback.tables` is a new pair of files in
``versions``: a number higher, the statement as SQL, and three lines of Python that name it.
"""

from __future__ import annotations

from payback.engine.duckdb import read_sql

VERSIONS = "payback.warehouse.mysql.migrations.versions"


def run(name: str) -> None:
    """Run the statement of an SQL file of ``versions`` within Alembic's migration."""
    import sqlalchemy
    from alembic import op

    op.execute(sqlalchemy.text(read_sql(VERSIONS, name).replace(":", "\\:")))
