"""Events of GA4's export, written by hand in tests: short to say, complete when written."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

VALUE = pa.struct(
    [
        ("string_value", pa.string()),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("double_value", pa.float64()),
    ]
)
PARAMS = pa.list_(pa.struct([("key", pa.string()), ("value", VALUE)]))
CAMPAIGN = [(name, pa.string()) for name in ("campaign_id", "campaign_name", "source", "medium")]
SCHEMA = pa.schema(
    [
        ("event_date", pa.string()),
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("event_params", PARAMS),
        ("user_id", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("geo", pa.struct([("country", pa.string())])),
        (
            "ecommerce",
            pa.struct(
                [
                    ("transaction_id", pa.string()),
                    ("purchase_revenue", pa.float64()),
                    ("refund_value", pa.float64()),
                ]
            ),
        ),
        ("items", pa.list_(pa.struct([("price", pa.float64()), ("quantity", pa.int64())]))),
        (
            "collected_traffic_source",
            pa.struct(
                [
                    (name, pa.string())
                    for name in (
                        "manual_campaign_id",
                        "manual_campaign_name",
                        "manual_source",
                        "manual_medium",
                        "gclid",
                        "dclid",
                        "srsltid",
                    )
                ]
            ),
        ),
        ("batch_ordering_id", pa.int64()),
        ("batch_event_index", pa.int64()),
        (
            "session_traffic_source_last_click",
            pa.struct(
                [
                    ("manual_campaign", pa.struct(CAMPAIGN)),
                    (
                        "google_ads_campaign",
                        pa.struct([("campaign_id", pa.string()), ("campaign_name", pa.string())]),
                    ),
                    ("cross_channel_campaign", pa.struct([*CAMPAIGN, ("default_channel_group", pa.string())])),
                ]
            ),
        ),
    ]
)


def param(key, value):
    """Return an event parameter as the export has it."""
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return {"key": key, "value": dict.fromkeys(VALUE_NAMES) | {kinds[type(value)]: value}}


VALUE_NAMES = [field.name for field in VALUE]


def event(name, at, *, user="u1", session=1, utm=None, click=None, order=None, refund=None, **more):
    """Return one event.

    ``at`` is its time, UTC (the property's zone too). ``utm`` is (source, medium, campaign) as Google collected it,
    ``click`` is (source, medium, campaign, channel) as Google attributes the session, ``order`` and ``refund`` are
    (id, amount, currency). Other names in lower case are columns where there is such a column, else parameters.
    """
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    params = {"ga_session_id": session}
    row = {
        "event_date": f"{moment:%Y%m%d}",
        "event_timestamp": round(moment.timestamp() * 1_000_000),
        "event_name": name,
        "user_pseudo_id": user,
        "geo": {"country": more.pop("country", "Germany")},
    }
    if utm:
        row["collected_traffic_source"] = dict(
            zip(("manual_source", "manual_medium", "manual_campaign_name"), utm, strict=False)
        )
    if click:
        names = ("source", "medium", "campaign_name", "default_channel_group")
        row["session_traffic_source_last_click"] = {
            "cross_channel_campaign": dict(zip(names, click, strict=False)),
        }
    if paid := order or refund:
        number, amount, *currency = paid
        row["ecommerce"] = {"transaction_id": number, "purchase_revenue" if order else "refund_value": amount}
        params["currency"] = currency[0] if currency else "EUR"
    for key, value in more.items():
        (row if key in SCHEMA.names else params)[key] = value
    row["event_params"] = [param(key, value) for key, value in params.items() if value is not None]
    return row


def write(folder, rows, *, schema=SCHEMA, kind="", form="parquet"):
    """Write events as one table a day, ``events_20250131.parquet`` and so on; return the files."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    days = {}
    for row in rows:
        days.setdefault(row["event_date"], []).append(row)
    return [_write_one(Path(folder) / f"events_{kind}{day}.{form}", found, schema, form) for day, found in days.items()]


def _write_one(path, rows, schema, form):
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return path
    # BigQuery writes whole numbers as texts in JSON.
    lines = "".join(json.dumps(row | {"event_timestamp": str(row["event_timestamp"])}) + "\n" for row in rows)
    path.write_bytes(gzip.compress(lines.encode()) if form.endswith("gz") else lines.encode())
    return path
