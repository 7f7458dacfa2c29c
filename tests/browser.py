"""Chromium for the tests of the pages: what it shows, what it says on its console, what it asks the network."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import sync_playwright

from fetch_chromium import find_chromium

ROOT = Path(__file__).parents[1]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(os.environ.get("PAYBACK_TEST_PICTURES") or ROOT / "test-pictures")
"""Where pictures of the pages are kept for people to look at."""
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip
PATIENCE = 90
"""Seconds after which something that never comes is given up; a busy machine takes its time."""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Watch:
    """What a page did beside being shown."""

    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def chromium():
    """Start a browser; yield it."""
    with sync_playwright() as program:
        browser = program.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser, address, *, width=1440, theme="light", locale="en-US", **options):
    """Open an address in a window of its own; yield the page, watched under ``page.watch``."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale, accept_downloads=True, **options
    )
    page = context.new_page()
    page.watch = Watch()
    page.on("console", lambda message: page.watch.messages.append(message.text))
    page.on("pageerror", lambda error: page.watch.messages.append(str(error)))
    page.on("request", lambda request: page.watch.requests.append(request.url))
    page.set_default_timeout(1000 * PATIENCE)
    try:
        page.goto(address)
        yield page
    finally:
        context.close()


def until(page, expression):
    """Wait until an expression holds. Playwright's own waiting needs eval, which the pages forbid."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"it never came to be that {expression}"
        page.wait_for_timeout(50)


_DRAWN = """() => {
  ['beforeprint', 'afterprint'].forEach((name) => window.dispatchEvent(new Event(name)));
  return [...document.querySelectorAll('.chart [role=img].canvas')].every((one) => one.querySelector('svg'));
}"""
"""Printing draws what lies below the screen too; what is drawn stays. A chart listens once it is mounted: ask again."""


def settled(page):
    """Wait until the page shows an answer and every chart is drawn, those below the screen too."""
    page.wait_for_selector("main:not([aria-busy=true])")
    until(page, _DRAWN)
    return page


def violations(page):
    """Return what axe-core finds against the page, as ``rule: elements``."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
    found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", _RULES)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]]


def keep_picture(page, name):
    """Keep a picture of the whole page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def card(page, label):
    """Return the value that a card of the summary shows."""
    return _value(page, label).inner_text()


def shows(page, label, text):
    """Wait until a card of the summary shows a value."""
    end = time.monotonic() + PATIENCE
    while card(page, label) != text:
        assert time.monotonic() < end, f"{label} is {card(page, label)}, not {text}"
        page.wait_for_timeout(50)


def _value(page, label):
    return page.locator(".cards > *", has=page.get_by_text(label, exact=True)).locator(".value").first
