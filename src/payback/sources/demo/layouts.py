"""How each platform writes its file: headers, encoding, numbers, dates, what is missing and where the totals stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from payback.sources.demo.shop import AFFILIATE, EMAIL, GOOGLE, LINKEDIN, META, MICROSOFT, SHOP_NAME, TIKTOK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | int | Decimal | date | None

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def _plain(number: int | Decimal) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def _grouped(number: int | Decimal) -> str:
    return format(number, ",f") if isinstance(number, Decimal) else format(number, ",")


def _german(number: int | Decimal) -> str:
    return _grouped(number).translate(str.maketrans(",.", ".,"))


def _iso(day: date) -> str:
    return day.isoformat()


def _american(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _dotted(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def _in_words(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


@dataclass(frozen=True)
class Layout:
    """The look of one file.

    Parameters
    ----------
    file : str
        Name of the file.
    columns : dict of str to str
        What each header means; ``{currency}`` in a header is filled in.
    number, day : callable
        How numbers and days are written.
    missing : str
        What stands where nothing is known.
    blank_zero : bool
        True where no conversions are an empty cell, as Meta does it.
    encoding, bom, delimiter, newline, quote_all
        Dialect of a text file; ``bom`` puts a byte-order mark first, ``quote_all`` quotes numbers too.
    preamble : tuple of str
        Lines before the header, with ``{first}`` and ``{last}``, the days in words.
    totals : tuple of dict
        Texts of each summary row by meaning, ``{rows}`` filled in; its sums are added.
    totals_first : bool
        True where they stand right under the header.
    currency_stated : bool
        False where the file says nothing of money's kind.
    signs : bool
        True where every third day has the currency's sign behind its cost.
    """

    file: str
    columns: Mapping[str, str]
    number: Callable[[int | Decimal], str] = _plain
    day: Callable[[date], str] = _iso
    missing: str = ""
    blank_zero: bool = False
    encoding: str = "utf-8"
    bom: bool = False
    delimiter: str = ","
    newline: str = "\n"
    quote_all: bool = False
    preamble: tuple[str, ...] = ()
    totals: tuple[Mapping[str, str], ...] = ()
    totals_first: bool = False
    currency_stated: bool = True
    signs: bool = False

    def headers(self, currency: str) -> list[str]:
        """Return the header row."""
        return [header.format(currency=currency) for header in self.columns]

    def introduction(self, first: date, last: date) -> list[str]:
        """Return the lines before the header."""
        return [line.format(first=_in_words(first), last=_in_words(last)) for line in self.preamble]

    def cells(self, values: Mapping[str, Value], currency: str) -> list[str]:
        """Return a row of text cells from values by meaning."""
        return [self._cell(meaning, values, currency) for meaning in self.columns.values()]

    def _cell(self, meaning: str, values: Mapping[str, Value], currency: str) -> str:
        value = values.get(meaning)
        text = self.text(value)
        if self.blank_zero and meaning == "conversions" and not value:
            return ""
        day = values.get("day")
        if (
            self.signs
            and meaning == "cost"
            and isinstance(value, Decimal)
            and isinstance(day, date)
            and day.day % 3 == 0
        ):
            return f"{text} {SIGNS.get(currency, currency)}"
        return text

    def text(self, value: Value) -> str:
        """Return a value as this platform writes it."""
        if value is None:
            return self.missing
        if isinstance(value, str):
            return value
        return self.day(value) if isinstance(value, date) else self.number(value)


LAYOUTS = (
    Layout(
        GOOGLE.file,
        {
            "Day": "day",
            "Campaign ID": "id",
            "Campaign": "campaign",
            "Campaign type": "type",
            "Currency code": "currency",
            "Impr.": "impressions",
            "Clicks": "clicks",
            "CTR": "click_rate",
            "Cost": "cost",
            "Conversions": "conversions",
            "Conv. value": "revenue",
        },
        number=_grouped,
        missing=" --",
        preamble=("Campaign performance report", '"{first} - {last}"'),
        totals=({"day": "Total: Campaigns"}, {"day": "Total: Account", "currency": " --"}, {"day": "Total: Filtered"}),
    ),
    Layout(
        META.file,
        {
            "Campaign name": "campaign",
            "Campaign ID": "id",
            "Day": "day",
            "Campaign delivery": "status",
            "Amount spent ({currency})": "cost",
            "Impressions": "impressions",
            "Reach": "reach",
            "Link clicks": "clicks",
            "Results": "conversions",
            "Purchases conversion value": "revenue",
            "Reporting starts": "starts",
            "Reporting ends": "ends",
        },
        blank_zero=True,
        bom=True,
        totals=({"campaign": "", "day": ""},),
        totals_first=True,
    ),
    Layout(
        MICROSOFT.file,
        {
            "TimePeriod": "day",
            "AccountName": "account",
            "CampaignName": "campaign",
            "CampaignId": "id",
            "CurrencyCode": "currency",
            "Impressions": "impressions",
            "Clicks": "clicks",
            "Spend": "cost",
            "Conversions": "conversions",
            "Revenue": "revenue",
        },
        day=_american,
        newline="\r\n",
        quote_all=True,
    ),
    Layout(
        LINKEDIN.file,
        {
            "Start Date (in UTC)": "day",
            "Account Name": "account",
            "Currency": "currency",
            "Campaign ID": "id",
            "Campaign Name": "campaign",
            "Campaign Status": "status",
            "Total Spent": "cost",
            "Impressions": "impressions",
            "Clicks": "clicks",
            "Conversions": "conversions",
            "Conversion Value": "revenue",
        },
        encoding="utf-16-le",
        bom=True,
        delimiter="\t",
        newline="\r\n",
        preamble=(
            "Campaign Performance Report (in UTC)",
            f"Account Name: {SHOP_NAME}",
            "Report Start: {first}",
            "Report End: {last}",
            "",
        ),
    ),
    Layout(
        TIKTOK.file,
        {
            "Campaign name": "campaign",
            "Campaign ID": "id",
            "By Day": "day",
            "Cost": "cost",
            "Impressions": "impressions",
            "Clicks (destination)": "clicks",
            "Complete payment": "conversions",
            "Total complete payment value": "revenue",
        },
        missing="-",
        totals=({"campaign": "Total of {rows} results"},),
        currency_stated=False,
    ),
    Layout(
        EMAIL.file,
        {
            "Datum": "day",
            "Kanal": "channel",
            "Kampagne": "campaign",
            "Impressionen": "impressions",
            "Klicks": "clicks",
            "Kosten ({currency})": "cost",
            "Konversionen": "conversions",
            "Umsatz ({currency})": "revenue",
        },
        number=_german,
        day=_dotted,
        bom=True,
        delimiter=";",
        newline="\r\n",
        signs=True,
    ),
)
"""One layout a file; the file of e-mail and affiliates is kept by hand and has no totals."""

CHANNEL_SPELLINGS = {
    EMAIL: ("Email", "Email", "E-mail", "email ", "EMAIL"),
    AFFILIATE: ("Affiliates", "Affiliates", "affiliates", "Affiliate", "AFFILIATES "),
}
"""How the channel is written by hand, where a file has one."""
