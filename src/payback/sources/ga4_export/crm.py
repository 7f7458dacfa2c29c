"""Age, gender and country of people from a file of the shop, joined on an id that need not be readable.

The export of GA4 has no age and no gender of a person. A shop's file has them, and an id that GA4 got as ``user_id``:
the plain one, or its SHA-256 as lower-case hexadecimal of the text without blanks around it, in small letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payback.engine.duckdb import literal, quoted
from payback.errors import MissingColumnError, UnreadableFileError, UsageError, WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

    from payback.engine.duckdb import Engine

FIELDS = {"age": "integer", "gender": "varchar", "country": "varchar"}


@dataclass(frozen=True)
class CrmFile:
    """A file of people.

    Parameters
    ----------
    path : Path
        CSV or Parquet.
    key : str
        Header of the id: what GA4 has as ``user_id``, or the SHA-256 of it, or what GA4 has the SHA-256 of.
    columns : dict of str to str
        ``age``, ``gender``, ``country`` -> header.
    """

    path: Path
    key: str
    columns: dict[str, str]


def register_crm(engine: Engine, crm: CrmFile | None) -> int:
    """Make the table ``crm_people`` (external_customer_id, age, gender, country) for the table ``people``.

    Parameters
    ----------
    engine : Engine
        With the table ``people``.
    crm : CrmFile or None
        The file; without one the table is empty.

    Returns
    -------
    int
        People that were found in it.
    """
    fields = ", ".join(f"{name} {kind}" for name, kind in FIELDS.items())
    engine.execute(f"create or replace temp table crm_people (external_customer_id varchar, {fields})")
    if crm is None:
        return 0
    source = _source(crm)
    found = _headers(engine, crm, source)
    _check(crm, found)
    values = ", ".join(
        f"{_value(name, crm.columns[name])} as {name}" if name in crm.columns else f"null::{kind} as {name}"
        for name, kind in FIELDS.items()
    )
    key = f"nullif(lower(trim({quoted(crm.key)}::varchar)), '')"
    keys = f"select distinct on (folded) {key} as folded, {values} from {source} where folded is not null order by all"
    engine.execute(f"create or replace temp table crm_keys as {keys}", name="read people")
    engine.execute(
        "insert into crm_people "
        "with forms as (select folded as form, * from crm_keys union all select sha256(folded), * from crm_keys), "
        "ours as (select external_customer_id, lower(trim(external_customer_id)) as folded from people), "
        "found as (select external_customer_id, f.* from ours join forms f on f.form = ours.folded union all "
        "select external_customer_id, f.* from ours join forms f on f.form = sha256(ours.folded)) "
        "select distinct on (external_customer_id) external_customer_id, age, gender, country from found order by all",
        name="join people",
    )
    engine.execute("drop table crm_keys")
    return int(engine.row("select count(*) from crm_people")[0])


def _source(crm: CrmFile) -> str:
    if not crm.path.is_file():
        raise UnreadableFileError("the file of people is not there", where=str(crm.path), hint="see ga4_export.crm")
    if crm.path.suffix.lower() == ".parquet":
        return f"read_parquet({literal(str(crm.path))})"
    return f"read_csv({literal(str(crm.path))}, all_varchar = true, header = true)"


def _headers(engine: Engine, crm: CrmFile, source: str) -> list[str]:
    try:
        return list(engine.arrow(f"select * from {source} limit 0").schema.names)
    except WarehouseError as error:
        raise UnreadableFileError(
            "the file of people cannot be read", where=str(crm.path), got=error.got, allowed="CSV in UTF-8, or Parquet"
        ) from error


def _check(crm: CrmFile, found: list[str]) -> None:
    if unknown := sorted(set(crm.columns) - set(FIELDS)):
        raise UsageError("no column of people", got=", ".join(unknown), allowed=", ".join(FIELDS))
    if missing := [name for name in (crm.key, *crm.columns.values()) if name not in found]:
        raise MissingColumnError(
            f"the file of people has no column {missing[0]}", where=str(crm.path), got=", ".join(found[:12])
        )


def _value(name: str, header: str) -> str:
    text = f"nullif(trim({quoted(header)}::varchar), '')"
    return f"try_cast({text} as integer)" if name == "age" else text
