"""Load the BigQuery export of GA4: sum up what is new, write the days that changed, say what is missing."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payback.data_loader.slice_load import write_rows
from payback.engine.duckdb import Engine, literal
from payback.errors import UnreadableFileError
from payback.sources.ga4_export.crm import CrmFile
from payback.sources.ga4_export.options import SOURCE, ExportOptions
from payback.sources.ga4_export.parts import find_parts
from payback.sources.ga4_export.rows import write_customer_rows, write_day_rows
from payback.sources.ga4_export.store import ExportStore, SyncReport
from payback.sources.ga4_export.users import find_users, read_users
from payback.tables import CAMPAIGN_TRAFFIC, CAMPAIGNS, CUSTOMERS, UNKNOWN_CURRENCY
from payback.warehouse.base import Load, SliceKey
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from payback.config.reading import GA4Export
    from payback.data_loader import DataLoader
    from payback.sources.ga4_export.parts import Part
    from payback.tables import Table

_log = logging.getLogger(__name__)
LATE_DAYS = 3
"""Google adds late hits to a daily table for so many days after its date."""
_NAMED = 5
"""Days that a warning names."""


@dataclass
class ExportOutcome:
    """What loading an export did.

    Parameters
    ----------
    report : SyncReport
        What was found in it.
    rows : dict of str to int
        Table -> rows written; a table whose days are all as before has none.
    warnings : list of str
        What a person should know.
    """

    report: SyncReport
    rows: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def is_configured(loader: DataLoader) -> bool:
    """Tell whether the project reads an export of GA4."""
    wanted = loader.settings.ga4_export
    return bool(wanted.path or wanted.bigquery)


def load_export(loader: DataLoader, *, say: Callable[[str], None] | None = None) -> ExportOutcome:
    """Read what is new in the export, and write the campaign days and customers that it changes.

    Parameters
    ----------
    loader : DataLoader
        The project, with ``ga4_export`` in its settings.
    say : callable, optional
        Called with a sentence before each piece of work.

    Raises
    ------
    ConfigurationError
        Access to BigQuery is refused, or the run would read more bytes than allowed.
    InputError
        There is no export, or none of it can be read.
    """
    say = say or (lambda _: None)
    folder = store_folder(loader)
    notes: list[str] = []
    parts = _parts(loader, folder, say, notes)
    say(f"reading {len(parts)} days of GA4's export")
    with open_store(loader) as store, tempfile.TemporaryDirectory(dir=folder) as scratch:
        outcome = ExportOutcome(store.sync(parts), warnings=notes)
        outcome.warnings += _warnings(outcome.report)
        if loader.settings.ga4.numbers():
            outcome.warnings.append(
                "GA4 is read by its Data API and from its export: campaign_traffic holds the sessions of both, told "
                "apart by source; where both have a day of the same property, reports count that of the Data API"
            )
        tables = [CAMPAIGN_TRAFFIC] + ([CAMPAIGNS] if loader.settings.ga4_export.campaigns else [])
        for table in tables:
            _write_days(loader, store, table, Path(scratch), outcome)
        if loader.settings.ga4_export.customers != "off":
            _write_customers(loader, store, Path(scratch), outcome)
    return outcome


def plan_export(loader: DataLoader) -> str:
    """Say which days of an export in files `load_export` would read; nothing is written, and BigQuery is not asked.

    Raises
    ------
    InputError
        There is no export.
    """
    if loader.settings.ga4_export.bigquery:
        return "BigQuery is not asked in a dry run"
    parts = _parts(loader, Path(), lambda _: None, [])
    known = _known_parts(_folder(loader) / "export.duckdb")
    reading = _options(loader).reading_hash
    new = sum(part.key not in known for part in parts)
    changed = sum(part.key in known and not _is_as_known(part, known[part.key], reading) for part in parts)
    return f"would read {new + changed:,} of {len(parts):,} days: {new:,} new, {changed:,} changed"


def _known_parts(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    with Engine(path, read_only=True) as engine:
        return {str(row["key"]): row for row in engine.records("from parts")}


def _is_as_known(part: Part, row: dict[str, Any], reading: str) -> bool:
    """Tell whether a part was read as it is; the same content under another time was."""
    if (row["reading"], row["kind"]) != (reading, part.kind):
        return False
    return bool(row["stamp"] == part.stamp or row["content_hash"] == part.content_hash())


def _folder(loader: DataLoader) -> Path:
    return loader.settings.paths.processed_data / "ga4_export"


def store_folder(loader: DataLoader) -> Path:
    """Return the folder in which the summed-up export is kept."""
    folder = _folder(loader)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_store(loader: DataLoader) -> ExportStore:
    """Return the project's summed-up export."""
    engine = loader.settings.engine
    return ExportStore(
        store_folder(loader) / "export.duckdb",
        _options(loader),
        memory_limit=engine.memory_limit,
        temp_directory=engine.temp_directory,
        threads=engine.threads,
    )


def _options(loader: DataLoader) -> ExportOptions:
    wanted = loader.settings.ga4_export
    return ExportOptions(
        account=_account(wanted),
        currency=loader.settings.currency or UNKNOWN_CURRENCY,
        lookback_days=wanted.lookback_days,
        key_events=tuple(wanted.key_events),
        identity=wanted.customer_id,
    )


def _account(wanted: GA4Export) -> str:
    """Return the name of the property: BigQuery calls the dataset of property 123 analytics_123."""
    if wanted.account is not None:
        return wanted.account
    return wanted.bigquery.rpartition(".")[2].removeprefix("analytics_") if wanted.bigquery else ""


def _parts(loader: DataLoader, folder: Path, say: Callable[[str], None], notes: list[str]) -> list[Part]:
    wanted = loader.settings.ga4_export
    if wanted.bigquery:
        from payback.sources.ga4_export.bigquery import BigQueryExport

        say(f"asking BigQuery for the tables of {wanted.bigquery}")
        export = BigQueryExport(
            wanted.bigquery,
            folder / "bigquery",
            credentials=loader.project / wanted.credentials if wanted.credentials else None,
            endpoint=wanted.endpoint,
            storage_endpoint=wanted.storage_endpoint,
            storage_read=wanted.storage_read,
            maximum_bytes=wanted.maximum_bytes,
        )
        identity = wanted.customer_id if wanted.customers == "users" else None
        parts = export.fetch(first_day=wanted.start_date, identity=identity)
        notes += [f"GA4 export: {note}" for note in export.notes]
        return parts
    path = loader.project / (wanted.path or Path())
    found = find_parts(path)
    return [part for part in found if not (wanted.start_date and part.day and part.day < wanted.start_date)]


def _warnings(report: SyncReport) -> list[str]:
    """Say in words what is not as it should be."""
    texts = [f"GA4 export: {error.message}" for error in report.failed.values()]
    if report.missing:
        texts.append(f"GA4 export: {_days(report.missing)} missing between {report.first_day} and {report.last_day}")
    if report.provisional:
        texts.append(f"GA4 export: {_days(report.provisional)} provisional, the daily table is not there yet")
    if report.old_schema:
        texts.append(
            f"GA4 export: {_days(report.old_schema)} without Google's own attribution (before July 2024, or intraday); "
            "sources are worked out from the events"
        )
    if report.events_without_session:
        texts.append(
            f"GA4 export: {report.events_without_session:,} of {report.events:,} events name no visitor or no session "
            f"({report.sessions_without_consent:,} visits, mostly without consent); their orders count, sessions they "
            "are not"
        )
    if report.repeated_orders:
        texts.append(f"GA4 export: {report.repeated_orders:,} purchase events repeat an order and count once")
    return texts


def _days(days: Sequence[date]) -> str:
    named = ", ".join(day.isoformat() for day in days[:_NAMED]) + (", …" if len(days) > _NAMED else "")
    return f"{len(days)} day{'s' if len(days) > 1 else ''} ({named})"


def _write_days(loader: DataLoader, store: ExportStore, table: Table, scratch: Path, outcome: ExportOutcome) -> None:
    """Write the days of a table that the warehouse lacks or holds otherwise."""
    warehouse, account = loader.warehouse, store.options.account
    slices = warehouse.slices(table.name, SOURCE)
    held = {key[3]: one.content_hash for key, one in slices.items() if key[:2] == (SOURCE, account) and key[3]}
    if others := sorted({key[1] for key in slices if key[1] != account}):
        outcome.warnings.append(
            f"GA4 export: {table.name} also holds rows of the account {', '.join(map(repr, others))}; if that is the "
            "same property under another name, its sessions count twice"
        )
    flags = _flags(outcome.report)
    # Days with other flags than before are written too: their rows stay as they are, the ledger learns the flags.
    same = {day: text for day, text in held.items() if slices[_key(account, day)].flags == flags.get(day, "")}
    rows = write_day_rows(store, table, same, scratch / f"{table.name}.parquet")
    if not (rows.days or rows.emptied):
        return
    _write(loader, table, rows.path, account, [*rows.emptied], flags)
    outcome.rows[table.name] = int(store.engine.row("select count(*) from read_parquet(?)", [str(rows.path)])[0])


def _key(account: str, day: date | None) -> SliceKey:
    return SOURCE, account, SOURCE, day


def _write(
    loader: DataLoader, table: Table, path: Path, account: str, emptied: Sequence[date], flags: dict[date, str]
) -> None:
    warehouse = loader.warehouse

    def write() -> None:
        name = f"export_{table.name}"
        warehouse.engine.execute(f"create or replace temp view {name} as from read_parquet({literal(str(path))})")
        try:
            # Divisible: the next run compares each day with the ledger, and writes those that are missing.
            with warehouse.transaction(divisible=True):
                load = Load(warehouse.next_load_id(), json.dumps({"ga4_export": table.name}), loader.run_id)
                covered = [_key(account, day) for day in emptied]
                marked = {_key(account, day): text for day, text in flags.items()}
                write_rows(warehouse, table, name, load, report=SOURCE, covered=covered, flags=marked)
        finally:
            warehouse.engine.drop_temporary()

    retried(write)


def _flags(report: SyncReport) -> dict[date, str]:
    """Return the flags of each day that has one."""
    today = datetime.now(UTC).date()
    flags: dict[date, list[str]] = {}
    recent = [today - timedelta(days=age) for age in range(LATE_DAYS + 1)]
    for name, days in (("provisional", [*report.provisional, *recent]), ("old_schema", report.old_schema)):
        for day in dict.fromkeys(days):
            flags.setdefault(day, []).append(name)
    return {day: ",".join(names) for day, names in flags.items()}


def _write_customers(loader: DataLoader, store: ExportStore, scratch: Path, outcome: ExportOutcome) -> None:
    """Write one customer a person; those whom a file of the shop brought already stay out."""
    crm = loader.settings.ga4_export.crm
    file = CrmFile(loader.project / crm.path, crm.key, crm.columns()) if crm.path else None
    path = scratch / "customers.parquet"
    try:
        matched = write_customer_rows(store, file, path, _people(loader, store, outcome))
    except UnreadableFileError as error:
        # Of a damaged table of users nobody knows whom it has: rather all customers of yesterday than some of today.
        outcome.warnings.append(f"GA4 export: {error.message}")
        return
    if file:
        outcome.warnings.append(f"GA4 export: {matched:,} customers were found in {file.path.name}")
    twice = _drop_known(loader, path)
    if twice:
        outcome.warnings.append(
            f"GA4 export: {twice:,} visitors are customers of another source already and were left out"
        )
    warehouse, account = loader.warehouse, store.options.account
    before = warehouse.slices(CUSTOMERS.name, SOURCE).get(_key(account, None))
    rows, total = warehouse.engine.row(
        "select count(*), sum(row_hash)::varchar || '-' from read_parquet(?)", [str(path)]
    )
    if rows and (before is None or before.content_hash != total):
        _write(loader, CUSTOMERS, path, account, [], {})
        outcome.rows[CUSTOMERS.name] = int(rows)


def _people(loader: DataLoader, store: ExportStore, outcome: ExportOutcome) -> str | None:
    """Return the query of people from the export of users, where they are to come from it."""
    wanted = loader.settings.ga4_export
    if wanted.customers != "users":
        return None
    place = store_folder(loader) / "bigquery" if wanted.bigquery else loader.project / (wanted.path or Path())
    found = find_users(place, wanted.customer_id, wanted.start_date)
    query, users = read_users(store.engine, found, wanted.customer_id)
    if users.without_id:
        outcome.warnings.append(
            f"GA4 export: {users.without_id:,} of {users.rows:,} rows of users name no user and were left out"
        )
    _log.info("%d rows of users: %d users, %d earlier rows of them", users.rows, users.customers, users.earlier)
    return query


def _drop_known(loader: DataLoader, path: Path) -> int:
    """Take people out of the file of customers whom another source has under the same id; return how many."""
    warehouse = loader.warehouse
    warehouse.expose("customers", "orders")
    known = " union ".join(
        f"select external_customer_id from {table} where source <> {literal(SOURCE)}"
        for table in ("customers", "orders")
    )
    engine, people = warehouse.engine, f"read_parquet({literal(str(path))})"
    twice = int(engine.row(f"select count(*) from {people} semi join ({known}) using (external_customer_id)")[0])
    if twice:
        kept = path.with_name("kept.parquet")
        left = f"select * from {people} anti join ({known}) using (external_customer_id)"
        engine.execute(f"copy ({left}) to {literal(str(kept))} (format parquet)")
        kept.replace(path)
    return twice
