"""The front door: files go in, tables come out.

`DataLoader` joins the sources, which turn a file into typed rows, with the warehouse, which keeps them slice by slice.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from payback.engine.duckdb import BATCH_ROWS, Engine, read_sql
from payback.engine.frames import check_kind, from_arrow
from payback.errors import DiskFullError
from payback.sources.files import FileSettings, TypedFile, read_typed_file
from payback.sources.reading import ReadOptions
from payback.tables import CAMPAIGNS, CUSTOMERS, ORDERS
from payback.warehouse.base import Load, Slice, Warehouse
from payback.warehouse.opening import open_warehouse
from payback.warehouse.retries import retried
from payback.warehouse.slices import changed_slices, slices_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from payback.config import Settings

_READER_VERSION = 1
"""Raised when the same file would be read otherwise than before, so that unchanged files are read again."""

_NUMBERED = {CAMPAIGNS.name: ("campaign_keys", "campaign_id"), CUSTOMERS.name: ("customer_keys", "customer_id"),
             ORDERS.name: ("customer_keys", "customer_id")}  # fmt: skip
"""Tables whose rows, or whose customers, get numbers."""
_IDENTITY = {"campaign_id": (("external_campaign_id", "campaign_name"),
                             "coalesce(external_campaign_id, name_key(campaign_name), '')"),
             "customer_id": (("external_customer_id",), "external_customer_id")}  # fmt: skip
"""Columns that tell campaigns or customers of an account apart, and SQL of the key that they give."""


@dataclass(frozen=True)
class LoadReport:
    """What became of one file.

    ``rows_read`` is always ``rows_loaded + rows_rejected``. Of an unchanged file the numbers are those of its load.

    Parameters
    ----------
    path, table, source : str
        File, table and source.
    status : str
        ``loaded``, ``unchanged`` (same file as last time, nothing was written) or ``dry run``.
    rows_read, rows_loaded, rows_rejected : int
        Data rows of the file, those in the table and those in ``rejected_rows``.
    sums : dict of str to Decimal
        Exact sums of cost and revenue of the loaded rows; None where the table has no such column.
    mapping : dict of str to str
        Our column -> header of the file.
    unused : list of str
        Headers that no column took.
    rejected : dict of str to int
        Reason -> rows.
    warnings : list of str
        What a person should know.
    slices_written, slices_unchanged : int
        Slices that were replaced, and that were as before.
    dialect : dict
        How the file was read.
    seconds : float
        Duration.
    """

    path: str
    table: str
    source: str
    status: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    sums: dict[str, Decimal | None]
    mapping: dict[str, str]
    unused: list[str] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    slices_written: int = 0
    slices_unchanged: int = 0
    dialect: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can carry it; sums are decimal strings."""
        values = dict(self.__dict__)
        values["sums"] = {name: None if value is None else _plain(value) for name, value in self.sums.items()}
        values["seconds"] = round(self.seconds, 3)
        return values


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
    ) -> None:
        from payback.config import load_settings

        self.project = Path(project or ".").resolve()
        self.settings = settings or load_settings(self.project)
        self._owns = warehouse is None
        self._warehouse = warehouse
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
            engine = self.settings.engine
            self._warehouse = open_warehouse(
                self.settings.warehouse.kind,
                self.project / self.settings.warehouse.path,
                memory_limit=engine.memory_limit,
                temp_directory=engine.temp_directory,
                threads=engine.threads,
                server=server_settings(self.settings, self.project),
            )
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
        started = time.perf_counter()
        file = Path(path)
        given: dict[str, Any] = {"table": table, "source": source, "currency": currency, "date_order": date_order}
        given |= {"decimal_sign": decimal_sign, "columns": columns}
        given |= reading or {}
        chosen = self._file_settings(file, {name: value for name, value in given.items() if value is not None})
        if dry_run:
            with Engine(memory_limit=self.settings.engine.memory_limit) as engine:
                typed = read_typed_file(engine, file, chosen)
                return _report(engine, typed, file, "dry run", started)
        fingerprint = _fingerprint(file, chosen)
        if known := self._unchanged(file, fingerprint):
            return replace(known, seconds=time.perf_counter() - started)
        self._check_room(file, int(fingerprint["size"]))
        return retried(lambda: self._write(file, chosen, fingerprint, started))

    def _write(self, file: Path, chosen: FileSettings, fingerprint: dict[str, Any], started: float) -> LoadReport:
        engine = self.warehouse.engine
        try:
            typed = read_typed_file(engine, file, chosen)
            with self.warehouse.transaction():
                load = Load(self.warehouse.next_load_id(), f"file {self._name(file)}", self.run_id)
                relation = self._complete(typed, load)
                found = slices_of(engine, relation, typed.table.name, str(fingerprint["settings_hash"])[:16])
                kept = self.warehouse.slices(typed.table.name, typed.report)
                changed = changed_slices(typed.table.name, found, kept)
                if changed:
                    self.warehouse.write_slices(typed.table.name, relation, changed, load)
                self._write_rejects(typed, load)
                report = _report(engine, typed, file, "loaded", started)
                report = replace(
                    report,
                    slices_written=len(changed),
                    slices_unchanged=len(found) - len(changed),
                    warnings=[*report.warnings, *self._overlaps(file, typed, found, kept)],
                )
                self._write_ledger(file, typed, load, report, fingerprint)
            return replace(report, seconds=time.perf_counter() - started)
        finally:
            engine.drop_temporary()

    def _check_room(self, file: Path, size: int) -> None:
        """Raise before a file is read that the disk of the database cannot hold.

        Rows take about a third of their text's bytes in the database; half leaves room for its log.
        """
        free = shutil.disk_usage(self.project).free
        if size / 2 > free:
            raise DiskFullError(
                "there is no room to load this file; nothing was read",
                where=f"{file.name} into {self.project}",
                got=f"{free / 10**6:,.0f} MB free",
                allowed=f"at least {size / 2 / 10**6:,.0f} MB, half the size of the file",
                hint="free some space, or set warehouse.path to another disk",
            )

    def _complete(self, typed: TypedFile, load: Load) -> str:
        """Return a relation with every column of the table: numbers of campaigns or customers, report and load."""
        engine, table = self.warehouse.engine, typed.table
        number, join = "", ""
        if table.name in _NUMBERED:
            number, join = self._number(typed)
        engine.execute(
            f"create or replace temp view complete as select {number}r.*, {load.load_id}::bigint as load_id "
            f"from {typed.rows} r{join}"
        )
        return "complete"

    def _number(self, typed: TypedFile) -> tuple[str, str]:
        """Give campaigns or customers their numbers; return SQL of the column and of the join that it needs."""
        engine = self.warehouse.engine
        keys, column = _NUMBERED[typed.table.name]
        names, external = _IDENTITY[column]
        listed = ", ".join(names)
        engine.connection.execute(read_sql("payback.engine", "typed.sql"))
        # Names are worked out on what differs: rows are many, campaigns are few.
        distinct = "distinct " if external not in names else ""
        engine.execute(
            f"create or replace temp view given_keys as select *, {external} as external_key "
            f"from (select {distinct}source, account, {listed} from {typed.rows})"
        )
        engine.execute(
            "create or replace temp view fresh_keys as select source, account, external_key from given_keys "
            "where external_key is not null"
        )
        numbered = self.warehouse.number_keys(keys, "fresh_keys", column)
        if column not in typed.table:
            return "", ""
        counted = (
            f"from {numbered} semi join (select distinct source, account from {typed.rows}) using (source, account) "
            f"where {column}::varchar <> external_key"
        )
        if not engine.row(f"select exists ({counted})")[0]:
            # Every key of these accounts is its own number: there is nothing to look up.
            return f"try_cast({external} as bigint) as {column}, ", ""
        engine.execute(
            f"create or replace temp table key_numbers as select distinct g.*, n.{column} from given_keys g "
            f"join {numbered} n using (source, account, external_key)"
        )
        same = " and ".join(f"n.{name} is not distinct from r.{name}" for name in ("source", "account", *names))
        return f"n.{column}, ", f" left join key_numbers n on {same}"

    def _write_rejects(self, typed: TypedFile, load: Load) -> None:
        engine = self.warehouse.engine
        where = {"gate": "loading", "table_name": typed.table.name, "source": typed.source, "report": typed.report}
        self.warehouse.delete("rejected_rows", where)
        if typed.rows_rejected:
            engine.execute(f"update {typed.rejects} set load_id = ?, run_id = ?", [load.load_id, load.run_id])
            self.warehouse.append("rejected_rows", typed.rejects)

    def _write_ledger(
        self, file: Path, typed: TypedFile, load: Load, report: LoadReport, fingerprint: dict[str, Any]
    ) -> None:
        name = self._name(file)
        details = {k: v for k, v in report.to_dict().items() if k not in ("path", "status", "seconds")}
        row = {
            "path": name,
            "table_name": typed.table.name,
            "source": typed.source,
            "report": typed.report,
            **fingerprint,
            "load_id": load.load_id,
            "rows_read": report.rows_read,
            "rows_loaded": report.rows_loaded,
            "rows_rejected": report.rows_rejected,
            "cost": report.sums["cost"],
            "revenue": report.sums["revenue"],
            "details": json.dumps(details, ensure_ascii=False, default=str),
            "run_id": load.run_id,
        }
        self.warehouse.replace_rows("files", {"path": name}, [row])

    def _unchanged(self, file: Path, fingerprint: dict[str, Any]) -> LoadReport | None:
        """Return the report of the load that already holds this very content, if there is one."""
        same = self.warehouse.records(
            "files", {"content_hash": fingerprint["content_hash"], "settings_hash": fingerprint["settings_hash"]}
        )
        if not same:
            return None
        name = self._name(file)
        row = next((row for row in same if row["path"] == name), same[0])
        details = json.loads(row["details"])
        details["sums"] = {"cost": row["cost"], "revenue": row["revenue"]}
        if row["path"] != name:
            details["warnings"] = [
                f"its content is that of {row['path']}, which is loaded already",
                *details["warnings"],
            ]
        return LoadReport(**{**details, "path": str(file), "status": "unchanged"})

    def _overlaps(self, file: Path, typed: TypedFile, found: list[Slice], kept: dict[Any, Slice]) -> list[str]:
        """Warn where a file replaces days of another file, or no longer holds days that it held before."""
        name = self._name(file)
        where = {"table_name": typed.table.name, "source": typed.source, "report": typed.report}
        others = [row["path"] for row in self.warehouse.records("files", where) if row["path"] != name]
        keys = {piece.key for piece in found}
        warnings = []
        if others and keys & set(kept):
            warnings.append(f"days that {others[0]} had loaded are replaced: both files are report {typed.report}")
        if gone := [key for key in kept if key not in keys and not others]:
            warnings.append(f"{len(gone)} slices loaded earlier from this file are not in it now and are kept")
        return warnings

    def _file_settings(self, file: Path, given: dict[str, Any]) -> FileSettings:
        """Return what the configuration and the caller say about a file."""
        load = self.settings.load
        values: dict[str, Any] = {
            "date_order": load.date_order,
            "decimal_sign": load.decimal_sign,
            "currency": self.settings.currency,
        }
        for pattern, rule in self.settings.files.items():
            if _matches(file, pattern, self.project):
                values |= {name: value for name, value in rule.model_dump().items() if value not in (None, {})}
        values |= given
        options = {n: values.pop(n) for n in ("encoding", "delimiter", "sheet", "header_line") if n in values}
        engine = self.settings.engine
        return FileSettings(
            **values,
            maximum_rejected_share=load.maximum_rejected_share,
            options=ReadOptions(
                maximum_ragged_share=load.maximum_ragged_share, temp_directory=engine.temp_directory, **options
            ),
        )

    def _name(self, file: Path) -> str:
        """Return the path as the ledger has it: relative to the project where it lies there."""
        resolved = file.resolve()
        inside = resolved.is_relative_to(self.project)
        return (resolved.relative_to(self.project) if inside else resolved).as_posix()

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


def server_settings(settings: Settings, project: Path) -> dict[str, Any]:
    """Return the settings of the database server as plain values; files are found from the project.

    Parameters
    ----------
    settings : Settings
        Where they stand; password and URL come out readable.
    project : Path
        Folder of the project.
    """
    server = settings.mysql
    plain = {name: getattr(server, name) for name in type(server).model_fields}
    secrets = {name: plain[name].get_secret_value() for name in ("password", "url") if plain[name]}
    files = {name: project / plain[name] for name in ("tls_ca", "tls_cert", "tls_key") if plain[name]}
    return plain | secrets | files


def _report(engine: Engine, typed: TypedFile, file: Path, status: str, started: float) -> LoadReport:
    money = [name for name in ("cost", "revenue") if name in typed.table]
    row = engine.records(f"select {', '.join(f'sum({name}) as {name}' for name in money) or 'null'} from {typed.rows}")[
        0
    ]
    reasons = engine.rows(f"select reason, count(*) from {typed.rejects} group by reason order by 2 desc, 1")
    return LoadReport(
        path=str(file),
        table=typed.table.name,
        source=typed.source,
        status=status,
        rows_read=typed.rows_read,
        rows_loaded=typed.rows_loaded,
        rows_rejected=typed.rows_rejected,
        sums={name: row.get(name) for name in ("cost", "revenue")},
        mapping=typed.mapping,
        unused=list(typed.unused),
        rejected=dict(reasons),
        warnings=list(typed.warnings),
        dialect=typed.dialect,
        seconds=time.perf_counter() - started,
    )


def _fingerprint(file: Path, settings: FileSettings) -> dict[str, Any]:
    """Return size, time and hashes of a file and of everything that decides how it is read."""
    try:
        stat = file.stat()
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "blake2b").hexdigest()[:32]
    except OSError:
        # The reader says what is wrong with a path, and better.
        return {"size": 0, "modified_ns": 0, "content_hash": "", "settings_hash": ""}
    # The name decides the report, and with it the slices; the folder does not.
    decides = f"{_READER_VERSION} {settings!r}"
    return {
        "size": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
        "content_hash": content,
        "settings_hash": hashlib.blake2b(decides.encode(), digest_size=16).hexdigest(),
    }


def _matches(file: Path, pattern: str, project: Path) -> bool:
    """Tell whether a pattern such as ``meta/*.csv`` names a file, by its name or its path in the project."""
    resolved = file.resolve()
    names = [file.name, resolved.as_posix()]
    if resolved.is_relative_to(project):
        names.append(resolved.relative_to(project).as_posix())
    return any(fnmatch.fnmatch(name, form) for name in names for form in (pattern, f"*/{pattern}"))


def _plain(value: Decimal) -> str:
    """Return a decimal without exponent and without zeros at its end, but with at least two digits behind the point."""
    text = f"{value:f}"
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"
