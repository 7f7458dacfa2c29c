"""Put an archive into a warehouse: first into a scratch database, where every row is compared, then in one step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import Engine, quoted
from payback.errors import ConservationError
from payback.tables import TABLES
from payback.warehouse.archive.container import check_seal, read_manifest
from payback.warehouse.archive.reading import check_table, complete, relation, taken_out, work_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from payback.warehouse.archive.manifest import ArchivedTable, Manifest
    from payback.warehouse.base import Warehouse
    from payback.warehouse.places import Place

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    manifest : Manifest
        What was in the archive.
    swapped : bool
        The tables are those of the archive now; False after a rehearsal.
    set_aside : str or None
        Where the unreadable database lies that was there before.
    """

    manifest: Manifest
    swapped: bool
    set_aside: str | None = None


def restore_archive(
    path: Path, place: Place, *, swap: bool = True, say: Callable[[str], None] = lambda _: None
) -> Restored:
    """Load an archive into a scratch database, compare it row by row, and only then put it in the place of the other.

    Parameters
    ----------
    path : Path
        The archive, of either kind of warehouse.
    place : Place
        Where it goes, entered: it holds the database meanwhile.
    swap : bool
        Without it the scratch database is dropped after the comparison: a rehearsal.
    say : callable, optional
        Called with a sentence before each piece of work.

    Raises
    ------
    UnreadableFileError
        The archive is damaged.
    SchemaVersionError
        A newer program wrote it.
    ConservationError
        The scratch database does not hold what the archive holds.
    WarehouseError
        The database refuses. After any of these errors it is as it was.
    """
    say("checking the archive")
    check_seal(path)
    manifest = read_manifest(path)
    manifest.check_tables(str(path))
    with place.scratch() as target:
        with work_folder(path.parent) as folder, Engine() as judge:
            for table in manifest.tables:
                say(f"restoring {table.name}")
                _restore_table(path, table, folder, target, judge)
        if swap:
            _forget_outputs(target)
            say("putting the tables in place")
            # A table that an older archive does not have is empty afterwards: nothing of later days stays.
            rows = dict.fromkeys(TABLES, 0) | {table.name: table.rows for table in manifest.tables}
            set_aside = place.swap(target, rows)
            _log.info("restored %s of %s into %s", path, manifest.created_at, place.name)
            return Restored(manifest, swapped=True, set_aside=set_aside)
    return Restored(manifest, swapped=False)


def _restore_table(path: Path, table: ArchivedTable, folder: Path, target: Warehouse, judge: Engine) -> None:
    """Write a table and compare what the database gives back with the file, row by row."""
    with taken_out(path, table, folder) as file:
        check_table(judge, path, table, file)
        query = complete(table, relation(file))
        name = f"archived_{table.name}"
        with target.transaction():
            target.engine.execute(f"create or replace temp view {quoted(name)} as {query}")
            target.replace_table(table.name, name)
        target.engine.drop_temporary()
        kept = _fingerprint(judge, table.name, f"({query})")
        found = _fingerprint_of(judge, table, target.batches(table.name))
    if found != kept or target.measure(table.name)[0] != table.rows:
        raise ConservationError(
            f"the restored rows of {table.name} are not those of the archive; the database is as it was",
            where=str(path),
            got=f"{found[0]:,} rows",
            allowed=f"{kept[0]:,} rows with the same content",
        )


def _fingerprint_of(judge: Engine, table: ArchivedTable, reader: pa.RecordBatchReader) -> tuple[int, ...]:
    """Return the fingerprint of rows that a database gives back."""
    judge.register("given_back", reader)
    try:
        return _fingerprint(judge, table.name, f"({complete(_whole(table), 'given_back')})")
    finally:
        judge.connection.unregister("given_back")


def _fingerprint(judge: Engine, table: str, rows: str) -> tuple[int, ...]:
    """Return the number of rows and the sum of their hashes, whatever their order."""
    names = ", ".join(quoted(column.name) for column in TABLES[table].columns)
    count, total = judge.row(f"select count(*), coalesce(sum(hash({names})::hugeint), 0) from {rows}")
    return int(count), int(total)


def _whole(table: ArchivedTable) -> ArchivedTable:
    """Return a table as it is now: with every column."""
    from dataclasses import replace

    return replace(table, columns=list(TABLES[table.name].names))


def _forget_outputs(target: Warehouse) -> None:
    """Let the next run write its outputs anew: those on the disk may be of data that is no longer there."""
    rows = [{**row, "fingerprint": ""} for row in target.records("runs")]
    with target.transaction():
        target.replace_rows("runs", {}, rows)
