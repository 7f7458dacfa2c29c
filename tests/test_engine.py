"""The engine: SQL from files, results in many forms, errors as ours."""

from __future__ import annotations

import gc
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payback.engine.duckdb import Engine, literal, quoted, read_sql, translated
from payback.errors import ConfigurationError, DiskFullError, WarehouseError


@pytest.fixture
def engine():
    """Return an engine in memory."""
    with Engine() as opened:
        yield opened


@pytest.mark.parametrize("name", ["plain", 'with "quotes"', "select", "Ünï 😀", "a;b--c", "'", "new\nline"])
def test_names_are_quoted(engine, name):
    """Any name can be a column, and no name is more than one."""
    engine.execute(f"create table t as select 1 as {quoted(name)}")
    assert engine.records("from t") == [{name: 1}]


@pytest.mark.parametrize("text", ["plain", "it's", "''", "\\", "$1", "?", "\n", "😀", ""])
def test_literals_are_quoted(engine, text):
    """Any text can be a literal, and none ends it."""
    assert engine.row(f"select {literal(text)}") == (text,)


def test_files_of_sql_get_their_names(tmp_path):
    """Names are filled in; a name that the caller forgot is a defect that shows at once."""
    text = read_sql("payback.warehouse", "slices.sql", relation="x", day="date", cost="cost", revenue="revenue")
    assert "from x" in text
    assert "${" not in text
    with pytest.raises(KeyError, match="day"):
        read_sql("payback.warehouse", "slices.sql", relation="x")


def test_results_in_every_form(engine):
    """Rows, records, Arrow and batches hold the same values; money stays exact."""
    sql = "select i, (i / 10)::decimal(18, 6) as d from range(?) t(i) order by i"
    assert engine.rows(sql, [2]) == [(0, Decimal(0)), (1, Decimal("0.1"))]
    assert engine.row(sql, [2]) == (0, Decimal(0))
    assert engine.records(sql, [2]) == engine.arrow(sql, [2]).to_pylist()
    assert engine.batches(sql, [2]).read_all() == engine.arrow(sql, [2])


def test_batches_have_the_asked_size(engine):
    """A large result comes in pieces of at most so many rows, and nothing is missing."""
    sizes = [batch.num_rows for batch in engine.batches("from range(10000) t(i)", rows=3000)]
    assert max(sizes) <= 3000
    assert sum(sizes) == 10000


def test_other_questions_wait_for_open_batches(engine):
    """Half-read batches and another query do not mix; the message says what to do, and doing it helps."""
    reader = engine.batches("from range(1000000) t(i)", rows=1000)
    reader.read_next_batch()
    with pytest.raises(WarehouseError, match="still being read"):
        engine.rows("select 1")
    del reader
    gc.collect()
    assert engine.row("select 1") == (1,)


def test_error_in_the_middle_of_batches_is_ours(engine):
    """What fails after a thousand good batches fails as everything else does."""
    late = engine.batches("select case when i > 900000 then error('late') end from range(1000000) t(i)", rows=1000)
    with pytest.raises(WarehouseError, match="refused a statement"):
        list(late)


def test_transaction_keeps_all_or_nothing(engine):
    """A transaction that ends in an error leaves nothing behind, and the engine goes on."""
    with engine.transaction():
        engine.execute("create table kept as select 1 as n")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - the error comes out of the transaction
        with engine.transaction():
            engine.execute("insert into kept values (2)")
            raise ZeroDivisionError
    assert engine.rows("from kept") == [(1,)]


def test_first_error_of_a_transaction_comes_out(engine):
    """Where the rollback itself fails, the error that mattered is not hidden by it."""
    with pytest.raises(WarehouseError, match="nonsense"):  # noqa: PT012, SIM117
        with engine.transaction():
            engine.connection.execute("rollback")
            engine.execute("select nonsense")


@pytest.mark.parametrize("settings", [{"memory_limit": "much"}, {"threads": 0}])
def test_settings_that_no_engine_takes_are_refused(settings):
    """A wrong setting is named, with what the engine says about it."""
    name, value = next(iter(settings.items()))
    with pytest.raises(ConfigurationError, match=f"{name}={value}"):
        Engine(**settings)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), DiskFullError),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), DiskFullError),
        (duckdb.ConversionException("Conversion Error: no"), WarehouseError),
    ],
)
def test_errors_are_translated(error, kind):
    """The engine's errors come out as ours: a full disk with the way out, the others with the first line."""
    ours = translated(error)
    assert type(ours) is kind
    assert ours.got in str(error)


def test_work_beyond_its_memory_is_refused_with_a_hint(tmp_path):
    """Work that needs more memory than it may use, and no disk to spill to, says which setting helps."""
    with Engine(memory_limit="40MB", temp_directory=tmp_path, threads=1) as engine:
        engine.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(DiskFullError, match=r"engine\.memory_limit"):
            engine.execute("create table t as select i, md5(i::varchar) as m from range(3000000) t(i) order by m")


def limit_of(engine):
    """Return the engine's limit of memory, as DuckDB says it."""
    return engine.row("select current_setting('memory_limit')")[0]


def test_rows_that_pass_through_get_less_memory_for_a_while():
    """The limit goes down and comes back, again and again; rows that stand there stay."""
    with Engine(threads=2) as engine:
        usual = limit_of(engine)
        engine.execute("create temp table kept as select i, md5(i::varchar) as m from range(1000000) t(i)")
        for _ in range(3):
            with engine.transaction(), engine.lean():
                assert limit_of(engine) == "286.1 MiB"
                assert engine.row("select count(*), sum(i) from kept") == (1_000_000, 499_999_500_000)
            assert limit_of(engine) == usual
        assert engine.row("select sum(i) from kept") == (499_999_500_000,)


def test_a_limit_that_was_set_stays():
    """Whoever names a limit gets it for everything."""
    with Engine(memory_limit="1GB") as engine, engine.lean():
        assert limit_of(engine) == "953.6 MiB"


def test_timings_name_the_statements(engine):
    """Monitoring sees what ran and for how long."""
    engine.execute("select 1", name="the step")
    engine.rows("select\n  2")
    assert [name for name, _ in engine.timings] == ["the step", "select 2"]
    assert all(seconds >= 0 for _, seconds in engine.timings)


def test_temporary_things_are_dropped_and_others_stay(engine):
    """After a load its working tables are gone, and the tables of the warehouse are not."""
    engine.execute("create table kept as select 1 as n")
    engine.execute('create temp table "a ""b" as from kept; create temp view v as from kept')
    engine.register("frame", pa.table({"n": [1]}))
    engine.drop_temporary()
    assert engine.rows("select table_name from duckdb_tables()") == [("kept",)]
    assert engine.rows("select view_name from duckdb_views() where not internal") == []


def test_parquet_replaces_the_folder(engine, tmp_path):
    """A folder holds what was written last; of what was there before nothing is left, nor of the way to it."""
    folder = tmp_path / "it's out"
    engine.write_parquet("select 1 as n", folder)
    engine.write_parquet("select 2 as n union all select 3 order by n", folder)
    assert pq.read_table(folder / "part-0.parquet").to_pydict() == {"n": [2, 3]}
    assert [path.name for path in tmp_path.iterdir()] == ["it's out"]


def test_parquet_is_parted_by_month(engine, tmp_path):
    """Each month has a folder of its own; no rows give an empty folder."""
    days = "select unnest([date '2024-01-31', date '2024-02-29', date '2024-02-01', date '2023-12-31', null]) as day"
    engine.write_parquet(days, tmp_path / "out", order="day", months_of="day")
    found = {path.name: pq.read_table(path)["day"].to_pylist() for path in (tmp_path / "out").iterdir()}
    assert found == {
        "month=2023-12": [date(2023, 12, 31)],
        "month=2024-01": [date(2024, 1, 31)],
        "month=2024-02": [date(2024, 2, 1), date(2024, 2, 29)],
        "month=__HIVE_DEFAULT_PARTITION__": [None],
    }
    engine.write_parquet(f"from ({days}) where false", tmp_path / "out", months_of="day")
    assert list((tmp_path / "out").iterdir()) == []


def test_parquet_that_fails_leaves_what_was_there(engine, tmp_path):
    """An error while writing costs nobody the last good files."""
    engine.write_parquet("select 1 as n", tmp_path / "out")
    with pytest.raises(WarehouseError):
        engine.write_parquet("select error('late') as n", tmp_path / "out")
    assert pq.read_table(tmp_path / "out").to_pydict() == {"n": [1]}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_parquet_of_a_stopped_writer_is_found_again(engine, tmp_path):
    """A writer that was killed between its renames leaves the old files, which a failing next one must not lose."""
    engine.write_parquet("select 1 as n", tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / ".out.old")
    with pytest.raises(WarehouseError):
        engine.write_parquet("select error('late') as n", tmp_path / "out")
    assert pq.read_table(tmp_path / "out").to_pydict() == {"n": [1]}


def test_times_are_utc(engine):
    """The day of a time does not depend on where the machine stands."""
    assert engine.row("select (timestamptz '2024-01-05 23:30:00+00')::date") == (date(2024, 1, 5),)
