-- Macros that turn text into values. A value that cannot be read is null; what is missing is null too, and
-- `is_missing` tells the two apart.

-- Text without blanks around it, the no-break blank of spreadsheets included.
create or replace temp macro trimmed(t) as trim(t, ' ' || chr(9) || chr(10) || chr(13) || chr(160));

-- Words for "nothing here" in exports of ad platforms, spreadsheets and databases.
create or replace temp macro is_missing(t) as
    t is null or lower(trimmed(t)) in (
        '', '-', '--', '---', '—', '–', 'n/a', 'na', 'n.a.', '#n/a', '#div/0!', '#value!', '#ref!', 'nan', 'nat', '<na>', 'null',
        'none', 'nil', '\n', 'unknown', '(unknown)', '(not set)', '(none)'
    );

-- The sign and the digits of an amount, without blanks, apostrophes, currency signs and codes.
create or replace temp macro number_parts(t) as regexp_extract(
    regexp_replace(replace(t, '−', '-'), '[\s\x{00a0}\x{2007}\x{2009}\x{202f}''’]', '', 'g'),
    '^([-+(]?)(?:[A-Z]{0,3}\p{Sc}|[A-Z]{3}|Rp\.?|kr\.?)?([-+]?)([0-9][0-9.,]*|[.,][0-9]+)(?:\p{Sc}|[A-Z]{3}|Kč|zł|kr\.?)?([-)]?)$',
    ['before', 'inside', 'digits', 'after']
);

create or replace temp macro number_sign(p) as
    case when p.before in ('-', '(') or p.inside = '-' or p.after = '-' then -1 else 1 end;

-- Digits with a decimal point: groups of three, or of two and three as in India, must be whole.
create or replace temp macro point_digits(d) as case
    when regexp_full_match(d, '\d*\.?\d*') then d
    when regexp_full_match(d, '\d{1,3}(,\d{3})+(\.\d*)?|\d{1,2}(,\d{2})+,\d{3}(\.\d*)?') then replace(d, ',', '')
end;

create or replace temp macro comma_digits(d) as case
    when regexp_full_match(d, '\d*,?\d*') then replace(d, ',', '.')
    when regexp_full_match(d, '\d{1,3}(\.\d{3})+(,\d*)?') then replace(replace(d, '.', ''), ',', '.')
end;

-- What the digits of one value prove about its decimal sign: '.', ',', '?' (one group of three, could be either) or
-- null (nothing to prove).
create or replace temp macro decimal_evidence(d) as case
    when regexp_full_match(d, '\d+') then null
    when regexp_full_match(d, '[1-9]\d{0,2},\d{3}') or regexp_full_match(d, '[1-9]\d{0,2}\.\d{3}') then '?'
    when regexp_full_match(d, '[\d,]*\.\d*') and not regexp_full_match(d, '.*\..*,.*') then '.'
    when regexp_full_match(d, '[\d.]*,\d*') and not regexp_full_match(d, '.*,.*\..*') then ','
    when regexp_full_match(d, '\d{1,3}(,\d{3}){2,}|\d{1,2}(,\d{2})+,\d{3}') then '.'
    when regexp_full_match(d, '\d{1,3}(\.\d{3}){2,}') then ','
end;

-- The date without the time behind it.
create or replace temp macro date_text(t) as
    regexp_replace(trimmed(t), '^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})[T ,].*$', '\1');

create or replace temp macro year_first(t) as coalesce(
    try_cast(t as date),
    try_strptime(date_text(t), ['%Y.%m.%d', '%Y%m%d'])::date
);

create or replace temp macro month_in_words(t) as try_strptime(trimmed(t), [
    '%d %B %Y', '%d %b %Y', '%B %d, %Y', '%b %d, %Y', '%B %d %Y', '%b %d %Y', '%d. %B %Y', '%d. %b %Y', '%d-%b-%y', '%d-%b-%Y',
    '%d %b %y', '%A, %B %d, %Y', '%a, %b %d, %Y', '%A, %d %B %Y', '%a, %d %b %Y', '%Y-%b-%d', '%b %d, %Y, %I:%M:%S %p'
])::date;

-- Days since 30 December 1899, as spreadsheets keep dates; 20000 is in 1954, 80000 in 2119.
create or replace temp macro spreadsheet_day(t) as case
    when regexp_full_match(trimmed(t), '[2-7]\d{4}(\.\d+)?') then date '1899-12-30' + floor(trimmed(t)::double)::int
end;

create or replace temp macro day_first(t) as try_strptime(date_text(t), [
    '%d/%m/%y', '%d/%m/%Y', '%d.%m.%y', '%d.%m.%Y', '%d-%m-%y', '%d-%m-%Y'
])::date;

create or replace temp macro month_first(t) as try_strptime(date_text(t), [
    '%m/%d/%y', '%m/%d/%Y', '%d.%m.%y', '%d.%m.%Y', '%m-%d-%y', '%m-%d-%Y'
])::date;

-- Ids that went through a spreadsheet end in ".0".
create or replace temp macro id_text(t) as nullif(regexp_replace(trimmed(t::varchar), '^(\d+)\.0+$', '\1'), '');

-- What two spellings of a name have in common: case, blanks, underscores and the kinds of dashes do not count.
create or replace temp macro name_key(t) as
    trim(regexp_replace(lower(nfc_normalize(t)), '[\s\x{00a0}_\x{2010}-\x{2015}-]+', ' ', 'g'));

-- A name as people should see it: no blanks around it, one blank between words.
create or replace temp macro tidy_name(t) as
    nullif(trim(regexp_replace(nfc_normalize(t), '[\s\x{00a0}]+', ' ', 'g')), '');
