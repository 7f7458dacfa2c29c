"""What the analysis answers."""

from __future__ import annotations

from payback.tables.column import Column, Table

_METRIC = "As payback.metrics defines it."

CAMPAIGN_ROI = Table(
    "campaign_roi",
    "What each group of campaigns pays back; which columns of the groups it has depends on what was asked for.",
    "one group of one currency: a campaign, a channel, a month, or a combination",
    (
        Column("campaign_id", "integer", "Number of the campaign.", "key"),
        Column("campaign_name", "text", "Name of the campaign, the latest if it changed.", "key"),
        Column("channel", "text", "Marketing channel.", "key"),
        Column("source", "text", "Where the rows came from.", "key"),
        Column("account", "text", "Account of the source.", "key"),
        Column("country", "text", "Country.", "key"),
        Column("day", "date", "Day.", "key"),
        Column("week", "date", "Monday of the week.", "key"),
        Column("month", "date", "First day of the month.", "key"),
        Column("quarter", "date", "First day of the quarter.", "key"),
        Column("year", "date", "First day of the year.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts; XXX where nobody stated one.", "key", length=3),
        Column("first_day", "date", "First day with rows."),
        Column("last_day", "date", "Last day with rows."),
        Column("days", "integer", "Days with rows.", "measure", "days"),
        Column("rows", "integer", "Clean rows behind the figures.", "measure", "rows"),
        Column("complete", "boolean", "The whole calendar period lies inside the data and the days asked for."),
        Column("cost", "decimal", _METRIC, "measure", "money"),
        Column("impressions", "integer", _METRIC, "measure"),
        Column("clicks", "integer", _METRIC, "measure"),
        Column("conversions", "decimal", _METRIC, "measure"),
        Column("revenue", "decimal", _METRIC, "measure", "money"),
        Column("profit", "decimal", _METRIC, "measure", "money"),
        Column("roi", "number", _METRIC, "measure", "percent"),
        Column("roas", "number", _METRIC, "measure", "multiple"),
        Column("cpa", "number", _METRIC, "measure", "money"),
        Column("cpc", "number", _METRIC, "measure", "money"),
        Column("cpm", "number", _METRIC, "measure", "money"),
        Column("ctr", "number", _METRIC, "measure", "percent"),
        Column("cvr", "number", _METRIC, "measure", "percent"),
        Column("aov", "number", _METRIC, "measure", "money"),
        Column("coverage", "number", _METRIC, "measure", "percent"),
        Column("share_of_cost", "number", "Part of the cost of all groups of the currency.", "measure", "percent"),
        Column(
            "share_of_revenue", "number", "Part of the revenue of all groups of the currency.", "measure", "percent"
        ),
        Column("rank", "integer", "Place by ROI within the currency, and the period where there is one beside others."),
        Column("rank_in_channel", "integer", "Place by ROI among the campaigns of the channel."),
        Column(
            "roi_low", "number", "Lower end of the interval of ROI; empty without enough data.", "measure", "percent"
        ),
        Column("roi_high", "number", "Upper end of the interval of ROI.", "measure", "percent"),
        Column("roas_low", "number", "Lower end of the interval of ROAS.", "measure", "multiple"),
        Column("roas_high", "number", "Upper end of the interval of ROAS.", "measure", "multiple"),
        Column("interval_note", "text", "Why there is no interval, or what to know about it; empty if nothing."),
        Column("verdict", "text", "pays back, loses, can't tell yet, no cost or revenue unknown."),
        Column("previous_start", "date", "First day of the period compared with."),
        Column("previous_end", "date", "Last day of the period compared with."),
        Column("comparable", "boolean", "Both periods lie wholly inside the data."),
        Column("previous_cost", "decimal", "Cost of the period compared with.", "measure", "money"),
        Column("previous_revenue", "decimal", "Revenue of the period compared with.", "measure", "money"),
        Column("previous_roi", "number", "ROI of the period compared with.", "measure", "percent"),
        Column("cost_change", "number", "Change of cost; empty where there was none before.", "measure", "percent"),
        Column(
            "revenue_change", "number", "Change of revenue; empty where there was none before.", "measure", "percent"
        ),
        Column("roi_change", "number", "ROI less ROI of the period compared with.", "measure", "percent"),
    ),
)
"""Result of the ROI calculation. Its sums are exact and wider than a row (38 digits), so it is no warehouse table."""

ROI_COMPARISON = Table(
    "roi_comparison",
    "Whether one campaign pays back more than another, paired by day.",
    "one pair of groups of the same currency",
    (
        Column("a", "text", "One of the two.", "key"),
        Column("b", "text", "The other.", "key"),
        Column("currency", "text", "ISO 4217 code of the amounts of a; XXX where nobody stated one.", "key", length=3),
        Column("days", "integer", "Days on which either has known cost and revenue.", "measure", "days"),
        Column("shared_days", "integer", "Days on which both have.", "measure", "days"),
        Column("roas_a", "number", "ROAS of a.", "measure", "multiple"),
        Column("roas_b", "number", "ROAS of b.", "measure", "multiple"),
        Column("difference", "number", "ROAS of a less ROAS of b; the same as ROI less ROI.", "measure", "multiple"),
        Column("difference_low", "number", "Lower end of its interval, for this pair alone.", "measure", "multiple"),
        Column("difference_high", "number", "Upper end of its interval, for this pair alone.", "measure", "multiple"),
        Column("p_value", "number", "Chance of such a difference where there is none, for this pair alone.", "measure"),
        Column("p_holm", "number", "The same, corrected by Holm for the number of pairs.", "measure"),
        Column("probability_a_better", "number", "Probability that a pays back more than b.", "measure", "percent"),
        Column("verdict", "text", "Which pays back more, if that is clear after the correction; else can't tell yet."),
    ),
)
"""Result of the comparison of campaigns."""
