"""What a source tells otherwise later is written down, on every warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from campaign_rows import campaign_rows
from payback.data_loader.slice_load import write_rows
from payback.tables import CAMPAIGNS
from payback.warehouse.base import Load

D1, D2 = date(2024, 5, 1), date(2024, 5, 2)
KEY = ("google", "", "google_ads")
REPORT = "google_ads"


def load(warehouse, *changes, at="2024-05-03 12:00", settings_hash="s", **options):
    """Write campaign rows as a source would, at a moment."""
    moment = datetime.fromisoformat(at)
    zone = options.pop("time_zone", "UTC")
    with warehouse.transaction():
        name = campaign_rows(warehouse, *changes)
        warehouse.engine.execute(f"alter table {name} drop campaign_id")
        warehouse.engine.execute(f"alter table {name} drop load_id")
        number = warehouse.next_load_id()
        return write_rows(
            warehouse,
            CAMPAIGNS,
            name,
            Load(number, "a test", "run 1", at=moment, time_zone=zone),
            report=REPORT,
            settings_hash=settings_hash,
            **options,
        )


def test_first_load_and_the_same_again_are_no_revisions(warehouse):
    """Nothing was told otherwise, so there is nothing to tell."""
    load(warehouse, {})
    load(warehouse, {}, at="2024-05-04 12:00")
    assert warehouse.records("revisions") == []


def test_revision_holds_what_was_before_and_after(warehouse):
    """Of two days one is revised two days after it and one more conversion: one entry, with all its sums."""
    load(warehouse, {}, {"date": "date '2024-05-02'"}, at="2024-05-02 08:00")
    later = {"conversions": "2.5", "revenue": "40", "row_hash": "99"}
    load(warehouse, later, {"date": "date '2024-05-02'"}, at="2024-05-04 08:00")
    (entry,) = warehouse.records("revisions")
    assert (entry["day"], entry["age_days_before"], entry["age_days"]) == (D1, 1, 3)
    assert (entry["rows_before"], entry["rows_after"], entry["cause"]) == (1, 1, "source")
    assert (entry["revenue_before"], entry["revenue_after"]) == (Decimal("31.25"), Decimal(40))
    assert (entry["conversions_before"], entry["conversions_after"]) == (Decimal("1.5"), Decimal("2.5"))
    assert (entry["cost_before"], entry["cost_after"], entry["sessions_before"]) == (
        Decimal("10.5"),
        Decimal("10.5"),
        None,
    )
    assert (entry["load_id"], entry["run_id"], entry["revised_at"]) == (2, "run 1", datetime(2024, 5, 4, 8))


def test_age_is_counted_by_the_calendar_of_the_account(warehouse):
    """At 20:00 UTC of 3 May it is 4 May in Tokyo: the first of May is three days old."""
    load(warehouse, {}, at="2024-05-01 20:00", time_zone="Asia/Tokyo")
    load(warehouse, {"row_hash": "99"}, at="2024-05-03 20:00", time_zone="Asia/Tokyo")
    (entry,) = warehouse.records("revisions")
    assert (entry["age_days_before"], entry["age_days"]) == (1, 3)


def test_other_settings_are_no_revision_of_the_source(warehouse):
    """Rows that we read otherwise now are told apart from rows that the source tells otherwise."""
    load(warehouse, {})
    load(warehouse, {}, settings_hash="t")
    assert [entry["cause"] for entry in warehouse.records("revisions")] == ["settings"]


def test_day_that_came_empty_is_revised_to_nothing(warehouse):
    """A day that was asked for and has no rows any more leaves none behind."""
    load(warehouse, {})
    load(warehouse, {"date": "date '2024-05-02'"}, covered=[(*KEY, D1)])
    (entry,) = warehouse.records("revisions")
    assert (entry["day"], entry["rows_after"], entry["cost_after"]) == (D1, 0, None)
    assert [row["date"] for row in warehouse.records("campaigns")] == [D2]


def test_flags_change_without_a_revision(warehouse):
    """A provisional day that is final now is no other day: rows and load stay."""
    load(warehouse, {}, flags={(*KEY, D1): "provisional"})
    written = load(warehouse, {}, flags={})
    assert written.changed == []
    assert warehouse.records("revisions") == []
    assert [(row["flags"], row["load_id"]) for row in warehouse.records("loads")] == [("", 1)]


def test_loaded_at_is_the_moment_of_the_load(warehouse):
    """A load that says when it was is entered with that."""
    load(warehouse, {}, at="2024-05-03 12:00")
    (row,) = warehouse.records("loads")
    assert row["loaded_at"].replace(tzinfo=UTC) == datetime(2024, 5, 3, 12, tzinfo=UTC)


def test_revision_does_not_keep_a_new_month_out(mysql_warehouse, caplog):
    """A load that revises the last of May and brings the first of June makes the partition of June at once."""
    from payback.warehouse.mysql.partitions import partitions

    may, june = {"date": "date '2024-05-31'"}, {"date": "date '2024-06-01'"}
    load(mysql_warehouse, may)
    load(mysql_warehouse, may | {"row_hash": "99"}, june)
    assert "m2024_06" in [one.name for one in partitions(mysql_warehouse.session, "campaigns")]
    assert "no new month" not in caplog.text
    assert len(mysql_warehouse.records("revisions")) == 1
