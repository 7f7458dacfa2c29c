"""Exchange the file of a DuckDB warehouse for a restored or a smaller one."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from payback.engine.duckdb import literal, quoted
from payback.errors import ConservationError, PaybackError, WarehouseBusyError, WarehouseError
from payback.tables import TABLES
from payback.warehouse.duckdb import DuckDBWarehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from payback.engine.duckdb import Engine
    from payback.warehouse.base import Warehouse

_log = logging.getLogger(__name__)

DEAD_SECONDS = 3600
"""A scratch file that nobody wrote into for so long belongs to a program that was killed."""


class DuckDBPlace:
    """The file of a DuckDB warehouse.

    Parameters
    ----------
    path : Path
        The file; it need not be there, and may be damaged.
    **options
        As `payback.warehouse.duckdb.DuckDBWarehouse`.

    Raises
    ------
    WarehouseBusyError
        On entering: another program holds the file.
    """

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self.name = str(path)
        self.live: Warehouse | None = None
        self._options = options
        self._is_unreadable = False

    def __enter__(self) -> Self:
        for leftover in leftovers(self.path):
            with suppress(OSError):
                leftover.unlink()
        if self.path.exists():
            try:
                self.live = DuckDBWarehouse(self.path, **self._options)
            except WarehouseBusyError:
                raise
            except PaybackError as error:
                self._is_unreadable = True
                _log.warning("%s cannot be read and will be kept aside: %s", self.path, error.message)
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.close()
            self.live = None

    @contextmanager
    def scratch(self, *, copy: bool = False) -> Iterator[Warehouse]:
        """Give an empty database in a file beside the other, with what other programs keep there; or a copy of all."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.restore")
        target = None
        try:
            # A restore leaves alone what other programs keep in the file; ours is replaced later.
            if self.live is not None and (copy or strangers(self.live)):
                _copy(self.live.engine, draft)
            target = DuckDBWarehouse(draft, **self._options)
            yield target
        finally:
            if target is not None:
                target.close()
            for path in (draft, _log_of(draft)):
                path.unlink(missing_ok=True)

    def swap(self, target: Warehouse, rows: Mapping[str, int]) -> str | None:
        """Put the scratch file in the place of the other, in one step of the file system."""
        draft = Path(str(target.engine.row("select path from duckdb_databases() where not internal")[0]))
        target.engine.execute("checkpoint")
        target.close()
        self._close_live()
        _sync(draft)
        kept = self._keep_old()
        if kept is not None:
            shutil.copymode(kept, draft)
        else:
            draft.chmod(0o600)
        os.replace(draft, self.path)  # noqa: PTH105 - the same on every system, and atomic
        _sync(self.path.parent)
        self._check_new(rows, kept)
        if self._is_unreadable:
            return str(kept)
        if kept is not None:
            kept.unlink()
        return None

    def _close_live(self) -> None:
        """Close the old file; what its log holds must be in it, or the log would be applied to the new one."""
        if self.live is not None:
            self.live.engine.execute("checkpoint")
            self.live.close()
            self.live = None
        if _log_of(self.path).exists() and not self._is_unreadable:
            raise WarehouseBusyError(
                "another program opened the database meanwhile",
                where=str(self.path),
                hint="close it, and run again; nothing was changed",
            )

    def _keep_old(self) -> Path | None:
        """Give the old file a second name, so that the first is never without a database."""
        if not self.path.exists():
            return None
        kept = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.before")
        if self._is_unreadable:
            kept = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
        try:
            os.link(self.path, kept)
        except OSError:  # a file system without links
            shutil.copy2(self.path, kept)
        if self._is_unreadable and _log_of(self.path).exists():
            _log_of(self.path).rename(_log_of(kept))
        return kept

    def _check_new(self, rows: Mapping[str, int], kept: Path | None) -> None:
        """Open the new file where it stands now, or bring the old one back."""
        try:
            _check_rows(self.path, rows)
        except BaseException:
            if kept is not None:
                os.replace(kept, self.path)  # noqa: PTH105 - as above
            raise


def _copy(engine: Engine, draft: Path) -> None:
    """Copy every table and view of an open database into a new file."""
    own = quoted(str(engine.row("select current_database()")[0]))
    engine.execute(f"attach {literal(str(draft))} as scratch")
    try:
        engine.execute(f"copy from database {own} to scratch")
    finally:
        engine.execute("detach scratch")


def _check_rows(path: Path, rows: Mapping[str, int]) -> None:
    opened = DuckDBWarehouse(path, read_only=True)
    try:
        found = {table: opened.measure(table)[0] for table in rows}
    finally:
        opened.close()
    if found != dict(rows):
        raise ConservationError("the database lost rows on its way; the old one is back", where=str(path))


def strangers(warehouse: Warehouse) -> list[str]:
    """Return the tables and views in a file that are none of ours."""
    rows = warehouse.engine.rows(
        "select table_name from information_schema.tables where table_catalog = current_database()"
    )
    return sorted({str(name) for (name,) in rows} - {*TABLES, "schema_version"})


def leftovers(path: Path) -> list[Path]:
    """Return what killed restores left beside a database."""
    latest = time.time() - DEAD_SECONDS
    found = [one for word in ("restore", "restore.wal", "before") for one in path.parent.glob(f".{path.name}.*.{word}")]
    return sorted(one for one in found if one.stat().st_mtime < latest)


def _log_of(path: Path) -> Path:
    """Return DuckDB's log of a file: changes that are not in it yet."""
    return path.with_name(f"{path.name}.wal")


def _sync(path: Path) -> None:
    """See that a file or the names in a folder are on the disk, where the system can be asked that."""
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    try:
        handle = os.open(path, flags)
    except OSError as error:
        if path.is_dir():
            return
        raise WarehouseError("the restored database cannot be read", where=str(path)) from error
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
