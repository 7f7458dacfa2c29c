"""Google's default channel group as data: dated rule files, lists of sites, and the SQL made from them."""

from payback.sources.channel_rules.rules import FIELDS, Rule, RuleSet, channel_sql, default_channel, rule_sets
from payback.sources.channel_rules.sites import CATEGORIES, category_pattern, site_category_sql

__all__ = [
    "CATEGORIES",
    "FIELDS",
    "Rule",
    "RuleSet",
    "category_pattern",
    "channel_sql",
    "default_channel",
    "rule_sets",
    "site_category_sql",
]
