"""The specification's snippets, with only their import lines changed."""

from __future__ import annotations

import logging

import pytest

from payback import CustomerSegmentation, DataLoader, ROICalculator, ValidationError, validate_data
from payback import WarehouseError as SQLAlchemyError
from payback import data_cleaner as cleaner

ROWS = [
    f"{name},{channel},{cost},{cost * 100},{cost * 5},{cost // 2},{cost * factor},2024-{month:02}-{day:02}"
    for name, channel, factor in (("Brand", "Search", 3), ("Spring", "Email", 2), ("Video", "YouTube", 0))
    for month in (1, 2)
    for day, cost in enumerate(range(10, 38), 1)
]
PEOPLE = [
    f"{number},{20 + number % 50},{'F' if number % 2 else 'M'},Germany,{number % 9 + 1},{60 + number},"
    f"{number % 4 + 1.5},{number % 3},{number % 3 * (20 + number)}"
    for number in range(1, 121)
]


@pytest.fixture
def project(shop, monkeypatch):
    """Make the folder of the specification with its data loaded, and work in it."""
    header = "campaign_name,channel,cost,impressions,clicks,conversions,revenue,date\n"
    shop.run("load", shop.write("campaigns.csv", header + "\n".join(ROWS)))
    header = "customer_id,age,gender,country,sessions,avg_session_duration,pages_per_session,transactions,revenue\n"
    shop.run("load", shop.write("customers.csv", header + "\n".join(PEOPLE)))
    monkeypatch.chdir(shop.folder)


@pytest.mark.usefixtures("project")
def test_the_data_processing_pipeline_of_the_specification():
    """Extraction, cleaning, segmentation and ROI analysis run as written."""
    loader = DataLoader()

    # Load campaign data
    campaigns_df = loader.load_campaigns()

    # Load customer data
    customers_df = loader.load_customers()

    # Clean campaign data
    clean_campaigns = cleaner.clean_campaign_data(campaigns_df)

    # Clean customer data
    clean_customers = cleaner.clean_customer_data(customers_df)

    # Perform clustering
    segmentation = CustomerSegmentation()
    segmented_df = segmentation.segment_customers(clean_customers)

    # Calculate ROI metrics
    calculator = ROICalculator()
    roi_df = calculator.calculate_campaign_roi(clean_campaigns)

    loader.close()
    assert (len(campaigns_df), len(clean_campaigns), len(customers_df)) == (168, 168, 120)
    assert sorted(segmented_df["segment"].unique()) == [1, 2, 3]
    # Each campaign spent 2 · (10 + … + 37) = 1,316; Brand brought three times that.
    brand = roi_df[roi_df["campaign_name"] == "Brand"].iloc[0]
    assert (brand["cost"], brand["revenue"], brand["roi"]) == (1316.0, 3948.0, 2.0)


@pytest.mark.usefixtures("project")
def test_the_error_handling_of_the_specification(shop, caplog):
    """A database that cannot be opened raises the error that the snippet catches."""
    loader = DataLoader()
    shop.write("payback.duckdb", b"this is no database" * 100)

    try:
        df = loader.load_campaigns()
    except SQLAlchemyError as e:
        logging.error(f"Database error: {e}")  # noqa: G004, LOG015, TRY400 - the specification's own line
    else:
        pytest.fail(f"{len(df)} rows from a broken database")

    assert "Database error: this file is no DuckDB database" in caplog.text


@pytest.mark.usefixtures("project")
def test_the_validation_of_the_specification():
    """Negative revenue and clicks above impressions raise, with the words of both rules."""
    with DataLoader() as loader:
        df = cleaner.clean_campaign_data(loader.load_campaigns())
    validate_data(df)

    df.loc[0, "revenue"] = -1.0
    df.loc[1, "clicks"] = df.loc[1, "impressions"] + 1

    with pytest.raises(ValidationError, match=r"negative_revenue: 1 row(.|\n)*clicks_above_impressions: 1 row"):
        validate_data(df)
