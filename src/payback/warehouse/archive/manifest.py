"""What an archive says about itself."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from payback.errors import SchemaVersionError, UnreadableFileError
from payback.tables import TABLES
from payback.warehouse.schema import SCHEMA_VERSION

FORMAT = 1
"""Raised when archives of before could no longer be read as they are."""

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ArchivedTable:
    """One table of an archive.

    Parameters
    ----------
    name, file : str
        The table, and the Parquet file of the archive that holds it.
    rows : int
        Rows, as the database counted them.
    sums : dict of str to Decimal or None
        Exact sum of each column of amounts, as the database added them; None where all are empty.
    columns : list of str
        Columns of the file.
    size : int
        Bytes of the file.
    sha256 : str
        Its checksum.
    """

    name: str
    file: str
    rows: int
    sums: dict[str, Decimal | None]
    columns: list[str]
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in an archive and where it came from.

    Parameters
    ----------
    version : str
        Version of Payback that wrote it.
    schema_version : int
        Version of the tables.
    kind, database : str
        Kind of the warehouse, and which one: a file, or a server and its database.
    created_at : str
        When, UTC, ISO 8601.
    ledger_state : str
        What the ledgers said: equal texts mean equal loaded tables.
    tables : list of ArchivedTable
        Every table.
    """

    version: str
    schema_version: int
    kind: str
    database: str
    created_at: str
    ledger_state: str
    tables: list[ArchivedTable]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def to_json(self) -> str:
        """Return it as JSON text; sums are strings, which no reader rounds."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, default=str)

    @classmethod
    def from_json(cls, text: str, where: str) -> Self:
        """Return the manifest that a text describes.

        Raises
        ------
        UnreadableFileError
            It is no manifest.
        SchemaVersionError
            A newer program wrote it.
        """
        try:
            values = json.loads(text)
            newest = int(values["format"]), int(values["schema_version"])
            if newest[0] <= FORMAT:
                values["tables"] = [_table(entry) for entry in values["tables"]]
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise UnreadableFileError("the manifest of the archive cannot be read", where=where) from error
        if newest[0] > FORMAT or newest[1] > SCHEMA_VERSION:
            raise _newer(where, *newest)
        return cls(**values)

    def check_tables(self, where: str) -> None:
        """Refuse tables and columns that this program does not know: their rows would be lost.

        Raises
        ------
        SchemaVersionError
            There are some.
        """
        strange = [table.name for table in self.tables if table.name not in TABLES]
        known = [table for table in self.tables if table.name in TABLES]
        strange += [f"{one.name}.{name}" for one in known for name in one.columns if name not in TABLES[one.name]]
        if strange:
            raise SchemaVersionError(
                "the archive has tables or columns that this version of Payback does not have",
                where=where,
                got=", ".join(strange),
                hint=f"restore it with Payback {self.version}, which wrote it",
            )


def _table(entry: dict[str, Any]) -> ArchivedTable:
    sums = {name: None if value is None else Decimal(value) for name, value in entry["sums"].items()}
    return ArchivedTable(**{**entry, "sums": sums})


def _newer(where: str, form: int, schema: int) -> SchemaVersionError:
    return SchemaVersionError(
        "this archive was written by a newer Payback",
        where=where,
        got=f"format {form}, schema version {schema}",
        allowed=f"up to format {FORMAT}, schema version {SCHEMA_VERSION}",
        hint="upgrade Payback: pip install --upgrade payback",
    )
