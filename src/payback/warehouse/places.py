"""A place that a restored database takes: its scratch database beside it, and the step that exchanges the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from payback.warehouse.base import Warehouse


class Place(Protocol):
    """A database that can be exchanged for another one.

    Entered it keeps other writers out, where there is a database that can be opened.
    """

    name: str
    live: Warehouse | None
    """The database that is there; None where there is none or where it cannot be read."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def scratch(self) -> AbstractContextManager[Warehouse]:
        """Give an empty database beside the other; it is gone afterwards unless it was swapped."""
        ...

    def swap(self, target: Warehouse, rows: Mapping[str, int]) -> str | None:
        """Put the scratch database in the place of the other, at once or not at all.

        Parameters
        ----------
        target : Warehouse
            The scratch database; it is closed.
        rows : mapping of str to int
            Rows that each table must have afterwards, or the old one comes back.

        Returns
        -------
        str or None
            Where the database lies that was there and could not be read.
        """
        ...


def open_place(kind: str, path: Path, **options: Any) -> Place:
    """Return the place of a warehouse; parameters and errors as `payback.warehouse.opening.open_warehouse`."""
    server = options.pop("server", {})
    if kind == "duckdb":
        from payback.warehouse.duckdb_place import DuckDBPlace

        return DuckDBPlace(path, **options)
    try:
        from payback.warehouse.mysql.address import Address
        from payback.warehouse.mysql.place import MySQLPlace
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is not installed", where="warehouse.kind", hint="pip install 'payback[mysql]'"
        ) from error
    return MySQLPlace(Address.from_parts(**server), **options)
