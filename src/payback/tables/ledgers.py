"""What was loaded, revised, rejected and run, and which numbers campaigns and customers have."""

from __future__ import annotations

from payback.tables.column import Column, ColumnType, Table

LOADS = Table(
    "loads",
    "Ledger of slices: what each (source, account, report, day) holds and which load wrote it.",
    "one slice",
    (
        Column("table_name", "text", "Table that the slice belongs to.", "key"),
        Column("source", "text", "Source of the slice.", "key"),
        Column("account", "text", "Account of the slice.", "key"),
        Column("report", "text", "Report or file of the slice.", "key"),
        Column("day", "date", "Day of the slice; empty where the table has no days.", "key"),
        Column("load_id", "integer", "The load that wrote the slice.", "technical"),
        Column("request", "text", "What was asked: file and settings, or API request.", "technical"),
        Column("rows", "integer", "Rows in the slice.", "measure", "rows"),
        Column("cost", "decimal", "Sum of cost.", "measure", "money"),
        Column("revenue", "decimal", "Sum of revenue.", "measure", "money"),
        Column("content_hash", "text", "Hash of the rows, whatever their order.", "technical"),
        Column(
            "flags",
            "text",
            "What to know of it: sampled(share), thresholded, other_row, truncated, restricted, provisional, "
            "provisional_outcomes; joined by commas.",
            "technical",
        ),
        Column("run_id", "text", "Run that wrote it.", "technical"),
        Column("loaded_at", "timestamp", "When, UTC.", "technical"),
    ),
    primary_key=("table_name", "source", "account", "report", "day"),
)


def _before_and_after(name: str, kind: ColumnType, words: str, unit: str | None = None) -> list[Column]:
    """Return the two columns of a measure that a revision changed."""
    return [
        Column(f"{name}_{when}", kind, f"{words} {when} it; empty where the table has none.", "measure", unit)
        for when in ("before", "after")
    ]


REVISIONS = Table(
    "revisions",
    "Slices that a source told otherwise later: what they held before and after.",
    "one replacement of a slice by other numbers",
    (
        Column("table_name", "text", "Table of the slice.", "key"),
        Column("source", "text", "Source of the slice.", "key"),
        Column("account", "text", "Account of the slice.", "key"),
        Column("report", "text", "Report or file of the slice.", "key"),
        Column("day", "date", "Day of the slice; empty where the table has no days.", "key"),
        Column("revised_at", "timestamp", "When it was replaced, UTC.", "technical"),
        Column(
            "age_days", "integer", "Days from the slice's day to that, by the account's calendar.", "measure", "days"
        ),
        Column("age_days_before", "integer", "The same for the load that it replaced.", "measure", "days"),
        *_before_and_after("rows", "integer", "Rows", "rows"),
        *_before_and_after("cost", "decimal", "Cost", "money"),
        *_before_and_after("revenue", "decimal", "Revenue", "money"),
        *_before_and_after("conversions", "decimal", "Conversions"),
        *_before_and_after("sessions", "integer", "Sessions"),
        Column("cause", "text", "source (it tells otherwise now) or settings (we read it otherwise now).", "dimension"),
        Column("load_id", "integer", "The load that replaced it.", "technical"),
        Column("run_id", "text", "Run of that load.", "technical"),
    ),
    indexes=(("table_name", "source", "account", "report", "day"),),
)

RECONCILIATION = Table(
    "reconciliation",
    "Sums of the warehouse against what the source says its total is, asked independently.",
    "one measure of a day of an account",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("day", "date", "Day, in the time zone of the account.", "key"),
        Column("measure", "text", "sessions, conversions, revenue or cost.", "key"),
        Column("currency", "text", "ISO 4217 code of an amount of money; else empty.", length=3),
        Column("warehouse_value", "decimal", "Sum of the rows in the warehouse.", "measure"),
        Column("independent_value", "decimal", "Total that the source gives without any breakdown.", "measure"),
        Column("difference", "decimal", "Warehouse less independent.", "measure"),
        Column("explained_by", "text", "Flags that explain a difference; unexplained where none does.", "dimension"),
        Column("checked_at", "timestamp", "When the total was asked for, UTC.", "technical"),
        Column("run_id", "text", "Run that compared them.", "technical"),
    ),
    primary_key=("source", "account", "day", "measure"),
)

FILES = Table(
    "files",
    "Ledger of files: what was read from each and how.",
    "one file, its last load",
    (
        Column("path", "text", "Path of the file.", "key"),
        Column("table_name", "text", "Table it was loaded into.", "technical"),
        Column("source", "text", "Source it was loaded as.", "technical"),
        Column("report", "text", "Report it was loaded as.", "technical"),
        Column("size", "integer", "Bytes.", "technical"),
        Column("modified_ns", "integer", "Modification time, nanoseconds since 1970.", "technical"),
        Column("content_hash", "text", "Hash of the bytes.", "technical"),
        Column("settings_hash", "text", "Hash of everything that decides how the file is read.", "technical"),
        Column("load_id", "integer", "The load.", "technical"),
        Column("rows_read", "integer", "Data rows in the file.", "measure", "rows"),
        Column("rows_loaded", "integer", "Rows in the table.", "measure", "rows"),
        Column("rows_rejected", "integer", "Rows in rejected_rows.", "measure", "rows"),
        Column("cost", "decimal", "Sum of cost of the loaded rows.", "measure", "money"),
        Column("revenue", "decimal", "Sum of revenue of the loaded rows.", "measure", "money"),
        Column("details", "text", "Mapping, dialect and warnings, as JSON.", "technical"),
        Column("run_id", "text", "Run that loaded it.", "technical"),
        Column("loaded_at", "timestamp", "When, UTC.", "technical"),
    ),
    primary_key=("path",),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "Every row that was turned away, with the reason and its original text.",
    "one rejected row",
    (
        Column("table_name", "text", "Table the row was meant for.", "key"),
        Column("gate", "text", "loading (it could not be read) or cleaning (it breaks a rule).", "key"),
        Column("source", "text", "Source of the row.", "key"),
        Column("report", "text", "Report or file of the row.", "key"),
        Column("load_id", "integer", "Load that read the row.", "technical"),
        Column("row_number", "integer", "Number of the data row in its file, from 1.", "technical"),
        Column("line_number", "integer", "Line in the file, from 1, where it is known.", "technical"),
        Column("reason", "text", "Reason code.", "dimension"),
        Column("column_name", "text", "Column that is at fault, where one is.", "dimension"),
        Column("value", "text", "Its value.", "dimension"),
        Column("rule", "text", "The rule in words.", "dimension"),
        Column("currency", "text", "ISO 4217 code of the row's money; empty where it could not be read.", length=3),
        Column("cost", "decimal", "Cost of the row, where it could be read.", "measure", "money"),
        Column("revenue", "decimal", "Revenue of the row, where it could be read.", "measure", "money"),
        Column("original", "text", "The row as it came.", "technical"),
        Column("run_id", "text", "Run that rejected it.", "technical"),
    ),
)

RUNS = Table(
    "runs",
    "Ledger of runs.",
    "one run",
    (
        Column("run_id", "text", "Id of the run; ids sort by time.", "key"),
        Column("started_at", "timestamp", "Start, UTC.", "technical"),
        Column("finished_at", "timestamp", "End, UTC; empty while it runs or when it was killed.", "technical"),
        Column("status", "text", "running, done, unchanged or failed.", "technical"),
        Column("seconds", "number", "Duration.", "measure", "seconds"),
        Column("peak_memory_mb", "number", "Largest memory of the process, in 10^6 bytes.", "measure"),
        Column("version", "text", "Version of Payback.", "technical"),
        Column("fingerprint", "text", "Hash of data, settings and version that the run worked on.", "technical"),
        Column("error", "text", "Message of the error that ended it.", "technical"),
        Column("record", "text", "The run record as JSON.", "technical"),
    ),
    primary_key=("run_id",),
)

RUN_STEPS = Table(
    "run_steps",
    "Ledger of the steps of runs.",
    "one step of a run",
    (
        Column("run_id", "text", "The run.", "key"),
        Column("step", "text", "extract, load, export, clean, roi, segments or publish.", "key"),
        Column("position", "integer", "Order in the run, from 1.", "technical"),
        Column("status", "text", "done, unchanged, skipped or failed.", "technical"),
        Column("seconds", "number", "Duration.", "measure", "seconds"),
        Column("rows_in", "integer", "Rows in.", "measure", "rows"),
        Column("rows_out", "integer", "Rows out.", "measure", "rows"),
        Column("rows_rejected", "integer", "Rows turned away.", "measure", "rows"),
        Column("peak_memory_mb", "number", "Largest memory of the process so far, in 10^6 bytes.", "measure"),
        Column("slowest_query", "text", "Name and seconds of the slowest query.", "technical"),
        Column("error", "text", "Message of the error that ended it.", "technical"),
    ),
    primary_key=("run_id", "step"),
)

DATA_QUALITY = Table(
    "data_quality",
    "How many rows each reason of both gates concerns, and their money.",
    "one reason of one table, for each currency",
    (
        Column("table_name", "text", "Table of the rows.", "key"),
        Column("gate", "text", "loading or cleaning.", "key"),
        Column("severity", "text", "reject (turned away), flag (kept and marked) or note (only counted).", "key"),
        Column("reason", "text", "Reason code: the name of the rule.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts; XXX where nobody stated one.", "key", length=3),
        Column("rule", "text", "The rule in words.", "dimension"),
        Column("rows", "integer", "Rows.", "measure", "rows"),
        Column("cost", "decimal", "Their cost, where it could be read.", "measure", "money"),
        Column("revenue", "decimal", "Their revenue, where it could be read.", "measure", "money"),
    ),
    primary_key=("table_name", "gate", "severity", "reason", "currency"),
)

STATE = Table(
    "state",
    "What the derived tables were made from, so that nothing is made twice.",
    "one derived thing",
    (
        Column("name", "text", "What was made.", "key"),
        Column("value", "text", "Hash of what it was made from.", "technical"),
    ),
    primary_key=("name",),
)

CAMPAIGN_KEYS = Table(
    "campaign_keys",
    "Which number each campaign has.",
    "one campaign of a source",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("external_key", "text", "The source's id of the campaign, or its name where it has none.", "key"),
        Column("campaign_id", "integer", "The number.", "key"),
    ),
    primary_key=("source", "account", "external_key"),
)

CUSTOMER_KEYS = Table(
    "customer_keys",
    "Which number each customer has.",
    "one customer of a source",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("external_key", "text", "The source's id of the customer.", "key"),
        Column("customer_id", "integer", "The number.", "key"),
    ),
    primary_key=("source", "account", "external_key"),
)
