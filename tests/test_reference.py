"""The reference pages say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from payback.config import Settings
from payback.metrics import METRICS
from payback.tables import TABLES

DOCS = Path(__file__).parents[1] / "docs"


def _generator():
    spec = importlib.util.spec_from_file_location("generate_reference", DOCS / "generate_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["configuration.md", "tables.md", "metrics.md", "cli.md"])
def test_page_is_what_the_code_gives(name):
    """A page that lags behind the code is wrong; `make docs` writes it anew."""
    committed = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert _generator().pages()[name] == committed, "run `make docs`"


def test_pages_leave_nothing_out():
    """Every setting, table, column and metric has its line."""
    pages = _generator().pages()
    names = {
        "configuration.md": [*Settings.model_fields, "n_clusters", "header_line"],
        "tables.md": [column for table in TABLES.values() for column in table.names],
        "metrics.md": METRICS,
    }
    for page, expected in names.items():
        assert [name for name in expected if name not in pages[page]] == []
