"""Time `payback serve` against a Streamlit page with the same charts: start, memory, first page, change of a filter.

    .venv/bin/python bench/bench_serve.py                                  # payback alone
    .venv/bin/python bench/bench_serve.py --streamlit .venv-streamlit/bin/python

For the second, make a private environment: python -m venv .venv-streamlit; .venv-streamlit/bin/pip install streamlit
plotly duckdb. Both serve the same cube, made of random rows: days, campaigns, channels and countries of a large shop.
A browser (Playwright's, or --browser PATH) opens both in turn; a change of a filter is timed from the click on a
channel to the last change of the page that follows. Also written and opened: the report file of two years of fifty
campaigns.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import psutil

HERE = Path(__file__).parent
CHANNELS, CAMPAIGNS, COUNTRIES, DAYS = 10, 1500, 40, 730
WARM = 2
QUIET_MS = 400
"""A page that has not changed for so long has finished."""

WATCH = """() => {
  window.lastChange = performance.now();
  new MutationObserver(() => { window.lastChange = performance.now(); })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=2_700_000, help="cells; ten million random rows make so many")
    parser.add_argument("--changes", type=int, default=20, help="changes of the filter")
    parser.add_argument("--streamlit", type=Path, help="a Python that has Streamlit")
    parser.add_argument("--browser", default=shutil.which("chromium"), help="the browser's program")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="payback-bench-") as name:
        folder = Path(name)
        figures = {"cells": make_cube(folder, options.cells)}
        figures["report"] = time_report(folder, options)
        figures["payback"] = time_payback(folder, options)
        if options.streamlit:
            figures["streamlit"] = time_streamlit(folder, options)
            figures["ratio of p50"] = round(figures["streamlit"]["p50_ms"] / figures["payback"]["p50_ms"], 1)
    print(json.dumps(figures, indent=2))


def make_cube(folder: Path, cells: int) -> int:
    """Keep a cube of so many cells as a run does, and the same as a DuckDB file."""
    from payback.engine.duckdb import Engine, literal
    from payback.publishing.cube.building import build_cube
    from payback.publishing.cube.folder import keep
    from payback.publishing.cube.report_data import report_data

    with Engine(folder / "cube.duckdb") as engine:
        engine.execute(
            f"create table clean_campaigns as with rows as (select hash(i) as h, hash(i + {cells}) as g from "
            f"range({cells}) t(i)) select date '2024-01-01' + (g % {DAYS})::int as date, (h % {CAMPAIGNS})::bigint as "
            f"campaign_id, 'Campaign ' || (h % {CAMPAIGNS}) as campaign_name, "
            f"'Channel ' || (h % {CAMPAIGNS} % {CHANNELS}) as channel, 'source ' || (h % 4) as source, '' as account, "
            f"'EUR' as currency, 'Country ' || (g // 1000 % {COUNTRIES}) as country, "
            "((hash(h) % 10000) / 100)::decimal(18, 6) as cost, (hash(g) % 5000)::bigint as "
            "impressions, (h // 7 % 200)::bigint as clicks, ((g // 11 % 1000) / 100)::decimal(18, 6) as conversions, "
            "case when h % 50 > 0 then ((g // 13 % 30000) / 100)::decimal(18, 6) end as revenue from rows"
        )
        count = build_cube(engine)
        keep(engine, folder / "outputs" / "cube", report_data(engine, results()), "")
        engine.execute("drop table clean_campaigns")
        engine.execute(f"create table cube_of_file as from cube; attach {literal(str(folder / 'page.duckdb'))} as page")
        engine.execute("create table page.cube as from cube_of_file")
    (folder / "cube.duckdb").unlink()
    return count


def results():
    """Return results without tables."""
    from payback.publishing.results import Results, Summary

    return Results(Summary("Bench", None, None, datetime.now(UTC), "0", datetime.now(UTC).isoformat()), {})


def time_report(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Write the report of two years of fifty campaigns and open it."""
    from payback.engine.duckdb import Engine
    from payback.publishing.cube.building import build_cube
    from payback.publishing.cube.folder import keep, kept
    from payback.publishing.cube.report_data import report_data
    from payback.publishing.html.report_file import write_report

    with Engine() as engine:
        engine.execute(
            "create table clean_campaigns as select date '2024-01-01' + d::int as date, c::bigint as campaign_id, "
            "'Campaign ' || c as campaign_name, 'Channel ' || (c % 7) as channel, 'google' as source, '' as account, "
            "'EUR' as currency, null::varchar as country, "
            "((500 + hash(c * 1000 + d) % 40000) / 100)::decimal(18, 6) as cost, "
            "(1000 + hash(d * 99 + c) % 9000)::bigint as impressions, (20 + hash(d + c * 7) % 300)::bigint as clicks, "
            "((hash(d * 31 + c) % 2000) / 100)::decimal(18, 6) as conversions, ((hash(d * 17 + c) % 120000) / "
            "100)::decimal(18, 6) as revenue from range(730) t(d), range(50) u(c)"
        )
        build_cube(engine)
        keep(engine, folder / "small" / "cube", report_data(engine, results()), "")
    path = write_report(kept(folder / "small" / "cube"), folder / "report.html")
    with browser(options) as page:
        firsts = []
        for _ in range(5):
            page.goto(path.as_uri())
            page.wait_for_selector("#app svg")
            firsts.append(page.evaluate("performance.now()"))
        page.evaluate(WATCH)
        chip = "button[aria-pressed]"
        changes = [change(page, chip, number, None) for number in range(options.changes)]
    return {"kb": round(path.stat().st_size / 1000), "first_charts_ms": round(min(firsts)), **spread(changes)}


def time_payback(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Start `payback serve`, open it, change filters."""
    command = [sys.executable, "-m", "payback", "--project", str(folder), "serve", "--port", "0", "--json"]
    started = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        text = ""
        while '"url"' not in text:
            text += server.stdout.readline()
        up = time.perf_counter() - started
        url = re.search(r'"url": "([^"]+)"', text)[1]
        with browser(options) as page:
            started = time.perf_counter()
            page.goto(url)
            page.wait_for_selector("#app svg")
            first = time.perf_counter() - started
            page.evaluate(WATCH)
            chip = "button[aria-pressed]"
            changes = [change(page, chip, number, answered) for number in range(options.changes)]
        return {"up_s": round(up, 2), "mb": memory(server), "first_charts_s": round(first, 2), **spread(changes)}
    finally:
        server.terminate()
        server.wait(20)


def time_streamlit(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Start the Streamlit page, open it, change filters."""
    port = "8765"
    command = [str(options.streamlit), "-m", "streamlit", "run", str(HERE / "streamlit_page.py"), "--server.port", port]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.address", "127.0.0.1"]
    started = time.perf_counter()
    server = subprocess.Popen(
        command, env=os.environ | {"DATABASE": str(folder / "page.duckdb")}, stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/_stcore/health")
        up = time.perf_counter() - started
        with browser(options) as page:
            started = time.perf_counter()
            page.goto(address)
            page.wait_for_selector(".js-plotly-plot >> nth=3", timeout=120_000)
            first = time.perf_counter() - started
            page.evaluate(WATCH)
            page.wait_for_timeout(2000)
            chip = "[data-testid=stButtonGroup] button"
            changes = [change(page, chip, number, run_over) for number in range(options.changes)]
        return {"up_s": round(up, 2), "mb": memory(server), "first_charts_s": round(first, 2), **spread(changes)}
    finally:
        server.terminate()
        server.wait(20)


def change(page, chip: str, number: int, answered) -> float:
    """Click on a channel and return the milliseconds to the last change of the page."""
    place = number // 2 % 5  # on, then off
    clicked = page.evaluate("performance.now()")
    page.locator(chip).nth(place).click()
    if answered:
        answered(page)
    until(page, f"performance.now() - window.lastChange > {QUIET_MS}")
    return page.evaluate("window.lastChange") - clicked


def answered(page) -> None:
    """Wait for what the server has to say, by the browser's own record."""
    entries = "performance.getEntriesByType('resource').filter((e) => e.name.endsWith('api/query')).length"
    until(page, f"{entries} > (window.answers ?? 1)")
    page.evaluate(f"window.answers = {entries}")


def run_over(page) -> None:
    """Wait until Streamlit has run the script again; the state is written into the page for a moment at least."""
    running = "document.querySelector('[data-test-script-state=running]')"
    until(page, f"{running} !== null", least=False)
    until(page, f"{running} === null")


def until(page, expression: str, *, least: bool = True) -> None:
    """Wait for an expression to be true; without an eval, which the content policy forbids."""
    for _ in range(6000 if least else 200):
        if page.evaluate(f"() => {expression}"):
            return
        page.wait_for_timeout(10)


def spread(changes: list[float]) -> dict[str, int]:
    """Return median and 95th percentile; the first changes warm up."""
    warm = sorted(changes[WARM:])
    return {"p50_ms": round(statistics.median(warm)), "p95_ms": round(warm[min(len(warm) - 1, int(len(warm) * 0.95))])}


def memory(server: subprocess.Popen[str]) -> int:
    """Return the memory of a server and its children, in 10^6 bytes."""
    process = psutil.Process(server.pid)
    return round(sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6)


def wait_for(address: str) -> None:
    """Wait until an address answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=1).read()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
        else:
            return


class browser:  # noqa: N801 - reads like open()
    """A page of a fresh browser."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.program = options.browser

    def __enter__(self):
        from playwright.sync_api import sync_playwright

        self.playwright = sync_playwright().start()
        self.running = self.playwright.chromium.launch(executable_path=self.program, args=["--no-sandbox"])
        return self.running.new_page(viewport={"width": 1440, "height": 1000})

    def __exit__(self, *_):
        self.running.close()
        self.playwright.stop()


if __name__ == "__main__":
    main()
