"""Read files that carry their own types: Parquet, Arrow and JSON lines. Their columns stay as they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from payback.engine.duckdb import literal, quoted
from payback.errors import DiskFullError, EmptyFileError, UnreadableFileError, WarehouseError
from payback.sources.draft import REJECTS, create_table
from payback.sources.opening import as_pattern
from payback.sources.raw_table import RawTable, drop_all, new_name, unique_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.sources.opening import Source

LARGEST_OBJECT = 64 << 20
"""Bytes of one JSON object."""


def read_columnar(engine: Engine, source: Source) -> RawTable:
    """Read a file with native types into an engine; see `payback.sources.reading.read_file`."""
    readers = {"parquet": _read_parquet, "arrow": _read_arrow, "json": _read_json}
    name = new_name()
    try:
        with _damage(source.path):
            return readers[source.content](engine, source, name)
    except BaseException:
        drop_all(engine, name)
        raise


def _read_parquet(engine: Engine, source: Source, name: str) -> RawTable:
    """Make a view: the rows stay in the file until somebody asks for them, so its size does not matter."""
    path = literal(as_pattern(source.path))
    headers = pq.read_schema(source.path).names
    numbered = "file_row_number" not in {header.casefold() for header in headers}
    scan = f"read_parquet({path}, file_row_number = {str(numbered).lower()})"
    row_number = "file_row_number + 1" if numbered else "row_number() over ()"
    return _publish(engine, name, scan, row_number, headers, "parquet")


def _read_arrow(engine: Engine, source: Source, name: str) -> RawTable:
    with pa.memory_map(str(source.path)) as file:
        reader = pa.ipc.open_file(file)
        headers = reader.schema.names
        cells = [f"c{number}" for number in range(1, len(headers) + 1)]
        schema = pa.schema([field.with_name(cell) for cell, field in zip(cells, reader.schema, strict=True)])
        batches = (
            pa.RecordBatch.from_arrays(reader.get_batch(index).columns, schema=schema)
            for index in range(reader.num_record_batches)
        )
        staged = f"{name}_staged"
        engine.register(staged, pa.RecordBatchReader.from_batches(schema, batches))
        try:
            engine.execute(f"create temp table {name}_text as select * from {staged}", name=f"read {source.path.name}")
        finally:
            engine.connection.unregister(staged)
    return _publish(engine, name, f"temp.{name}_text", "rowid + 1", headers, "arrow")


def _read_json(engine: Engine, source: Source, name: str) -> RawTable:
    if source.compression not in {"none", "gzip"}:
        raise UnreadableFileError(
            "JSON lines are read plain or gzipped only", where=str(source.path), hint="unpack the archive first"
        )
    path = literal(as_pattern(source.path))
    engine.execute(
        f"create temp table {name}_text as select * from read_json({path}, "
        f"compression = {literal(source.compression)}, maximum_object_size = {LARGEST_OBJECT}, sample_size = -1)",
        name=f"read {source.path.name}",
    )
    headers = [row[0] for row in engine.rows(f"describe temp.{name}_text")]
    return _publish(engine, name, f"temp.{name}_text", "rowid + 1", headers, "json", source.compression)


def _publish(
    engine: Engine, name: str, scan: str, row_number: str, headers: Sequence[str], kind: str, compression: str = "none"
) -> RawTable:
    """Make the relations that the caller reads."""
    columns, duplicates = unique_names(headers)
    # The engine gives its own names to headers that differ only in case, so columns are taken by position.
    found = engine.rows(f"describe select * from {scan}")[: len(headers)]
    picked = "".join(
        f", {_known(quoted(old[0]), old[1])} as {quoted(new)}" for old, new in zip(found, columns, strict=True)
    )
    engine.execute(
        f"create temp view {name} as select {row_number} as row_number, null::bigint as line_number{picked} from {scan}"
    )
    create_table(engine, f"{name}_rejects", REJECTS)
    # Hashing every value reads every page: a damaged one is found now, not when half of the work is done.
    values = ", ".join(map(quoted, columns))
    rows = int(engine.row(f"select count(*), max(hash({values})) from {name}")[0])
    if rows == 0:
        raise EmptyFileError("the file has columns but no rows", got=", ".join(columns[:20]))
    return RawTable(
        relation=name,
        columns=columns,
        duplicate_columns=duplicates,
        rows=rows,
        rejects=f"{name}_rejects",
        file_format=kind,
        dialect={"compression": compression},
        notes=("headers that occur more than once: " + ", ".join(duplicates),) if duplicates else (),
    )


def _known(column: str, kind: str) -> str:
    """Return SQL of a column in which NaN is null.

    The statistics of a Parquet file leave NaN out, and DuckDB 2.0 answers isnan() and any comparison from them: no.
    Hashes are not in the statistics; equal ones are compared once more as text.
    """
    if kind not in ("DOUBLE", "FLOAT"):
        return column
    is_nan = f"hash({column}) = hash('nan'::{kind}) and regexp_full_match({column}::varchar, '-?nan')"
    return f"case when {is_nan} then null else {column} end"


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn what the readers raise into our errors, and say which file it was."""
    try:
        yield
    except EmptyFileError as error:
        error.where = str(path)
        raise
    except DiskFullError:
        raise
    except (pa.ArrowException, WarehouseError, UnicodeError, OSError) as error:
        raise UnreadableFileError(
            "the file is damaged, or of a kind that cannot be read",
            where=str(path),
            got=(getattr(error, "got", None) or str(error)).splitlines()[0][:300],
            hint="write or export the file again",
        ) from error
