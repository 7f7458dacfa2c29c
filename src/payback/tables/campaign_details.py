"""Names of campaigns from files of their own, and what web analytics sees of campaigns."""

from __future__ import annotations

from payback.tables.campaigns import CAMPAIGNS
from payback.tables.column import ACCOUNT, CURRENCY, SOURCE, TRACE, Column, Table

CAMPAIGN_DETAILS = Table(
    "campaign_details",
    "Names and channels of campaigns whose daily rows carry only an id.",
    "one campaign of a source",
    (
        Column(
            "external_campaign_id",
            "text",
            "The source's own id of the campaign.",
            "key",
            length=200,
            required=True,
            synonyms=(*CAMPAIGNS["external_campaign_id"].synonyms, "id"),
        ),
        Column(
            "campaign_name",
            "text",
            "Name of the campaign.",
            "dimension",
            length=500,
            synonyms=("campaign name", "name", *CAMPAIGNS["campaign_name"].synonyms),
        ),
        Column(
            "channel",
            "text",
            "Marketing channel.",
            "dimension",
            length=100,
            synonyms=CAMPAIGNS["channel"].synonyms,
        ),
        Column(
            "changed_at",
            "text",
            "When the source changed this version of the row; the last one counts.",
            "dimension",
            length=40,
            synonyms=(
                "modified time",
                "last modified time",
                "updated at",
                "updated time",
                "last modified at",
                "updated_time",
                "modified at",
            ),
        ),
        SOURCE,
        ACCOUNT,
        *TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("external_campaign_id",),),
)

CAMPAIGN_TRAFFIC = Table(
    "campaign_traffic",
    "Sessions and what came of them, as web analytics attributes them to campaigns, day by day.",
    "one combination of day, campaign, traffic source, medium, channel and country",
    (
        Column("campaign_id", "integer", CAMPAIGNS["campaign_id"].description, "key"),
        Column("campaign_name", "text", "Name of the campaign, as web analytics has it.", "key", length=500),
        Column("external_campaign_id", "text", "The source's own id of the campaign.", "key", length=200),
        Column("traffic_source", "text", "Where the sessions came from, such as google.", "key", length=500),
        Column("traffic_medium", "text", "By what means, such as cpc.", "key", length=500),
        Column("channel", "text", "Channel by our rules.", "dimension", length=100),
        Column("analytics_channel", "text", "Channel that the source itself answers.", "dimension", length=100),
        Column("channel_agrees", "boolean", "Both channels are the same; empty where one is missing."),
        Column("country", "text", "Country of the visitors.", "dimension", length=100),
        Column("date", "date", "Day, in the time zone of the account.", "key"),
        SOURCE,
        ACCOUNT,
        CURRENCY,
        Column("sessions", "integer", "Sessions that began.", "measure", minimum=0),
        Column("engaged_sessions", "integer", "Those that count as engaged.", "measure", minimum=0),
        Column("engagement_seconds", "decimal", "Time in which a page had the focus.", "measure", "seconds", minimum=0),
        Column("session_seconds", "decimal", "Duration of the sessions, first to last event.", "measure", "seconds"),
        Column("page_views", "integer", "Pages and screens seen.", "measure", minimum=0),
        Column("conversions", "decimal", "Key events; data-driven ones are fractional.", "measure"),
        Column("transactions", "integer", "Purchases, each counted once.", "measure"),
        Column("revenue", "decimal", "Revenue, refunds subtracted.", "measure", "money"),
        *TRACE,
    ),
    primary_key=("load_id", "row_number"),
    indexes=(("campaign_id",), ("date",), ("channel",)),
)
