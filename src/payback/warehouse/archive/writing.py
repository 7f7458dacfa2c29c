"""Fill an archive from a warehouse: every table as of one moment, in batches, counted by the database itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payback.tables import TABLES
from payback.warehouse.archive.container import ArchiveWriter, disk_errors
from payback.warehouse.archive.manifest import ArchivedTable, Manifest
from payback.warehouse.archive.reading import check_archive
from payback.warehouse.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from payback.warehouse.base import Warehouse

_log = logging.getLogger(__name__)


def write_archive(
    warehouse: Warehouse,
    path: Path,
    *,
    kind: str,
    database: str,
    version: str,
    say: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Write every table of a warehouse into an archive, read it back, and only then give it its name.

    Parameters
    ----------
    warehouse : Warehouse
        Open; other programs may read and, on a server, write meanwhile.
    path : Path
        The archive.
    kind, database, version : str
        For the manifest: kind and place of the warehouse, version of the program.
    say : callable, optional
        Called with a sentence before each piece of work.

    Returns
    -------
    Manifest
        What is in it.

    Raises
    ------
    WarehouseError
        The database or the folder refuses; there is no archive then.
    DiskFullError
        There is no room; there is no archive then.
    """
    with disk_errors(path):
        # Customers are in it, so a new folder is the owner's alone; one that is there keeps the rights it has.
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        with ArchiveWriter(path) as writer:
            state, tables = _write_tables(warehouse, writer, say)
            created = datetime.now(UTC).isoformat(timespec="microseconds")
            manifest = Manifest(version, SCHEMA_VERSION, kind, database, created, state, tables)
            writer.seal(manifest)
            say("reading the archive back")
            check_archive(writer.draft)
            writer.publish()
    _log.info("backup %s: %d rows of %d tables", path, manifest.rows, len(tables))
    return manifest


def _write_tables(
    warehouse: Warehouse, writer: ArchiveWriter, say: Callable[[str], None]
) -> tuple[str, list[ArchivedTable]]:
    """Write all tables as of one moment; return what the ledgers said then, too."""
    with warehouse.snapshot():
        state, tables = warehouse.ledger_state(), []
        for name in TABLES:
            say(f"backing up {name}")
            tables.append(_write_table(warehouse, writer, name))
    return state, tables


def _write_table(warehouse: Warehouse, writer: ArchiveWriter, table: str) -> ArchivedTable:
    from pyarrow import parquet

    file = f"tables/{table}.parquet"
    rows, sums = warehouse.measure(table)
    with writer.part(file) as part:
        reader = warehouse.batches(table)
        with parquet.ParquetWriter(part, reader.schema, compression="zstd") as output:
            for batch in reader:
                output.write_batch(batch)
    return ArchivedTable(table, file, rows, sums, reader.schema.names, part.size, part.sha256)
