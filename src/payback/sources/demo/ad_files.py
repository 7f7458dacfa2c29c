"""The ad files as people download them: good days, the faults planted among them, and the truth about both."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from payback.sources.demo.faults import Line, count_faults, plant_faults
from payback.sources.demo.files import replacing, write_whole
from payback.sources.demo.layouts import CHANNEL_SPELLINGS, LAYOUTS, Layout, Value
from payback.sources.demo.luck import stream
from payback.sources.demo.shop import SHOP_NAME
from payback.sources.demo.truth import AT_CLEANING, AT_LOADING, FLAGGED, FileTruth, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from payback.sources.demo.campaign_days import CampaignDay
    from payback.sources.demo.shop import Calendar


def write_ad_files(
    directory: Path, rows: Sequence[CampaignDay], calendar: Calendar, *, seed: int, currency: str
) -> tuple[list[FileTruth], list[CampaignDay]]:
    """Write each platform's file and return the truth about the files and the rows that outlive cleaning.

    Parameters
    ----------
    directory : path
        Folder for the files.
    rows : sequence of CampaignDay
        What really happened.
    calendar : Calendar
        The days the reports speak of.
    seed : int
        Decides where the faults are.
    currency : str
        ISO 4217 code.
    """
    truths, clean = [], []
    for layout in LAYOUTS:
        rng = stream(seed, layout.file)
        own = sorted((row for row in rows if row.campaign.platform.file == layout.file), key=lambda row: row.day)
        if not own:
            continue
        lines = plant_faults([_line(row, rng) for row in own], layout.file, rng)
        _write(directory / layout.file, layout, lines, calendar, currency)
        truths.append(_file_truth(layout, lines, currency))
        clean += [line.row for line in lines if line.fault not in (*AT_LOADING, *AT_CLEANING)]
    return truths, clean


def _line(row: CampaignDay, rng: Random) -> Line:
    spellings = CHANNEL_SPELLINGS.get(row.campaign.platform, (row.campaign.channel,))
    return Line(row, row.campaign.name, rng.choice(spellings))


def _file_truth(layout: Layout, lines: Sequence[Line], currency: str) -> FileTruth:
    loaded = [line for line in lines if line.fault not in AT_LOADING]
    clean = [line for line in loaded if line.fault not in AT_CLEANING]
    faults = count_faults(lines, (*AT_LOADING, *AT_CLEANING))
    if layout.totals:
        faults["summary_row"] = len(layout.totals)
    return FileTruth(
        file=layout.file,
        table="campaigns",
        currency=currency if layout.currency_stated else None,
        rows_read=len(lines) + len(layout.totals),
        rejected_at_loading=len(lines) - len(loaded) + len(layout.totals),
        rejected_at_cleaning=len(loaded) - len(clean),
        faults=faults,
        flags=_flags(clean),
        loaded=Totals.of(line.row for line in loaded),
        clean=Totals.of(line.row for line in clean),
    )


def _flags(lines: Sequence[Line]) -> dict[str, int]:
    """Count oddities by what the rows say, planted or not."""
    rows = [line.row for line in lines]
    counts = dict(
        zip(
            FLAGGED,
            (
                sum(row.revenue is not None and row.revenue < 0 for row in rows),
                sum(row.clicks > row.impressions for row in rows),
                sum(row.conversions is not None and row.conversions > row.clicks for row in rows),
                sum(row.revenue is None for row in rows),
            ),
            strict=True,
        )
    )
    counts["other_spelling"] = sum(line.name != line.row.campaign.name for line in lines)
    return {name: count for name, count in counts.items() if count}


def _write(path: Path, layout: Layout, lines: Sequence[Line], calendar: Calendar, currency: str) -> None:
    """Write the summary rows, made of the good rows alone, and the lines in the layout's order."""
    body = [_values(line, currency) for line in lines]
    totals = [_total(labels, lines, calendar) for labels in layout.totals]
    rows = totals + body if layout.totals_first else body + totals
    if path.suffix == ".xlsx":
        _write_workbook(path, layout, rows, currency)
    else:
        _write_text(path, layout, rows, calendar, currency)


def _values(line: Line, currency: str) -> dict[str, Value]:
    """Return what a line says, by meaning."""
    row, campaign = line.row, line.row.campaign
    return {
        "day": row.day,
        "starts": row.day,
        "ends": row.day,
        "id": campaign.id,
        "campaign": line.name,
        "type": campaign.type,
        "channel": line.channel,
        "account": SHOP_NAME,
        "status": "active",
        "currency": currency,
        "impressions": row.impressions,
        "reach": row.impressions * 7 // 10,
        "clicks": row.clicks,
        "click_rate": f"{row.clicks / row.impressions:.2%}" if row.impressions else " --",
        "cost": row.cost,
        "conversions": row.conversions,
        "revenue": row.revenue,
        **line.broken,
    }


def _total(labels: Mapping[str, str], lines: Sequence[Line], calendar: Calendar) -> dict[str, Value]:
    """Return a summary row: the platform adds up its own days, before anybody broke a cell."""
    sums = Totals.of(line.row for line in lines if line.fault != "duplicate_row")
    return {
        "impressions": sums.impressions,
        "clicks": sums.clicks,
        "cost": sums.cost,
        "conversions": sums.conversions,
        "revenue": sums.revenue,
        "starts": calendar.start,
        "ends": calendar.end,
        **{meaning: text.format(rows=len(lines)) for meaning, text in labels.items()},
    }


def _write_text(
    path: Path, layout: Layout, rows: Iterable[dict[str, Value]], calendar: Calendar, currency: str
) -> None:
    text = io.StringIO(newline="")
    text.write("\ufeff" * layout.bom)
    text.writelines(line + layout.newline for line in layout.introduction(calendar.start, calendar.end))
    writer = csv.writer(
        text,
        delimiter=layout.delimiter,
        lineterminator=layout.newline,
        quoting=csv.QUOTE_ALL if layout.quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerow(layout.headers(currency))
    writer.writerows(layout.cells(values, currency) for values in rows)
    write_whole(path, text.getvalue().encode(layout.encoding))


def _write_workbook(path: Path, layout: Layout, rows: Iterable[dict[str, Value]], currency: str) -> None:
    """Write real numbers and days; everything else as text. The workbook's own date is fixed: same seed, same bytes."""
    from xlsxwriter import Workbook

    with replacing(path) as draft, Workbook(draft, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2025, 12, 1, tzinfo=UTC).replace(tzinfo=None)})
        day_format, sheet = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_worksheet("Report")
        sheet.write_row(0, 0, layout.headers(currency))
        for number, values in enumerate(rows, start=1):
            for place, meaning in enumerate(layout.columns.values()):
                value = values.get(meaning)
                if isinstance(value, date):
                    sheet.write_datetime(number, place, datetime.combine(value, time()), day_format)
                elif isinstance(value, int | Decimal):
                    sheet.write_number(number, place, float(value))
                else:
                    sheet.write_string(number, place, layout.text(value))
