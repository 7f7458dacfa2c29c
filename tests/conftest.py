"""Fixtures that many tests share: a project folder, a way to write files, the command line in this process."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Imported here, where the variables that name a server are still set: each test is freed of them.
from mysql_server import fresh_name, start_server, stop_server
from shop import Shop

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # scikit-learn's own checks of estimators ask for it
# A busy machine is no reason to fail: examples may take their time, and so may making them.
_SUPPRESSED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("payback", deadline=None, suppress_health_check=_SUPPRESSED)
settings.load_profile("payback")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real data beside the checkout; tests that read it are left out where it is not there."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    """Keep settings of the machine out of the tests."""
    for name in list(os.environ):
        if name.startswith("PAYBACK_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _quiet_logging():
    """Undo the logging that a command set up, so that no handler outlives its folder."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


@pytest.fixture
def shop(tmp_path) -> Shop:
    """Return an empty project."""
    return Shop(tmp_path)


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of real data."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real data is not beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def mysql_server():
    """Return a running MySQL server, one for the whole session."""
    server = start_server()
    yield server
    stop_server(server)


@pytest.fixture
def mysql_address(mysql_server):
    """Return the address of an empty database, which is dropped at the end."""
    from payback.warehouse.mysql.address import Address

    name = fresh_name()
    mysql_server.execute(f"create database `{name}` character set utf8mb4 collate utf8mb4_bin")
    yield Address(mysql_server.host, mysql_server.port, mysql_server.user, mysql_server.password, name)
    mysql_server.drop(name)


@pytest.fixture
def mysql_warehouse(mysql_address):
    """Return an open warehouse in an empty database."""
    from payback.warehouse.mysql.warehouse import MySQLWarehouse

    warehouse = MySQLWarehouse(mysql_address)
    yield warehouse
    warehouse.close()


@pytest.fixture(scope="session")
def judges():
    """Return the tools that judge Power BI projects, each started when it is first asked."""
    from powerbi_tools.judges import Judges
    from powerbi_tools.schemas import SCHEMAS

    if not SCHEMAS.is_dir():
        pytest.skip("Microsoft's schemas of Power BI projects are not beside the checkout")
    judges = Judges()
    yield judges
    judges.close()
