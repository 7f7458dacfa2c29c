"""Runs SQL on frames and files. In: frames, files, SQL text. Out: Arrow. Knows tables, metrics and errors."""
