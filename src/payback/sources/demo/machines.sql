-- Visits of machines that fill the day up to its number of events: 24 events in two minutes, each time a new visitor.
with visits as (
    select
        event.range % 24 + 1 as position,
        4294967295 - getvariable('machine_visits') - event.range // 24 as session,
        fine_chance(low_half(luck('machine', session))) as share
    from range(getvariable('machine_events')) as event
)

select
    'machine' as kind,
    case when position = 1 then 'session_start' else 'page_view' end as event_name,
    -- No later than half an hour before midnight: a visit ends on its day.
    getvariable('day_start_us') + ((getvariable('day_end_us') - getvariable('day_start_us') - 1800000000) * share)::bigint
        as first_touch_us,
    first_touch_us + 5000000 * greatest(position - 2, 0) as at_us,
    session,
    position::integer as position,
    position = 2 as is_landing,
    false as is_repeat,
    getvariable('direct') as source,
    getvariable('direct') as first_source,
    scrambled(session) as person,
    first_touch_us // 1000000 as session_id,
    1 as session_number,
    false as engages,
    false as late,
    0 as step_ms,
    0.5 as campaign_share,
    0.5 as tag_share,
    null as lines
from visits
