"""The list of warehouses: each test of this folder that asks for `warehouse` runs on every one of them."""

from __future__ import annotations

import pytest

from payback.warehouse.opening import open_warehouse

WAREHOUSES = ("duckdb", "mysql")


@pytest.fixture
def duckdb_warehouse(tmp_path):
    """Return an empty warehouse in a file."""
    opened = open_warehouse("duckdb", tmp_path / "shop.duckdb")
    yield opened
    opened.close()


@pytest.fixture(params=WAREHOUSES)
def warehouse(request):
    """Return an empty warehouse of each kind."""
    return request.getfixturevalue(f"{request.param}_warehouse")
