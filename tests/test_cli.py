"""The command line as people and scripts meet it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

ADS = "date,campaign,channel,cost,clicks,revenue\n" + "".join(
    f"2024-01-{day:02},Brand,{channel},10.10,5,{revenue}\n"
    for day in range(1, 29)
    for channel, revenue in (("FB", "30.30"), ("facebook", "0.10"), ("Email", "5.05"))
)


@pytest.fixture
def loaded(shop):
    """Return a project with campaigns loaded."""
    assert shop.run("load", shop.write("ads.csv", ADS)).code == 0
    return shop


def test_help_loads_no_heavy_library():
    """``--help`` and completion answer at once: no frame, no database, no model is imported."""
    code = (
        "import sys\n"
        "from payback.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'pyarrow', 'sklearn', 'pydantic', 'jinja2', 'xlsxwriter', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")

    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_loads_nothing_heavy():
    """``import payback`` costs nothing, whatever is used later."""
    code = "import sys, payback; print(sorted({'pandas', 'numpy', 'duckdb', 'sklearn'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_public_name_resolves_and_is_sorted():
    """The one import path we promise is complete."""
    import payback

    assert list(payback.__all__) == sorted(payback.__all__)
    assert all(getattr(payback, name) is not None for name in payback.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        payback.nothing  # noqa: B018 - the look-up is the test


def test_load_prints_an_account_for_scripts(shop):
    """The object of a file has the documented keys, and its sums are exact decimal strings."""
    outcome = shop.run("load", shop.write("ads.csv", ADS), "--json")

    (file,) = outcome.json["files"]
    assert {"path", "table", "rows_read", "rows_loaded", "rows_rejected", "sums", "mapping", "warnings"} <= set(file)
    assert file["sums"] == {"cost": "848.40", "revenue": "992.60"}
    assert file["mapping"]["campaign_name"] == "campaign"


def test_load_for_people_shows_mapping_and_sums(shop):
    """A person sees which header became which column."""
    outcome = shop.run("load", shop.write("ads.csv", ADS))

    assert "campaign_name ← campaign" in outcome.out
    assert "848.40" in outcome.out


def test_roi_for_scripts_has_rows_and_total(loaded):
    """Spellings of a channel are one row; names are those of the metrics; numbers are exact."""
    data = loaded.run("roi", "--by", "channel", "--json").json

    assert {row["channel"]: (row["cost"], row["revenue"]) for row in data["rows"]} == {
        "Meta": (565.6, 851.2),
        "Email": (282.8, 141.4),
    }
    assert data["total"]["profit"] == 144.2
    assert data["total"]["roi"] == pytest.approx(144.2 / 848.4, rel=1e-12)
    assert {"roas", "cpa", "cpc", "cpm", "ctr", "cvr", "aov", "verdict", "roi_low", "roi_high"} <= set(data["total"])


def test_roi_for_people_has_a_verdict_and_a_total(loaded):
    """The table ends with a total and says what it is in words."""
    outcome = loaded.run("roi", "--by", "channel")

    assert "pays back" in outcome.out
    assert "total" in outcome.out
    assert "848.40" in outcome.out


def test_roi_of_several_currencies_is_never_added(shop):
    """One total for each currency, and none of all."""
    rows = "date,campaign,cost,revenue,currency\n2024-01-01,A,10,20,EUR\n2024-01-01,A,10,30,USD\n"
    shop.run("load", shop.write("ads.csv", rows))

    data = shop.run("roi", "--json").json

    assert data["total"] is None
    assert {row["currency"]: row["revenue"] for row in data["totals"]} == {"EUR": 20, "USD": 30}


def test_an_unknown_grouping_is_a_usage_error(loaded):
    """The message lists what is possible, and the exit code is 2."""
    outcome = loaded.run("roi", "--by", "planet")

    assert outcome.code == 2
    assert "campaign" in outcome.err
    assert "Traceback" not in outcome.err


def test_run_prints_its_record(loaded):
    """The record has steps with seconds and rows, and outputs with paths."""
    record = loaded.run("run", "--json").json

    assert [step["step"] for step in record["steps"]] == ["load", "clean", "roi", "segments", "publish"]
    assert {"seconds", "rows_in", "rows_out", "rows_rejected", "peak_memory_mb"} <= set(record["steps"][0])
    assert all({"name", "format", "path"} <= set(output) for output in record["outputs"])


def test_a_second_run_says_that_nothing_is_new(loaded):
    """People are told, scripts read ``unchanged``."""
    loaded.run("run")

    assert "Nothing new" in loaded.run("run").out
    assert loaded.run("run", "--json").json["status"] == "unchanged"


def test_runs_lists_and_shows_one(loaded):
    """The ledger can be read back, run by run and step by step."""
    record = loaded.run("run", "--json").json

    assert loaded.run("runs", "--json").json["runs"][0]["run_id"] == record["run_id"]
    assert loaded.run("runs", record["run_id"], "--json").json["steps"] == record["steps"]
    assert "Slowest query" in loaded.run("runs", record["run_id"]).out
    assert loaded.run("runs", "nonsense").code == 2


def test_rejected_rows_can_be_looked_at(shop):
    """Reasons with counts and money, and the rows themselves."""
    shop.run("load", shop.write("ads.csv", ADS + "2024-01-05,Brand,Email,x,1,1\n2024-01-01,Brand,FB,10.10,5,30.30\n"))

    data = shop.run("rejected", "--json").json

    found = {(row["gate"], row["reason"]): row["rows"] for row in data["reasons"] if row["severity"] == "reject"}
    assert found == {("loading", "not_a_number"): 1, ("cleaning", "duplicate_row"): 1}
    assert "not_a_number" in shop.run("rejected").out


def test_init_writes_a_starter_and_keeps_what_is_there(shop):
    """The starter is read without complaint, and a second call touches nothing."""
    first = shop.run("init", "--json").json
    second = shop.run("init", "--json").json

    assert "config/config.yaml" in first["written"]
    assert (second["written"], second["kept"]) == ([], first["written"])
    assert shop.run("config", "show").code == 0


def test_config_show_names_origins_and_hides_secrets(shop, monkeypatch):
    """Each value says where it came from; a password is three stars."""
    shop.write("config/config.yaml", "model:\n  clustering:\n    n_clusters: 5\n")
    monkeypatch.setenv("PAYBACK_MYSQL__PASSWORD", "hush")

    rows = {row["key"]: row for row in shop.run("config", "show", "--json").json["settings"]}

    assert rows["model.clustering.n_clusters"]["value"] == "5"
    assert "config.yaml:3" in rows["model.clustering.n_clusters"]["origin"]
    assert rows["mysql.password"]["value"] == "***"


def test_a_wrong_setting_stops_with_code_two(shop):
    """The file, the line and the nearest known name are in the message."""
    shop.write("config/config.yaml", "paths:\n  raw_dat: x\n")

    outcome = shop.run("run")

    assert outcome.code == 2
    assert "raw_data" in outcome.err
    assert "config.yaml" in outcome.err


def test_doctor_finds_the_project_in_order(loaded):
    """Every check has a status; nothing fails on a good project."""
    outcome = loaded.run("doctor", "--json")

    assert outcome.code == 0, outcome.json
    assert {check["status"] for check in outcome.json["checks"]} <= {"ok", "warn"}


def test_doctor_makes_no_database(shop):
    """Looking at an empty project leaves it empty, and says which database the first load will make."""
    outcome = shop.run("doctor", "--json")
    assert (outcome.code, outcome.json["checks"][-1]["name"]) == (0, "warehouse")
    assert "MySQL is used where warehouse.kind is mysql" in outcome.json["checks"][-1]["found"]
    assert not (shop.folder / "payback.duckdb").exists()


def test_segments_have_sizes_and_sentences(shop):
    """Three segments by default, and their customers are all customers."""
    rows = [f"{n},{n % 7 + 1},{n % 4 + 1.5},{n % 3},{n % 3 * (15 + n)}" for n in range(1, 61)]
    header = "customer_id,sessions,pages_per_session,transactions,revenue\n"
    shop.run("load", shop.write("people.csv", header + "\n".join(rows)))

    data = shop.run("segments", "--json").json

    assert data["n_clusters"] == 3
    assert sum(row["customers"] for row in data["segments"]) == 60
    assert all(row["sentence"] for row in data["segments"])


def test_segments_without_customers_is_explained(shop):
    """An empty project gets a message, not a traceback."""
    outcome = shop.run("segments")

    assert outcome.code == 1
    assert "Traceback" not in outcome.err


def test_the_log_has_the_specifications_format(loaded):
    """``app.log`` lies in the project, a line an event."""
    loaded.run("run")

    line = (loaded.folder / "app.log").read_text(encoding="utf-8").splitlines()[0]

    assert len(line.split(" - ")) >= 4
    assert line.split(" - ")[2] == "INFO"


def test_the_demo_makes_a_shop_and_runs_everything(shop):
    """One command, no configuration, every output."""
    outcome = shop.run("demo", "shop", "--events", "10000", "--json")

    assert outcome.code == 0, outcome.err
    assert outcome.json["status"] == "done"
    assert (shop.folder / "shop" / "outputs" / "report.html").exists()


def test_a_defect_is_one_screen_too(shop, monkeypatch):
    """What nobody expected is reported in three lines; the traceback is in the log and under ``--verbose``."""
    from payback.data_loader import file_load

    def broken(*_):
        message = "surprise"
        raise RuntimeError(message)

    monkeypatch.setattr(file_load, "read_typed_file", broken)

    outcome = shop.run("load", shop.write("ads.csv", ADS))

    assert outcome.code == 1
    assert "defect" in outcome.err.splitlines()[0]
    assert "surprise" in outcome.err


def test_completion_scripts_are_offered():
    """The shell's completion asks the program itself."""
    done = subprocess.run(
        [sys.executable, "-c", "from payback.cli import main; main()"],
        capture_output=True,
        text=True,
        check=False,
        env={**__import__("os").environ, "_PAYBACK_COMPLETE": "bash_source"},
    )

    assert "_PAYBACK_COMPLETE=bash_complete" in done.stdout


def test_json_numbers_keep_every_digit(shop):
    """Money beyond the 15 digits of a float is printed whole."""
    rows = "date,campaign,cost,revenue\n" + "2024-01-01,A,999999999999.123456,1\n" * 1
    rows += "2024-01-02,A,999999999998.654321,1\n"
    shop.run("load", shop.write("ads.csv", rows))

    text = shop.run("roi", "--json").out

    assert '"cost": 1999999999997.777777' in text
    assert json.loads(text)["total"]["rows"] == 2


def test_a_narrow_window_never_cuts_a_number(loaded, monkeypatch):
    """Where the room is short, columns are left out and named; each number and name that stands there is whole."""
    monkeypatch.setenv("COLUMNS", "50")

    out = loaded.run("roi", "--by", "channel").out

    table, _, rest = out.partition("Not shown for want of room: ")
    assert "848.40" in table
    assert "992.60" in table
    assert "Meta" in table
    assert rest.startswith("Profit, 95% interval, ROAS, CPA")
    assert max(map(len, table.splitlines())) <= 50


def test_roi_says_how_much_of_the_cost_it_speaks_of(shop):
    """Profit is not revenue less cost where revenue is unknown, so the share it covers is said."""
    shop.run("load", shop.write("ads.csv", ADS + "2024-01-29,Brand,Email,282.80,5,\n"))

    out = shop.run("roi", "--by", "channel").out

    assert "Revenue is known for 75.0% of the cost; profit, ROI, ROAS and verdict are of that part." in out


def test_a_comparison_is_shown_to_people_too(loaded, monkeypatch):
    """The headline names both ranges, and what moved stands in columns: 14 days against the 14 before."""
    monkeypatch.setenv("COLUMNS", "180")
    days = ("--start", "2024-01-15", "--end", "2024-01-28")
    out = loaded.run("roi", "--by", "channel", *days, "--compare", "previous_period").out

    assert out.startswith("Campaign ROI, 2024-01-15 to 2024-01-28, compared with 2024-01-01 to 2024-01-14")
    assert re.search(r"95% interval .* Cost moved +Revenue moved +ROI moved", out)
    assert re.search(r"[+-]\d+\.\d%.* [+-]\d+\.\d pts", out)


def test_the_interval_is_named_by_its_setting(shop, monkeypatch):
    """Intervals of 80% are not called intervals of 95%."""
    monkeypatch.setenv("COLUMNS", "180")
    shop.write("config/config.yaml", "currency: EUR\nroi: {confidence: 0.8}\n")
    ads = shop.write("ads.csv", "date,campaign,channel,cost,revenue\n2024-01-01,Brand,Email,10,30\n")
    assert shop.run("load", ads).code == 0

    assert "80% interval" in shop.run("roi").out


def test_months_are_shown_as_months(loaded):
    """A month is 2024-01, not its first day."""
    out = loaded.run("roi", "--by", "month").out

    head, rows = out.split("\n", 1)
    assert head.startswith("Campaign ROI, 2024-01-01 to 2024-01-28")
    assert "  2024-01  " in rows
    assert "2024-01-01" not in rows


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [(("roi", "--by", "weather"), 2, "UsageError"), (("segments",), 1, "AnalysisError")],
)
def test_a_failure_is_json_too(loaded, words, code, reason):
    """A script that asked for JSON gets JSON when there is no answer, and the message stays on stderr."""
    outcome = loaded.run(*words, "--json")

    assert outcome.code == code
    assert set(outcome.json) == {"error", "reason", "exit_code"}
    assert (outcome.json["reason"], outcome.json["exit_code"]) == (reason, code)
    assert outcome.err.startswith("error: ")


def test_runs_says_that_there_is_none(shop):
    """An empty table would leave a newcomer alone."""
    assert shop.run("runs").out == "No run yet. Put files into data/raw, then: payback run\n"


@pytest.mark.parametrize("number", ["0", "1", "-3", "many"])
def test_a_number_of_segments_is_two_or_more(loaded, number):
    """One segment is no segmentation, and none is not the setting's number."""
    outcome = loaded.run("segments", "--n-clusters", number)

    assert outcome.code == 2
    assert f"got: {number}" in outcome.err


def test_what_the_system_refuses_is_no_defect(shop):
    """A folder that cannot be made is named with the system's own words, without a traceback."""
    shop.write("config", "a file where the folder should be")

    outcome = shop.run("init", "--json")

    assert outcome.code == 1
    assert "defect" not in outcome.err
    assert outcome.err.startswith("error: the system refused to work with a file or folder")
    assert str(shop.folder / "config") in outcome.json["error"]


def test_roi_by_country_of_a_report_that_is_broken_down_by_it(shop):
    """A country column of campaign rows is kept and can be grouped by."""
    rows = "date,campaign,country,cost,revenue\n2024-01-01,A,Germany,10,30\n2024-01-01,A,France,10,5\n"
    shop.run("load", shop.write("ads.csv", rows))

    data = shop.run("roi", "--by", "country", "--json").json

    assert {row["country"]: row["roi"] for row in data["rows"]} == {"Germany": 2, "France": -0.5}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["roi", "--json", "--by"], "BadOptionUsage"),
        (["rio", "--json"], "NoSuchCommand"),
        (["load", "nothing-here.csv", "--json", "--header-line", "x"], "BadParameter"),
    ],
)
def test_wrong_options_are_json_for_scripts(shop, words, reason):
    """A script reads the reason where it reads results; a person reads it on the other stream."""
    outcome = shop.run(*words)
    assert outcome.code == 2
    assert outcome.json["reason"] == reason
    assert outcome.json["error"].splitlines()[0] in outcome.err


def test_help_beside_json_is_help(shop):
    """Asking for help ends well whatever else was said."""
    outcome = shop.run("roi", "--json", "--help")
    assert outcome.code == 0
    assert "--by" in outcome.out
