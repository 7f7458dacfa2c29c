-- The events of one day, narrow: those of the sessions, and the refunds of earlier orders.
-- Reads sessions (of the day and the late evening before) and owed (orders to be paid back).
with scripted as (
    select
        *,
        list_concat(
            ['session_start'],
            case when is_new then ['first_visit'] else [] end,
            list_transform(range(views), lambda view: 'page_view'),
            case when fills_cart then ['add_to_cart'] else [] end,
            case when buys then ['purchase'] else [] end,
            case when buys_twice then ['purchase'] else [] end,
            case when engages then ['user_engagement'] else [] end
        ) as script
    from sessions
),

played as (
    select *, unnest(script) as event_name, generate_subscripts(script, 1)::integer as position
    from scripted
),

human as (
    select
        'human' as kind,
        event_name,
        -- The start, the first visit and the landing page come at one instant.
        began_us + step_us * greatest(position - 2 - is_new::integer, 0) as at_us,
        session,
        position,
        position = 2 + is_new::integer as is_landing,
        event_name = 'purchase' and script[position - 1] = 'purchase' as is_repeat,
        source,
        first_source,
        person,
        case when consents then first_touch_us end as first_touch_us,
        case when consents then began_us // 1000000 end as session_id,
        session_number,
        engages,
        late,
        step_us // 1000 as step_ms,
        campaign_share,
        tag_share,
        case when event_name in ('add_to_cart', 'purchase') then lines end as lines
    from played
    where at_us >= getvariable('day_start_us') and at_us < getvariable('day_end_us')
),

refunds as (
    select
        'refund' as kind,
        'refund' as event_name,
        -- Between nine and five, as the office works.
        getvariable('day_start_us') + 32400000000 + (28800000000 * tag_share)::bigint as at_us,
        session,
        1 as position,
        false as is_landing,
        false as is_repeat,
        source,
        first_source,
        person,
        case when consents then first_touch_us end as first_touch_us,
        null as session_id,
        session_number,
        false as engages,
        late,
        0 as step_ms,
        campaign_share,
        tag_share,
        lines
    from owed
    where day + refund_after_days = getvariable('day')
)

select * from human
union all
select * from refunds
