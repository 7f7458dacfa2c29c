"""The live report: a small server on the daily cube."""
