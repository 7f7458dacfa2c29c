"""Room 1, get: files and APIs come in, typed rows and rejected rows go out, nothing is lost between."""
