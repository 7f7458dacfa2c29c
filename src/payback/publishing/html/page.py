"""What the page shows, in order, before it becomes HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payback.metrics import METRICS, VERDICTS, Metric
from payback.publishing import formats, method, story
from payback.publishing.columns import views_of
from payback.publishing.html.block import Block, block_of
from payback.publishing.html.tables import Cell, Head, TableView, table_view
from payback.tables import UNKNOWN_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.publishing.results import Results, RowAccount

    Record = dict[str, Any]

_COUNTS = {
    "rows_read": "Rows in",
    "rows_clean": "Clean",
    "rejected_at_loading": "Rejected at loading",
    "rejected_at_cleaning": "Rejected at cleaning",
    "rows_merged": "Merged",
    "rows_missing": "Unaccounted",
}
_MONIES = {
    "cost_in": "Cost in",
    "cost_rejected": "Cost rejected",
    "revenue_in": "Revenue in",
    "revenue_rejected": "Revenue rejected",
}


@dataclass(frozen=True)
class Segment:
    """A segment of customers in words."""

    name: str
    size: str
    sentence: str


@dataclass(frozen=True)
class Page:
    """The whole page."""

    title: str
    period: str
    made: str
    trace: str
    headline: list[tuple[str, list[story.Sentence]]]
    blocks: list[Block]
    segments: list[Segment]
    segment_table: TableView | None
    account: TableView | None
    quality: list[str]
    rejects: TableView | None
    warnings: Sequence[str]
    covers: str
    leaves_out: str = method.INTERVAL_LEAVES_OUT
    rules: Sequence[str] = method.RULES
    metrics: list[Metric] = field(default_factory=lambda: list(METRICS.values()))
    verdicts: dict[str, str] = field(default_factory=lambda: VERDICTS)


def page_of(results: Results) -> Page:
    """Return the page of the results."""
    summary = results.summary
    codes = story.currencies(results)
    return Page(
        title=summary.title or "Marketing ROI",
        period=story.period(summary),
        made=f"{summary.created_at:%Y-%m-%d %H:%M} UTC",
        trace=f"Payback {summary.version}, run {summary.run_id}",
        headline=story.headline(results),
        blocks=[block_of(results, code, is_only=len(codes) == 1) for code in codes],
        segments=[_segment(row) for row in results.records("segment_profiles")],
        segment_table=_whole_table(results, "segment_profiles", "Profile of each segment"),
        account=_account(summary.rows),
        quality=[_account_sentence(account) for account in summary.rows],
        rejects=_whole_table(results, "data_quality", "Rejected and flagged rows by reason"),
        warnings=summary.warnings,
        covers=method.interval_covers(summary),
    )


def _segment(row: Record) -> Segment:
    sizes = []
    if row.get("customers") is not None:
        sizes.append(f"{formats.number(row['customers'])} customers")
    if row.get("share_of_customers") is not None:
        sizes.append(f"{formats.percent(row['share_of_customers'])} of all")
    if row.get("share_of_revenue") is not None:
        sizes.append(f"{formats.percent(row['share_of_revenue'])} of revenue")
    unnamed = "Without a segment" if row.get("segment") is None else f"Segment {row['segment']}"
    return Segment(str(row.get("segment_name") or unnamed), " · ".join(sizes), str(row.get("sentence") or ""))


def _whole_table(results: Results, name: str, caption: str) -> TableView | None:
    """Return the columns of a table, the one that names the row first."""
    table = results.tables.get(name)
    if table is None or not table.num_rows:
        return None
    columns = [view.name for view in views_of(table) if not _is_elsewhere(view.name, table.column_names)]
    first = next((column for column in ("segment_name", "reason") if column in columns), columns[0])
    columns = [first, *(column for column in columns if column != first)]
    return table_view(caption, table, columns, table.to_pylist())


def _is_elsewhere(column: str, others: Sequence[str]) -> bool:
    """Whether the page says it another way: in the card of the segment, in the sign of the money, by the median."""
    if column.startswith("mean_") and "median_" + column.removeprefix("mean_") in others:
        return True
    return "segment_name" in others and column in {"segment", "sentence", "currency", "stands_out"}


def _account(accounts: Sequence[RowAccount]) -> TableView | None:
    """Return the account of the rows as a table: counts and money, nothing that is always empty."""
    if not accounts:
        return None
    counts = {name: label for name, label in _COUNTS.items() if name != "rows_merged" or _any(accounts, name)}
    monies = {name: label for name, label in _MONIES.items() if _any(accounts, name)}
    labels = (*counts.values(), *monies.values())
    heads = (Head("Table", is_text=True), *(Head(label, is_text=False) for label in labels))
    return TableView("Rows in, clean and rejected", heads, [_account_row(a, counts, monies) for a in accounts], [])


def _account_row(account: RowAccount, counts: dict[str, str], monies: dict[str, str]) -> list[Cell]:
    cells = [Cell(_account_name(account), is_text=True)]
    for name in counts:
        value = getattr(account, name)
        cells.append(Cell(formats.number(value), is_bad=name == "rows_missing" and value != 0))
    return cells + [Cell(formats.money(getattr(account, name), account.currency)) for name in monies]


def _account_sentence(account: RowAccount) -> str:
    """Say how many rows of a table are clean."""
    rejected, read = account.rows_rejected, account.rows_read
    share = f" ({formats.percent(rejected / read)})" if read and rejected else ""
    text = f"{_account_name(account)}: {formats.number(read)} rows in, {formats.number(account.rows_clean)} clean, "
    text += f"{formats.number(rejected)} rejected{share}."
    if account.rows_missing:
        text += f" {formats.number(account.rows_missing)} rows are unaccounted for, which is a defect."
    return text


def _account_name(account: RowAccount) -> str:
    return account.table if account.currency == UNKNOWN_CURRENCY else f"{account.table}, {account.currency}"


def _any(accounts: Sequence[RowAccount], name: str) -> bool:
    return any(getattr(account, name) for account in accounts)
