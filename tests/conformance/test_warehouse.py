"""What every warehouse does: one body of tests for all of them."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from campaign_rows import campaign_rows, write
from payback.engine.duckdb import quoted
from payback.errors import ConfigurationError, PaybackError
from payback.tables import CUSTOMERS, TABLES
from payback.warehouse.base import Load, Slice
from payback.warehouse.opening import open_warehouse
from payback.warehouse.slices import changed_slices, slices_of

D1, D2 = date(2024, 5, 1), date(2024, 5, 2)
ON_D2 = {"date": "date '2024-05-02'"}


def costs(warehouse):
    """Return (day, cost, load) of the campaign rows."""
    rows = warehouse.read("campaigns", columns=["date", "cost", "load_id"], order="date, cost").to_pylist()
    return [(row["date"], row["cost"], row["load_id"]) for row in rows]


def ledger(warehouse, table="campaigns", report="google_ads"):
    """Return the slices of a report by (source, account, day)."""
    return {(s.source, s.account, s.day): s for s in warehouse.slices(table, report).values()}


def keys(warehouse, *wanted, name="fresh"):
    """Number keys, given as (source, account, key) or as key alone, and return key -> number."""
    whole = [one if isinstance(one, tuple) else ("s", "", one) for one in wanted]
    columns = dict(zip(("source", "account", "external_key"), zip(*whole, strict=True), strict=True))
    warehouse.engine.register(name, pa.table({column: list(values) for column, values in columns.items()}))
    with warehouse.transaction():
        relation = warehouse.number_keys("campaign_keys", name, "campaign_id")
        rows = warehouse.engine.rows(f"select source, account, external_key, campaign_id from {quoted(relation)}")
    return {row[2] if row[:2] == ("s", "") else row[:3]: row[3] for row in rows}


# Slices


def test_new_warehouse_has_every_table_and_no_rows(warehouse):
    """All tables are there, with their columns in order."""
    assert {name: warehouse.read(name).column_names for name in TABLES} == {n: list(t.names) for n, t in TABLES.items()}
    assert sum(warehouse.read(name).num_rows for name in TABLES) == 0
    assert warehouse.schema_version() >= 1


def test_rows_come_back_as_they_were_written(warehouse):
    """Text, exact money, days and empty values are the same after the way in and out."""
    write(warehouse, {"campaign_name": "'Ünï 😀'", "cost": "0.000001", "revenue": "null", "channel": "null"})
    row = warehouse.read("campaigns").to_pylist()[0]
    assert (row["campaign_name"], row["cost"], row["revenue"], row["channel"], row["date"]) == (
        "Ünï 😀", Decimal("0.000001"), None, None, D1,
    )  # fmt: skip


def test_slice_is_replaced_whole(warehouse):
    """A later version of a day leaves no row of the one before."""
    write(warehouse, {"cost": "1"}, {"cost": "2"}, {"cost": "3"})
    write(warehouse, {"cost": "9"}, load_id=2)
    assert costs(warehouse) == [(D1, 9, 2)]


def test_other_slices_stay_as_they_are(warehouse):
    """Another day, account, source or report is another slice."""
    others = [ON_D2, {"account": "'7'"}, {"source": "'bing'"}, {"report": "'other'"}]
    write(warehouse, {"cost": "1"}, *others)
    write(warehouse, {"cost": "9"}, load_id=2)
    loads = [load for _, _, load in costs(warehouse)]
    assert sorted(loads) == [1, 1, 1, 1, 2]


def test_only_the_slices_that_are_named_are_written(warehouse):
    """A relation may hold unchanged days too: they are neither deleted nor written again."""
    write(warehouse, {"cost": "1"}, {"cost": "2"} | ON_D2)
    with warehouse.transaction():
        relation = campaign_rows(warehouse, {"cost": "1", "load_id": "2"}, {"cost": "8", "load_id": "2"} | ON_D2)
        found = slices_of(warehouse.engine, relation, "campaigns", "s")
        warehouse.write_slices("campaigns", relation, [s for s in found if s.day == D2], Load(2, "a test"))
    assert costs(warehouse) == [(D1, 1, 1), (D2, 8, 2)]
    assert {day: s.cost for (_, _, day), s in ledger(warehouse).items()} == {D1: 1, D2: 8}


def test_ledger_holds_rows_and_exact_sums(warehouse):
    """The ledger says what each slice holds; sums may be larger than any row."""
    write(warehouse, *[{"cost": "999999999999.999999", "revenue": "null"}] * 3)
    (found,) = ledger(warehouse).values()
    assert (found.rows, found.cost, found.revenue) == (3, Decimal("2999999999999.999997"), None)
    (row,) = warehouse.records("loads", {"day": D1})
    assert (row["table_name"], row["request"], row["load_id"], row["flags"]) == ("campaigns", "a test", 1, "")
    assert row["loaded_at"] is not None


def test_slices_of_a_table_without_days_have_none(warehouse):
    """Customers have no days: a report is one slice, and is replaced whole."""
    for load, ids in ((1, [1, 2]), (2, [3])):
        values = {name: pa.nulls(len(ids)) for name in CUSTOMERS.names}
        values |= {
            "customer_id": ids,
            "external_customer_id": list(map(str, ids)),
            "revenue": [Decimal("1.5")] * len(ids),
        }
        values |= dict.fromkeys(("source", "report", "account"), ["crm"] * len(ids))
        values |= {"load_id": [load] * len(ids), "row_number": ids, "row_hash": ids}
        warehouse.engine.register("people", pa.table(values))
        types = ", ".join(f"try_cast({quoted(c.name)} as {_type(c)}) as {quoted(c.name)}" for c in CUSTOMERS.columns)
        warehouse.engine.execute(f"create or replace temp table typed_people as select {types} from people")
        with warehouse.transaction():
            found = slices_of(warehouse.engine, "typed_people", "customers", "s")
            warehouse.write_slices("customers", "typed_people", found, Load(load, "a test"))
    assert warehouse.read("customers")["customer_id"].to_pylist() == [3]
    assert [(s.day, s.rows, s.cost) for s in ledger(warehouse, "customers", "crm").values()] == [(None, 1, None)]


def _type(column):
    from payback.engine.stored import SQL_TYPES

    return SQL_TYPES[column.type]


# Transactions


def test_error_leaves_everything_as_it_was(warehouse):
    """Whatever a transaction did, an error undoes all of it."""
    write(warehouse, {"cost": "1"})
    before, state = costs(warehouse), warehouse.ledger_state()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - the error comes out of the transaction
        with warehouse.transaction():
            relation = campaign_rows(warehouse, {"cost": "2", "load_id": "2"})
            found = slices_of(warehouse.engine, relation, "campaigns", "s")
            warehouse.write_slices("campaigns", relation, found, Load(2, "a test"))
            warehouse.replace_rows("state", {"name": "x"}, [{"name": "x", "value": "1"}])
            raise ZeroDivisionError
    assert (costs(warehouse), warehouse.ledger_state()) == (before, state)
    assert warehouse.records("state") == []


def test_warehouse_goes_on_after_an_error(warehouse):
    """A failed transaction is over: the next one works."""
    with pytest.raises(PaybackError):  # noqa: SIM117
        with warehouse.transaction():
            warehouse.engine.execute("select nonsense")
    write(warehouse, {"cost": "5"})
    assert costs(warehouse) == [(D1, 5, 1)]


def test_transaction_sees_its_own_rows(warehouse):
    """What was written is read before it is committed."""
    with warehouse.transaction():
        warehouse.replace_rows("state", {}, [{"name": "x", "value": "1"}])
        assert warehouse.records("state") == [{"name": "x", "value": "1"}]


# Ledgers and tables


def test_rows_of_a_ledger_are_replaced_by_what_they_equal(warehouse):
    """Rows that equal the test go, others stay; empty values are equal to empty values."""
    with warehouse.transaction():
        warehouse.replace_rows("state", {"name": "a"}, [{"name": "a", "value": "1"}, {"name": "b", "value": None}])
        warehouse.replace_rows("state", {"name": "a"}, [{"name": "a", "value": "2"}])
    assert sorted(row["name"] + str(row["value"]) for row in warehouse.records("state")) == ["a2", "bNone"]
    assert warehouse.records("state", {"value": None}) == [{"name": "b", "value": None}]
    assert warehouse.records("state", {"name": "a", "value": None}) == []


def test_rows_are_deleted_by_what_they_equal(warehouse):
    """Several columns must be equal; no column at all means every row."""
    with warehouse.transaction():
        warehouse.replace_rows("state", {}, [{"name": n, "value": v} for n, v in (("a", "1"), ("b", "1"), ("c", None))])
        warehouse.delete("state", {"name": "a", "value": "2"})
        assert len(warehouse.records("state")) == 3
        warehouse.delete("state", {"value": "1"})
        assert [row["name"] for row in warehouse.records("state")] == ["c"]
        warehouse.delete("state", {})
    assert warehouse.records("state") == []


@pytest.mark.parametrize("text", ["it's", 'a "b"', "ä😀", "\\n", "%s ? {} $1", "a\nb", " "])
def test_text_of_ledgers_comes_back(warehouse, text):
    """Signs that mean something to SQL are text."""
    with warehouse.transaction():
        warehouse.replace_rows("state", {"name": text}, [{"name": text, "value": text}])
    assert warehouse.records("state", {"name": text}) == [{"name": text, "value": text}]


def test_tables_are_appended_to_and_replaced(warehouse):
    """A table takes the rows of a relation, more of them, or these instead; the number of rows comes back."""
    warehouse.engine.register("one", pa.table({"name": ["a"], "value": ["1"]}))
    warehouse.engine.register("two", pa.table({"value": ["2", "3"], "name": ["b", "c"]}))
    with warehouse.transaction():
        assert warehouse.replace_table("state", "one") == 1
        assert warehouse.append("state", "two") == 2
        assert warehouse.read("state", order="name")["name"].to_pylist() == ["a", "b", "c"]
        assert warehouse.replace_table("state", "two") == 2
    assert warehouse.read("state", order="name").to_pydict() == {"name": ["b", "c"], "value": ["2", "3"]}


def test_table_is_read_in_columns_order_and_batches(warehouse):
    """A part of the columns, in order; and a stream of the same."""
    write(warehouse, *({"cost": str(number)} for number in (3, 1, 2)))
    chosen = {"columns": ["cost", "campaign_name"], "order": "cost desc"}
    whole = warehouse.read("campaigns", **chosen)
    assert whole.to_pydict() == {"cost": [3, 2, 1], "campaign_name": ["Spring"] * 3}
    assert warehouse.batches("campaigns", **chosen).read_all().to_pylist() == whole.to_pylist()


def test_exposed_tables_are_read_by_the_engine(warehouse):
    """SQL of the engine reads what the warehouse holds, also after it changed."""
    write(warehouse, {"cost": "1"})
    for number in (1, 2):
        warehouse.expose("campaigns", "campaign_keys")
        assert warehouse.engine.row("select count(*), sum(cost) from campaigns") == (number, Decimal(number))
        write(warehouse, {"cost": "1"}, {"cost": "1"}, load_id=number + 1)


# Numbers of keys


def test_key_keeps_its_number(warehouse):
    """A campaign has one number for ever, whatever comes after it."""
    first = keys(warehouse, "brand", "spring")
    again = keys(warehouse, "zoo", "brand", "abc")
    assert sorted(first.values()) == [1, 2]
    assert {name: again[name] for name in first} == first
    assert sorted(again.values()) == [1, 2, 3, 4]


def test_whole_number_keeps_itself_where_it_is_free(warehouse):
    """Ids that people know stay what they are; the second source with the same id gets another number."""
    found = keys(warehouse, ("bing", "", "77"), ("google", "", "77"), ("google", "", "12345678901234567"))
    assert found["bing", "", "77"] == 77
    assert found["google", "", "12345678901234567"] == 12345678901234567
    assert found["google", "", "77"] not in (77, 12345678901234567)


def test_counted_number_is_not_given_again(warehouse):
    """Where a name was counted up to a number, an id that is that number gets another."""
    assert keys(warehouse, "brand") == {"brand": 1}
    found = keys(warehouse, "1", "2", "other")
    assert (found["brand"], found["2"]) == (1, 2)
    assert len(set(found.values())) == 4


@pytest.mark.parametrize("sentinel", ["999999999", "1000000000", "999999999999999999"])
def test_counting_goes_on_below_a_huge_id(warehouse, sentinel):
    """One id like 999999999 neither pushes all others up nor makes two of them equal."""
    keys(warehouse, sentinel, "a", "b", "1000000001", "1000000002")
    found = keys(warehouse, "c", "d", "2", "1000000003")
    assert len(set(found.values())) == len(found) == 9
    assert found[sentinel] == int(sentinel)
    assert max(found[name] for name in "abcd") < 20


@pytest.mark.parametrize("text", ["007", "0", "-5", "1.0", " 8", "", "9" * 19, "٣", "1e3"])
def test_other_texts_are_counted(warehouse, text):
    """Only a whole number as it is written keeps itself; the rest gets a short one, and a place of its own."""
    found = keys(warehouse, text, "8", "7", "1000")
    assert len(set(found.values())) == 4
    assert 0 < found[text] < 2000


def test_accounts_have_keys_of_their_own(warehouse):
    """The same name in two accounts is two campaigns."""
    found = keys(warehouse, ("s", "1", "brand"), ("s", "2", "brand"), ("t", "1", "brand"))
    assert len(set(found.values())) == 3


def test_no_two_keys_share_a_number(warehouse):
    """Batches of names and ids in any order: every key has one number, its own, and it stays."""
    seen = {}
    for batch in (["5", "a", "3"], ["b", "1", "2", "c"], ["6", "d", "4", "7", "e"], ["8", "f", "20", "10", "9", "g"]):
        found = keys(warehouse, *batch)
        assert {name: found[name] for name in seen} == seen
        assert len(set(found.values())) == len(found)
        seen = found


# State


def test_state_changes_with_every_load_and_with_nothing_else(warehouse):
    """Equal texts mean equal loaded tables; load ids grow."""
    states, ids = [warehouse.ledger_state()], [warehouse.next_load_id()]
    for load in (1, 2):
        write(warehouse, {"cost": str(load)}, load_id=load)
        states.append(warehouse.ledger_state())
        ids.append(warehouse.next_load_id())
    assert len(set(states)) == 3
    assert ids == [1, 2, 3]
    with warehouse.transaction():
        warehouse.replace_rows("state", {}, [{"name": "x", "value": "y"}])
    assert warehouse.ledger_state() == states[-1]


def test_file_whose_slices_are_unchanged_is_a_load_too(warehouse):
    """A load that wrote no slice has its number in the ledger of files."""
    state = warehouse.ledger_state()
    with warehouse.transaction():
        warehouse.replace_rows("files", {"path": "a.csv"}, [{"path": "a.csv", "load_id": 7}])
    assert warehouse.next_load_id() == 8
    assert warehouse.ledger_state() != state


# Slices of a relation: these need an engine alone


def slices_in(warehouse, *changes, settings_hash="s"):
    """Return the slices of rows."""
    return slices_of(warehouse.engine, campaign_rows(warehouse, *changes), "campaigns", settings_hash)


def test_hash_of_a_slice_is_that_of_its_rows(warehouse):
    """It does not depend on their order; it does on how often a row occurs and on how the file is read."""
    one, two = {"row_hash": "11"}, {"row_hash": "22"}
    first = slices_in(warehouse, one, two)[0].content_hash
    assert slices_in(warehouse, two, one)[0].content_hash == first
    others = [slices_in(warehouse, one)[0], slices_in(warehouse, one, two, two)[0]]
    others += [slices_in(warehouse, one, two, settings_hash="t")[0]]
    assert first not in {other.content_hash for other in others}


def test_large_hashes_add_up(warehouse):
    """The hashes of many rows are larger than a number of 64 bits, and nothing overflows."""
    huge = {"row_hash": str(2**63 - 1)}
    assert slices_in(warehouse, *[huge] * 5)[0].content_hash == f"{5 * (2**63 - 1)}-s"


def test_changed_slices_are_found_and_revisions_told(caplog):
    """New and different slices are written; what a revision did to rows and money goes to the log."""
    kept = Slice("s", "", "r", D1, 2, Decimal(10), Decimal(20), "a")
    same = Slice("s", "", "r", D1, 2, Decimal(10), Decimal(20), "a")
    revised = Slice("s", "", "r", D1, 3, Decimal(12), Decimal(20), "b")
    new = Slice("s", "", "r", D2, 1, None, None, "c")
    with caplog.at_level(logging.INFO):
        assert changed_slices("campaigns", [same, new], {kept.key: kept}) == [new]
        assert caplog.messages == []
        assert changed_slices("campaigns", [revised], {kept.key: kept}) == [revised]
    assert caplog.messages == ["campaigns r 2024-05-01 revised: rows 2 -> 3, cost 10 -> 12, revenue 20 -> 20"]


def test_unknown_kind_of_warehouse_is_refused(tmp_path):
    """The message names the kinds that there are."""
    with pytest.raises(ConfigurationError, match="duckdb, mysql"):
        open_warehouse("oracle", tmp_path / "x")
