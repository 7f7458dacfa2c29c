"""The demo: its files say what its truth says, to the cent, and say it again for the same seed."""

import csv
import io
import json
import math
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payback.errors import PublishingError, UnknownCurrencyError, UsageError
from payback.sources.demo import generate_customers, generate_demo
from payback.sources.demo.bulk import generate_campaign_days
from payback.sources.demo.shop import Calendar, black_friday

LAST_DAY = date(2025, 11, 30)
MEASURES = ("cost", "impressions", "clicks", "conversions", "revenue")

# How a person would describe each text file: encoding, lines before the header, delimiter, decimal sign, date form,
# and the headers of name, day, cost, impressions, clicks, conversions, revenue.
TEXT_FILES = {
    "google_ads.csv": (
        ("utf-8", 2, ",", ".", "%Y-%m-%d"),
        ("Campaign", "Day", "Cost", "Impr.", "Clicks", "Conversions", "Conv. value"),
    ),
    "meta_ads.csv": (
        ("utf-8-sig", 0, ",", ".", "%Y-%m-%d"),
        (
            "Campaign name",
            "Day",
            "Amount spent (EUR)",
            "Impressions",
            "Link clicks",
            "Results",
            "Purchases conversion value",
        ),
    ),
    "microsoft_ads.csv": (
        ("utf-8", 0, ",", ".", "%m/%d/%Y"),
        ("CampaignName", "TimePeriod", "Spend", "Impressions", "Clicks", "Conversions", "Revenue"),
    ),
    "linkedin_ads.csv": (
        ("utf-16", 5, "\t", ".", "%Y-%m-%d"),
        (
            "Campaign Name",
            "Start Date (in UTC)",
            "Total Spent",
            "Impressions",
            "Clicks",
            "Conversions",
            "Conversion Value",
        ),
    ),
    "email_and_affiliate.csv": (
        ("utf-8-sig", 0, ";", ",", "%d.%m.%Y"),
        ("Kampagne", "Datum", "Kosten (EUR)", "Impressionen", "Klicks", "Konversionen", "Umsatz (EUR)"),
    ),
}
TIKTOK = (
    "Campaign name",
    "By Day",
    "Cost",
    "Impressions",
    "Clicks (destination)",
    "Complete payment",
    "Total complete payment value",
)
NAMES = ("name", "day", *MEASURES)


def read_text(path):
    """Return the rows of a text file as dictionaries of text by meaning, the whole row among them."""
    (encoding, skipped, delimiter, point, form), headers = TEXT_FILES[path.name]
    lines = path.read_bytes().decode(encoding).splitlines(keepends=True)[skipped:]
    rows = []
    for row in csv.DictReader(io.StringIO("".join(lines)), delimiter=delimiter):
        cells = {name: row[header] for name, header in zip(NAMES, headers, strict=True)}
        rows.append(cells | {"whole": tuple(row.values()), "point": point, "form": form})
    return rows


def read_workbook(path):
    """Return the rows of the workbook in the same shape."""
    header, *body = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    rows = []
    for cells in body:
        row = dict(zip(header, cells, strict=True))
        text = {name: str(row[column]) for name, column in zip(NAMES, TIKTOK, strict=True)}
        rows.append(text | {"whole": cells, "point": ".", "form": "%Y-%m-%d %H:%M:%S"})
    return rows


def amount(text, point):
    """Return a number as Decimal, None for a blank; anything else is an InvalidOperation."""
    text = text.replace("€", "").strip()
    if text in {"", "-", "--"}:
        return None
    group = "," if point == "." else "."
    return Decimal(text.replace(group, "").replace(point, "."))


def typed(row):
    """Return a row with numbers and a day, or None where a cell is neither."""
    try:
        values = {name: amount(row[name], row["point"]) for name in MEASURES}
        day = datetime.strptime(row["day"], row["form"]).date()
    except (InvalidOperation, ValueError):
        return None
    return values | {"day": day, "name": row["name"], "whole": row["whole"]}


def loaded_and_clean(path):
    """Return all rows of a file, those that can be typed, and those that no rule rejects."""
    rows = read_workbook(path) if path.suffix == ".xlsx" else read_text(path)
    loaded = [values for row in rows if (values := typed(row))]
    distinct = {row["whole"]: row for row in loaded}.values()
    clean = [row for row in distinct if row["day"] <= LAST_DAY and row["clicks"] >= 0]
    return rows, loaded, clean


def folded(name):
    """Return a campaign's name without regard to case and blanks."""
    return " ".join(name.casefold().split())


def sums(rows):
    """Return the sum of each measure over the rows that know it; None where none does."""
    known = {name: [row[name] for row in rows if row[name] is not None] for name in MEASURES}
    return {name: sum(values) if values else None for name, values in known.items()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo of 60 days with its truth, without events."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, generate_demo(folder, days=60, events=10_000)


@pytest.mark.parametrize("name", [*TEXT_FILES, "tiktok_ads.xlsx"])
def test_an_independent_reader_finds_the_rows_and_sums_of_the_truth(demo, name):
    """Rows read, loaded and clean, and every sum, are those that csv, openpyxl and decimal find."""
    folder, truth = demo
    expected = truth.file(name)

    rows, loaded, clean = loaded_and_clean(folder / name)

    assert (expected.rows_read, expected.rows_loaded, expected.rows_clean) == (len(rows), len(loaded), len(clean))
    assert {measure: getattr(expected.loaded, measure) for measure in MEASURES} == sums(loaded)
    assert {measure: getattr(expected.clean, measure) for measure in MEASURES} == sums(clean)


@pytest.mark.parametrize("name", [*TEXT_FILES, "tiktok_ads.xlsx"])
def test_oddities_are_there_in_the_stated_number(demo, name):
    """Each flag counts the clean rows that show it."""
    folder, truth = demo
    *_, clean = loaded_and_clean(folder / name)
    found = Counter()
    for row in clean:
        found["clicks_above_impressions"] += row["clicks"] > row["impressions"]
        found["conversions_above_clicks"] += (row["conversions"] or 0) > row["clicks"]
        found["negative_revenue"] += (row["revenue"] or 0) < 0
        found["missing_revenue"] += row["revenue"] is None

    stated = {kind: count for kind, count in truth.file(name).flags.items() if kind != "other_spelling"}
    assert stated == {kind: count for kind, count in found.items() if count}


def test_each_file_has_its_kinds_of_faults(demo):
    """All reasons to turn a row away occur somewhere."""
    _, truth = demo
    kinds = {kind for file in truth.files for kind in file.faults}

    assert kinds == {"summary_row", "bad_number", "bad_date", "duplicate_row", "future_date", "negative_count"}
    assert all(sum(f.faults.values()) == f.rejected_at_loading + f.rejected_at_cleaning for f in truth.files)


def test_the_default_demo_has_the_planted_number_of_faults(tmp_path):
    """Meta's file repeats twelve rows, spells ninety names otherwise and sums up once."""
    meta = generate_demo(tmp_path).file("meta_ads.csv")

    assert meta.faults == {"duplicate_row": 12, "future_date": 1, "negative_count": 2, "summary_row": 1}
    assert meta.flags["other_spelling"] == 90


def test_campaigns_and_channels_add_up_to_the_files(demo):
    """The same rows, by campaign, by channel and by file, have the same sums."""
    _, truth = demo
    files = [file.clean for file in truth.files if file.clean]

    for name in ("rows", "cost", "impressions", "clicks", "conversions", "revenue", "cost_with_revenue"):
        by_file = sum(getattr(totals, name) or 0 for totals in files)
        assert by_file == sum(getattr(campaign.totals, name) or 0 for campaign in truth.campaigns)
        assert by_file == sum(getattr(totals, name) or 0 for totals in truth.channels.values())


def test_a_campaign_keeps_its_sum_whatever_its_name_looks_like(demo):
    """Names folded for case and blanks lead to the truth of each campaign of the hand-kept file."""
    folder, truth = demo
    *_, clean = loaded_and_clean(folder / "email_and_affiliate.csv")
    found = defaultdict(Decimal)
    for row in clean:
        found[folded(row["name"])] += row["cost"]

    expected = {c.campaign.casefold(): c.totals.cost for c in truth.campaigns if c.file == "email_and_affiliate.csv"}
    assert expected == dict(found)


def test_channels_are_those_of_ga4(demo):
    """The eight channels bear the names of GA4's default channel groups."""
    _, truth = demo

    assert set(truth.channels) == {
        "Affiliates",
        "Cross-network",
        "Display",
        "Email",
        "Paid Search",
        "Paid Shopping",
        "Paid Social",
        "Paid Video",
    }


def test_names_are_as_awkward_as_real_ones(demo):
    """A formula, a quoted phrase with a comma, an emoji and a number with a sign are campaigns here."""
    folder, _ = demo
    google = {row["name"] for row in read_text(folder / "google_ads.csv")}
    meta = {row["name"] for row in read_text(folder / "meta_ads.csv")}

    assert {"=SUM(A1)", 'Generic "Rucksack", exact match', "GDN Größe XL – Frühling"} <= google
    assert {"🏕 Camping week", "+49 Aktion"} <= meta


def test_two_platforms_may_run_a_campaign_of_one_name(demo):
    """Brand – DE at Google and at Microsoft are two campaigns."""
    _, truth = demo

    assert [c.platform for c in truth.campaigns if c.campaign == "Brand – DE"] == ["google_ads", "microsoft_ads"]


def test_same_seed_gives_the_same_bytes(demo, tmp_path):
    """A second run writes the very same files."""
    folder, truth = demo

    assert truth == generate_demo(tmp_path, days=60, events=10_000)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_another_seed_gives_other_files(demo, tmp_path):
    """Not one file stays the same."""
    folder, _ = demo
    generate_demo(tmp_path, days=60, events=10_000, seed=43)

    assert not [path.name for path in folder.iterdir() if path.read_bytes() == (tmp_path / path.name).read_bytes()]


def test_nothing_but_the_files_is_left_behind(demo):
    """No draft stays in the folder."""
    folder, truth = demo

    assert {path.name for path in folder.iterdir()} == {file.file for file in truth.files}


@settings(max_examples=12)
@given(days=st.integers(7, 60), campaigns=st.integers(1, 70), seed=st.integers(0, 2**40))
def test_any_demo_agrees_with_its_truth(tmp_path_factory, days, campaigns, seed):
    """Whatever the size and the seed, no row and no cent is unaccounted for."""
    folder = tmp_path_factory.mktemp("any")
    truth = generate_demo(folder, days=days, campaigns=campaigns, seed=seed, events=10_000)

    for file in truth.files:
        if file.clean:
            rows, loaded, clean = loaded_and_clean(folder / file.file)
            assert (file.rows_read, file.rows_loaded, file.rows_clean) == (len(rows), len(loaded), len(clean))
            assert (file.clean.cost, file.clean.revenue) == (sums(clean)["cost"], sums(clean)["revenue"])


def test_what_clearly_pays_or_loses_can_be_proved(tmp_path):
    """The day-level interval of each such campaign lies on the right side of break-even."""
    truth = generate_demo(tmp_path)
    days = defaultdict(list)
    for name in (*TEXT_FILES, "tiktok_ads.xlsx"):
        for row in loaded_and_clean(tmp_path / name)[2]:
            days[name, folded(row["name"])].append(row)

    for campaign in truth.campaigns:
        if campaign.verdict != "can't tell":
            low, high = interval(days[campaign.file, folded(campaign.campaign)])
            assert (campaign.verdict == "pays back") == (low > 1), campaign.campaign
            assert (campaign.verdict == "loses") == (high < 1), campaign.campaign


def interval(rows):
    """Return the 95 % interval of revenue over cost by the delta method over days."""
    known = [row for row in rows if row["revenue"] is not None]
    costs, revenues = [float(row["cost"]) for row in known], [float(row["revenue"]) for row in known]
    ratio, size = sum(revenues) / sum(costs), len(known)
    squares = sum((revenue - ratio * cost) ** 2 for revenue, cost in zip(revenues, costs, strict=True))
    half = 2 * math.sqrt(size / (size - 1) * squares) / sum(costs)
    return ratio - half, ratio + half


def test_all_three_verdicts_occur(tmp_path):
    """A demo without losers, or without doubt, would teach nothing."""
    verdicts = Counter(campaign.verdict for campaign in generate_demo(tmp_path).campaigns)

    assert verdicts["pays back"] >= 10
    assert verdicts["loses"] >= 5
    assert verdicts["can't tell"] >= 10


def test_days_follow_the_calendar(demo):
    """A campaign paused in the middle has a hole there; one that starts late has no early days."""
    folder, _ = demo
    *_, clean = loaded_and_clean(folder / "meta_ads.csv")
    days = defaultdict(set)
    for row in clean:
        days[folded(row["name"])].add((row["day"] - date(2025, 10, 2)).days)

    assert not days["meta | catalogue | fr"] & set(range(24, 36))
    assert min(days["meta | winter jackets"]) == 36


def test_black_friday_is_the_day_after_the_fourth_thursday():
    """2024 began November on a Friday, 2025 on a Saturday, 2029 on a Thursday."""
    assert [black_friday(year) for year in (2024, 2025, 2029)] == [
        date(2024, 11, 29),
        date(2025, 11, 28),
        date(2029, 11, 23),
    ]


def test_demand_peaks_on_black_friday():
    """The busiest day of the default window is the sale."""
    calendar = Calendar(LAST_DAY, 180)

    assert calendar.day(max(range(180), key=calendar.demand)) == date(2025, 11, 28)


def read_customers(folder):
    """Return the rows of the customer file as dictionaries of text."""
    return list(csv.DictReader(io.StringIO((folder / "customers.csv").read_bytes().decode())))


def test_customers_add_up(demo):
    """Readable, distinct customers with no negative count are those of the truth, with their sums."""
    folder, truth = demo
    rows = read_customers(folder)
    readable = [row for row in rows if row["pages_per_session"].replace(".", "").isdigit()]
    clean = [row for row in {tuple(row.values()): row for row in readable}.values() if int(row["sessions"]) >= 0]
    expected = truth.file("customers.csv")

    assert (expected.rows_read, expected.rows_loaded, expected.rows_clean) == (len(rows), len(readable), len(clean))
    assert truth.customers.behaviour.keys() == {row["customer_id"] for row in clean}
    assert truth.customers.revenue == sum(Decimal(row["revenue"]) for row in clean)
    assert truth.customers.transactions == sum(int(row["transactions"]) for row in clean)
    assert expected.flags["negative_revenue"] == sum(row["revenue"].startswith("-") for row in clean)
    assert expected.flags["missing_age"] == sum(not row["age"] for row in clean)
    assert expected.flags["age_band"] == sum(bool(set(row["age"]) & set("-+")) for row in clean)


def test_most_customers_never_buy(tmp_path):
    """About 85 in 100 have no transaction, and only they have no revenue."""
    generate_demo(tmp_path)
    rows = read_customers(tmp_path)
    never = [row for row in rows if row["transactions"] == "0"]

    assert 0.83 < len(never) / len(rows) < 0.87
    assert {row["revenue"] for row in never} == {"0.00"}


def test_clustering_finds_the_behaviours(tmp_path):
    """K-means on logarithms, standardised, agrees with the truth almost everywhere."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    truth = generate_demo(tmp_path).customers.behaviour
    rows = read_customers(tmp_path)
    names = ("sessions", "pages_per_session", "transactions", "revenue")
    people = {row["customer_id"]: [row[name] for name in names] for row in rows if row["customer_id"] in truth}
    features = np.log1p(np.maximum(np.array(list(people.values()), dtype=float), 0))
    features = (features - features.mean(axis=0)) / features.std(axis=0)

    found = KMeans(4, n_init=10, random_state=42).fit_predict(features)
    assert adjusted_rand_score([truth[customer] for customer in people], found) > 0.95


def test_the_truth_is_saved_as_exact_text(demo, tmp_path):
    """Amounts travel as decimal text, days as ISO dates."""
    _, truth = demo
    truth.save(tmp_path / "truth.json")

    saved = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert saved["last_day"] == "2025-11-30"
    assert Decimal(saved["channels"]["Email"]["cost"]) == truth.channels["Email"].cost
    assert saved["files"][0]["rows_read"] == truth.files[0].rows_read


def test_a_bigger_demo_is_a_bigger_shop(tmp_path):
    """Ten times the events of an ordinary day bring about ten times the spend."""
    small = generate_demo(tmp_path / "small", days=10, events=100_000)
    big = generate_demo(tmp_path / "big", days=10, events=1_000_000)

    def spent(truth):
        return sum(totals.cost for totals in truth.channels.values())

    assert 9 < spent(big) / spent(small) < 11


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"events": 9_999}, UsageError, "(?s)more events.*9999.*10,000 or more"),
        ({"days": 6}, UsageError, "more days"),
        ({"campaigns": 0}, UsageError, "more campaigns"),
        ({"end": date(2999, 1, 1)}, UsageError, "future"),
        ({"currency": "euro"}, UnknownCurrencyError, "(?s)not a currency.*euro"),
    ],
)
def test_a_wrong_size_is_refused(tmp_path, wrong, error, message):
    """The message says what would have been accepted, and nothing is written."""
    with pytest.raises(error, match=message):
        generate_demo(tmp_path / "raw", **wrong)

    assert not (tmp_path / "raw").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    """The message names the place and the way out."""
    (tmp_path / "raw").write_text("not a folder", encoding="utf-8")

    with pytest.raises(PublishingError, match=r"(?s)cannot be written.*google_ads\.csv.*hint"):
        generate_demo(tmp_path / "raw", days=7, events=10_000)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_big_campaign_table_has_its_size_and_sums(tmp_path, ending):
    """Rows, sums and repeated rows are as told, in either format."""
    import pyarrow.csv
    import pyarrow.parquet

    path = tmp_path / f"big{ending}"
    totals = generate_campaign_days(path, 30_000, seed=7)

    read = pyarrow.csv.read_csv if ending == ".csv" else pyarrow.parquet.read_table
    table = read(path).to_pandas()
    assert (totals.rows, totals.distinct_rows) == (30_000, len(table.drop_duplicates()))
    assert [type(totals.cost), type(totals.revenue)] == [Decimal, Decimal]
    assert float(totals.cost) == pytest.approx(table["cost"].astype(float).sum(), abs=0.01)
    assert float(totals.revenue) == pytest.approx(table["revenue"].astype(float).sum(), abs=0.01)
    assert 10 <= table["revenue"].isna().sum() <= 60


def test_big_customer_tables_repeat_themselves(tmp_path):
    """Same seed, same bytes; another seed, others."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert generate_customers(tmp_path / f"{name}.csv", 5_000, seed).rows == 5_000
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")

    assert a == b
    assert a != c


def test_a_big_table_needs_a_known_ending_and_a_row(tmp_path):
    """The message lists the endings."""
    with pytest.raises(UsageError, match=r"(?s)unknown ending.*big\.txt.*\.csv, \.parquet"):
        generate_campaign_days(tmp_path / "big.txt", 10)
    with pytest.raises(UsageError, match="at least one row"):
        generate_customers(tmp_path / "big.csv", 0)
