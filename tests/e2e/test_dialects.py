"""One table in every dialect it comes in: rows, sums and days are those that csv and decimal give, never ours."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payback import DataLoader

HEADS = ("Day", "Campaign", "Channel", "Cost", "Impressions", "Clicks", "Conversions", "Revenue")
NBSP, THIN = "\u00a0", "\u202f"
FIRST = date(2024, 6, 3)


def table():
    """Return 24 days; the days alone prove the order of day and month, and one revenue is a refund."""
    rows = []
    for n in range(24):
        cost = Decimal(123_456 + 98_765 * n) / 100
        revenue = Decimal(777_777 - 31_313 * n) / 100 * (-1 if n == 20 else 1)
        day = FIRST + timedelta(n)
        rows.append((day, f"Größe {n % 3}", "Email", cost, 9000 + n, 90 + n, n % 7, revenue))
    return rows


ROWS = table()
COST, REVENUE = (sum((row[at] for row in ROWS), Decimal(0)) for at in (3, 7))


@dataclass(frozen=True)
class Form:
    """How a person or a program writes the table."""

    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    decimal: str = "."
    thousands: str = ""
    before: str = ""
    after: str = ""
    minus: str = "-{}"
    day: str = "%Y-%m-%d"
    heads: tuple[str, ...] = HEADS
    quoting: int = csv.QUOTE_MINIMAL
    above: str = ""
    below: str = ""
    name: str = "ads.csv"
    currency: str = "XXX"
    rejected: int = 0
    options: dict = field(default_factory=dict)

    def money(self, value):
        """Return an amount as this form has it."""
        whole, digits = f"{abs(value):,.2f}".split(".")
        text = whole.replace(",", self.thousands) + self.decimal + digits
        text = self.before + text + self.after
        return self.minus.format(text) if value < 0 else text

    def bytes(self):
        """Return the file."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting)
        writer.writerow(self.heads)
        for day, name, channel, cost, *counts, revenue in ROWS:
            writer.writerow([day.strftime(self.day), name, channel, self.money(cost), *counts, self.money(revenue)])
        data = (self.above + out.getvalue() + self.below).encode(self.encoding)
        return gzip.compress(data) if self.name.endswith(".gz") else data


GOOGLE = ("Day", "Campaign", "Campaign type", "Cost", "Impr.", "Clicks", "Conversions", "Conv. value")
META = ("Reporting starts", "Campaign name", "Objective", "Amount spent (EUR)", "Impressions", "Link clicks",
        "Purchases", "Purchases conversion value")  # fmt: skip
LINKEDIN = ("Start Date (in UTC)", "Campaign Name", "Channel", "Total Spent", "Impressions", "Clicks", "Conversions",
            "Total Conversion Value")  # fmt: skip
MICROSOFT = ("TimePeriod", "CampaignName", "Network", "Spend", "Impressions", "Clicks", "Conversions", "Revenue")
TIKTOK = ("By Day", "Campaign name", "Channel", "Cost", "Impressions", "Clicks (destination)", "Conversions",
          "Total complete payment value")  # fmt: skip
GA4 = ("Date", "Session campaign", "Session default channel group", "Ads cost", "Ads impressions", "Ads clicks",
       "Key events", "Total revenue")  # fmt: skip
GERMAN = ("Datum", "Kampagne", "Kanal", "Kosten", "Impressionen", "Klicks", "Konversionen", "Umsatz")
TOTAL = f",Total,,{COST},,,,{REVENUE}\n"
GRAND = f",Grand total,,{COST},,,,{REVENUE}\n"
COMMENTS = "# ----------\n# Traffic acquisition\n# Start date: 20240601\n#\n"
COMMA = {"delimiter": ";", "decimal": ","}

FORMS = {
    "comma": Form(),
    "semicolon": Form(delimiter=";"),
    "tab": Form(delimiter="\t", name="ads.tsv"),
    "pipe": Form(delimiter="|", name="ads.txt"),
    "utf-8 with a mark": Form(encoding="utf-8-sig"),
    "utf-16": Form(encoding="utf-16", delimiter="\t"),
    "utf-16 without a mark": Form(encoding="utf-16-le", delimiter="\t"),
    "utf-16 big end first": Form(encoding="utf-16-be", delimiter="\t", above="\ufeff"),
    "latin-1": Form(encoding="latin-1"),
    "windows": Form(encoding="cp1252", after=" €", currency="EUR"),
    "crlf": Form(newline="\r\n"),
    "cr": Form(newline="\r"),
    "all quoted": Form(quoting=csv.QUOTE_ALL),
    "gzip": Form(name="ads.csv.gz"),
    "separator line": Form(delimiter=";", above="sep=;\n"),
    "decimal comma": Form(**COMMA),
    "point between thousands": Form(**COMMA, thousands="."),
    "blank between thousands": Form(**COMMA, thousands=" "),
    "no-break blank": Form(**COMMA, thousands=NBSP, after=f"{NBSP}€", currency="EUR"),
    "thin blank": Form(**COMMA, thousands=THIN),
    "apostrophe": Form(thousands="'"),
    "comma between thousands": Form(thousands=","),
    "dollar before": Form(thousands=",", before="$", currency="USD"),
    "code before": Form(before="CHF ", currency="CHF"),
    "code behind": Form(**COMMA, after=" PLN", currency="PLN"),
    "rupiah": Form(delimiter=";", thousands=".", decimal=",", before="Rp ", currency="IDR"),
    "parentheses": Form(thousands=",", before="$", minus="({})", currency="USD"),
    "minus behind": Form(minus="{}-"),
    "typographic minus": Form(minus="\u2212{}"),
    "days with points": Form(day="%d.%m.%Y"),
    "day first": Form(day="%d/%m/%Y"),
    "month first": Form(day="%m/%d/%Y"),
    "month first, short": Form(day="%m/%d/%y"),
    "days without signs": Form(day="%Y%m%d"),
    "month in words": Form(day="%b %d, %Y"),
    "day, month in words": Form(day="%d-%b-%y"),
    "time behind the day": Form(day="%Y-%m-%dT00:00:00Z"),
    "German": Form(**COMMA, thousands=".", day="%d.%m.%Y", heads=GERMAN),
    "Google": Form(heads=GOOGLE, above="Report\nJune 2024\n", below=TOTAL, rejected=1, name="google_ads.csv"),
    "Google, utf-16": Form(heads=GOOGLE, above="Report\nJune 2024\n", delimiter="\t", encoding="utf-16"),
    "Meta": Form(heads=META, currency="EUR"),
    "LinkedIn": Form(heads=LINKEDIN, day="%m/%d/%Y", delimiter="\t", encoding="utf-16", above="Report (in UTC)\n\n"),
    "Microsoft": Form(heads=MICROSOFT, day="%m/%d/%Y", quoting=csv.QUOTE_ALL, encoding="utf-8-sig"),
    "TikTok": Form(heads=TIKTOK),
    "GA4": Form(heads=GA4, day="%Y%m%d", above=COMMENTS, below=GRAND, rejected=1),
    "account total without a word": Form(below=f",,,{COST},,,,{REVENUE}\n", rejected=1),
}


def check(folder, path, form=Form()):
    """Load a file, and compare rows, sums, days, names and currency with the table."""
    with DataLoader(folder) as loader:
        report = loader.import_file(path, **form.options)
        loaded = loader.load_campaigns(as_="arrow").to_pylist()

    assert (report.table, report.rows_loaded, report.rows_rejected) == ("campaigns", len(ROWS), form.rejected)
    assert report.rows_read == len(ROWS) + form.rejected
    assert report.sums == {"cost": COST, "revenue": REVENUE}
    assert [(r["date"], r["campaign_name"], r["cost"], r["revenue"]) for r in loaded] == [
        (day, name, cost, revenue) for day, name, _, cost, *_, revenue in ROWS
    ]
    assert {row["currency"] for row in loaded} == {form.currency}


@pytest.mark.parametrize("name", FORMS)
def test_text_in_this_dialect_gives_the_same_table(name, shop):
    """Every value is read as it was meant, and sum lines are set aside."""
    form = FORMS[name]

    check(shop.folder, shop.write(form.name, form.bytes()), form)


def columns(**changes):
    """Return the table as columns of their own types."""
    lists = dict(zip(HEADS, zip(*ROWS, strict=True), strict=True))
    return {name.casefold(): pa.array(values) for name, values in lists.items()} | changes


PARQUET = {
    "decimals": {},
    "floats": {"cost": pa.array([float(row[3]) for row in ROWS])},
    "words by number": {"campaign": pa.array([row[1] for row in ROWS]).dictionary_encode()},
    "points in time": {"day": pa.array([row[0] for row in ROWS]).cast(pa.timestamp("ns"))},
    "points in time, UTC": {"day": pa.array([row[0] for row in ROWS]).cast(pa.timestamp("us", tz="UTC"))},
    "text": {"cost": pa.array([str(row[3]) for row in ROWS]), "day": pa.array([str(row[0]) for row in ROWS])},
}


@pytest.mark.parametrize("name", PARQUET)
def test_parquet_of_these_types_gives_the_same_table(name, tmp_path):
    """Floats are the shortest decimals they stand for, and points in time are their day."""
    pq.write_table(pa.table(columns(**PARQUET[name])), tmp_path / "ads.parquet")

    check(tmp_path, tmp_path / "ads.parquet")


@pytest.mark.parametrize("title", [False, True])
def test_a_workbook_gives_the_same_table(title, tmp_path):
    """Titles above the header are skipped, the total below it is set aside."""
    book = openpyxl.Workbook()
    for line in [["Monthly report"], [], HEADS] if title else [HEADS]:
        book.active.append(list(line))
    for row in ROWS:
        book.active.append([float(value) if isinstance(value, Decimal) else value for value in row])
    if title:
        book.active.append(["Total", None, None, float(COST), None, None, None, float(REVENUE)])
    book.save(tmp_path / "ads.xlsx")

    check(tmp_path, tmp_path / "ads.xlsx", Form(rejected=int(title)))
