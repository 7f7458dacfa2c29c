-- What each visitor did in a session on the days of one part: sums, the first of what comes first, and the orders.
-- Events that lack the visitor or the session fall into one line each part, which is counted and never joined.
with events as (
    ${events}
),

summed as (
    select
        part,
        user_pseudo_id,
        session_id,
        min(event_date) as event_date,
        min(at_us) as start_us,
        max(at_us) as end_us,
        count(*) as events,
        count(*) filter (where event_name in ('page_view', 'screen_view')) as page_views,
        count(*) filter (where event_name = 'session_start') as starts,
        count(*) filter (where list_contains(getvariable('key_events'), event_name)) as key_events,
        coalesce(sum(engagement_ms), 0)::bigint as engagement_ms,
        max(engaged) as engaged,
        arg_min(country, position) as country,
        arg_min(page, position) as landing_page,
        arg_max(user_id, position) as user_id,
        min(case when touch_source is not null then position end) as touch_at,
        arg_min(touch_source, position) as touch_source,
        arg_min(touch_medium, position) filter (where touch_source is not null) as touch_medium,
        arg_min(touch_campaign, position) filter (where touch_source is not null) as touch_campaign,
        arg_min(touch_id, position) filter (where touch_source is not null) as touch_id,
        min(case when google_source is not null then position end) as google_at,
        arg_min(google_source, position) as google_source,
        arg_min(google_medium, position) filter (where google_source is not null) as google_medium,
        arg_min(google_campaign, position) filter (where google_source is not null) as google_campaign,
        arg_min(google_id, position) filter (where google_source is not null) as google_id,
        arg_min(google_channel, position) filter (where google_source is not null) as google_channel
    from events
    group by part, user_pseudo_id, session_id
),

-- Orders ride along with the visit, so that the events are read once.
paid as (
    select
        part,
        user_pseudo_id,
        session_id,
        list({
            'position': position,
            'at_us': at_us,
            'event_date': event_date,
            'kind': order_kind(event_name),
            'user_id': user_id,
            'country': country,
            'transaction_id': order_id,
            'amount': amount,
            'currency': currency,
            'touch_source': touch_source,
            'touch_medium': touch_medium,
            'touch_campaign': touch_campaign,
            'touch_id': touch_id,
            'google_source': google_source,
            'google_medium': google_medium,
            'google_campaign': google_campaign,
            'google_id': google_id,
            'google_channel': google_channel
        }) as paid
    from events
    where is_paid
    group by part, user_pseudo_id, session_id
),

dated as (
    select
        s.*,
        coalesce(try_strptime(event_date, '%Y%m%d'), try_cast(event_date as timestamp))::date as day,
        p.paid
    from summed as s
    left join paid as p
        on s.part = p.part
        and s.user_pseudo_id is not distinct from p.user_pseudo_id
        and s.session_id is not distinct from p.session_id
),

-- A page that led here is a search engine, an assistant or any other site.
hosts as (
    select touch_source as host, ${category} as category
    from (select distinct touch_source from summed where touch_medium = '(referrer)')
),

referred as (
    select
        dated.*,
        case
            when category = 'search' then 'organic'
            when category = 'ai' and day >= date '${ai_day}' then 'ai-assistant'
            else 'referral'
        end as found_medium
    from dated
    left join hosts on host = touch_source
)

select
    * exclude (event_date, landing_page, engaged, found_medium, touch_source, touch_medium, touch_campaign),
    case
        when touch_medium = '(referrer)' and found_medium = 'organic'
            then regexp_extract(touch_source, '([^.]+)\.(?:com?\.)?[a-z]+$', 1)
        else touch_source
    end as touch_source,
    case when touch_medium = '(referrer)' then found_medium else touch_medium end as touch_medium,
    case when touch_medium = '(referrer)' then '(' || found_medium || ')' else touch_campaign end as touch_campaign,
    case lower(engaged)
        when '1' then true when 'true' then true when '0' then false when 'false' then false
    end as engaged,
    split_part(split_part(landing_page, '?', 1), '#', 1) as landing_page
from referred
