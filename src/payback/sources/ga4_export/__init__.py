"""The GA4 export: events to sessions, campaign days and customers."""
