-- What a column of text proves about the order of day and month in its dates.
with texts as (
    select ${column} as t from ${relation}
),
-- Dates with the year first are the rule and say nothing.
others as (
    select t from texts where not is_plain_date(t)
),
parts as (
    select t, date_parts(t) as part from others
),
numbers as (
    select
        t, part.sign as sign, part.year as year, part.first::int as first, part.second::int as second,
        length(part.year) = 2 and part.sign <> '.' as is_short
    from parts
    where part.sign <> ''
)
select
    (select count(*) from others) as others,
    count(*) filter (where sign <> '.' and first > 12 and second <= 12) as day_first,
    count(*) filter (where sign <> '.' and second > 12 and first <= 12) as month_first,
    count(*) filter (where sign <> '.' and first <= 12 and second <= 12 and first <> second) as unclear,
    count(*) filter (where sign = '.' and first > 12 and second <= 12) as dot_day_first,
    count(*) filter (where sign = '.' and second > 12 and first <= 12) as dot_month_first,
    count(*) filter (where is_short) as short_years,
    count(*) filter (where is_short and year::int between 1 and 31 and second <= 12) as short_years_like_days,
    count(*) filter (where is_short and sign <> '/') as short_years_hyphened,
    count(distinct first) filter (where is_short) as first_parts,
    count(distinct year) filter (where is_short) as last_parts,
    coalesce(
        min(t) filter (where sign <> '.' and first <= 12 and second <= 12 and first <> second), min(t)
    ) as example
from numbers
