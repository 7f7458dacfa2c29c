"""A shop whose truth is known. In: a seed and a size. Out: ad files, a customer file, GA4 events, and the truth."""

from payback.sources.demo.bulk import BulkTotals, generate_campaign_days, generate_customers
from payback.sources.demo.generate import generate_demo
from payback.sources.demo.truth import DemoTruth

__all__ = ["BulkTotals", "DemoTruth", "generate_campaign_days", "generate_customers", "generate_demo"]
