"""Read a file: bytes on disk become rows of text in an engine, and nothing of it is lost.

Reading is physical only. Which column means what, and what a text is as a number or a date, is decided later; here a
file is recognised by its bytes, taken apart, and every line of it is accounted for: as a row, as a reject with its
reason, as a line above the header, or as blank.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from payback.sources.opening import recognise
from payback.sources.raw_table import RawTable, ReadOptions

if TYPE_CHECKING:
    from payback.engine.duckdb import Engine

__all__ = ["RawTable", "ReadOptions", "read_file"]

_AS_IT_IS = ReadOptions()


def read_file(
    engine: Engine, path: Path | str, *, known_headers: frozenset[str] = frozenset(), options: ReadOptions = _AS_IT_IS
) -> RawTable:
    r"""Read a file into an engine and return the names of its relations.

    Parameters
    ----------
    engine : Engine
        Where the rows go, as temporary relations; ``RawTable.drop`` removes them.
    path : path
        CSV, TSV or other delimited text in any common encoding, xlsx, xls, xlsb, ods, Parquet, Arrow, JSON lines;
        text and JSON also gzipped, text also in a zip, bzip2 or xz archive.
    known_headers : frozenset of str
        Headers that some table knows, in normalised form: they tell the header line from titles above it.
    options : ReadOptions
        What the user says about the file; wins over what the file looks like.

    Raises
    ------
    UnreadableFileError
        Missing, a folder, protected, binary, damaged, in the wrong encoding, without a recognisable header.
    EmptyFileError
        No header, or no rows.
    TooManyRejectedRowsError
        More lines than ``options.maximum_ragged_share`` are no rows of the table.
    DiskFullError
        A UTF-8 copy is needed and does not fit.

    Examples
    --------
    >>> import tempfile
    >>> from payback.engine.duckdb import Engine
    >>> file = Path(tempfile.mkdtemp()) / "costs.csv"
    >>> _ = file.write_text("Day;Cost\n2024-12-31;1,50\n", encoding="utf-8")
    >>> with Engine() as engine:
    ...     table = read_file(engine, file)
    ...     (table.columns, engine.rows(f"select * from {table.relation}"))
    (('Day', 'Cost'), [(1, 2, '2024-12-31', '1,50')])
    """
    source = recognise(Path(path))
    if source.content == "text":
        from payback.sources.delimited import read_delimited

        return read_delimited(engine, source, known_headers, options)
    if source.content == "excel":
        from payback.sources.workbook import read_workbook

        return read_workbook(engine, source, known_headers, options)
    from payback.sources.columnar import read_columnar

    return read_columnar(engine, source)
