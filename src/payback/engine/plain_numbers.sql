-- What the plain numbers of a column of text prove about its decimal sign. Plain numbers are the rule.
with texts as (
    select ${column} as t from ${relation}
),
wholes as (
    select t, is_plain_whole(t) as is_whole from texts
),
looked_at as (
    select
        t, is_whole,
        case when is_whole then true else is_plain(t) end as is_plain,
        case when is_whole then false else contains(t, '.') end as has_point
    from wholes
),
grouped as (
    select
        t, is_whole, is_plain, has_point,
        case when has_point and is_plain and t like '%.___%' then regexp_full_match(t, '\s*[-+]?[1-9]\d{0,2}\.\d{3}\s*') else false end as is_group
    from looked_at
)
select
    count(*) filter (where not is_plain) as others,
    count(*) filter (where is_plain and has_point and not is_group) as point,
    count(*) filter (where is_group) as point_groups,
    count(*) filter (where is_group and regexp_matches(t, '000\s*$')) as round_groups,
    count(*) filter (where is_plain and not has_point) as bare,
    count(*) filter (where is_whole) as wholes,
    min(t) filter (where is_group) as example
from grouped
