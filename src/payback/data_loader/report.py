"""What became of a file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.sources.files import TypedFile


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
        Exact sums of cost and revenue of the loaded rows; None where the table has no such column. Where ``currencies``
        are several they say whether all was read, and nothing else.
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
    currencies : list of str
        Codes of the loaded rows that have money, ``XXX`` where none is stated.
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
    currencies: list[str] = field(default_factory=list)
    dialect: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can carry it; sums are decimal strings."""
        values = dict(self.__dict__)
        values["sums"] = {name: None if value is None else _plain(value) for name, value in self.sums.items()}
        values["seconds"] = round(self.seconds, 3)
        return values


def report_of(engine: Engine, typed: TypedFile, file: Path, status: str, started: float) -> LoadReport:
    """Return the report of a file whose rows stand in an engine; ``started`` is a time of `time.perf_counter`."""
    money = [name for name in ("cost", "revenue") if name in typed.table]
    row = engine.records(f"select {', '.join(f'sum({name}) as {name}' for name in money) or 'null'} from {typed.rows}")[
        0
    ]
    currencies = _currencies(engine, typed, money)
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
        warnings=[*typed.warnings, *_currency_notes(currencies)],
        currencies=currencies,
        dialect=typed.dialect,
        seconds=time.perf_counter() - started,
    )


def _currencies(engine: Engine, typed: TypedFile, money: list[str]) -> list[str]:
    if not money or "currency" not in typed.table:
        return []
    stated = f"coalesce({', '.join(money)}) is not null"
    return [code for (code,) in engine.rows(f"select distinct currency from {typed.rows} where {stated} order by 1")]


def _currency_notes(currencies: list[str]) -> list[str]:
    """Say where no currency is stated, and where amounts may not be added."""
    if len(currencies) > 1:
        return [f"amounts are in {', '.join(currencies)}: they are never added"]
    if currencies == [UNKNOWN_CURRENCY]:
        return [f"no currency is stated, so amounts are kept as {UNKNOWN_CURRENCY}; set currency, or --currency EUR"]
    return []


def _plain(value: Decimal) -> str:
    """Return a decimal without exponent and without zeros at its end, but with at least two digits behind the point."""
    text = f"{value:f}"
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"
