-- Sessions from their parts: one that goes on after midnight is one session of its first day.
-- Nearly every session has one part; those that have several (a hash that occurs twice) are summed up, the rest is taken
-- as it is.
with counted as (
    select
        user_pseudo_id,
        session_id,
        min(day) as day,
        min(start_us) as start_us,
        max(end_us) - min(start_us) as duration_us,
        sum(events)::bigint as events,
        sum(page_views)::bigint as page_views,
        sum(engagement_ms)::bigint as engagement_ms,
        sum(key_events)::bigint as key_events,
        bool_or(engaged) as engaged,
        arg_min(country, start_us) as country,
        arg_min(landing_page, start_us) as landing_page,
        arg_max(user_id, start_us) as user_id,
        arg_min(touch_source, touch_at) as touch_source,
        arg_min(touch_medium, touch_at) as touch_medium,
        arg_min(touch_campaign, touch_at) as touch_campaign,
        arg_min(touch_id, touch_at) as touch_id,
        arg_min(google_source, google_at) as google_source,
        arg_min(google_medium, google_at) as google_medium,
        arg_min(google_campaign, google_at) as google_campaign,
        arg_min(google_id, google_at) as google_id,
        arg_min(google_channel, google_at) as google_channel
    from ${visits}
    where hash(user_pseudo_id, session_id) in (select key from several_parts)
    group by user_pseudo_id, session_id
),

single as (
    select
        user_pseudo_id, session_id, day, start_us, end_us - start_us as duration_us, events, page_views, engagement_ms,
        key_events, engaged, country, landing_page, user_id, touch_source, touch_medium, touch_campaign, touch_id,
        google_source, google_medium, google_campaign, google_id, google_channel
    from ${visits}
    where hash(user_pseudo_id, session_id) not in (select key from several_parts)
),

joined as (
    from single union all by name from counted
)

select
    * exclude (engaged),
    -- Google's own word first; without one its rule: longer than ten seconds, two views, or a key event.
    coalesce(engaged, duration_us > 10000000 or page_views >= 2 or key_events > 0) as is_engaged
from joined
