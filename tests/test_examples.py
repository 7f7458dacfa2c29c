"""The examples in the docstrings give what they say."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import payback

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(payback.__path__, "payback.")
    if not module.name.endswith("__main__")  # importing that one runs the program
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, tmp_path, monkeypatch):
    """Each example is typed in as a reader would, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    failed, _ = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
