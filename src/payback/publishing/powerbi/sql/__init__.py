"""The SQL of the files that Power BI reads."""
