"""Whatever the rows are, cleaning loses none, invents nothing and depends neither on their order nor on the library."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.cleaning.data_cleaner import split_campaign_data, split_customer_data
from payback.cleaning.judging import CleaningSettings

messy = settings(max_examples=15)
TODAY = CleaningSettings(today=date(2024, 6, 30))

money = st.none() | st.decimals(-1000, 10**9, places=6)
count = st.none() | st.integers(-2, 10**6)
names = st.none() | st.sampled_from(
    ["Brand", "brand ", "BRAND", "Spring – Sale", "spring-sale", "", "(not set)", "Ünï 😀", "it's; drop", "a,b"]
)
CAMPAIGN = {
    "campaign_id": st.none() | st.integers(1, 4),
    "campaign_name": names,
    "channel": st.none() | st.sampled_from(["fb", "Facebook", "E-Mail", "video", "Sky writing", "", "N/A"]),
    "cost": money,
    "impressions": count,
    "clicks": count,
    "conversions": st.none() | st.decimals(-5, 1000, places=2),
    "revenue": money,
    "date": st.none() | st.dates(date(2024, 6, 1), date(2024, 7, 5)),
    "source": st.sampled_from(["google_ads", "meta_ads", "shop"]),
    "account": st.sampled_from(["", "1"]),
    "currency": st.none() | st.sampled_from(["EUR", "USD"]),
    "external_campaign_id": st.none() | st.sampled_from(["a", "b"]),
    "report": st.sampled_from(["x", "y"]),
    "load_id": st.integers(1, 3),
    "note": st.none() | st.sampled_from(["p", "q"]),
}
CUSTOMER = {
    "customer_id": st.none() | st.integers(1, 5),
    "age": st.none() | st.integers(-3, 130),
    "gender": st.none() | st.sampled_from(["f", "Mann", "N/A", "other"]),
    "country": st.none() | st.sampled_from(["de", "USA", "Atlantis", "NA"]),
    "sessions": count,
    "transactions": count,
    "revenue": money,
    "currency": st.none() | st.sampled_from(["EUR", "USD"]),
}
WHOLE = ("campaign_id", "impressions", "clicks", "load_id", "customer_id", "age", "sessions", "transactions")
TYPES = {
    "cost": pa.decimal128(18, 6), "revenue": pa.decimal128(18, 6), "conversions": pa.decimal128(18, 6),
    "date": pa.date32(),
    **dict.fromkeys(WHOLE, pa.int64()),
}  # fmt: skip


def rows_of(columns, max_size=25):
    """Return lists of rows in which equal rows are not rare."""
    row = st.fixed_dictionaries(columns)
    return st.lists(row, min_size=1, max_size=max_size).flatmap(
        lambda rows: st.lists(st.sampled_from(rows), max_size=5).map(lambda copies: rows + copies)
    )


def table(rows, columns):
    """Return rows as Arrow, the type of each column being what it is for."""
    return pa.table({name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string())) for name in columns})


def total(frame, column):
    """Return the exact sum of a column."""
    return sum((value for value in frame[column].to_pylist() if value is not None), Decimal(0))


def multiset(frame, *without):
    """Return how often each row occurs, whatever the order."""
    return Counter(
        tuple((name, str(value)) for name, value in sorted(row.items()) if name not in without)
        for row in frame.to_pylist()
    )


@messy
@given(rows_of(CAMPAIGN))
def test_campaign_rows_and_money_are_conserved(rows):
    """Clean and rejected rows are those that came in, and so is their money, to the micro."""
    given_rows = table(rows, CAMPAIGN)
    before = given_rows.to_pylist()
    result = split_campaign_data(given_rows, settings=TODAY)
    assert len(result.clean) + len(result.rejected) == len(rows)
    for column in ("cost", "revenue"):
        assert total(result.clean, column) + total(result.rejected, column) == total(given_rows, column)
    assert None not in result.rejected["reason"].to_pylist()
    assert given_rows.to_pylist() == before


@messy
@given(rows_of(CUSTOMER))
def test_customer_rows_are_conserved_and_customers_unique(rows):
    """Nobody is lost, and nobody is there twice."""
    given_rows = table(rows, CUSTOMER)
    result = split_customer_data(given_rows, settings=TODAY)
    assert len(result.clean) + len(result.rejected) == len(rows)
    assert total(result.clean, "revenue") + total(result.rejected, "revenue") == total(given_rows, "revenue")
    ids = result.clean["customer_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    unbroken = {row["customer_id"] for row in rows if (row["sessions"] or 0) >= 0 and (row["transactions"] or 0) >= 0}
    assert set(ids) == unbroken - {None}


@messy
@given(rows_of(CAMPAIGN), st.randoms())
def test_order_of_rows_does_not_matter(rows, chance):
    """Any order of the rows gives the same clean rows, as many rejected for each reason, and the same sums."""
    shuffled = rows[:]
    chance.shuffle(shuffled)
    one, other = (split_campaign_data(table(some, CAMPAIGN), settings=TODAY) for some in (rows, shuffled))
    assert multiset(one.clean) == multiset(other.clean)
    assert multiset(one.rejected) == multiset(other.rejected)
    assert multiset(one.quality) == multiset(other.quality)


@messy
@given(rows_of(CAMPAIGN))
def test_cleaning_clean_campaigns_changes_nothing(rows):
    """Clean rows are clean: a second cleaning turns none away and gives the same rows, flags included."""
    once = split_campaign_data(table(rows, CAMPAIGN), settings=TODAY)
    twice = split_campaign_data(once.clean, settings=TODAY)
    assert twice.rejected.to_pylist() == []
    assert twice.clean.to_pylist() == once.clean.to_pylist()


@messy
@given(rows_of(CUSTOMER))
def test_cleaning_clean_customers_changes_nothing(rows):
    """The same for customers."""
    once = split_customer_data(table(rows, CUSTOMER), settings=TODAY)
    twice = split_customer_data(once.clean, settings=TODAY)
    assert twice.rejected.to_pylist() == []
    assert twice.clean.to_pylist() == once.clean.to_pylist()


def values(frame):
    """Return a frame's values as Python shows them, those that are missing as None, numbers as floats."""
    records = (
        frame.to_pylist() if isinstance(frame, pa.Table) else frame.to_dict("records" if is_pandas(frame) else None)
    )
    return [{name: plain(value) for name, value in row.items()} for row in records]


def is_pandas(frame):
    return isinstance(frame, pd.DataFrame)


def plain(value):
    """Return one value in the form that all libraries share."""
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN differs from itself
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return float(value) if isinstance(value, Decimal | int | float) else value


@messy
@given(rows_of(CAMPAIGN))
def test_every_library_gives_the_same_values(rows):
    """pandas, Polars and Arrow differ in their types, not in what they hold."""
    arrow = table(rows, CAMPAIGN)
    frames = (arrow, pl.from_arrow(arrow), arrow.to_pandas())
    results = [split_campaign_data(frame, settings=TODAY) for frame in frames]
    for part in ("clean", "rejected"):
        first, *others = (
            values(pa.table(found) if isinstance(found, pl.DataFrame) else found)
            for found in (getattr(result, part) for result in results)
        )
        assert all(other == first for other in others)


@messy
@given(rows_of({name: CAMPAIGN[name] for name in ("campaign_name", "cost", "revenue", "clicks", "date")}), st.randoms())
def test_text_gives_what_types_give(rows, chance):
    """A frame of text, its money written in another way in each row, is cleaned like the typed one."""
    typed = table(rows, rows[0])
    forms = ("{}", "$ {}", "{} USD", "\t{} ")
    text = pa.table(
        {
            name: pa.array(
                [None if one is None else chance.choice(forms if name in ("cost", "revenue") else ["{}"]).format(one)
                 for one in typed[name].to_pylist()], pa.string())
            for name in typed.column_names
        }
    )  # fmt: skip
    # Copies are told by the letter, so they must not be looked for here.
    how = CleaningSettings(today=TODAY.today, severity={"duplicate_row": "off"})
    one, other = (split_campaign_data(frame, settings=how) for frame in (typed, text))
    assert one.clean.to_pylist() == other.clean.to_pylist()
    assert one.rejected["reason"].to_pylist() == other.rejected["reason"].to_pylist()


def test_outliers_of_clean_rows_are_those_of_all():
    """Rows that are turned away do not decide what is usual, so that a second cleaning flags the same rows."""
    costs = [Decimal(10 + n) for n in range(30)] + [Decimal(2000)]
    rows = [{"campaign_name": str(n), "cost": cost, "clicks": 1} for n, cost in enumerate(costs)]
    rows += [{"campaign_name": "b", "cost": Decimal(10**6 * n), "clicks": -1} for n in range(1, 31)]
    once = split_campaign_data(table(rows, ["campaign_name", "cost", "clicks"]))
    assert [n for n, flag in enumerate(once.clean["flags"].to_pylist()) if flag == "outlier_cost"] == [30]
    assert split_campaign_data(once.clean).clean.to_pylist() == once.clean.to_pylist()


def test_large_frame_keeps_its_order():
    """Threads share the work of many rows; the clean ones come out in the order in which they came in."""
    chance = random.Random(7)
    number = 300_000
    frame = pa.table(
        {
            "campaign": [f"c{n % 997}" for n in range(number)],
            "cost": pa.array([chance.randrange(1000) for _ in range(number)]),
            "date": [date(2024, 1, 1) + timedelta(days=n % 150) for n in range(number)],
            "n": range(number),
        }
    )
    clean = split_campaign_data(frame, settings=TODAY).clean
    assert clean["n"].to_pylist() == list(range(number))
    assert total(clean, "cost") == sum(frame["cost"].to_pylist())
