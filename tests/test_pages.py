"""The report in a real browser, offline: every page, every control, both themes, on a desk and on a phone."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from browser import card, chromium, keep_picture, opened, settled, shows, until, violations
from pages_data import FIRST, HOSTILE, LAST, LONG, ad_rows, made, sums
from shop import Shop

pytestmark = pytest.mark.pages

PAGES = ("summary", "channels", "campaigns", "customers", "funnel", "health", "method")
ROWS = ad_rows()


@pytest.fixture(scope="module")
def browser():
    """Return a browser, one for the module."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the address of a report of 120 days, six campaigns and 120 customers."""
    return made(Shop(tmp_path_factory.mktemp("pages")), ROWS)


@pytest.fixture
def page(browser, report):
    """Return the report, opened on its summary."""
    with opened(browser, report) as shown:
        yield settled(shown)


def short(amount):
    """Return an amount as a card writes it: in full below 10,000, else three digits and a letter."""
    amount = Decimal(amount)
    if amount < 1000:
        return f"€{amount:,.2f}"
    return f"€{amount:,.0f}" if amount < 10_000 else f"€{float(f'{amount:.3g}') / 1000:.3g}K"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_can_be_seen_and_read(browser, report, width, theme):
    """No error, no request but the file, nothing that axe-core objects to, nothing wider than the window."""
    for name in PAGES:
        with opened(browser, f"{report}#/{name}", width=width, theme=theme) as page:
            settled(page)
            keep_picture(page, f"{name}-{width}-{theme}")
            assert page.watch.messages == []
            assert [one for one in page.watch.requests if not one.startswith(("file:", "data:", "blob:"))] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert violations(page) == []


def test_cards_show_the_sums_of_the_files(page):
    """Cost and revenue of the last 90 days are those of plain Python, to the digit shown."""
    cost, revenue = sums(ROWS, LAST - timedelta(days=89), LAST)
    assert card(page, "Cost") == short(cost)
    assert card(page, "Revenue") == short(revenue)
    assert card(page, "Profit") == short(revenue - cost)


def test_a_period_is_chosen_and_compared(page):
    """28 days against the 28 before: both ranges are printed, and the change is that of the sums."""
    page.locator("#period").select_option("28d")
    settled(page)
    cost, _ = sums(ROWS, LAST - timedelta(days=27), LAST)
    before, _ = sums(ROWS, LAST - timedelta(days=55), LAST - timedelta(days=28))
    shows(page, "Cost", short(cost))
    head = page.locator("header").inner_text()
    assert "Apr 3" in head
    assert "Mar 6" in head
    assert f"+{float(cost / before - 1):.1%}" in page.locator(".figure-cost").inner_text()


def test_own_dates_are_taken(page):
    """Two date fields appear; the sums are those of the days between them."""
    page.locator("#period").select_option("custom")
    page.get_by_role("textbox", name="From").fill("2026-02-01")
    page.get_by_role("textbox", name="To", exact=True).fill("2026-02-10")
    settled(page)
    cost, _ = sums(ROWS, date(2026, 2, 1), date(2026, 2, 10))
    until(page, f"document.querySelector('.figure-cost .value').textContent === {short(cost)!r}")


def test_the_comparison_can_be_switched_off(page):
    """Without it there is no change to tell."""
    page.locator("#period").select_option("28d")
    until(page, "document.querySelector('.figure-cost').innerText.includes('%')")
    page.get_by_label("Compare").select_option("off")
    until(page, "!document.querySelector('.figure-cost').innerText.includes('%')")


def test_chips_filter_everything_and_the_address_keeps_it(page, browser):
    """One channel's sums; the same address in another window shows the same; the back button undoes it."""
    page.get_by_role("button", name="Email").click()
    settled(page)
    cost, revenue = sums(ROWS, LAST - timedelta(days=89), LAST, "Email")
    until(page, f"document.querySelector('.figure-cost .value').textContent === {short(cost)!r}")
    assert "ch=Email" in page.url
    with opened(browser, page.url) as other:
        shows(settled(other), "Revenue", short(revenue))
    page.go_back()
    until(page, f"document.querySelector('.figure-cost .value').textContent !== {short(cost)!r}")


def test_a_click_on_a_bar_filters_all(page):
    """The first bar of the bridge is the channel that moved most; it becomes the only one."""
    page.locator("#period").select_option("28d")
    settled(page)
    bridge = page.locator(".chart", has_text="What changed profit").locator(".canvas")
    bars = bridge.locator("svg path[fill='#0b7350']")
    bars.first.click(force=True)
    until(page, "location.hash.includes('ch=')")
    until(page, "document.querySelectorAll('[aria-label=Channels] [aria-pressed=true]').length === 1")


def test_campaigns_are_searched_sorted_and_opened(browser, report):
    """A part of a name leaves its campaign; a header sorts; a row opens details that the address keeps."""
    with opened(browser, f"{report}#/campaigns") as page:
        settled(page)
        names = page.locator("tbody th[scope=row]")
        assert names.count() == 6
        page.get_by_role("columnheader", name="Revenue").get_by_role("button").click()
        until(page, "document.querySelector('tbody th[scope=row]').innerText.startsWith('Brand')")
        page.get_by_label("Campaign search").fill("news")
        until(page, "document.querySelectorAll('tbody th[scope=row]').length === 1")
        names.first.get_by_role("button").first.click()
        until(page, "location.hash.includes('id=')")
        assert "q=news" in page.url


def test_a_rectangle_on_the_bubbles_filters_to_what_lies_in_it(browser, report):
    """Drawn around all circles it takes all six campaigns; the total below the table is that of the period."""
    with opened(browser, f"{report}#/campaigns") as page:
        settled(page)
        place = page.locator(".chart", has_text="Cost against return").locator(".canvas").bounding_box()
        page.mouse.move(place["x"] + 58, place["y"] + 32)
        page.mouse.down()
        page.mouse.move(place["x"] + place["width"] - 16, place["y"] + place["height"] - 50, steps=5)
        page.mouse.up()
        until(page, "location.hash.split('ca=').length === 7")
        settled(page)
        cost, _ = sums(ROWS, LAST - timedelta(days=89), LAST)
        assert short(cost) in page.locator("tfoot").inner_text()


def test_a_period_too_long_to_compare_offers_one_that_can_be(page):
    """Of 120 days the last 90 have no 90 before them; the last 30 do, a click away."""
    page.get_by_role("button", name="compare the last 30 days").click()
    until(page, "location.hash.includes('p=30d')")
    settled(page)
    until(page, "document.querySelector('.ranges').innerText.includes('compared with')")
    assert page.locator(".ranges button").count() == 0


def test_columns_can_be_chosen(browser, report):
    """A column that is switched on appears, and the address keeps it."""
    with opened(browser, f"{report}#/channels") as page:
        settled(page)
        page.get_by_text("Columns").first.click()
        page.get_by_role("checkbox", name="CPM").check()
        until(page, "location.hash.includes('cpm')")
        page.get_by_role("columnheader", name="CPM").wait_for()


def test_tables_are_exported_as_they_are(browser, report):
    """CSV and Excel hold the numbers of the page in full; a name that looks like a formula is text."""
    with opened(browser, f"{report}#/campaigns") as page:
        settled(page)
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile("^CSV")).first.click()
        content = waiting.value.path().read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(content)))
        place = rows[0].index("Cost")
        cost, _ = sums(ROWS, LAST - timedelta(days=89), LAST)
        assert sum(Decimal(row[place]) for row in rows[1:] if not row[0].startswith("Total")) == cost
        assert not any(cell.startswith("=") for row in rows for cell in row)
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Excel: this page").click()
            book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any(cell.value == HOSTILE for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_the_theme_is_chosen_and_kept(page):
    """Light, dark, as the system; the address keeps the choice."""
    shade = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    before = page.evaluate(shade)
    for theme in ("light", "dark"):
        page.keyboard.press("t")
        until(page, f"location.hash.includes('theme={theme}')")
    until(page, f"{shade} !== {before!r}")


def test_everything_works_by_keyboard(page):
    """Keys lead to pages and to the list of keys; Tab reaches controls in order; Escape closes."""
    page.keyboard.press("2")
    until(page, "location.hash.startsWith('#/channels')")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('dialog[open]')")
    page.keyboard.press("/")
    until(page, "document.activeElement.id === 'search'")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    until(page, "location.hash.includes('ch=')")


def test_numbers_follow_the_language(browser, report):
    """A German reader sees German numbers; the day is the same day in every time zone."""
    with opened(browser, report, locale="de-DE", timezone_id="Pacific/Auckland") as page:
        settled(page)
        assert "€" in card(page, "Cost")
        assert not card(page, "Cost").startswith("€")
        assert "2026" in page.locator("header").inner_text()
        assert "30. Apr" in page.locator("header").inner_text()


def test_printing_shows_filters_and_no_controls(page):
    """What is printed says what was chosen."""
    page.get_by_role("button", name="Email").click()
    settled(page)
    page.emulate_media(media="print")
    assert not page.get_by_label("Campaign search").is_visible()
    assert "Email" in page.locator("body").inner_text()
    keep_picture(page, "summary-print")


def test_every_chart_has_its_numbers_as_a_table(browser, report):
    """The table twin of the trend has a row for each of the 90 days, with the day's own sums."""
    with opened(browser, report) as page:
        settled(page)
        chart = page.locator(".chart", has_text="Revenue and cost").first
        chart.locator("summary").click()
        rows = chart.locator("tbody tr")
        rows.nth(89).wait_for()
        assert rows.count() == 90
        cost, revenue = sums(ROWS, LAST, LAST)
        text = rows.last.inner_text()
        assert f"{revenue:,.2f}" in text
        assert f"{cost:,.2f}" in text


def test_names_from_the_data_do_nothing(browser, report):
    """A campaign that calls itself a script is a name: on every page, and on the page without scripts."""
    with opened(browser, f"{report}#/campaigns") as page:
        settled(page)
        assert page.get_by_text(HOSTILE, exact=True).count() >= 1
        assert page.get_by_text(LONG[:20]).count() >= 1
        assert page.watch.messages == []
    with opened(browser, report, java_script_enabled=False) as page:
        text = page.locator("body").inner_text()
        assert HOSTILE in text
        assert "Brand" in text
        assert page.locator("svg").count() > 0
        keep_picture(page, "no-scripts")


def only(rows, change):
    """Return rows with each data row changed."""
    return [rows[0], *(change(list(row)) for row in rows[1:])]


def with_(place, value):
    """Return a change of one column."""
    return lambda row: [*row[:place], value, *row[place + 1 :]]


def currencies():
    """Return the rows with three currencies, a campaign each."""
    codes = ("EUR", "USD", "JPY")
    rows = ad_rows(days=40, campaigns=(("A", "Email", 10, 30), ("B", "Email", 20, 10), ("C", "Display", 1000, 2000)))
    return [[*rows[0], "currency"], *([*row, codes[place % 3]] for place, row in enumerate(rows[1:]))]


HARD = {
    "no-campaigns": (None, "Load"),
    "one-day": (ad_rows(days=1), "Jan 1, 2026"),
    "one-campaign": (ad_rows(campaigns=(("Only one", "Email", 10, 30),)), "Only one"),
    "no-cost": (only(ad_rows(days=40), with_(5, "0")), "€0"),
    "refunds": (only(ad_rows(days=40), with_(6, "-12.50")), "-€"),
    "three-currencies": (currencies(), "JPY"),
}
"""Data that is hard to show, and a word that its summary or campaigns page must hold."""


@pytest.mark.parametrize("name", HARD)
def test_hard_data_gives_pages_that_make_sense(browser, shop, name):
    """No page of any of them has an error, a NaN, an undefined or an infinity."""
    rows, word = HARD[name]
    address = made(shop, rows)
    words = []
    for one in PAGES:
        with opened(browser, f"{address}#/{one}") as page:
            settled(page)
            keep_picture(page, f"{name}-{one}")
            text = page.locator("body").inner_text()
            words.append(text)
            assert page.watch.messages == [], one
            assert not re.search(r"\bNaN\b|undefined|Infinity|\bnull\b|Invalid Date", text), one
    assert word in "".join(words)


def test_five_thousand_campaigns_scroll(browser, shop):
    """The table holds all but draws few; the search finds one of them."""
    campaigns = tuple((f"Campaign {number:04}", ("Email", "Display")[number % 2], 3, 5) for number in range(5000))
    address = made(shop, ad_rows(days=2, campaigns=campaigns), customers=False)
    with opened(browser, f"{address}#/campaigns") as page:
        page.wait_for_selector("tbody tr")
        assert "5,000 campaigns" in page.locator("main").inner_text()
        assert page.locator("tbody tr").count() < 400
        page.get_by_label("Campaign search").fill("4321")
        until(page, "document.querySelectorAll('tbody th[scope=row]').length === 1")
        assert page.watch.messages == []


def test_the_first_day_is_the_first_day(browser, report):
    """All days: the header prints the first and last day of the data."""
    with opened(browser, f"{report}#/summary?p=all") as page:
        settled(page)
        assert f"{FIRST:%b} {FIRST.day}, 2026 – {LAST:%b} {LAST.day}, 2026" in page.locator("header").inner_text()
