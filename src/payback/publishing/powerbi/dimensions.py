"""The dimensions: who and what the facts speak of."""

from __future__ import annotations

from payback.publishing.powerbi.entries import Attribute, Dimension

CHANNEL = Dimension(
    "Channel",
    "Marketing channels, one spelling each.",
    ("channel",),
    (Attribute("channel_label", "Channel", "string", "Marketing channel."),),
    "dimension_channel.sql",
)
COUNTRY = Dimension(
    "Country",
    "Countries that rows are broken down by.",
    ("country",),
    (Attribute("country_label", "Country", "string", "Country.", category="Country"),),
    "dimension_country.sql",
)
SOURCE = Dimension(
    "Source",
    "Where rows came from: ad platforms, tools, files, and their accounts.",
    ("source", "account"),
    (
        Attribute("source_label", "Source", "string", "Where the rows came from: an ad platform, a tool or a file."),
        Attribute("account_label", "Account", "string", "Account of the source; empty where it has only one."),
    ),
    "dimension_source.sql",
)
CURRENCY = Dimension(
    "Currency",
    "Currencies of the amounts. Amounts of different currencies are never added: choose one.",
    ("currency",),
    (
        Attribute(
            "currency_label",
            "Currency",
            "string",
            "ISO 4217 code; XXX where nobody stated a currency.",
            sort_by="Currency Order",
        ),
        Attribute("position", "Currency Order", "int64", "1 for the currency with the most rows.", "0", hidden=True),
        Attribute("sign", "Sign", "string", "What stands before an amount of the currency."),
    ),
    "dimension_currency.sql",
)
CAMPAIGN = Dimension(
    "Campaign",
    "Campaigns, under their latest names.",
    ("campaign_id",),
    (
        Attribute("label", "Campaign", "string", "Name of the campaign; with its source where another has that name."),
        Attribute("campaign_name", "Campaign Name", "string", "Name of the campaign as the source has it, the latest."),
        Attribute("number", "Campaign Number", "string", "Number of the campaign, the same after every load."),
        Attribute("verdict", "Verdict", "string", "What the interval of ROI over all days says about the campaign."),
        Attribute("roi_low", "ROI Low", "double", "Lower end of the interval of ROI over all days.", "#,0.0%"),
        Attribute("roi_high", "ROI High", "double", "Upper end of the interval of ROI over all days.", "#,0.0%"),
        Attribute("interval_note", "Interval Note", "string", "Why there is no interval, or what to know about it."),
    ),
    "dimension_campaign.sql",
    numbered=True,
)
CUSTOMER = Dimension(
    "Customer",
    "Customers, without anything that names a person.",
    ("customer_id",),
    (
        Attribute("number", "Customer Number", "string", "Number of the customer, the same after every load."),
        Attribute("age", "Age", "int64", "Age in years; empty where only a band is known.", "0"),
        Attribute("age_band", "Age Band", "string", "Age band such as 25-34."),
        Attribute("gender", "Gender", "string", "female, male, other or unknown."),
    ),
    "dimension_customer.sql",
    numbered=True,
)
SEGMENT = Dimension(
    "Segment",
    "Customer segments; 1 has the highest mean revenue.",
    ("segment",),
    (
        Attribute("segment_name", "Segment", "string", "Name of the segment.", sort_by="Segment Order"),
        Attribute("position", "Segment Order", "int64", "Number of the segment.", "0", hidden=True),
        Attribute("stands_out", "Stands Out", "string", "What differs most from the average customer."),
        Attribute("sentence", "In Words", "string", "The segment in one sentence."),
    ),
    "dimension_segment.sql",
    numbered=True,
)

DIMENSIONS = {one.name: one for one in (CHANNEL, CAMPAIGN, SOURCE, COUNTRY, CURRENCY, CUSTOMER, SEGMENT)}
"""The dimensions by name, without the calendar, which is made from the days of the facts."""
