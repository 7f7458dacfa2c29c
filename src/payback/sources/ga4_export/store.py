"""What is kept of an export between runs, and how changed days change it.

A DuckDB file beside the processed data holds each part summed up (visits and orders) and what all of them give together
(sessions, sales, campaign days). A run sums up only the parts whose content changed, and works out anew only the
visitors and orders that occur in them: their sessions on other days too, because a session may go on after midnight and
a direct visit takes its source from an earlier one. All of it happens in one transaction, so the file is always that of
a whole run. It can be deleted: it is then made again from the export.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from payback.engine.duckdb import Engine, read_sql
from payback.errors import PaybackError, WarehouseError
from payback.sources.ga4_export.joining import join_parts, replace_parts
from payback.sources.ga4_export.options import SOURCE, ExportOptions
from payback.sources.ga4_export.parts import missing_days
from payback.sources.ga4_export.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from payback.sources.ga4_export.parts import Part

_ROOM = "payback.sources.ga4_export"
_DAY_US = 86_400 * 10**6


@dataclass
class SyncReport:
    """What a run found in an export and what it changed.

    Parameters
    ----------
    parts, read, unchanged : int
        Parts of the export; those whose events were read, and those that are as before.
    kept : int
        Parts that the export no longer holds and that stay: tables of an export expire.
    failed : dict of str to PaybackError
        Part -> why it could not be read; what was known of its day stays.
    events, sessions, events_without_session, sessions_without_consent : int
        Sums over all parts that are kept.
    first_day, last_day : date or None
        Days covered.
    missing : list of date
        Days between them without a table.
    provisional : list of date
        Days of which there is no daily table yet.
    old_schema : list of date
        Days without Google's own attribution: before July 2024, or intraday.
    repeated_orders : int
        Purchase events that repeat an order's id; they count once.
    changed_days : int
        Campaign days that differ from those of the run before.
    """

    parts: int = 0
    read: int = 0
    unchanged: int = 0
    kept: int = 0
    failed: dict[str, PaybackError] = field(default_factory=dict)
    events: int = 0
    sessions: int = 0
    events_without_session: int = 0
    sessions_without_consent: int = 0
    first_day: date | None = None
    last_day: date | None = None
    missing: list[date] = field(default_factory=list)
    provisional: list[date] = field(default_factory=list)
    old_schema: list[date] = field(default_factory=list)
    repeated_orders: int = 0
    changed_days: int = 0


class ExportStore:
    """The export of one property, summed up and put together.

    Parameters
    ----------
    path : path
        File to keep it in; made where it is missing.
    options : ExportOptions
        How events are read.
    memory_limit, temp_directory, threads
        As `payback.engine.duckdb.Engine`.

    Raises
    ------
    WarehouseError
        The file is held by another program, or is none of ours.
    """

    def __init__(
        self,
        path: Path,
        options: ExportOptions,
        *,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self.options = options
        path.parent.mkdir(parents=True, exist_ok=True)
        spill = temp_directory or path.parent / f".{path.stem}-spill"
        try:
            self.engine = Engine(path, memory_limit=memory_limit, temp_directory=spill, threads=threads)
        except PaybackError:
            raise
        except Exception as error:
            raise WarehouseError(
                "the file with the summed-up export cannot be opened",
                where=str(path),
                got=str(error).splitlines()[0],
                hint="end the other run, or delete the file: it is made again from the export",
            ) from error
        # What a run commits stands in the log beside the file. To write it into the tables at each end costs more than
        # a new day does; DuckDB does it by itself when the log has grown to 16 MB.
        self.engine.execute("pragma disable_checkpoint_on_shutdown")
        self.engine.execute(read_sql(_ROOM, "tables.sql"), name="export tables")
        self._set_variables()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def _set_variables(self) -> None:
        values: dict[str, object] = {
            "key_events": list(self.options.key_events),
            "lookback_us": self.options.lookback_days * _DAY_US,
            "currency": self.options.currency,
            "account": self.options.account,
            "source": SOURCE,
        }
        for name, value in values.items():
            self.engine.execute(f"set variable {name} = ?", [value])
        # An empty list of Python has no type.
        if not self.options.key_events:
            self.engine.execute("set variable key_events = []::varchar[]")

    def sync(self, parts: Sequence[Part]) -> SyncReport:
        """Take in what changed in the export, and work out what follows from it.

        Parameters
        ----------
        parts : sequence of Part
            What the export holds now, see `payback.sources.ga4_export.parts.find_parts`.

        Raises
        ------
        PaybackError
            No part of the export could be read and nothing is known from before: the error of the first part.
        """
        report = SyncReport(parts=len(parts))
        known = {str(row["key"]): row for row in self.engine.records("from parts")}
        try:
            fresh = self._fresh(parts, known)
            reading = Reading(self.engine, fresh, first_number=self._next_number())
            report.failed = reading.execute()
            read = [part for part in fresh if part.key not in report.failed]
            with self.engine.transaction():
                replace_parts(
                    self.engine, read, reading.numbers, first=reading.first_number, reading=self.options.reading_hash
                )
                report.changed_days = join_parts(self.engine, everything=self._is_new_join())
                self._remember_join()
        finally:
            self.engine.drop_temporary()
        report.read, report.unchanged = len(read), len(parts) - len(fresh)
        report.kept = len(known.keys() - {part.key for part in parts})
        describe(self.engine, report)
        if report.failed and not report.events:
            raise next(iter(report.failed.values()))
        return report

    def _fresh(self, parts: Sequence[Part], known: dict[str, dict[str, object]]) -> list[Part]:
        """Return the parts whose events are not summed up yet; the same content under another time stays."""
        fresh = []
        for part in parts:
            row = known.get(part.key)
            if row and (row["reading"], row["kind"], row["stamp"]) == (
                self.options.reading_hash,
                part.kind,
                part.stamp,
            ):
                continue
            same = row and row["reading"] == self.options.reading_hash and row["kind"] == part.kind
            if row and same and row["content_hash"] == part.content_hash():
                self.engine.execute('update parts set stamp = ? where "key" = ?', [part.stamp, part.key])
                continue
            fresh.append(part)
        return fresh

    def _next_number(self) -> int:
        return int(self.engine.row("select coalesce(max(number), 0) + 1 from parts")[0])

    def _is_new_join(self) -> bool:
        """Tell whether the parts were put together otherwise before, or never."""
        rows = self.engine.rows("select value from meta where name = 'joined as'")
        return not rows or rows[0][0] != self.options.joining_hash

    def _remember_join(self) -> None:
        self.engine.execute("insert or replace into meta values ('joined as', ?)", [self.options.joining_hash])


def customers_sql(options: ExportOptions) -> str:
    """Return the query of one row a person over the tables ``sessions`` and ``sales``."""
    names = {"session_person": "user_pseudo_id", "sale_person": "s.user_pseudo_id"}
    if options.identity == "user_id":
        person = "coalesce(nullif(s.user_id, ''), d.known_as, s.user_pseudo_id)"
        names = {"session_person": person, "sale_person": person}
    return read_sql(_ROOM, "customers.sql", sessions="sessions", sales="sales", **names)


def describe(engine: Engine, report: SyncReport) -> None:
    """Fill in what the parts together hold."""
    sums = "sum(events), sum(sessions), sum(events_without_session), sum(starts_without_session)"
    row = engine.row(f"select {sums}, min(first_day), max(last_day) from parts")
    report.events, report.sessions = int(row[0] or 0), int(engine.row("select count(*) from sessions")[0])
    report.events_without_session, report.sessions_without_consent = int(row[2] or 0), int(row[3] or 0)
    report.first_day, report.last_day = row[4], row[5]
    days = [
        day for (day,) in engine.rows("select distinct unnest([day, first_day, last_day]) as day from parts") if day
    ]
    report.missing = missing_days(days)
    report.provisional = [
        d for (d,) in engine.rows("select day from parts where kind in ('fresh', 'intraday') order by day")
    ]
    report.old_schema = [
        d for (d,) in engine.rows("select first_day from parts where not has_last_click and sessions > 0 order by 1")
    ]
    repeated = "select count(*) - count(distinct transaction_id) from orders where kind = 'purchase' "
    repeated += "and transaction_id is not null"
    report.repeated_orders = int(engine.row(repeated)[0])
