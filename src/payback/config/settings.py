"""The settings themselves: name, type, allowed values, default and meaning of each.

The types are the only place where a default stands. The starter files, the reference page, the JSON Schema and the
messages about wrong values are made from them. Classes of the other rooms take plain arguments with the same
defaults; a test compares the two.
"""

from __future__ import annotations

import codecs
import difflib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from payback.currencies import check_currency
from payback.errors import UnknownCurrencyError
from payback.metrics import METRICS
from payback.tables import LOADED_TABLES

Severity = Literal["reject", "flag", "note", "off"]
DateOrder = Literal["auto", "dmy", "mdy"]
DecimalSign = Literal["auto", ",", "."]
Format = Literal["parquet", "csv", "excel", "html", "powerbi"]
TableName = Literal["campaigns", "customers", "orders", "campaign_details"]

READABLE_COLUMNS = tuple(dict.fromkeys(column.name for table in LOADED_TABLES for column in table.readable))
"""Columns that a file may carry, of any table."""


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _split(value: object) -> object:
    """Read ``csv, excel`` as a list: the form that an environment variable can carry."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _delimiter(value: object) -> object:
    return "\t" if value in {"tab", r"\t"} else value


def _known_currency(code: str) -> str:
    try:
        return check_currency(code)
    except UnknownCurrencyError as error:
        raise ValueError(f"is no currency code; {error.hint}") from None


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("is not an encoding that Python knows, such as utf-8, utf-16, latin-1 or cp1252") from None


def _known_column(name: str) -> str:
    if name in READABLE_COLUMNS:
        return name
    near = difflib.get_close_matches(name, READABLE_COLUMNS, 1)
    raise ValueError("is no column of ours" + (f"; did you mean {near[0]}?" if near else ""))


Currency = Annotated[str, AfterValidator(_known_currency), Field(examples=["EUR"])]
Day = Annotated[date, BeforeValidator(lambda value: date.fromisoformat(value) if isinstance(value, str) else value)]
Size = Annotated[str, Field(pattern=r"^\d+(\.\d+)? ?([KkMmGgTt][Ii]?[Bb]|%)$", examples=["2GB"])]
Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]


class Section(BaseModel):
    """A group of settings; unknown names are refused and values never change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )


class Paths(Section):
    """Folders, relative to the project folder."""

    raw_data: Path = Field(default=Path("data/raw/"), description="Files to load lie here.")
    processed_data: Path = Field(
        default=Path("data/processed/"), description="Clean tables are written here, as Parquet."
    )
    outputs: Path = Field(default=Path("outputs/"), description="Report, workbook and result tables are written here.")


class Clustering(Section):
    """Customer segments by k-means."""

    n_clusters: Annotated[int, Field(ge=2)] | Literal["auto"] = Field(
        default=3, description="Number of segments; auto chooses the number that is most stable under resampling."
    )
    random_state: int = Field(default=42, ge=0, description="Seed: the same data and seed give the same segments.")


class Model(Section):
    """Models."""

    clustering: Clustering = Clustering()


class MySQL(Section):
    """The MySQL database, used where warehouse.kind is mysql."""

    host: str = Field(default="localhost", description="Name or address of the server.")
    port: int = Field(default=3306, ge=1, le=65535, description="Port of the server.")
    user: str = Field(default="root", description="User name.")
    password: SecretStr | None = Field(
        default=None, description="Password; better given by the environment than written in a file."
    )
    database: str = Field(default="marketing_db", description="Name of the database.")
    url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address such as mysql+pymysql://user@host/database; replaces the keys above.",
    )
    socket: Path | None = Field(default=None, description="Unix socket of the server, instead of host and port.")
    tls: Literal["preferred", "required", "verify_ca", "verify_identity", "disabled"] = Field(
        default="preferred",
        description="Encryption: where the server can; always; and checking who signed the server's certificate; and "
        "for which name; never.",
    )
    tls_ca: Path | None = Field(
        default=None, description="PEM file of the certificates to trust; those of the system where empty."
    )
    tls_cert: Path | None = Field(default=None, description="PEM file of our own certificate, where the server asks.")
    tls_key: Path | None = Field(default=None, description="PEM file of its key.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    timeout: float = Field(
        default=900, gt=0, description="Seconds to wait for an answer; a server whose disk is full gives none."
    )
    keep_months: int | None = Field(
        default=None, ge=1, description="Whole months before this one that `payback db prune` keeps; all where empty."
    )


class Warehouse(Section):
    """Where the tables are kept."""

    kind: Literal["duckdb", "mysql"] = Field(
        default="duckdb", description="Database: a DuckDB file, or a MySQL server."
    )
    path: Path = Field(default=Path("payback.duckdb"), description="The DuckDB file, relative to the project folder.")


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
    columns: dict[Annotated[str, AfterValidator(_known_column)], str] = Field(
        default_factory=dict,
        description='Our column: "header of the file", or "header / 1000000" where it counts in micros.',
    )
    currency: Currency | None = Field(default=None, description="Currency of its money, where the file does not say.")
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = Field(default=None, description="Text encoding.")
    delimiter: Annotated[str, BeforeValidator(_delimiter), Field(min_length=1, max_length=1)] | None = Field(
        default=None, description="Sign between the fields; tab for a tabulator."
    )
    sheet: str | None = Field(default=None, description="Sheet of the workbook, by name.")
    header_line: int | None = Field(
        default=None, ge=0, description="Line of the column names, counted from 1; 0 where the file has none."
    )
    date_order: DateOrder | None = Field(default=None, description="As load.date_order, for these files.")
    decimal_sign: DecimalSign | None = Field(default=None, description="As load.decimal_sign, for these files.")


class Cleaning(Section):
    """How rows are judged."""

    severity: dict[str, Severity] = Field(
        default_factory=dict,
        description="Rule: what happens to a row that breaks it. The rules and what they do by default stand below.",
    )
    channels: Path | None = Field(
        default=None,
        description="CSV file of your own spellings (source,spelling,channel), read before the built-in ones.",
    )
    today: Day | None = Field(
        default=None, description="Days after it are in the future; the day of the run, UTC, where empty."
    )
    outlier_factor: float = Field(
        default=3.0,
        gt=0,
        description="Interquartile ranges beyond the quartiles of the logarithms at which a value is flagged.",
    )


class Roi(Section):
    """What the verdict on a campaign needs."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
    minimum_days: int = Field(default=14, ge=2, description="Fewer days with cost: not enough data for a verdict.")
    minimum_conversions: float = Field(
        default=20, ge=0, description="Fewer conversions: not enough data for a verdict."
    )
    target_roi: float = Field(default=0, gt=-1, description="ROI that counts as paying back; 0 is break-even.")


class EngineSettings(Section):
    """What the computation may use."""

    memory_limit: Size | None = Field(
        default=None, description="Memory, such as 8GB; 2GB (on many cores more) where empty."
    )
    threads: int | None = Field(default=None, ge=1, description="Threads; all cores where empty.")
    temp_directory: Path | None = Field(default=None, description="Folder for work that does not fit in memory.")


class Logging(Section):
    """The log file; it is rotated."""

    level: Level = Field(default="INFO", description="Least important message that is kept.")
    file: Path = Field(default=Path("app.log"), description="The log file, relative to the project folder.")
    max_mb: float = Field(default=10, gt=0, description="Size in 10^6 bytes at which a new file begins.")
    backups: int = Field(default=5, ge=0, description="Old log files that are kept.")


class Publishing(Section):
    """What is written into paths.outputs."""

    formats: Annotated[list[Format], BeforeValidator(_split)] = Field(
        default=["parquet", "csv", "excel", "html", "powerbi"], description="Formats to write."
    )


class PowerBI(Section):
    """The Power BI project."""

    source: Literal["parquet", "mysql"] = Field(
        default="parquet",
        description="Where Power BI reads the rows: the folder data beside the project, or the MySQL database.",
    )
    incremental: bool = Field(default=False, description="Refresh the facts by months.")
    dark: bool = Field(default=False, description="Dark colours.")


class Report(Section):
    """How the report and the dashboard look."""

    title: str | None = Field(default=None, max_length=200, description="Headline.")
    logo: Path | None = Field(
        default=None, description="Picture (PNG, JPEG, WebP, SVG, up to 200 kB), relative to the project folder."
    )
    locale: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = Field(
        default="", description="Language tag for numbers, days and money, such as de-DE; the reader's where empty."
    )
    currency: Currency | None = Field(default=None, description="Currency to show first, where there are several.")
    theme: Literal["auto", "light", "dark"] = Field(default="auto", description="Colours at first sight.")
    maximum_cells: int = Field(
        default=250_000,
        ge=1_000,
        description="Sums that the report file may carry; beyond it detail is left out, and the page says which.",
    )
    annotations: dict[Day, Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=dict, description="Day: what happened on it, in a few words; the charts mention it."
    )


class Backup(Section):
    """Backups of the database, as `payback backup` writes them."""

    folder: Path = Field(
        default=Path("backups/"), description="Archives are written here; better a folder on another disk."
    )
    keep: int | None = Field(
        default=14, ge=1, description="Newest archives of this database that stay in the folder; all where empty."
    )


class Maintenance(Section):
    """What `payback maintain` clears away."""

    keep_run_days: int | None = Field(
        default=None, ge=1, description="Days for which the records of runs are kept; all where empty."
    )
    compact_at: Share = Field(
        default=0.25, description="Write the DuckDB file anew where a larger share of it is empty."
    )


class Email(Section):
    """Where mail is handed in, and who gets it."""

    host: str | None = Field(default=None, description="The SMTP server; no mail is sent where empty.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    user: str | None = Field(default=None, description="User name, where the server asks for one.")
    password: SecretStr | None = Field(default=None, description="Password; set PAYBACK_EMAIL__PASSWORD instead.")
    sender: str = Field(default="", description="Address of the sender.")
    recipients: Annotated[list[str], BeforeValidator(_split)] = Field(
        default_factory=list, description="Addresses that get the report."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="Encryption: after the greeting (port 587), from the first byte (465), or none."
    )
    certificates: Path | None = Field(
        default=None, description="PEM file of the certificates to trust; those of the system where empty."
    )
    attach: bool = Field(default=True, description="Attach the report file to the mail.")
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")


class AlertRule(Section):
    """When somebody should have a look; one kind of test a rule."""

    metric: Literal[tuple(METRICS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="Metric to watch."
    )
    by: Literal["total", "channel", "campaign", "source"] = Field(default="total", description="What it is watched of.")
    days: int = Field(default=7, ge=1, description="Days up to the last one with data that are looked at.")
    below: float | None = Field(default=None, description="Alert where the metric is smaller.")
    above: float | None = Field(default=None, description="Alert where the metric is larger.")
    falls_by: float | None = Field(
        default=None, gt=0, description="Alert where it falls by a larger share against the days before: 0.2 is 20 %."
    )
    rises_by: float | None = Field(default=None, gt=0, description="Alert where it rises by a larger share.")
    minimum_cost: float = Field(default=0, ge=0, description="Leave out what cost less in these days.")
    monthly_budget: float | None = Field(
        default=None, gt=0, description="Cost planned for a month; alert where the pace leads above or below it."
    )
    pace: float = Field(default=0.1, gt=0, description="Share by which the pace may differ from the budget.")
    stale_days: int | None = Field(
        default=None, ge=1, description="Alert where a source has had no new day for more days than this."
    )


class Alerts(Section):
    """Messages about what needs an eye."""

    urls: Annotated[list[SecretStr], BeforeValidator(_split)] = Field(
        default_factory=list,
        description="Where they go, as Apprise writes addresses; set PAYBACK_ALERTS__URLS, they hold secrets.",
    )
    failed_run: bool = Field(default=True, description="Tell of a run that failed, where there are addresses.")
    rules: dict[str, AlertRule] = Field(default_factory=dict, description="Name: rule.")


def _property_number(text: str) -> str:
    number = text.strip().removeprefix("properties/")
    if number.isascii() and number.isdigit():
        return number
    known = "a measurement id" if number.upper().startswith(("G-", "UA-", "GTM-", "AW-")) else "no property"
    raise ValueError(f"is {known}; the number of a property stands in Admin > Property settings, such as 123456789")


PropertyNumber = Annotated[str, AfterValidator(_property_number), Field(examples=["123456789"])]


class GA4(Section):
    """Google Analytics 4 by its Data API. Without a property nothing is asked for."""

    property: PropertyNumber | None = Field(default=None, description="Number of the property to read.")
    properties: Annotated[list[PropertyNumber], BeforeValidator(_split)] = Field(
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
    endpoint: str | None = Field(
        default=None,
        pattern=r"^\S+:\d+$",
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
    key_events: Annotated[list[str], BeforeValidator(_split)] = Field(
        default_factory=list, description="Events that count as conversions beside purchases, such as generate_lead."
    )
    campaigns: bool = Field(
        default=False,
        description="Write what came of campaigns into the table campaigns too, beside the ad platforms' own claims.",
    )
    customers: bool = Field(
        default=False, description="Write one customer a visitor; off where a file of the shop has the customers."
    )
    customer_id: Literal["user_pseudo_id", "user_id"] = Field(
        default="user_pseudo_id",
        description="What makes a customer: the browser, or the shop's own id where a visitor was signed in.",
    )
    crm: ExportCrm = ExportCrm()


class Serve(Section):
    """The dashboard: payback serve."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; one that others can reach needs a password."
    )
    port: int = Field(default=8321, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    password: SecretStr | None = Field(
        default=None, description="What readers log in with; better given by the environment than written in a file."
    )
    token: SecretStr | None = Field(
        default=None,
        description="Token in the address, where there is no password; a new one at each start where empty.",
    )
    names: list[str] = Field(
        default_factory=list, description="Further names by which the server is called, such as that of a proxy."
    )


class Settings(BaseSettings):
    """Every setting of Payback.

    ``Settings()`` gives the defaults and reads nothing; `payback.config.load_settings` reads environment and files.

    Examples
    --------
    >>> Settings().model.clustering.n_clusters
    3
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
        env_prefix="PAYBACK_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        env_parse_none_str="null",
    )

    paths: Paths = Paths()
    model: Model = Model()
    mysql: MySQL = MySQL()
    warehouse: Warehouse = Warehouse()
    currency: Currency | None = Field(
        default=None, description="ISO 4217 code of money whose currency the file does not say, such as EUR."
    )
    load: Load = Load()
    files: dict[str, FileSettings] = Field(
        default_factory=dict, description="File name pattern, such as meta/*.csv: how these files are read."
    )
    cleaning: Cleaning = Cleaning()
    roi: Roi = Roi()
    engine: EngineSettings = EngineSettings()
    logging: Logging = Logging()
    publishing: Publishing = Publishing()
    powerbi: PowerBI = PowerBI()
    ga4: GA4 = GA4()
    ga4_export: GA4Export = GA4Export()
    email: Email = Email()
    alerts: Alerts = Alerts()
    report: Report = Report()
    serve: Serve = Serve()
    backup: Backup = Backup()
    maintenance: Maintenance = Maintenance()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing behind the caller's back: `load_settings` merges the layers and knows where each came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
