-- Every segment that a customer has, in the words of its profile.
with
profiles as (
    select segment, any_value(stands_out) as stands_out, any_value(sentence) as sentence
    from ${segment_profiles}
    where segment is not null
    group by segment
),
named as (
    select segment, any_value(segment_name) as segment_name
    from ${customer_segments}
    group by segment
),
told_apart as (
    select *, count(*) over (partition by lower(trim(segment_name))) > 1 as is_shared from named
)
select
    members.segment,
    case
        when members.segment is null then '(no segment)'
        when is_shared then segment_name || ' ' || members.segment
        else coalesce(segment_name, 'Segment ' || members.segment)
    end as segment_name,
    cast(coalesce(members.segment, 0) as bigint) as position,
    stands_out,
    sentence
from ${members} as members
left join told_apart on told_apart.segment = members.segment
left join profiles on profiles.segment = members.segment
