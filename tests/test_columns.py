"""Headers become columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payback.engine.columns import guess_table, known_headers, match_columns, normalised, require_columns
from payback.errors import ConfigurationError, DuplicateColumnError, MissingColumnError
from payback.tables import CAMPAIGN_DETAILS, CAMPAIGNS, CUSTOMERS, ORDERS


def campaigns(*headers, **options):
    """Return column -> header of a campaign file."""
    return match_columns(headers, CAMPAIGNS, **options).described()


@pytest.mark.parametrize(
    "header", ["Campaign Name", " campaign_name ", "CAMPAIGN\u00a0NAME", "ｃampaign name", "Campaign"]
)
def test_case_blanks_and_underscores_do_not_count(header):
    """A header is the same in whatever way it is written."""
    assert campaigns(header) == {"campaign_name": header}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Day", "Campaign", "Cost", "Impr.", "Clicks", "Conversions", "Conv. value", "Currency code",
             "Campaign ID"],
            "date campaign_name cost impressions clicks conversions revenue currency external_campaign_id",
        ),
        (
            ["Reporting starts", "Campaign name", "Amount spent (USD)", "Impressions", "Link clicks", "Results",
             "Purchases conversion value"],
            "date campaign_name cost impressions clicks conversions revenue",
        ),
        (
            ["TimePeriod", "CampaignName", "CampaignId", "Spend", "CurrencyCode", "Impressions", "Revenue"],
            "date campaign_name cost currency impressions revenue external_campaign_id",
        ),
        (
            ["segments.date", "campaign.id", "campaign.name", "metrics.cost_micros", "metrics.impressions",
             "metrics.clicks", "metrics.conversions", "metrics.conversions_value", "customer.currency_code"],
            "date external_campaign_id campaign_name cost impressions clicks conversions revenue currency",
        ),
        (
            ["Tag", "Kampagne", "Kosten (€)", "Impressionen", "Klicks", "Conversion-Wert"],
            "date campaign_name cost impressions clicks revenue",
        ),
    ],
    ids=["google ads", "meta", "microsoft", "google ads api", "german"],
)  # fmt: skip
def test_headers_of_the_platforms_are_known(headers, expected):
    """The exports of the ad platforms need no mapping."""
    assert set(expected.split()) <= set(campaigns(*headers))


def test_own_name_goes_before_synonyms():
    """Where two headers could be a column, the better one is taken and the other is named in a note."""
    mapping = match_columns(["Total spend", "Cost", "Day"], CAMPAIGNS)
    assert mapping.columns["cost"].header == "Cost"
    assert mapping.unused == ("Total spend",)
    assert mapping.notes == ("cost is read from 'Cost', not from 'Total spend'",)


@pytest.mark.parametrize(
    ("header", "currency", "scale"),
    [
        ("Amount spent (USD)", "USD", 1),
        ("spend_eur", "EUR", 1),
        ("Cost (€)", "€", 1),
        ("Cost [R$]", "R$", 1),
        ("cost_micros", None, Decimal("0.000001")),
        ("cost_micros_usd", "USD", Decimal("0.000001")),
        ("Cost (TRY)", "TRY", 1),
        ("Cost in USD", "USD", 1),
        ("Cost (all)", None, None),
        ("COST (ALL)", None, None),
        ("Cost (%)", None, None),
    ],
)
def test_header_says_currency_and_factor(header, currency, scale):
    """A currency or a factor in a header is taken out of it and kept; "all" is a word before it is the lek."""
    match = match_columns([header], CAMPAIGNS).columns.get("cost")
    assert (match and match.currency, match and match.scale) == (currency, scale)


def test_local_currency_goes_before_a_converted_one():
    """Cost in dollars beside revenue in local currency is the classic wrong ROAS: both are taken as local."""
    headers = ["cost in usd", "cost in local currency", "conversion value in local currency"]
    assert campaigns(*headers) == {"cost": headers[1], "revenue": headers[2]}


def test_currency_words_count_for_money_alone():
    """ "Clicks (all)" is no currency of clicks."""
    assert campaigns("Clicks (all)") == {"clicks": "Clicks (all)"}


@pytest.mark.parametrize(("headers", "twice"), [(["Cost", "cost "], []), (["Cost"], ["Cost"])])
def test_two_columns_of_one_meaning_are_refused(headers, twice):
    """Two headers with equal right, or one that stood twice in the file, are no guess of ours."""
    with pytest.raises(DuplicateColumnError, match="two columns for cost") as caught:
        match_columns(headers, CAMPAIGNS, duplicates=twice)
    assert "--map cost=" in caught.value.hint


def test_override_wins_and_scales():
    """A setting names the header, whatever it is called, and may divide it."""
    mapping = match_columns(["Betrag", "Cost"], CAMPAIGNS, overrides={"cost": "betrag / 100"})
    assert mapping.columns["cost"].header == "Betrag"
    assert mapping.columns["cost"].scale == Decimal("0.01")
    assert mapping.columns["cost"].how == "setting"


def test_override_of_micros_is_not_applied_twice():
    """A stated factor stands instead of the one in the header."""
    for text in ("cost_micros / 1000000", "cost_micros"):
        assert match_columns(["cost_micros"], CAMPAIGNS, overrides={"cost": text}).columns["cost"].scale == Decimal(
            "1e-6"
        )
    assert match_columns(["cost_micros"], CAMPAIGNS, overrides={"cost": "cost_micros / 1"}).columns["cost"].scale == 1


def test_header_with_a_slash_is_a_header():
    """ "pages / session" is not divided by a session."""
    mapping = match_columns(["Pages / 2"], CUSTOMERS, overrides={"pages_per_session": "Pages / 2"})
    assert mapping.columns["pages_per_session"].scale == 1


@pytest.mark.parametrize("divisor", ["0.0001", "-5", "inf"])
def test_absurd_factor_is_refused(divisor):
    """A factor that would blow amounts up, turn their sign or make them nothing is a mistake."""
    with pytest.raises(ConfigurationError, match="cannot be divided"):
        match_columns(["x"], CAMPAIGNS, overrides={"cost": f"x / {divisor}"})


def test_empty_override_leaves_a_column_out():
    """A column can be told not to be read."""
    assert campaigns("Cost", "Day", overrides={"cost": ""}) == {"date": "Day"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"costs": "Cost"}, "did you mean cost"),
        ({"cost": "Csot"}, "did you mean 'Cost'"),
        ({"campaign_id": "x"}, "no column"),
    ],
)
def test_wrong_override_names_the_nearest(overrides, message):
    """A mistyped mapping says what was probably meant."""
    with pytest.raises(ConfigurationError, match=message):
        match_columns(["Cost"], CAMPAIGNS, overrides=overrides)


def test_numbers_of_the_warehouse_are_read_only_from_frames():
    """A file's campaign_id is the source's; a frame of ours brings our number back."""
    assert campaigns("campaign_id") == {"external_campaign_id": "campaign_id"}
    assert campaigns("campaign_id", keep_ids=True) == {"campaign_id": "campaign_id"}


@pytest.mark.parametrize(
    ("header", "last"), [("Reporting starts", "Reporting ends"), ("date_start", "date_stop"), ("Day", None)]
)
def test_last_day_is_found_beside_a_first_one(header, last):
    """A day that starts a span has its end beside it; a plain day has none, whatever else ends."""
    mapping = match_columns([header, "Reporting ends", "date_stop", "End date"], CAMPAIGNS)
    assert (mapping.last_day and mapping.last_day.header) == last


@pytest.mark.parametrize(
    ("table", "headers", "missing"),
    [
        (CAMPAIGNS, ["Day", "Cost"], "campaign_name"),
        (CAMPAIGNS, ["Campaign", "Cots"], "cost and date|cost, date"),
        (ORDERS, ["customer id", "date", "quantity"], "revenue"),
        (CUSTOMERS, ["age"], "external_customer_id"),
    ],
)
def test_missing_column_is_named_with_its_synonyms(table, headers, missing):
    """The message says what is missing, what is there, and how to name it."""
    with pytest.raises(MissingColumnError, match=missing) as caught:
        require_columns(match_columns(headers, table), headers, "f.csv")
    assert headers[0] in caught.value.got
    assert "--map" in caught.value.hint


def test_missing_column_hints_at_the_nearest_header():
    """A header that was probably meant stands in the example."""
    with pytest.raises(MissingColumnError) as caught:
        require_columns(match_columns(["Day", "Campaign", "Coost"], CAMPAIGNS), ["Day", "Campaign", "Coost"], "f.csv")
    assert '--map cost="Coost"' in caught.value.hint


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        (["Day", "Campaign", "Cost"], CAMPAIGNS),
        (["InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice", "CustomerID", "Country"], ORDERS),
        (["user_id", "sessions", "revenue"], CUSTOMERS),
        (["id", "name", "updated_at"], CAMPAIGN_DETAILS),
        (["customer id", "date", "amount", "sessions"], CUSTOMERS),
    ],
)
def test_table_is_guessed_from_headers(headers, table):
    """What a file is for shows in its headers."""
    assert guess_table(headers, where="f.csv") is table


def test_headers_of_no_table_are_refused():
    """A file of something else says what is wanted."""
    with pytest.raises(MissingColumnError, match="fit none of the tables"):
        guess_table(["temperature", "humidity"], where="f.csv")


@pytest.mark.parametrize(
    ("headers", "advice"),
    [(["Campaign", "Month", "Cost"], "a row for each day"), (["Day", "Cost", "Clicks"], "the report by campaign")],
)
def test_report_of_the_wrong_grain_is_told_how_to_be_exported(headers, advice):
    """Months without days, or days without campaigns, are not a question of naming a column."""
    with pytest.raises(MissingColumnError) as caught:
        guess_table(headers, where="f.csv")
    assert advice in caught.value.hint


def test_lines_in_quotes_are_recognised():
    """A file of which each line is one quoted field is no question of tables."""
    with pytest.raises(MissingColumnError) as caught:
        guess_table(["Campaign;Day;Cost"], where="f.csv")
    assert "outer quotes" in caught.value.hint


def test_known_headers_are_in_compared_form():
    """The reader of files compares header lines with these."""
    assert {"campaign name", "impr.", "datum"} <= known_headers()
    assert all(normalised(name) == name for name in known_headers())
