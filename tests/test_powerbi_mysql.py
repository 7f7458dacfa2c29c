"""Power BI reading from MySQL: the views and tables hold what the Parquet files hold."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow.parquet as pq
import pytest

from payback.config import load_settings
from payback.data_loader import DataLoader
from payback.pipeline import Run
from payback.pipeline.powerbi_step import make_project, project_options
from payback.publishing.powerbi import ProjectOptions
from payback.publishing.powerbi.build import build_model

ADS = """date,campaign,channel,country,cost,impressions,clicks,conversions,revenue,currency
2024-01-31,Brand,Search,Germany,10.123456,1000,10,1.5,30,EUR
2024-01-31,Brand,Search,Germany,0.000001,,,,,EUR
2024-02-29,Ärger 'n' "Co",,France,5,500,3,,,USD
2024-03-01,Brand,Search,Germany,7,100,1,0,-2.5,EUR
"""
PEOPLE = """customer_id,sessions,pages_per_session,avg_session_duration,transactions,revenue,country,age
1,3,2.5,61.2,1,20.5,Germany,30
2,1,1,,0,0,France,
3,7,4.25,10,2,99.99,Germany,64
"""


@pytest.fixture
def loader(tmp_path, mysql_address):
    """Return a project on MySQL that has run."""
    raw = tmp_path / "data/raw"
    raw.mkdir(parents=True)
    (raw / "ads.csv").write_text(ADS, encoding="utf-8")
    (raw / "customers.csv").write_text(PEOPLE, encoding="utf-8")
    parts = {name: getattr(mysql_address, name) for name in ("host", "port", "user", "password", "database")}
    overrides = {"warehouse.kind": "mysql", "publishing.formats": "powerbi", "powerbi.source": "mysql"}
    overrides |= {f"mysql.{name}": value for name, value in parts.items()}
    with DataLoader(tmp_path, settings=load_settings(tmp_path, overrides)) as opened:
        yield opened


def plain(value):
    """Return a value as both readers give it."""
    return value.date() if isinstance(value, datetime) else value


def test_mysql_holds_what_the_parquet_files_hold(loader, tmp_path):
    """Table by table, row by row, digit by digit: keys, days, sums and what is known."""
    assert Run(loader).execute().status == "done"
    folder = tmp_path / "parquet"
    make_project(loader, ProjectOptions(), folder)

    for table in build_model(ProjectOptions(), folder).tables:
        name = table.name.lower().replace(" ", "_")
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        found = loader.warehouse.session.rows(f'select {columns} from "powerbi_{name}"')
        wanted = [tuple(row.values()) for row in pq.read_table(folder / f"data/{name}.parquet").to_pylist()]
        assert sorted(map(repr, (tuple(map(plain, row)) for row in cleaned(found, table)))) == sorted(map(repr, wanted))


def cleaned(rows, table):
    """Return rows with true and false where the model has them: MySQL has numbers."""
    truths = [column.type == "boolean" for column in table.columns]
    return [[bool(value) if truth else value for value, truth in zip(row, truths, strict=True)] for row in rows]


def test_another_run_fills_the_tables_anew(loader):
    """The tables are replaced, not added to, and the calendar reaches as far as the data."""
    Run(loader).execute()
    Run(loader).execute(force=True)

    rows = loader.warehouse.session.rows('select min("Date"), max("Date"), count(*) from "powerbi_date"')
    assert rows == [(date(2024, 1, 1), date(2024, 12, 31), 366)]
    assert loader.warehouse.session.rows('select count(*) from "powerbi_campaign"') == [(2,)]


def test_server_and_database_stand_in_the_project(loader, tmp_path):
    """User and password do not: Power BI asks for them."""
    make_project(loader, project_options(loader), tmp_path / "p")
    text = (tmp_path / "p/Payback.SemanticModel/definition/expressions.tmdl").read_text(encoding="utf-8")

    assert loader.warehouse.address.database in text
    assert loader.warehouse.address.password not in text


TRAFFIC = [
    # Number, day, source, account, channel by our rules, Google's own, sessions.
    (1, "2024-03-01", "ga4", "7", "Direct", None, 10),
    (2, "2024-03-01", "ga4_export", "shop", "Direct", "Direct", 14),
    (3, "2024-03-02", "ga4_export", "shop", "Referral", "Email", 9),
    (4, "2024-03-01", "ga4_export", "8", "Direct", None, 100),
]


def test_a_day_that_two_sources_of_traffic_report_counts_once(loader, tmp_path):
    """10 of the Data API, not 14 of the export; 9 of the export's own day; 100 of another property. As in Parquet."""
    names = '"row_number", date, source, account, channel, analytics_channel, sessions, load_id'
    with loader.warehouse.transaction():
        for row in TRAFFIC:
            marks = ", ".join(["%s"] * len(row))
            loader.warehouse.session.execute(f"insert into campaign_traffic ({names}) values ({marks}, 1)", row)
    Run(loader).execute()
    folder = tmp_path / "parquet"
    make_project(loader, ProjectOptions(), folder)
    found = loader.warehouse.session.rows(
        'select "Channel", "Sessions Value" from "powerbi_traffic" t join "powerbi_channel" c '
        'on c."Channel Key" = t."Channel Key" order by 2'
    )
    files = pq.read_table(folder / "data/traffic.parquet").column("Sessions Value").to_pylist()

    assert (found, sorted(files)) == ([("Email", 9), ("Direct", 10), ("Direct", 100)], [9, 10, 100])
