"""Match the headers of a file or a frame with the columns of a table.

A header is matched by the column's own name first, then by its synonyms in their order, after both were brought to
one form: lower case, blanks for underscores. What a header says about its money is taken out and kept:
``Amount spent (USD)`` and ``spend_usd`` name a currency, ``cost_micros`` a factor.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from payback.engine.headers import LAST_DAYS, camel_words, field_words, money_words
from payback.engine.headers import normalised as normalised  # noqa: PLC0414 - part of this module's interface
from payback.errors import ConfigurationError, DuplicateColumnError, MissingColumnError
from payback.tables import CAMPAIGN_DETAILS, CAMPAIGNS, CUSTOMERS, LOADED_TABLES, ORDERS, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LARGEST_SCALE = 1000
_IDS = ("campaign_id", "customer_id")
"""Numbers that the warehouse gives: a file's own ids go to the ``external_`` columns."""


@dataclass(frozen=True)
class Match:
    """Where a column of ours comes from.

    Parameters
    ----------
    header : str
        Header in the file.
    how : str
        ``name``, ``synonym`` or ``setting``.
    scale : Decimal
        Factor that turns the file's numbers into our unit.
    currency : str, optional
        ISO 4217 code, or sign, that the header names.
    stored : str, optional
        Name of the column in the engine, where it is not the header.
    """

    header: str
    how: str
    scale: Decimal = Decimal(1)
    currency: str | None = None
    stored: str | None = None

    @property
    def column(self) -> str:
        """Name of the column in the engine."""
        return self.stored or self.header


@dataclass(frozen=True)
class ColumnMapping:
    """How a file's headers became a table's columns."""

    table: Table
    columns: dict[str, Match]
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    last_day: Match | None = None
    """Column of the last day of a row, where the date is the first of several."""

    def described(self) -> dict[str, str]:
        """Return our column -> header, for people and for JSON."""
        return {name: match.header for name, match in self.columns.items()}


def known_headers(tables: Iterable[Table] = LOADED_TABLES) -> frozenset[str]:
    """Return every header that some table knows, in normalised form."""
    return frozenset(name for table in tables for column in _targets(table) for name in _names(column))


def match_columns(
    headers: Sequence[str],
    table: Table,
    *,
    overrides: Mapping[str, str] | None = None,
    duplicates: Iterable[str] = (),
    keep_ids: bool = False,
) -> ColumnMapping:
    """Match headers with the columns of a table.

    Parameters
    ----------
    headers : sequence of str
        Headers of the file or names of the frame's columns.
    table : Table
        Table to fill.
    overrides : mapping of str to str, optional
        Our column -> header, or ``"header / 1000000"`` to scale, from the configuration. ``""`` leaves it out.
    duplicates : iterable of str
        Headers that occur twice: matching one of them is an error.
    keep_ids : bool
        Match ``campaign_id`` and ``customer_id`` too: frames that come from the warehouse carry them.

    Raises
    ------
    ConfigurationError
        An override names a column that the table or the file does not have.
    DuplicateColumnError
        Two headers claim one column with equal right.
    """
    found: dict[str, Match] = {}
    notes: list[str] = []
    free = list(headers)
    for name, text in (overrides or {}).items():
        match = _override(name, text, table, headers)
        if match:
            found[name] = match
            free = [header for header in free if header != match.header]
    skipped = {name for name, text in (overrides or {}).items() if not text.strip()}
    for column in _targets(table, keep_ids=keep_ids):
        if column.name in found or column.name in skipped:
            continue
        candidates = _candidates(column, free)
        if not candidates:
            continue
        rank, match = candidates[0]
        _refuse_twins(column, [other for other_rank, other in candidates if other_rank == rank], duplicates)
        found[column.name] = match
        free.remove(match.header)
        notes += [
            f"{column.name} is read from {match.header!r}, not from {other.header!r}" for _, other in candidates[1:]
        ]
    return ColumnMapping(table, found, tuple(free), tuple(notes), _last_day(found.get("date"), free))


def require_columns(mapping: ColumnMapping, headers: Sequence[str], where: str) -> None:
    """Raise MissingColumnError if a required column, or every identity of a campaign, is missing."""
    missing = [c.name for c in mapping.table.columns if c.required and c.name not in mapping.columns]
    if mapping.table is CAMPAIGNS and not {"campaign_name", "external_campaign_id", "campaign_id"} & set(
        mapping.columns
    ):
        missing.append("campaign_name")
    if mapping.table is ORDERS and not (
        {"revenue"} & set(mapping.columns) or {"quantity", "unit_price"} <= set(mapping.columns)
    ):
        missing.append("revenue")
    if not missing:
        return
    near = _near(missing[0], mapping.table, mapping.unused)
    example = near or "Header In Your File"
    advice = "" if near or mapping.table is not CAMPAIGNS else _ADVICE.get(missing[0], "")
    raise MissingColumnError(
        f"{mapping.table.name} needs {_listed(missing)}, and no column of the file is it",
        where=where,
        got="columns " + _listed(list(headers)[:20]),
        allowed=f"{missing[0]}, or one of: " + ", ".join(mapping.table[missing[0]].synonyms[:8]),
        hint=f'{advice}name it with --map {missing[0]}="{example}", or under files: in config/config.yaml',
    )


_DELIMITERS = frozenset(",;\t|")
_QUOTED_LINES = "each line stands in quotes as one field: save the file as CSV anew, or take the outer quotes away"
_NO_TABLE = "say which with --table, and name its columns with --map"
_ADVICE = {
    "date": "export the report with a row for each day; if it has days, ",
    "campaign_name": "export the report by campaign; if it has campaigns, ",
}
"""What to do where a report lacks what its rows are about."""


def guess_table(headers: Sequence[str], *, where: str, overrides: Mapping[str, str] | None = None) -> Table:
    """Return the table that a file of these headers is for.

    Raises
    ------
    MissingColumnError
        The headers fit no table.
    """
    wanted = overrides or {}
    matches = {
        table.name: match_columns(
            headers, table, overrides={name: text for name, text in wanted.items() if name in table}
        ).columns
        for table in LOADED_TABLES
    }
    campaign, orders = set(matches[CAMPAIGNS.name]), set(matches[ORDERS.name])
    details, customers = set(matches[CAMPAIGN_DETAILS.name]), matches[CUSTOMERS.name]
    of_campaign = bool({"campaign_name", "external_campaign_id"} & campaign)
    if {"cost", "date"} <= campaign and of_campaign:
        return CAMPAIGNS
    amounts = "revenue" in orders or {"quantity", "unit_price"} <= orders
    if {"external_customer_id", "date"} <= orders and amounts and not _BEHAVIOUR & set(customers):
        return ORDERS
    if not of_campaign and _is_customer(customers):
        return CUSTOMERS
    if {"external_campaign_id", "campaign_name"} <= details and "cost" not in campaign:
        return CAMPAIGN_DETAILS
    if any(matches.values()):
        nearest = CAMPAIGNS if of_campaign or "cost" in campaign else CUSTOMERS
        require_columns(match_columns(headers, nearest), headers, where)
    raise MissingColumnError(
        "the columns fit none of the tables",
        where=where,
        got="columns " + _listed(list(headers)[:20]),
        allowed="campaign days, customers, orders or names of campaigns",
        hint=_QUOTED_LINES if len(headers) == 1 and _DELIMITERS & set(headers[0]) else _NO_TABLE,
    )


_BEHAVIOUR = {"sessions", "pages_per_session"}
_PERSON = {"age", "age_band", "gender", "transactions", "revenue", *_BEHAVIOUR}


def _is_customer(columns: Mapping[str, Match]) -> bool:
    """Tell whether a row is a person's: a bare "id" is, where the row says what somebody is or did."""
    identity = columns.get("external_customer_id")
    if identity is None:
        return False
    return bool(_PERSON & set(columns)) or (normalised(identity.header) != "id" and "country" in columns)


def _targets(table: Table, *, keep_ids: bool = False) -> list[Column]:
    return [column for column in table.readable if keep_ids or column.name not in _IDS]


def _names(column: Column) -> list[str]:
    return list(dict.fromkeys(normalised(name) for name in (column.name, *column.synonyms)))


def _candidates(column: Column, headers: Sequence[str]) -> list[tuple[int, Match]]:
    names = _names(column)
    found = []
    for header in headers:
        base, scale, currency = money_words(header, column)
        forms = dict.fromkeys(
            (normalised(header), base, field_words(base), camel_words(header), base.removesuffix(" in"))
        )
        for form in forms:
            if form in names:
                how = "name" if form == names[0] else "synonym"
                # "cost in usd" must not go before "cost in local currency", in which the revenue beside it is.
                later = len(names) if base.endswith(" in") else 0
                found.append((names.index(form) + later, Match(header, how, scale, currency)))
                break
    return sorted(found, key=lambda pair: pair[0])


def _last_day(first: Match | None, headers: Sequence[str]) -> Match | None:
    """Return the column that says where the days of a row end, if its date says where they start."""
    wanted = LAST_DAYS.get(normalised(first.header)) if first else None
    return next((Match(header, "pair") for header in headers if wanted and normalised(header) == wanted), None)


def _refuse_twins(column: Column, best: list[Match], duplicates: Iterable[str]) -> None:
    twice = {normalised(header) for header in duplicates}
    headers = [match.header for match in best]
    if len(best) > 1 or normalised(headers[0]) in twice:
        raise DuplicateColumnError(
            f"the file has two columns for {column.name}",
            got=_listed(headers) + (" (twice in the header line)" if len(headers) == 1 else ""),
            allowed="one column for each meaning",
            hint=f'remove or rename one, or choose with --map {column.name}="{headers[0]}"',
        )


def _override(name: str, text: str, table: Table, headers: Sequence[str]) -> Match | None:
    if name not in {column.name for column in _targets(table)}:
        known = [column.name for column in _targets(table)]
        near = difflib.get_close_matches(name, known, 1)
        raise ConfigurationError(
            f"{table.name} has no column {name!r} to map",
            allowed=", ".join(known),
            hint=f"did you mean {near[0]}?" if near else None,
        )
    if not text.strip():
        return None
    header, scale = _scaled(text, headers)
    exact = [h for h in headers if h == header] or [h for h in headers if normalised(h) == normalised(header)]
    if not exact:
        near = difflib.get_close_matches(header, list(headers), 1)
        raise ConfigurationError(
            f"the file has no column {header!r}",
            where=f"mapping of {name}",
            got="columns " + _listed(list(headers)[:20]),
            hint=f"did you mean {near[0]!r}?" if near else None,
        )
    _, own_scale, currency = money_words(exact[0], table[name])
    return Match(exact[0], "setting", own_scale if scale is None else scale, currency)


def _scaled(text: str, headers: Sequence[str]) -> tuple[str, Decimal | None]:
    """Split ``header / 1000000`` unless a header is spelled just so."""
    header, slash, number = text.rpartition("/")
    if text.strip() in headers or not slash:
        return text.strip(), None
    try:
        scale = 1 / Decimal(number.strip())
    except (InvalidOperation, ZeroDivisionError):
        return text.strip(), None
    if not 0 < scale <= LARGEST_SCALE:
        raise ConfigurationError(
            "amounts cannot be divided by this",
            where=f"mapping {text.strip()!r}",
            got=number.strip(),
            allowed=f"a number from 1/{LARGEST_SCALE} upwards, such as 1000000 for micros",
        )
    return header.strip(), scale


def _near(name: str, table: Table, unused: Sequence[str]) -> str | None:
    words = _names(table[name])
    forms = {normalised(header): header for header in unused}
    for word in words:
        for match in difflib.get_close_matches(word, list(forms), 1, 0.75):
            return forms[match]
    return None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
