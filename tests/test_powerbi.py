"""The Power BI project as files: what is in them, that they stay the same, and that nobody's work is lost."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import runpy
import shutil
from decimal import Decimal
from pathlib import Path, PureWindowsPath

import numpy as np
import pyarrow.parquet as pq
import pytest

from payback.errors import PublishingError
from payback.metrics import METRICS
from payback.publishing.powerbi import ProjectOptions, changes_of, check_project, refresh_rows
from payback.publishing.powerbi.build import build_model
from payback.publishing.powerbi.dax import dax
from payback.publishing.powerbi.facts import CAMPAIGN_PERFORMANCE, FACTS
from payback.publishing.powerbi.pages import PAGES
from payback.publishing.powerbi.theme import DARK, LIGHT
from payback.publishing.powerbi.tmdl import table_text
from powerbi_tools import projects

CLEAN = "clean_campaigns"
COST = "Payback.SemanticModel/definition/tables/Campaign Performance.tmdl"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a project that no test changes."""
    return again(tmp_path_factory.mktemp("kept") / "powerbi")


@pytest.fixture
def folder(kept, tmp_path):
    """Return a project of its own."""
    return shutil.copytree(kept, tmp_path / "powerbi")


def again(folder, **changes):
    """Write the project of the sample, again or for the first time."""
    return projects.build(folder, ProjectOptions(data_folder=PureWindowsPath("C:/data"), **changes))


def prints(folder):
    """Return a hash of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(folder, name):
    """Return the rows of a Parquet file."""
    return pq.read_table(folder / "data" / f"{name}.parquet").to_pylist()


def test_writing_again_changes_no_byte(folder):
    """Ids are hashes and rows are in order, so a version control system sees a change only where there is one."""
    before = prints(folder)
    again(folder)

    assert prints(folder) == before


def test_two_folders_differ_in_the_path_alone(kept, tmp_path):
    """Nothing but the parameter DataFolder knows where the project lies."""
    one, other = prints(kept), prints(projects.build(tmp_path / "powerbi"))

    different = {name for name in one if one[name] != other[name]}
    assert different == {"Payback.SemanticModel/definition/expressions.tmdl", "payback.manifest"}


def test_a_changed_project_is_not_written_over(folder):
    """The message names the file, and nothing is lost."""
    path = folder / COST
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8", newline="\n")
    before = prints(folder)

    with pytest.raises(PublishingError, match=r"Campaign Performance\.tmdl"):
        again(folder)
    assert prints(folder) == before


def test_force_keeps_the_changed_project_beside(folder):
    """What somebody did can be taken up again."""
    added = folder / "Payback.Report/definition/bookmarks/mine.json"
    added.parent.mkdir()
    added.write_text("{}", encoding="utf-8")
    again(folder, force=True)

    assert (folder / "changed-1/Payback.Report/definition/bookmarks/mine.json").exists()
    assert not added.exists()
    assert changes_of(folder) == []


def test_opening_a_project_does_not_change_it(folder):
    """The folder in which Power BI Desktop keeps its cache, and files beside the project, are not ours to judge."""
    for name in ("Payback.SemanticModel/.pbi/cache.abf", ".git/HEAD", "notes.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    again(folder, dark=True)

    assert changes_of(folder) == []
    assert (folder / "notes.md").exists()
    assert (folder / ".git/HEAD").exists()


def test_line_ends_of_windows_are_no_change(folder):
    """Git may write them when a project is checked out."""
    for path in (folder / COST, folder / "Payback.pbip"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert changes_of(folder) == []


def test_rows_are_renewed_without_touching_definitions(folder):
    """Whoever changed the report gets the new rows all the same."""
    path = folder / COST
    path.write_text("mine", encoding="utf-8")
    (folder / "data/campaign_performance.parquet").unlink()
    with projects.Engine() as engine:
        engine.register(CLEAN, projects.arrow(projects.CLEAN_CAMPAIGNS, projects.campaigns()))
        changed = refresh_rows(engine, projects.results(), folder)

    assert changed == [COST]
    assert path.read_text(encoding="utf-8") == "mine"
    assert len(rows(folder, "campaign_performance")) > 0


def test_a_file_that_is_held_leaves_everything_as_it_was(folder, monkeypatch):
    """On Windows a project that is open cannot be moved: the old one stays whole."""
    before, rename = prints(folder), Path.rename

    def held(path, target):
        if path.name == "Payback.Report" and ".new-" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(PublishingError, match="close it in Power BI Desktop"):
        again(folder, dark=True)
    assert prints(folder) == before


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    """The message says where and what to do."""
    (tmp_path / "powerbi").write_text("x", encoding="utf-8")

    with pytest.raises(PublishingError, match="--to"):
        projects.build(tmp_path / "powerbi" / "deeper")


def test_sums_are_exact_to_the_sixth_digit(kept):
    """Four digits in a fixed decimal and the rest in millionths are the cost of the rows, to the last digit."""
    found = rows(kept, "campaign_performance")
    total = sum(row["Cost Value"] or 0 for row in found)
    total += Decimal(sum(row["Cost Millionths"] or 0 for row in found)) / 1_000_000

    assert total == sum(row["cost"] for row in projects.campaigns() if row["cost"] is not None)
    assert {row["Cost Value"] is not None for row in found if row["Cost Known"]} == {True}


def test_files_have_the_columns_of_the_model(kept):
    """Power BI finds each column under its name, in a type that needs no step."""
    kinds = {"int64": "int", "decimal": "decimal128(18, 4)", "double": "double", "string": "string",
             "dateTime": "date32", "boolean": "bool"}  # fmt: skip
    for table in build_model(ProjectOptions(), kept).tables:
        schema = pq.read_schema(kept / "data" / f"{table.name.lower().replace(' ', '_')}.parquet")
        assert schema.names == [column.name for column in table.columns]
        assert all(str(schema.field(one.name).type).startswith(kinds[one.type]) for one in table.columns)


def test_keys_of_facts_are_members_of_dimensions(kept):
    """A row without its member would vanish from a filtered report."""
    for fact in FACTS:
        for name in fact.dimensions:
            members = {row[f"{name} Key"] for row in rows(kept, name.lower())}
            assert {row[f"{name} Key"] for row in rows(kept, fact.file)} <= members


def test_campaigns_of_one_name_are_told_apart(tmp_path):
    """Power BI takes names for equal whatever their case, and would add two campaigns up."""
    content = projects.campaigns(
        [{"campaign": name, "date": projects.FIRST_DAY, "cost": Decimal(1), "revenue": Decimal(1), "currency": "EUR",
          "channel": "Search", "country": None} for name in ("Brand", "BRAND ", "Other")]
    )  # fmt: skip
    folder = projects.build(tmp_path / "p", **{CLEAN: content})

    labels = {row["Campaign Name"]: row["Campaign"] for row in rows(folder, "campaign")}
    assert labels["Other"] == "Other"
    assert len({label.strip().lower() for label in labels.values()}) == 3


def test_an_empty_warehouse_gives_a_sound_project(tmp_path):
    """No campaign, no customer, no order: the report opens and is empty."""
    folder = projects.build(tmp_path / "p", **{CLEAN: []})

    assert check_project(folder) == []
    assert rows(folder, "campaign_performance") == rows(folder, "customer") == []
    assert len(rows(folder, "date")) == 365


def test_hostile_names_stay_in_the_rows(tmp_path):
    """Definitions hold no word of the data, so no name can break them."""
    folder = projects.build(tmp_path / "p", **{CLEAN: projects.hostile()})

    assert check_project(folder) == []
    assert {row["Campaign Name"] for row in rows(folder, "campaign")} >= set(projects.HOSTILE) - {""}
    assert {row["Currency"]: row["Sign"] for row in rows(folder, "currency")}["ZZZ"] == "ZZZ"


def test_months_lie_in_files_of_their_own(tmp_path):
    """An incremental refresh opens the files of its months only; together they are all rows."""
    months = projects.build(tmp_path / "months", ProjectOptions(incremental=True))
    whole = projects.build(tmp_path / "whole")
    files = sorted((months / "data/campaign_performance").iterdir())

    assert all(re.fullmatch(r"\d{4}-\d{2}\.parquet", path.name) for path in files)
    assert [row for path in files for row in pq.read_table(path).to_pylist()] == rows(whole, "campaign_performance")
    for path in files:
        assert {f"{row['Date']:%Y-%m}" for row in pq.read_table(path).to_pylist()} == {path.stem}


def test_a_ratio_counts_what_is_known(kept):
    """ROAS in DAX: revenue where the cost is known, over cost where the revenue is known, in one currency."""
    assert dax(CAMPAIGN_PERFORMANCE, METRICS["roas"]) == (
        "IF ( NOT ISBLANK ( [Currency of Campaign Performance] ), DIVIDE ( "
        "CALCULATE ( [Revenue Sum], 'Campaign Performance'[Cost Known] = TRUE () ), "
        "CALCULATE ( [Cost Sum], 'Campaign Performance'[Revenue Known] = TRUE () ) ) )"
    )
    assert dax(CAMPAIGN_PERFORMANCE, METRICS["clicks"]) == "SUM ( 'Campaign Performance'[Clicks Value] )"


def test_every_metric_is_a_measure(kept):
    """One definition everywhere: each metric is in the model under its label."""
    names = {one.name for one in build_model(ProjectOptions(), kept).table("Campaign Performance").measures}

    assert names >= {metric.label for metric in METRICS.values()}


def test_a_fact_to_come_is_one_more_entry(tmp_path):
    """Columns, keys, relationships and measures follow from the entry alone."""
    model = build_model(ProjectOptions(), tmp_path, [CAMPAIGN_PERFORMANCE])

    assert {table.name for table in model.tables} == {"Date", "Campaign Performance", *CAMPAIGN_PERFORMANCE.dimensions}
    assert len(model.relationships) == 1 + len(CAMPAIGN_PERFORMANCE.dimensions)
    assert "measure ROAS" in table_text(model.table("Campaign Performance"))


def test_the_plan_of_the_pages_in_the_docs_is_of_these_pages():
    """The picture is drawn from the same data: python docs/draw_power_bi_pages.py."""
    root = Path(__file__).parents[1]
    found = runpy.run_path(str(root / "docs/draw_power_bi_pages.py"))["picture"]()

    assert found == (root / "docs/images/power-bi-pages.svg").read_text(encoding="utf-8")


def test_pages_are_the_seven(kept):
    """In the order in which people read them, at most ten visuals each, each with words for a screen reader."""
    assert [page.name for page in PAGES] == [
        "Summary", "Channels", "Campaigns", "Funnel", "Segments", "Trends and pacing", "Data quality and method",
    ]  # fmt: skip
    assert max(len(page.visuals) for page in PAGES) <= 10
    assert all(visual.alt for page in PAGES for visual in page.visuals)


def test_visuals_do_not_cover_each_other(kept):
    """No two rectangles of a page share a point."""
    for page in PAGES:
        places = [visual.place for visual in page.visuals]
        for number, one in enumerate(places):
            for other in places[number + 1 :]:
                apart = one.x + one.width <= other.x or other.x + other.width <= one.x
                assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y, (
                    page.name,
                    one,
                    other,
                )


def test_titles_fit_above_their_visuals(kept):
    """At twelve points a letter takes nine points of the page, in a heading of eighteen thirteen."""
    for page in PAGES:
        for visual in page.visuals:
            room = visual.place.width - 20
            heading = visual.lines[0] if len(visual.lines) == 1 else ""
            assert len(visual.title) * 9 <= room, (page.name, visual.title)
            assert len(heading) * 13 <= room, (page.name, heading)


def test_colours_are_those_of_the_html_report():
    """The two outputs look like one product."""
    from payback.publishing.html import templates

    path = Path(next(iter(templates.__path__))) / "style.css"
    style = path.read_text(encoding="utf-8").lower().replace("#fff;", "#ffffff;")
    for palette in (LIGHT, DARK):
        shared = (palette.page, palette.card, palette.rule, palette.ink, palette.quiet, palette.good, palette.bad)
        assert [colour for colour in (*shared, *palette.series[:2]) if colour.lower() not in style] == []


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_series_are_told_apart_by_colour_blind_people(palette):
    """Every two colours differ by 20 in CIELAB, and each stands out three times from the card, however one sees."""
    for sees in SIGHT:
        seen = [lab(sees @ linear(colour)) for colour in palette.series]
        assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) > 20
    lights = [float(linear(colour) @ LUMINANCE) + 0.05 for colour in (*palette.series, palette.card)]
    assert min(max(one, lights[-1]) / min(one, lights[-1]) for one in lights[:-1]) > 3


def linear(colour):
    """Return a colour such as #1D5BD6 as red, green and blue light from 0 to 1."""
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light):
    """Return light in CIELAB, by which distances are as large as they look."""
    to_xyz = np.array([[0.4125, 0.3576, 0.1804], LUMINANCE, [0.0193, 0.1192, 0.9503]])
    x, y, z = np.cbrt(np.maximum(to_xyz @ np.clip(light, 0, 1) / np.array([0.9505, 1, 1.0888]), 0.001))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
SIGHT = [
    np.eye(3),
    np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
]
"""What people see of light: all of it, without red, without green, without blue (Machado and others, 2009)."""


def test_the_project_knows_no_password(tmp_path):
    """A project for MySQL holds server and database; Power BI asks for the rest."""
    folder = projects.build(
        tmp_path / "p", ProjectOptions(source="mysql", server="db.example.com:3307", database="marketing")
    )
    text = (folder / "Payback.SemanticModel/definition/expressions.tmdl").read_text(encoding="utf-8")

    assert '"db.example.com:3307"' in text
    assert not re.search(r"(?i)password|root|uid", text)
    assert not (folder / "data").exists()


_DEFINITION = "Payback.SemanticModel/definition"
_DATE, _MODEL = f"{_DEFINITION}/tables/Date.tmdl", f"{_DEFINITION}/model.tmdl"
_REPORT = "Payback.Report/definition"
_SORTED = "'Month Number'\n\n\t\tannotation"
_SUM = "SUM ( 'Campaign Performance'[Clicks Value]"
DAMAGES = {
    "json-well-formed": (f"{_REPORT}/report.json", "{", ""),
    "json-names-schema": (f"{_REPORT}/report.json", '"$schema"', '"schema"'),
    "theme-file-agrees": (f"{_REPORT}/report.json", '"name": "PaybackLight', '"name": "Other'),
    "active-page-exists": (f"{_REPORT}/pages/pages.json", '"activePageName": "', '"activePageName": "0'),
    "report-path-exists": ("Payback.pbip", "Payback.Report", "Lost.Report"),
    "model-path-exists": ("Payback.Report/definition.pbir", "../Payback", "../Lost"),
    "text-line-feeds": (_MODEL, "\n", "\r\n"),
    "text-without-bom": (_MODEL, "model Model", "\ufeffmodel Model"),
    "dax-column-exists": (COST, "[Clicks Value]", "[Clicks]"),
    "dax-measure-exists": (COST, "( [Revenue Sum]", "( [Revenue Total]"),
    "dax-brackets-match": (COST, f"{_SUM} )", _SUM),
    "m-name-exists": (COST, "File.Contents(DataFolder", "File.Contents(Folder"),
    "sort-column-exists": (_DATE, _SORTED, _SORTED.replace("'Month Number'", "Nothing")),
    "level-column-exists": (_DATE, "\t\t\tcolumn: Year", "\t\t\tcolumn: Era"),
    "date-table-marked": (_DATE, "dataCategory: Time", "dataCategory: Space"),
    "summarize-by-none": (COST, "summarizeBy: none", "summarizeBy: sum"),
    "description-given": (COST, "/// Money spent", "// Money spent"),
    "no-credentials": (f"{_DEFINITION}/expressions.tmdl", "Full path", "Password = x, full path"),
}
"""Rule: a file, a text in it, and what stands there instead."""


@pytest.mark.parametrize("rule", DAMAGES)
def test_a_damage_is_named(rule, folder):
    """Each rule finds what breaks it."""
    name, text, other = DAMAGES[rule]
    path = folder / name
    content = path.read_bytes().decode()
    assert text in content
    path.write_bytes(content.replace(text, other).encode())

    assert rule in {finding.check for finding in check_project(folder)}


def test_a_run_writes_the_project_and_the_command_too(shop):
    """The run names the file; the command writes the same, says so as JSON, and leaves a changed project alone."""
    shop.write("data/raw/ads.csv", "date,campaign,channel,cost,revenue,currency\n2024-01-31,Brand,Search,10,30,EUR\n")
    done = shop.run("run", "--json").json
    path = next(Path(one["path"]) for one in done["outputs"] if one["format"] == "powerbi")
    before = prints(path.parent)

    told = shop.run("powerbi", "--json").json
    assert (Path(told["path"]), told["definitions"]) == (path, "written")
    assert prints(path.parent) == before

    (path.parent / COST).write_text("mine", encoding="utf-8")
    told = shop.run("powerbi")
    assert "Campaign Performance.tmdl" in told.out + told.err
    assert (path.parent / COST).read_text(encoding="utf-8") == "mine"
    assert shop.run("powerbi", "--force").code == 0
    assert changes_of(path.parent) == []


def test_mysql_needs_a_warehouse_in_mysql(shop):
    """The message says how to get one."""
    shop.write("data/raw/ads.csv", "date,campaign,cost,revenue\n2024-01-31,Brand,10,30\n")
    told = shop.run("powerbi", "--source", "mysql")

    assert told.code == 2
    assert "use-mysql.md" in told.err


def test_another_folder_and_dark_colours(shop, tmp_path):
    """``--to`` writes elsewhere, ``--dark`` takes the dark theme."""
    shop.write("data/raw/ads.csv", "date,campaign,cost,revenue\n2024-01-31,Brand,10,30\n")
    assert shop.run("powerbi", "--to", tmp_path / "elsewhere", "--dark").code == 0

    report = json.loads((tmp_path / "elsewhere/Payback.Report/definition/report.json").read_text(encoding="utf-8"))
    assert report["themeCollection"]["customTheme"]["name"].startswith("PaybackDark")
