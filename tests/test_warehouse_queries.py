"""The two questions that the warehouse answers: campaigns with their names, customers with their orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payback.engine.duckdb import Engine, quoted, read_sql
from payback.tables import TABLES
from payback.warehouse.schema import create_table

D1, D2 = date(2024, 5, 1), date(2024, 5, 2)


@pytest.fixture
def engine():
    """Return an engine with the empty tables of the warehouse."""
    with Engine() as opened:
        for name in ("campaigns", "campaign_details", "customers", "orders", "customer_keys"):
            opened.execute(create_table(TABLES[name]))
        yield opened


def fill(engine, table, *rows, **same):
    """Insert rows into a table; columns that they leave out are empty."""
    for number, row in enumerate(rows, 1):
        values = {"source": "s", "account": "", "report": "r", "load_id": 1, "row_number": number} | same | row
        values = {name: value for name, value in values.items() if name in TABLES[table]}
        names, marks = ", ".join(map(quoted, values)), ", ".join("?" * len(values))
        engine.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))


def orders(engine, *rows, **same):
    """Insert order lines of customer a unless they say another; number every customer."""
    fill(
        engine, "orders", *({"external_customer_id": "a", "currency": "EUR", "date": D1} | row for row in rows), **same
    )
    number_customers(engine)


def number_customers(engine):
    """Give every customer of files and orders a number."""
    engine.execute(
        "insert into customer_keys select source, account, external_customer_id, "
        "row_number() over (order by source, account, external_customer_id) from (select source, account, "
        "external_customer_id from orders union select source, account, external_customer_id from customers) "
        "where external_customer_id is not null"
    )


def customers(engine, *columns):
    """Return columns of all customers."""
    query = f"select {', '.join(columns)} from ({read_sql('payback.warehouse', 'all_customers.sql')}) order by all"
    return engine.rows(query)


def names(engine, *columns):
    """Return columns of the campaign rows with their names."""
    query = (
        f"select {', '.join(columns)} from ({read_sql('payback.warehouse', 'named_campaigns.sql')}) order by row_number"
    )
    return engine.rows(query)


# Customers


def test_order_lines_make_a_customer(engine):
    """Lines of an order are added up, orders are counted, and each customer has the number of their key."""
    orders(
        engine,
        {"order_id": "1", "revenue": 5},
        {"order_id": "1", "revenue": Decimal("2.5")},
        {"order_id": "2", "revenue": 1},
        {"order_id": "3", "revenue": 9, "external_customer_id": "b"},
    )
    found = customers(engine, "external_customer_id", "customer_id", "transactions", "revenue", "report")
    assert found == [("a", 1, 2, Decimal("8.5"), "orders"), ("b", 2, 1, 9, "orders")]


def test_refund_nets_the_revenue_and_is_no_order(engine):
    """An order that is negative in sum is money back; one with a returned line is still an order."""
    orders(
        engine,
        {"order_id": "1", "revenue": 10},
        {"order_id": "1", "revenue": -4},
        {"order_id": "C2", "revenue": -20},
    )
    assert customers(engine, "transactions", "revenue") == [(1, -14)]


def test_free_orders_and_orders_of_unknown_worth_are_orders(engine):
    """A sample is an order of nothing; an order without amounts is one too, and adds nothing."""
    orders(engine, {"order_id": "1", "revenue": 0}, {"order_id": "2", "revenue": None}, {"order_id": "3", "revenue": 5})
    assert customers(engine, "transactions", "revenue") == [(3, 5)]


def test_lines_without_an_order_are_one_order_a_day(engine):
    """Where no order is named, what was bought on one day is one."""
    orders(engine, {"revenue": 1}, {"revenue": 2}, {"revenue": 3, "date": D2})
    assert customers(engine, "transactions", "revenue") == [(2, 6)]


def test_lines_without_a_customer_are_nobodys(engine):
    """They are turned away with a reason elsewhere, and are in no customer."""
    orders(engine, {"revenue": 1, "external_customer_id": None}, {"revenue": 2})
    assert customers(engine, "external_customer_id", "revenue") == [("a", 2)]


def test_country_is_that_of_the_last_order(engine):
    """Who moved lives where the last order went; an order without a country says nothing."""
    orders(
        engine,
        {"order_id": "1", "country": "Zambia", "date": D1},
        {"order_id": "2", "country": "Austria", "date": D2},
        {"order_id": "3", "date": date(2024, 6, 1)},
    )
    assert customers(engine, "country") == [("Austria",)]


def test_row_of_a_file_is_filled_up_from_orders(engine):
    """What the customer file leaves open comes from the orders; what it states stays."""
    fill(engine, "customers", {"external_customer_id": "a", "currency": "EUR", "sessions": 7, "revenue": 100})
    orders(engine, {"order_id": "1", "revenue": 5, "country": "Austria"})
    found = customers(engine, "sessions", "transactions", "revenue", "country", "report")
    assert found == [(7, 1, 100, "Austria", "r")]


def test_file_without_currency_takes_that_of_the_orders(engine):
    """A customer is one row, though the file of customers names no currency."""
    fill(engine, "customers", {"external_customer_id": "a", "currency": "XXX", "sessions": 7})
    orders(engine, {"order_id": "1", "revenue": 5})
    assert customers(engine, "currency", "sessions", "transactions", "revenue") == [("EUR", 7, 1, 5)]


def test_orders_in_another_currency_are_not_lost(engine):
    """Money that cannot be added to the customer's row stands in a row of its own, for cleaning to decide."""
    fill(engine, "customers", {"external_customer_id": "a", "currency": "EUR", "revenue": 100})
    orders(engine, {"order_id": "1", "revenue": 5, "currency": "USD"}, {"order_id": "2", "revenue": 3})
    assert customers(engine, "currency", "revenue", "report") == [("EUR", 100, "r"), ("USD", 5, "orders")]


def test_same_id_in_two_sources_is_two_people(engine):
    """A number of the shop is not that of the app."""
    orders(engine, {"revenue": 1}, {"revenue": 2, "source": "app"}, {"revenue": 4, "account": "7"})
    assert len({row[0] for row in customers(engine, "customer_id")}) == 3


def test_money_of_orders_is_conserved(engine):
    """Whatever the lines, the customers' money is the money of the lines that name one, currency by currency."""
    lines = [
        {"order_id": str(n % 7) if n % 3 else None, "external_customer_id": "abc"[n % 3] if n % 11 else None,
         "currency": "EUR" if n % 5 else "USD", "revenue": Decimal(n * 137 % 1000 - 300).scaleb(-2)}
        for n in range(200)
    ]  # fmt: skip
    orders(engine, *lines)
    sums = "select currency, sum(revenue) from ({}) group by all order by all"
    expected = engine.rows(sums.format("from orders where external_customer_id is not null"))
    assert engine.rows(sums.format(read_sql("payback.warehouse", "all_customers.sql"))) == expected


# Names of campaigns


def test_name_and_channel_come_from_their_own_file(engine):
    """Rows that carry an id alone get what another file of the source says; what they state stays."""
    fill(engine, "campaign_details", {"external_campaign_id": "7", "campaign_name": "Brand", "channel": "search"})
    fill(
        engine,
        "campaigns",
        {"external_campaign_id": "7"},
        {"external_campaign_id": "7", "campaign_name": "Own", "channel": "own"},
        {"external_campaign_id": "8"},
        {},
    )
    assert names(engine, "campaign_name", "channel") == [
        ("Brand", "search"),
        ("Own", "own"),
        (None, None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2024-01-01", "2024-02-01", "New"),
        ("2024-02-01", "2024-01-01", "Old"),
        ("2024-01-01 09:00:00", "2024-01-01 10:00:00", "New"),
        ("2024-01-01T10:00:00Z", "2024-01-01 09:59:59", "Old"),
        (None, "2024-01-01", "New"),
        ("2024-01-01", None, "Old"),
        (None, None, "New"),
        ("1704067200", "1704067300", "New"),
    ],
)
def test_last_version_of_a_name_counts(engine, first, second, expected):
    """The time of the change decides, however it is written; without times, the row that was loaded last."""
    versions = [("Old", first), ("New", second)]
    rows = [{"external_campaign_id": "7", "campaign_name": name, "changed_at": at} for name, at in versions]
    fill(engine, "campaign_details", *rows)
    fill(engine, "campaigns", {"external_campaign_id": "7"})
    assert names(engine, "campaign_name") == [(expected,)]


def test_names_of_another_source_are_taken_where_only_one_knows_the_id(engine):
    """A file of names may be called otherwise than the file of days, but two that know an id are no help."""
    for source in ("x", "y"):
        fill(engine, "campaign_details", {"external_campaign_id": "both", "campaign_name": source, "source": source})
    fill(engine, "campaign_details", {"external_campaign_id": "one", "campaign_name": "Only", "source": "x"})
    fill(engine, "campaigns", {"external_campaign_id": "both"}, {"external_campaign_id": "one"})
    assert names(engine, "campaign_name") == [(None,), ("Only",)]


def test_no_row_of_days_is_doubled(engine):
    """However many versions and sources know a campaign, its rows and money stay as many."""
    versions = [{"external_campaign_id": "7", "campaign_name": str(n), "source": "sxy"[n % 3], "account": str(n % 2)}
                for n in range(12)]  # fmt: skip
    fill(engine, "campaign_details", *versions)
    fill(engine, "campaigns", *({"external_campaign_id": "7", "cost": 1} for _ in range(5)))
    assert len(names(engine, "cost")) == 5


def test_every_column_comes_through(engine):
    """Both questions give the columns of their tables, in order."""
    for query, table in (("named_campaigns.sql", "campaigns"), ("all_customers.sql", "customers")):
        found = engine.arrow(read_sql("payback.warehouse", query))
        assert found.column_names == list(TABLES[table].names)
