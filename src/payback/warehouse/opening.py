"""Open a warehouse by its name; the library that drives it is imported then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from payback.warehouse.base import Warehouse


def open_warehouse(kind: str, path: Path, **options: Any) -> Warehouse:
    """Open a warehouse by name.

    Parameters
    ----------
    kind : {"duckdb", "mysql"}
        Which one.
    path : Path
        Database file; a server has none.
    **options
        What the warehouse takes: ``memory_limit``, ``temp_directory``, ``threads``; DuckDB also ``read_only``, MySQL
        also ``server``: the settings of the server by name, see `payback.warehouse.mysql.address.Address`, and among
        them ``load_streams``.

    Raises
    ------
    WarehouseBusyError
        Another program holds the file.
    SchemaVersionError
        The file was written by a newer program.
    ConfigurationError
        The kind is unknown, its packages are not installed, or the server refuses user or database.
    """
    server = options.pop("server", {})
    if kind == "duckdb":
        from payback.warehouse.duckdb import DuckDBWarehouse

        return DuckDBWarehouse(path, **options)
    if kind == "mysql":
        try:
            from payback.warehouse.mysql.address import Address
            from payback.warehouse.mysql.warehouse import MySQLWarehouse
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"{error.name} is not installed", where="warehouse.kind", hint="pip install 'payback[mysql]'"
            ) from error
        streams = {name: server[name] for name in ("load_streams",) if name in server}
        return MySQLWarehouse(Address.from_parts(**server), **streams, **options)
    raise ConfigurationError(
        "unknown kind of warehouse", where="warehouse.kind", got=repr(kind), allowed="duckdb, mysql"
    )
