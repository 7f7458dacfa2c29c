"""The front door: files go in, tables come out.

`DataLoader` joins the sources, which turn a file into typed rows, with the warehouse, which keeps them slice by slice.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from payback.data_loader.file_load import FileLoad
from payback.data_loader.file_settings import file_settings
from payback.data_loader.report import report_of
from payback.data_loader.server import server_settings
from payback.engine.duckdb import BATCH_ROWS, Engine, read_sql
from payback.engine.frames import check_kind, from_arrow
from payback.errors import WarehouseBusyError
from payback.sources.files import read_typed_file
from payback.warehouse.opening import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.config import Settings
    from payback.data_loader.report import LoadReport
    from payback.warehouse.base import Warehouse


class DataLoader:
    """Loads files into the warehouse and tables out of it.

    Parameters
    ----------
    project : path, optional
        Folder of the project, the current one by default; its ``config`` folder is read where there is one.
    settings : Settings, optional
        Settings instead of those of the project's files.
    warehouse : Warehouse, optional
        An open warehouse instead of the one of the settings; it is not closed by this object.
    only_look : bool
        Nothing will be written: where a run waits for a service's quota and keeps others from writing, read beside it.

    Attributes
    ----------
    held_by : str or None
        Who keeps others from writing, where that is so.
    notes : list of str
        What whoever reads the answers should know.

    Examples
    --------
    >>> with DataLoader() as loader:                                   # doctest: +SKIP
    ...     loader.import_file("google_ads.csv")
    ...     campaigns = loader.load_campaigns()
    """

    def __init__(
        self,
        project: Path | str | None = None,
        *,
        settings: Settings | None = None,
        warehouse: Warehouse | None = None,
        only_look: bool = False,
    ) -> None:
        from payback.config import load_settings

        self.project = Path(project or ".").resolve()
        self.settings = settings or load_settings(self.project)
        self._owns = warehouse is None
        self._warehouse = warehouse
        self.only_look = only_look
        self.held_by: str | None = None
        self.notes: list[str] = []
        self.run_id: str | None = None
        """Run that loads, for the ledgers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the warehouse, if this object opened it."""
        if self._owns and self._warehouse is not None:
            self._warehouse.close()
            self._warehouse = None

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse, opened at first use."""
        if self._warehouse is None:
            try:
                self._warehouse = self._open()
            except WarehouseBusyError as error:
                if not self.only_look:
                    raise
                # Who waits lets others read; who writes does not, and the same error comes again.
                self._warehouse = self._open(read_only=True)
                self.held_by = error.got or "another program"
        return self._warehouse

    def load_campaigns(self, *, as_: str = "pandas") -> Any:
        """Return the table ``campaigns`` as loaded, names and channels from files of their own filled in.

        Parameters
        ----------
        as_ : {"pandas", "polars", "arrow"}
            Kind of frame. pandas gets floats for money; Polars and Arrow get exact decimals.

        Raises
        ------
        WarehouseError
            The database cannot be read.
        UsageError
            The kind is unknown.
        """
        return self._load("named_campaigns.sql", as_)

    def load_customers(self, *, as_: str = "pandas") -> Any:
        """Return the customers as loaded: rows of customer files, and customers made from order lines.

        Parameters and errors as `load_campaigns`.
        """
        return self._load("all_customers.sql", as_)

    def campaign_batches(self, *, as_: str = "pandas", rows: int = BATCH_ROWS) -> Iterator[Any]:
        """Yield the table ``campaigns`` in frames of at most ``rows`` rows, for tables larger than memory."""
        return self._batches("named_campaigns.sql", as_, rows)

    def customer_batches(self, *, as_: str = "pandas", rows: int = BATCH_ROWS) -> Iterator[Any]:
        """Yield the customers in frames of at most ``rows`` rows, for tables larger than memory."""
        return self._batches("all_customers.sql", as_, rows)

    def import_csv(self, path: Path | str, **options: Any) -> LoadReport:
        """Load a CSV file; another name of `import_file`."""
        return self.import_file(path, **options)

    def import_file(
        self,
        path: Path | str,
        *,
        table: str | None = None,
        source: str | None = None,
        columns: dict[str, str] | None = None,
        currency: str | None = None,
        date_order: str | None = None,
        decimal_sign: str | None = None,
        reading: dict[str, Any] | None = None,
        dry_run: bool = False,
    ) -> LoadReport:
        """Load a file: CSV, TSV, Excel or Parquet, in any common dialect.

        The slices of the file, (source, account, report, day), are replaced whole in one transaction, so loading a
        file again changes nothing and a revised file leaves no old rows. Settings under ``files:`` in the
        configuration apply; arguments win over them.

        Parameters
        ----------
        path : path
            The file.
        table : str, optional
            ``campaigns``, ``customers``, ``orders`` or ``campaign_details``; by default the headers decide.
        source : str, optional
            Name of the source; by default the ad platform, or the file's name.
        columns : dict of str to str, optional
            Our column -> header, or ``"header / 1000000"``.
        currency : str, optional
            ISO 4217 code of amounts whose currency the file does not say.
        date_order : {"auto", "dmy", "mdy"}, optional
            Order of dates such as 03/04/2024.
        decimal_sign : {"auto", ".", ","}, optional
            Sign before the decimals.
        reading : dict, optional
            How the bytes are read: ``encoding``, ``delimiter``, ``sheet``, ``header_line``.
        dry_run : bool
            Read and check, write nothing.

        Raises
        ------
        InputError
            The file cannot be used; the database is as before.
        WarehouseError
            The database cannot be written; it is as before.
        """
        file = Path(path)
        given: dict[str, Any] = {"table": table, "source": source, "currency": currency, "date_order": date_order}
        given |= {"decimal_sign": decimal_sign, "columns": columns}
        given |= reading or {}
        given = {name: value for name, value in given.items() if value is not None}
        chosen = file_settings(self.settings, self.project, file, given)
        if dry_run:
            started = time.perf_counter()
            with Engine(memory_limit=self.settings.engine.memory_limit) as engine:
                return report_of(engine, read_typed_file(engine, file, chosen), file, "dry run", started)
        return FileLoad(self.warehouse, self.project, file, chosen, self.run_id).execute()

    def _open(self, **options: Any) -> Warehouse:
        engine = self.settings.engine
        return open_warehouse(
            self.settings.warehouse.kind,
            self.project / self.settings.warehouse.path,
            memory_limit=engine.memory_limit,
            temp_directory=engine.temp_directory,
            threads=engine.threads,
            server=server_settings(self.settings, self.project),
            **options,
        )

    def _load(self, query: str, as_: str) -> Any:
        kind = check_kind(as_)
        self.warehouse.expose("campaigns", "campaign_details", "customers", "orders", "customer_keys")
        table = self.warehouse.engine.arrow(read_sql("payback.warehouse", query) + " order by load_id, row_number")
        return from_arrow(table, kind)

    def _batches(self, query: str, as_: str, rows: int) -> Iterator[Any]:
        import pyarrow as pa

        kind = check_kind(as_)
        self.warehouse.expose("campaigns", "campaign_details", "customers", "orders", "customer_keys")
        for batch in self.warehouse.engine.batches(read_sql("payback.warehouse", query), rows=rows):
            yield from_arrow(pa.Table.from_batches([batch]), kind)
