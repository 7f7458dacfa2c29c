"""The page without scripts: safe with any name, complete, readable aloud."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.errors import PublishingError
from payback.metrics import METRICS
from payback.publishing.cube.folder import Kept
from payback.publishing.html.charts import bars, nice_ticks, sparkline, trend
from payback.publishing.html.report_file import render_plain, write_report
from payback.publishing.html.static import render_static
from payback.publishing.results import Results
from sample_results import (
    EDGES,
    HOSTILE,
    account,
    alike,
    empty,
    large,
    measured,
    named,
    roi_table,
    small,
    summary,
    three_currencies,
)

GOLDEN = Path(__file__).parent / "golden" / "summary_page.html"
VOID = {"meta", "rect", "path"}
ALLOWED = """
html head meta title style body a header div h1 h2 h3 small p nav main section ul li span svg path rect text details
summary table caption thead tbody tfoot tr th td b strong bdi footer
"""


class Reader(HTMLParser):
    """Read a page strictly: every element closed in order, everything written down."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.outline = [], [], [], []
        self.tables = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert tag == self.open.pop(), f"</{tag}> closes nothing"

    def handle_data(self, data):
        if self.open and self.open[-1] != "style" and data.strip():
            self.texts.append(data)
            if "table" in self.open and self.open[-1] in {"caption", "th", "td", "bdi", "b", "span"}:
                self.tables[-1].append(data)

    def has(self, part):
        """Whether a text is on the page."""
        return any(part in text for text in self.texts)


def kept_of(results):
    """Return what a run keeps of results, without a cube."""
    seen = results.summary
    days = {"first_day": seen.first_day and str(seen.first_day), "last_day": seen.last_day and str(seen.last_day)}
    return Kept({"title": seen.title, **days}, Path(), render_static(results), "")


def render_html(results):
    """Return the page without scripts."""
    return render_plain(kept_of(results))


def page(results):
    """Render and read."""
    return Reader(render_html(results))


@pytest.mark.parametrize("edge", EDGES)
def test_every_result_becomes_a_sound_page(edge):
    """Whatever is missing or strange, elements are closed, ids are unique, and nothing shows Python's insides."""
    reader = page(EDGES[edge]())
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]

    assert {tag for tag, _ in reader.elements} <= set(ALLOWED.split())
    assert len(ids) == len(set(ids))
    assert not any(re.search(r"\bNone\b|\bnan\b|Decimal\(|\binf\b", text) for text in reader.texts)


@pytest.mark.parametrize("edge", EDGES)
def test_headings_and_tables_can_be_read_aloud(edge):
    """One title, no level of headings left out, and each table has a caption and named rows and columns."""
    reader = page(EDGES[edge]())
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    tags = [tag for tag, _ in reader.elements]

    assert (levels.count(1), levels[0]) == (1, 1)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in reader.elements if tag == "th")


@pytest.mark.parametrize("edge", EDGES)
def test_nothing_is_asked_of_anybody(edge):
    """No script, no style attribute, no event, and no address but those within the page."""
    reader = page(EDGES[edge]())
    names = {name for _, attributes in reader.elements for name in attributes}
    addresses = [
        value for _, attributes in reader.elements for name, value in attributes.items() if name in {"href", "src"}
    ]

    assert not any(name.startswith("on") or name in {"style", "srcset", "action"} for name in names)
    assert all(address.startswith("#") for address in addresses)
    assert {address[1:] for address in addresses} <= {attributes.get("id") for _, attributes in reader.elements}
    assert "url(" not in render_html(EDGES[edge]()).split("</style>")[0]


def test_the_policy_allows_its_own_style_only():
    """The hash in the content policy is that of the style on the page."""
    text = render_html(small())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    wanted = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(a["content"] for tag, a in Reader(text).elements if a.get("http-equiv") == "Content-Security-Policy")

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{wanted}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_every_hostile_name_is_text():
    """Names that are markup, quotes, templates or control characters are shown, wherever they stand, and do nothing."""
    reader = page(named(*HOSTILE))
    shown = "".join(reader.texts)

    for name in HOSTILE:
        assert " ".join(re.sub("[\x00-\x08]", "\ufffd", name).split()) in " ".join(shown.split())
    assert [tag for tag, _ in reader.elements if tag in {"script", "img", "r", "t"}] == []


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=60))
def test_any_name_leaves_the_page_as_it_is(name):
    """A page has the same elements whatever a campaign is called."""
    plain = [tag for tag, _ in page(named("x")).elements]

    assert plain == [tag for tag, _ in page(named(name)).elements if tag != "bdi"]


def test_the_verdict_comes_first():
    """What was spent, what came back, ROI with its interval, and the best and the worst channel."""
    text = "".join(page(small()).texts)

    assert "€300.50 was spent and €500.75 came back: a profit of €200.25." in text
    assert "ROI is 66.6% (95% interval 43.3% to 90.0%). Verdict: pays back." in text
    assert "Paid Search brings the most profit (€300.25); Paid Social loses the most (−€100.00)." in text


def test_tables_show_the_values_of_the_results():
    """The channel table carries money, ratios, interval, verdict and the finished total."""
    table = next(table for table in page(small()).tables if table[0] == "Channels")

    assert table[1:11] == [
        "Channel",
        "Cost",
        "Revenue",
        "Profit",
        "ROI",
        "95% interval",
        "ROAS",
        "CPA",
        "Conversions",
        "Verdict",
    ]
    assert table[11:21] == [
        "Paid Search",
        "€100.25",
        "€400.50",
        "€300.25",
        "299.5%",
        "229.6% to 369.4%",
        "4.00×",
        "€20.05",
        "5",
        "pays back",
    ]
    assert table[31:] == [
        "Total",
        "€300.50",
        "€500.75",
        "€200.25",
        "66.6%",
        "43.3% to 90.0%",
        "1.67×",
        "€30.05",
        "10",
        "pays back",
    ]


def test_a_verdict_has_words_beside_its_colour():
    """Every coloured verdict says what it is."""
    text = render_html(large())

    assert set(re.findall(r'class="(?:t )?mark (\w+)">([^<]*)<', text)) == {
        ("good", "pays back"),
        ("bad", "loses"),
        ("open", "can&#39;t tell yet"),
    }


def test_currencies_stand_apart():
    """Three currencies give three sets of cards and tables, each in its own money, and no sum of them."""
    reader = page(three_currencies())
    captions = [table[0] for table in reader.tables if table[0].startswith("Channels")]

    assert captions == ["Channels: EUR", "Channels: JPY", "Channels: No stated currency"]
    assert all(reader.has(amount) for amount in ("¥40.0k", "€200.00", "140.00"))
    assert reader.has("Amounts of different currencies are never added")


def test_no_data_is_said():
    """A page without results says so and still tells the method."""
    reader = page(empty())

    assert reader.has("There is no campaign data in this period")
    assert reader.has("No rows were read.")
    assert all(reader.has(metric.definition) for metric in METRICS.values())


@pytest.mark.parametrize(
    ("cost", "revenue", "sentence"),
    [
        ("0", "25", "€25.00 came back; no cost is recorded beside it."),
        ("10", None, "€10.00 was spent; what came back is not known."),
        (None, None, "Neither cost nor revenue is known."),
        ("10", "-25", "€10.00 was spent and −€25.00 came back: a loss of €35.00."),
    ],
)
def test_what_is_not_known_is_not_said(cost, revenue, sentence):
    """Each gap in the data has its own sentence."""
    assert sentence in "".join(page(alike(cost, revenue)).texts)


def test_what_the_figures_cover_is_said():
    """Where the revenue of a part is unknown, or data is too thin for an interval, the verdict says so."""
    note = "not enough data: 3 of 14 days"
    total = measured(10, 25, coverage=0.8, roi_low=None, interval_note=note, verdict="can't tell yet")
    text = "".join(page(small(roi_total=roi_table([total]))).texts)

    assert f"ROI is 150.0% (no interval: {note}). Verdict: can't tell yet. It covers 80.0% of the cost" in text


def test_a_single_channel_is_not_called_the_best():
    """Best and worst need something to be compared with."""
    assert not page(alike("10", "25")).has("brings the most profit")


def test_the_account_of_the_rows():
    """Rows in, clean and rejected by reason stand there with their money; a gap is called a defect."""
    lost = account(table="customers", rows_clean=90, currency="XXX")
    reader = page(Results(summary(rows=[account(), lost]), small().tables))

    assert reader.has("campaigns, EUR: 100 rows in, 96 clean, 4 rejected (4.0%).")
    assert reader.has(
        "customers: 100 rows in, 90 clean, 4 rejected (4.0%). 6 rows are unaccounted for, which is a defect."
    )
    assert "duplicate" in next(table for table in reader.tables if table[0] == "Rejected and flagged rows by reason")


def test_the_method_says_what_the_interval_leaves_out():
    """Formulas and limits come from the definitions, confidence and target from the run."""
    reader = page(Results(summary(confidence=0.9, target_roi=0.25), small().tables))

    assert reader.has("The 90% interval of ROI and ROAS covers day-to-day variation")
    assert reader.has("above the target of 25.0%")
    assert reader.has("The interval does not cover attribution")
    assert all(reader.has(metric.formula) for metric in METRICS.values())


def test_many_campaigns_stay_small():
    """Of five thousand campaigns the page names those with the most cost, says so, and stays below 300 kB."""
    text = render_html(large(campaigns=5000))

    assert len(text.encode()) < 300_000
    assert "The 300 of 5,000 campaigns with the most cost" in text


def test_the_results_are_as_agreed():
    """What the page says before its method, byte for byte; to accept a change, delete the file and run twice."""
    text = re.search(r"<body>.*(?=<section class=\"block\" id=\"method\">)", render_html(small()), re.DOTALL)[0]
    if not GOLDEN.exists():
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail("the golden file was missing and has been written: look at it")

    assert GOLDEN.read_text(encoding="utf-8") == text


def test_a_page_that_cannot_be_written_is_told(tmp_path):
    """The message names the path."""
    (tmp_path / "report.html").mkdir()
    with pytest.raises(PublishingError, match=r"could not be written\n.*report\.html"):
        write_report(kept_of(small()), tmp_path / "report.html", scripts=False)


def test_ticks_are_round_and_span_the_values():
    """Axes go in steps of 1, 2, 2.5 or 5 and reach beyond the data, below zero too."""
    assert nice_ticks(0, 43) == [0, 10, 20, 30, 40, 50]
    assert nice_ticks(-30, 100) == [-50, 0, 50, 100]
    assert nice_ticks(0, 0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])


@given(st.integers(-(10**12), 0), st.integers(0, 10**12))
def test_ticks_span_any_range(low, high):
    """Between two and eight ticks hold every value."""
    ticks = nice_ticks(low, high)

    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low <= high <= ticks[-1]


def test_bars_start_at_zero_and_share_a_scale():
    """A bar twice as long means twice as much; a loss goes the other way; a wide interval is cut at the edge."""
    good, bad, missing = bars([(2.0, -100.0, 100.0), (-1.0, None, None), (None, None, None)])

    assert good.start == bad.zero == good.zero
    assert float(good.length) == pytest.approx(2 * float(bad.length), abs=0.2)
    assert (good.low, good.high, bad.low) == ("1", "99", "")
    assert (good.tone, bad.tone, missing) == ("good", "bad", None)


def test_a_bar_that_would_flatten_all_others_is_cut():
    """One channel of a thousand percent leaves the others visible, and says that it is longer than shown."""
    drawn = bars([(380.0, 350.0, 400.0), (1.7, 1.1, 2.3), (1.6, None, None), (-0.7, None, None)])

    assert [bar.is_cut for bar in drawn] == [True, False, False, False]
    assert float(drawn[1].length) > 30
    assert not any(bar.is_cut for bar in bars([(3.0, None, None), (2.0, None, None), (0.1, None, None)]))


def test_a_gap_breaks_the_line():
    """A period without a figure is no zero."""
    drawn = trend(["Jan", "Feb", "Mar", "Apr"], [("cost", "Cost", [1.0, None, 2.0, 3.0])], (342, 220), "EUR")

    assert drawn.lines[0].path.count("M") == 2
    assert drawn.lines[0].area.count("Z") == 2
    assert sparkline([1.0, None]) == ("", "")


def test_few_campaigns_have_no_list_of_ends():
    """Best and worst campaigns are named where there are more than a table shows at once."""
    rows = [measured(10, 20 - n, campaign_id=n, campaign_name=f"C{n}") for n in range(17)]
    groups = ("campaign_id", "campaign_name", "channel", "source", "account")

    assert page(small(roi_by_campaign=roi_table(rows, *groups))).has("Biggest losses")
    assert not page(small(roi_by_campaign=roi_table(rows[:16], *groups))).has("Most profit")
