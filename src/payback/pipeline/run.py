"""``payback run``: load what is new, clean, analyse, publish; record each step; skip what would change nothing."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payback.errors import (
    ConfigurationError,
    DeliveryError,
    EmptyFileError,
    InputError,
    PaybackError,
    WarehouseError,
)
from payback.pipeline.alert_step import broken_rules, failed_run, tell
from payback.pipeline.cleaning_step import clean_tables, has_rows, write_processed
from payback.pipeline.publish_step import publish, roi_tables
from payback.pipeline.questions import clean_state, remember_clean
from payback.pipeline.raw_folder import other_files, raw_files
from payback.pipeline.record import RunRecord, StepRecord, new_run_id, now, peak_memory_mb
from payback.pipeline.segment_step import keep_segments, segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from payback.data_loader import DataLoader

_log = logging.getLogger(__name__)

_NAMED = 5
"""Files that a warning names."""


class Run:
    """One run of the whole pipeline.

    Parameters
    ----------
    loader : DataLoader
        The project and its warehouse.
    progress : callable, optional
        Called with a sentence before each piece of work.

    Examples
    --------
    >>> with DataLoader("shop") as loader:                              # doctest: +SKIP
    ...     record = Run(loader).execute()
    """

    def __init__(self, loader: DataLoader, *, progress: Callable[[str], None] | None = None) -> None:
        from payback import __version__

        self.loader = loader
        self.say = progress or (lambda _: None)
        started = now()
        self.record = RunRecord(new_run_id(started), started, __version__)
        self.tables: dict[str, pa.Table] = {}

    def execute(self, *, force: bool = False) -> RunRecord:
        """Run every step and return the record; a step that fails ends the run and leaves what the others made.

        Parameters
        ----------
        force : bool
            Work even where nothing is new.
        """
        clock = time.perf_counter()
        try:
            self._start()
        except PaybackError as error:
            self.record.status, self.record.error = "failed", str(error)
            raise
        try:
            failures = [*self._extract(), *self._load(), *self._load_export()]
            if self._is_unchanged(force=force):
                self._skip_rest()
            else:
                self._make()
            self.record.status = "failed" if failures else self.record.status
            self.record.error = "; ".join(failures)
            self._alert()
        except BaseException as error:
            self.record.status = "failed"
            self.record.error = str(error) or type(error).__name__
            self._tell_failure(error)
            raise
        finally:
            self.record.seconds = time.perf_counter() - clock
            self._finish()
        return self.record

    def plan(self) -> RunRecord:
        """Read and check every file and say what a run would do; nothing is written."""
        self.record.dry_run = True
        clock = time.perf_counter()
        with self._step("load") as step:
            for file in self._files(step):
                self._import(file, step, dry_run=True)
        self._plan_export()
        failed = any(one.status == "failed" for one in self.record.steps)
        self.record.status = "failed" if failed else "done"
        self.record.seconds = time.perf_counter() - clock
        return self.record

    def _make(self) -> None:
        state = clean_state(self.loader)
        with self._step("clean") as step:
            self.say("cleaning")
            cleaned = clean_tables(self.loader, self.record.run_id)
            remember_clean(self.loader, state)
            write_processed(self.loader)
            self.record.warnings += cleaned.warnings
            step.rows_in, step.rows_out, step.rows_rejected = cleaned.rows_in, cleaned.rows_out, cleaned.rows_rejected
        with self._step("roi") as step:
            self.say("computing campaign ROI")
            self.tables |= roi_tables(self.loader)
            step.rows_out = self.tables["roi_by_campaign"].num_rows
        with self._step("segments") as step:
            self._segment(step)
        with self._step("publish") as step:
            self.say("writing the outputs")
            self.record.outputs += publish(self.loader, self.tables, self.record)
            step.rows_out = len(self.record.outputs)
        self.record.fingerprint = self._fingerprint()
        self.record.status = "done"

    def _alert(self) -> None:
        """Tell of broken rules, and of files that could not be used, where there is somebody to tell."""
        if not self.loader.settings.alerts.urls:
            return
        with self._step("alerts") as step:
            found = [*broken_rules(self.loader), *failed_run(self.loader, self.record)]
            step.rows_in, step.rows_out = len(found), len(tell(self.loader, found))

    def _tell_failure(self, error: BaseException) -> None:
        """Tell of a run that failed; that this cannot be told must not hide why it failed."""
        if isinstance(error, DeliveryError) or not self.loader.settings.alerts.urls:
            return
        try:
            tell(self.loader, failed_run(self.loader, self.record))
        except PaybackError as other:
            self.record.warnings.append(f"the failure could not be told: {other.message}")
            _log.warning("the failure could not be told: %s", other)

    def _load(self) -> list[str]:
        """Load the files of the raw folder; return a message for each that could not be loaded."""
        failures = []
        with self._step("load") as step:
            files = self._files(step)
            for number, file in enumerate(files, 1):
                self.say(f"loading {file.name} ({number} of {len(files)})")
                failures += self._import(file, step)
            if step.status == "running" and files and all(one["status"] == "unchanged" for one in self.record.files):
                step.status = "unchanged"
        return failures

    def _extract(self) -> list[str]:
        """Read services that are configured; return a message for each that could not be read."""
        from payback.pipeline.extract_step import extract, has_services

        if not has_services(self.loader):
            return []
        with self._step("extract") as step:
            return extract(self.loader, step, self.record, self.say)

    def _load_export(self) -> list[str]:
        """Load the BigQuery export of GA4, where there is one; return a message if it could not be loaded."""
        from payback.pipeline.export_step import is_configured, load_export

        if not is_configured(self.loader):
            return []
        with self._step("export") as step:
            try:
                outcome = load_export(self.loader, say=self.say)
            except (InputError, ConfigurationError) as error:
                _log.error("%s", error)
                step.status, step.error = "failed", error.message
                return [f"GA4 export: {error.message}"]
            self.record.warnings += outcome.warnings
            step.rows_in, step.rows_out = outcome.report.events, sum(outcome.rows.values())
            step.note = f"{outcome.report.read} of {outcome.report.parts} days read"
            step.status = "running" if outcome.rows or outcome.report.read else "unchanged"
        return []

    def _plan_export(self) -> None:
        """Say which days of the BigQuery export of GA4 a run would read, where there is one."""
        from payback.pipeline.export_step import is_configured, plan_export

        if not is_configured(self.loader):
            return
        with self._step("export") as step:
            try:
                step.note = plan_export(self.loader)
            except (InputError, ConfigurationError) as error:
                step.status, step.error = "failed", error.message
                self.record.error = f"GA4 export: {error.message}"

    def _files(self, step: StepRecord) -> list[Path]:
        """Return the files to load, and say so where there is none or one that is of no kind we read."""
        folder = self.loader.settings.paths.raw_data
        files, others = raw_files(folder), other_files(folder)
        if not files:
            step.note = f"no files in {folder}"
        if others:
            names = ", ".join(path.name for path in others[:_NAMED]) + (", …" if len(others) > _NAMED else "")
            self.record.warnings.append(f"not read, no table by its name: {names}")
        return files

    def _import(self, file: Path, step: StepRecord, *, dry_run: bool = False) -> list[str]:
        """Load one file; a file that cannot be loaded is recorded and does not keep the others out."""
        try:
            report = self.loader.import_file(file, dry_run=dry_run)
        except EmptyFileError as error:
            self.record.warnings.append(f"{file.name}: {error.message}")
            self.record.files.append({"path": str(file), "status": "empty", "error": str(error)})
            return []
        except PaybackError as error:
            if not isinstance(error, InputError | ConfigurationError):
                raise
            _log.error("%s", error)
            step.status, step.error = "failed", f"{file.name}: {error.message}"
            self.record.files.append({"path": str(file), "status": "failed", "error": str(error)})
            return [f"{file.name}: {error.message}"]
        self.record.files.append(report.to_dict())
        self.record.warnings += [f"{file.name}: {warning}" for warning in report.warnings]
        step.rows_in += report.rows_read
        step.rows_out += report.rows_loaded
        step.rows_rejected += report.rows_rejected
        return []

    def _segment(self, step: StepRecord) -> None:
        if not has_rows(self.loader, "clean_customers"):
            step.status, step.note = "skipped", "no customers: load a customer file or orders"
            return
        self.say("segmenting customers")
        try:
            segments, profiles, model = segment(self.loader)
        except PaybackError as error:
            # Too few customers must not cost the team its campaign report.
            step.status, step.note = "skipped", error.message
            self.record.warnings.append(f"no customer segments: {error.message}")
            return
        path = keep_segments(self.loader, segments, model)
        self.record.outputs.append({"name": "segment model", "format": "json", "path": str(path)})
        self.tables |= {"segment_profiles": profiles, "customer_segments": segments}
        step.rows_in = step.rows_out = segments.num_rows

    def _is_unchanged(self, *, force: bool) -> bool:
        """Tell whether the last run that ended well made its outputs from the same data and settings."""
        if force or any(step.status == "failed" for step in self.record.steps):
            return False
        done = [row for row in self.loader.warehouse.records("runs", {"status": "done"}) if row["fingerprint"]]
        last = max(done, key=lambda row: str(row["run_id"]), default=None)
        if last is None or last["fingerprint"] != self._fingerprint():
            return False
        outputs = json.loads(last["record"])["outputs"]
        if not all(Path(output["path"]).exists() for output in outputs):
            return False
        self.record.outputs = outputs
        self.record.fingerprint = last["fingerprint"]
        return True

    def _skip_rest(self) -> None:
        self.record.status = "unchanged"
        for name in ("clean", "roi", "segments", "publish"):
            self.record.steps.append(StepRecord(name, "unchanged", note="nothing new"))

    def _fingerprint(self) -> str:
        """Return a hash of what is loaded, every setting and the program."""
        without = {"mysql", "logging", "engine", "backup", "maintenance"}
        settings = self.loader.settings.model_dump(mode="json", exclude=without)
        text = f"{clean_state(self.loader)} {json.dumps(settings, sort_keys=True, default=str)}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def _start(self) -> None:
        self.loader.run_id = self.record.run_id
        self._write_record()
        if self.loader.settings.warehouse.kind == "duckdb":
            self._close_killed_runs()

    def _close_killed_runs(self) -> None:
        """Write down that runs which never ended failed: whoever holds the embedded database is alone in it."""
        warehouse = self.loader.warehouse
        for row in warehouse.records("runs", {"status": "running"}):
            if row["run_id"] != self.record.run_id:
                ended = {"status": "failed", "error": "it was stopped before its end"}
                record = json.dumps(json.loads(row["record"]) | ended, ensure_ascii=False)
                warehouse.replace_rows("runs", {"run_id": row["run_id"]}, [{**row, **ended, "record": record}])

    def _finish(self) -> None:
        self.record.finished_at = now()
        self.record.peak_memory_mb = round(peak_memory_mb(), 1)
        try:
            self._write_record()
        except WarehouseError as error:
            if self.record.status != "failed":
                raise
            # Why the run failed is the news, not that the database cannot take it in.
            _log.error("the record of run %s could not be written: %s", self.record.run_id, error)
        _log.info("run %s %s in %.1f s", self.record.run_id, self.record.status, self.record.seconds)

    def _write_record(self) -> None:
        record = self.record
        row: dict[str, Any] = {
            "run_id": record.run_id,
            "started_at": record.started_at,
            "finished_at": record.finished_at,
            "status": record.status,
            "seconds": record.seconds,
            "peak_memory_mb": record.peak_memory_mb,
            "version": record.version,
            "fingerprint": record.fingerprint,
            "error": record.error,
            "record": json.dumps(record.to_dict(), ensure_ascii=False, default=str),
        }
        names = ("step", "status", "seconds", "rows_in", "rows_out", "rows_rejected", "peak_memory_mb",
                 "slowest_query", "error")  # fmt: skip
        steps = [
            {"run_id": record.run_id, "position": position, **{name: getattr(step, name) for name in names}}
            for position, step in enumerate(record.steps, 1)
        ]
        warehouse = self.loader.warehouse
        with warehouse.transaction():
            warehouse.replace_rows("runs", {"run_id": record.run_id}, [row])
            warehouse.replace_rows("run_steps", {"run_id": record.run_id}, steps)

    @contextmanager
    def _step(self, name: str) -> Iterator[StepRecord]:
        step = StepRecord(name)
        self.record.steps.append(step)
        clock = time.perf_counter()
        timings = [] if self.record.dry_run else self.loader.warehouse.engine.timings
        timings.clear()
        try:
            yield step
            step.status = "done" if step.status == "running" else step.status
        except BaseException as error:
            step.status = "failed"
            step.error = error.message if isinstance(error, PaybackError) else str(error) or type(error).__name__
            raise
        finally:
            step.seconds = time.perf_counter() - clock
            step.peak_memory_mb = round(peak_memory_mb(), 1)
            if timings:
                slowest = max(timings, key=lambda timing: timing[1])
                step.slowest_query = f"{slowest[0]} ({slowest[1]:.2f} s)"
            _log.info("step %s %s: %d rows in, %d out, %d rejected, %.2f s, peak %.0f MB, slowest: %s",
                      name, step.status, step.rows_in, step.rows_out, step.rows_rejected, step.seconds,
                      step.peak_memory_mb, step.slowest_query)  # fmt: skip
