"""The rows of a project fit its model as Power BI asks when it loads them; the model is read from the files."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
import pytest

from powerbi_tools import projects
from powerbi_tools.projects import VARIANTS

pytestmark = pytest.mark.powerbi

IN_FILES = ("rows in Parquet files", "refreshed by months", "hostile names", "no rows at all")
ARROW = {
    "int64": ("int64", "int32"),
    "double": ("double",),
    "string": ("string",),
    "boolean": ("bool",),
    "dateTime": ("date32[day]",),
    "decimal": ("decimal128(18, 4)",),
}
"""Types of the model, and those of Parquet that hold nothing more."""


@pytest.fixture(scope="module", params=IN_FILES)
def project(request, judges, tmp_path_factory):
    """Return the model of a project in TOM's JSON, and its tables as Power BI reads them."""
    folder = VARIANTS[request.param](tmp_path_factory.mktemp("rows"))
    model = judges.tom(folder)["model"]["model"]
    return model, {name: read(path) for name, path in projects.files(folder, model).items() if has_files(path)}


def has_files(path):
    """Tell whether there is anything to read."""
    return path.is_file() or any(path.iterdir())


def read(path):
    """Return a table from its file, or from its files of months."""
    return pq.read_table(path, partitioning=None)


def test_files_hold_the_columns_of_the_model(project):
    """Not one more, not one less, in the types that the model says."""
    model, rows = project
    for table in model["tables"]:
        if table["name"] in rows:
            types = {column["sourceColumn"]: ARROW[column["dataType"]] for column in table["columns"]}
            found = {field.name: str(field.type) for field in rows[table["name"]].schema}
            assert list(types) == list(found)
            assert {name: kind for name, kind in found.items() if kind not in types[name]} == {}


def test_each_row_finds_its_member(project):
    """Keys are single and known on the side of the one, and nothing on the side of the many is without a partner."""
    model, rows = project
    for link in model["relationships"]:
        one = rows[link["toTable"]].column(link["toColumn"]).to_pylist()
        assert len(set(one)) == len(one)
        assert None not in one
        many = rows[link["fromTable"]].column(link["fromColumn"]).to_pylist() if link["fromTable"] in rows else []
        assert set(many) <= set(one), link


def test_a_value_has_one_place_in_its_order(project):
    """Power BI refuses to load a column that another one sorts if equal values have different places."""
    model, rows = project
    for table in model["tables"]:
        for column in table["columns"]:
            if "sortByColumn" in column:
                values = rows[table["name"]].column(column["name"]).to_pylist()
                places = rows[table["name"]].column(column["sortByColumn"]).to_pylist()
                pairs = {(plain(value), place) for value, place in zip(values, places, strict=True)}
                assert len(pairs) == len({value for value, _ in pairs}), column["name"]


def test_campaigns_stay_apart(project):
    """Power BI takes names for equal whatever their case, so no two campaigns share one."""
    names = Counter(plain(name) for name in project[1]["Campaign"].column("Campaign").to_pylist())

    assert [name for name, times in names.items() if times > 1] == []


def plain(name):
    """Return a name as Power BI compares it."""
    return name.strip().casefold() if isinstance(name, str) else name
