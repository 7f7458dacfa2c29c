"""The tables of the model in MySQL: views of what is large, tables of what is small or made by the analysis.

The views speak the words of MySQL and give what the Parquet files hold, key by key and digit by digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import literal, quoted, read_sql
from payback.publishing.powerbi.build import CALENDAR, CALENDAR_FILE, dimension_table, fact_columns
from payback.publishing.powerbi.data import FIXED, PACKAGE
from payback.publishing.powerbi.dimensions import CUSTOMER, DIMENSIONS
from payback.publishing.powerbi.entries import DATE, NO_KEY, Dimension, Fact, known_column, rest_column, value_column
from payback.publishing.powerbi.facts import CUSTOMER_FACTS, FACTS, TRAFFIC
from payback.publishing.powerbi.options import ProjectOptions
from payback.publishing.powerbi.queries import VIEW_PREFIX
from payback.tables import ANALYTICS_SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payback.publishing.powerbi.data import DataWriter
    from payback.publishing.powerbi.model import ModelColumn

_ROWS_OF_A_STATEMENT = 500
_TYPES = {
    "int64": "bigint",
    "decimal": FIXED,
    "double": "double",
    "string": "text",
    "dateTime": "date",
    "boolean": "tinyint(1)",
}
_IN_VIEWS = (CUSTOMER.name,)
"""Dimensions that have as many members as a table has rows."""


def view_statements() -> list[str]:
    """Return the statements that make the views: the facts with days, and customers."""
    views = {fact.file: _fact_view(fact) for fact in FACTS if _is_view(fact)}
    views[CUSTOMER.file] = read_sql(PACKAGE, "mysql_customer.sql")
    return [
        f"create or replace sql security invoker view {quoted(VIEW_PREFIX + name)} as {text}"
        for name, text in views.items()
    ]


def table_statements(writer: DataWriter) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the statements that fill the small tables anew, with their values; readers see the old rows or the new.

    Parameters
    ----------
    writer : DataWriter
        Reads the rows.
    """
    with writer.relations():
        yield from _filled(CALENDAR_FILE, CALENDAR, writer.calendar_rows())
        for dimension in writer.dimensions:
            if dimension.name not in _IN_VIEWS:
                columns = dimension_table(dimension, ProjectOptions()).columns
                yield from _filled(dimension.file, columns, writer.member_rows(dimension))
        for fact in writer.facts:
            if not _is_view(fact):
                yield from _filled(fact.file, fact_columns(fact), writer.engine.rows(writer.fact_query(fact)))


def _is_view(fact: Fact) -> bool:
    return bool(fact.day) or fact is CUSTOMER_FACTS


def _filled(file: str, columns: Sequence[ModelColumn], rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, list[Any]]]:
    name, fresh, old = (quoted(VIEW_PREFIX + file + ending) for ending in ("", "_new", "_old"))
    kinds = ", ".join(f"{quoted(column.name)} {_TYPES[column.type]}" for column in columns)
    yield f"drop table if exists {fresh}, {old}", []
    yield f"create table {fresh} ({kinds}) default charset = utf8mb4 collate = utf8mb4_bin", []
    marks = f"({', '.join(['%s'] * len(columns))})"
    for start in range(0, len(rows), _ROWS_OF_A_STATEMENT):
        part = rows[start : start + _ROWS_OF_A_STATEMENT]
        values = [value for row in part for value in row]
        yield f"insert into {fresh} values {', '.join([marks] * len(part))}", values
    yield f"create table if not exists {name} like {fresh}", []
    yield f"rename table {name} to {old}, {fresh} to {name}", []
    yield f"drop table {old}", []


def _rows(fact: Fact) -> str:
    """Return the relation of a fact's rows, as it can stand after ``from``."""
    if fact is TRAFFIC:
        shown = "case when one.source = 'ga4_export' then coalesce(one.analytics_channel, one.channel) "
        shown += "else one.channel end as channel"
        columns = ", ".join(shown if name == "channel" else f"one.{quoted(name)}" for name in fact.table.names)
        sources = ", ".join(map(literal, ANALYTICS_SOURCES))
        return f"({read_sql(PACKAGE, 'mysql_traffic_rows.sql', columns=columns, sources=sources)}) as counted"
    return f"({read_sql(PACKAGE, f'mysql_{fact.query}')}) as one" if fact.query else quoted(fact.table.name)


def _fact_view(fact: Fact) -> str:
    links = [DIMENSIONS[name] for name in fact.dimensions]
    natural = [name for link in links for name in link.natural]
    known = [f"{quoted(part)} is not null as {quoted('known_' + part)}" for part in fact.partners]
    keys = [*([fact.day] if fact.day else []), *dict.fromkeys(natural)]
    totals = [f"{f'sum({quoted(part)})' if fact.summed else quoted(part)} as {quoted(part)}" for part in fact.parts]
    rows = _rows(fact)
    inner = f"select {', '.join([*map(quoted, keys), *known, *totals])} from {rows}"
    if fact.summed:
        tests = [f"{quoted(part)} is not null" for part in fact.partners]
        inner += f" group by {', '.join([*map(quoted, keys), *tests])}"
    return f"select {', '.join(_columns(fact, links))} from ({inner}) as summed"


def _columns(fact: Fact, links: Sequence[Dimension]) -> list[str]:
    texts = [f"{quoted(fact.day)} as {quoted(DATE)}"] if fact.day else []
    texts += [f"{_key(link)} as {quoted(link.key)}" for link in links]
    for part in fact.parts:
        label, name = fact.label(part), quoted(part)
        if fact.is_exact(part):
            fixed = f"cast({name} as {FIXED})"
            texts.append(f"{fixed} as {quoted(value_column(label))}")
            texts.append(f"cast(({name} - {fixed}) * 1000000 as signed) as {quoted(rest_column(label))}")
        else:
            texts.append(f"cast({name} as signed) as {quoted(value_column(label))}")
        if part in fact.partners:
            texts.append(f"{quoted('known_' + part)} as {quoted(known_column(label))}")
    return texts


def _key(dimension: Dimension) -> str:
    """Return the SQL of a member's key: the number that `data` gives it."""
    names = [quoted(name) for name in dimension.natural]
    if dimension.numbered:
        return f"coalesce({names[0]}, {NO_KEY})"
    text = ", char(31 using utf8mb4), ".join(f"coalesce({name}, '')" for name in names)
    missing = " and ".join(f"{name} is null" for name in names)
    number = f"cast(conv(substr(sha2(concat({text}), 256), 1, 12), 16, 10) as signed)"
    return f"case when {missing} then {NO_KEY} else {number} end"
