-- Macros that turn text into values. A value that cannot be read is null; what is missing is null too, and
-- `is_missing` tells the two apart.

-- Text without blanks around it, the no-break blank of spreadsheets included. Text that begins and ends with a letter, a
-- digit or a mark of ASCII has none, and to see that takes a fifth of the time.
create or replace temp macro trimmed(t) as case
    when t >= '!' and t < chr(127) and t[-1] between '!' and '~' then t
    else trim(t, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279))
end;

-- Words for "nothing here" in exports of ad platforms, spreadsheets and databases. (A list of them would become a join
-- that looks at every row, whatever a case around it says.)
create or replace temp macro is_missing(t) as t is null or regexp_full_match(
    t,
    '(?i)[\s\x{00a0}\x{feff}]*(|-|--|---|—|–|n/?a|n\.a\.|#(n/a|div/0!|value!|ref!)|nan|nat|<na>|null|none|nil|\\n'
    || '|unknown|\((unknown|not set|none)\))[\s\x{00a0}\x{feff}]*'
);

-- Plain numbers, which a cast reads at once. (It would read "1_000" as well, and fail slowly on all others.)
create or replace temp macro is_plain(t) as regexp_full_match(t, '\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*');
create or replace temp macro is_plain_whole(t) as regexp_full_match(t, '\s*[-+]?\d+\s*');

-- The marks of an amount and its digits: -1,200.50; (€ 1.200,50); 1 200,50- EUR; $(5); ₹12,34,567; CHF 1'200.
-- Blanks and apostrophes part thousands only in whole groups of three: "12 34" is two numbers, not one.
create or replace temp macro number_parts(t) as regexp_extract(
    t,
    '^[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*([-−–+(]?)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*'
    || '([A-Z]{0,3}\p{Sc}|[A-Za-z]{3}|(?i:rp|kr|kč|zł|ft|s?fr)\.?|)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*([-−–+(]?)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*'
    || '((?:[0-9]{1,3}(?:[\s\x{00a0}\x{2007}\x{2009}\x{202f}''’][0-9]{3})+(?:[.,][0-9]*)?|[0-9][0-9.,]*|[.,][0-9]+)'
    || '(?:[eE][-+]?[0-9]{1,2})?)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*([-−–]?\)?)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*'
    || '([A-Z]{0,3}\p{Sc}|[A-Za-z]{3}|(?i:rp|kr|kč|zł|ft|s?fr)\.?|)([-−–]?\)?)[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*$',
    ['before', 'unit_before', 'inside', 'digits', 'behind', 'unit_behind', 'after']
);

-- 1, -1, or null where the marks contradict each other: "(5", "--5", "(-5)".
create or replace temp macro number_sign(p) as case
    when p.digits = '' then null
    when p.before || p.inside || p.behind || p.after in ('', '+') then 1
    when p.before || p.inside || p.behind || p.after in ('-', '−', '–', '()') then -1
end;

create or replace temp macro number_digits(p) as
    case when regexp_matches(p.digits, '[\s\x{00a0}\x{2007}\x{2009}\x{202f}''’]')
        then regexp_replace(p.digits, '[\s\x{00a0}\x{2007}\x{2009}\x{202f}''’]', '', 'g') else p.digits end;

-- The sign or the code beside an amount, in capitals; a code says more than a sign ("$5 CAD").
create or replace temp macro number_unit(p) as upper(case
    when regexp_full_match(p.unit_behind, '[A-Za-z]{3}') or p.unit_before = '' then nullif(rtrim(p.unit_behind, '.'), '')
    else rtrim(p.unit_before, '.')
end);

-- Digits with a decimal point: groups of three, or of two and three as in India, must be whole.
create or replace temp macro point_digits(d) as case
    when regexp_full_match(d, '(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?') then d
    when regexp_full_match(d, '[1-9]\d{0,2}(,\d{3})+(\.\d*)?|[1-9]\d?(,\d{2})+,\d{3}(\.\d*)?') then replace(d, ',', '')
end;

create or replace temp macro comma_digits(d) as case
    when regexp_full_match(d, '(\d+,?\d*|,\d+)([eE][-+]?\d+)?') then replace(d, ',', '.')
    when regexp_full_match(d, '[1-9]\d{0,2}(\.\d{3})+(,\d*)?') then replace(replace(d, '.', ''), ',', '.')
end;

-- What the digits of one value prove about its decimal sign: '.', ',', '?' (one group of three, could be either) or
-- null (nothing to prove).
create or replace temp macro decimal_evidence(d) as case
    when regexp_full_match(d, '\d+([eE][-+]?\d+)?') then null
    when regexp_full_match(d, '[1-9]\d{0,2}[.,]\d{3}') then '?'
    when regexp_full_match(
        d, '(\d+\.\d*|\.\d+)([eE][-+]?\d+)?|[1-9]\d{0,2}(,\d{3})+(\.\d*)?|[1-9]\d?(,\d{2})+,\d{3}(\.\d*)?'
    ) then '.'
    when regexp_full_match(d, '(\d+,\d*|,\d+)([eE][-+]?\d+)?|[1-9]\d{0,2}(\.\d{3})+(,\d*)?') then ','
end;

-- Seconds of a length of time: 0:02:15, 02:15, 1d 02:15:00.
create or replace temp macro clock_seconds(t) as case
    when regexp_full_match(trimmed(t), '\d{1,4}:[0-5]\d(:[0-5]\d)?(\.\d+)?') then
        list_sum(list_transform(
            list_reverse(string_split(trimmed(t), ':')),
            lambda part, position: try_cast(part as decimal(18, 6)) * [1, 60, 3600][position]
        ))
end;

-- Dates are the day that is written: a time behind it, or a zone, does not move it. A second date behind it makes it
-- unreadable, as the row is about more than one day.
create or replace temp macro is_plain_date(t) as regexp_full_match(t, '\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}\s*');

-- Years of four digits first.
create or replace temp macro year_first(t) as try_cast(nullif(regexp_replace(
    t,
    '^[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*(\d{4})(?:[-/.‐‑‒–—−年](\d{1,2})[-/.‐‑‒–—−月](\d{1,2})日?|(\d\d)(\d\d))(?:[T ,]+\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*[A-Za-z]{0,5}\s*(?:[-+]\d{2}:?(?:\d{2})?)?|\s*\([A-Za-z]+\))?\s*$',
    '\1-\2\4-\3\5'
), t) as date);

-- The parts of a date whose year stands last, and the day that they are in either order.
create or replace temp macro date_parts(t) as regexp_extract(
    t,
    '^[\s\x{00a0}\x{2007}\x{2009}\x{202f}\x{feff}]*(\d{1,2})([-/.‐‑‒–—−])(\d{1,2})[-/.‐‑‒–—−](\d{4}|\d{2})(?:[T ,]+\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*[A-Za-z]{0,5}\s*(?:[-+]\d{2}:?(?:\d{2})?)?|\s*\([A-Za-z]+\))?\s*$',
    ['first', 'sign', 'second', 'year']
);

create or replace temp macro day_of(year, month, day) as try_cast(concat(
    case when length(year) = 4 then '' when year >= '69' then '19' else '20' end, year, '-', month, '-', day
) as date);

-- The day, the month and the year of a date with a month in words, without its weekday and time.
create or replace temp macro month_words(t) as trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    trimmed(t), '(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]? +|[ ,T]+\d{1,2}:\d{2}.*$', '', 'g'
), '(\d)(st|nd|rd|th)\b', '\1'), '(?i)\bsept\b', 'Sep'), '[-/.,\s\pZ]+', ' ', 'g'));

create or replace temp macro month_in_words(t) as case
    when regexp_full_match(month_words(t), '(\d{1,2} ?)?[A-Za-z]{3,9} ?\d{1,2}( ?\d{2,4})?|\d{1,2} ?[A-Za-z]{3,9} ?\d{4}|\d{4} [A-Za-z]{3,9} \d{1,2}')
    then try_strptime(month_words(t), [
        '%d %b %y', '%d %b %Y', '%d %B %y', '%d %B %Y', '%b %d %y', '%b %d %Y', '%B %d %y', '%B %d %Y', '%d%b%y', '%d%b%Y',
        '%Y %b %d', '%Y %B %d'
    ])::date
end;

-- Months in German, French, Spanish, Italian, Dutch and Portuguese, and the English "Sept", without accents. None of these
-- words is the name of two months; "jui", which could be, is not among them.
create or replace temp macro month_number(word) as case
    when regexp_full_match(word, 'jan|januari?|janner|janv|janvier|janeiro|enero|ene|gennaio|gen') then '1'
    when regexp_full_match(word, 'feb|februari?|feber|fevr?|fevrier|fevereiro|febrero|febbraio') then '2'
    when regexp_full_match(word, 'mar|marz|maerz|mrz|mars|marzo|maart|mrt|marco') then '3'
    when regexp_full_match(word, 'apr|april|avr|avril|abr|abril|aprile') then '4'
    when regexp_full_match(word, 'mai|may|mayo|maio|mei|mag|maggio') then '5'
    when regexp_full_match(word, 'jun|juni|juin|junio|junho|giu|giugno') then '6'
    when regexp_full_match(word, 'jul|juli|juil|juillet|julio|julho|lug|luglio') then '7'
    when regexp_full_match(word, 'aug|august|augustus|aout|ago|agosto') then '8'
    when regexp_full_match(word, 'sept?|september|septembre|septiembre|setiembre|sett?|settembre|setembro') then '9'
    when regexp_full_match(word, 'okt|oktober|oct|octobre|octubre|ott|ottobre|out|outubro') then '10'
    when regexp_full_match(word, 'nov|november|novembre|noviembre|novembro') then '11'
    when regexp_full_match(word, 'dez|dezember|dec|december|decembre|dic|diciembre|dicembre|dezembro') then '12'
end;

-- Weekdays of these languages, long and short, without accents.
create or replace temp macro without_weekday(t) as regexp_replace(
    t,
    '^((mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so'
    || '|(lun|mar|mercre|jeu|vendre|same)di|dimanche|lun|mar|mer|jeu|ven|sam|dim'
    || '|lunes|martes|miercoles|jueves|viernes|sabado|domingo|mie|jue|vie|sab|dom'
    || '|(lune|marte|mercole|giove|vener)di|sabato|domenica|gio'
    || '|(maan|dins|woens|donder|vrij|zater|zon)dag|ma|wo|vr|za|zo'
    || '|(segunda|terca|quarta|quinta|sexta)(-feira)?|seg|ter|qua|qui|sex)[.,]*[\s\pZ]+',
    ''
);

-- The day, the word and the year of a date such as 3. Juni 2024, 1er août 2024, 3 de junio de 2024 or 03-déc.-24.
create or replace temp macro word_date_parts(t) as regexp_extract(
    without_weekday(strip_accents(lower(nfc_normalize(trimmed(t))))),
    '^(\d{1,2})(?:\.|er|re|º|°|ª)?[\s\pZ/.-]*(?:de[\s\pZ]+)?([a-z]{3,10})\.?[\s\pZ,/.-]*(?:del?[\s\pZ]+)?(\d{4}|\d{2})'
    || '(?:(?:[\s\pZ,t]|um|a|as|las|alle|ore|om)+\d{1,2}[:h]\d{2}(?::\d{2})?(?:[\s\pZ]*uhr)?)?$',
    ['day', 'word', 'year']
);

create or replace temp macro local_day(t) as day_of(
    word_date_parts(t).year, month_number(word_date_parts(t).word), word_date_parts(t).day
);

-- Days since 30 December 1899, as spreadsheets keep dates; 20000 is in 1954, 79999 in 2119.
create or replace temp macro spreadsheet_day(t) as case
    when regexp_full_match(trimmed(t), '[2-7]\d{4}([.,]\d+)?') then date '1899-12-30' + left(trimmed(t), 5)::int
end;

-- An id such as 1.20263E+17 has lost digits in a spreadsheet: it is the same for many things and names none of them.
create or replace temp macro is_rounded_id(t) as
    contains(t, '+') and regexp_full_match(trimmed(t), '\d([.,]\d{1,12})?[eE]\+\d\d');

-- Ids that went through a spreadsheet end in ".0".
create or replace temp macro id_text(t) as nullif(case
    when is_rounded_id(t::varchar) then null
    when contains(t::varchar, '.') then regexp_replace(trimmed(t::varchar), '^(\d+)\.0+$', '\1')
    else trimmed(t::varchar)
end, '');

-- Text whose UTF-8 was once taken for Windows-1252 and written as UTF-8 again: KÃ¶ln, â€“, Â£.
create or replace temp macro is_twice_encoded(t) as
    (contains(t, 'Ã') or contains(t, 'â') or contains(t, 'Â'))
    and regexp_matches(t, 'Ã[\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|â‚¬|Â[\x{a0}-\x{bf}]');

-- What two spellings of a name have in common: case (also of ß, of the Greek s and of the Turkish i), blanks,
-- underscores, the kinds of dashes and what cannot be seen do not count.
create or replace temp macro name_key(t) as trim(regexp_replace(
    regexp_replace(
        replace(translate(lower(nfc_normalize(t)), 'ıς', 'iσ'), 'ß', 'ss'),
        '[\x{00ad}\x{200b}\x{2060}\x{fe0e}\x{fe0f}\x{feff}]', '', 'g'
    ),
    '[\s\pZ_\x{2010}-\x{2015}\x{2212}-]+', ' ', 'g'
));

-- A name as people should see it: no blanks around it, one blank between words.
create or replace temp macro tidy_name(t) as
    nullif(trim(regexp_replace(nfc_normalize(t), '[\s\pZ\x{200b}\x{feff}]+', ' ', 'g')), '');
