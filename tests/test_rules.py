"""The rules of cleaning as data."""

from __future__ import annotations

import pytest

from payback.cleaning.rules import (
    CAMPAIGN_RULES,
    CUSTOMER_RULES,
    SEVERITIES,
    UNUSUAL,
    applicable,
    with_severities,
)
from payback.engine.typed import READING_RULES
from payback.errors import ConfigurationError
from payback.tables import CAMPAIGNS, CUSTOMERS

BOTH = pytest.mark.parametrize(
    ("rules", "table"), [(CAMPAIGN_RULES, CAMPAIGNS), (CUSTOMER_RULES, CUSTOMERS)], ids=["campaigns", "customers"]
)


@BOTH
def test_names_are_unique_and_no_reading_reason(rules, table):
    """A reason code means one thing; what every row needs is the one that both gates ask for."""
    names = [rule.name for rule in rules]
    assert len(set(names)) == len(names)
    assert set(names) & set(READING_RULES) <= {"missing_date"}


@BOTH
def test_rules_name_columns_of_their_table(rules, table):
    """The column at fault and the columns a rule needs exist."""
    named = {rule.column for rule in rules} | {name for rule in rules for name in rule.needs}
    assert [name for name in named if name not in table] == []


@BOTH
def test_rules_have_words_and_a_known_severity(rules, table):
    """A person reads the words; the severity is one of four, and by default no rule is off."""
    assert [rule.name for rule in rules if not rule.words or rule.words.endswith(".")] == []
    assert {rule.severity for rule in rules} <= set(SEVERITIES) - {"off"}


def test_default_severities_keep_real_data():
    """Refunds, credits, conversions after a view and large campaigns are flagged, never turned away."""
    rejected = {rule.name for rule in (*CAMPAIGN_RULES, *CUSTOMER_RULES) if rule.severity == "reject"}
    assert not rejected & {"negative_revenue", "negative_cost", "conversions_above_clicks", "outlier_cost", *UNUSUAL}


def test_severity_is_changed_for_one_rule_alone():
    """A setting changes the rule it names and no other, and not the list itself."""
    changed = with_severities(CAMPAIGN_RULES, {"negative_revenue": "reject"})
    differing = [a.name for a, b in zip(changed, CAMPAIGN_RULES, strict=True) if a != b]
    assert differing == ["negative_revenue"]


@pytest.mark.parametrize(
    ("severity", "message"),
    [
        ({"negativ_revenue": "flag"}, "did you mean negative_revenue"),
        ({"duplicate_row": "drop"}, "reject, flag, note, off"),
    ],
)
def test_wrong_severity_is_refused(severity, message):
    """A mistyped rule or severity says what there is."""
    with pytest.raises(ConfigurationError, match=message):
        with_severities(CAMPAIGN_RULES, severity)


def test_rule_without_its_columns_is_not_asked():
    """A frame without impressions is not judged by them; a rule that is off is not asked at all."""
    names = [rule.name for rule in applicable(CAMPAIGN_RULES, {"cost", "clicks"})]
    assert "negative_clicks" in names
    assert "clicks_above_impressions" not in names
    assert applicable(with_severities(CAMPAIGN_RULES, {"negative_cost": "off"}), {"cost"}) == tuple(
        rule for rule in applicable(CAMPAIGN_RULES, {"cost"}) if rule.name != "negative_cost"
    )
