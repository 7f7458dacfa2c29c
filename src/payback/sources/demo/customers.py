"""The customer file of the demo, as a shop system exports it: four behaviours and a handful of mistakes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payback.engine.duckdb import Engine, read_sql
from payback.sources.demo.files import write_whole
from payback.sources.demo.luck import stream
from payback.sources.demo.truth import AT_CLEANING, AT_LOADING, CustomerTruth, FileTruth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

FILE = "customers.csv"
FIRST_ID = 100_001
"""Number of the first customer; signed-in visitors of the events carry these numbers."""

COLUMNS = (
    "customer_id",
    "age",
    "gender",
    "country",
    "sessions",
    "avg_session_duration",
    "pages_per_session",
    "transactions",
    "revenue",
)

GENDERS = {
    "female": (0.46, ("female", "Female", "F", "w")),
    "male": (0.41, ("male", "Male", "M", "m")),
    "other": (0.03, ("other", "diverse")),
    "unknown": (0.1, ("", "unknown")),
}
COUNTRIES = {
    "Germany": (0.6, ("Germany", "DE", "Deutschland", "germany ")),
    "Austria": (0.12, ("Austria", "AT", "Österreich")),
    "Switzerland": (0.1, ("Switzerland", "CH", "Schweiz")),
    "France": (0.08, ("France", "FR")),
    "Netherlands": (0.06, ("Netherlands", "NL")),
    "Denmark": (0.04, ("Denmark", "DK")),
}
"""Share and spellings of each, the right one first."""

NO_AGE, AGE_BAND = 0.03, 0.3
"""Shares of customers who give no age, and of those who give a band."""

BANDS = ((24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"), (200, "65+"))

ONE_IN = {"duplicate_row": 400, "bad_number": 2000, "negative_count": 1500, "negative_revenue": 250}
"""One customer in so many has the mishap; each happens at least once."""


@dataclass(frozen=True)
class Customer:
    """One customer as the file tells of them, and what is true about them.

    Parameters
    ----------
    id, behaviour, gender, country : str
        The truth.
    age : str
        A number, a band or nothing.
    sessions, transactions : int
        Counts.
    duration : Decimal
        Mean length of a session in seconds.
    pages : Decimal
        Mean pages of a session.
    revenue : Decimal
        Net revenue.
    spelled : tuple of str
        Gender and country as they are written.
    fault : str
        Kind of the mishap; empty for most.
    """

    id: str
    behaviour: str
    gender: str
    country: str
    age: str
    sessions: int
    transactions: int
    duration: Decimal
    pages: Decimal
    revenue: Decimal
    spelled: tuple[str, str]
    fault: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the row of the file."""
        pages = "3,x" if self.fault == "bad_number" else str(self.pages)
        counts = (str(self.sessions), str(self.duration), pages, str(self.transactions))
        return (self.id, self.age, *self.spelled, *counts, str(self.revenue))


def write_customers(directory: Path, *, customers: int, seed: int) -> tuple[FileTruth, CustomerTruth]:
    """Write the customer file and return the truth about the file and about who is left after cleaning.

    Parameters
    ----------
    directory : path
        Folder for the file.
    customers : int
        Number of customers, before duplicates.
    seed : int
        Decides everything drawn.
    """
    rng = stream(seed, FILE)
    people = _with_mishaps([_customer(row, rng) for row in _drawn(customers, seed)], rng)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(person.cells() for person in people)
    write_whole(directory / FILE, text.getvalue().encode())
    return _file_truth(people), _customer_truth(people)


def _drawn(customers: int, seed: int) -> list[dict[str, Any]]:
    """Return the customers' numbers as SQL draws them."""
    with Engine() as engine:
        engine.execute(read_sql("payback.sources.demo", "draws.sql"))
        engine.execute("set variable seed = ?", [seed % 2**32])
        engine.execute("set variable customers = ?", [customers])
        return engine.records(read_sql("payback.sources.demo", "customers.sql"))


def _customer(row: Mapping[str, Any], rng: Random) -> Customer:
    gender, country = _choose(GENDERS, row["gender_share"]), _choose(COUNTRIES, row["country_share"])
    return Customer(
        id=str(FIRST_ID - 1 + row["number"]),
        behaviour=row["behaviour"],
        gender=gender,
        country=country,
        age=_age(row["age"], row["mishap"]),
        sessions=row["sessions"],
        transactions=row["transactions"],
        duration=Decimal(row["duration_hundredths"]).scaleb(-2),
        pages=Decimal(row["pages_hundredths"]).scaleb(-2),
        revenue=Decimal(row["revenue_cents"]).scaleb(-2),
        spelled=(rng.choice(GENDERS[gender][1]), rng.choice(COUNTRIES[country][1])),
    )


def _choose(shares: Mapping[str, tuple[float, tuple[str, ...]]], place: float) -> str:
    """Return the name on whose share of the line from 0 to 1 a place lies."""
    for name, (share, _) in shares.items():
        if place < share:
            return name
        place -= share
    return next(iter(shares))


def _age(age: int, place: float) -> str:
    """Return an age as people give it: three in a hundred not at all, three in ten as a band."""
    if place < NO_AGE:
        return ""
    return next(band for top, band in BANDS if age <= top) if place < NO_AGE + AGE_BAND else str(age)


def _with_mishaps(people: Sequence[Customer], rng: Random) -> list[Customer]:
    """Return the customers with their mishaps; a refund needs somebody who bought."""
    counts = {kind: max(len(people) // one_in, 1) for kind, one_in in ONE_IN.items()}
    buyers = [number for number, person in enumerate(people) if person.revenue]
    planted = dict.fromkeys(rng.sample(buyers, counts.pop("negative_revenue")), "negative_revenue")
    others = iter(rng.sample([number for number in range(len(people)) if number not in planted], sum(counts.values())))
    planted.update({next(others): kind for kind, count in counts.items() for _ in range(count)})
    return [after for number, person in enumerate(people) for after in _after(person, planted.get(number, ""))]


def _after(person: Customer, mishap: str) -> tuple[Customer, ...]:
    """Return what a mishap makes of a customer."""
    if mishap == "duplicate_row":
        return (person, replace(person, fault=mishap))
    if mishap == "negative_count":
        return (replace(person, sessions=-person.sessions, fault=mishap),)
    if mishap == "negative_revenue":
        return (replace(person, revenue=(-person.revenue / 4).quantize(Decimal("0.01")), fault=mishap),)
    return (replace(person, fault=mishap),)


def _file_truth(people: Sequence[Customer]) -> FileTruth:
    faults = Counter(person.fault for person in people)
    at_cleaning = [kind for kind in AT_CLEANING if faults[kind]]
    clean = _clean(people)
    return FileTruth(
        file=FILE,
        table="customers",
        currency=None,
        rows_read=len(people),
        rejected_at_loading=faults["bad_number"],
        rejected_at_cleaning=sum(faults[kind] for kind in at_cleaning),
        faults={kind: faults[kind] for kind in ("bad_number", *at_cleaning)},
        flags={
            "negative_revenue": sum(person.revenue < 0 for person in clean),
            "missing_age": sum(not person.age for person in clean),
            "age_band": sum(not person.age.isdigit() for person in clean if person.age),
        },
    )


def _clean(people: Sequence[Customer]) -> list[Customer]:
    return [person for person in people if person.fault not in (*AT_LOADING, *AT_CLEANING)]


def _customer_truth(people: Sequence[Customer]) -> CustomerTruth:
    clean = _clean(people)
    return CustomerTruth(
        behaviour={person.id: person.behaviour for person in clean},
        sizes=dict(Counter(person.behaviour for person in clean)),
        genders=dict(Counter(person.gender for person in clean)),
        countries=dict(Counter(person.country for person in clean)),
        sessions=sum(person.sessions for person in clean),
        transactions=sum(person.transactions for person in clean),
        revenue=sum((person.revenue for person in clean), Decimal(0)),
    )
