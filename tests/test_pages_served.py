"""The same pages served live: ``payback serve`` in a process of its own, a real browser in front of it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from browser import card, chromium, opened, settled, until, violations
from pages_data import LAST, ad_rows, made, sums, text_of

pytestmark = pytest.mark.pages

ROWS = ad_rows()
PATIENCE = 120
"""Seconds after which a server that does not end is given up."""


@contextmanager
def served(folder):
    """Start the server; yield the address that it prints."""
    command = [sys.executable, "-m", "payback", "--project", str(folder), "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as server:
        try:
            lines = []
            while "}" not in "".join(lines):
                line = server.stdout.readline()
                assert line, server.stderr.read()
                lines.append(line)
            yield json.loads("".join(lines))["url"]
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE)


def whole(amount):
    """Return an amount as a card's title writes it, in full."""
    return f"€{amount:,.2f}"


def full(page, name):
    """Return the full value of a card."""
    return page.locator(f".figure-{name} .value").get_attribute("title")


def test_served_pages_show_what_the_file_shows_and_follow_a_run(shop):
    """Figures are those of plain Python; a run that ends while the page is open is shown at the next choice."""
    made(shop, ROWS)
    with served(shop.folder) as address, chromium() as browser, opened(browser, address) as page:
        settled(page)
        cost, revenue = sums(ROWS, LAST - timedelta(days=89), LAST)
        assert full(page, "cost") == whole(cost)
        assert full(page, "revenue") == whole(revenue)
        page.get_by_role("button", name="Email").click()
        mails, _ = sums(ROWS, LAST - timedelta(days=89), LAST, "Email")
        until(page, f"document.querySelector('.figure-cost .value').title === {whole(mails)!r}")
        assert violations(page) == []

        more = ad_rows(days=121)
        shop.write("data/raw/ads.csv", text_of(more))
        assert shop.run("run").code == 0
        page.locator("#period").select_option("7d")
        last = LAST + timedelta(days=1)
        fresh, _ = sums(more, last - timedelta(days=6), last, "Email")
        until(page, f"document.querySelector('.figure-cost .value').title === {whole(fresh)!r}")
        own = urlsplit(address).netloc
        assert {urlsplit(one).netloc for one in page.watch.requests if one.startswith("http")} == {own}
        assert page.watch.messages == []


def test_a_page_without_the_token_says_where_it_is(shop):
    """Who has only the bare address is told to open the printed one."""
    made(shop, ad_rows(days=20), customers=False)
    with served(shop.folder) as address, chromium() as browser:
        bare = "{0.scheme}://{0.netloc}/".format(urlsplit(address))
        with opened(browser, bare) as page:
            assert "payback serve" in page.locator("body").inner_text()
        with opened(browser, address) as page:
            assert card(settled(page), "Cost").startswith("€")
            assert "token" not in page.url
