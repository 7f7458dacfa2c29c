"""Room 5, show: finished tables come in, files that people open go out. No metric is computed here."""
