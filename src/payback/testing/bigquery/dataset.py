"""The tables of the dataset, and the answers to queries, by the column engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import Engine, literal
from payback.errors import WarehouseError
from payback.testing.bigquery.arrow import as_bigquery

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_TABLE = re.compile(r"`([^`]+)`")
_CHOSEN = re.compile(r"array\(select p from unnest\((\w+)\) as p where p\.key in \(([^)]*)\)\)")
_ITEMS = re.compile(r"array\(select as struct i\.(\w+), i\.(\w+) from unnest\((\w+)\) as i where ([^)]*\))\)")


class UnknownTableError(LookupError):
    """There is no table of that name."""


class Dataset:
    """A folder of Parquet files, each a table.

    Parameters
    ----------
    folder : path
        The files; ``events_20250131.parquet`` is the table ``events_20250131``.
    project, name : str
        What the dataset is called.
    """

    def __init__(self, folder: Path, project: str, name: str) -> None:
        self.folder, self.project, self.name = folder, project, name

    def tables(self) -> list[str]:
        """Return the names of the tables."""
        return sorted(path.stem for path in self.folder.glob("*.parquet"))

    def table(self, name: str) -> dict[str, Any]:
        """Return a table as the REST call has it."""
        import pyarrow.parquet as pq

        path = self._path(name)
        file = pq.ParquetFile(path)
        return {
            "kind": "bigquery#table",
            "etag": f"{path.stat().st_mtime_ns}",
            "tableReference": self.reference(name),
            "type": "TABLE",
            "schema": {"fields": [bigquery_field(field) for field in file.schema_arrow]},
            "numRows": str(file.metadata.num_rows),
            "numBytes": str(sum(self._bytes(name, file.schema_arrow.names).values())),
            "lastModifiedTime": str(path.stat().st_mtime_ns // 10**6),
        }

    def reference(self, name: str) -> dict[str, str]:
        """Return the full name of a table."""
        return {"projectId": self.project, "datasetId": self.name, "tableId": name}

    def bytes_of(self, query: str) -> int:
        """Return how many bytes a query reads: those of the columns that it names, as BigQuery counts them."""
        name = self._table_of(query)
        if name == "__TABLES__":
            return 0
        import pyarrow.parquet as pq

        columns = pq.read_schema(self._path(name)).names
        named = [column for column in columns if re.search(rf"\b{column}\b", query)]
        return sum(self._bytes(name, named).values())

    def answer(self, query: str) -> pa.Table:
        """Return the result of a query.

        Raises
        ------
        UnknownTableError
            It names a table that is not there.
        WarehouseError
            The column engine does not understand it.
        """
        name = self._table_of(query)
        with Engine() as engine:
            if name == "__TABLES__":
                engine.register("tables", self._listing())
                source = "tables"
            else:
                source = f"read_parquet({literal(str(self._path(name)))}, hive_partitioning = false)"
            text = _TABLE.sub(lambda _: source, query)
            text = _CHOSEN.sub(r"list_filter(\1, lambda p: p.key in (\2))", text)
            text = _ITEMS.sub(r"case when \4 then list_transform(\3, lambda i: {'\1': i.\1, '\2': i.\2}) end", text)
            return as_bigquery(engine.arrow(text))

    def rows(self, name: str) -> pa.Table:
        """Return all of a table.

        Raises
        ------
        UnknownTableError
            There is no such table.
        """
        return self.answer(f"from `{self.project}.{self.name}.{name}`")

    def _listing(self) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = []
        for name in self.tables():
            path, metadata = self._path(name), pq.read_metadata(self._path(name))
            size = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
            rows.append((name, path.stat().st_mtime_ns // 10**6, metadata.num_rows, size))
        names = ("table_id", "last_modified_time", "row_count", "size_bytes")
        kinds = (pa.string(), pa.int64(), pa.int64(), pa.int64())
        columns = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(kinds)]
        return pa.table(columns, names=names)

    def _bytes(self, name: str, columns: list[str]) -> dict[str, int]:
        import pyarrow.parquet as pq

        metadata = pq.read_metadata(self._path(name))
        found = dict.fromkeys(columns, 0)
        for group in range(metadata.num_row_groups):
            for place in range(metadata.num_columns):
                column = metadata.row_group(group).column(place)
                first = column.path_in_schema.split(".")[0]
                if first in found:
                    found[first] += column.total_uncompressed_size
        return found

    def _table_of(self, query: str) -> str:
        match = _TABLE.search(query)
        if not match:
            raise WarehouseError("the query names no table", got=query[:200])
        project, _, rest = match[1].rpartition(f".{self.name}.")
        if project != self.project:
            raise UnknownTableError(match[1])
        return rest

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise UnknownTableError(f"{self.project}:{self.name}.{name}")
        return path


def bigquery_field(field: pa.Field) -> dict[str, Any]:
    """Return a column as BigQuery describes it."""
    import pyarrow as pa

    kind, mode = field.type, "NULLABLE"
    if pa.types.is_list(kind):
        kind, mode = kind.value_type, "REPEATED"
    described: dict[str, Any] = {"name": field.name, "mode": mode, "type": _type_name(kind)}
    if pa.types.is_struct(kind):
        described["fields"] = [bigquery_field(inner) for inner in kind]
    return described


def _type_name(kind: pa.DataType) -> str:
    import pyarrow as pa

    tests = (
        (pa.types.is_struct, "RECORD"),
        (pa.types.is_boolean, "BOOLEAN"),
        (pa.types.is_integer, "INTEGER"),
        (pa.types.is_floating, "FLOAT"),
        (pa.types.is_date, "DATE"),
    )
    return next((name for test, name in tests if test(kind)), "STRING")


def cell(value: Any) -> Any:
    """Return a value as BigQuery writes it in JSON: every number a text, every record a list of cells."""
    if isinstance(value, dict):
        return {"f": [{"v": cell(inner)} for inner in value.values()]}
    if isinstance(value, list):
        return [{"v": cell(inner)} for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else repr(value) if isinstance(value, float) else str(value)
