"""What a column is called and how its values are written."""

import pyarrow as pa
import pytest

from payback.metrics import METRICS
from payback.publishing.columns import title_of, view_of, views_of
from sample_results import MONEY


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_takes_its_words_from_metrics(name):
    """Label, unit and meaning of a metric column are those of its definition."""
    view = view_of(pa.field(name, pa.float64()))

    assert (METRICS[name].label, METRICS[name].unit, METRICS[name].definition) == (
        view.label,
        view.unit,
        view.description,
    )


@pytest.mark.parametrize(
    ("name", "kind", "label", "unit"),
    [
        ("roi_low", pa.float64(), "ROI, low", "percent"),
        ("roas_high", pa.float64(), "ROAS, high", "multiple"),
        ("cost_change", pa.float64(), "Cost, change", "percent"),
        ("roi_change", pa.float64(), "ROI, change in points", "percent"),
        ("previous_cost", MONEY, "Cost, previous", "money"),
        ("share_of_cost", pa.float64(), "Share of cost", "percent"),
        ("median_revenue", pa.float64(), "Median revenue", "money"),
        ("revenue_mean", pa.float64(), "Mean revenue", "money"),
        ("median_avg_session_duration", pa.float64(), "Median avg session duration", "seconds"),
        ("avg_session_duration", pa.float64(), "Avg session duration", "seconds"),
        ("campaign_id", pa.int64(), "Campaign ID", "id"),
        ("external_campaign_id", pa.string(), "External campaign ID", "text"),
        ("month", pa.date32(), "Month", "date"),
        ("complete", pa.bool_(), "Complete", "boolean"),
        ("made_up", pa.int64(), "Made up", "count"),
        ("made_up", pa.string(), "Made up", "text"),
        ("made_up", pa.float64(), "Made up", "decimal"),
        ("low", pa.float64(), "Low", "decimal"),
        ("", pa.int64(), "", "count"),
    ],
)
def test_other_columns_are_named_after_what_they_belong_to(name, kind, label, unit):
    """Ends of intervals, changes, shares and statistics take the unit of their metric; others keep their name."""
    view = view_of(pa.field(name, kind))

    assert (label, unit) == (view.label, view.unit)


def test_the_type_has_the_last_word():
    """A name that promises a number or a date is shown as text where it holds text."""
    assert view_of(pa.field("cost", pa.string())).unit == "text"
    assert view_of(pa.field("month", pa.string())).unit == "text"
    assert view_of(pa.field("verdict", pa.int64())).unit == "count"


def test_whole_conversions_lose_their_decimals():
    """Conversions show decimals only where one of them needs them."""
    whole = pa.table({"conversions": [1.0, None, 3.0]})
    split = pa.table({"conversions": [1.0, 2.5]})

    assert views_of(whole)[0].text(3.0) == "3"
    assert views_of(split)[0].text(1.0) == "1.00"


def test_tables_have_titles():
    """A known table has its title, an unknown one a title made from its name."""
    assert (title_of("roi_by_campaign"), title_of("roi_by_device")) == ("Campaigns", "Device")
