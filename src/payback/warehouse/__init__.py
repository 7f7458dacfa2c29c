"""Room 2, keep: slices go in whole, tables and ledgers come out."""
