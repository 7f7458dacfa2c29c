"""Give the empty room of a DuckDB file back to the disk."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.errors import ConservationError
from payback.tables import TABLES
from payback.warehouse.duckdb import DuckDBWarehouse
from payback.warehouse.duckdb_place import DuckDBPlace

if TYPE_CHECKING:
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.warehouse.base import Warehouse

SMALLEST = 4 << 20
"""A file with less empty room, in bytes, is not worth the writing."""


@dataclass(frozen=True)
class Compaction:
    """What became of a file.

    Parameters
    ----------
    before, after : int
        Its bytes; the same in a dry run.
    empty : int
        Bytes of it that held nothing.
    rewritten : bool
        Whether it was written anew, or would be.
    """

    before: int
    after: int
    empty: int
    rewritten: bool


def compact(path: Path, *, share: float, dry_run: bool = False, **options: Any) -> Compaction:
    """Write a DuckDB file anew where more than a share of it is empty; else only bring its log into it.

    DuckDB reuses empty room but gives it back to the disk only at the end of the file. The new file is written beside
    the old one, compared, and takes its place in one step.

    Parameters
    ----------
    path : Path
        The file.
    share : float
        Part of it that may be empty.
    dry_run : bool
        Only look.
    **options
        As `payback.warehouse.duckdb.DuckDBWarehouse`.

    Raises
    ------
    WarehouseBusyError
        Another program holds it.
    """
    before = path.stat().st_size
    if dry_run:
        with closing(DuckDBWarehouse(path, read_only=True, **options)) as warehouse:
            empty = _empty_bytes(warehouse.engine)
        return Compaction(before, before, empty, rewritten=_is_worth(empty, before, share))
    with DuckDBPlace(path, **options) as place:
        if place.live is None:
            return Compaction(before, before, 0, rewritten=False)
        place.live.engine.execute("checkpoint")
        empty = _empty_bytes(place.live.engine)
        worth = _is_worth(empty, before, share)
        if worth:
            _rewrite(place, place.live)
    return Compaction(before, path.stat().st_size, empty, rewritten=worth)


def _rewrite(place: DuckDBPlace, live: Warehouse) -> None:
    rows = {name: live.measure(name) for name in TABLES}
    with place.scratch(copy=True) as target:
        if {name: target.measure(name) for name in TABLES} != rows:
            raise ConservationError("the smaller file does not hold what the old one holds", where=place.name)
        place.swap(target, {name: count for name, (count, _) in rows.items()})


def _is_worth(empty: int, size: int, share: float) -> bool:
    return empty > max(SMALLEST, share * size)


def _empty_bytes(engine: Engine) -> int:
    size, free = engine.row("select block_size, free_blocks from pragma_database_size() where database_name = "
                            "current_database()")  # fmt: skip
    return int(size) * int(free)
