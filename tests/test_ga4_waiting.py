"""While GA4's hourly quota is waited for others may read, and nobody else may write."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ga4_project import load_of, small_property
from payback.errors import WarehouseBusyError
from payback.sources.ga4_api import quota
from payback.testing.ga4 import Limits
from payback.warehouse.opening import open_warehouse

SMALL = Limits(tokens_per_hour=40, tokens_per_project_per_hour=40)
ADS = "date,campaign,cost,revenue\n2025-11-20,Brand,10,30\n"


class WaitingClock:
    """The clock of a property; at its second wait, when some days have been written, it does something else."""

    def __init__(self, server, meanwhile):
        self.server, self.meanwhile, self.found, self.waits = server, meanwhile, None, 0

    def now(self):
        return self.server.now()

    def sleep(self, seconds):
        self.waits += 1
        if self.waits == 2:
            self.found = self.meanwhile()
        self.server.sleep(seconds)


@pytest.fixture
def server(monkeypatch):
    """Return a property of which an hour's tokens are soon spent."""
    monkeypatch.setattr(quota, "LIMITS", quota.LIMITS | {name: getattr(SMALL, name) for name in quota.LIMITS})
    with small_property(limits=SMALL) as opened:
        yield opened


def payback(shop, *words):
    """Run a command in a process of its own, as somebody at another window does."""
    command = [sys.executable, "-m", "payback", "--project", str(shop.folder), *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)


def fetch(shop, server, meanwhile):
    """Read the property into the project's database; return what was found at the second wait."""
    clock = WaitingClock(server, meanwhile)
    warehouse = open_warehouse("duckdb", shop.folder / "payback.duckdb")
    try:
        load = load_of(warehouse, server, days_a_request=2)
        load.clock = clock
        (report,) = load.fetch()
        assert (report.status, report.unexplained) == ("done", [])
    finally:
        warehouse.close()
    assert server.usage.refused == {}
    return clock.found


def test_figures_can_be_looked_at_and_say_that_they_are_of_before(shop, server):
    """`payback roi` answers from what was cleaned last; a load is refused, and told who has the database."""
    shop.write("ads.csv", ADS)
    assert shop.run("load", shop.folder / "ads.csv").code == 0
    before = shop.run("roi", "--json").json

    roi, load = fetch(
        shop, server, lambda: [payback(shop, "roi", "--json"), payback(shop, "load", str(shop.folder / "ads.csv"))]
    )

    assert (roi.returncode, json.loads(roi.stdout)) == (0, before)
    assert "is loading: these are the figures of before" in roi.stderr
    assert load.returncode == 1
    assert "another program holds the database" in load.stderr
    if sys.platform == "linux":
        assert f"process {os.getpid()}" in roi.stderr
        assert f"process {os.getpid()}" in load.stderr
    after = shop.run("roi", "--json")
    assert len(after.json["rows"]) > len(before["rows"])
    assert "note:" not in after.err


def test_nothing_to_show_yet_is_said(shop, server):
    """Beside a first fetch there are no figures of before: not a table of nothing, and not a crash."""
    (roi, runs) = fetch(shop, server, lambda: [payback(shop, "roi"), payback(shop, "runs")])

    assert roi.returncode == 1
    assert "another program is loading, and there are no figures of before" in roi.stderr
    assert runs.returncode == 0


def test_server_is_read_beside_a_run_too(shop, mysql_address):
    """On MySQL the run keeps the right to write: who looks gets the figures of before and a note, a writer an error."""
    from payback import DataLoader
    from payback.pipeline import campaign_roi
    from payback.warehouse.mysql.warehouse import MySQLWarehouse

    first, second = MySQLWarehouse(mysql_address), MySQLWarehouse(mysql_address)
    try:
        run = DataLoader(shop.folder, warehouse=first)
        run.import_file(shop.write("ads.csv", ADS))
        _, before = campaign_roi(run)
        run.import_file(shop.write("more.csv", ADS.replace("Brand", "Shoes")))

        looker = DataLoader(shop.folder, warehouse=second, only_look=True)
        assert campaign_roi(looker)[1] == before
        assert "is loading: these are the figures of before" in looker.notes[0]
        with pytest.raises(WarehouseBusyError):
            campaign_roi(DataLoader(shop.folder, warehouse=second))
    finally:
        first.close()
        second.close()


def test_who_writes_is_never_read_beside(shop):
    """Without a wait the database is held as ever: even who only looks is refused."""
    from payback import DataLoader

    code = "import sys; from payback import DataLoader; DataLoader(sys.argv[1], only_look=True).warehouse"
    with DataLoader(shop.folder) as loader:
        loader.warehouse.records("loads")
        found = subprocess.run(
            [sys.executable, "-c", code, str(shop.folder)], capture_output=True, text=True, timeout=300, check=False
        )
    assert found.returncode != 0
    assert WarehouseBusyError.__name__ in found.stderr


def test_run_that_cannot_go_on_says_why(shop, server, monkeypatch):
    """A reader who never leaves ends the run: the error names it, not that the record found no open database."""
    from payback.data_loader.ga4_load import Ga4Load

    def lose(self):
        self.warehouse.close()
        raise WarehouseBusyError("another program holds the database", got="process 1")

    monkeypatch.setattr(Ga4Load, "fetch", lose)
    shop.write("config/config.yaml", f"ga4: {{property: {server.number}, endpoint: '{server.endpoint}'}}\n")
    outcome = shop.run("run")
    assert outcome.code == 1
    assert "error: another program holds the database\n  got: process 1" in outcome.err
    assert "refused a statement" not in outcome.err
