"""The workbook, read back with another library than the one that wrote it."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.errors import PublishingError
from payback.metrics import METRICS
from payback.publishing.excel import write_workbook
from payback.publishing.results import Results
from sample_results import EDGES, HOSTILE, MONEY, large, named, small, summary, three_currencies

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n=", " =", "＝", "{=")

FORMULAS = ("1+1", "cmd|'/C calc'!A", "SUM(A1)", 'HYPERLINK("http://example.org")', "")


def opened(results, tmp_path, **options):
    """Write and read a workbook."""
    path = write_workbook(results, tmp_path / "payback.xlsx", **options)
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def columns(sheet):
    """Cells below the header by the header's label."""
    return {column[0].value: column[1:] for column in sheet.iter_cols()}


def of(table):
    """Results of one table."""
    return Results(summary(), {"t": table})


def test_each_table_has_a_sheet(tmp_path):
    """Summary first, the tables in reading order, definitions last."""
    book = opened(small(), tmp_path)

    assert book.sheetnames == [
        *("Summary", "Total", "Campaigns", "Channels", "Months", "Segments", "Customers", "Data quality", "Definitions")
    ]


def test_numbers_are_numbers_with_the_format_of_their_metric(tmp_path):
    """Money, percentages, factors and counts keep their value and get the format of their unit."""
    sheet = columns(opened(small(), tmp_path)["Campaigns"])
    first = {label: (cells[0].value, cells[0].number_format) for label, cells in sheet.items()}

    assert first["Cost"] == (100.25, '"€"#,##0.00;-"€"#,##0.00')
    assert first["ROI"] == (pytest.approx(300.25 / 100.25), "#,##0.0%")
    assert first["ROAS"] == (pytest.approx(400.5 / 100.25), '#,##0.00"×"')
    assert first["Impressions"] == (1000, "#,##0")
    assert first["Campaign ID"] == (1, "0")
    assert first["First day"] == (datetime(2026, 1, 1), "yyyy-mm-dd")


def test_each_row_has_the_format_of_its_own_currency(tmp_path):
    """Yen have no decimals, an unstated currency has no sign, and nothing is added across them."""
    sheet = columns(opened(three_currencies(), tmp_path)["Channels"])
    formats = {code.value: cost.number_format for code, cost in zip(sheet["Currency"], sheet["Cost"], strict=True)}

    assert formats == {"EUR": '"€"#,##0.00;-"€"#,##0.00', "JPY": '"¥"#,##0;-"¥"#,##0', "XXX": "#,##0.00"}
    assert [cell.value for cell in sheet["Cost"][-3:]] == [200, 40_000, 140]


def test_the_totals_row_is_the_finished_total(tmp_path):
    """Sums equal the total to the cent, and its ratios are those of roi_total, not sums of ratios."""
    results = large()
    sheet = columns(opened(results, tmp_path)["Campaigns"])
    total = results.records("roi_total")[0]
    cents = sum(Decimal(str(cell.value)) for cell in sheet["Cost"][:-1])

    assert sheet["Campaign"][-1].value == "Total"
    assert cents == Decimal(str(sheet["Cost"][-1].value)) == total["cost"]
    assert sheet["ROI"][-1].value == pytest.approx(total["roi"])
    assert (sheet["Rank"][-1].value, sheet["Channel"][-1].value) == (None, None)


def test_no_text_is_a_formula(tmp_path):
    """A thousand names that look like formulas are text: in cells, in headers, on every sheet."""
    names = [f"{sign}{body}{n}" for n in range(20) for sign in FORMULA_SIGNS for body in FORMULAS]
    results = named(*names)
    tables = {**results.tables, "t": pa.table({"=1+1": names, "@x": names})}
    book = opened(Results(results.summary, tables), tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert [cell for cell in cells if cell.data_type in {"f", "e"} or cell.hyperlink] == []
    assert len(names) == 1000
    # Excel's own way to write a carriage return, which openpyxl leaves as it is.
    assert names == [cell.value.replace("_x000D_", "\r") for cell in columns(book["Campaigns"])["Campaign"][:-1]]


def test_risky_text_stays_text_when_somebody_edits_it(tmp_path):
    """Excel's own mark for text is set, so that entering the cell again does not run it."""
    sheet = columns(opened(of(pa.table({"name": ["=1+1", "Brand"]})), tmp_path)["T"])

    assert [cell.quotePrefix for cell in sheet["Name"]] == [True, False]


def test_markup_of_the_file_format_stays_text(tmp_path):
    """A name between the marks of formatted text is not copied into the file as markup."""
    names = ["<r><t>x</t></r>", "<r><evil></r>", "_x0041_", "a\x00b\x07", "\ufffe", "🎉" * 3]
    for options in ({}, {"rows_a_sheet": 4}):
        sheet = opened(of(pa.table({"name": names})), tmp_path, **options)["T"]

        assert sheet["A2"].value == "<r><t>x</t></r> "
        assert sheet["A3"].value == "<r><evil></r> "


def test_a_number_that_excel_would_change_is_text(tmp_path):
    """An id of more than fifteen digits keeps every digit."""
    sheet = columns(opened(of(pa.table({"customer_id": [2**53 + 1, 7]})), tmp_path)["T"])

    assert [cell.value for cell in sheet["Customer ID"]] == [str(2**53 + 1), 7]


def test_what_is_no_number_is_an_empty_cell(tmp_path):
    """Not-a-number, infinity and null leave the cell empty."""
    sheet = columns(opened(of(pa.table({"roi": [float("nan"), float("inf"), None, 0.5]})), tmp_path)["T"])

    assert [cell.value for cell in sheet["ROI"]] == [None, None, None, 0.5]


def test_days_and_moments(tmp_path):
    """Moments are UTC without a zone, and days before Excel's calendar are text."""
    moment = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    table = pa.table(
        {"day": [date(1899, 1, 1), date(2026, 1, 1)], "at": pa.array([moment, None], pa.timestamp("us", "+02:00"))}
    )
    sheet = columns(opened(of(table), tmp_path)["T"])

    assert [cell.value for cell in sheet["Day"]] == ["1899-01-01", datetime(2026, 1, 1)]
    assert sheet["At"][0].value == datetime(2025, 12, 31, 23, 0)


def test_a_long_text_is_cut_and_marked(tmp_path):
    """Excel holds 32,767 characters, of which an emoji is two."""
    sheet = columns(opened(of(pa.table({"name": ["x" * 40_000, "x" + "🎉" * 20_000]})), tmp_path)["T"])
    texts = [cell.value for cell in sheet["Name"]]

    assert [len(text.encode("utf-16-le")) // 2 for text in texts] == [32_767, 32_766]
    assert all(text.endswith(" […cut]") for text in texts)


def test_a_long_table_goes_on_in_the_next_sheet(tmp_path):
    """Nothing is lost at the end of a sheet, the totals stand on the last one, and the summary says so."""
    book = opened(large(campaigns=25), tmp_path, rows_a_sheet=10)
    ids = [
        cell.value
        for name in ("Campaigns", "Campaigns (2)", "Campaigns (3)")
        for cell in columns(book[name])["Campaign ID"]
    ]
    text = [row[0] for row in book["Summary"].iter_rows(values_only=True)]

    assert ids == [*range(1, 26), None]
    assert columns(book["Campaigns (3)"])["Campaign"][-1].value == "Total"
    assert "Campaigns has more rows than a sheet holds, so it goes on in the sheets with a number." in text


def test_sheet_titles_fit_excel(tmp_path):
    """Titles are at most 31 characters, different whatever the case, and none that Excel keeps for itself."""
    names = ["roi_by_" + "a" * 40, "roi_by_" + "a" * 41, "summary", "history", "definitions"]
    book = opened(Results(summary(), {name: pa.table({"n": [1]}) for name in names}), tmp_path)

    assert len(book.sheetnames) == len({title.lower() for title in book.sheetnames}) == 7
    assert max(len(title) for title in book.sheetnames) == 31
    assert "history" not in {title.lower() for title in book.sheetnames}


def test_a_sheet_is_made_to_be_read(tmp_path):
    """The header and the names stay in view, the header filters, and columns are wide enough."""
    sheet = opened(small(), tmp_path)["Campaigns"]

    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:AJ3"
    assert 12 <= sheet.column_dimensions["C"].width <= 20


def test_the_summary_says_what_came_of_it(tmp_path):
    """Period, verdict, totals and the account of the rows stand on the first sheet."""
    rows = [list(row) for row in opened(small(), tmp_path)["Summary"].iter_rows(values_only=True)]
    text = [row[0] for row in rows]

    assert text[:3] == [
        "Marketing ROI",
        "1 Jan 2026 to 31 Dec 2026 (365 days)",
        "Made 2027-01-02 06:30 UTC by Payback 0.1.0, run 20270102-063000",
    ]
    assert "€300.50 was spent and €500.75 came back: a profit of €200.25." in text
    assert "ROI is 66.6% (95% interval 43.3% to 90.0%). Verdict: pays back." in text
    assert "Paid Search brings the most profit (€300.25); Paid Social loses the most (−€100.00)." in text
    assert next(row[:8] for row in rows if row[0] == "campaigns") == ["campaigns", "EUR", 100, 96, 1, 3, 0, 0]


def test_the_summary_draws_channels_by_currency(tmp_path):
    """Each currency has its own chart of ROI with error bars."""
    path = write_workbook(three_currencies(), tmp_path / "payback.xlsx")
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/")]

    assert len(charts) == 3
    assert all("<c:errBars>" in chart for chart in charts)
    assert ["ROI by channel with its 95% interval, JPY" in chart for chart in charts].count(True) == 1


def test_the_definitions_are_those_of_the_metrics(tmp_path):
    """Every metric stands there with its meaning and formula, and what the interval leaves out."""
    rows = [row[:5] for row in opened(small(), tmp_path)["Definitions"].iter_rows(values_only=True)]

    for metric in METRICS.values():
        assert (metric.name, metric.label, metric.definition, metric.formula, metric.unit) in rows
    assert any("does not cover attribution" in str(row[2]) for row in rows)


@pytest.mark.parametrize("edge", EDGES)
def test_every_result_becomes_a_workbook(edge, tmp_path):
    """Whatever is missing or strange, each table has its sheet and its rows, and there is no formula."""
    results = EDGES[edge]()
    book = opened(results, tmp_path)

    assert len(book.sheetnames) == len(results.tables) + 2
    assert [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type in {"f", "e"}] == []


def test_equal_results_give_equal_bytes(tmp_path):
    """Written twice, the workbook is the same file."""
    first = write_workbook(small(), tmp_path / "a.xlsx").read_bytes()
    second = write_workbook(small(), tmp_path / "b.xlsx").read_bytes()

    assert first == second


def test_a_very_large_workbook_holds_the_same(tmp_path, monkeypatch):
    """Rows that go to disk as they are written give the same cells."""

    def cells():
        book = opened(named(*HOSTILE), tmp_path)
        return [list(sheet.iter_rows(values_only=True)) for sheet in book]

    usual = cells()
    monkeypatch.setattr("payback.publishing.excel.MANY_CELLS", 0)

    assert usual == cells()


def test_a_workbook_that_is_open_is_told(tmp_path):
    """A path that cannot be written gives our error, and no half file is left."""
    (tmp_path / "payback.xlsx").mkdir()
    with pytest.raises(PublishingError, match=r"could not be written\n.*payback\.xlsx"):
        write_workbook(small(), tmp_path / "payback.xlsx")

    assert [path.name for path in tmp_path.iterdir()] == ["payback.xlsx"]


def test_the_creation_moment_is_that_of_the_run(tmp_path):
    """The property that programs show is the run's, in UTC."""
    made = summary(created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    book = opened(Results(made, {}), tmp_path)

    assert book.properties.created == datetime(2026, 3, 1, 12, 0)
    assert book.properties.title == "Marketing ROI"


MONIES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2)


@settings(max_examples=25)
@given(amounts=st.lists(MONIES, min_size=1, max_size=8), name=st.text(max_size=40))
def test_any_amount_comes_back_to_the_cent_and_any_name_as_text(tmp_path, amounts, name):
    """Money up to a trillion keeps every cent, and no name breaks the file."""
    table = pa.table({"cost": pa.array(amounts, MONEY), "campaign_name": [name] * len(amounts)})
    sheet = opened(of(table), tmp_path)["T"]

    assert amounts == [
        round(Decimal(str(row[0])), 2) for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True)
    ]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, min_col=2) for cell in row} <= {"s", "n", "inlineStr"}
