"""Campaign rows on their way in: columns found, types settled, money exact.

A clean table has its types already and passes through untouched. A frame of a caller may hold floats, text or
Python decimals: amounts become ``decimal(18,6)``, in which sums are exact, and a number that is none (NaN) is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payback.analysis.roi_periods import NO_DAY, Days
from payback.engine.duckdb import quoted
from payback.errors import InputError, MissingColumnError, WarehouseError
from payback.metrics import ADDITIVE
from payback.tables import CLEAN_CAMPAIGNS, MONEY_DIGITS, MONEY_SCALE, UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from payback.analysis.roi_grouping import Grouping
    from payback.engine.duckdb import Engine

MONEY = f"decimal({MONEY_DIGITS},{MONEY_SCALE})"
REQUIRED = ("cost", "revenue", "date")
USED = ("campaign_id", "campaign_name", "channel", "source", "account", "country", "currency", "date", *ADDITIVE)
"""Columns of campaign rows that ROI can use; of others it takes no notice."""

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FLOATS = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class CampaignRows:
    """Campaign rows that an engine can read.

    Parameters
    ----------
    relation : str
        SQL of the relation: the name of a table, a view or a registered frame, or a table function.
    types : dict of str to str
        Types of its columns, as DuckDB names them.
    days : Days
        First and last day with rows.
    unnumbered : bool
        Some rows have no ``campaign_id``.
    empty : bool
        There are no rows, and so no days.
    """

    relation: str
    types: dict[str, str]
    days: Days
    unnumbered: bool
    empty: bool

    def entered(self, grouping: Grouping) -> str:
        """Return the SQL that gives the keys, the date and the five measures with their exact types."""
        columns = [column for column in grouping.columns if column != grouping.grain]
        names = [f"{_text(column, self.types[column])} as {quoted(column)}" for column in columns]
        measures = [f"{_measure(name, self.types.get(name))} as {name}" for name in ADDITIVE]
        lines = [*names, f"{self._currency} as currency", "cast(date as date) as date", *measures]
        typed = f"select {', '.join(lines)} from {self.relation}"
        keys = [grouping.expression(key) for key in grouping.group_columns]
        return f"select {', '.join([*keys, 'date', *ADDITIVE])} from ({typed}) as typed"

    @property
    def _currency(self) -> str:
        known = "nullif(trim(cast(currency as varchar)), '')" if "currency" in self.types else "null"
        return f"coalesce({known}, '{UNKNOWN_CURRENCY}')"


def campaign_rows(engine: Engine, relation: str) -> CampaignRows:
    """Look at a relation of campaign rows.

    Raises
    ------
    MissingColumnError
        It lacks cost, revenue or date.
    InputError
        A date cannot be read, or a row has none.
    """
    types = {name: kind for name, kind, *_ in engine.rows(f"describe select * from {relation}")}
    seen = CampaignRows(relation, types, Days(NO_DAY, NO_DAY), unnumbered=False, empty=True)
    missing = [name for name in REQUIRED if name not in types]
    if missing:
        raise MissingColumnError(
            f"campaign ROI needs the column {missing[0]!r}",
            got=", ".join(types) or "no columns",
            allowed=f"at least {', '.join(REQUIRED)} and a column to group by",
            hint="rename the column, or read the file with DataLoader, which knows the names that other tools use",
        )
    number = "count(campaign_id)" if "campaign_id" in types else "count(*)"
    sql = f"select min(cast(date as date)), max(cast(date as date)), count(*), count(date), {number} from {relation}"
    try:
        first, last, rows, dated, numbered = engine.row(sql)
    except WarehouseError as error:
        raise unreadable_value(engine, seen, error) from error
    if dated < rows:
        raise InputError(
            f"{rows - dated} of {rows} rows have no date",
            hint="clean_campaign_data keeps such rows apart, with reasons",
        )
    return seen if rows == 0 else replace(seen, days=Days(first, last), unnumbered=numbered < rows, empty=False)


def unreadable_value(engine: Engine, rows: CampaignRows, error: WarehouseError) -> Exception:
    """Return the error that names the column and an example of what could not be read; else the engine's own."""
    for name in (*REQUIRED, *ADDITIVE):
        if name not in rows.types:
            continue
        wanted = "date" if name == "date" else MONEY
        text = f"cast({name} as varchar)"
        broken = f"{name} is not null and lower({text}) <> 'nan' and try_cast({text} as {wanted}) is null"
        count, example = engine.row(f"select count(*), min({text}) from {rows.relation} where {broken}")
        if count:
            what = "dates" if name == "date" else "amounts below 10^12"
            return InputError(
                f"column {name!r} has {count} values that are no {what}",
                got=repr(example),
                hint="clean the rows first: clean_campaign_data keeps such rows apart, with reasons",
            )
    return error


def _text(column: str, kind: str) -> str:
    """Return the SQL of a name or a number that tells groups apart."""
    if column == "campaign_id" and kind in _INTEGERS:
        return column
    if column == "campaign_id" and kind in _FLOATS:
        # pandas turns whole numbers into floats where one is missing.
        return f"cast({_without_nan(column)} as bigint)"
    return quoted(column) if kind == "VARCHAR" else f"cast({quoted(column)} as varchar)"


def _measure(name: str, kind: str | None) -> str:
    """Return the SQL of a measure in the type in which its sum is exact."""
    whole = CLEAN_CAMPAIGNS[name].type == "integer"
    if kind is None:
        return f"cast(null as {'bigint' if whole else MONEY})"
    if kind == MONEY or (whole and kind in _INTEGERS):
        return name
    return f"cast({_without_nan(name) if kind in _FLOATS else name} as {MONEY})"


def _without_nan(name: str) -> str:
    return f"case when isnan({name}) then null else {name} end"
