"""The reviewable lists of spellings: channels, genders, countries."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

from payback.errors import ConfigurationError, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

    from payback.engine.duckdb import Engine


def register_spellings(engine: Engine, name: str, extra: Path | None = None) -> str:
    """Make a list of spellings readable in the engine and return its name.

    Parameters
    ----------
    engine : Engine
        Where to.
    name : {"channels", "genders", "countries"}
        Which list.
    extra : Path, optional
        A file of the same columns whose lines go before ours.

    Raises
    ------
    UnreadableFileError
        The extra file cannot be read.
    ConfigurationError
        It lacks a column.
    """
    import pyarrow as pa

    text = resources.files("payback.cleaning").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    if extra is not None:
        rows = _read_extra(extra, list(rows[0])) + rows
    raw, target = f"raw_spellings_{name}", f"spellings_{name}"
    engine.register(raw, pa.Table.from_pylist(rows))
    others = ", ".join(column for column in rows[0] if column != "spelling")
    partition = "source, spelling" if "source" in rows[0] else "spelling"
    # The first line of a spelling counts: a user's own file goes before ours.
    engine.connection.execute(
        f"create or replace temp table {target} as select {others}, spelling from ("
        f"select {others}, name_key(spelling) as spelling, row_number() over () as line from {raw}) "
        f"qualify row_number() over (partition by {partition} order by line) = 1"
    )
    return target


def _read_extra(path: Path, columns: list[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(
            "the list of spellings cannot be read", where=str(path), got=f"{type(error).__name__}: {error}"
        ) from error
    return [_checked(row, f"{path}, entry {number}", columns) for number, row in enumerate(rows, 1)]


def _checked(row: dict[str, str], place: str, columns: list[str]) -> dict[str, str]:
    """Return a line of a user's list; only its spelling may be empty, which stands for rows that state none."""
    line = {**row, "source": row.get("source") or "*"}
    missing = [name for name in columns if line.get(name) is None or not (line[name].strip() or name == "spelling")]
    if missing or None in line:
        raise ConfigurationError(
            "a line of the list of spellings is incomplete" if missing else "a line of the list has too many cells",
            where=place,
            got=", ".join(f"{key}={value}" for key, value in row.items()),
            allowed="the columns " + ", ".join(columns),
            hint=f"add {missing[0]}" if missing else "put cells with a comma in quotes",
        )
    return {name: line[name].strip() for name in columns}
