"""`validate_data` lists every broken rule, with counts and examples."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from payback.cleaning.validation import validate_data
from payback.errors import AmbiguousDateError, InputError, MissingColumnError, UsageError, ValidationError

GOOD = {
    "campaign": ["A", "B"],
    "cost": [1.0, 2.0],
    "impressions": [10, 20],
    "clicks": [1, 2],
    "conversions": [0.5, 9.0],
    "revenue": [2.0, None],
    "date": ["2024-01-01", "2024-01-02"],
}
kinds = pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])


def broken(data, **options):
    """Return rule -> rows of a frame that breaks rules."""
    with pytest.raises(ValidationError) as caught:
        validate_data(data, **options)
    return caught.value.broken


@kinds
def test_good_rows_pass(kind):
    """What is merely missing, fractional or unusual breaks no rule."""
    assert validate_data(kind(GOOD)) is None


@kinds
def test_every_broken_rule_is_listed(kind):
    """One error names all rules with their numbers of rows; a row counts for each rule that it breaks."""
    rows = {**GOOD, "cost": [-1.0, -2.0], "clicks": [99, 2], "date": ["2999-01-01", "2024-01-02"]}
    assert broken(kind(rows)) == {"future_date": 1, "negative_cost": 2, "clicks_above_impressions": 1}


def test_message_has_words_and_examples():
    """The message shows what is asked for and the first rows that break it, with their values."""
    with pytest.raises(ValidationError, match="campaigns break 1 rule") as caught:
        validate_data(pd.DataFrame({"cost": [1, 2, 3, 4, 5], "clicks": [-1, -2, -3, -4, 5]}))
    text = str(caught.value)
    assert "negative_clicks: 4 rows; clicks are not negative; row 1 (-1), row 2 (-2), row 3 (-3)" in text
    assert "row 4" not in text
    assert "got: 5 rows" in text


def test_it_is_a_value_error_and_an_input_error():
    """The specification's users catch ValueError; ours catch InputError."""
    with pytest.raises(ValueError, match="negative_cost"):
        validate_data(pd.DataFrame({"cost": [-1]}))
    assert issubclass(ValidationError, InputError)


def test_negative_revenue_may_be_allowed():
    """Whoever nets refunds lets the rule pass, and only that one."""
    rows = pd.DataFrame({"cost": [1, -1], "revenue": [-2, 3]})
    assert broken(rows) == {"negative_revenue": 1, "negative_cost": 1}
    assert broken(rows, allow=["negative_revenue"]) == {"negative_cost": 1}


def test_copies_are_found():
    """A row that occurs three times is two too many."""
    assert broken(pd.DataFrame({"cost": [1, 1, 1, 2], "day": ["2024-01-01"] * 4})) == {"duplicate_row": 2}


def test_text_that_cannot_be_read_breaks_a_rule():
    """A frame of text is read first, and what cannot be read is listed."""
    rows = pd.DataFrame({"cost": ["1.5", "abc"], "date": ["2024-02-30", "2024-01-01"]})
    assert broken(rows) == {"bad_date": 1, "not_a_number": 1}


def test_customers_are_told_from_campaigns():
    """The columns decide which rules are asked; the caller can."""
    rows = pd.DataFrame({"customer_id": [1, 1, None], "sessions": [1, 2, -3], "revenue": [1.0, 2.0, 3.0]})
    assert broken(rows) == {"missing_customer": 1, "negative_sessions": 1, "duplicate_customer": 1}
    assert broken(pd.DataFrame({"revenue": [-1.0]}), table="campaigns") == {"negative_revenue": 1}


def test_message_names_no_person():
    """The id of a customer is theirs: the message counts rows and gives their numbers alone."""
    with pytest.raises(ValidationError) as caught:
        validate_data(pd.DataFrame({"customer_id": ["anna@example.org"] * 2, "age": [30, 31]}))
    assert "anna" not in str(caught.value)
    assert "row 1" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (pd.DataFrame(GOOD), {"table": "orders"}, UsageError, "no such table"),
        (pd.DataFrame(GOOD), {"allow": ["negative_revenu"]}, UsageError, "no such rule"),
        (pd.DataFrame({"temperature": [1]}), {}, MissingColumnError, "no column of"),
        ([1], {}, InputError, "no table that Payback can read"),
        (pd.DataFrame({"cost": [1, 2], "date": ["01/02/2024", "02/03/2024"]}), {}, AmbiguousDateError, "told apart"),
    ],
)
def test_wrong_calls_are_refused(data, options, error, message):
    """A table or a rule that does not exist, or a frame of something else, is no broken rule."""
    with pytest.raises(error, match=message):
        validate_data(data, **options)


def test_frame_is_not_changed():
    """Validation only looks."""
    rows = pd.DataFrame(GOOD)
    before = rows.copy(deep=True)
    validate_data(rows)
    pd.testing.assert_frame_equal(rows, before)
