"""Load one file: read it, write its slices, its rejected rows and its line in the ledger in one transaction."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from payback.data_loader.earlier_reading import days_of, delete_slices, earlier_slices
from payback.data_loader.report import LoadReport, report_of
from payback.data_loader.slice_load import write_rows
from payback.errors import DiskFullError
from payback.sources.files import read_typed_file
from payback.warehouse.base import Load
from payback.warehouse.retries import retried

if TYPE_CHECKING:
    from pathlib import Path

    from payback.data_loader.slice_load import Written
    from payback.sources.files import FileSettings, TypedFile
    from payback.warehouse.base import SliceKey, Warehouse

_READER_VERSION = 2
"""Raised when the same file would be read otherwise than before, so that unchanged files are read again."""


@dataclass(frozen=True)
class FileLoad:
    """One file on its way into a warehouse.

    Parameters
    ----------
    warehouse : Warehouse
        Where it goes.
    project : Path
        Folder of the project; paths in the ledger are relative to it.
    file : Path
        The file.
    settings : FileSettings
        How it is read.
    run_id : str, optional
        Run that loads it.
    """

    warehouse: Warehouse
    project: Path
    file: Path
    settings: FileSettings
    run_id: str | None = None

    def execute(self) -> LoadReport:
        """Load the file unless the warehouse holds its content already."""
        started = time.perf_counter()
        fingerprint = _fingerprint(self.file, self.settings)
        if known := self._unchanged(fingerprint):
            return replace(known, seconds=time.perf_counter() - started)
        self._check_room(int(fingerprint["size"]))
        with self.warehouse.staging():
            return retried(lambda: self._write(fingerprint, started))

    def _write(self, fingerprint: dict[str, Any], started: float) -> LoadReport:
        engine = self.warehouse.engine
        try:
            typed = read_typed_file(engine, self.file, self.settings)
            # Divisible: the line in the ledger of files comes last, and without it the file is loaded again.
            with self.warehouse.transaction(divisible=True):
                load = Load(self.warehouse.next_load_id(), f"file {self._name}", self.run_id)
                settings_hash = str(fingerprint["settings_hash"])[:16]
                covered = self._left_by_other_settings(typed, load, str(fingerprint["settings_hash"]))
                written = write_rows(
                    self.warehouse,
                    typed.table,
                    typed.rows,
                    load,
                    report=typed.report,
                    settings_hash=settings_hash,
                    covered=covered,
                )
                if covered:
                    # An empty slice says that a day was asked for and had nothing; these were never asked for.
                    empty = {"table_name": typed.table.name, "load_id": load.load_id, "rows": 0}
                    self.warehouse.delete("loads", empty)
                self._write_rejects(typed, load)
                report = report_of(engine, typed, self.file, "loaded", started)
                report = replace(
                    report,
                    slices_written=len(written.changed),
                    slices_unchanged=len(written.found) - len(written.changed),
                    warnings=[*report.warnings, *self._overlaps(typed, written)],
                )
                self._write_ledger(typed, load, report, fingerprint)
            return replace(report, seconds=time.perf_counter() - started)
        finally:
            engine.drop_temporary()

    def _left_by_other_settings(self, typed: TypedFile, load: Load, settings_hash: str) -> list[SliceKey]:
        """Return the slices of the table that the file wrote when it was read otherwise; other tables lose theirs."""
        known = self.warehouse.records("files", {"path": self._name})
        if not known or known[0]["settings_hash"] == settings_hash:
            return []
        before = known[0]
        days = json.loads(before["details"]).get("days")
        left = earlier_slices(self.warehouse, load.request, before, days and [date.fromisoformat(day) for day in days])
        names = ("table_name", "source", "report")
        if [before[name] for name in names] != [typed.table.name, typed.source, typed.report]:
            self.warehouse.delete("rejected_rows", {"gate": "loading", **{name: before[name] for name in names}})
        if before["table_name"] == typed.table.name:
            return left
        delete_slices(self.warehouse, before["table_name"], left)
        return []

    def _check_room(self, size: int) -> None:
        """Raise before a file is read that the disk of the database cannot hold.

        Rows take about a third of their text's bytes in the database; half leaves room for its log.
        """
        free = shutil.disk_usage(self.project).free
        if size / 2 > free:
            raise DiskFullError(
                "there is no room to load this file; nothing was read",
                where=f"{self.file.name} into {self.project}",
                got=f"{free / 10**6:,.0f} MB free",
                allowed=f"at least {size / 2 / 10**6:,.0f} MB, half the size of the file",
                hint="free some space, or set warehouse.path to another disk",
            )

    def _write_rejects(self, typed: TypedFile, load: Load) -> None:
        engine = self.warehouse.engine
        where = {"gate": "loading", "table_name": typed.table.name, "source": typed.source, "report": typed.report}
        self.warehouse.delete("rejected_rows", where)
        if typed.rows_rejected:
            engine.execute(f"update {typed.rejects} set load_id = ?, run_id = ?", [load.load_id, load.run_id])
            self.warehouse.append("rejected_rows", typed.rejects)

    def _write_ledger(self, typed: TypedFile, load: Load, report: LoadReport, fingerprint: dict[str, Any]) -> None:
        name = self._name
        details = {k: v for k, v in report.to_dict().items() if k not in ("path", "status", "seconds")}
        details["days"] = days_of(self.warehouse, typed)
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

    def _unchanged(self, fingerprint: dict[str, Any]) -> LoadReport | None:
        """Return the report of the load that already holds this very content, if there is one."""
        same = self.warehouse.records(
            "files", {"content_hash": fingerprint["content_hash"], "settings_hash": fingerprint["settings_hash"]}
        )
        if not same:
            return None
        name = self._name
        row = next((row for row in same if row["path"] == name), same[0])
        details = json.loads(row["details"])
        details.pop("days", None)
        details["sums"] = {"cost": row["cost"], "revenue": row["revenue"]}
        if row["path"] != name:
            details["warnings"] = [
                f"its content is that of {row['path']}, which is loaded already",
                *details["warnings"],
            ]
        return LoadReport(**{**details, "path": str(self.file), "status": "unchanged"})

    def _overlaps(self, typed: TypedFile, written: Written) -> list[str]:
        """Warn where a file replaces days of another file, or no longer holds days that it held before."""
        name = self._name
        where = {"table_name": typed.table.name, "source": typed.source, "report": typed.report}
        others = [row["path"] for row in self.warehouse.records("files", where) if row["path"] != name]
        keys = {piece.key for piece in written.found}
        warnings = []
        if others and keys & set(written.kept):
            warnings.append(f"days that {others[0]} had loaded are replaced: both files are report {typed.report}")
        if gone := [key for key, piece in written.kept.items() if piece.rows and key not in keys and not others]:
            warnings.append(f"{len(gone)} slices loaded earlier from this file are not in it now and are kept")
        return warnings

    @property
    def _name(self) -> str:
        """The path as the ledger has it: relative to the project where it lies there."""
        resolved = self.file.resolve()
        inside = resolved.is_relative_to(self.project)
        return (resolved.relative_to(self.project) if inside else resolved).as_posix()


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
