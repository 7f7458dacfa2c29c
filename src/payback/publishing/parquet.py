"""The tables as files for other tools: Parquet, which Power BI and the report read, and CSV for spreadsheets.

The same table gives the same bytes, whatever chunks it came in, so a version control system or a backup sees a change
only where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

from payback.errors import UsageError
from payback.publishing.csv_files import write_csv
from payback.publishing.files import Staging, checked_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from payback.publishing.results import Results

ROW_GROUP_ROWS = 122_880
"""Rows of a row group: what one thread of DuckDB reads at a time."""


def publish_tables(
    results: Results, directory: Path, formats: Sequence[str] = ("parquet", "csv")
) -> dict[str, dict[str, Path]]:
    """Write every table into a folder, one file for each table and format.

    Parameters
    ----------
    results : Results
        The finished tables.
    directory : Path
        Folder; made where it is missing. Files of tables that are no longer in the results stay as they are.
    formats : sequence of {"parquet", "csv"}
        What to write.

    Returns
    -------
    dict
        Table name to format to path.

    Raises
    ------
    UsageError
        A format is unknown.
    PublishingError
        A file cannot be written: it is open in another program, the folder is read-only, the disk is full. Nothing
        that stood there before is damaged.
    """
    writers = {name: _writer(name) for name in formats}
    paths: dict[str, dict[str, Path]] = {}
    with Staging() as staging:
        for name, table in results.tables.items():
            targets = {kind: directory / f"{checked_name(name)}.{kind}" for kind in writers}
            for kind, target in targets.items():
                writers[kind](table, staging.path(target))
            paths[name] = targets
    return paths


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, compressed with zstd, without anything that changes from run to run.

    Parameters
    ----------
    table : pyarrow.Table
        Any columns; dictionaries become plain values.
    path : Path
        File to write.
    """
    plain = _plain(table)
    pyarrow.parquet.write_table(
        plain, path, compression="zstd", row_group_size=ROW_GROUP_ROWS, write_page_index=True, store_schema=False
    )


def _writer(kind: str) -> Callable[[pa.Table, Path], None]:
    writers: Mapping[str, Callable[[pa.Table, Path], None]] = {"parquet": write_parquet, "csv": write_csv}
    if kind not in writers:
        raise UsageError("unknown table format", got=repr(kind), allowed=", ".join(writers))
    return writers[kind]


def _plain(table: pa.Table) -> pa.Table:
    """Return the table in one chunk, without notes of the library that made it."""
    fields = [pa.field(field.name, _plain_type(field.type)) for field in table.schema]
    return table.replace_schema_metadata(None).cast(pa.schema(fields)).combine_chunks()


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    is_text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    return pa.string() if is_text else kind
