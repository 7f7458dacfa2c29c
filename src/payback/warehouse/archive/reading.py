"""Check an archive, and take its tables out of it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from payback.engine.duckdb import Engine, literal, quoted
from payback.engine.stored import SQL_TYPES
from payback.errors import WarehouseError
from payback.tables import TABLES
from payback.warehouse.archive.container import check_seal, damaged, disk_errors, read_manifest, reading
from payback.warehouse.schema import SUM_TYPE, is_sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.warehouse.archive.manifest import ArchivedTable, Manifest

WORK_PREFIX = ".payback-archive-"
"""How the names of folders begin in which archives are taken apart."""

_CHUNK = 1 << 20


def check_archive(path: Path) -> Manifest:
    """Read all of an archive: its checksums, its manifest, the rows and the sums of each table.

    Parameters
    ----------
    path : Path
        The archive.

    Returns
    -------
    Manifest
        What is in it.

    Raises
    ------
    UnreadableFileError
        It is damaged, or holds other rows or sums than it says.
    SchemaVersionError
        A newer program wrote it.
    """
    check_seal(path)
    manifest = read_manifest(path)
    manifest.check_tables(str(path))
    with work_folder(path.parent) as folder, Engine() as engine:
        for table in manifest.tables:
            with taken_out(path, table, folder) as file:
                check_table(engine, path, table, file)
    return manifest


def check_table(engine: Engine, path: Path, table: ArchivedTable, file: Path) -> None:
    """Compare rows and sums of a table's file with the manifest."""
    sums = "".join(f", sum({quoted(name)})" for name in table.sums)
    try:
        rows, *found = engine.row(f"select count(*){sums} from {relation(file)}")
    except WarehouseError as error:
        raise damaged(path, f"{table.name}: {error.got}") from error
    if (rows, found) != (table.rows, list(table.sums.values())):
        raise damaged(path, f"{table.name}: {rows:,} rows and other sums than the {table.rows:,} rows of the manifest")


@contextmanager
def taken_out(path: Path, table: ArchivedTable, folder: Path) -> Iterator[Path]:
    """Give the Parquet file of a table, its checksum compared; it is deleted afterwards."""
    target = folder / f"{table.name}.parquet"
    found = hashlib.sha256()
    with (
        reading(path),
        zipfile.ZipFile(path) as archive,
        archive.open(table.file) as source,
        target.open("wb") as output,
    ):
        while chunk := source.read(_CHUNK):
            found.update(chunk)
            output.write(chunk)
    if found.hexdigest() != table.sha256:
        raise damaged(path, f"the checksum of {table.file} is another")
    try:
        yield target
    finally:
        target.unlink(missing_ok=True)


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """Give a folder that only this user reads, where the system's own has too little room: beside the archive."""
    place = beside if os.access(beside, os.W_OK) else None
    with (
        disk_errors(beside),
        tempfile.TemporaryDirectory(prefix=WORK_PREFIX, dir=place, ignore_cleanup_errors=True) as name,
    ):
        yield Path(name)


def relation(file: Path) -> str:
    """Return the SQL of a relation that a Parquet file holds."""
    return f"read_parquet({literal(str(file))})"


def complete(table: ArchivedTable, source: str) -> str:
    """Return the query of a table's rows with the columns and types of this program; new columns are empty."""
    fields = ", ".join(
        f"cast({quoted(column.name) if column.name in table.columns else 'null'} as {_sql_type(table, column.name)}) "
        f"as {quoted(column.name)}"
        for column in TABLES[table.name].columns
    )
    return f"select {fields} from {source}"


def _sql_type(table: ArchivedTable, name: str) -> str:
    kind = TABLES[table.name][name].type
    return SUM_TYPE if is_sum(TABLES[table.name], kind) else SQL_TYPES[kind]
