"""The rows of the model as Parquet: its columns in its types, written by the engine straight from its tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from payback.engine.duckdb import literal, quoted, read_sql
from payback.engine.stored import SQL_TYPES
from payback.publishing import formats
from payback.publishing.powerbi.build import CALENDAR_FILE, fact_columns
from payback.publishing.powerbi.dimensions import DIMENSIONS
from payback.publishing.powerbi.entries import DATE, NO_KEY, Dimension, Fact, known_column, rest_column, value_column
from payback.publishing.powerbi.facts import ACCOUNT_ROWS, FACTS
from payback.publishing.web_traffic import counted_traffic
from payback.tables import (
    CAMPAIGN_ROI,
    CAMPAIGN_TRAFFIC,
    CLEAN_CAMPAIGNS,
    CLEAN_CUSTOMERS,
    CUSTOMER_SEGMENTS,
    DATA_QUALITY,
    Column,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from payback.engine.duckdb import Engine
    from payback.publishing.powerbi.model import ModelColumn
    from payback.publishing.results import Results

PACKAGE = "payback.publishing.powerbi.sql"
PREFIX = "powerbi_"
FIXED = "decimal(18, 4)"
"""What Power BI keeps exactly: four digits behind the point."""

WAREHOUSE = (CLEAN_CAMPAIGNS, CAMPAIGN_TRAFFIC, CLEAN_CUSTOMERS, CUSTOMER_SEGMENTS, DATA_QUALITY)
"""Tables that are read where they stand."""
_PROFILES = Table(
    "segment_profiles",
    "Profiles.",
    "one segment",
    (
        CUSTOMER_SEGMENTS["segment"],
        Column("stands_out", "text", "What stands out."),
        Column("sentence", "text", "In words."),
    ),
)
_ROI = Table(
    "roi_by_campaign",
    CAMPAIGN_ROI.description,
    CAMPAIGN_ROI.grain,
    tuple(CAMPAIGN_ROI[name] for name in ("campaign_id", "verdict", "roi_low", "roi_high", "interval_note")),
)


class DataWriter:
    """Writes the Parquet files of the model from what an engine can read.

    Parameters
    ----------
    engine : Engine
        Reads the tables of the warehouse under their own names; one that is not there counts as empty.
    results : Results
        Verdicts, profiles of segments and the account of rows.
    facts : sequence of Fact
        The facts to write; their dimensions follow.
    """

    def __init__(self, engine: Engine, results: Results, facts: Sequence[Fact] = FACTS) -> None:
        self.engine = engine
        self.results = results
        self.facts = facts
        self.names: dict[str, str] = {}

    def write(self, folder: Path, *, by_months: bool) -> None:
        """Write every file into a folder, which must be there.

        Parameters
        ----------
        folder : Path
            Where to.
        by_months : bool
            Write the facts that have days as a file for each month, into a folder of their own.
        """
        with self.relations():
            self._copy(self._calendar(), folder / f"{CALENDAR_FILE}.parquet")
            for dimension in self.dimensions:
                self._copy(self._members(dimension), folder / f"{dimension.file}.parquet")
            for fact in self.facts:
                self._write_fact(fact, folder, by_months=by_months and bool(fact.day))

    def calendar_rows(self) -> list[tuple[Any, ...]]:
        """Return the days of the calendar, within `relations`."""
        return self.engine.rows(self._calendar())

    def member_rows(self, dimension: Dimension) -> list[tuple[Any, ...]]:
        """Return the members of a dimension, within `relations`."""
        return self.engine.rows(self._members(dimension))

    def _calendar(self) -> str:
        first, last = (f"date '{day}'" for day in self.days())
        return read_sql(PACKAGE, "calendar.sql", first=first, last=last)

    def _members(self, dimension: Dimension) -> str:
        return f"select * from {self._keyed(dimension)} order by {quoted(dimension.key)}"

    @property
    def dimensions(self) -> list[Dimension]:
        """The dimensions that the facts point at."""
        return [one for one in DIMENSIONS.values() if any(one.name in fact.dimensions for fact in self.facts)]

    @contextmanager
    def relations(self) -> Iterator[None]:
        """Make everything readable for the time of a block: tables, members and keys of dimensions."""
        try:
            self._expose()
            for dimension in self.dimensions:
                self._make_members(dimension)
            yield
        finally:
            for name in self.names.values():
                self.engine.execute(f"drop view if exists {name}")
            for dimension in self.dimensions:
                for ending in ("members", "keyed"):
                    self.engine.execute(f"drop table if exists temp.{PREFIX}{dimension.file}_{ending}")
            self.names.clear()

    def days(self) -> tuple[date, date]:
        """Return the first and the last day with data; the day of the results where there is none."""
        dated = [fact for fact in self.facts if fact.day]
        union = " union all ".join(
            f"select min({fact.day}) as first, max({fact.day}) as last from {self._rows(fact)}" for fact in dated
        )
        first, last = self.engine.row(f"select min(first), max(last) from ({union})") if dated else (None, None)
        day = self.results.summary.created_at.date()
        return first or day, last or day

    def _expose(self) -> None:
        """Give every table a name of ours; what is missing is empty."""
        there = {row[0] for row in self.engine.rows("select table_name from information_schema.tables")}
        there |= {row[0] for row in self.engine.rows("select view_name from duckdb_views()")}
        for table in WAREHOUSE:
            if table.name in self.results.tables:
                self._register(table, self.results.tables[table.name])
            else:
                self._view(table, quoted(table.name) if table.name in there else "")
        self._count_traffic_once()
        for table in (_ROI, _PROFILES):
            found = self.results.tables.get(table.name)
            self._register(table, found)
        accounts = [{name: getattr(one, name) for name in ACCOUNT_ROWS.names} for one in self.results.summary.rows]
        self._register(ACCOUNT_ROWS, pa.Table.from_pylist(accounts) if accounts else None)
        signs = [code for (code,) in self.engine.rows(f"select distinct currency from ({self._currencies()})") if code]
        shown = {"currency": signs, "sign": [formats.currency_of(code).sign.strip() for code in signs]}
        self._register_as("signs", pa.table(shown, pa.schema([("currency", pa.string()), ("sign", pa.string())])))

    def _count_traffic_once(self) -> None:
        """Leave out the days of web analytics that another source of it reports too."""
        every, counted = self.names[CAMPAIGN_TRAFFIC.name], f"{PREFIX}counted_traffic"
        self.engine.execute(f"create or replace temp view {counted} as {counted_traffic(every)}")
        self.names |= {"every_traffic": every, CAMPAIGN_TRAFFIC.name: counted}

    def _currencies(self) -> str:
        return " union all ".join(
            f"select currency from {self._rows(fact)}" for fact in self.facts if "currency" in fact.table
        )

    def _register(self, table: Table, found: pa.Table | None) -> None:
        if found is None:
            self._view(table, "")
        else:
            self._register_as(f"given_{table.name}", found)
            self._view(table, self.names.pop(f"given_{table.name}"))

    def _register_as(self, name: str, table: pa.Table) -> None:
        self.engine.register(PREFIX + name, table)
        self.names[name] = PREFIX + name

    def _view(self, table: Table, relation: str) -> None:
        """Make a view of our name with the columns of a table, in their types; those that are missing are null."""
        types = {row[0]: row[1] for row in self.engine.rows(f"describe select * from {relation}")} if relation else {}
        texts = [_column_text(one, types.get(one.name)) for one in table.columns]
        source = f" from {relation}" if relation else " where false"
        name = f"{PREFIX}{table.name}"
        self.engine.execute(f"create or replace temp view {name} as select {', '.join(texts)}{source}")
        self.names[table.name] = name

    def _rows(self, fact: Fact) -> str:
        """Return the relation of a fact's rows, as it can stand after ``from``."""
        return f"({read_sql(PACKAGE, fact.query, **self.names)})" if fact.query else self.names[fact.table.name]

    def _make_members(self, dimension: Dimension) -> None:
        """Collect the members of a dimension from all facts, with their keys, and check that no two share one."""
        natural = ", ".join(quoted(name) for name in dimension.natural)
        union = " union ".join(
            f"select {natural} from {self._rows(fact)}" for fact in self.facts if dimension.name in fact.dimensions
        )
        members = f"{PREFIX}{dimension.file}_members"
        key = f"{_key(dimension)} as {quoted(dimension.key)}"
        self.engine.execute(
            f"create or replace temp table {members} as select distinct {natural}, {key} from ({union})"
        )
        query = read_sql(PACKAGE, dimension.query, **self.names, members=members)
        columns = [key, *(f"{quoted(one.source)} as {quoted(one.name)}" for one in dimension.attributes)]
        self.engine.execute(
            f"create or replace temp table {self._keyed(dimension)} as select {', '.join(columns)} from ({query})",
            name=f"members of {dimension.name}",
        )

    def _keyed(self, dimension: Dimension) -> str:
        return f"{PREFIX}{dimension.file}_keyed"

    def _write_fact(self, fact: Fact, folder: Path, *, by_months: bool) -> None:
        query = self.fact_query(fact)
        order = ", ".join(quoted(column.name) for column in fact_columns(fact) if _tells_apart(fact, column))
        if not by_months:
            self._copy(f"{query} order by {order}", folder / f"{fact.file}.parquet")
            return
        (folder / fact.file).mkdir()
        months = f"select distinct date_trunc('month', {fact.day})::date from {self._rows(fact)} order by 1"
        for (month,) in self.engine.rows(months):
            test = f"{fact.day} >= date '{month}' and {fact.day} < date '{month}' + interval 1 month"
            self._copy(f"{self.fact_query(fact, test)} order by {order}", folder / fact.file / f"{month:%Y-%m}.parquet")

    def fact_query(self, fact: Fact, condition: str = "true") -> str:
        """Return the SQL of a fact's rows with the names and types of the model."""
        links = [DIMENSIONS[name] for name in fact.dimensions]
        natural = [name for link in links for name in link.natural] + [one.source for one in fact.details]
        known = [f"{quoted(part)} is not null as {quoted('known_' + part)}" for part in fact.partners]
        groups = [*([fact.day] if fact.day else []), *map(quoted, dict.fromkeys(natural)), *known]
        totals = [f"{_total(fact, part)} as {quoted(part)}" for part in fact.parts]
        rows = f"select {', '.join([*groups, *totals])} from {self._rows(fact)} where {condition}"
        rows += " group by all" if fact.summed else ""
        joins = [_join(link) for link in links if not link.numbered]
        return f"select {', '.join(_columns(fact, links))} from ({rows}) as one {' '.join(joins)}"

    def _copy(self, query: str, path: Path) -> None:
        copy = f"copy ({query}) to {literal(str(path))} (format parquet, compression zstd)"
        self.engine.execute(copy, name=f"write {path.name}")


def _column_text(column: Column, kind: str | None) -> str:
    """Return the SQL of a column as our tables have it; exact numbers stay as they are."""
    name = quoted(column.name)
    if kind is not None and (
        kind == SQL_TYPES[column.type].upper() or (kind.startswith("DECIMAL") and column.type == "decimal")
    ):
        return name
    wanted = "decimal(38, 6)" if column.type == "decimal" else SQL_TYPES[column.type]
    return f"cast({'null' if kind is None else name} as {wanted}) as {name}"


def _key(dimension: Dimension, prefix: str = "") -> str:
    """Return the SQL of a member's key: its own number, or a number made from its text, the same for ever.

    Keys must not depend on which other members there are: where Power BI refreshes by months, old rows keep theirs.
    """
    names = [prefix + quoted(name) for name in dimension.natural]
    if dimension.numbered:
        return f"cast(coalesce({names[0]}, {NO_KEY}) as bigint)"
    text = " || chr(31) || ".join(f"coalesce({name}, '')" for name in names)
    missing = " and ".join(f"{name} is null" for name in names)
    return f"case when {missing} then {NO_KEY} else cast('0x' || substr(sha256({text}), 1, 12) as bigint) end"


def _total(fact: Fact, part: str) -> str:
    """Return the SQL of a part of a row: of one row, or of rows that are one in the model."""
    kind = "decimal(38, 6)" if fact.is_exact(part) else "bigint"
    return f"cast({f'sum({quoted(part)})' if fact.summed else quoted(part)} as {kind})"


def _join(link: Dimension) -> str:
    """Return the join that brings the key of a member: to make it for each row takes four times as long."""
    members = f"{PREFIX}{link.file}_members"
    same = [f"{members}.{quoted(name)} is not distinct from one.{quoted(name)}" for name in link.natural]
    return f"left join {members} on {' and '.join(same)}"


def _tells_apart(fact: Fact, column: ModelColumn) -> bool:
    """Tell whether rows differ in a column: what is summed for each group need not be sorted by."""
    return not fact.summed or column.type not in ("decimal", "int64") or column.name.endswith(" Key")


def _columns(fact: Fact, links: Sequence[Dimension]) -> list[str]:
    """Return the SQL of a fact's columns over its summed rows, in the order of the model."""
    texts = [f"one.{fact.day} as {quoted(DATE)}"] if fact.day else []
    texts += [f"{_key(link, 'one.')} as {quoted(link.key)}" if link.numbered else quoted(link.key) for link in links]
    texts += [f"one.{quoted(one.source)} as {quoted(one.name)}" for one in fact.details]
    for part in fact.parts:
        texts += _part_columns(fact, part)
    return texts


def _part_columns(fact: Fact, part: str) -> list[str]:
    label, name = fact.label(part), f"one.{quoted(part)}"
    if not fact.is_exact(part):
        texts = [f"{name} as {quoted(value_column(label))}"]
    else:
        fixed = f"cast({name} as {FIXED})"
        rest = f"cast(cast({name} - {fixed} as decimal(9, 6)) * 1000000 as integer)"
        texts = [f"{fixed} as {quoted(value_column(label))}", f"{rest} as {quoted(rest_column(label))}"]
    known = [f"one.{quoted('known_' + part)} as {quoted(known_column(label))}"] if part in fact.partners else []
    return texts + known
