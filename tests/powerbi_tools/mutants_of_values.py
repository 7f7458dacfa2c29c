"""Planted defects that parse, load and look right, and give wrong numbers: seen by the values alone."""

from __future__ import annotations

from powerbi_tools.damage import model, swap, tmdl
from powerbi_tools.mutants import Mutants

MUTANTS = Mutants()
wrong = MUTANTS.caught_by


@wrong("values", "^Cost$")
def money_without_its_last_digits(project):
    swap(tmdl(project), r" \+ DIVIDE \( SUM \( 'Campaign Performance'\[Cost Millionths\] \), 1000000 \)", "")


@wrong("values", "^Cost$")
def money_of_two_currencies_added(project):
    swap(tmdl(project), r"measure Cost = IF \(.*\)$", "measure Cost = [Cost Sum]")


@wrong("values", "^ROAS$")
def revenue_of_rows_whose_cost_is_unknown(project):
    known = r"(measure ROAS = .*?)CALCULATE \( \[Revenue Sum\], 'Campaign Performance'\[Cost Known\] = TRUE \(\) \)"
    swap(tmdl(project), known, r"\1[Revenue Sum]")


@wrong("values", "^CTR$")
def a_ratio_upside_down(project):
    swap(tmdl(project), r"(measure CTR = .*)\[Clicks\](.*)\[Impressions\]", r"\1[Impressions]\2[Clicks]")


@wrong("values", "^Profit$")
def profit_with_the_wrong_sign(project):
    swap(tmdl(project), r"(measure Profit = .*\) \)) - (CALC)", r"\1 + \2")


@wrong("values", "^Coverage$")
def nothing_covered_is_unknown(project):
    swap(tmdl(project), r"(measure Coverage = .*) \+ 0", r"\1")


@wrong("values", "^Cost 28 Days$")
def four_weeks_less_a_day(project):
    swap(tmdl(project), r"(measure 'Cost 28 Days' = .*)-28, DAY", r"\1-27, DAY")


@wrong("values", "^Cost Last Year$")
def last_year_365_days_ago(project):
    dax = r"(measure 'Cost Last Year' = .*)SAMEPERIODLASTYEAR \( 'Date'\[Date\] \)"
    swap(tmdl(project), dax, r"\1DATEADD ( 'Date'[Date], -365, DAY )")


@wrong("values", "^Cost Previous Month$")
def a_month_that_has_begun_against_a_whole_one(project):
    dax = r"(measure 'Cost Previous Month' = .*)DATEADD \( 'Date'\[Date\], -1, MONTH \)"
    swap(tmdl(project), dax, r"\1PREVIOUSMONTH ( 'Date'[Date] )")


@wrong("values", "^Cost MoM %$")
def a_change_from_before_the_data(project):
    swap(tmdl(project), r"(measure 'Cost MoM %' =[\s\S]*?)EDATE \(.*?\) >= CALCULATE", r"\1[First Day] >= CALCULATE")


@wrong("values", "^Cost Share$")
def a_share_of_itself(project):
    swap(tmdl(project), r"(measure 'Cost Share' = .*)REMOVEFILTERS \( 'Channel' \)", r"\1REMOVEFILTERS ( 'Date' )")


@wrong("values", "^Cost$")
def a_relationship_that_is_switched_off(project):
    links = model(project) / "relationships.tmdl"
    swap(
        links,
        r"^(relationship \S+)\n(?=\tfromColumn: 'Campaign Performance'\.'Channel Key')",
        r"\1\n\tisActive: false\n",
    )
