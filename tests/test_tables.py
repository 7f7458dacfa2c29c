"""The tables themselves: names, keys and synonyms fit together."""

from __future__ import annotations

import itertools

import pytest

from payback.engine.columns import match_columns, normalised
from payback.engine.stored import SQL_TYPES
from payback.tables import (
    AGE_BANDS,
    CAMPAIGN_ROI,
    CAMPAIGNS,
    CLEAN_CAMPAIGNS,
    CLEAN_CUSTOMERS,
    CUSTOMERS,
    LOADED_TABLES,
    ORDERS,
    ROI_COMPARISON,
    TABLES,
)

EVERY = [*TABLES.values(), CAMPAIGN_ROI, ROI_COMPARISON]
each = pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
each_loaded = pytest.mark.parametrize("table", LOADED_TABLES, ids=lambda table: table.name)


@each
def test_names_are_unique_and_plain(table):
    """No column stands twice, and a name is lower case with underscores, so that no engine has to quote it."""
    assert len(set(table.names)) == len(table.names)
    assert [name for name in table.names if not name.isidentifier() or name != name.lower()] == []


@each
def test_keys_and_indexes_name_columns(table):
    """A key or an index is made of columns of its table."""
    named = [*table.primary_key, *itertools.chain.from_iterable(table.indexes)]
    assert [name for name in named if name not in table] == []


@each
def test_every_column_says_what_it_is(table):
    """Each column has a type that the warehouse knows and a sentence; money has a decimal type or is a ratio."""
    assert {column.type for column in table.columns} <= set(SQL_TYPES)
    assert [column.name for column in table.columns if not column.description.endswith(".")] == []
    assert [c.name for c in table.columns if c.unit == "money" and c.type not in ("decimal", "number")] == []


def test_table_stands_under_its_name():
    """The index of tables is by their names."""
    assert [name for name, table in TABLES.items() if table.name != name] == []


@each_loaded
def test_required_columns_have_synonyms_of_their_own(table):
    """A header that two required columns of one table know would be a guess."""
    names = {c.name: {normalised(n) for n in (c.name, *c.synonyms)} for c in table.columns if c.required}
    shared = {(a, b): names[a] & names[b] for a, b in itertools.combinations(names, 2) if names[a] & names[b]}
    assert shared == {}


@each_loaded
def test_synonym_means_its_column(table):
    """Each synonym alone in a header line is matched with the column that lists it, or with one above it."""
    for column in table.readable:
        for synonym in column.synonyms:
            found = match_columns([synonym], table).columns
            assert len(found) <= 1, synonym
            earlier = [c.name for c in table.readable[: table.readable.index(column) + 1]]
            assert not found or next(iter(found)) in earlier, synonym


@each_loaded
def test_synonyms_stand_in_the_form_they_are_compared_in(table):
    """A synonym with capitals or double blanks would never be found as it stands in the reference."""
    written = [synonym for column in table.columns for synonym in column.synonyms]
    assert [text for text in written if text != text.casefold() or "  " in text] == []


def test_specification_columns_are_there():
    """The specification's columns of campaigns and customers have kept their names."""
    campaigns = "campaign_id campaign_name channel cost impressions clicks conversions revenue date"
    customers = "customer_id age gender country sessions avg_session_duration pages_per_session transactions revenue"
    assert set(campaigns.split()) <= set(CAMPAIGNS.names)
    assert set(customers.split()) <= set(CUSTOMERS.names)


def test_clean_tables_are_the_loaded_ones_and_flags():
    """Cleaning adds the flags and takes no column away."""
    assert CLEAN_CAMPAIGNS.names == (*CAMPAIGNS.names, "flags")
    assert CLEAN_CUSTOMERS.names == (*CUSTOMERS.names, "flags")


def test_column_is_found_by_name():
    """A table gives its columns by name, and says which table lacks one."""
    assert ORDERS["unit_price"].unit == "money"
    assert "unit_price" in ORDERS
    with pytest.raises(KeyError, match="orders has no column cost"):
        ORDERS["cost"]


def test_age_bands_follow_each_other():
    """No age above 18 lies in two bands or in none."""
    assert all(high + 1 == low for (_, high), (low, _) in itertools.pairwise(AGE_BANDS))
