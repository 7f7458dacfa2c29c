"""A group of settings, and the types of values that settings have."""

from __future__ import annotations

import codecs
import difflib
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from payback.currencies import check_currency
from payback.errors import UnknownCurrencyError
from payback.tables import LOADED_TABLES

Severity = Literal["reject", "flag", "note", "off"]
DateOrder = Literal["auto", "dmy", "mdy"]
DecimalSign = Literal["auto", ",", "."]
Format = Literal["parquet", "csv", "excel", "html", "powerbi"]
TableName = Literal["campaigns", "customers", "orders", "campaign_details"]
READABLE_COLUMNS = tuple(dict.fromkeys(column.name for table in LOADED_TABLES for column in table.readable))
"""Columns that a file may carry, of any table."""


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _split(value: object) -> object:
    """Read ``csv, excel`` as a list: the form that an environment variable can carry."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("is no day") from None


def _delimiter(value: object) -> object:
    return "\t" if value in {"tab", r"\t"} else value


def _known_currency(code: str) -> str:
    try:
        return check_currency(code)
    except UnknownCurrencyError as error:
        raise ValueError(f"is no currency code; {error.hint}") from None


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("is not an encoding that Python knows, such as utf-8, utf-16, latin-1 or cp1252") from None


def _known_column(name: str) -> str:
    if name in READABLE_COLUMNS:
        return name
    near = difflib.get_close_matches(name, READABLE_COLUMNS, 1)
    raise ValueError("is no column of ours" + (f"; did you mean {near[0]}?" if near else ""))


Currency = Annotated[str, AfterValidator(_known_currency), Field(examples=["EUR"])]
Day = Annotated[date, BeforeValidator(_day)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Delimiter = Annotated[str, BeforeValidator(_delimiter), Field(min_length=1, max_length=1)]
ColumnName = Annotated[str, AfterValidator(_known_column)]
SPLIT = BeforeValidator(_split)
"""Makes a list of a text with commas."""
Size = Annotated[str, Field(pattern=r"^\d+(\.\d+)? ?([KkMmGgTt][Ii]?[Bb]|%)$", examples=["2GB"])]
Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]


class Section(BaseModel):
    """A group of settings; unknown names are refused and values never change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )
