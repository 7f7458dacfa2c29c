"""The revisions, one statement each."""
