"""The report file: one page that holds everything, asks for nothing, and shows any name as text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cube_rows import FIRST, keep_rows, row
from payback.errors import PublishingError, UsageError
from payback.publishing.cube.folder import kept
from payback.publishing.html import assets
from payback.publishing.html.logo import logo_address
from payback.publishing.html.report_file import json_for_html, packed_report, render_report, write_report
from unpacked import unpack

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 </noscript><img src=x onerror=alert(1)>"
BUNDLE = 'document.title="</script>"+"<!--"'
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Stand-ins of the built front end."""
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "payback.js").write_text(BUNDLE, encoding="utf-8")
    (folder / "payback.css").write_text("#app { color: red }", encoding="utf-8")
    monkeypatch.setattr(assets, "FOLDER", folder)
    return folder


class Page(HTMLParser):
    """What a browser with scripts finds: elements, and the text of each script and style."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inside, self.texts = [], None, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = len(self.tags) - 1

    def handle_data(self, data):
        if self.inside is not None and self.tags[self.inside][0] in ("script", "style"):
            self.texts.append((self.tags[self.inside], data))

    def text_of(self, name):
        return next(text for (_, attributes), text in self.texts if attributes.get("id") == name)


def without_noscript(text):
    """Return a page as a browser with scripts reads it."""
    return re.sub(r"<noscript>.*?</noscript>", "", text, flags=re.DOTALL)


def rendered(tmp_path, rows, **changes):
    """Return the report of some rows."""
    keep_rows(tmp_path / "cube", rows, **changes)
    return render_report(kept(tmp_path / "cube"))


def test_the_file_holds_data_cube_and_script(built, tmp_path):
    """What a page needs is in it, and comes out as it went in."""
    page = Page(without_noscript(rendered(tmp_path, [row("1.25", "3"), row("2", "4", day=1)])))
    data = json.loads(page.text_of("report-data"))
    cube = unpack(base64.b64decode(page.text_of("report-cube")))

    assert data["campaigns"][0]["name"] == "Campaign 1"
    assert [float(cost) for cost in cube["cost"]] == [1.25, 2.0]
    assert "files" not in data


def test_the_policy_knows_every_script_and_style_by_its_hash(built, tmp_path):
    """No other script can run and nothing can be fetched, whatever gets into the page."""
    text = rendered(tmp_path, [row()])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def hashed(content):
        return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"

    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"].split() == [hashed(scripts[0]), hashed(BUNDLE)]
    assert rules["style-src"].split() == [
        hashed(style) for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    ]
    assert "connect-src" not in rules
    assert len(scripts) == 1


def test_the_file_asks_for_nothing(built, tmp_path):
    """No address of another place stands in any attribute or style."""
    page = Page(rendered(tmp_path, [row()]))
    addresses = [v for _, a in page.tags for k, v in a.items() if k in {"src", "href", "srcset", "action"}]

    assert all(address.startswith("#") for address in addresses)
    assert not any(tag in {"link", "iframe", "object", "embed", "form", "base"} for tag, _ in page.tags)


def test_hostile_names_change_nothing(built, tmp_path):
    """Markup in a name, a channel or the title makes no element, with scripts and without."""
    plain = rendered(tmp_path / "a", [row()])
    hostile = rendered(tmp_path / "b", [row(campaign_name=HOSTILE, channel=HOSTILE)], title=HOSTILE)
    with_scripts = Page(without_noscript(hostile))

    assert json.loads(with_scripts.text_of("report-data"))["campaigns"][0]["name"] == HOSTILE
    assert [tag for tag, _ in with_scripts.tags] == [tag for tag, _ in Page(without_noscript(plain)).tags]
    assert hostile.count("</noscript>") == plain.count("</noscript>")
    assert "onerror" not in re.sub(r"<script.*?</script>", "", hostile, flags=re.DOTALL).replace(
        "&lt;img src=x onerror", ""
    )


def test_the_script_travels_packed(built, tmp_path):
    """Whatever it says, nothing of it can end an element; unpacked it is what was built."""
    text = rendered(tmp_path, [row()])
    packed = Page(without_noscript(text)).text_of("report-pages")

    assert text.count("</script>") == 4
    assert gzip.decompress(base64.b64decode(packed)).decode() == BUNDLE


@pytest.mark.parametrize("value", ["</script>", "<!--", "&", "\u2028\u2029", "\ud800", "plain"])
def test_json_in_a_page_is_still_that_json(value):
    """No sign of markup is left, and the text comes back; half a character becomes a sign that stands for it."""
    text = json_for_html({"name": value})

    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["name"] == ("\ufffd" * 3 if value == "\ud800" else value)


def test_without_scripts_there_are_tables(built, tmp_path):
    """Sections and the way the data went stand in the page itself."""
    inside = re.findall(r"<noscript>(.*?)</noscript>", rendered(tmp_path, [row()]), re.DOTALL)

    assert "<style>" in inside[0]
    assert all(part in inside[1] for part in ('id="results"', "Data quality", "Method", "runs no scripts"))


def test_equal_data_gives_equal_bytes(built, tmp_path):
    """A version control system or a backup sees a change only where there is one."""
    rows = [row(day=day, campaign=day % 3) for day in range(30)]

    assert rendered(tmp_path / "a", rows) == rendered(tmp_path / "b", rows)


def test_a_page_that_was_not_built_is_told(tmp_path, monkeypatch):
    """A checkout without its front end says how to build it."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    with pytest.raises(PublishingError, match="have not been built") as caught:
        rendered(tmp_path, [row()])

    assert "make frontend" in caught.value.hint


def test_two_years_of_fifty_campaigns_are_small(built, tmp_path):
    """Data and cube of 36,500 cells, with cents, clicks and conversions, take less than 600 kB in the file."""
    rows = [
        row(f"{day * 37 % 900 + number}.{day % 100:02}", f"{day * 53 % 4000}.{number:02}", day=day, campaign=number,
            channel=f"Channel {number % 7}", impressions=day * 91 % 20_000, clicks=day * 17 % 700)
        for number in range(50) for day in range(730)
    ]  # fmt: skip
    text = rendered(tmp_path, rows)
    cube = re.search(r'id="report-cube">([^<]*)<', text)[1]

    assert len(unpack(base64.b64decode(cube))["day"]) == 36_500
    assert len(text) < 600_000


def test_five_thousand_campaigns_make_a_file_that_can_be_mailed(built, tmp_path):
    """The largest are told one by one, the others summed; the page says so, and no money is lost."""
    rows = [row(str(number), "5", day=day, campaign=number) for number in range(5000) for day in range(4)]
    keep_rows(tmp_path / "cube", rows)
    text = render_report(kept(tmp_path / "cube"), maximum_cells=10_000)
    page = Page(without_noscript(text))
    data = json.loads(page.text_of("report-data"))
    cube = unpack(base64.b64decode(page.text_of("report-cube")))

    assert len(data["campaigns"]) == 2500
    assert data["notices"][0].startswith("The 2,499 campaigns with the most cost")
    assert sum(cube["cost"]) == 4 * sum(range(5000))
    assert len(text) < 3_000_000


def test_the_command_writes_the_report_of_the_last_run(built, shop):
    """Title, locale and file are those asked for; the data is that of the run."""
    keep_rows(shop.folder / "outputs" / "cube", [row(day=day) for day in range(3)])
    outcome = shop.run("report", "--output", shop.folder / "r.html", "--title", "Ours", "--locale", "de-DE", "--json")
    data = json.loads(Page(without_noscript((shop.folder / "r.html").read_text("utf-8"))).text_of("report-data"))

    assert outcome.code == 0, outcome.err
    assert outcome.json["files"][0]["bytes"] == (shop.folder / "r.html").stat().st_size
    assert (data["title"], data["locale"]) == ("Ours", "de-DE")
    assert (data["first_day"], data["last_day"]) == (str(FIRST), str(FIRST + timedelta(2)))


def test_settings_decide_how_the_report_looks(built, shop):
    """Title, theme, annotations and logo come from the configuration."""
    keep_rows(shop.folder / "outputs" / "cube", [row()])
    shop.write("config/logo.png", PNG)
    shop.write(
        "config/config.yaml",
        "report:\n  title: Shop\n  theme: dark\n  logo: config/logo.png\n  annotations:\n    2026-01-01: New Year\n",
    )
    assert shop.run("report").code == 0
    text = (shop.folder / "outputs" / "report.html").read_text("utf-8")
    data = json.loads(Page(without_noscript(text)).text_of("report-data"))

    assert (data["title"], data["theme"]) == ("Shop", "dark")
    assert data["annotations"] == [{"day": "2026-01-01", "text": "New Year"}]
    assert data["logo"] == "data:image/png;base64," + base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--currency", "USD"], 2, "there is no money in this currency"),
        (["--locale", "de_DE"], 2, "this is no language tag"),
        (["--logo", "nowhere.png"], 2, "the logo cannot be read"),
        (["--theme", "pink"], 2, "pink"),
    ],
)
def test_wrong_options_are_told(built, shop, arguments, code, message):
    """Each says what would have been accepted; nothing is written."""
    keep_rows(shop.folder / "outputs" / "cube", [row()])
    outcome = shop.run("report", *arguments)

    assert (outcome.code, message in outcome.err) == (code, True)
    assert not (shop.folder / "outputs" / "report.html").exists()


def test_a_project_without_a_run_is_told_to_run(built, shop):
    """There is nothing to report yet, and the message says how to get it."""
    outcome = shop.run("report")

    assert outcome.code == 1
    assert "payback run" in outcome.err


def test_what_the_pages_are_given_can_be_had_alone(built, shop):
    """For who works on the pages: JSON and packed cube."""
    keep_rows(shop.folder / "outputs" / "cube", [row("2.5")])
    assert shop.run("report", "--data-only", shop.folder / "out").code == 0

    assert json.loads((shop.folder / "out" / "report_data.json").read_text("utf-8"))["schema"] == 1
    assert gzip.decompress((shop.folder / "out" / "cube.bin").read_bytes())[4:5] == b"{"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"x", "is no picture"),
        ("a.png", b"GIF89a", "not what its ending says"),
        ("a.svg", b"<html>", "not what its ending says"),
        ("a.png", PNG + b"0" * 200_000, "too large"),
    ],
)
def test_a_logo_is_a_small_picture(tmp_path, name, content, message):
    """Anything else is refused."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message):
        logo_address(tmp_path / name)


def test_a_file_that_cannot_be_written_is_told(built, tmp_path):
    """The message names the path."""
    (tmp_path / "r.html").mkdir()
    keep_rows(tmp_path / "cube", [row()])
    with pytest.raises(PublishingError, match=r"could not be written\n.*r\.html"):
        write_report(kept(tmp_path / "cube"), tmp_path / "r.html")


def test_a_run_keeps_what_the_report_is_made_from(built, shop):
    """Rows, rules, feeds, customers and money are those of the project, and a second run touches no file."""
    days = "\n".join(f"2024-01-{day:02},Brand,Search,10.10,100,10,2,30.30" for day in range(1, 31))
    shop.write(
        "data/raw/ads.csv",
        "date,campaign,channel,cost,impressions,clicks,conversions,revenue\n"
        f"{days}\nx,y,z,1,1,1,1,1\n2152-01-01,Brand,Search,1,1,1,1,1\n",
    )
    people = "\n".join(f"{n},{n % 7 + 1},{n % 4 + 1.5},{n % 3},{n % 3 * 20}" for n in range(1, 61))
    shop.write("data/raw/people.csv", "customer_id,sessions,pages_per_session,transactions,revenue\n" + people)
    assert shop.run("run").code == 0
    data = json.loads((shop.folder / "outputs" / "cube" / "report_data.json").read_text("utf-8"))
    cube = unpack(packed_report(kept(shop.folder / "outputs" / "cube"))[1])
    before = {path: path.stat().st_mtime_ns for path in (shop.folder / "outputs").rglob("*") if path.is_file()}

    assert (str(sum(cube["cost"])), str(sum(cube["revenue"]))) == ("303.0", "909.0")
    assert [(one["table"], one["rows_read"], one["rows_clean"]) for one in data["rows"]] == [
        ("campaigns", 32, 30), ("customers", 60, 60),
    ]  # fmt: skip
    rejected = {one["reason"]: one["rows"] for one in data["rules"] if one["severity"] == "reject"}
    assert rejected == {"bad_date": 1, "future_date": 1}
    assert "ads: 1 day in the future was rejected" in data["warnings"]
    ads = next(one for one in data["feeds"] if one["report"] == "ads")
    assert (ads["first_day"], ads["last_day"], ads["days"], ads["missing_days"]) == ("2024-01-01", "2024-01-30", 30, 0)
    assert (ads["calendar"]["2024-01-05"], data["customers"]["count"], data["traffic"]) == (1, 60, None)
    assert sum(one["customers"] for one in data["customers"]["segments"]) == 60
    assert data["customers"]["concentration"][-1] == [1.0, 1.0]
    assert shop.run("run").code == 0
    assert before == {path: path.stat().st_mtime_ns for path in (shop.folder / "outputs").rglob("*") if path.is_file()}


def test_the_front_end_is_locked_without_addresses():
    """Every package has its hash, and none says from which registry it came."""
    lock = json.loads((Path(__file__).parents[1] / "frontend" / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
