"""Backups: one file that holds every table of a warehouse, of either kind, as it was at one moment.

`manifest` says what is in an archive, `container` is the file itself, `writing` fills one from a warehouse, `reading`
checks one and takes its tables out, `restoring` puts them into a warehouse, `keeping` lists archives and lets old ones
go.
"""
