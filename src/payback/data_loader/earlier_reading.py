"""What a file wrote when it was read otherwise: as another source or account, on other days, into another table.

A file that is loaded again with other settings gives its slices other names. Were the earlier ones left, its rows would
stand in the warehouse twice. Days that the file no longer held at its last reading are history and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from payback.sources.files import TypedFile
    from payback.warehouse.base import SliceKey, Warehouse


def days_of(warehouse: Warehouse, typed: TypedFile) -> list[date] | None:
    """Return the first and the last day of the rows of a file; None where they have no days."""
    if "date" not in typed.table:
        return None
    first, last = warehouse.engine.row(f"select min(date), max(date) from {typed.rows}")
    return [first, last] if first else None


def earlier_slices(
    warehouse: Warehouse, request: str, before: Mapping[str, Any], days: list[date] | None
) -> list[SliceKey]:
    """Return the slices that the last reading of a file left.

    Parameters
    ----------
    warehouse : Warehouse
        Where they are.
    request : str
        What the ledger of slices calls the file.
    before : mapping
        The file's line in the ledger of files.
    days : list of date, optional
        First and last day of that reading; None where it had no days.
    """
    kept = warehouse.records(
        "loads", {"table_name": before["table_name"], "report": before["report"], "request": request}
    )
    return [
        (row["source"], row["account"], row["report"], row["day"])
        for row in kept
        if row["rows"] and (row["day"] is None or (days is not None and days[0] <= row["day"] <= days[1]))
    ]


def delete_slices(warehouse: Warehouse, table: str, slices: list[SliceKey]) -> None:
    """Take slices out of a table that the file is no longer for, and out of the ledger."""
    for source, account, report, day in slices:
        where = {"source": source, "account": account, "report": report}
        warehouse.delete(table, where if day is None else {**where, "date": day})
        warehouse.delete("loads", {"table_name": table, **where, **({} if day is None else {"day": day})})
