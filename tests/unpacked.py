"""A second reader of the packed cube, written from the words of the contract: slow, plain, independent."""

from __future__ import annotations

import gzip
import json
import struct
from decimal import Decimal


def unpack(packed):
    """Return the columns of packed bytes as lists; values with a scale as exact decimals."""
    content = gzip.decompress(packed)
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    rows, start, columns = header["rows"], 4 + length, {}
    for column in header["columns"]:
        planes = [content[start + rows * plane : start + rows * (plane + 1)] for plane in range(column["width"])]
        start += rows * column["width"]
        stored = [sum(plane[row] << (8 * place) for place, plane in enumerate(planes)) for row in range(rows)]
        columns[column["name"]] = list(_values(stored, column))
    assert start == len(content)
    return columns


def _values(stored, column):
    running = 0
    for number in stored:
        if column["nulls"] and number == 0:
            yield None
            continue
        whole = number - 1 if column["nulls"] else number
        signed = (whole >> 1) ^ -(whole & 1)
        running = running + signed if column["delta"] else signed
        yield Decimal(running).scaleb(-column["scale"]) if column["scale"] else running
