"""What columns an export has, and the SQL that reads them in one shape whatever shape they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.engine.duckdb import Engine, literal, quoted
from payback.errors import MissingColumnError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from payback.sources.ga4_export.parts import Form, Part

_VALUE = "struct(string_value varchar, int_value bigint, float_value double, double_value double)"
_CAMPAIGN = "campaign_id varchar, campaign_name varchar, source varchar, medium varchar"
JSON_COLUMNS = {
    "event_date": "varchar",
    "event_timestamp": "bigint",
    "event_name": "varchar",
    "event_params": f'struct("key" varchar, "value" {_VALUE})[]',
    "user_id": "varchar",
    "user_pseudo_id": "varchar",
    "geo": "struct(country varchar)",
    "ecommerce": "struct(transaction_id varchar, purchase_revenue double, refund_value double)",
    "items": "struct(price double, quantity bigint)[]",
    "collected_traffic_source": (
        "struct(manual_campaign_id varchar, manual_campaign_name varchar, manual_source varchar, "
        "manual_medium varchar, gclid varchar, dclid varchar, srsltid varchar)"
    ),
    "batch_ordering_id": "bigint",
    "batch_event_index": "bigint",
    "session_traffic_source_last_click": (
        f"struct(manual_campaign struct({_CAMPAIGN}), "
        "google_ads_campaign struct(campaign_id varchar, campaign_name varchar), "
        f"cross_channel_campaign struct({_CAMPAIGN}, default_channel_group varchar))"
    ),
}
"""Columns that are read, and their types in one JSON object a line (BigQuery writes whole numbers as texts there)."""
NEEDED = ("event_date", "event_timestamp", "event_name", "event_params", "user_pseudo_id")


def relation(paths: Iterable[Path], form: Form, columns: Mapping[str, str] = JSON_COLUMNS) -> str:
    """Return the SQL relation of files; JSON needs to be told its columns and their types."""
    files = "[" + ", ".join(literal(str(path)) for path in paths) + "]"
    if form == "parquet":
        return f"read_parquet({files}, hive_partitioning = false)"
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return f"read_json({files}, format = 'newline_delimited', maximum_object_size = 67108864, columns = {{{types}}})"


def schema(engine: Engine, part: Part) -> pa.Schema:
    """Return the columns of a part.

    Raises
    ------
    MissingColumnError
        It is no export of GA4: a column that each has is not there.
    """
    found = _parquet_schema(part) if part.form == "parquet" else _json_schema(engine, part)
    if lacking := [name for name in NEEDED if name not in found.names]:
        raise MissingColumnError(
            f"no events of GA4: there is no column {lacking[0]}",
            where=part.name,
            got=", ".join(found.names[:12]),
            hint="export the tables events_… as they are, all columns, nested",
        )
    return found


def _parquet_schema(part: Part) -> pa.Schema:
    """Return the columns of Parquet files, read off their last bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schemas = [pq.read_schema(path) for path in part.files]
    except (pa.ArrowException, OSError) as error:
        raise WarehouseError("the column engine cannot read a file", got=str(error).splitlines()[0]) from error
    return schemas[0]


def _json_schema(engine: Engine, part: Part) -> pa.Schema:
    found: pa.Schema = engine.arrow(f"select * from {relation(part.files, part.form)} limit 0").schema
    return found


def fragments(found: pa.Schema) -> dict[str, str]:
    """Return the SQL of each value that is read, by its name in ``events.sql``; null where the export has none.

    Parameters
    ----------
    found : Schema
        Columns of the part.
    """
    shapes = {"params": _list(found, "event_params"), "items": _list(found, "items")}
    fields = {
        "param_text": ("value", "string_value", "varchar"),
        "param_whole": ("value", "int_value", "bigint"),
        "param_real": ("value", "double_value", "double"),
        "param_float": ("value", "float_value", "double"),
    }
    item = _element(found, "event_params")
    value = None if item is None else _child(item, "value")
    sql = {
        name: f"struct_extract(struct_extract(param, 'value'), '{field}')::{kind}"
        if value is not None and _child(value, field) is not None
        else f"null::{kind}"
        for name, (_, field, kind) in fields.items()
    }
    values = nested_values(found, _PATHS)
    return shapes | sql | values | {"position": _position(values["ordering"], values["place"])}


def _position(ordering: str, place: str) -> str:
    """Return the SQL of an event's place: hits of one upload share a time, Google numbers uploads and hits in them."""
    return (
        f"(event_timestamp::bigint * 1024 + least(coalesce({ordering}, 0), 31) * 32 + least(coalesce({place}, 0), 31))"
    )


def nested_values(found: pa.Schema, paths: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the SQL of nested fields by name, from their paths and types; null where there is no such field."""
    return {name: _path(found, path, kind) for name, (path, kind) in paths.items()}


_CLICK = "session_traffic_source_last_click"
_PATHS = {
    "user_id": ("user_id", "varchar"),
    "country": ("geo.country", "varchar"),
    "transaction_id": ("ecommerce.transaction_id", "varchar"),
    "purchase_revenue": ("ecommerce.purchase_revenue", "double"),
    "refund_value": ("ecommerce.refund_value", "double"),
    "ordering": ("batch_ordering_id", "bigint"),
    "place": ("batch_event_index", "bigint"),
    **{
        name: (f"collected_traffic_source.{field}", "varchar")
        for name, field in {
            "manual_id": "manual_campaign_id",
            "manual_campaign": "manual_campaign_name",
            "manual_source": "manual_source",
            "manual_medium": "manual_medium",
            "gclid": "gclid",
            "dclid": "dclid",
            "srsltid": "srsltid",
        }.items()
    },
    **{
        f"cross_{name}": (f"{_CLICK}.cross_channel_campaign.{field}", "varchar")
        for name, field in {
            "id": "campaign_id",
            "campaign": "campaign_name",
            "source": "source",
            "medium": "medium",
            "channel": "default_channel_group",
        }.items()
    },
    "ads_id": (f"{_CLICK}.google_ads_campaign.campaign_id", "varchar"),
    "ads_campaign": (f"{_CLICK}.google_ads_campaign.campaign_name", "varchar"),
    **{
        f"click_{name}": (f"{_CLICK}.manual_campaign.{field}", "varchar")
        for name, field in {
            "id": "campaign_id",
            "campaign": "campaign_name",
            "source": "source",
            "medium": "medium",
        }.items()
    },
}


def flat_name(path: str) -> str:
    """Return the name under which a copy from BigQuery has a nested field as a column: it is billed alone."""
    return path.replace(".", "__")


def paths_of() -> list[str]:
    """Return the path of every nested or optional column that is read."""
    return [path for path, _ in _PATHS.values()]


def _child(kind: pa.DataType, name: str) -> pa.DataType | None:
    import pyarrow as pa

    if not pa.types.is_struct(kind):
        return None
    index = kind.get_field_index(name)
    return None if index < 0 else kind.field(index).type


def _path(found: pa.Schema, path: str, kind: str) -> str:
    """Return the SQL of a nested field, or null where a step of its path is missing."""
    first, *steps = path.split(".")
    if flat_name(path) in found.names:
        return f"{quoted(flat_name(path))}::{kind}"
    if first not in found.names:
        return f"null::{kind}"
    here: pa.DataType | None = found.field(first).type
    for step in steps:
        here = None if here is None else _child(here, step)
    return f"null::{kind}" if here is None else f"{'.'.join(map(quoted, (first, *steps)))}::{kind}"


def _list(found: pa.Schema, name: str) -> str:
    """Return the SQL of a repeated record as a plain list, from any of the shapes that writers of Parquet give it."""
    import pyarrow as pa

    if name not in found.names:
        return "null::struct(price double, quantity bigint)[]"
    kind, column = found.field(name).type, quoted(name)
    if pa.types.is_map(kind):
        return f"map_entries({column})"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _plain(kind.value_type, column)
    for wrapper in ("list", "key_value"):
        if (inner := _child(kind, wrapper)) is not None:
            return _plain(inner.value_type, f"{column}.{quoted(wrapper)}")
    return column


def _plain(item: pa.DataType, column: str) -> str:
    """Unwrap ``element``, which some writers put around each item."""
    if _child(item, "element") is not None and _child(item, "key") is None:
        return f"list_transform({column}, lambda item: item.element)"
    return column


def _element(found: pa.Schema, name: str) -> pa.DataType | None:
    """Return the type of the items of a repeated record."""
    import pyarrow as pa

    kind = found.field(name).type
    if pa.types.is_map(kind):
        return pa.struct([("key", kind.key_type), ("value", kind.item_type)])
    for wrapper in ("list", "key_value"):
        if (inner := _child(kind, wrapper)) is not None:
            kind = inner
    item: pa.DataType = kind.value_type
    element = _child(item, "element")
    return item if element is None else element
