"""How the columns of a relation are stored, and so how their values are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from payback.engine.duckdb import quoted
from payback.tables import MONEY_DIGITS, MONEY_SCALE

if TYPE_CHECKING:
    from payback.engine.columns import ColumnMapping
    from payback.engine.duckdb import Engine
    from payback.tables import ColumnType

Stock = Literal["text", "whole", "decimal", "float", "day"]

MONEY = f"decimal({MONEY_DIGITS}, {MONEY_SCALE})"
SQL_TYPES = {
    "integer": "bigint",
    "decimal": MONEY,
    "number": "double",
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
"""DuckDB's name of each type of `payback.tables`."""

NUMBERS = ("integer", "decimal", "number")
"""Types of `payback.tables` that are numbers."""
_WHOLE = frozenset(
    "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class StoredColumn:
    """A column of ours as a relation holds it.

    Parameters
    ----------
    sql : str
        Expression of its value.
    stock : str
        ``text``, ``whole``, ``decimal``, ``float`` or ``day``. Whatever cannot be a value of the column as it stands
        (a true or false among costs, a number among dates) is text, which is read or found wrong.
    """

    sql: str
    stock: Stock


def stored_columns(engine: Engine, relation: str, mapping: ColumnMapping) -> dict[str, StoredColumn]:
    """Return how each mapped column, and the last day of a row where there is one, is stored."""
    types = {row[0]: str(row[1]) for row in engine.rows(f"describe {quoted(relation)}")}
    found = {
        name: stored_column(quoted(match.column), types[match.column], mapping.table[name].type)
        for name, match in mapping.columns.items()
    }
    if mapping.last_day:
        column = mapping.last_day.column
        found["last day"] = stored_column(quoted(column), types[column], "date")
    return found


def stored_column(column: str, kind: str, wanted: ColumnType) -> StoredColumn:
    """Return how a column of an engine's type is read as one of ours."""
    stock = _stock(kind)
    fits = {"date": ("day",), **dict.fromkeys(NUMBERS, ("whole", "decimal", "float"))}.get(wanted, ())
    if stock == "text":
        return StoredColumn(column if kind == "VARCHAR" else f"{column}::varchar", "text")
    if stock in fits:
        # A float of 32 bits means the shortest number that it stands for: 1234.56, not 1234.56005859375.
        return StoredColumn(f"{column}::varchar::double" if kind == "FLOAT" else column, stock)
    if stock == "float":
        # Ids and days that went through a float are whole again, and a float that is none is nothing.
        whole = f"case when {column} = trunc({column}) and abs({column}) < 1e18 then {column}::bigint end"
        text = f"coalesce(({whole})::varchar, case when not isnan({column}) then {column}::varchar end)"
        return StoredColumn(text, "text")
    return StoredColumn(f"{column}::varchar", "text")


def _stock(kind: str) -> Stock:
    if kind in _WHOLE:
        return "whole"
    if kind in ("FLOAT", "DOUBLE"):
        return "float"
    if kind.startswith("DECIMAL"):
        return "decimal"
    return "day" if kind == "DATE" or kind.startswith("TIMESTAMP") else "text"
