"""The cube as bytes that travel in a page.

The format is that of ``frontend/src/data/contract.ts``: the length of a header, the header as JSON, and columns of
unsigned integers as byte planes, gzipped. Amounts are whole numbers of the smallest power of ten that holds them all,
so a page gets the very sums that the database has.
"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from payback.errors import PublishingError
from payback.metrics import ADDITIVE

if TYPE_CHECKING:
    import numpy.typing as npt

DIMENSIONS = ("day", "campaign", "channel", "country", "currency")
"""Columns that are places in the lists of the report; ``day`` counts from its first one."""
EXACT_IN_BROWSER = 2**53
"""JavaScript's numbers are doubles."""


@dataclass(frozen=True)
class PackedColumn:
    """A column ready to be written: what the header says about it, and its bytes."""

    header: dict[str, Any]
    planes: bytes


def pack(table: pa.Table) -> bytes:
    """Return a cube as gzipped bytes; equal cubes give equal bytes.

    Parameters
    ----------
    table : pyarrow.Table
        Columns `DIMENSIONS` (whole numbers, none missing) and the measures, decimal or whole. Best sorted by campaign
        and day: neighbours that are alike pack well.

    Raises
    ------
    PublishingError
        A sum is too large to be exact in a browser.
    """
    columns = [_packed(name, table.column(name)) for name in (*DIMENSIONS, *ADDITIVE)]
    header = {"version": 1, "rows": table.num_rows, "columns": [column.header for column in columns]}
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    content = b"".join([struct.pack("<I", len(text)), text, *(column.planes for column in columns)])
    return gzip.compress(content, compresslevel=9, mtime=0)


def _packed(name: str, column: pa.ChunkedArray) -> PackedColumn:
    numbers, known, scale = _integers(name, column)
    choices = [_stored(name, numbers, known, scale, delta=delta) for delta in (False, True)]
    return min(choices, key=lambda choice: len(zlib.compress(choice.planes, 1)))


def _stored(
    name: str, numbers: npt.NDArray[np.int64], known: npt.NDArray[np.bool_], scale: int, *, delta: bool
) -> PackedColumn:
    """Turn the known numbers into unsigned ones, small where they are near zero or near their neighbour."""
    nulls = not bool(known.all())
    steps = np.diff(numbers, prepend=np.int64(0)) if delta else numbers
    zigzag = ((steps << 1) ^ (steps >> 63)).view(np.uint64)
    stored = np.zeros(len(known), np.uint64)
    stored[known] = zigzag + np.uint64(1) if nulls else zigzag
    width = max(1, (int(stored.max()).bit_length() + 7) // 8) if len(stored) else 1
    planes = stored.view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()
    return PackedColumn({"name": name, "width": width, "nulls": nulls, "delta": delta, "scale": scale}, planes)


def _integers(name: str, column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], int]:
    """Return the known values as whole numbers of 10^-scale, which values are known, and the smallest such scale."""
    known = pc.is_valid(column).to_numpy(zero_copy_only=False).astype(bool)
    values = column.drop_null()
    if not pa.types.is_decimal(column.type):
        return values.to_numpy().astype(np.int64), known, 0
    digits = column.type.scale
    scaled = _raw(values, digits)
    largest = int(np.abs(scaled).max()) if len(scaled) else 0
    scale = digits
    while scale and not (scaled % 10).any():
        scaled, scale, largest = scaled // 10, scale - 1, largest // 10
    if largest >= EXACT_IN_BROWSER:
        raise PublishingError(
            "a sum is too large to be shown exactly in a browser",
            got=f"{name} of {largest / 10**scale:,.0f} in a day of one campaign",
            hint="check the currency and the column: micros of money are divided by 1000000",
        )
    return scaled.astype(np.int64), known, scale


def _raw(values: pa.ChunkedArray, digits: int) -> npt.NDArray[Any]:
    """Return decimals as whole numbers of their last digit, straight from their bytes."""
    array = values.cast(pa.decimal128(38, digits)).combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], values.type)
    if not len(array):
        return np.zeros(0, np.int64)
    words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset :][: 2 * len(array)].reshape(-1, 2)
    low, high = words[:, 0], words[:, 1]
    if (high == low >> 63).all():
        return low.copy()
    return np.array([int(high_) * 2**64 + int(np.uint64(low_)) for low_, high_ in zip(low, high, strict=True)], object)
