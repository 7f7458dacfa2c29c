"""Clean frames: the public functions of the second gate.

Frames of text go through the first gate too, so that a CSV read by pandas needs no preparation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payback.cleaning.judging import CleaningSettings, Judged, judge, quality_sql, rejected_sql
from payback.engine.columns import ColumnMapping, match_columns
from payback.engine.duckdb import Engine, quoted
from payback.engine.frames import from_arrow, kind_of, to_arrow
from payback.engine.typed import ReadSettings, type_columns
from payback.errors import MissingColumnError
from payback.tables import CAMPAIGNS, CUSTOMERS, Table

if TYPE_CHECKING:
    import pyarrow as pa

_LEAST = {
    CAMPAIGNS.name: ({"cost"}, {"revenue"}, {"clicks"}, {"impressions"}, {"conversions"}),
    CUSTOMERS.name: ({"external_customer_id"}, {"customer_id"}),
}
"""A frame must have one of these sets of columns, or it is no such table."""


@dataclass(frozen=True)
class CleanedData:
    """What cleaning made of a frame; ``len(clean) + len(rejected)`` is the length of the frame.

    Parameters
    ----------
    clean : frame
        Rows that passed, in their order, of the kind that was given; ``flags`` names the rules that a row broke
        without being rejected.
    rejected : frame
        The other rows, as they came, with ``reason``, ``column_name``, ``value`` and ``rule`` behind.
    quality : frame
        One row a rule that some row broke: severity, reason, rule, rows, cost, revenue.
    """

    clean: Any
    rejected: Any
    quality: Any


def clean_campaign_data(df: Any, *, settings: CleaningSettings | None = None) -> Any:
    """Return the rows of a campaign frame that can be trusted.

    Names and channels are brought to one spelling, text becomes numbers and dates, duplicates and impossible rows are
    left out, doubtful ones are flagged. Nothing is invented, capped or filled in. `split_campaign_data` returns the
    rejected rows too.

    Parameters
    ----------
    df : pandas.DataFrame, polars.DataFrame, polars.LazyFrame or pyarrow.Table
        Campaign days; columns as in the table ``campaigns`` or as the ad platforms name them. It is not changed.
    settings : CleaningSettings, optional
        Severities of the rules, channel spellings, the day that counts as today.

    Returns
    -------
    frame
        Of the kind that was given: its columns under our names, ``flags`` behind them.

    Raises
    ------
    InputError
        The object is no frame, has no column of the table, or its dates are ambiguous.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"campaign": ["A", "A"], "channel": ["fb", "FB "], "cost": ["$1,200.50", "3"],
    ...                    "date": ["2024-01-01", "2024-01-02"]})
    >>> clean_campaign_data(df)["cost"].sum()
    1203.5
    """
    return split_campaign_data(df, settings=settings).clean


def clean_customer_data(df: Any, *, settings: CleaningSettings | None = None) -> Any:
    """Return the rows of a customer frame that can be trusted; one row a customer.

    Parameters, errors and the kind of the result are those of `clean_campaign_data`, for the table ``customers``.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"customer_id": [1, 1, 2], "gender": ["F", "F", "m"], "revenue": [5.0, 5.0, -1.0]})
    >>> list(clean_customer_data(df)["gender"])
    ['female', 'male']
    """
    return split_customer_data(df, settings=settings).clean


def split_campaign_data(df: Any, *, settings: CleaningSettings | None = None) -> CleanedData:
    """Return the clean rows of a campaign frame, the rejected ones with their reasons, and a count of both."""
    return _split(df, CAMPAIGNS, settings or CleaningSettings())


def split_customer_data(df: Any, *, settings: CleaningSettings | None = None) -> CleanedData:
    """Return the clean rows of a customer frame, the rejected ones with their reasons, and a count of both."""
    return _split(df, CUSTOMERS, settings or CleaningSettings())


def judge_frame(
    engine: Engine, frame: pa.Table, table: Table, settings: CleaningSettings
) -> tuple[Judged, ColumnMapping]:
    """Judge the rows of an Arrow table inside an engine; the frame stays readable there as ``frame``.

    Raises
    ------
    MissingColumnError
        The frame has no column of the table.
    """
    mapping = _match(frame.column_names, table)
    engine.register("frame_as_given", frame)
    engine.connection.execute(
        "create or replace temp table frame as select row_number() over () as row_number, null::bigint as line_number, "
        "* from frame_as_given"
    )
    readable = ColumnMapping(
        table, {n: m for n, m in mapping.columns.items() if not n.endswith("_id") or n[:3] == "ext"}
    )
    typed = type_columns(engine, "frame", readable, ReadSettings(), hash_columns=_content(frame), where="the frame")
    engine.connection.execute(
        f"create or replace temp view readable as {_readable_sql(frame, typed.relation, mapping)}"
    )
    columns = set(mapping.columns) | {"row_hash", *(set(frame.column_names) & {"report", "load_id"})}
    return judge(engine, "readable", table, columns, settings), mapping


def _match(names: list[str], table: Table) -> ColumnMapping:
    mapping = match_columns(names, table, keep_ids=True)
    found = set(mapping.columns)
    if not any(least <= found for least in _LEAST[table.name]):
        raise MissingColumnError(
            f"the frame has no column of {table.name}",
            got="columns " + ", ".join(names[:20]),
            allowed=", ".join(column.name for column in table.readable),
            hint="rename its columns",
        )
    return mapping


def _content(frame: pa.Table) -> tuple[str, ...]:
    """Columns whose text tells rows apart: the hash of the original row where the frame brings it, else all."""
    return ("row_hash",) if "row_hash" in frame.column_names else tuple(frame.column_names)


def _readable_sql(frame: pa.Table, typed: str, mapping: ColumnMapping) -> str:
    """Return the query that gives `judge` every column it reads: typed ones, ids as they are, the rest empty."""
    identity = mapping.table.names[0]
    external = f"external_{identity}"
    own = f"f.{quoted(mapping.columns[identity].header)}" if identity in mapping.columns else "null::bigint"
    trace = [
        f"f.{name}" if name in frame.column_names else f"{default} as {name}"
        for name, default in (("report", "''"), ("load_id", "0"))
    ]
    # A customer is known by the id that the frame has, whichever it is.
    key = f"coalesce(t.{external}, {own}::varchar)" if mapping.table is CUSTOMERS else f"t.{external}"
    typed_columns = [c.name for c in mapping.table.readable if c.name not in (identity, external)]
    return (
        f"select t.row_number as row_id, {own} as {identity}, {key} as {external}, "
        f"{', '.join('t.' + quoted(name) for name in typed_columns)}, {', '.join(trace)}, t.row_number, t.row_hash, "
        f"t.reason as unread, t.reason_column, t.reason_value from {typed} t join frame f using (row_number)"
    )


def _split(df: Any, table: Table, settings: CleaningSettings) -> CleanedData:
    kind, frame = kind_of(df), to_arrow(df)
    with Engine() as engine:
        judged, mapping = judge_frame(engine, frame, table, settings)
        results = [engine.arrow(sql) for sql in (
            _clean_sql(judged, mapping), _rejected_frame_sql(judged), quality_sql(judged)
        )]  # fmt: skip
    return CleanedData(*(from_arrow(result, kind) for result in results))


def _clean_sql(judged: Judged, mapping: ColumnMapping) -> str:
    """Return the query of the clean rows: the table's columns that the frame has, then its others, then the flags."""
    known = [column.name for column in mapping.table.readable if column.name in mapping.columns]
    derived = {"age_band"} & {c.name for c in mapping.table.columns} if "age" in mapping.columns else set()
    names = [f"j.{quoted(name)}" for name in (*known, *sorted(derived - set(known)))]
    others = [f"f.{quoted(header)}" for header in mapping.unused]
    return (
        f"select {', '.join([*names, *others])}, j.flags from {judged.relation} j join frame f using (row_number) "
        "where j.reason is null order by j.row_id"
    )


def _rejected_frame_sql(judged: Judged) -> str:
    reasons = rejected_sql(judged, original="''")
    return (
        "select f.* exclude (row_number, line_number), r.reason, r.column_name, r.value, r.rule "
        f"from frame f join ({reasons}) r using (row_number) order by row_number"
    )
