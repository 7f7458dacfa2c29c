"""Backups of a project's database, and the way back."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from payback.data_loader import server_settings
from payback.errors import PaybackError, UnreadableFileError, UsageError
from payback.tables import TABLES
from payback.warehouse.archive.keeping import (
    KeptArchive,
    archive_name,
    archives,
    dead_drafts,
    delete_archives,
    remove,
    superfluous,
)
from payback.warehouse.archive.restoring import restore_archive
from payback.warehouse.archive.writing import write_archive
from payback.warehouse.opening import open_warehouse
from payback.warehouse.places import open_place
from payback.warehouse.retries import retried
from payback.warehouse.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from payback.config import Settings
    from payback.warehouse.archive.manifest import Manifest
    from payback.warehouse.base import Warehouse


@dataclass(frozen=True)
class BackupReport:
    """What a backup did, or would do.

    Parameters
    ----------
    path : Path
        The archive.
    size : int
        Its bytes; 0 in a dry run.
    rows : int
        Rows of all tables; 0 in a dry run.
    tables : dict of str to int
        Rows of each table.
    deleted : list of Path
        Older archives that are gone, or would be.
    seconds : float
        Duration.
    """

    path: Path
    size: int
    rows: int
    tables: dict[str, int]
    deleted: list[Path] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class RestoreReport:
    """What a restore did.

    Parameters
    ----------
    path : Path
        The archive.
    manifest : Manifest
        What is in it.
    swapped : bool
        Whether the database holds it now.
    safety : Path or None
        Archive of what was there before.
    set_aside : str or None
        Where the database lies that was there and could not be read.
    seconds : float
        Duration.
    """

    path: Path
    manifest: Manifest
    swapped: bool
    safety: Path | None
    set_aside: str | None
    seconds: float


class Keeper:
    """Backs up the database of a project and restores it.

    Parameters
    ----------
    project : Path
        Folder of the project.
    settings : Settings
        Its settings.
    folder : Path, optional
        Where the archives are; ``backup.folder`` of the settings by default.
    say : callable, optional
        Called with a sentence before each piece of work.
    """

    def __init__(
        self,
        project: Path,
        settings: Settings,
        *,
        folder: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        from payback import __version__

        self.project = project
        self.settings = settings
        self.folder = folder or project / settings.backup.folder
        self.say = say
        self.kind = settings.warehouse.kind
        self.path = project / settings.warehouse.path
        self._version = __version__

    @property
    def database(self) -> str:
        """Which database this is, as archives name it: the file, or server and database."""
        if self.kind == "duckdb":
            return self.path.resolve().as_posix()
        from payback.warehouse.mysql.address import Address

        address = Address.from_parts(**server_settings(self.settings, self.project))
        return f"{address.socket or f'{address.host}:{address.port}'}/{address.database}"

    def back_up(self, *, keep: int | None = None, dry_run: bool = False) -> BackupReport:
        """Write an archive, read it back, and let those go that are too old.

        Parameters
        ----------
        keep : int, optional
            Newest archives of this database that stay, instead of ``backup.keep``.
        dry_run : bool
            Write and delete nothing.

        Raises
        ------
        UsageError
            There is no database yet.
        WarehouseError
            It cannot be read, or the archive cannot be written.
        """
        started = time.perf_counter()
        keep = keep or self.settings.backup.keep
        with self._reading() as warehouse:
            path = self._free_name()
            if dry_run:
                old = superfluous(archives(self.folder), self.database, keep, newest=path)
                rows = {name: warehouse.measure(name)[0] for name in TABLES}
                return BackupReport(path, 0, sum(rows.values()), rows, [one.path for one in old])
            for draft in dead_drafts(self.folder):
                remove(draft)
            manifest = retried(lambda: self._write(warehouse, path))
        # The new archive has been read back: only now may others go.
        gone = delete_archives(superfluous(archives(self.folder), self.database, keep, newest=path))
        tables = {table.name: table.rows for table in manifest.tables}
        seconds = time.perf_counter() - started
        return BackupReport(path, path.stat().st_size, manifest.rows, tables, [one.path for one in gone], seconds)

    def restore(self, archive: Path, *, dry_run: bool = False, safety: bool = True) -> RestoreReport:
        """Put an archive in the place of the database, after every row of it was compared in a scratch database.

        Parameters
        ----------
        archive : Path
            The archive, of either kind of database.
        dry_run : bool
            Do everything but the last step.
        safety : bool
            First back up what is there, where there is something and it can be read.

        Raises
        ------
        UnreadableFileError, SchemaVersionError
            The archive is damaged, or of a newer program.
        WarehouseError
            The database is in use, or refuses. After any error it is as it was.
        """
        started = time.perf_counter()
        if not archive.is_file():
            raise UnreadableFileError(
                "there is no such archive", where=str(archive), hint="payback backup list shows those there are"
            )
        kept: Path | None = None
        with open_place(self.kind, self.path, **self.options()) as place:
            if safety and not dry_run and place.live is not None:
                kept = self._keep_what_is_there(place.live)
            done = restore_archive(archive, place, swap=not dry_run, say=self.say)
        seconds = time.perf_counter() - started
        return RestoreReport(archive, done.manifest, done.swapped, kept, done.set_aside, seconds)

    def archives(self) -> list[KeptArchive]:
        """Return the archives of the folder, of this database and of others, the newest first."""
        return archives(self.folder) if self.folder.is_dir() else []

    def latest(self) -> Path:
        """Return the newest archive of this database.

        Raises
        ------
        UsageError
            There is none.
        """
        for one in self.archives():
            if one.manifest and one.manifest.database == self.database:
                return one.path
        raise UsageError(
            "there is no backup of this database",
            where=str(self.folder),
            hint="payback backup list shows all archives; name the one you mean",
        )

    def _write(self, warehouse: Warehouse, path: Path) -> Manifest:
        return write_archive(
            warehouse, path, kind=self.kind, database=self.database, version=self._version, say=self.say
        )

    def _keep_what_is_there(self, live: Warehouse) -> Path | None:
        """Back up the database that will be replaced, where there is anything in it."""
        self.say("backing up what is there")
        try:
            if not _has_rows(live):
                return None
            path = self._free_name()
            self._write(live, path)
        except PaybackError as error:
            raise type(error)(
                f"what is there cannot be backed up: {error.message}",
                where=error.where,
                got=error.got,
                hint="--no-backup restores without that; what is there is gone then",
            ) from error
        return path

    def _free_name(self) -> Path:
        name, number = archive_name(self.database.rpartition("/")[2], datetime.now(UTC)), 1
        path = self.folder / name
        while path.exists():
            number += 1
            path = self.folder / name.replace("Z.", f"Z-{number}.")
        return path

    def _reading(self) -> closing[Warehouse]:
        """Open the database without keeping out others who read."""
        if self.kind == "duckdb" and not self.path.exists():
            raise UsageError(
                "there is no database yet, so there is nothing to back up", where=str(self.path), hint="payback run"
            )
        if self.kind != "duckdb":
            return closing(open_warehouse(self.kind, self.path, **self.options()))
        warehouse = open_warehouse(self.kind, self.path, read_only=True, **self.options())
        if warehouse.schema_version() != SCHEMA_VERSION:
            # An older file has not all tables; opened to be written, it gets them.
            warehouse.close()
            warehouse = open_warehouse(self.kind, self.path, **self.options())
        return closing(warehouse)

    def options(self) -> dict[str, Any]:
        """Return what opening the database takes."""
        engine = self.settings.engine
        options: dict[str, Any] = {
            "memory_limit": engine.memory_limit,
            "temp_directory": engine.temp_directory,
            "threads": engine.threads,
        }
        if self.kind != "duckdb":
            options["server"] = server_settings(self.settings, self.project)
        return options


def _has_rows(warehouse: Warehouse) -> bool:
    return any(warehouse.measure(name)[0] for name in TABLES)
