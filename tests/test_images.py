"""Charts without a browser: drawn by the pages' own definitions, from what a run kept."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from payback.errors import ConfigurationError, UsageError
from payback.publishing.cube.folder import kept
from payback.publishing.images import CHARTS, Charts

HOSTILE = '"><script>alert(1)</script> & Söhne'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the folder of a project of 60 days that has run: two channels, one of a hostile name."""
    from shop import Shop

    shop = Shop(tmp_path_factory.mktemp("images"))
    rows = ["campaign,channel,cost,revenue,conversions,clicks,impressions,date"]
    for step in range(60):
        day = date(2026, 1, 1) + timedelta(days=step)
        rows += [f"Brand,Search,{100 + step},{300 + 2 * step},4,90,1000,{day}"]
        rows += [f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",Email,20,{90 - step},1,9,100,{day}']
    shop.write("data/raw/ads.csv", "\n".join(rows))
    shop.write("config/config.yaml", "currency: EUR\n")
    assert shop.run("run").code == 0
    return shop


@pytest.fixture(scope="module")
def charts(project):
    """Return the charts of that project."""
    with Charts(kept(project.folder / "outputs" / "cube")) as drawn:
        yield drawn


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_an_image(charts, name):
    """SVG is well-formed and PNG is PNG, in both colour schemes."""
    light, dark = charts.svg(name), charts.svg(name, dark=True)
    assert light.startswith("<svg")
    assert light != dark
    # resvg refuses what is not well-formed.
    assert charts.png(name, scale=1.0).startswith(b"\x89PNG\r\n")


def test_figures_in_a_chart_are_those_of_the_data(charts):
    """Profit of the last 28 days is 28 · 200 + 28 · 45.5 + 28 · … of the days before 28 less: worked out by hand."""
    # Search: 200 + step a day; Email: 70 − step. Together 270 a day whatever the step: 28 days are 7,560.
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", charts.svg("bridge"))
    assert texts.count("€7,560") == 2
    # 28 days later Search brings 28 more a day and Email 28 less: 784.
    assert "+€784" in texts
    assert any(text in texts for text in ("-€784", "−€784"))


def test_days_can_be_chosen(charts):
    """First and last day, compared with none."""
    svg = charts.svg("trend", period=(date(2026, 1, 1), date(2026, 1, 10)), comparison="off")
    assert "Revenue before" not in svg
    assert "Jan 1" in svg


def test_names_from_the_data_are_text(charts):
    """A campaign that calls itself a script is drawn as its name."""
    for name in CHARTS:
        assert "<script" not in charts.svg(name)


def test_what_cannot_be_drawn_is_refused(charts):
    """A name that is no chart, and a width that is no picture."""
    with pytest.raises(UsageError, match="no such chart"):
        charts.svg("pie")
    with pytest.raises(UsageError, match="240 to 4000"):
        charts.svg("trend", width=10)


def test_where_there_are_no_days_nothing_is_drawn(shop):
    """Customers alone have no campaign days: an empty text, not an empty picture."""
    shop.write("data/raw/people.csv", "customer_id,revenue,sessions\n" + "\n".join(f"{i},{i},2" for i in range(40)))
    assert shop.run("run").code == 0
    with Charts(kept(shop.folder / "outputs" / "cube")) as charts:
        assert charts.svg("trend") == ""
        assert charts.png("bridge") == b""


def test_without_the_drawing_parts_the_message_says_what_to_install(project, monkeypatch):
    """The extra is named; everything else works without it."""
    monkeypatch.setitem(__import__("sys").modules, "py_mini_racer", None)
    with pytest.raises(ConfigurationError, match=r"payback\[images\]"):
        Charts(kept(project.folder / "outputs" / "cube"))


def test_the_mail_carries_charts(project):
    """The report by mail shows two pictures and attaches the file."""
    from mail_server import mail_server

    with mail_server() as (port, inbox):
        project.write(
            "config/config.yaml",
            f"currency: EUR\nemail: {{host: 127.0.0.1, port: {port}, security: none, sender: a@example.com, "
            "recipients: [b@example.com]}\n",
        )
        assert project.run("report", "--email").code == 0
    message = inbox.messages[0]
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds.count("image/png") == 2
    html = message.get_body(("html",)).get_content()
    assert "cid:trend" in html
    assert "cid:bridge" in html
    assert [part.get_filename() for part in message.iter_attachments()] == ["report.html"]
    assert re.search(r"€7,560(?![.\d])", html)


def test_a_notebook_shows_charts(project):
    """``charts()`` of a project shows all, one of it shows itself with its title."""
    from payback import charts as charts_of

    with charts_of(project.folder) as drawn:
        assert drawn._repr_html_().count("<svg") == len(CHARTS)
        one = drawn.chart("trend", period="7d", dark=True)._repr_html_()
    assert one.startswith("<figure><figcaption><strong>Revenue and cost by day</strong></figcaption><svg")
