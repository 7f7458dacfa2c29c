"""The BigQuery export of GA4: events become sessions, customers and campaign days."""
