"""The pages of the report, one module a page."""

from __future__ import annotations

from payback.publishing.powerbi.pages import campaigns, channels, funnel, quality, segments, summary, trends

PAGES = (
    summary.PAGE,
    channels.PAGE,
    campaigns.PAGE,
    funnel.PAGE,
    segments.PAGE,
    trends.PAGE,
    quality.PAGE,
)
"""The pages in their order."""
