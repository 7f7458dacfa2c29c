"""The pages for people: their commands and their Python run, and their links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "DECISIONS.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")


def blocks(page):
    """Return (language, text) of the code blocks of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


RUNNABLE = [page for page in PAGES if {"bash", "python"} & {language for language, _ in blocks(page)}]


@pytest.fixture
def reader(shop, monkeypatch):
    """Return the project of somebody who reads on: a little data is there."""
    from payback import generate_demo

    generate_demo(shop.folder / "data" / "raw", days=40, seed=3)
    ads = "date,campaign,channel,cost,revenue\n2024-01-01,Brand,Search,10,30\n"
    people = [f"{n},{n % 7 + 1},{n % 4 + 1.5},{n % 3},{n % 3 * 20}" for n in range(1, 40)]
    shop.write("ads.csv", ads)
    shop.write("customers.csv", "customer_id,sessions,pages_per_session,transactions,revenue\n" + "\n".join(people))
    monkeypatch.chdir(shop.folder)
    return shop


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run_in_their_order(page, reader):
    """A reader who types in what a page says gets no error."""
    for language, text in blocks(page):
        if language == "python":
            exec(compile(text, str(page), "exec"), {})  # noqa: S102 - the page is ours
        elif language == "bash":
            for line in text.splitlines():
                words = shlex.split(line, comments=True)
                outcome = reader.run(*words[1:])
                assert (words[0], outcome.code) == ("payback", 0), outcome.err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page):
    """No page points into nothing."""
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8"))]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_yaml_in_the_pages_is_accepted(shop):
    """Settings that the pages show are read without complaint."""
    for page in PAGES:
        for language, text in blocks(page):
            if language == "yaml" and page.parent.name != "reference":
                shop.write("config/config.yaml", text)
                outcome = shop.run("config", "show")
                assert outcome.code == 0, f"{page.name}: {outcome.err}"
