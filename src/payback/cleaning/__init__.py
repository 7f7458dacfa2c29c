"""Room 3, trust: loaded rows come in, clean rows and rejected rows go out; together they are what came in."""
