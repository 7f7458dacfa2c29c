"""The whole product on MySQL: the same numbers as on DuckDB, and nothing lost or doubled when things break."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal

import pytest

from mysql_server import GIVEN_URL, start_server, stop_server
from payback.config import load_settings
from payback.data_loader import DataLoader
from payback.warehouse.mysql import writing
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.session import Session


def overrides(address):
    """Return the settings of a project on a MySQL database."""
    parts = {name: getattr(address, name) for name in ("host", "port", "user", "password", "database")}
    return {"warehouse.kind": "mysql", **{f"mysql.{name}": value for name, value in parts.items()}}


def configure(folder, address):
    """Write the configuration of a project on MySQL; the password comes from the environment."""
    folder.joinpath("config").mkdir()
    folder.joinpath("config/config.yaml").write_text("warehouse:\n  kind: mysql\n", encoding="utf-8")
    url = f"mysql+pymysql://{address.user}@{address.host}:{address.port}/{address.database}"
    text = f"mysql:\n  url: {url}\n  password: ${{MYSQL_PASSWORD}}\n"
    folder.joinpath("config/database_config.yaml").write_text(text, encoding="utf-8")


def csv_of(path, rows, *, cost="1.25"):
    """Write a campaign file of so many rows over 90 days."""
    days = [f"2024-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    lines = [f"{days[n % len(days)]},c{n // len(days)},Search,{cost},100,5,2.5" for n in range(rows)]
    path.write_text(
        "\n".join(["date,campaign,channel,cost,impressions,clicks,revenue", *lines]) + "\n", encoding="utf-8"
    )
    return path


def totals(address):
    """Return rows, distinct rows and cost of the campaigns, and rows and cost of the ledger."""
    session = Session(address)
    try:
        (table,) = session.rows('select count(*), count(distinct "date", campaign_name), sum(cost) from campaigns')
        (ledger,) = session.rows('select sum("rows"), sum(cost) from loads')
        return (*table, *ledger)
    finally:
        session.close()


@pytest.mark.slow
def test_numbers_are_those_of_duckdb(mysql_address, tmp_path):
    """Load, clean, ROI and segments give the same rows on both; a second run finds nothing to do."""
    from payback.pipeline import Run, campaign_roi
    from payback.sources.demo import generate_demo

    raw = tmp_path / "raw"
    generate_demo(raw, events_directory=tmp_path / "events", events=10_000, seed=3)
    found = []
    for kind, extra in (("duckdb", {"warehouse.kind": "duckdb"}), ("mysql", overrides(mysql_address))):
        project = tmp_path / kind
        project.mkdir()
        chosen = {"paths.raw_data": str(raw), "currency": "EUR", "publishing.formats": ["parquet"], **extra}
        with DataLoader(project, settings=load_settings(project, chosen)) as loader:
            record = Run(loader).execute()
            assert record.status == "done"
            assert Run(loader).execute().status == "unchanged"
            rejected = loader.warehouse.read("rejected_rows", order="source, report, gate, row_number, reason")
            found.append(
                {
                    "steps": [(step.step, step.rows_in, step.rows_out, step.rows_rejected) for step in record.steps],
                    "roi": campaign_roi(loader, ["campaign", "month"])[0],
                    "campaigns": loader.load_campaigns(as_="arrow"),
                    "customers": loader.load_customers(as_="arrow"),
                    "clean": loader.warehouse.read("clean_campaigns", order="load_id, row_number"),
                    "segments": loader.warehouse.read("customer_segments", order="customer_id"),
                    "rejected": rejected.drop_columns(["run_id"]),
                    "quality": loader.warehouse.read(
                        "data_quality", order="table_name, gate, severity, reason, rows, cost"
                    ),
                }
            )
    for name, value in found[0].items():
        assert value == found[1][name], name


def test_command_line_works_on_mysql(mysql_address, shop, monkeypatch):
    """load and roi answer from MySQL, with the password from the environment, and no output shows it."""
    monkeypatch.setenv("MYSQL_PASSWORD", mysql_address.password)
    configure(shop.folder, mysql_address)
    csv_of(shop.folder / "ads.csv", 840)
    outcome = shop.run("load", shop.folder / "ads.csv", "--json")
    assert (outcome.code, outcome.json["files"][0]["rows_loaded"]) == (0, 840)
    total = shop.run("roi", "--by", "channel", "--json").json["total"]
    total = total[0] if isinstance(total, list) else total
    assert Decimal(str(total["cost"])) == 1050
    again = shop.run("load", shop.folder / "ads.csv", "--json")
    assert again.json["files"][0]["status"] == "unchanged"
    shown = shop.run("config", "show", "--json").out + (shop.folder / "app.log").read_text(encoding="utf-8")
    assert mysql_address.password not in outcome.out + outcome.err + shown


def test_unchanged_slices_are_not_touched(mysql_address, tmp_path):
    """A file with one day changed replaces that day and leaves the rows of the others as they lie."""
    path = csv_of(tmp_path / "ads.csv", 840)
    with DataLoader(tmp_path, settings=load_settings(tmp_path, overrides(mysql_address))) as loader:
        loader.import_file(path)
        text = path.read_text(encoding="utf-8").replace("2024-01-05,c3,Search,1.25", "2024-01-05,c3,Search,9.25")
        path.write_text(text, encoding="utf-8")
        report = loader.import_file(path)
        assert (report.slices_written, report.slices_unchanged) == (1, 83)
        found = loader.warehouse.read("campaigns", columns=["load_id", "cost"]).to_pandas()
    assert found.groupby("load_id").size().to_dict() == {1: 830, 2: 10}
    assert found["cost"].sum() == Decimal(1058)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_killed_loader_leaves_the_old_or_the_new(mysql_address, shop):
    """Whenever the loader is killed, the table is that of before or of now; a last run completes it."""
    configure(shop.folder, mysql_address)
    environment = {**os.environ, "MYSQL_PASSWORD": mysql_address.password}
    path = csv_of(shop.folder / "ads.csv", 16_800)

    def load():
        command = [sys.executable, "-m", "payback", "--project", str(shop.folder), "load", str(path), "--json"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    started = time.monotonic()
    first = load()
    out, err = first.communicate()
    assert first.returncode == 0, err
    whole = time.monotonic() - started
    assert json.loads(out)["files"][0]["rows_loaded"] == 16_800
    dice = random.Random(7)
    allowed = {Decimal("1.25") * 16_800}
    for trial in range(2, 8):
        cost = Decimal(trial)
        csv_of(path, 16_800, cost=str(cost))
        allowed.add(cost * 16_800)
        process = load()
        time.sleep(whole * dice.uniform(0.4, 1.0))
        process.kill()
        process.communicate()
        rows, distinct, money, ledger_rows, ledger_money = totals(mysql_address)
        assert rows == distinct == ledger_rows == 16_800
        assert money == ledger_money
        assert money in allowed
    last = load()
    assert last.wait() == 0
    last.communicate()
    assert totals(mysql_address)[2] == cost * 16_800


@pytest.mark.slow
def test_killed_server_loses_and_doubles_nothing(tmp_path, monkeypatch, caplog):
    """A server that dies in the middle of a load and comes back gets the load again, once."""
    if GIVEN_URL:
        pytest.skip("a server that is not ours is not killed")
    server, write, kills = start_server(), writing.write_lines, []

    def crash(writer, table, lines, rows):
        def broken():
            yield next(lines)
            if not kills:
                kills.append(server.kill())
                server.start()
            yield from lines

        write(writer, table, broken(), rows)

    try:
        server.execute("create database shop")
        address = Address(server.host, server.port, server.user, server.password, "shop")
        with DataLoader(tmp_path, settings=load_settings(tmp_path, overrides(address))) as loader:
            loader.import_file(csv_of(tmp_path / "ads.csv", 16_800))
            monkeypatch.setattr(writing, "write_lines", crash)
            report = loader.import_file(csv_of(tmp_path / "ads.csv", 16_800, cost="2"))
            assert report.status == "loaded"
        assert len(kills) == 1
        assert "trying again" in caplog.text
        assert totals(address) == (16_800, 16_800, 33_600, 16_800, 33_600)
    finally:
        stop_server(server)
