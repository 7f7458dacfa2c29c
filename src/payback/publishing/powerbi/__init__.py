"""The Power BI project: semantic model and report as text."""
