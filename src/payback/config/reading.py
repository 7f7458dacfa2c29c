"""What is read, and how: files, the GA4 Data API, the GA4 export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from payback.config.section import (
    SPLIT,
    ColumnName,
    Currency,
    DateOrder,
    Day,
    DecimalSign,
    Delimiter,
    Encoding,
    Section,
    Share,
    TableName,
)


class Load(Section):
    """How files are read where `files` says nothing else."""

    maximum_rejected_share: Share = Field(
        default=0.5, description="Refuse a file of which a larger share of rows cannot be read."
    )
    maximum_ragged_share: Share = Field(
        default=0.05, description="Refuse a file of which a larger share of lines has too many or too few fields."
    )
    date_order: DateOrder = Field(
        default="auto", description="Order of day and month where the year comes last; auto reads it off the column."
    )
    decimal_sign: DecimalSign = Field(
        default="auto", description="Sign before the decimals; auto reads it off the column."
    )


class FileSettings(Section):
    """How the files of one pattern are read. What is left out is found out from the file."""

    table: TableName | None = Field(default=None, description="Table the file belongs to.")
    source: str | None = Field(
        default=None, min_length=1, max_length=100, description="Name of the source of its rows."
    )
    account: str | None = Field(
        default=None, max_length=100, description="Account of the source, where it has several."
    )
    columns: dict[ColumnName, str] = Field(
        default_factory=dict,
        description='Our column: "header of the file", or "header / 1000000" where it counts in micros.',
    )
    currency: Currency | None = Field(default=None, description="Currency of its money, where the file does not say.")
    encoding: Encoding | None = Field(default=None, description="Text encoding.")
    delimiter: Delimiter | None = Field(default=None, description="Sign between the fields; tab for a tabulator.")
    sheet: str | None = Field(default=None, description="Sheet of the workbook, by name.")
    header_line: int | None = Field(
        default=None, ge=0, description="Line of the column names, counted from 1; 0 where the file has none."
    )
    date_order: DateOrder | None = Field(default=None, description="As load.date_order, for these files.")
    decimal_sign: DecimalSign | None = Field(default=None, description="As load.decimal_sign, for these files.")


def _property_number(text: str) -> str:
    number = text.strip().removeprefix("properties/")
    if number.isascii() and number.isdigit():
        return number
    known = "a measurement id" if number.upper().startswith(("G-", "UA-", "GTM-", "AW-")) else "no property"
    raise ValueError(f"is {known}; the number of a property stands in Admin > Property settings, such as 123456789")


PropertyNumber = Annotated[str, AfterValidator(_property_number), Field(examples=["123456789"])]


ServerAddress = Annotated[str, Field(pattern=r"^[^\s/]+:\d+$", examples=["127.0.0.1:8089"])]


class GA4(Section):
    """Google Analytics 4 by its Data API. Without a property nothing is asked for."""

    property: PropertyNumber | None = Field(default=None, description="Number of the property to read.")
    properties: Annotated[list[PropertyNumber], SPLIT] = Field(
        default_factory=list, description="Numbers of several properties; each has its own days and quota."
    )
    credentials: Path | None = Field(
        default=None,
        description="JSON key of a service account; without it those of the environment "
        "(gcloud auth application-default login).",
    )
    token: SecretStr | None = Field(
        default=None, description="OAuth access token instead; better given by the environment than written in a file."
    )
    endpoint: ServerAddress | None = Field(
        default=None,
        description="host:port of a server without encryption, such as python -m payback.testing.ga4.",
    )
    start_date: Day | None = Field(
        default=None, description="First day to read, by the property's calendar; 90 days ago where empty."
    )
    reread_days: int = Field(default=4, ge=1, description="Days after a day in which its sessions still change.")
    reread_outcome_days: int = Field(
        default=14, ge=1, description="Days after a day in which its conversions and revenue still change."
    )
    days_a_request: int = Field(default=7, ge=1, le=366, description="Days asked for at a time and written at once.")
    page_size: int = Field(default=250_000, ge=1, le=250_000, description="Rows of a page.")
    quota_left: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.1, description="Share of every quota that is left to other users of the property."
    )
    revenue: Literal["purchase", "total"] = Field(
        default="purchase",
        description="purchase: of purchases less refunds; total: with subscriptions and advertising on the site.",
    )
    currency: Currency | None = Field(
        default=None, description="Currency that GA4 converts amounts into; that of the property where empty."
    )
    cost: bool = Field(default=True, description="Read the cost of linked ad accounts too.")
    reconcile: bool = Field(default=True, description="Compare the rows of each day with GA4's own totals.")

    def numbers(self) -> tuple[str, ...]:
        """All properties, each once."""
        return tuple(dict.fromkeys([*([self.property] if self.property else []), *self.properties]))


class ExportCrm(Section):
    """The shop's own file of people: age and gender are in no export of GA4."""

    path: Path | None = Field(default=None, description="CSV or Parquet file, one line a person.")
    key: str = Field(
        default="user_id", description="Its column with the id that GA4 has as user_id, plain or as SHA-256."
    )
    age: str | None = Field(default=None, description="Its column of ages.")
    gender: str | None = Field(default=None, description="Its column of genders.")
    country: str | None = Field(default=None, description="Its column of countries, used where GA4 knows none.")

    def columns(self) -> dict[str, str]:
        """Return our column -> header, of those that were given."""
        given = {"age": self.age, "gender": self.gender, "country": self.country}
        return {name: header for name, header in given.items() if header}


def _customers(value: object) -> object:
    """Read true as events; YAML has false for off."""
    text = str(value).lower()
    return {"true": "events", "yes": "events", "on": "events", "false": "off", "no": "off"}.get(text, value)


class GA4Export(Section):
    """The BigQuery export of Google Analytics 4, from files or from BigQuery. Without either nothing is read."""

    path: Path | None = Field(
        default=None,
        description="Folder, file or pattern of exported tables, such as exports/events_*.parquet (.json, .json.gz).",
    )
    bigquery: str | None = Field(
        default=None,
        pattern=r"^[\w:.-]+\.\w+$",
        description="project.dataset to read instead, such as my-project.analytics_123456789.",
    )
    credentials: Path | None = Field(
        default=None, description="JSON key of a service account for BigQuery; without it those of the environment."
    )
    endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address of a server that stands in for BigQuery, such as payback.testing.bigquery gives.",
    )
    storage_read: bool = Field(
        default=True,
        description="Read as Arrow by BigQuery's Storage Read API where the account may; else as JSON, slower.",
    )
    storage_endpoint: str | None = Field(
        default=None,
        pattern=r"^\S+:\d+$",
        description="host:port of a server that stands in for the Storage Read API, beside endpoint.",
    )
    maximum_bytes: int = Field(
        default=100 * 10**9,
        ge=1,
        description="Bytes that a run may have BigQuery read, which Google bills; beyond it nothing is read.",
    )
    start_date: Day | None = Field(default=None, description="First day to read; every day of the export where empty.")
    account: str | None = Field(
        default=None, max_length=100, description="Name of the property; BigQuery's dataset tells it."
    )
    lookback_days: int = Field(
        default=90, ge=0, le=730, description="A direct session takes the visitor's last source that is no older."
    )
    key_events: Annotated[list[str], SPLIT] = Field(
        default_factory=list, description="Events that count as conversions beside purchases, such as generate_lead."
    )
    campaigns: bool = Field(
        default=False,
        description="Write what came of campaigns into the table campaigns too, beside the ad platforms' own claims.",
    )
    customers: Annotated[Literal["off", "events", "users"], BeforeValidator(_customers)] = Field(
        default="off",
        description="Write one customer a visitor, from events or from the export of users; off where a file has them.",
    )
    customer_id: Literal["user_pseudo_id", "user_id"] = Field(
        default="user_pseudo_id",
        description="What makes a customer: the browser, or the shop's own id where a visitor was signed in.",
    )
    crm: ExportCrm = ExportCrm()
