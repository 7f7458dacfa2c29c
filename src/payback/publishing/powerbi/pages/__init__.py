"""The pages of the report, one module a page."""

from __future__ import annotations

from payback.publishing.powerbi.pages import summary

PAGES = (summary.PAGE,)
"""The pages in their order."""
