"""Reports of the GA4 Data API."""
