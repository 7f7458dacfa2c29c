-- The ledger lines of parts that were read, with what was counted in them.
with counted as (
    select
        part as number,
        min(day) as first_day,
        max(day) as last_day,
        sum(events)::bigint as events,
        count(*) filter (where user_pseudo_id is not null and session_id is not null and start_us is not null) as sessions,
        coalesce(sum(events) filter (where user_pseudo_id is null or session_id is null or start_us is null), 0)::bigint
            as events_without_session,
        coalesce(sum(starts) filter (where user_pseudo_id is null or session_id is null or start_us is null), 0)::bigint
            as starts_without_session,
        bool_or(google_source is not null) as has_last_click
    from visits
    where part >= $1
    group by part
)

select
    g.*,
    coalesce(c.first_day, g.day) as first_day,
    coalesce(c.last_day, g.day) as last_day,
    coalesce(c.events, 0) as events,
    coalesce(c.sessions, 0) as sessions,
    coalesce(c.events_without_session, 0) as events_without_session,
    coalesce(c.starts_without_session, 0) as starts_without_session,
    coalesce(c.has_last_click, false) as has_last_click
from given_parts as g
left join counted as c using (number)
