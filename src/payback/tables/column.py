"""What a table and a column are, and the columns that many tables have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["integer", "decimal", "number", "text", "date", "timestamp", "boolean"]

Role = Literal["key", "dimension", "measure", "technical"]

MONEY_DIGITS = 18

MONEY_SCALE = 6

ANALYTICS_SOURCES = ("ga4", "ga4_export")
"""Sources that see what ad platforms bring, and so report it a second time; earlier ones go before later ones."""

UNKNOWN_CURRENCY = "XXX"
"""ISO 4217's code for "no currency": amounts whose currency nobody stated."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name in every engine, file and frame.
    type : str
        ``integer`` (64 bit), ``decimal`` (18 digits, 6 of them behind the point), ``number`` (double), ``text``,
        ``date``, ``timestamp`` (UTC) or ``boolean``.
    description : str
        One plain sentence.
    role : str
        ``key``, ``dimension``, ``measure`` or ``technical`` (written by Payback, never read from a file).
    unit : str, optional
        ``money`` (in the row's currency), ``seconds``, ``years``, ``days``, ``rows``, ``percent`` (0.1 is 10 %) or
        ``multiple``; None where the number is a plain count.
    required : bool
        A file without this column is refused.
    minimum, maximum : float, optional
        Range outside which a value is a mistake.
    synonyms : tuple of str
        Headers that other tools use, lower case, one space between words.
    length : int, optional
        Longest text.
    """

    name: str
    type: ColumnType
    description: str
    role: Role = "dimension"
    unit: str | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    synonyms: tuple[str, ...] = ()
    length: int | None = None


@dataclass(frozen=True)
class Table:
    """A named table: what one row is, its columns, its key and the columns worth an index."""

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name; KeyError names the table."""
        for column in self.columns:
            if column.name == name:
                return column
        message = f"table {self.name} has no column {name}"
        raise KeyError(message)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def readable(self) -> tuple[Column, ...]:
        """Columns that a file or a frame may carry."""
        return tuple(column for column in self.columns if column.role != "technical")

    @property
    def measures(self) -> tuple[Column, ...]:
        """Columns that are numbers to add or to average."""
        return tuple(column for column in self.columns if column.role == "measure")


SOURCE = Column(
    "source",
    "text",
    "Where the row came from: an ad platform, a tool or a file.",
    "key",
    length=100,
    synonyms=("data source", "ad platform", "ad network"),
)

ACCOUNT = Column(
    "account",
    "text",
    "Account of the source; empty where it has only one.",
    "key",
    length=100,
    synonyms=(
        "account id",
        "account name",
        "customer id (account)",
        "ad account",
        "ad account id",
        "advertiser id",
        "account number",
        "profile id",
    ),
)

CURRENCY = Column(
    "currency",
    "text",
    "ISO 4217 code of the row's money; XXX where nobody stated one.",
    length=3,
    synonyms=(
        "currency code",
        "currency",
        "account currency",
        "ad account currency",
        "waehrung",
        "währung",
        "devise",
        "moneda",
    ),
)

TRACE = (
    Column("report", "text", "Report or file of the source that the row belongs to.", "technical", length=200),
    Column("load_id", "integer", "The load that wrote the row; key of loads.", "technical"),
    Column("row_number", "integer", "Number of the data row in its file, from 1.", "technical"),
    Column("row_hash", "integer", "Hash of the row's original text: equal rows have equal hashes.", "technical"),
)

FLAGS = Column(
    "flags", "text", "Names of the rules the row broke without being rejected, joined by commas.", "technical"
)
