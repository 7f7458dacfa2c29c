-- Everything that ever happens in the property, one row a session, a refund, and an advertised campaign's day.
-- Reads plan (day, source, first_session, sessions, purchases) and spend (day, source, cents, clicks, impressions);
-- every trait is drawn from the number of its session or person (draws.sql of the demo). When a row, its source and
-- its purchase are seen is in the columns _after, in days.
with placed as (
    select
        plan.day,
        plan.source as session_source,
        plan.first_session + place.range as session,
        place.range < plan.purchases as buys,
        luck('session', session) as luck,
        luck('lateness', session) as other_luck
    from plan, range(plan.sessions) as place
),

drawn as (
    select
        placed.*,
        low_half(luck) as a,
        high_half(luck) as b,
        low_half(other_luck) as c,
        high_half(other_luck) as d,
        session - 1 - below(least(session, 20000), fine_chance(low_half(luck))) as guess
    from placed
),

-- Two of five sessions are of people who were here before. Only numbers with a remainder below 3 are first visits, so
-- nobody is descended from somebody who came again.
visited as (
    select
        drawn.*,
        case when session % 5 >= 3 then guess - guess % 5 + below(3, chance(a, 2)) else session end as user_number
    from drawn
),

introduced as (
    select
        visited.*,
        plan.source as first_source,
        low_half(luck('person', user_number)) as person
    from visited
    asof join plan on visited.user_number >= plan.first_session
),

traits as (
    select
        *,
        buys or chance(b, 0) >= 0.45 as engages,
        case when engages then 1 + least(floor(2 * wait(chance(b, 1))), 14) else 1 end::integer as views,
        case when engages then 10 + least((150 * wait(chance(b, 2)))::integer, 2400) else below(10, chance(b, 2)) end
            as duration_seconds,
        buys or chance(b, 3) < 0.02 as has_key_event,
        case
            when buys then (12700 * exp(0.6 * bell(chance(c, 0), chance(c, 1)) - 0.18))::bigint
            else 0
        end as cents
    from introduced
),

sessions as (
    select
        day,
        (1440 * sqrt(chance(c, 2)))::smallint as minute,
        1::tinyint as sessions,
        user_number,
        user_number = session as is_new,
        session_source::smallint as session_source,
        first_source::smallint as first_source,
        country_of(chance(person, 0))::smallint as country,
        case when chance(person, 1) < 0.58 then 0 when chance(person, 1) < 0.95 then 1 else 2 end::smallint as device,
        case when chance(person, 2) < 0.5 then 0 else 1 + below(6, chance(person, 2) * 2 - 1) end::smallint as age_of_person,
        case when chance(person, 2) < 0.5 then 0 else 1 + below(2, chance(person, 3)) end::smallint as gender,
        views,
        engages::tinyint as engaged,
        (duration_seconds * 0.7)::integer as engagement_seconds,
        duration_seconds::integer as duration_seconds,
        (views + 1 + has_key_event::integer + buys::integer)::integer as events,
        buys::tinyint as purchases,
        has_key_event::integer + buys::integer as key_events,
        cents,
        0::bigint as refund_cents,
        0::bigint as ad_cents,
        0::bigint as ad_clicks,
        0::bigint as ad_impressions,
        case when buys then 1 + below(12, chance(c, 3)) else 0 end::smallint as item,
        below(1000, fine_chance(person))::smallint as sample,
        case when chance(d, 0) < 0.97 then 0 else 1 + below(3, chance(d, 0) * 33 % 1) end::tinyint as arrives_after,
        case when chance(d, 1) < 0.85 then 0 else 1 + below(4, chance(d, 1) * 7 % 1) end::tinyint as attributed_after,
        case when chance(d, 2) < 0.5 then 0 else least(1 + floor(2.5 * wait(chance(d, 3))), 12) end::tinyint
            as credited_after,
        -- What is found to be a machine's is taken out again.
        case when not buys and chance(d, 3) > 0.995 then 2 end::tinyint as leaves_after,
        case when buys and chance(c, 3) > 0.94 then 1 + below(10, chance(c, 0)) end::tinyint as refund_after
    from traits
),

refunds as (
    select
        day + refund_after as day,
        720::smallint as minute,
        session_source,
        first_source,
        country,
        device,
        age_of_person,
        gender,
        1 as events,
        cents as refund_cents,
        item,
        sample
    from sessions
    where refund_after is not null
),

advertised as (
    select
        day,
        0::smallint as minute,
        source::smallint as session_source,
        source::smallint as first_source,
        cents as ad_cents,
        clicks as ad_clicks,
        impressions as ad_impressions
    from spend
)

select * exclude (refund_after)
from sessions
union all by name
select * from refunds
union all by name
select * from advertised
