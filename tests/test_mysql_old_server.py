"""A server that is too old is refused by every command, with its version and what is needed.

MariaDB can be told to say any version; MySQL cannot. So a real MariaDB says that it is an old one of either kind.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

from fetch_mysql import find_programs
from mysql_server import start_server, stop_server


@pytest.fixture(scope="module", params=["5.7.44-log", "10.2.1-MariaDB-fake"])
def old_server(request):
    """Return a running server that says it is of an old version, and the version."""
    try:
        find_programs("mariadb")
    except RuntimeError as error:
        pytest.skip(str(error))
    server = start_server(f"--version={request.param}", kind="mariadb")
    try:
        server.execute("create database shop")
        yield server, request.param
    finally:
        stop_server(server)


@pytest.fixture
def old_shop(old_server, shop, monkeypatch):
    """Return a project on that server, with a file to load."""
    server, version = old_server
    assert server.execute("select version()") == [(version,)]
    url = f"mysql+pymysql://{server.user}:{quote(server.password, safe='')}@{server.host}:{server.port}/shop"
    monkeypatch.setenv("PAYBACK_WAREHOUSE__KIND", "mysql")
    monkeypatch.setenv("PAYBACK_MYSQL__URL", url)
    shop.write("data/raw/ads.csv", "date,campaign,cost\n2024-01-01,Spring,1\n")
    return shop


@pytest.mark.parametrize("words", [("run",), ("load", "data/raw/ads.csv"), ("db", "create"), ("db", "status")])
def test_old_server_is_refused_before_anything_is_made(old_shop, old_server, words):
    """The message has the version that was found, the ones that work and a way out; the server is left as it was."""
    server, version = old_server
    outcome = old_shop.run(*words)
    assert outcome.code == 2, outcome.out + outcome.err
    for text in ("too old", version, "MySQL 8.0 or newer", "MariaDB 10.6 or newer", "warehouse.kind duckdb"):
        assert text in outcome.err
    assert server.execute("show tables", database="shop") == []


def test_doctor_names_the_version_of_an_old_server(old_shop, old_server):
    """The doctor fails with the same words, and looks no further."""
    outcome = old_shop.run("doctor", "--json")
    found = [check for check in outcome.json["checks"] if check["name"].startswith("MySQL")]
    assert (outcome.code, len(found), found[0]["status"]) == (1, 1, "fail")
    assert f"too old: {old_server[1]}" in found[0]["found"]
    assert "upgrade the server" in found[0]["hint"]
