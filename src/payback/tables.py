"""Every table: columns, types, units, keys, allowed ranges and the names other tools use for them.

The five rooms of the product know only what stands here. A table is data; the SQL type names of an engine are
made from it (`warehouse/schema.py`), the reader matches headers against it, the workbook and the reference page
take their words from it.

Money is ``DECIMAL(18,6)``: twelve digits before the point hold a day of any campaign in Rupiah or Dong, six behind
it hold the micro-amounts of the ad platforms, and sums of it are exact (see DECISIONS.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["integer", "decimal", "number", "text", "date", "timestamp", "boolean"]
Role = Literal["key", "dimension", "measure", "technical"]

MONEY_DIGITS = 18
MONEY_SCALE = 6
ANALYTICS_SOURCES = ("ga4", "ga4_export")
"""Sources that see what ad platforms bring, and so report it a second time; earlier ones go before later ones."""
UNKNOWN_CURRENCY = "XXX"
"""ISO 4217's code for "no currency": amounts whose currency nobody stated."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name in every engine, file and frame.
    type : str
        ``integer`` (64 bit), ``decimal`` (18 digits, 6 of them behind the point), ``number`` (double), ``text``,
        ``date``, ``timestamp`` (UTC) or ``boolean``.
    description : str
        One plain sentence.
    role : str
        ``key``, ``dimension``, ``measure`` or ``technical`` (written by Payback, never read from a file).
    unit : str, optional
        ``money`` (in the row's currency), ``seconds``, ``years``, ``days``, ``rows``, ``percent`` (0.1 is 10 %) or
        ``multiple``; None where the number is a plain count.
    required : bool
        A file without this column is refused.
    minimum, maximum : float, optional
        Range outside which a value is a mistake.
    synonyms : tuple of str
        Headers that other tools use, lower case, one space between words.
    length : int, optional
        Longest text.
    """

    name: str
    type: ColumnType
    description: str
    role: Role = "dimension"
    unit: str | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    synonyms: tuple[str, ...] = ()
    length: int | None = None


@dataclass(frozen=True)
class Table:
    """A named table: what one row is, its columns, its key and the columns worth an index."""

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name; KeyError names the table."""
        for column in self.columns:
            if column.name == name:
                return column
        message = f"table {self.name} has no column {name}"
        raise KeyError(message)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def readable(self) -> tuple[Column, ...]:
        """Columns that a file or a frame may carry."""
        return tuple(column for column in self.columns if column.role != "technical")

    @property
    def measures(self) -> tuple[Column, ...]:
        """Columns that are numbers to add or to average."""
        return tuple(column for column in self.columns if column.role == "measure")


_SOURCE = Column(
    "source",
    "text",
    "Where the row came from: an ad platform, a tool or a file.",
    "key",
    length=100,
    synonyms=("data source", "ad platform", "ad network"),
)
_ACCOUNT = Column(
    "account",
    "text",
    "Account of the source; empty where it has only one.",
    "key",
    length=100,
    synonyms=(
        "account id",
        "account name",
        "customer id (account)",
        "ad account",
        "ad account id",
        "advertiser id",
        "account number",
        "profile id",
    ),
)
_CURRENCY = Column(
    "currency",
    "text",
    "ISO 4217 code of the row's money; XXX where nobody stated one.",
    length=3,
    synonyms=(
        "currency code",
        "currency",
        "account currency",
        "ad account currency",
        "waehrung",
        "währung",
        "devise",
        "moneda",
    ),
)
_TRACE = (
    Column("report", "text", "Report or file of the source that the row belongs to.", "technical", length=200),
    Column("load_id", "integer", "The load that wrote the row; key of loads.", "technical"),
    Column("row_number", "integer", "Number of the data row in its file, from 1.", "technical"),
    Column("row_hash", "integer", "Hash of the row's original text: equal rows have equal hashes.", "technical"),
)
_FLAGS = Column(
    "flags", "text", "Names of the rules the row broke without being rejected, joined by commas.", "technical"
)

CAMPAIGNS = Table(
    "campaigns",
    "What each campaign cost and brought, day by day, as loaded.",
    "one row of a source's report: a campaign and a day, or a finer breakdown of it",
    (
        Column(
            "campaign_id",
            "integer",
            "Number of the campaign: the same on every day and after every load.",
            "key",
        ),
        Column(
            "campaign_name",
            "text",
            "Name of the campaign.",
            "key",
            length=500,
            synonyms=(
                "campaign",
                "campaign name",
                "campaign group name",
                "utm campaign",
                "session campaign",
                "session campaign name",
                "first user campaign",
                "nom de la campagne",
                "campagne",
                "kampagne",
                "kampagnenname",
                "campaña",
                "nombre de la campaña",
                "nome della campagna",
            ),
        ),
        Column(
            "channel",
            "text",
            "Marketing channel, one spelling each.",
            "dimension",
            length=100,
            synonyms=(
                "marketing channel",
                "channel name",
                "channel group",
                "default channel group",
                "media channel",
                "session default channel group",
                "session primary channel group",
                "campaign type",
                "kanal",
                "canal",
                "channel type",
            ),
        ),
        Column(
            "cost",
            "decimal",
            "Money spent.",
            "measure",
            "money",
            required=True,
            synonyms=(
                "spend",
                "amount spent",
                "total spent",
                "ad spend",
                "ad cost",
                "ads cost",
                "advertiser ad cost",
                "media cost",
                "media spend",
                "campaign cost",
                "campaign spend",
                "marketing spend",
                "total cost",
                "total spend",
                "spend usd",
                "cost usd",
                "cost micros",
                "spend micros",
                "cost in local currency",
                "spend in micro dollar",
                "billed charge local micro",
                "local spend amount",
                "kosten",
                "ausgaben",
                "ausgegebener betrag",
                "coût",
                "dépenses",
                "montant dépensé",
                "coste",
                "gasto",
                "importe gastado",
                "costo",
                "spesa",
                "importo speso",
                "custo",
                "valor usado",
                "kosten",
                "uitgegeven bedrag",
            ),
        ),
        Column(
            "impressions",
            "integer",
            "Times an advertisement was shown.",
            "measure",
            minimum=0,
            synonyms=(
                "impr.",
                "impr",
                "impressions",
                "views",
                "ad impressions",
                "ads impressions",
                "impresiones",
                "impressionen",
                "impressioni",
                "impressões",
                "vertoningen",
                "imps",
            ),
        ),
        Column(
            "clicks",
            "integer",
            "Clicks on an advertisement.",
            "measure",
            minimum=0,
            synonyms=(
                "link clicks",
                "clicks",
                "clicks (all)",
                "clicks (destination)",
                "ad clicks",
                "ads clicks",
                "klicks",
                "clics",
                "cliques",
                "clic",
                "kliks",
                "inline link clicks",
            ),
        ),
        Column(
            "conversions",
            "decimal",
            "Conversions that the source reports; data-driven ones are fractional.",
            "measure",
            synonyms=(
                "conv.",
                "conv",
                "results",
                "purchases",
                "reported conversions",
                "total conversions",
                "website purchases",
                "complete payment",
                "key events",
                "konversionen",
                "conversiones",
                "conversioni",
                "conversões",
                "conversies",
                "orders",
                "transactions",
                "conversion",
                "external website conversions",
            ),
        ),
        Column(
            "revenue",
            "decimal",
            "Revenue that the source reports, refunds subtracted.",
            "measure",
            "money",
            synonyms=(
                "conv. value",
                "conversion value",
                "conversions value",
                "total conv. value",
                "total conversion value",
                "all conv. value",
                "purchases conversion value",
                "purchase conversion value",
                "website purchases conversion value",
                "reported conversion value",
                "total complete payment value",
                "total purchase value",
                "revenue usd",
                "total revenue",
                "purchase revenue",
                "conversion revenue",
                "sales",
                "revenue",
                "income",
                "attributed revenue",
                "conversion value in local currency",
                "umsatz",
                "conversion-wert",
                "einnahmen",
                "chiffre d'affaires",
                "valeur de conversion",
                "ingresos",
                "valor de conversión",
                "ricavi",
                "receita",
                "omzet",
            ),
        ),
        Column(
            "date",
            "date",
            "Day, in the time zone of the account.",
            "key",
            required=True,
            synonyms=(
                "day",
                "date",
                "report date",
                "date day",
                "by day",
                "date start",
                "stat time day",
                "timeperiod",
                "time period",
                "gregoriandate",
                "gregorian date",
                "segments.date",
                "reporting starts",
                "start date (in utc)",
                "activity date",
                "spend date",
                "tag",
                "datum",
                "jour",
                "fecha",
                "día",
                "dia",
                "giorno",
                "data",
                "berichtsstart",
                "ds",
            ),
        ),
        _SOURCE,
        _ACCOUNT,
        _CURRENCY,
        Column(
            "country",
            "text",
            "Country, where the report is broken down by it.",
            "dimension",
            length=100,
            synonyms=(
                "country/territory",
                "country territory",
                "country/region",
                "country region",
                "country code",
                "country name",
                "land",
                "pays",
                "país",
                "paese",
            ),
        ),
        Column(
            "external_campaign_id",
            "text",
            "The source's own id of the campaign.",
            "key",
            length=200,
            synonyms=(
                "campaign id",
                "campaign group id",
                "utm id",
                "campaignid",
                "id campaign",
                "kampagnen-id",
                "id de campagne",
                "campaign code",
                "campaign key",
                "cost campaign id",
            ),
        ),
        *_TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("campaign_id",), ("date",), ("channel",)),
)

CUSTOMERS = Table(
    "customers",
    "What each customer did and spent, as loaded.",
    "one customer of a source",
    (
        Column("customer_id", "integer", "Number of the customer, the same after every load.", "key"),
        Column(
            "age",
            "integer",
            "Age; empty where only a band is known.",
            "dimension",
            "years",
            minimum=0,
            maximum=120,
            synonyms=("age", "customer age", "alter", "edad", "âge", "età", "idade"),
        ),
        Column(
            "gender",
            "text",
            "female, male, other or unknown.",
            "dimension",
            length=20,
            synonyms=("sex", "gender", "geschlecht", "genero", "género", "genre", "sesso"),
        ),
        Column(
            "country",
            "text",
            "Country as the source names it.",
            "dimension",
            length=100,
            synonyms=("country code", "country name", "geo country", "land", "pais", "país", "pays", "paese"),
        ),
        Column(
            "sessions",
            "integer",
            "Sessions on the site or in the app.",
            "measure",
            minimum=0,
            synonyms=(
                "visits",
                "session count",
                "number of sessions",
                "total sessions",
                "sitzungen",
                "sesiones",
                "sessioni",
            ),
        ),
        Column(
            "avg_session_duration",
            "decimal",
            "Mean length of a session.",
            "measure",
            "seconds",
            minimum=0,
            synonyms=(
                "average session duration",
                "avg session duration",
                "avg. session duration",
                "avg session duration sec",
                "session duration",
                "mean session duration",
            ),
        ),
        Column(
            "pages_per_session",
            "decimal",
            "Mean number of pages seen in a session.",
            "measure",
            minimum=0,
            synonyms=(
                "pages / session",
                "pages/session",
                "pages per visit",
                "views per session",
                "screens per session",
                "screen page views per session",
            ),
        ),
        Column(
            "transactions",
            "integer",
            "Orders.",
            "measure",
            minimum=0,
            synonyms=(
                "orders",
                "purchases",
                "order count",
                "number of orders",
                "ecommerce purchases",
                "frequency",
                "bestellungen",
                "pedidos",
                "purchase count",
                "total orders",
            ),
        ),
        Column(
            "revenue",
            "decimal",
            "Revenue, refunds subtracted.",
            "measure",
            "money",
            synonyms=(
                "total revenue",
                "purchase revenue",
                "ltv",
                "lifetime value",
                "customer value",
                "monetary",
                "total spent",
                "total spend",
                "sales",
                "umsatz",
                "ingresos",
                "amount",
                "revenue usd",
                "lifetime revenue",
            ),
        ),
        Column(
            "age_band",
            "text",
            "Age band such as 25-34, made from the age where that is known.",
            "dimension",
            length=20,
            synonyms=("age band", "age group", "age range", "age bracket", "altersgruppe", "household age"),
        ),
        _SOURCE,
        _ACCOUNT,
        _CURRENCY,
        Column(
            "external_customer_id",
            "text",
            "The source's own id of the customer.",
            "key",
            length=200,
            required=True,
            synonyms=(
                "customer id",
                "customerid",
                "client id",
                "user id",
                "user pseudo id",
                "userid",
                "customer",
                "cust id",
                "id",
                "household id",
                "customer key",
                "customer no",
                "customer number",
                "kundennummer",
                "kunden-id",
                "id cliente",
                "id client",
                "visitor id",
                "client_id",
                "full visitor id",
                "card id",
            ),
        ),
        *_TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("customer_id",),),
)

ORDERS = Table(
    "orders",
    "Order lines as loaded; customers without a row of their own are made from them.",
    "one line of an order, a refund or a cancellation",
    (
        Column(
            "external_customer_id",
            "text",
            "The source's own id of the customer.",
            "key",
            length=200,
            required=True,
            synonyms=CUSTOMERS["external_customer_id"].synonyms,
        ),
        Column(
            "order_id",
            "text",
            "The source's own id of the order.",
            "key",
            length=200,
            synonyms=(
                "order id",
                "invoiceno",
                "invoice no",
                "invoice",
                "invoice number",
                "transaction id",
                "order number",
                "basket id",
                "receipt",
                "order key",
                "order name",
            ),
        ),
        Column(
            "date",
            "date",
            "Day of the order.",
            "key",
            required=True,
            synonyms=(
                "date",
                "order date",
                "invoicedate",
                "invoice date",
                "created at",
                "purchase date",
                "transaction date",
                "transaction timestamp",
                "order timestamp",
                "processed at",
            ),
        ),
        Column(
            "quantity",
            "decimal",
            "Pieces; negative where they came back.",
            "measure",
            synonyms=("qty", "quantity", "units", "number of cds", "item quantity", "pieces"),
        ),
        Column(
            "unit_price",
            "decimal",
            "Price of one piece.",
            "measure",
            "money",
            synonyms=("unitprice", "unit price", "price", "item price", "price each"),
        ),
        Column(
            "revenue",
            "decimal",
            "Money of the line; quantity times unit price where the file has no amount.",
            "measure",
            "money",
            synonyms=(
                "amount",
                "revenue",
                "dollar value",
                "sales",
                "sales value",
                "total price",
                "total",
                "line total",
                "order value",
                "value",
                "order total",
                "item revenue",
                "net sales",
                "total amount",
                "umsatz",
            ),
        ),
        Column(
            "country",
            "text",
            "Country of the customer.",
            "dimension",
            length=100,
            synonyms=CUSTOMERS["country"].synonyms,
        ),
        _SOURCE,
        _ACCOUNT,
        _CURRENCY,
        *_TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("external_customer_id",), ("date",)),
)

CAMPAIGN_DETAILS = Table(
    "campaign_details",
    "Names and channels of campaigns whose daily rows carry only an id.",
    "one campaign of a source",
    (
        Column(
            "external_campaign_id",
            "text",
            "The source's own id of the campaign.",
            "key",
            length=200,
            required=True,
            synonyms=(*CAMPAIGNS["external_campaign_id"].synonyms, "id"),
        ),
        Column(
            "campaign_name",
            "text",
            "Name of the campaign.",
            "dimension",
            length=500,
            synonyms=("campaign name", "name", *CAMPAIGNS["campaign_name"].synonyms),
        ),
        Column(
            "channel",
            "text",
            "Marketing channel.",
            "dimension",
            length=100,
            synonyms=CAMPAIGNS["channel"].synonyms,
        ),
        Column(
            "changed_at",
            "text",
            "When the source changed this version of the row; the last one counts.",
            "dimension",
            length=40,
            synonyms=(
                "modified time",
                "last modified time",
                "updated at",
                "updated time",
                "last modified at",
                "updated_time",
                "modified at",
            ),
        ),
        _SOURCE,
        _ACCOUNT,
        *_TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("external_campaign_id",),),
)


CAMPAIGN_TRAFFIC = Table(
    "campaign_traffic",
    "Sessions and what came of them, as web analytics attributes them to campaigns, day by day.",
    "one combination of day, campaign, traffic source, medium, channel and country",
    (
        Column("campaign_id", "integer", CAMPAIGNS["campaign_id"].description, "key"),
        Column("campaign_name", "text", "Name of the campaign, as web analytics has it.", "key", length=500),
        Column("external_campaign_id", "text", "The source's own id of the campaign.", "key", length=200),
        Column("traffic_source", "text", "Where the sessions came from, such as google.", "key", length=500),
        Column("traffic_medium", "text", "By what means, such as cpc.", "key", length=500),
        Column("channel", "text", "Channel by our rules.", "dimension", length=100),
        Column("analytics_channel", "text", "Channel that the source itself answers.", "dimension", length=100),
        Column("channel_agrees", "boolean", "Both channels are the same; empty where one is missing."),
        Column("country", "text", "Country of the visitors.", "dimension", length=100),
        Column("date", "date", "Day, in the time zone of the account.", "key"),
        _SOURCE,
        _ACCOUNT,
        _CURRENCY,
        Column("sessions", "integer", "Sessions that began.", "measure", minimum=0),
        Column("engaged_sessions", "integer", "Those that count as engaged.", "measure", minimum=0),
        Column("engagement_seconds", "decimal", "Time in which a page had the focus.", "measure", "seconds", minimum=0),
        Column("session_seconds", "decimal", "Duration of the sessions, first to last event.", "measure", "seconds"),
        Column("page_views", "integer", "Pages and screens seen.", "measure", minimum=0),
        Column("conversions", "decimal", "Key events; data-driven ones are fractional.", "measure"),
        Column("transactions", "integer", "Purchases, each counted once.", "measure"),
        Column("revenue", "decimal", "Revenue, refunds subtracted.", "measure", "money"),
        *_TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("campaign_id",), ("date",), ("channel",)),
)


def _cleaned(table: Table, name: str, description: str, grain: str) -> Table:
    """Return the clean twin of a loaded table: the same columns and the flags."""
    return Table(name, description, grain, (*table.columns, _FLAGS), table.primary_key, table.indexes)


CLEAN_CAMPAIGNS = _cleaned(
    CAMPAIGNS,
    "clean_campaigns",
    "Campaign rows that passed every rule; all analysis starts here.",
    CAMPAIGNS.grain,
)
CLEAN_CUSTOMERS = _cleaned(
    CUSTOMERS,
    "clean_customers",
    "Customers that passed every rule, made from customer files and orders.",
    "one customer",
)

LOADS = Table(
    "loads",
    "Ledger of slices: what each (source, account, report, day) holds and which load wrote it.",
    "one slice",
    (
        Column("table_name", "text", "Table that the slice belongs to.", "key"),
        Column("source", "text", "Source of the slice.", "key"),
        Column("account", "text", "Account of the slice.", "key"),
        Column("report", "text", "Report or file of the slice.", "key"),
        Column("day", "date", "Day of the slice; empty where the table has no days.", "key"),
        Column("load_id", "integer", "The load that wrote the slice.", "technical"),
        Column("request", "text", "What was asked: file and settings, or API request.", "technical"),
        Column("rows", "integer", "Rows in the slice.", "measure", "rows"),
        Column("cost", "decimal", "Sum of cost.", "measure", "money"),
        Column("revenue", "decimal", "Sum of revenue.", "measure", "money"),
        Column("content_hash", "text", "Hash of the rows, whatever their order.", "technical"),
        Column(
            "flags",
            "text",
            "What to know of it: sampled(share), thresholded, other_row, truncated, restricted, provisional, "
            "provisional_outcomes; joined by commas.",
            "technical",
        ),
        Column("run_id", "text", "Run that wrote it.", "technical"),
        Column("loaded_at", "timestamp", "When, UTC.", "technical"),
    ),
    primary_key=("table_name", "source", "account", "report", "day"),
)


def _before_and_after(name: str, kind: ColumnType, words: str, unit: str | None = None) -> list[Column]:
    """Return the two columns of a measure that a revision changed."""
    return [
        Column(f"{name}_{when}", kind, f"{words} {when} it; empty where the table has none.", "measure", unit)
        for when in ("before", "after")
    ]


REVISIONS = Table(
    "revisions",
    "Slices that a source told otherwise later: what they held before and after.",
    "one replacement of a slice by other numbers",
    (
        Column("table_name", "text", "Table of the slice.", "key"),
        Column("source", "text", "Source of the slice.", "key"),
        Column("account", "text", "Account of the slice.", "key"),
        Column("report", "text", "Report or file of the slice.", "key"),
        Column("day", "date", "Day of the slice; empty where the table has no days.", "key"),
        Column("revised_at", "timestamp", "When it was replaced, UTC.", "technical"),
        Column(
            "age_days", "integer", "Days from the slice's day to that, by the account's calendar.", "measure", "days"
        ),
        Column("age_days_before", "integer", "The same for the load that it replaced.", "measure", "days"),
        *_before_and_after("rows", "integer", "Rows", "rows"),
        *_before_and_after("cost", "decimal", "Cost", "money"),
        *_before_and_after("revenue", "decimal", "Revenue", "money"),
        *_before_and_after("conversions", "decimal", "Conversions"),
        *_before_and_after("sessions", "integer", "Sessions"),
        Column("cause", "text", "source (it tells otherwise now) or settings (we read it otherwise now).", "dimension"),
        Column("load_id", "integer", "The load that replaced it.", "technical"),
        Column("run_id", "text", "Run of that load.", "technical"),
    ),
    indexes=(("table_name", "source", "account", "report", "day"),),
)

RECONCILIATION = Table(
    "reconciliation",
    "Sums of the warehouse against what the source says its total is, asked independently.",
    "one measure of a day of an account",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("day", "date", "Day, in the time zone of the account.", "key"),
        Column("measure", "text", "sessions, conversions, revenue or cost.", "key"),
        Column("currency", "text", "ISO 4217 code of an amount of money; else empty.", length=3),
        Column("warehouse_value", "decimal", "Sum of the rows in the warehouse.", "measure"),
        Column("independent_value", "decimal", "Total that the source gives without any breakdown.", "measure"),
        Column("difference", "decimal", "Warehouse less independent.", "measure"),
        Column("explained_by", "text", "Flags that explain a difference; unexplained where none does.", "dimension"),
        Column("checked_at", "timestamp", "When the total was asked for, UTC.", "technical"),
        Column("run_id", "text", "Run that compared them.", "technical"),
    ),
    primary_key=("source", "account", "day", "measure"),
)

FILES = Table(
    "files",
    "Ledger of files: what was read from each and how.",
    "one file, its last load",
    (
        Column("path", "text", "Path of the file.", "key"),
        Column("table_name", "text", "Table it was loaded into.", "technical"),
        Column("source", "text", "Source it was loaded as.", "technical"),
        Column("report", "text", "Report it was loaded as.", "technical"),
        Column("size", "integer", "Bytes.", "technical"),
        Column("modified_ns", "integer", "Modification time, nanoseconds since 1970.", "technical"),
        Column("content_hash", "text", "Hash of the bytes.", "technical"),
        Column("settings_hash", "text", "Hash of everything that decides how the file is read.", "technical"),
        Column("load_id", "integer", "The load.", "technical"),
        Column("rows_read", "integer", "Data rows in the file.", "measure", "rows"),
        Column("rows_loaded", "integer", "Rows in the table.", "measure", "rows"),
        Column("rows_rejected", "integer", "Rows in rejected_rows.", "measure", "rows"),
        Column("cost", "decimal", "Sum of cost of the loaded rows.", "measure", "money"),
        Column("revenue", "decimal", "Sum of revenue of the loaded rows.", "measure", "money"),
        Column("details", "text", "Mapping, dialect and warnings, as JSON.", "technical"),
        Column("run_id", "text", "Run that loaded it.", "technical"),
        Column("loaded_at", "timestamp", "When, UTC.", "technical"),
    ),
    primary_key=("path",),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "Every row that was turned away, with the reason and its original text.",
    "one rejected row",
    (
        Column("table_name", "text", "Table the row was meant for.", "key"),
        Column("gate", "text", "loading (it could not be read) or cleaning (it breaks a rule).", "key"),
        Column("source", "text", "Source of the row.", "key"),
        Column("report", "text", "Report or file of the row.", "key"),
        Column("load_id", "integer", "Load that read the row.", "technical"),
        Column("row_number", "integer", "Number of the data row in its file, from 1.", "technical"),
        Column("line_number", "integer", "Line in the file, from 1, where it is known.", "technical"),
        Column("reason", "text", "Reason code.", "dimension"),
        Column("column_name", "text", "Column that is at fault, where one is.", "dimension"),
        Column("value", "text", "Its value.", "dimension"),
        Column("rule", "text", "The rule in words.", "dimension"),
        Column("currency", "text", "ISO 4217 code of the row's money; empty where it could not be read.", length=3),
        Column("cost", "decimal", "Cost of the row, where it could be read.", "measure", "money"),
        Column("revenue", "decimal", "Revenue of the row, where it could be read.", "measure", "money"),
        Column("original", "text", "The row as it came.", "technical"),
        Column("run_id", "text", "Run that rejected it.", "technical"),
    ),
)

RUNS = Table(
    "runs",
    "Ledger of runs.",
    "one run",
    (
        Column("run_id", "text", "Id of the run; ids sort by time.", "key"),
        Column("started_at", "timestamp", "Start, UTC.", "technical"),
        Column("finished_at", "timestamp", "End, UTC; empty while it runs or when it was killed.", "technical"),
        Column("status", "text", "running, done, unchanged or failed.", "technical"),
        Column("seconds", "number", "Duration.", "measure", "seconds"),
        Column("peak_memory_mb", "number", "Largest memory of the process, in 10^6 bytes.", "measure"),
        Column("version", "text", "Version of Payback.", "technical"),
        Column("fingerprint", "text", "Hash of data, settings and version that the run worked on.", "technical"),
        Column("error", "text", "Message of the error that ended it.", "technical"),
        Column("record", "text", "The run record as JSON.", "technical"),
    ),
    primary_key=("run_id",),
)

RUN_STEPS = Table(
    "run_steps",
    "Ledger of the steps of runs.",
    "one step of a run",
    (
        Column("run_id", "text", "The run.", "key"),
        Column("step", "text", "extract, load, export, clean, roi, segments or publish.", "key"),
        Column("position", "integer", "Order in the run, from 1.", "technical"),
        Column("status", "text", "done, unchanged, skipped or failed.", "technical"),
        Column("seconds", "number", "Duration.", "measure", "seconds"),
        Column("rows_in", "integer", "Rows in.", "measure", "rows"),
        Column("rows_out", "integer", "Rows out.", "measure", "rows"),
        Column("rows_rejected", "integer", "Rows turned away.", "measure", "rows"),
        Column("peak_memory_mb", "number", "Largest memory of the process so far, in 10^6 bytes.", "measure"),
        Column("slowest_query", "text", "Name and seconds of the slowest query.", "technical"),
        Column("error", "text", "Message of the error that ended it.", "technical"),
    ),
    primary_key=("run_id", "step"),
)

DATA_QUALITY = Table(
    "data_quality",
    "How many rows each reason of both gates concerns, and their money.",
    "one reason of one table, for each currency",
    (
        Column("table_name", "text", "Table of the rows.", "key"),
        Column("gate", "text", "loading or cleaning.", "key"),
        Column("severity", "text", "reject (turned away), flag (kept and marked) or note (only counted).", "key"),
        Column("reason", "text", "Reason code: the name of the rule.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts; XXX where nobody stated one.", "key", length=3),
        Column("rule", "text", "The rule in words.", "dimension"),
        Column("rows", "integer", "Rows.", "measure", "rows"),
        Column("cost", "decimal", "Their cost, where it could be read.", "measure", "money"),
        Column("revenue", "decimal", "Their revenue, where it could be read.", "measure", "money"),
    ),
    primary_key=("table_name", "gate", "severity", "reason", "currency"),
)

STATE = Table(
    "state",
    "What the derived tables were made from, so that nothing is made twice.",
    "one derived thing",
    (
        Column("name", "text", "What was made.", "key"),
        Column("value", "text", "Hash of what it was made from.", "technical"),
    ),
    primary_key=("name",),
)

CAMPAIGN_KEYS = Table(
    "campaign_keys",
    "Which number each campaign has.",
    "one campaign of a source",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("external_key", "text", "The source's id of the campaign, or its name where it has none.", "key"),
        Column("campaign_id", "integer", "The number.", "key"),
    ),
    primary_key=("source", "account", "external_key"),
)

CUSTOMER_KEYS = Table(
    "customer_keys",
    "Which number each customer has.",
    "one customer of a source",
    (
        Column("source", "text", "Source.", "key"),
        Column("account", "text", "Account.", "key"),
        Column("external_key", "text", "The source's id of the customer.", "key"),
        Column("customer_id", "integer", "The number.", "key"),
    ),
    primary_key=("source", "account", "external_key"),
)

CUSTOMER_SEGMENTS = Table(
    "customer_segments",
    "The segment of each customer.",
    "one customer",
    (
        Column("customer_id", "integer", "The customer.", "key"),
        Column("segment", "integer", "Number of the segment; 1 has the highest mean revenue.", "dimension"),
        Column("segment_name", "text", "Name of the segment.", "dimension", length=100),
    ),
    primary_key=("customer_id",),
)

_METRIC = "As payback.metrics defines it."

CAMPAIGN_ROI = Table(
    "campaign_roi",
    "What each group of campaigns pays back; which columns of the groups it has depends on what was asked for.",
    "one group of one currency: a campaign, a channel, a month, or a combination",
    (
        Column("campaign_id", "integer", "Number of the campaign.", "key"),
        Column("campaign_name", "text", "Name of the campaign, the latest if it changed.", "key"),
        Column("channel", "text", "Marketing channel.", "key"),
        Column("source", "text", "Where the rows came from.", "key"),
        Column("account", "text", "Account of the source.", "key"),
        Column("country", "text", "Country.", "key"),
        Column("day", "date", "Day.", "key"),
        Column("week", "date", "Monday of the week.", "key"),
        Column("month", "date", "First day of the month.", "key"),
        Column("quarter", "date", "First day of the quarter.", "key"),
        Column("year", "date", "First day of the year.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts; XXX where nobody stated one.", "key", length=3),
        Column("first_day", "date", "First day with rows."),
        Column("last_day", "date", "Last day with rows."),
        Column("days", "integer", "Days with rows.", "measure", "days"),
        Column("rows", "integer", "Clean rows behind the figures.", "measure", "rows"),
        Column("complete", "boolean", "The whole calendar period lies inside the data and the days asked for."),
        Column("cost", "decimal", _METRIC, "measure", "money"),
        Column("impressions", "integer", _METRIC, "measure"),
        Column("clicks", "integer", _METRIC, "measure"),
        Column("conversions", "decimal", _METRIC, "measure"),
        Column("revenue", "decimal", _METRIC, "measure", "money"),
        Column("profit", "decimal", _METRIC, "measure", "money"),
        Column("roi", "number", _METRIC, "measure", "percent"),
        Column("roas", "number", _METRIC, "measure", "multiple"),
        Column("cpa", "number", _METRIC, "measure", "money"),
        Column("cpc", "number", _METRIC, "measure", "money"),
        Column("cpm", "number", _METRIC, "measure", "money"),
        Column("ctr", "number", _METRIC, "measure", "percent"),
        Column("cvr", "number", _METRIC, "measure", "percent"),
        Column("aov", "number", _METRIC, "measure", "money"),
        Column("coverage", "number", _METRIC, "measure", "percent"),
        Column("share_of_cost", "number", "Part of the cost of all groups of the currency.", "measure", "percent"),
        Column(
            "share_of_revenue", "number", "Part of the revenue of all groups of the currency.", "measure", "percent"
        ),
        Column("rank", "integer", "Place by ROI within the currency, and the period where there is one beside others."),
        Column("rank_in_channel", "integer", "Place by ROI among the campaigns of the channel."),
        Column(
            "roi_low", "number", "Lower end of the interval of ROI; empty without enough data.", "measure", "percent"
        ),
        Column("roi_high", "number", "Upper end of the interval of ROI.", "measure", "percent"),
        Column("roas_low", "number", "Lower end of the interval of ROAS.", "measure", "multiple"),
        Column("roas_high", "number", "Upper end of the interval of ROAS.", "measure", "multiple"),
        Column("interval_note", "text", "Why there is no interval, or what to know about it; empty if nothing."),
        Column("verdict", "text", "pays back, loses, can't tell yet, no cost or revenue unknown."),
        Column("previous_start", "date", "First day of the period compared with."),
        Column("previous_end", "date", "Last day of the period compared with."),
        Column("comparable", "boolean", "Both periods lie wholly inside the data."),
        Column("previous_cost", "decimal", "Cost of the period compared with.", "measure", "money"),
        Column("previous_revenue", "decimal", "Revenue of the period compared with.", "measure", "money"),
        Column("previous_roi", "number", "ROI of the period compared with.", "measure", "percent"),
        Column("cost_change", "number", "Change of cost; empty where there was none before.", "measure", "percent"),
        Column(
            "revenue_change", "number", "Change of revenue; empty where there was none before.", "measure", "percent"
        ),
        Column("roi_change", "number", "ROI less ROI of the period compared with.", "measure", "percent"),
    ),
)
"""Result of the ROI calculation. Its sums are exact and wider than a row (38 digits), so it is no warehouse table."""

ROI_COMPARISON = Table(
    "roi_comparison",
    "Whether one campaign pays back more than another, paired by day.",
    "one pair of groups of the same currency",
    (
        Column("a", "text", "One of the two.", "key"),
        Column("b", "text", "The other.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts of a; XXX where nobody stated one.", "key", length=3),
        Column("days", "integer", "Days on which either has known cost and revenue.", "measure", "days"),
        Column("shared_days", "integer", "Days on which both have.", "measure", "days"),
        Column("roas_a", "number", "ROAS of a.", "measure", "multiple"),
        Column("roas_b", "number", "ROAS of b.", "measure", "multiple"),
        Column("difference", "number", "ROAS of a less ROAS of b; the same as ROI less ROI.", "measure", "multiple"),
        Column("difference_low", "number", "Lower end of its interval, for this pair alone.", "measure", "multiple"),
        Column("difference_high", "number", "Upper end of its interval, for this pair alone.", "measure", "multiple"),
        Column("p_value", "number", "Chance of such a difference where there is none, for this pair alone.", "measure"),
        Column("p_holm", "number", "The same, corrected by Holm for the number of pairs.", "measure"),
        Column("probability_a_better", "number", "Probability that a pays back more than b.", "measure", "percent"),
        Column("verdict", "text", "Which pays back more, if that is clear after the correction; else can't tell yet."),
    ),
)
"""Result of the comparison of campaigns."""

LOADED_TABLES = (CAMPAIGNS, CUSTOMERS, ORDERS, CAMPAIGN_DETAILS)
"""Tables that files and APIs are loaded into, slice by slice."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *LOADED_TABLES,
        CLEAN_CAMPAIGNS,
        CLEAN_CUSTOMERS,
        CUSTOMER_SEGMENTS,
        REJECTED_ROWS,
        DATA_QUALITY,
        STATE,
        LOADS,
        FILES,
        CAMPAIGN_TRAFFIC,
        REVISIONS,
        RECONCILIATION,
        RUNS,
        RUN_STEPS,
        CAMPAIGN_KEYS,
        CUSTOMER_KEYS,
    )
}
"""Every table of the warehouse by name."""

AGE_BANDS = ((18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 120))
"""The age bands of GA4; younger is "under 18"."""
