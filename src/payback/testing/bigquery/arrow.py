"""Tables as BigQuery keeps them and as its Storage Read API sends them: types, chosen fields, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def as_bigquery(table: pa.Table) -> pa.Table:
    """Return a table in BigQuery's types: one kind of whole and of real numbers, no list that is null."""
    columns = [_column(table[field.name], _kind(field.type)) for field in table.schema]
    return pa.table(columns, schema=pa.schema([(field.name, _kind(field.type)) for field in table.schema]))


def chosen(table: pa.Table, names: Iterable[str]) -> pa.Table:
    """Return the fields that are named, in the order of the table; of a record those inside that are named.

    Parameters
    ----------
    table : Table
        All fields.
    names : iterable of str
        Such as ``event_name`` and ``geo.country``; without any, all fields are meant.

    Raises
    ------
    KeyError
        There is no such field.
    """
    tree: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        tree.setdefault(first, []).append(rest)
    if missing := [name for name in tree if name not in table.column_names]:
        raise KeyError(missing[0])
    if not tree:
        return table
    schema = pa.schema([_pruned(field, tree[field.name]) for field in table.schema if field.name in tree])
    return table.select(schema.names).cast(schema)


def messages(table: pa.Table, rows: int, compression: str | None) -> Iterable[tuple[int, bytes]]:
    """Yield the table as Arrow messages of some rows each, with the number of rows."""
    options = pa.ipc.IpcWriteOptions(compression=compression)
    for first in range(0, table.num_rows, rows):
        part = table.slice(first, rows).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(part)
        reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
        reader.read_next_message()  # the schema, which is sent once for all
        yield part.num_rows, reader.read_next_message().serialize().to_pybytes()


def schema_message(schema: pa.Schema) -> bytes:
    """Return the columns as an Arrow message."""
    message: bytes = schema.serialize().to_pybytes()
    return message


def _kind(kind: pa.DataType) -> pa.DataType:
    tests: Mapping[pa.DataType, bool] = {
        pa.bool_(): pa.types.is_boolean(kind),
        pa.int64(): pa.types.is_integer(kind),
        pa.float64(): pa.types.is_floating(kind),
        pa.date32(): pa.types.is_date(kind),
    }
    if pa.types.is_struct(kind):
        return pa.struct([(inner.name, _kind(inner.type)) for inner in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_kind(kind.value_type))
    return next((wanted for wanted, is_so in tests.items() if is_so), pa.string())


def _column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_list(kind) and column.null_count:
        column = pa.chunked_array([pa.array([value or [] for value in column.to_pylist()], column.type)])
    return column.cast(kind)


def _pruned(field: pa.Field, names: list[str]) -> pa.Field:
    """Return a field with only those inside that are named; an empty name means all of it."""
    if "" in names:
        return field
    listed = pa.types.is_list(field.type)
    record = field.type.value_type if listed else field.type
    heads = {name.partition(".")[0] for name in names}
    if not pa.types.is_struct(record) or not heads <= {inner.name for inner in record}:
        raise KeyError(f"{field.name}.{names[0]}")
    kept = [
        _pruned(inner, [name.partition(".")[2] for name in names if name.partition(".")[0] == inner.name])
        for inner in record
        if inner.name in heads
    ]
    return pa.field(field.name, pa.list_(pa.struct(kept)) if listed else pa.struct(kept))
