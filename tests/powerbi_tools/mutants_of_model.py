"""Planted defects of the semantic model: its tables, relationships, measures and queries."""

from __future__ import annotations

import shutil

from powerbi_tools.damage import model, swap, tmdl
from powerbi_tools.mutants import Mutants

MUTANTS = Mutants()
caught_by = MUTANTS.caught_by

MEASURE = r"^\tmeasure Cost = (.*)$"
COLUMN = r"^\tcolumn 'Cost Value'$"
LINK = r"^relationship \S+$"


def links(project):
    return model(project) / "relationships.tmdl"


def expressions(project):
    return model(project) / "expressions.tmdl"


def other_dax(project, text):
    swap(tmdl(project), MEASURE, rf"\tmeasure Cost = {text}")


@caught_by("tom", "flavour")
def a_property_that_does_not_exist(project):
    swap(tmdl(project), MEASURE, r"\g<0>\n\t\tflavour: 1")


@caught_by("tom", "indent|unexpected|invalid")
def a_property_too_deep(project):
    swap(tmdl(project), COLUMN, r"\g<0>\n\t\t\t\t\tisHidden")


@caught_by("tom", "int65|dataType")
def a_type_that_does_not_exist(project):
    swap(tmdl(project), "dataType: int64", "dataType: int65")


@caught_by("tom", "name|unexpected|invalid")
def a_name_without_its_quotes(project):
    swap(tmdl(project), COLUMN, "\tcolumn Cost Value")


@caught_by("tom", "ToColumn .*cannot be found")
@caught_by("ours", "relationship-columns-exist")
def a_relationship_to_no_column(project):
    swap(links(project), r"toColumn: (\w+)\.(.*)$", r"toColumn: \1.Lost")


@caught_by("tom", "ToColumn .*cannot be found")
def a_relationship_to_no_table(project):
    swap(links(project), r"toColumn: \w+\.", "toColumn: Lost.")


@caught_by("tom", "SortByColumn .*cannot be found")
@caught_by("ours", "sort-column-exists")
def a_column_sorted_by_none(project):
    swap(tmdl(project, "Date"), r"sortByColumn: .*$", "sortByColumn: Lost")


@caught_by("tom", "level .*cannot be found")
@caught_by("ours", "level-column-exists")
def a_level_of_no_column(project):
    swap(tmdl(project, "Date"), r"^\t\t\tcolumn: .*$", "\t\t\tcolumn: Lost")


@caught_by("tom", "formatString|duplicate")
def a_property_twice(project):
    swap(tmdl(project), r"^\t\tformatString: .*$", r"\g<0>\n\g<0>")


@caught_by("tom", "compatib")
def a_level_below_its_features(project):
    swap(model(project) / "database.tmdl", r"\d+", "1450")


@caught_by("tom", "Date")
@caught_by("ours", "table-name-unique")
def a_table_twice(project):
    shutil.copy(tmdl(project, "Date"), tmdl(project, "Zdate"))


@caught_by("tom", "Cost Value")
@caught_by("ours", "column-name-unique")
@caught_by("ours", "source-column-given")
def a_column_twice(project):
    swap(tmdl(project), COLUMN, "\t/// Again.\n\tcolumn 'Cost Value'\n\t\tdataType: int64\n\n\\g<0>")


@caught_by("tom", "Cost")
def a_measure_twice(project):
    swap(tmdl(project), MEASURE, "\t/// Again.\n\tmeasure Cost = 1\n\n\\g<0>")


@caught_by("canonical", "summarizeBy")
def properties_in_another_order(project):
    swap(tmdl(project), r"^(\t\tsummarizeBy: none\n)(\t\tsourceColumn: .*\n)", r"\2\1")


@caught_by("ours", "measure-name-unique")
@caught_by("ours", "description-given")
def a_measure_name_in_two_tables(project):
    swap(tmdl(project, "Date"), r"^\tcolumn Year$", "\tmeasure Cost = 1\n\t\tformatString: 0\n\n\\g<0>")


@caught_by("ours", "measure-not-named-like-column")
def a_measure_named_like_a_column(project):
    swap(tmdl(project), MEASURE, "\tmeasure 'Cost Value' = \\1")


@caught_by("ours", "table-has-partition")
def a_table_without_a_source(project):
    swap(tmdl(project, "Channel"), r"^\tpartition [\s\S]*?(?=^\tannotation)", "")


@caught_by("ours", "lineage-tag-unique")
def a_tag_twice(project):
    swap(tmdl(project), r"(lineageTag: )(.*)([\s\S]*?lineageTag: ).*", r"\1\2\3\2")


@caught_by("ours", "parameter-name-not-a-table")
def a_parameter_named_like_a_table(project):
    swap(expressions(project), "^expression DataFolder", "expression Channel")


@caught_by("ours", "relationship-one-for-a-pair")
def two_relationships_of_one_pair(project):
    again = "\\g<0>\nrelationship 0a0a0a0a-0000-4000-8000-000000000000\n\\1"
    swap(links(project), r"^relationship \S+\n((?:\t.*\n)+)", again)


@caught_by("ours", "relationship-guid")
def a_relationship_with_half_a_guid(project):
    swap(links(project), LINK, "relationship zzzzzzzz-0000-4000-8000-000000000000")


@caught_by("ours", "dax-filter-without-measure")
def a_measure_beside_a_filtered_column(project):
    other_dax(project, "CALCULATE ( [Clicks], 'Date'[Year] = [Clicks] )")


@caught_by("ours", "tmdl-indented-by-tabs")
def spaces_between_tabs(project):
    swap(tmdl(project), COLUMN, "\t    column 'Cost Value'")


@caught_by("ours", "relationship-direction")
def filters_in_both_directions(project):
    swap(links(project), LINK, "\\g<0>\n\tcrossFilteringBehavior: bothDirections")


@caught_by("dax", "DAX_SYNTAX")
@caught_by("ours", "dax-brackets-match")
def dax_with_a_bracket_missing(project):
    other_dax(project, "SUM ( 'Campaign Performance'[Cost Value]")


@caught_by("dax", "Lost")
@caught_by("ours", "dax-column-exists")
def dax_with_an_unknown_column(project):
    other_dax(project, "SUM ( 'Campaign Performance'[Lost] )")


@caught_by("dax", "Lost")
def dax_with_an_unknown_table(project):
    other_dax(project, "SUM ( 'Lost'[Cost Value] )")


@caught_by("dax", "Lost")
@caught_by("ours", "dax-measure-exists")
def dax_with_an_unknown_measure(project):
    other_dax(project, "[Lost] + 1")


@caught_by("dax", "Arity")
def dax_with_too_few_arguments(project):
    other_dax(project, "DIVIDE ( [Clicks] )")


@caught_by("dax", "SUMM")
def dax_with_an_unknown_function(project):
    other_dax(project, "SUMM ( 'Campaign Performance'[Cost Value] )")


@caught_by("ours", "dax-no-cycle")
def a_measure_of_itself(project):
    other_dax(project, "[Cost] + 1")


@caught_by("bpa", "FORMAT_STRING")
@caught_by("ours", "format-given")
def a_measure_without_a_format(project):
    swap(tmdl(project), r"^(\tmeasure Cost = .*\n)\t\tformatString: .*\n", r"\1")


@caught_by("bpa", "FULLY_QUALIFIED")
def a_column_without_its_table(project):
    other_dax(project, "SUM ( [Cost Value] )")


@caught_by("bpa", "TYPE")
@caught_by("ours", "relationship-types-equal")
def a_key_of_another_type(project):
    swap(tmdl(project, "Channel"), r"(column 'Channel Key'\n\t\tdataType: )int64", r"\1string")


@caught_by("m", "M_SYNTAX")
def m_with_a_bracket_missing(project):
    swap(tmdl(project, "Channel"), r"Parquet\.Document\((.*)\)$", r"Parquet.Document(\1")


@caught_by("m", "M_SYNTAX")
def m_with_a_comma_missing(project):
    swap(tmdl(project, "Channel"), r"^(\s+in\n\s+)Source", r"\1Source Lost")


@caught_by("m", "Lost")
@caught_by("ours", "m-name-exists")
def m_with_an_unknown_step(project):
    swap(tmdl(project, "Channel"), r"^(\s+in\n\s+)Source", r"\1Lost")


@caught_by("m", "Parket.Document")
def m_with_an_unknown_function(project):
    swap(tmdl(project, "Channel"), r"Parquet\.Document", "Parket.Document")


@caught_by("m", "M_SYNTAX")
def a_parameter_without_a_quote(project):
    swap(expressions(project), r'= "(.*?)" meta', r'= "\1 meta')


@caught_by("ours", "dax-table-exists")
def dax_with_rows_of_an_unknown_table(project):
    other_dax(project, "COUNTROWS ( 'Lost' )")


@caught_by("ours", "dax-given")
def a_measure_without_an_expression(project):
    other_dax(project, "")


@caught_by("ours", "date-table-key")
def a_calendar_without_its_key(project):
    swap(tmdl(project, "Date"), r"^\t\tisKey\n", "")


@caught_by("ours", "date-table-marked")
def a_calendar_that_is_not_marked(project):
    swap(tmdl(project, "Date"), r"^\tdataCategory: Time\n", "")


@caught_by("ours", "summarize-by-none")
def keys_that_are_added_up(project):
    swap(tmdl(project, "Channel"), "summarizeBy: none", "summarizeBy: sum")


@caught_by("ours", "no-credentials")
def a_password_in_a_parameter(project):
    swap(expressions(project), r'= "(.*?)" meta', '= "Server=db;Password=secret" meta')
