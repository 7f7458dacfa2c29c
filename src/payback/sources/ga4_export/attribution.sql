-- Where each session came from: Google's own answer; else its own source; else the visitor's last source that is no
-- older than the window; else direct.
with asked as (
    select user_pseudo_id, session_id, start_us
    from joined_sessions
    where google_source is null and touch_source is null
),

touches as (
    select user_pseudo_id, start_us, touch_source, touch_medium, touch_campaign, touch_id
    from joined_sessions
    where touch_source is not null and user_pseudo_id in (select user_pseudo_id from asked)
),

earlier as (
    select asked.user_pseudo_id, asked.session_id, touches.* exclude (user_pseudo_id, start_us)
    from asked
    asof join touches
        on asked.user_pseudo_id = touches.user_pseudo_id and asked.start_us >= touches.start_us
    where asked.start_us - touches.start_us <= getvariable('lookback_us')
)

select
    s.user_pseudo_id,
    s.session_id,
    s.day,
    s.start_us,
    s.duration_us,
    s.events,
    s.page_views,
    s.engagement_ms,
    s.is_engaged,
    s.key_events,
    s.country,
    s.landing_page,
    s.user_id,
    coalesce(s.google_source, s.touch_source, e.touch_source, '(direct)') as source,
    case
        when s.google_source is not null then s.google_medium
        else coalesce(s.touch_medium, e.touch_medium, '(none)')
    end as medium,
    case
        when s.google_source is not null then s.google_campaign
        else coalesce(s.touch_campaign, e.touch_campaign, '(direct)')
    end as campaign,
    nullif(
        case when s.google_source is not null then s.google_id else coalesce(s.touch_id, e.touch_id) end, ''
    ) as campaign_ref,
    nullif(s.google_channel, '') as analytics_channel,
    case
        when s.google_source is not null then 'google'
        when s.touch_source is not null then 'session'
        when e.touch_source is not null then 'earlier session'
        else 'direct'
    end as attributed_by
from joined_sessions as s
left join earlier as e using (user_pseudo_id, session_id)
