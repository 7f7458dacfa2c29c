"""Where things are kept: folders, database, backups."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from payback.config.section import Section, Share


class Paths(Section):
    """Folders, relative to the project folder."""

    raw_data: Path = Field(default=Path("data/raw/"), description="Files to load lie here.")
    processed_data: Path = Field(
        default=Path("data/processed/"), description="Clean tables are written here, as Parquet."
    )
    outputs: Path = Field(default=Path("outputs/"), description="Report, workbook and result tables are written here.")


class MySQL(Section):
    """The MySQL database, used where warehouse.kind is mysql."""

    host: str = Field(default="localhost", description="Name or address of the server.")
    port: int = Field(default=3306, ge=1, le=65535, description="Port of the server.")
    user: str = Field(default="root", description="User name.")
    password: SecretStr | None = Field(
        default=None, description="Password; better given by the environment than written in a file."
    )
    database: str = Field(default="marketing_db", description="Name of the database.")
    url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address such as mysql+pymysql://user@host/database; replaces the keys above.",
    )
    socket: Path | None = Field(default=None, description="Unix socket of the server, instead of host and port.")
    tls: Literal["preferred", "required", "verify_ca", "verify_identity", "disabled"] = Field(
        default="preferred",
        description="Encryption: where the server can; always; and checking who signed the server's certificate; and "
        "for which name; never.",
    )
    tls_ca: Path | None = Field(
        default=None, description="PEM file of the certificates to trust; those of the system where empty."
    )
    tls_cert: Path | None = Field(default=None, description="PEM file of our own certificate, where the server asks.")
    tls_key: Path | None = Field(default=None, description="PEM file of its key.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    timeout: float = Field(
        default=900, gt=0, description="Seconds to wait for an answer; a server whose disk is full gives none."
    )
    load_streams: int = Field(
        default=2,
        ge=1,
        le=8,
        description="Connections that share a large load at most, from 100,000 rows on; with 1 each load is one "
        "transaction.",
    )
    keep_months: int | None = Field(
        default=None, ge=1, description="Whole months before this one that `payback db prune` keeps; all where empty."
    )


class Warehouse(Section):
    """Where the tables are kept."""

    kind: Literal["duckdb", "mysql"] = Field(
        default="duckdb", description="Database: a DuckDB file, or a MySQL server."
    )
    path: Path = Field(default=Path("payback.duckdb"), description="The DuckDB file, relative to the project folder.")


class Backup(Section):
    """Backups of the database, as `payback backup` writes them."""

    folder: Path = Field(
        default=Path("backups/"), description="Archives are written here; better a folder on another disk."
    )
    keep: int | None = Field(
        default=14, ge=1, description="Newest archives of this database that stay in the folder; all where empty."
    )


class Maintenance(Section):
    """What `payback maintain` clears away."""

    keep_run_days: int | None = Field(
        default=None, ge=1, description="Days for which the records of runs are kept; all where empty."
    )
    compact_at: Share = Field(
        default=0.25, description="Write the DuckDB file anew where a larger share of it is empty."
    )
