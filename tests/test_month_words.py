"""Months in words, as six more languages write them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from payback.engine.columns import match_columns
from payback.engine.duckdb import Engine
from payback.engine.typed import ReadSettings, type_columns
from payback.tables import CAMPAIGNS

LONG = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
SHORT = {
    "German": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "French": "janv févr mars avr mai juin juil août sept oct nov déc",
    "Spanish": "ene feb mar abr may jun jul ago sept oct nov dic",
    "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Dutch": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Portuguese": "jan fev mar abr mai jun jul ago set out nov dez",
}


def days(*texts):
    """Return the day and the reason of each text."""
    rows = pa.table({"date": texts, "row_number": range(1, len(texts) + 1), "line_number": [None] * len(texts)})
    with Engine() as engine:
        engine.register("rows", rows)
        mapping = match_columns(["date"], CAMPAIGNS)
        typed = type_columns(engine, "rows", mapping, ReadSettings(), hash_columns=("date",))
        return engine.rows(f"select date, reason from {typed.relation} order by row_number")


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize(
    "form", ["5 {} 2024", "05. {} 2024", "5 DE {} de 2024", "5-{}.-24", "5\u00a0{},\u00a02024 14:05"]
)
def test_every_month_is_read_in_every_language(language, form):
    """Long and short, in either case, between blanks, dots and hyphens."""
    for words in (LONG[language], SHORT[language].upper()):
        found = days(*[form.format(word) for word in words.split()])
        assert found == [(date(2024, month, 5), None) for month in range(1, 13)]


def test_no_word_names_two_months():
    """A word that stands in several lists stands for the same month in all of them, so nothing is guessed."""
    places = {}
    for words in (*LONG.values(), *SHORT.values()):
        for month, word in enumerate(words.casefold().split(), 1):
            places.setdefault(word, set()).add(month)
    assert {len(months) for months in places.values()} == {1}


@pytest.mark.parametrize(
    "text",
    ["Mo., 3. Juni 2024", "Montag, 3. Juni 2024 um 14:05 Uhr", "lun. 3 juin 2024 à 14:05", "lunes, 3 de junio de 2024",
     "lunedì 3 giugno 2024", "maandag 3 juni 2024", "segunda-feira, 3 de junho de 2024", "3º de junho de 2024",
     "3° giugno 2024", "03.Jun.2024", "3 de junio del 2024", "  3. Juni 2024\t", "3 JUIN 24"],
)  # fmt: skip
def test_weekdays_ordinals_and_times_do_not_matter(text):
    """What stands around the day is left out."""
    assert days(text) == [(date(2024, 6, 3), None)]


def test_special_words_are_read():
    """Austria's January, the French first, a March that is decomposed, and the English Sept."""
    texts = ("5. Jänner 2024", "1er août 2024", "5. Ma\u0308rz 2024", "5 Sept 2024", "Sept. 5, 2024")
    expected = [date(2024, 1, 5), date(2024, 8, 1), date(2024, 3, 5), date(2024, 9, 5), date(2024, 9, 5)]
    assert [day for day, _ in days(*texts)] == expected


@pytest.mark.parametrize(
    "text",
    ["31. Februar 2024", "3 jui 2024", "KW 3 Mai 2024", "Juni 2024", "3. Juni", "3. Juni 2024 - 9. Juni 2024",
     "3 Junii 2024", "3 juin 024", "3 Brumaire 2024", "32 mai 2024"],
)  # fmt: skip
def test_what_is_no_single_day_is_refused(text):
    """A day that does not exist, a shortening of two months, a month, a span, a word of no calendar."""
    assert days(text) == [(None, "bad_date")]
