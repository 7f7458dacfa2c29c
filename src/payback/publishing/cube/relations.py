"""What a relation of the engine has: tables come and go with what was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine


def columns_of(engine: Engine, relation: str) -> dict[str, str]:
    """Return the columns of a table or a view and their types; nothing where there is no such relation."""
    sql = (
        "select column_name, data_type from information_schema.columns where table_name = ? "
        "order by table_schema = 'temp', ordinal_position"
    )
    return dict(engine.rows(sql, [relation]))
