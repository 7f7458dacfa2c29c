"""Room 4, know: clean tables come in, campaign ROI and customer segments go out."""
