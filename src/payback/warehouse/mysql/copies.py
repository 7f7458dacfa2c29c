"""Copies of the server's tables in the workbench: read once, and in step with what is written as long as it can be."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from payback.engine.duckdb import quoted
from payback.tables import TABLES
from payback.warehouse.mysql.reading import arrow_schema
from payback.warehouse.schema import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from payback.engine.duckdb import Engine
    from payback.warehouse.mysql.session import Session

_counter = itertools.count(1)


class Copies:
    """Which tables of the server stand in the workbench under their own names.

    Parameters
    ----------
    session : Session
        Whose lock makes the copies trustworthy: while it is held nobody else writes.
    engine : Engine
        The workbench.
    """

    def __init__(self, session: Session, engine: Engine) -> None:
        self._session = session
        self._engine = engine
        self._tables: set[str] = set()
        self._generation = 0

    def __contains__(self, table: str) -> bool:
        return table in self._tables

    def bring(self, table: str, rows: Iterator[pa.RecordBatch]) -> None:
        """Copy a table of the server into the workbench."""
        import pyarrow as pa

        name = f"bring_{next(_counter)}"
        stream = pa.RecordBatchReader.from_batches(arrow_schema(table), rows)
        self._engine.execute(f"drop table if exists {quoted(table)}")
        self._engine.execute(create_table(TABLES[table]))
        self._engine.register(name, stream)
        try:
            self._engine.execute(f"insert into {quoted(table)} select * from {name}", name=f"read {table} from MySQL")
        finally:
            self._engine.connection.unregister(name)
        self._tables.add(table)

    def drop(self, *tables: str) -> None:
        """Take tables out of the workbench that no longer equal the server's."""
        for table in tables:
            if table in self._tables:
                self._tables.discard(table)
                self._engine.execute(f"drop table if exists {quoted(table)}")

    def distrust(self) -> None:
        """Read every table anew when it is asked for."""
        self._tables.clear()

    def distrust_unless_locked(self) -> None:
        """Trust copies only under a lock that was held all the time."""
        if not self._session.has_lock or self._generation != self._session.generation:
            self._tables.clear()
            self._generation = self._session.generation
