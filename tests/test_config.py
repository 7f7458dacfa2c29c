"""Settings: which source wins, what is refused and how, and where each value came from."""

from __future__ import annotations

import inspect
import logging
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payback import config
from payback.config import files, load_settings, settings_schema, settings_with_origins, starter_files
from payback.errors import ConfigurationError

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    """No variable of the machine that runs the tests takes part."""
    for name in os.environ:
        if name.upper().startswith(("PAYBACK_", "MYSQL_")):
            monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path):
    """Write a configuration file and return the project folder."""

    def writer(text: str | bytes, name: str = "config.yaml") -> Path:
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return writer


def origins(project, overrides=None):
    return {row.key: (row.value, row.origin) for row in settings_with_origins(project, overrides or {})}


# --- precedence, one test a step ---------------------------------------------------------------------------------


def test_without_any_source_the_default_holds(tmp_path):
    """An empty folder is a project: the specification's values are the defaults."""
    settings = load_settings(tmp_path)
    assert (settings.model.clustering.n_clusters, settings.model.clustering.random_state) == (3, 42)
    assert settings.mysql.database == "marketing_db"
    assert origins(tmp_path)["model.clustering.n_clusters"] == ("3", "default")


def test_file_beats_default(write):
    """A value in config.yaml replaces the default, and its line is known."""
    project = write("# segments\nmodel:\n  clustering:\n    n_clusters: 5\n")
    assert load_settings(project).model.clustering.n_clusters == 5
    assert origins(project)["model.clustering.n_clusters"] == ("5", "config/config.yaml:4")


def test_local_file_beats_file(write):
    """A file in config/local is for this machine and wins over the shared files, key by key."""
    write("roi: {confidence: 0.9, minimum_days: 7}\n")
    project = write("roi:\n  confidence: 0.8\n", "local/mine.yaml")
    assert load_settings(project).roi.confidence == 0.8
    assert load_settings(project).roi.minimum_days == 7
    assert origins(project)["roi.confidence"] == ("0.8", "config/local/mine.yaml:2")


def test_environment_beats_files(write, monkeypatch):
    """A variable with double underscores between the parts wins over every file."""
    project = write("roi: {confidence: 0.8}\n", "local/mine.yaml")
    monkeypatch.setenv("PAYBACK_ROI__CONFIDENCE", "0.7")
    assert load_settings(project).roi.confidence == 0.7
    assert origins(project)["roi.confidence"] == ("0.7", "environment PAYBACK_ROI__CONFIDENCE")


def test_option_beats_environment(tmp_path, monkeypatch):
    """What is typed on the command line wins over everything; None was not typed."""
    monkeypatch.setenv("PAYBACK_ROI__CONFIDENCE", "0.7")
    overrides = {"roi.confidence": 0.6, "roi.target_roi": None}
    assert load_settings(tmp_path, overrides).roi.confidence == 0.6
    assert origins(tmp_path, overrides)["roi.confidence"] == ("0.6", "option --confidence")
    assert origins(tmp_path, overrides)["roi.target_roi"][1] == "default"


def test_the_two_shared_files_are_of_equal_rank(write):
    """A key in both files is refused: either could be meant."""
    write("mysql:\n  host: a\n")
    project = write("mysql:\n  host: b\n", "database_config.yaml")
    with pytest.raises(ConfigurationError, match=r"mysql\.host is set in two files") as raised:
        load_settings(project)
    assert raised.value.where == "config/database_config.yaml:2"
    assert raised.value.got == "also set in config/config.yaml:2"


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "where", "meant"),
    [
        ("paths:\n  raw_dta: x\n", "there is no setting paths.raw_dta", "config/config.yaml:2", "paths.raw_data"),
        ("n_clusters: 3\n", "no setting n_clusters", "config/config.yaml:1", "model.clustering.n_clusters"),
        (
            "files:\n  a*.csv:\n    colums: {cost: x}\n",
            'no setting files."a*.csv".colums',
            "config/config.yaml:3",
            'files."a*.csv".columns',
        ),
        (
            "files:\n  a*.csv:\n    columns:\n      csot: x\n",
            'files."a*.csv".columns.csot is no column of ours; did you mean cost',
            "config/config.yaml:4",
            "",
        ),
    ],
)
def test_unknown_name_is_refused_with_the_nearest_one(write, text, message, where, meant):
    """A misspelt name is never ignored: the message says where it stands and what was likely meant."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(write(text))
    assert message in raised.value.message
    assert raised.value.where == where
    assert meant in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("text", "key", "got", "allowed"),
    [
        ("model: {clustering: {n_clusters: three}}", "model.clustering.n_clusters", "three", "at least 2 or auto"),
        ("model: {clustering: {n_clusters: }}", "model.clustering.n_clusters", "null", "a whole number"),
        ("model: 3", "model", "3", "a list of `name: value` lines"),
        ("roi: {confidence: 95}", "roi.confidence", "95", "a number above 0.5 and below 1"),
        ("load: {maximum_rejected_share: 50}", "load.maximum_rejected_share", "50", "a number from 0 to 1"),
        ("load: {date_order: dym}", "load.date_order", "dym", "auto, dmy, mdy"),
        ("cleaning: {severity: {x: of}}", "cleaning.severity.x", "of", "reject, flag, note, off"),
        ("cleaning: {today: 2026-02-30}", "cleaning.today", "2026-02-30", "a day such as 2026-01-31"),
        ("cleaning: {outlier_factor: nan}", "cleaning.outlier_factor", "nan", "a number above 0"),
        ("engine: {memory_limit: lots}", "engine.memory_limit", "lots", "text such as 2GB"),
        ("currency: EURO", "currency is no currency code; did you mean EUR", "EURO", "EUR"),
        ("files: {a: {encoding: utf-9}}", "files.a.encoding is not an encoding", "utf-9", "text"),
        ("publishing: {formats: [csv, exel]}", "publishing.formats", "exel", "a list of parquet, csv"),
    ],
)
def test_wrong_value_is_refused_with_what_is_allowed(write, text, key, got, allowed):
    """The message carries the key, the line, the value that was found and the values that would do."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(write(text))
    assert key in raised.value.message
    assert raised.value.where == "config/config.yaml:1"
    assert raised.value.got == got
    assert allowed in raised.value.allowed


def test_every_wrong_value_is_named(write):
    """One reading shows all mistakes, not the first alone."""
    project = write("roi:\n  confidence: 95\n  foo: 1\n")
    with pytest.raises(ConfigurationError, match=r"also wrong: roi\.foo \(config/config\.yaml:3\)"):
        load_settings(project)


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("paths:\n\traw_data: x\n", "is not YAML", "config/config.yaml, line 2, column 1"),
        ("paths: {raw_data: x\n", "is not YAML", "config/config.yaml, line 2, column 1"),
        ("currency: EUR\x00\n", "is not YAML", "config/config.yaml, line 1, column 14"),
        ("paths: &a {}\nmodel: *a\n", "is not YAML", "config/config.yaml, line 2, column 8"),
        ("currency: EUR\n---\ncurrency: USD\n", "is not YAML", "config/config.yaml, line 2, column 1"),
        ("publishing:\n  formats: [{a: b}]\n", "a list holds plain values", "config/config.yaml, line 2, column 13"),
        ("paths: " + "[" * 5000, "nested too deep", "config/config.yaml"),
        ("? [a]\n: b\n", "name of a setting must be a word", "config/config.yaml, line 1, column 3"),
        ("- paths\n", "a list of `section:` lines", "config/config.yaml, line 1, column 1"),
        ("currency: EUR\ncurrency: USD\n", "currency is set twice", "config/config.yaml:2"),
        (b"currency: \xff\n", "is not UTF-8 text", "config/config.yaml"),
    ],
)
def test_broken_file_is_refused_with_its_place(write, text, message, where):
    """A file that is no YAML names line and column; a key that stands twice is not half obeyed."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(write(text))
    assert message in raised.value.message
    assert raised.value.where == where


def test_python_tags_are_refused(write):
    """A configuration file runs nothing."""
    project = write("mysql:\n  host: !!python/object/apply:os.system ['exit 1']\n")
    with pytest.raises(ConfigurationError, match="tags") as raised:
        load_settings(project)
    assert raised.value.where == "config/config.yaml, line 2, column 9"


@pytest.mark.parametrize("name", ["PAYBACK_PATH__RAW_DATA", "PAYBACK_CURENCY", "PAYBACK_PATHS__RAW"])
def test_misspelt_variable_is_refused(tmp_path, monkeypatch, name):
    """A variable of ours that sets nothing is named, not ignored."""
    monkeypatch.setenv(name, "x")
    with pytest.raises(ConfigurationError, match="did you mean") as raised:
        load_settings(tmp_path)
    assert name in str(raised.value)


def test_missing_project_folder_is_refused(tmp_path):
    """A folder that is not there is a mistake in --project, not an empty project."""
    with pytest.raises(ConfigurationError, match="project folder is not there"):
        load_settings(tmp_path / "nowhere")


def test_yml_is_named_because_it_is_not_read(write, caplog):
    """config.yml looks right and would be ignored without a word."""
    load_settings(write("currency: EUR\n", "config.yml"))
    assert "config/config.yml is not read" in caplog.text


# --- values ------------------------------------------------------------------------------------------------------


def test_plain_words_are_not_turned_into_truth_values(write):
    """YAML 1.1 reads off as false, 0123 as 83 and NO as false; here they stay what was typed."""
    project = write("cleaning: {severity: {a: off}}\nmysql: {user: 0123}\nfiles: {x: {source: NO}}\n")
    settings = load_settings(project)
    assert settings.cleaning.severity == {"a": "off"}
    assert (settings.mysql.user, settings.files["x"].source) == ("0123", "NO")


def test_section_without_lines_is_the_default(write):
    """A section of which every line is commented out changes nothing."""
    settings = load_settings(write("warehouse:\n  # kind: mysql\nfiles:\n"))
    assert (settings.warehouse.kind, settings.files) == ("duckdb", {})


def test_paths_are_relative_to_the_project(write):
    """Set or default, a path comes out below the project folder; an absolute one stays."""
    elsewhere = Path.cwd() / "elsewhere"
    settings = load_settings(project := write(f"paths: {{raw_data: in, outputs: '{elsewhere.as_posix()}'}}\n"))
    assert settings.paths.raw_data == project / "in"
    assert settings.paths.outputs == elsewhere
    assert settings.warehouse.path == project / "payback.duckdb"


def test_lists_and_maps_come_through_the_environment(tmp_path, monkeypatch):
    """A list may be words with commas; a map is JSON."""
    monkeypatch.setenv("PAYBACK_PUBLISHING__FORMATS", "csv, excel")
    monkeypatch.setenv("PAYBACK_FILES", '{"m/*.csv": {"source": "meta", "header_line": 3}}')
    settings = load_settings(tmp_path)
    assert settings.publishing.formats == ["csv", "excel"]
    assert settings.files["m/*.csv"].header_line == 3
    assert origins(tmp_path)['files."m/*.csv".source'] == ("meta", "environment PAYBACK_FILES")


def test_empty_variable_is_no_value(tmp_path, monkeypatch):
    """A variable that is set to nothing is as good as unset."""
    monkeypatch.setenv("PAYBACK_CURRENCY", "")
    assert origins(tmp_path)["currency"] == ("null", "default")


@pytest.mark.parametrize(("text", "sign"), [(r"\t", "\t"), ("tab", "\t"), ('";"', ";")])
def test_delimiter_may_be_named(write, text, sign):
    """A tabulator can't be seen, so it has a name."""
    project = write(f"files: {{a: {{delimiter: {text}, currency: eur, encoding: UTF8}}}}\n")
    file = load_settings(project).files["a"]
    assert (file.delimiter, file.currency, file.encoding) == (sign, "EUR", "utf-8")


@given(st.lists(st.text(st.characters(blacklist_characters='"', blacklist_categories=["Cs"]), min_size=1), min_size=1))
def test_dotted_key_and_parts_are_opposites(parts):
    """A file pattern holds dots and blanks and still has one way to be written."""
    assert files.parts(files.dotted(tuple(parts))) == tuple(parts)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused_in_our_words(tmp_path_factory, content):
    """No bytes make the reader fail in another way than with a configuration error."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        leaves = files.read_file(path, "any.yaml")
    except ConfigurationError:
        return
    assert all(leaf.origin.startswith("any.yaml:") for leaf in leaves.values())


# --- secrets and variables ---------------------------------------------------------------------------------------


def test_variable_in_a_file_is_filled_in(write, monkeypatch):
    """${VAR} takes the variable, and the origin names both."""
    monkeypatch.setenv("DB_HOST", "db.example")
    project = write("mysql:\n  host: ${DB_HOST}\n  user: ${DB_USER:-reader}\n", "database_config.yaml")
    assert load_settings(project).mysql.user == "reader"
    assert origins(project)["mysql.host"] == ("db.example", "config/database_config.yaml:2, environment DB_HOST")


def test_variable_that_is_not_set_is_named(write):
    """The message says which variable is missing and how to do without."""
    project = write("mysql: {password: '${MYSQL_PASSWORD}'}\n")
    with pytest.raises(ConfigurationError, match="environment variable MYSQL_PASSWORD is not set") as raised:
        load_settings(project)
    assert raised.value.where == "config/config.yaml:1"
    assert "${MYSQL_PASSWORD:-" in raised.value.hint


def test_variable_that_a_stronger_source_replaces_is_not_needed(write, monkeypatch):
    """Only values that hold are filled in."""
    monkeypatch.setenv("PAYBACK_MYSQL__PASSWORD", "from the environment")
    settings = load_settings(write("mysql: {password: '${MYSQL_PASSWORD}'}\n"))
    assert settings.mysql.password.get_secret_value() == "from the environment"


def test_variable_in_a_list_is_filled_in(write, monkeypatch):
    """Each item of a list may come from the environment."""
    monkeypatch.setenv("EXTRA_FORMAT", "excel")
    project = write("publishing:\n  formats: [csv, '${EXTRA_FORMAT}']\n")
    assert load_settings(project).publishing.formats == ["csv", "excel"]


def test_broken_variable_is_refused(write):
    """What looks like a variable and is none is named, with the ways to write it."""
    with pytest.raises(ConfigurationError, match="that is no variable") as raised:
        load_settings(write("currency: ${MY CURRENCY}\n"))
    assert "$${" in raised.value.allowed


@pytest.mark.parametrize(("text", "value"), [("a$${b", "a${b"), ("pa$$word$", "pa$$word$")])
def test_dollar_signs_can_be_written(write, text, value):
    """Only ${ means a variable, and $${ writes that sign itself."""
    assert load_settings(write(f"mysql: {{user: '{text}'}}\n")).mysql.user == value


def test_filled_in_text_is_not_yaml(write, monkeypatch):
    """What a variable holds is text, whatever signs are in it."""
    monkeypatch.setenv("DB_HOST", "x\nport: 1 # ${HOME}")
    settings = load_settings(write("mysql:\n  host: ${DB_HOST}\n"))
    assert (settings.mysql.host, settings.mysql.port) == ("x\nport: 1 # ${HOME}", 3306)


def test_password_in_a_file_works_with_a_warning(write, caplog):
    """The specification's key is obeyed, and the warning names the variable to use, not the password."""
    settings = load_settings(write("mysql:\n  password: hunter2\n", "database_config.yaml"))
    assert settings.mysql.password.get_secret_value() == "hunter2"
    assert "plain text in config/database_config.yaml:2" in caplog.text
    assert "PAYBACK_MYSQL__PASSWORD" in caplog.text
    assert "hunter2" not in caplog.text


def test_password_from_a_variable_gives_no_warning(write, monkeypatch, caplog):
    """The recommended way is quiet."""
    monkeypatch.setenv("MYSQL_PASSWORD", "hunter2")
    with caplog.at_level(logging.WARNING):
        load_settings(write("mysql: {password: '${MYSQL_PASSWORD}'}\n"))
    assert caplog.records == []


def test_placeholder_password_is_no_password(write, caplog):
    """The example's password stands for none; where MySQL is used, that is an error."""
    project = write("mysql: {password: yourpassword}\n")
    assert load_settings(project).mysql.password is None
    assert caplog.records == []
    with pytest.raises(ConfigurationError, match="still the placeholder"):
        load_settings(project, {"warehouse.kind": "mysql"})


@pytest.mark.parametrize(
    "text",
    ["mysql: {password: [hunter2]}", "mysql: {passwrd: hunter2}", "mysql: {password: *hunter2}", "a: !hunter2!x y"],
)
def test_no_message_shows_a_password(write, text):
    """Even where the line that holds it is broken."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(write(text))
    assert "hunter2" not in str(raised.value)


def test_secrets_are_shown_as_stars(tmp_path):
    """Neither the listing nor the settings' own text shows a secret."""
    overrides = {"mysql.password": "hunter2", "mysql.url": "mysql://u:hunter2@h/d"}
    assert origins(tmp_path, overrides)["mysql.password"] == ("***", "option --password")
    assert "hunter2" not in str(origins(tmp_path, overrides))
    assert "hunter2" not in repr(load_settings(tmp_path, overrides))


# --- what is made from the settings ------------------------------------------------------------------------------


def test_listing_has_every_setting_once(tmp_path):
    """Each default of the schema is listed, and nothing twice."""
    rows = settings_with_origins(tmp_path)
    assert len({row.key for row in rows}) == len(rows)
    assert {row.key.partition(".")[0] for row in rows} == set(config.Settings.model_fields)
    assert ("mysql.database", "marketing_db", "default") in rows


def test_schema_describes_every_setting():
    """Editors show a sentence for each setting, and refuse unknown names."""
    models = [settings_schema(), *settings_schema()["$defs"].values()]
    assert all("$ref" in field or field["description"] for model in models for field in model["properties"].values())
    assert all(model["description"] for model in models)
    assert all(model["additionalProperties"] is False for model in models)


def test_repository_has_the_starter_files():
    """The repository is itself a project that `payback init` could have made."""
    for path, text in starter_files().items():
        if path.startswith("config/"):
            assert (ROOT / path).read_text(encoding="utf-8") == text, path


def test_starter_files_are_the_defaults(tmp_path):
    """A new project behaves as one without any file."""
    for path, text in starter_files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    written = load_settings(tmp_path)
    for path in starter_files():
        (tmp_path / path).unlink()
    assert written == load_settings(tmp_path)


def test_starter_files_show_every_default_as_it_is(tmp_path):
    """With the comment signs taken away, each shown setting still has its default, but for the examples."""
    lines = starter_files()["config/config.yaml"].splitlines()
    shown = [line.replace("# ", "", 1) if line.startswith("  # ") else line for line in lines]
    path = tmp_path / "config" / "config.yaml"
    path.parent.mkdir()
    path.write_text("\n".join(shown), encoding="utf-8")
    defaults = dict(row[:2] for row in settings_with_origins(tmp_path.parent))
    examples = ("report.title", "report.logo", "report.locale", "report.currency", "report.annotations", "serve.names",
                "files.", "engine.", "cleaning.severity", "cleaning.channels", "ga4.property", "ga4.credentials",
                "ga4.start_date", "ga4.currency", "ga4_export.path", "ga4_export.bigquery", "ga4_export.credentials",
                "ga4_export.start_date", "ga4_export.key_events", "ga4_export.crm.", "email.", "alerts.rules.",
                "maintenance.keep_run_days")  # fmt: skip
    for key, value, _ in settings_with_origins(tmp_path):
        if not key.startswith(examples):
            assert value.rstrip("/").casefold() == defaults[key].rstrip("/").casefold(), key


def test_defaults_equal_those_of_the_classes():
    """A default stands in two places, the setting and the signature, and they agree."""
    from payback.analysis.customer_segmentation import CustomerSegmentation
    from payback.analysis.roi_calculator import ROICalculator
    from payback.cleaning.judging import CleaningSettings

    settings = config.Settings()
    pairs = (
        (CustomerSegmentation, settings.model.clustering),
        (ROICalculator, settings.roi),
        (CleaningSettings, settings.cleaning),
    )
    for kind, section in pairs:
        signature = inspect.signature(kind).parameters
        for name in type(section).model_fields:
            assert (signature[name].default or None) == (getattr(section, name) or None), (kind, name)


def test_defaults_equal_those_of_the_readers():
    """The same for how files are read."""
    from payback.sources.files import FileSettings
    from payback.sources.reading import ReadOptions

    load = config.Settings().load
    reading, options = FileSettings(), ReadOptions()
    assert (reading.date_order, reading.decimal_sign) == (load.date_order, load.decimal_sign)
    assert reading.maximum_rejected_share == load.maximum_rejected_share
    assert options.maximum_ragged_share == load.maximum_ragged_share


def test_example_of_a_rule_is_a_rule():
    """The starter file names a rule that there is."""
    from payback.cleaning.rules import CAMPAIGN_RULES

    shown = re.findall(r"#   (\w+): reject", starter_files()["config/config.yaml"])
    assert set(shown) <= {rule.name for rule in CAMPAIGN_RULES}
    assert shown
