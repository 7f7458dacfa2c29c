"""The tables as Parquet and CSV files."""

import csv
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payback.errors import PublishingError, UsageError
from payback.publishing.parquet import publish_tables, write_parquet
from payback.publishing.results import Results
from sample_results import EDGES, large, small


def test_each_table_has_a_parquet_and_a_csv_file(tmp_path):
    """The paths that are given back are the files that are there."""
    paths = publish_tables(small(), tmp_path / "outputs")

    assert set(small().tables) == set(paths)
    assert sorted(p for kinds in paths.values() for p in kinds.values()) == sorted((tmp_path / "outputs").iterdir())


def test_parquet_comes_back_as_it_was(tmp_path):
    """Values, exact decimals and types survive, compressed with zstd."""
    paths = publish_tables(small(), tmp_path, formats=["parquet"])
    for name, table in small().tables.items():
        assert table.equals(pq.read_table(paths[name]["parquet"]))
    column = pq.ParquetFile(paths["roi_total"]["parquet"]).metadata.row_group(0).column(0)

    assert column.compression == "ZSTD"


def test_csv_sums_equal_the_total(tmp_path):
    """Read with csv and decimal alone, the campaigns' money adds up to the total to the last digit."""
    paths = publish_tables(large(), tmp_path, formats=["csv"])

    def column(name, key):
        with paths[name]["csv"].open(encoding="utf-8-sig", newline="") as file:
            return [Decimal(row[key]) for row in csv.DictReader(file)]

    for key in ("cost", "revenue", "profit"):
        assert sum(column("roi_by_campaign", key)) == sum(column("roi_by_channel", key)) == column("roi_total", key)[0]


def test_equal_tables_give_equal_bytes(tmp_path):
    """Chunks, dictionary encoding and notes of pandas leave no trace in the file."""
    plain = pa.table({"name": ["a", "b", "a"], "n": [1, 2, 3]})
    chunked = pa.concat_tables([plain.slice(0, 1), plain.slice(1)])
    coded = plain.set_column(0, "name", plain.column("name").dictionary_encode()).replace_schema_metadata(
        {"pandas": "{}"}
    )
    files = []
    for number, table in enumerate((plain, chunked, coded)):
        write_parquet(table, tmp_path / f"{number}.parquet")
        files.append((tmp_path / f"{number}.parquet").read_bytes())

    assert files[0] == files[1] == files[2]


@pytest.mark.parametrize("edge", EDGES)
def test_every_result_can_be_published(edge, tmp_path):
    """Whatever is missing or strange, each table comes back with its rows."""
    results = EDGES[edge]()
    paths = publish_tables(results, tmp_path)

    assert {name: table.num_rows for name, table in results.tables.items()} == {
        name: pq.read_table(kinds["parquet"]).num_rows for name, kinds in paths.items()
    }


def test_a_table_that_fails_leaves_the_others_as_they_were(tmp_path):
    """All files of a call move together, so a broken one cannot leave half a set."""
    publish_tables(small(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = Results(small().summary, {**large().tables, "../evil": pa.table({"a": [1]})})
    with pytest.raises(PublishingError, match=r"cannot be a file name\n.*evil"):
        publish_tables(broken, tmp_path)

    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_an_unknown_format_is_refused(tmp_path):
    """The message names the formats there are."""
    with pytest.raises(UsageError, match=r"unknown table format\n.*'xls'\n.*parquet, csv"):
        publish_tables(small(), tmp_path, formats=["xls"])
