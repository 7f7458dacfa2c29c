"""Write rows of any source into the warehouse, slice by slice: what changed is replaced whole, the rest is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payback.data_loader.numbering import numbered_rows
from payback.data_loader.revisions import revisions_of
from payback.warehouse.base import Slice
from payback.warehouse.slices import changed_slices, slices_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from payback.tables import Table
    from payback.warehouse.base import Load, SliceKey, Warehouse


@dataclass(frozen=True)
class Written:
    """What a load did to the slices of one report.

    Parameters
    ----------
    found : list of Slice
        The slices of the rows, and those that were asked for and came empty.
    changed : list of Slice
        Those among them that were new or differed, and were replaced.
    kept : dict
        What the ledger held of the report before, by key.
    """

    found: list[Slice]
    changed: list[Slice]
    kept: dict[SliceKey, Slice]


def write_rows(
    warehouse: Warehouse,
    table: Table,
    relation: str,
    load: Load,
    *,
    report: str,
    settings_hash: str = "",
    covered: Collection[SliceKey] = (),
    flags: Mapping[SliceKey, str] | None = None,
) -> Written:
    """Replace the slices that rows change, and enter them in the ledger. Within a transaction of the warehouse.

    A slice is (source, account, report, day). One whose content hash is that of the ledger is not touched.

    Parameters
    ----------
    warehouse : Warehouse
        Where to write.
    table : Table
        Table that the rows are for.
    relation : str
        Relation in ``warehouse.engine``: the readable columns of the table without the number of campaign or
        customer, ``report``, ``row_number`` and ``row_hash``, see `payback.engine.typed.lasting_hash`.
    load : Load
        Number, request, run and flags of the load.
    report : str
        Report that the rows belong to.
    settings_hash : str
        Hash of everything else that decides what the rows mean.
    covered : collection of (source, account, report, day)
        Slices that were asked for: one of them without rows is now empty, and rows that the table has are deleted.
        Without them slices that are absent stay as they are.
    flags : dict, optional
        Flags by slice, see `payback.warehouse.base.Slice`; the load's where a slice has none here. A slice of the same
        rows with other flags changes in the ledger alone.
    """
    rows = numbered_rows(warehouse, table, relation, load.load_id)
    found = slices_of(warehouse.engine, rows, table.name, settings_hash)
    present = {piece.key for piece in found}
    found += [_empty(key, settings_hash) for key in covered if key not in present]
    found = [replace(piece, flags=(flags or {}).get(piece.key, load.flags)) for piece in found]
    kept = warehouse.slices(table.name, report)
    changed = changed_slices(table.name, found, kept)
    if changed:
        revisions = revisions_of(warehouse, table, rows, changed, kept, load)
        warehouse.write_slices(table.name, rows, changed, load, revisions=revisions)
    _mark(warehouse, table, found, kept)
    return Written(found, changed, kept)


def _mark(warehouse: Warehouse, table: Table, found: list[Slice], kept: dict[SliceKey, Slice]) -> None:
    """Give the slices that stay as they are the flags that they have now."""
    same = [one for one in found if one.key in kept and one.content_hash == kept[one.key].content_hash]
    if marked := [one for one in same if one.flags != kept[one.key].flags]:
        warehouse.mark_slices(table.name, marked)


def _empty(key: SliceKey, settings_hash: str) -> Slice:
    source, account, report, day = key
    return Slice(source, account, report, day, 0, None, None, f"0-{settings_hash}")
